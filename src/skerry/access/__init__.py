"""Checks beyond the network: policies that allow a call, and resources that a call needs."""
