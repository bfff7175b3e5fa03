"""The public address ranges of AWS, as AWS publishes them."""

from bisect import bisect_right
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_network

import msgspec

from skerry.catalogue.data_files import read


class _Ranges(msgspec.Struct):
    """Disjoint blocks in ascending order, by address family."""

    date: str
    ipv4: tuple[str, ...]
    ipv6: tuple[str, ...]


def list_ipv4_blocks() -> tuple[str, ...]:
    """Return AWS's published IPv4 blocks, disjoint and in ascending order."""
    return read("aws_ranges", _Ranges).ipv4


@cache
def _bounds(version: int) -> tuple[list[int], list[int]]:
    ranges = read("aws_ranges", _Ranges)
    networks = [ip_network(block) for block in (ranges.ipv4 if version == IPv4Address(0).version else ranges.ipv6)]
    return [int(net.network_address) for net in networks], [int(net.broadcast_address) for net in networks]


def is_of_aws(address: IPv4Address | IPv6Address) -> bool:
    """Return whether an address is in AWS's published ranges; False is no proof, as AWS adds to them.

    https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-ranges.html
    """
    first, last = _bounds(address.version)
    place = bisect_right(first, int(address)) - 1
    return place >= 0 and int(address) <= last[place]
