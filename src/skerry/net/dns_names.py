"""DNS names as AWS writes them, with the form that lookups compare."""

import re
from functools import lru_cache
from typing import Self, TypeAlias

from skerry.net.hostname import Hostname
from skerry.net.ip_addresses import IpAddress, parse_ip_address
from skerry.net.parsed_text import ParsedText

_CACHED_HOSTS = 65_536
_ESCAPED = re.compile(r"\\([0-3][0-7]{2})")
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html
_LABEL = re.compile(r"[!-~]{1,63}")
_LONGEST_NAME = 255


class DnsName(ParsedText):
    """A DNS name; it may end in a dot and hold Route 53's octal escapes.

    ``plain`` is the name in lower case, without the final dot and the escapes; the root's is empty.
    """

    __slots__ = ("plain",)

    form = "DNS name"
    plain: str

    def __new__(cls, text: str) -> Self:
        """Parse a name; raises `ValueError` if the text is none."""
        unescaped = _ESCAPED.sub(lambda escape: chr(int(escape[1], 8)), text).removesuffix(".")
        labels = unescaped.split(".") if unescaped else []
        if len(unescaped) > _LONGEST_NAME or not all(_LABEL.fullmatch(label) for label in labels):
            raise ValueError(f"{text[:80]!r} is no {cls.form}")
        parsed = super().__new__(cls, text)
        parsed.plain = unescaped.lower()
        return parsed

    @property
    def hostname(self) -> Hostname | None:
        """The name with only the characters of host names; None if it has others."""
        return Hostname.parse(self.plain)


Host: TypeAlias = DnsName | IpAddress
"""The host of a call, by its name or its address."""


def parse_dns_name(text: str) -> DnsName | None:
    """Parse a name; return None if the text is none."""
    try:
        return DnsName(text)
    except ValueError:
        return None


@lru_cache(maxsize=_CACHED_HOSTS)
def parse_host(text: str | None) -> Host | None:
    """Parse an address or a name; return None if there is no text, or it is neither."""
    return (parse_ip_address(text) or parse_dns_name(text)) if text else None
