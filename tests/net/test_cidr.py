"""IPv4 addresses and blocks that cannot be wrong."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.net.checked import Checked
from skerry.net.cidr import Address, Cidr

NO_ADDRESSES = (
    *("", " ", "10.0.1", "10.0.1.1.1", "10.0.1.256", "10.0.01.1", "010.0.1.1", "0x0a.0.0.1", "10.0.1.-1"),
    *("10.0.1.1\n", "\n10.0.1.1", "10.0.1.1 ", "10.0.1.1\0", "10.0.1.1;", "10.0.1.1\nnetns exec x sh"),
    *("::1", "::ffff:10.0.1.1", "fe80::1%eth0", "\u0661\u0660.0.1.1", "10\u30020\u30021\u30021", "1" * 10_000),
)  # fmt: skip


@pytest.mark.parametrize("text", [*NO_ADDRESSES, "10.0.1.1/32"])
def test_invalid_ipv4_address_is_refused(text: str) -> None:
    assert Address.parse(text) is None
    with pytest.raises(ValueError, match="not a valid Address"):
        Address(text)


@pytest.mark.parametrize("text", [*NO_ADDRESSES, "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/8\n", "::/0"])
def test_invalid_ipv4_block_is_refused(text: str) -> None:
    assert Cidr.parse(text) is None


@given(st.integers(0, 2**32 - 1))
def test_valid_ipv4_address_round_trips(number: int) -> None:
    text = str(IPv4Address(number))
    assert Address.parse(text) == Address(text) == text


@given(st.integers(0, 2**32 - 1), st.integers(0, 32))
def test_cidr_block_clears_the_host_bits(number: int, length: int) -> None:
    wanted = str(IPv4Network((number, length), strict=False))
    assert Cidr.parse(f"{IPv4Address(number)}/{length}") == wanted


def test_address_without_prefix_parses_as_a_32_bit_block() -> None:
    assert Cidr.parse("10.0.1.1") == "10.0.1.1/32"


def test_cidr_block_with_host_bits_raises_value_error() -> None:
    with pytest.raises(ValueError, match="not a valid Cidr"):
        Cidr("10.0.1.1/24")


def test_cidr_block_returns_its_size_and_addresses() -> None:
    block = Cidr("10.0.0.0/30")
    assert (block.size, block.at(2), block.at(3), block.at(4), block.at(-1)) == (4, "10.0.0.2", "10.0.0.3", None, None)


@pytest.mark.parametrize(("other", "covered"), [("10.0.1.0/24", True), ("10.0.0.0/8", False), ("11.0.0.0/24", False)])
def test_cidr_block_covers_only_blocks_within_it(other: str, *, covered: bool) -> None:
    assert Cidr("10.0.0.0/16").covers(Cidr(other)) is covered


def test_checked_base_class_parse_raises_not_implemented() -> None:
    with pytest.raises(NotImplementedError):
        Checked.parse("x")
