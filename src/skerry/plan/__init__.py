"""The least change that lets tasks start: changes, what a World is after them, and the planner that proves them."""
