"""IPv4 addresses and CIDR blocks as texts that cannot be wrong: nothing but digits, dots and a slash."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Self

from skerry.net.addresses import CACHED_BLOCKS, IPV6, Block, parse_block
from skerry.net.blocks import CidrBlock, Ipv4Block
from skerry.net.checked import Checked

_BITS = 32


class Address(Checked):
    """An IPv4 address: four decimal numbers without leading zeros."""

    __slots__ = ()

    @classmethod
    def canonical(cls, text: str) -> str | None:
        """Return the address itself; None where the text is not an IPv4 address."""
        return text if "/" not in text and _block(text) is not None else None


class Cidr(Checked):
    """An IPv4 block: the first address and the length of the prefix. An address alone is a block of one.

    Bits after the prefix are cleared, as AWS clears them.
    """

    __slots__ = ()

    @classmethod
    def canonical(cls, text: str) -> str | None:
        """Return the block with its host bits cleared; None where the text is not an IPv4 block."""
        return _canonical(text)

    @classmethod
    def of(cls, block: Ipv4Block) -> Self:
        """Return a block of a record with its host bits cleared."""
        return cls(f"{_spell(block.addresses[0][0])}/{block.length}")

    @property
    def size(self) -> int:
        """The number of addresses."""
        low, high = _range(self)
        return high - low + 1

    def at(self, place: int) -> Address | None:
        """Return the address at a place, counted from zero; None beyond the end of the block."""
        low, high = _range(self)
        return Address(_spell(low + place)) if 0 <= place <= high - low else None

    def covers(self, other: "Cidr") -> bool:
        """Tell whether every address of the other block is in this one."""
        low, high = _range(self)
        first, last = _range(other)
        return low <= first and last <= high


def ipv4_blocks_of(blocks: Iterable[CidrBlock]) -> tuple[Cidr, ...]:
    """Return the IPv4 blocks among blocks of both families."""
    return tuple(cidr for block in blocks if (cidr := Cidr.parse(block)) is not None)


@lru_cache(maxsize=CACHED_BLOCKS)
def _canonical(text: str) -> str | None:
    block = _block(text)
    return None if block is None else f"{_spell(block.addresses[0][0])}/{block.length}"


def _block(text: str) -> Block | None:
    block = parse_block(text)
    return block if block is not None and block.addresses[0][1] < IPV6 else None


def _range(cidr: Cidr) -> tuple[int, int]:
    block = parse_block(cidr)
    assert block is not None  # noqa: S101 -- the type promises it
    return block.addresses[0]


def _spell(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in range(_BITS - 8, -1, -8))
