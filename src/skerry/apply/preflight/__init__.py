"""The checks before the first change of an account, and before each further one."""
