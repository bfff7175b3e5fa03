"""The steps of a task's start, in order: its Needs. Knows no network."""
