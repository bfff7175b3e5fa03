"""Texts of DNS records and DHCP options, which may be addresses."""

from typing import Self

from skerry.net.ip_addresses import IpAddress, parse_ip_address
from skerry.net.parsed_text import ParsedText


class HostText(ParsedText):
    """A value of a DNS record or DHCP option; ``address`` is None if it is no address."""

    __slots__ = ("address",)

    form = "value"
    address: IpAddress | None

    def __new__(cls, text: str) -> Self:
        """Parse a value."""
        parsed = super().__new__(cls, text)
        parsed.address = parse_ip_address(text)
        return parsed
