"""CIDR blocks of rules, entries and routes: an invalid one leaves only its own rule, entry or route unknown."""

from typing import Self

from skerry.model.missing import Missing
from skerry.net.addresses import Block, read_block, read_ipv4_block, read_ipv6_block
from skerry.net.parsed_text import ParsedText


class RuleBlock(ParsedText):
    """A text in the place of a block of either family; ``block`` is `Missing` if it is none."""

    __slots__ = ("block",)

    form = "CIDR block"
    block: Block | Missing

    def __new__(cls, text: str) -> Self:
        """Parse a block."""
        parsed = super().__new__(cls, text)
        parsed.block = cls._read(text) or Missing(f"the addresses of {text[:80]!r}, which is no {cls.form}")
        return parsed

    @staticmethod
    def _read(text: str) -> Block | None:
        return read_block(text)


class Ipv4RuleBlock(RuleBlock):
    """A text in the place of an IPv4 block."""

    __slots__ = ()

    @staticmethod
    def _read(text: str) -> Block | None:
        return read_ipv4_block(text)


class Ipv6RuleBlock(RuleBlock):
    """A text in the place of an IPv6 block."""

    __slots__ = ()

    @staticmethod
    def _read(text: str) -> Block | None:
        return read_ipv6_block(text)
