"""IP addresses and CIDR blocks as sets of numbers.

One line of numbers holds both families: an IPv4 address is its own number, an IPv6 address lies ``IPV6`` further up.
So sets of both are unions, and a rule for one family holds no address of the other.
"""

from functools import lru_cache

import msgspec

from skerry.net.intervals import Interval, Intervals, intersect, subtract, union

CACHED_BLOCKS = 65_536

IPV6 = 1 << 128
"""Where IPv6 addresses begin."""

_BITS, _OCTETS, _DIGITS = 32, 4, 3
_BITS6 = 128


class Block(msgspec.Struct, frozen=True, gc=False):
    """A CIDR block: its addresses and the length of its prefix."""

    addresses: Intervals
    length: int


def read_block(cidr: str) -> Block | None:
    """Read a CIDR block or address of either family; None where the text is neither.

    Host bits are ignored, as AWS ignores them when a block is given to it. Done by hand: every rule, route and
    interface costs one parse, and the standard library takes ten times as long.
    """
    if ":" in cidr:
        return _block6(cidr)
    text, slash, prefix = cidr.partition("/")
    number = _number(text)
    length = _small(prefix, _BITS) if slash else _BITS
    if number is None or length is None:
        return None
    size = 1 << (_BITS - length)
    first = number & ~(size - 1)
    return Block(((first, first + size - 1),), length)


def read_ipv4_block(cidr: str) -> Block | None:
    """Read an IPv4 CIDR block or address; None where the text is none."""
    return read_block(cidr) if ":" not in cidr else None


def read_ipv6_block(cidr: str) -> Block | None:
    """Read an IPv6 CIDR block or address; None where the text is none."""
    return read_block(cidr) if ":" in cidr else None


@lru_cache(maxsize=CACHED_BLOCKS)
def parse_block(cidr: str) -> Block | None:
    """Read a CIDR block or address of either family, once for each text."""
    return read_block(cidr)


def _block6(cidr: str) -> Block | None:
    # IPv6 is rare enough for the standard library.
    from ipaddress import IPv6Network  # noqa: PLC0415

    try:
        network = IPv6Network(cidr, strict=False)
    except ValueError:
        return None
    if network.network_address.ipv4_mapped is not None:
        # An IPv4 address in IPv6's clothes: no packet and no rule of a VPC has it.
        return None
    first, last = int(network.network_address), int(network.broadcast_address)
    return Block(((IPV6 + first, IPV6 + last),), network.prefixlen)


def _number(text: str) -> int | None:
    parts = text.split(".")
    octets = [_small(part, 255) for part in parts]
    if len(parts) != _OCTETS or None in octets:
        return None
    return int.from_bytes(bytes(octet for octet in octets if octet is not None), "big")


def _small(text: str, most: int) -> int | None:
    """Return a decimal number of at most three digits, without leading zeros, that is not above ``most``."""
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS) or (text[0] == "0" and text != "0"):
        return None
    number = int(text)
    return number if number <= most else None


def is_ipv6(addresses: Intervals) -> bool:
    """Tell whether the first of the addresses is an IPv6 one; a flow's are all of one family."""
    return bool(addresses) and addresses[0][0] >= IPV6


def whole_family_of(addresses: Intervals) -> Intervals:
    """Return every address of the family that these are of."""
    return ANY_IPV6 if is_ipv6(addresses) else ANY


def cidr_blocks_of(addresses: Intervals) -> list[str]:
    """Return the smallest list of CIDR blocks that holds exactly these addresses."""
    # Only what is shown to people needs it.
    from ipaddress import IPv4Address, IPv6Address, summarize_address_range  # noqa: PLC0415

    cidrs: list[str] = []
    for low, high in addresses:
        if low >= IPV6:
            networks6 = summarize_address_range(IPv6Address(low - IPV6), IPv6Address(high - IPV6))
            cidrs.extend(str(network) for network in networks6)
        else:
            cidrs.extend(str(network) for network in summarize_address_range(IPv4Address(low), IPv4Address(high)))
    return cidrs


def spell(addresses: Intervals, most: int = 4) -> str:
    """Say the addresses as CIDR blocks and ranges, an ellipsis after ``most``; a single address has no suffix."""
    names = [_spell_one(pair) for pair in addresses[: most + 1]]
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def _spell_one(pair: Interval) -> str:
    """Say a range; done by hand for IPv4, as every loss of a filter names one."""
    low, high = pair
    size = high - low + 1
    if low == high:
        return _spell_address(low)
    if size & (size - 1) == 0 and low % size == 0:
        return f"{_spell_address(low)}/{(_BITS if low < IPV6 else _BITS6) - size.bit_length() + 1}"
    return f"{_spell_address(low)}-{_spell_address(high)}"


def _spell_address(number: int) -> str:
    if number < IPV6:
        return f"{number >> 24}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    # IPv6 is rare enough for the standard library.
    from ipaddress import IPv6Address  # noqa: PLC0415

    return str(IPv6Address(number - IPV6))


def _set(*cidrs: str) -> Intervals:
    return union(*(block.addresses for cidr in cidrs if (block := parse_block(cidr))))


ANY = _set("0.0.0.0/0")
ANY_IPV6 = _set("::/0")
EVERYTHING = union(ANY, ANY_IPV6)

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

# Global unicast without what is set aside in it.
# https://www.iana.org/assignments/iana-ipv6-special-registry/
PUBLIC_IPV6 = subtract(_set("2000::/3"), _set("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))

# The prefix that DNS64 puts before an IPv4 address, and NAT64 takes off again.
# https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html
NAT64 = _set("64:ff9b::/96")


def strip_nat64_prefix(addresses: Intervals) -> Intervals:
    """Return the IPv4 addresses that addresses of NAT64's prefix stand for."""
    return tuple((low - NAT64[0][0], high - NAT64[0][0]) for low, high in intersect(addresses, NAT64))


def add_nat64_prefix(addresses: Intervals) -> Intervals:
    """Return the addresses of NAT64's prefix that stand for IPv4 addresses."""
    return tuple((low + NAT64[0][0], high + NAT64[0][0]) for low, high in addresses)
