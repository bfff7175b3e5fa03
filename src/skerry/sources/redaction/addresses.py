"""Stand-ins for addresses and CIDR blocks: as long as they were, in the same order, and within the same blocks.

A stand-in keeps only the bits in which known addresses differ. So it does not tell the blocks of the network, and
each block still holds its parts. The kind of an address stays: private addresses are private.
"""

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_V4 = r"\d{1,3}(?:\.\d{1,3}){3}"
_V6 = r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}"
_ADDRESS = re.compile(rf"(?<![\w.:-])({_V4}|{_V6})(/\d{{1,3}})?(?![\w:]|\.\d)")
# Names of hosts by their address: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-dns.html
_DASHED = re.compile(r"(?<![\w-])ip-(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})(?![\w-])")
# Blocks with a meaning of their own: https://www.iana.org/assignments/iana-ipv4-special-registry
_KEPT = tuple(map(ip_network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/8", "fe00::/7")))
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
# For public addresses: blocks that nobody has, of RFC 2544 and RFC 3849.
_PUBLIC = {4: int(IPv4Address("198.18.0.0")), 6: int(IPv6Address("2001:db8::"))}
_BLOCKS = tuple(map(ip_network, _PRIVATE))


class AddressStandIns:
    """Stand-ins for the addresses of some texts."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Learn the addresses of these texts."""
        self._heads: set[tuple[int, int, int]] = set()
        for text in texts:
            for match in _ADDRESS.finditer(text):
                self._learn(match[1], match[2])

    def replace(self, text: str) -> str:
        """Replace the addresses and blocks in a text."""
        text = _ADDRESS.sub(lambda match: self._stand_in(match[1], match[2] or "") or match[0], text)
        return _DASHED.sub(self._dashed, text)

    def _learn(self, address: str, length: str | None) -> None:
        parsed = _parse(address)
        if parsed is None:
            return
        total = parsed.max_prefixlen
        bits = min(int(length[1:]), total) if length else total
        for shown in range(1, bits + 1):
            head = (parsed.version, shown, int(parsed) >> (total - shown))
            self._heads.add(head)

    def _stand_in(self, address: str, length: str) -> str:
        """Return the stand-in of an address or block; empty if it is none, or keeps its value."""
        parsed = _parse(address)
        if parsed is None or (length and int(length[1:]) > parsed.max_prefixlen):
            return ""
        if any(parsed.version == block.version and parsed in block for block in _KEPT):
            return ""
        return f"{self._replaced(parsed, int(length[1:]) if length else parsed.max_prefixlen)}{length}"

    def _replaced(self, address: IPv4Address | IPv6Address, bits: int) -> IPv4Address | IPv6Address:
        total, value, version = address.max_prefixlen, int(address), address.version
        private = next((block for block in _BLOCKS if block.version == version and address in block), None)
        base, fixed = (_PUBLIC[version], 0) if private is None else (int(private.network_address), private.prefixlen)
        result = 0
        for place in range(bits):
            bit, head = value >> (total - place - 1) & 1, value >> (total - place)
            kept = [(version, place + 1, head << 1 | side) in self._heads for side in (0, 1)]
            # The same bit in all known addresses need not be kept.
            is_kept = place < fixed or all(kept) or not kept[bit]
            result = result << 1 | (bit if is_kept else base >> (total - place - 1) & 1)
        return type(address)(result << (total - bits))

    def _dashed(self, match: re.Match[str]) -> str:
        replaced = self._stand_in(".".join(match.groups()), "")
        return f"ip-{replaced.replace('.', '-')}" if replaced else match[0]


def _parse(address: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(address)
    except ValueError:
        return None
