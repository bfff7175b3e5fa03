"""Checks of input values for a lab: an invalid value is reported, never replaced."""

from collections.abc import Callable
from typing import TypeVar

from skerry.errors import SkerryError
from skerry.net.checked import Checked
from skerry.net.cidr import Address, Cidr
from skerry.net.ports import PortRange

_Value = TypeVar("_Value", bound=Checked)


def make_invalid_error(name: str, form: str) -> SkerryError:
    """Return the error for an invalid value: ``name`` of the value and its resource, and its expected ``form``."""
    return SkerryError(f"{name} is not {form}", "Correct it in the input, or read the account again.")


def check_address(text: str | None, name: str) -> Address:
    """Parse an IPv4 address; raises `SkerryError` with the ``name`` of the value if it is not valid."""
    return _parse(Address.parse, text, name, "an IPv4 address")


def check_cidr(text: str | None, name: str) -> Cidr:
    """Parse an IPv4 block; raises `SkerryError` with the ``name`` of the value if it is not valid."""
    return _parse(Cidr.parse, text, name, "an IPv4 block")


def check_ports(first: int, last: int, name: str) -> PortRange:
    """Parse a range of ports; raises `SkerryError` with the ``name`` of the value if it is not valid."""
    port_range = PortRange.parse(first, last)
    if port_range is None:
        raise make_invalid_error(name, "a range of ports")
    return port_range


def _parse(parse: Callable[[str], _Value | None], text: str | None, name: str, form: str) -> _Value:
    value = None if text is None else parse(text)
    if value is None:
        raise make_invalid_error(name, form)
    return value
