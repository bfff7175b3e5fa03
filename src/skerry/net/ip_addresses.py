"""IP addresses as AWS writes them, with their numbers."""

from typing import Self

from skerry.net.addresses import read_block, read_ipv4_block, read_ipv6_block, spell
from skerry.net.intervals import Intervals
from skerry.net.parsed_text import ParsedText


class IpAddress(ParsedText):
    """An address of either family, with its number on the line of both."""

    __slots__ = ("number",)

    form = "IP address"
    number: int

    def __new__(cls, text: str) -> Self:
        """Parse an address; raises `ValueError` if the text is none."""
        number = cls._read(text)
        if number is None:
            raise ValueError(f"{text[:80]!r} is no {cls.form}")
        parsed = super().__new__(cls, text)
        parsed.number = number
        return parsed

    @property
    def addresses(self) -> Intervals:
        """The address as a set of one."""
        return ((self.number, self.number),)

    @staticmethod
    def _read(text: str) -> int | None:
        block = read_block(text) if "/" not in text else None
        return block.addresses[0][0] if block else None


class Address4(IpAddress):
    """An IPv4 address."""

    __slots__ = ()

    form = "IPv4 address"

    @classmethod
    def of_number(cls, number: int) -> Self:
        """Return the address with a number."""
        return cls(spell(((number, number),)))

    @staticmethod
    def _read(text: str) -> int | None:
        block = read_ipv4_block(text) if "/" not in text else None
        return block.addresses[0][0] if block else None


class Address6(IpAddress):
    """An IPv6 address."""

    __slots__ = ()

    form = "IPv6 address"

    @staticmethod
    def _read(text: str) -> int | None:
        block = read_ipv6_block(text) if "/" not in text else None
        return block.addresses[0][0] if block else None


def parse_ip_address(text: str) -> IpAddress | None:
    """Parse an address of either family; return None if the text is none."""
    try:
        return Address6(text) if ":" in text else Address4(text)
    except ValueError:
        return None
