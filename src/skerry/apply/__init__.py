"""Plans carried out in an account, step by step with a journal, and taken back."""
