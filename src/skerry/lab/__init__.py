"""A part of a World as network namespaces on one Linux machine: real packets, real clients.

It reads AWS's rules by itself, and imports nothing of what reasons about packets: it is there to judge that.
"""
