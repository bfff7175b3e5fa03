"""The smallest change that lets tasks start: changes, the World after them, and the planner."""
