"""The map of one service: its network, its steps and their paths, and the geometry of the picture."""
