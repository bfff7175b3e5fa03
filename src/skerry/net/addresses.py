"""IPv4 addresses and CIDR blocks as sets of numbers."""

from functools import lru_cache
from typing import NamedTuple

from skerry.net.intervals import Interval, Intervals, subtract, union

CACHED_BLOCKS = 65_536

_BITS, _OCTETS, _DIGITS = 32, 4, 3


class Block(NamedTuple):
    """A CIDR block: its addresses and the length of its prefix."""

    addresses: Intervals
    length: int


@lru_cache(maxsize=CACHED_BLOCKS)
def block(cidr: str) -> Block | None:
    """Read an IPv4 CIDR block or address; None where the text is neither.

    Host bits are ignored, as AWS ignores them when a block is given to it. Done by hand: it is the first thing
    that every rule, route and interface costs, and the standard library takes ten times as long.
    """
    text, slash, prefix = cidr.partition("/")
    number = _number(text)
    length = _small(prefix, _BITS) if slash else _BITS
    if number is None or length is None:
        return None
    size = 1 << (_BITS - length)
    first = number & ~(size - 1)
    return Block(((first, first + size - 1),), length)


def _number(text: str) -> int | None:
    parts = text.split(".")
    octets = [_small(part, 255) for part in parts]
    if len(parts) != _OCTETS or None in octets:
        return None
    return int.from_bytes(bytes(octet for octet in octets if octet is not None), "big")


def _small(text: str, most: int) -> int | None:
    """A decimal number of at most three digits, without leading zeros, that is not above ``most``."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS) or (text[0] == "0" and text != "0"):
        return None
    number = int(text)
    return number if number <= most else None


def address(text: str) -> Intervals | None:
    """Read one IPv4 address as a set of one; None where the text is none."""
    found = block(text) if "/" not in text else None
    return found.addresses if found else None


def blocks(addresses: Intervals) -> list[str]:
    """The smallest list of CIDR blocks that holds exactly these addresses."""
    # Only what is shown to people needs it.
    from ipaddress import IPv4Address, summarize_address_range  # noqa: PLC0415

    return [
        str(network)
        for low, high in addresses
        for network in summarize_address_range(IPv4Address(low), IPv4Address(high))
    ]


def spell(addresses: Intervals, most: int = 4) -> str:
    """Say the addresses as CIDR blocks and ranges, an ellipsis after ``most``; a single address has no suffix."""
    names = [_spell_one(pair) for pair in addresses[: most + 1]]
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def _spell_one(pair: Interval) -> str:
    found = blocks((pair,))
    if len(found) == 1:
        return found[0].removesuffix("/32")
    first, last = (blocks(((end, end),))[0].removesuffix("/32") for end in pair)
    return f"{first}-{last}"


def _set(*cidrs: str) -> Intervals:
    return union(*(found.addresses for cidr in cidrs if (found := block(cidr))))


ANY = _set("0.0.0.0/0")

# The special-purpose blocks that are not reachable over the internet.
# https://www.iana.org/assignments/iana-ipv4-special-registry/
PUBLIC = subtract(
    ANY,
    _set(
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
    ),
)
