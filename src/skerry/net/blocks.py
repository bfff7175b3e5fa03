"""CIDR blocks as AWS writes them, with their addresses."""

from typing import Self

from skerry.net.addresses import Block, read_block, read_ipv4_block, read_ipv6_block
from skerry.net.intervals import Intervals
from skerry.net.parsed_text import ParsedText


class CidrBlock(ParsedText):
    """A block of either family, with its addresses and the length of its prefix."""

    __slots__ = ("addresses", "length")

    form = "CIDR block"
    addresses: Intervals
    length: int

    def __new__(cls, text: str) -> Self:
        """Parse a block; raises `ValueError` if the text is none."""
        block = cls._read(text)
        if block is None:
            raise ValueError(f"{text[:80]!r} is no {cls.form}")
        parsed = super().__new__(cls, text)
        parsed.addresses, parsed.length = block.addresses, block.length
        return parsed

    @staticmethod
    def _read(text: str) -> Block | None:
        return read_block(text)


class Ipv4Block(CidrBlock):
    """An IPv4 block."""

    __slots__ = ()

    form = "IPv4 CIDR block"

    @staticmethod
    def _read(text: str) -> Block | None:
        return read_ipv4_block(text)


class Ipv6Block(CidrBlock):
    """An IPv6 block."""

    __slots__ = ()

    form = "IPv6 CIDR block"

    @staticmethod
    def _read(text: str) -> Block | None:
        return read_ipv6_block(text)


EVERYWHERE = Ipv4Block("0.0.0.0/0")
