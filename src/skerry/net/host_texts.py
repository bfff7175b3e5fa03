"""Texts of DNS records and DHCP options, which may be addresses or names."""

from typing import Self

from skerry.net.dns_names import DnsName, parse_dns_name
from skerry.net.ip_addresses import IpAddress, parse_ip_address
from skerry.net.parsed_text import ParsedText


class HostText(ParsedText):
    """A value of a DNS record or DHCP option; ``address`` and ``name`` are None if it is no such value.

    An IPv4 address has the form of a name too.
    """

    __slots__ = ("address", "name")

    form = "value"
    address: IpAddress | None
    name: DnsName | None

    def __new__(cls, text: str) -> Self:
        """Parse a value."""
        parsed = super().__new__(cls, text)
        parsed.address = parse_ip_address(text)
        parsed.name = parse_dns_name(text)
        return parsed
