"""The settings of a repository: its file of settings, accepting comments, the baseline, and its own files."""
