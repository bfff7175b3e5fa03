"""CIDR blocks as AWS writes them: the text is kept, and its addresses are parsed with it."""

import copy
import pickle

import pytest

from skerry.net.addresses import IPV6
from skerry.net.blocks import CidrBlock, Ipv4Block, Ipv6Block
from skerry.net.cidr import Cidr, ipv4_blocks_of

FIRST = 0x0A000100


@pytest.mark.parametrize("kind", [CidrBlock, Ipv4Block])
def test_ipv4_block_keeps_its_text_and_addresses(kind: type[CidrBlock]) -> None:
    block = kind("10.0.1.7/24")
    assert (block, block.addresses, block.length) == ("10.0.1.7/24", ((FIRST, FIRST + 255),), 24)


@pytest.mark.parametrize("kind", [CidrBlock, Ipv6Block])
def test_ipv6_block_keeps_its_text_and_addresses(kind: type[CidrBlock]) -> None:
    block = kind("::/64")
    assert (block, block.addresses, block.length) == ("::/64", ((IPV6, IPV6 + 2**64 - 1),), 64)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CidrBlock, "10.0.0.0/33"),
        (CidrBlock, ""),
        (Ipv4Block, "::/0"),
        (Ipv4Block, "10.0.0.0/8\n"),
        (Ipv6Block, "10.0.0.0/8"),
    ],
)
def test_invalid_block_is_refused(kind: type[CidrBlock], text: str) -> None:
    with pytest.raises(ValueError, match=f"is no {kind.form}"):
        kind(text)


def test_block_survives_copy_and_pickle() -> None:
    block = Ipv4Block("10.0.1.0/24")
    for other in (copy.deepcopy(block), pickle.loads(pickle.dumps(block))):  # noqa: S301 -- our own bytes
        assert (other, other.addresses) == (block, block.addresses)


def test_canonical_cidr_of_a_block_has_its_host_bits_cleared() -> None:
    assert Cidr.of(Ipv4Block("10.0.1.7/24")) == "10.0.1.0/24"


def test_ipv4_blocks_are_selected_from_blocks_of_both_families() -> None:
    assert ipv4_blocks_of([CidrBlock("10.0.1.7/24"), CidrBlock("::/0")]) == ("10.0.1.0/24",)
