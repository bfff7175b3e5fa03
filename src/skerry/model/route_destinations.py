"""Destinations of routes: a CIDR block or a prefix list."""

from typing import Final, TypeAlias

import msgspec

from skerry.model.missing import Missing
from skerry.net.addresses import Block


class PrefixListDestination(msgspec.Struct, frozen=True, gc=False):
    """The entries of a prefix list."""

    id: str


RouteDestination: TypeAlias = Block | PrefixListDestination | Missing
"""The destination of a route; `Missing` if the route names none, or a text that is no CIDR block."""

NO_DESTINATION: Final = Missing("the destination of a route")


def destination_of_list(prefix_list_id: str | None) -> RouteDestination:
    """Return the destination of a route without a block."""
    return NO_DESTINATION if prefix_list_id is None else PrefixListDestination(prefix_list_id)
