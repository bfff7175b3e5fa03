"""The public address blocks of S3."""

from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_network

import msgspec

from skerry.catalogue.data_files import Grade, read


class S3Range(msgspec.Struct, frozen=True):
    """A block of addresses that are S3's."""

    block: str
    grade: Grade
    source: str


class _Ranges(msgspec.Struct):
    blocks: tuple[S3Range, ...]


@cache
def _blocks() -> tuple[tuple[int, int, int], ...]:
    networks = [ip_network(record.block) for record in read("s3_ranges", _Ranges).blocks]
    return tuple((net.version, int(net.network_address), int(net.broadcast_address)) for net in networks)


def is_of_s3(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether an address is one of S3's public ones, as far as they are known: False is no proof."""
    number = int(address)
    return any(version == address.version and first <= number <= last for version, first, last in _blocks())
