"""A lab: network namespaces on one Linux machine that stand for a part of a World, with real packets and clients.

The lab reads AWS's rules independently and imports nothing from the packages that predict packets, because it
checks their predictions.
"""
