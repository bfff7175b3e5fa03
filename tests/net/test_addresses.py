"""CIDR blocks as sets of numbers agree with the standard library's ipaddress."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, collapse_addresses

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from skerry.net.addresses import ANY, IPV6, PUBLIC, Block, cidr_blocks_of, parse_block, spell
from skerry.net.intervals import Intervals, count_numbers, intersect, normalise
from skerry.net.ip_addresses import IpAddress, parse_ip_address
from tests.intervals import contains

HIGHEST = 2**32 - 1

addresses = st.integers(0, HIGHEST)
lengths = st.integers(0, 32)
intervals = st.lists(st.tuples(addresses, addresses), max_size=5).map(normalise)


def of_cidrs(names: list[str]) -> Intervals:
    networks = [IPv4Network(name) for name in names]
    return normalise((int(network[0]), int(network[-1])) for network in networks)


@given(addresses, lengths)
def test_cidr_block_parses_like_ipaddress(first: int, length: int) -> None:
    network = IPv4Network((first, length), strict=False)
    assert parse_block(f"{IPv4Address(first)}/{length}") == Block(((int(network[0]), int(network[-1])),), length)


@given(addresses)
def test_single_address_parses_as_a_32_bit_block(number: int) -> None:
    text = str(IPv4Address(number))
    assert parse_block(text) == Block(((number, number),), 32)
    assert IpAddress(text).addresses == ((number, number),)


@pytest.mark.parametrize(
    "text", ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.256", "fd00::/129", "::g", "pl-1", "10.0.0.1/"]
)
def test_invalid_cidr_block_returns_none(text: str) -> None:
    assert parse_block(text) is None
    assert parse_ip_address(text) is None


@given(st.text(alphabet="0123456789./", max_size=18) | st.text(max_size=12))
@example("10.0.0.0/255.0.0.0")
@example("010.0.0.1")
@example("10.0.0.1/")
@example("\N{ARABIC-INDIC DIGIT ONE}0.0.0.1")
@example("10.0.0.0/-1")
def test_parsed_cidr_block_is_valid_for_ipaddress(text: str) -> None:
    if parse_block(text) is not None:
        IPv4Network(text, strict=False)


def test_address_with_prefix_length_returns_none() -> None:
    assert parse_ip_address("10.0.0.0/8") is None
    assert parse_ip_address("10.0.0.1/32") is None


@given(intervals)
def test_cidr_blocks_cover_exactly_the_address_set(drawn: Intervals) -> None:
    assert of_cidrs(cidr_blocks_of(drawn)) == drawn


@given(intervals)
def test_cidr_blocks_of_an_address_set_are_minimal(drawn: Intervals) -> None:
    names = cidr_blocks_of(drawn)
    assert list(map(str, collapse_addresses(map(IPv4Network, names)))) == names


def read_again(name: str) -> tuple[int, int]:
    """A block, an address, or a range ``first-last``."""
    ends = [parse_block(part) for part in name.split("-")]
    assert None not in ends
    numbers = [number for end in ends if end for pair in end.addresses for number in pair]
    return min(numbers), max(numbers)


@given(intervals)
def test_spelled_address_set_round_trips(drawn: Intervals) -> None:
    names = spell(drawn, most=len(drawn)).split(", ") if drawn else []
    assert tuple(read_again(name) for name in names) == drawn


def test_address_set_spelling_omits_the_prefix_length_of_single_addresses() -> None:
    assert spell(((1, 1), (4, 7), (9, 10))) == "0.0.0.1, 0.0.0.4/30, 0.0.0.9-0.0.0.10"
    assert spell(ANY) == "0.0.0.0/0"


@pytest.mark.parametrize(
    ("first", "count", "text"),
    [
        ("2001:db8::", 1, "2001:db8::"),
        ("2001:db8::", 2**64, "2001:db8::/64"),
        ("2001:db8::1", 2, "2001:db8::1-2001:db8::2"),
        ("::", 2**128, "::/0"),
    ],
)
def test_ipv6_addresses_are_spelled_as_block_or_range(first: str, count: int, text: str) -> None:
    low = IPV6 + int(IPv6Address(first))
    drawn = ((low, low + count - 1),)
    assert spell(drawn) == text
    blocks = [block for cidr in cidr_blocks_of(drawn) if (block := parse_block(cidr))]
    assert normalise(pair for block in blocks for pair in block.addresses) == drawn


def test_address_set_spelling_ends_with_an_ellipsis_if_truncated() -> None:
    several = tuple((2 * number, 2 * number) for number in range(5))
    assert spell(several) == "0.0.0.0, 0.0.0.2, 0.0.0.4, 0.0.0.6, …"
    assert spell(several[:4]) == "0.0.0.0, 0.0.0.2, 0.0.0.4, 0.0.0.6"
    assert spell(several, most=1) == "0.0.0.0, …"


def test_any_address_set_covers_all_of_ipv4() -> None:
    assert ANY == ((0, HIGHEST),)
    assert count_numbers(PUBLIC) < count_numbers(ANY)


# Blocks of IANA's registry that ipaddress and skerry judge alike.
SPECIAL = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
]
# Of these no address of an AWS service is, and the two differ: protocol assignments, AS112, multicast.
DIFFERENT = ["192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24", "224.0.0.0/4"]


def around(cidr: str) -> list[int]:
    network = IPv4Network(cidr)
    return [int(network[0]) - 1, int(network[0]), int(network[-1]), int(network[-1]) + 1]


edges = st.sampled_from([number for cidr in SPECIAL for number in around(cidr) if 0 <= number <= HIGHEST])


@given(addresses | edges)
def test_public_address_matches_ipaddress_is_global(number: int) -> None:
    known = IPv4Address(number)
    assume(not any(known in IPv4Network(name) for name in DIFFERENT))
    assert contains(PUBLIC, number) == known.is_global


@pytest.mark.parametrize("cidr", [*SPECIAL, "192.0.0.0/24", "224.0.0.0/4"])
def test_special_purpose_cidr_blocks_are_not_public(cidr: str) -> None:
    assert intersect(PUBLIC, of_cidrs([cidr])) == ()


@pytest.mark.parametrize("text", ["8.8.8.8", "9.255.255.255", "52.218.0.1", "172.32.0.0", "223.255.255.255"])
def test_internet_addresses_are_public(text: str) -> None:
    assert contains(PUBLIC, int(IPv4Address(text)))
