"""Checks beyond the network: policies of a call, and existence of its resources."""
