"""Changes of plans, put on the network that exists."""
