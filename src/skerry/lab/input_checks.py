"""Values of the input that a lab cannot hold: each is named, and nothing is built in its place."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from skerry.errors import SkerryError
from skerry.net.addresses import parse_block
from skerry.net.checked import Checked
from skerry.net.cidr import Address, Cidr
from skerry.net.ports import PortRange

_Made = TypeVar("_Made", bound=Checked)


def invalid(what: str, kind: str) -> SkerryError:
    """Return the error for a value of a resource: ``what`` names both, ``kind`` the form that it should have."""
    return SkerryError(f"{what} is not {kind}", "Correct it in the input, or read the account again.")


def address(text: str | None, what: str) -> Address:
    """Read an IPv4 address; raises `SkerryError` that names ``what`` where it is none."""
    return _checked(Address.parse, text, what, "an IPv4 address")


def cidr(text: str | None, what: str) -> Cidr:
    """Read an IPv4 block; raises `SkerryError` that names ``what`` where it is none."""
    return _checked(Cidr.parse, text, what, "an IPv4 block")


def ports(first: int, last: int, what: str) -> PortRange:
    """Read a range of ports; raises `SkerryError` that names ``what`` where it is none."""
    made = PortRange.parse(first, last)
    if made is None:
        raise invalid(what, "a range of ports")
    return made


def ipv4_blocks(entries: Iterable[str], what: str) -> tuple[Cidr, ...]:
    """Read the IPv4 blocks among entries of both families; raises `SkerryError` where one is no block at all."""
    made = []
    for text in entries:
        four = Cidr.parse(text)
        if four is not None:
            made.append(four)
        elif parse_block(text) is None:
            raise invalid(what, "a block of addresses")
    return tuple(made)


def _checked(parse: Callable[[str], _Made | None], text: str | None, what: str, kind: str) -> _Made:
    made = None if text is None else parse(text)
    if made is None:
        raise invalid(what, kind)
    return made
