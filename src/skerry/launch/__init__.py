"""What a task must do to start, in order: its Needs. Knows no network."""
