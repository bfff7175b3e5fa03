"""Which route a packet takes: longest prefix first, ``local`` as one route among the others.

Order and ties: https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
"""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar, assert_never

import msgspec
from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import Route, RouteTable
from skerry.model.route_destinations import NO_DESTINATION, PrefixListDestination
from skerry.model.route_targets import LocalTarget, spell_target
from skerry.model.transit_records import TransitGatewayRoute
from skerry.model.world import World
from skerry.net.addresses import Block
from skerry.net.intervals import Interval, Intervals, covers, intersect, normalise, subtract, union
from skerry.reach.security_filters import intersect_prefix_list
from skerry.reach.trace import Destination

_Route = TypeVar("_Route", Route, TransitGatewayRoute)

# Of two routes of one length a static one beats a prefix list's, and that a propagated one.
_STATIC, _LISTED, _PROPAGATED = 0, 1, 2
_BY_VPN = "EnableVgwRoutePropagation"

# Entries of AWS's own lists are taken to be at least this long: a list of unknown entries goes before shorter routes.
_SHORT = 9


class Branch(msgspec.Struct, Generic[_Route], frozen=True, gc=False):
    """Destination addresses with the route they take.

    Several ``routes``: one of them, and not known which; None: there is no route.
    """

    addresses: Intervals
    routes: tuple[_Route | None, ...]
    missing: Missing | None = None


class RoutedBlock(msgspec.Struct, Generic[_Route], frozen=True, gc=False):
    """One block of a route, in the order of evaluation."""

    length: int
    rank: int
    addresses: Intervals
    route: _Route
    prefix_list: str | None = None


class Compiled(msgspec.Struct, Generic[_Route], frozen=True, gc=False):
    """A route table, read once: its blocks, longest first, and the routes of lists whose entries are not known.

    ``lists``: the prefix lists with known entries.
    """

    rows: tuple[RoutedBlock[_Route], ...]
    open_lists: tuple[tuple[_Route, str], ...]
    unreadable: tuple[tuple[_Route, Missing], ...]
    lists: tuple[str, ...]


def compile_table(world: World, table: RouteTable) -> Compiled[Route] | Missing:
    """Read the route table of a VPC."""
    if table.routes is UNSET:
        return Missing(f"the routes of {table.route_table_id}", "ec2:DescribeRouteTables")
    compiled = compile_routes(world, table.route_table_id, table.routes)
    return msgspec.structs.replace(compiled, rows=_without_overruled(compiled.rows))


def compile_routes(world: World, table_id: str, routes: Iterable[_Route]) -> Compiled[_Route]:
    """Read the routes of a table."""
    rows: list[RoutedBlock[_Route]] = []
    open_lists: list[tuple[_Route, str]] = []
    unreadable: list[tuple[_Route, Missing]] = []
    for route in routes:
        match route.destination:
            case Block(addresses, length):
                rows.append(RoutedBlock(length, _PROPAGATED if route.is_dynamic else _STATIC, addresses, route))
            case PrefixListDestination(name):
                entries = world.prefix_entries_of(name)
                if isinstance(entries, Missing):
                    open_lists.append((route, name))
                    continue
                rows.extend(RoutedBlock(entry.length, _LISTED, entry.addresses, route, name) for entry in entries)
            case Missing() as missing:
                if missing == NO_DESTINATION:
                    missing = Missing(f"what a route to {spell_target(route.target)} of {table_id} is for")
                unreadable.append((route, missing))
            case never:
                assert_never(never)
    rows.sort(key=lambda row: (-row.length, row.rank))
    lists = dict.fromkeys(row.prefix_list for row in rows if row.prefix_list is not None)
    return Compiled(tuple(rows), tuple(open_lists), tuple(unreadable), tuple(lists))


def _without_overruled(rows: tuple[RoutedBlock[Route], ...]) -> tuple[RoutedBlock[Route], ...]:
    """Return the rows without those propagated within a VPC: there ``local`` goes first, however short.

    https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html
    """
    if all(row.route.origin != _BY_VPN for row in rows):
        return rows
    own = union(*(row.addresses for row in rows if isinstance(row.route.target, LocalTarget)))
    return tuple(row for row in rows if row.route.origin != _BY_VPN or not covers(own, row.addresses))


def select_branches(
    world: World, table: Compiled[_Route], destination: Destination, addresses: Intervals
) -> tuple[Branch[_Route], ...]:
    """Split the addresses by the route that each of them takes."""
    foreign = {name for name in table.lists if not _may_hold(world, name, destination)}
    rows = [row for row in table.rows if row.prefix_list not in foreign] if foreign else table.rows
    if not table.open_lists and not table.unreadable:
        # The common case, separate for speed: each block of addresses within one and the same route, or without one.
        routes = _only_route(rows, addresses)
        if routes is not None:
            return (Branch(addresses, routes),)
    doubtful = list(table.unreadable)
    listed: list[tuple[_Route, Intervals]] = []
    for route, name in table.open_lists:
        held = intersect_prefix_list(world, name, addresses, destination)
        if isinstance(held, Missing):
            doubtful.append((route, held))
        elif held:
            listed.append((route, held))
    branches = _longest_first(rows, listed, addresses)
    if not doubtful:
        return tuple(branches)
    others, missing = tuple(route for route, _ in doubtful), doubtful[0][1]
    return tuple(Branch(branch.addresses, branch.routes + others, missing) for branch in branches)


def _only_route(rows: Sequence[RoutedBlock[_Route]], addresses: Intervals) -> tuple[_Route | None] | None:
    """Return the route of all of these addresses, with None where they have none; None if they take several."""
    only: tuple[_Route | None] | None = None
    for low, high in addresses:
        routes = _route_of_block(rows, low, high)
        if routes is None or (only is not None and routes[0] is not only[0]):
            return None
        only = routes
    return only


def _route_of_block(rows: Sequence[RoutedBlock[_Route]], low: int, high: int) -> tuple[_Route | None] | None:
    for position, row in enumerate(rows):
        ((first, last),) = row.addresses
        if last < low or high < first:
            continue
        return (row.route,) if first <= low and high <= last and not _is_tied(rows, position) else None
    return (None,)


def _is_tied(rows: Sequence[RoutedBlock[_Route]], position: int) -> bool:
    """Tell whether a later entry of a prefix list is the same block as the one at this position."""
    row = rows[position]
    for later in rows[position + 1 :] if row.rank == _LISTED else ():
        if (later.length, later.rank) != (row.length, _LISTED):
            return False
        if later.addresses == row.addresses:
            return True
    return False


def _may_hold(world: World, prefix_list: str, destination: Destination) -> bool:
    """Return whether a prefix list may hold these addresses: AWS's list for one service has none of another."""
    if destination.prefix_list == prefix_list or world.service_of_prefix_list(prefix_list) is None:
        return True
    return not destination.elsewhere and destination.prefix_list is None


def _longest_first(
    rows: Sequence[RoutedBlock[_Route]], listed: list[tuple[_Route, Intervals]], addresses: Intervals
) -> list[Branch[_Route]]:
    """Return the longer routes first; a prefix list with unknown entries has the place of its entries."""
    long, remaining = _nested([row for row in rows if row.length >= _SHORT], addresses)
    result = list(long)
    for route, held in listed:
        if taken := intersect(remaining, held):
            result.append(Branch(taken, (route,)))
            remaining = subtract(remaining, taken)
    short, remaining = _nested([row for row in rows if row.length < _SHORT], remaining)
    result.extend(short)
    if remaining:
        result.append(Branch(remaining, (None,)))
    return _joined(result)


class _Open(msgspec.Struct, Generic[_Route], frozen=True, gc=False):
    """A block whose inner blocks are still being looked at, with those seen so far."""

    rows: list[RoutedBlock[_Route]]
    inner: list[Interval]


def _nested(rows: list[RoutedBlock[_Route]], addresses: Intervals) -> tuple[list[Branch[_Route]], Intervals]:
    """Return the addresses that each route takes, and the rest.

    Two blocks are one inside the other or apart, so that each route takes its block but for the blocks inside it.
    """
    blocks: dict[Interval, list[RoutedBlock[_Route]]] = {}
    for row in rows:
        blocks.setdefault(row.addresses[0], []).append(row)
    result: list[Branch[_Route]] = []
    outermost: _Open[_Route] = _Open([], [])
    stack = [outermost]

    def close(closing: _Open[_Route]) -> None:
        own = subtract(closing.rows[0].addresses, normalise(closing.inner))
        if taken := intersect(addresses, own):
            result.append(_first_of(closing.rows, taken))

    for low, high in sorted(blocks, key=lambda pair: (pair[0], -pair[1])):
        while len(stack) > 1 and stack[-1].rows[0].addresses[0][1] < low:
            close(stack.pop())
        stack[-1].inner.append((low, high))
        stack.append(_Open(blocks[low, high], []))
    while len(stack) > 1:
        close(stack.pop())
    return result, subtract(addresses, normalise(outermost.inner))


def _first_of(rows: list[RoutedBlock[_Route]], taken: Intervals) -> Branch[_Route]:
    """Return the routes of one block with static ones first; among prefix lists AWS takes any."""
    best = min(row.rank for row in rows)
    routes = list(dict.fromkeys(row.route for row in rows if row.rank == best))
    if best != _LISTED or len(routes) == 1:
        return Branch(taken, (routes[0],))
    lists = " and ".join(sorted({row.prefix_list for row in rows if row.prefix_list is not None}))
    return Branch(taken, tuple(routes), Missing(f"which of the overlapping prefix lists {lists} a packet goes by"))


def _joined(branches: list[Branch[_Route]]) -> list[Branch[_Route]]:
    """Return one branch for all addresses that take the same route, a prefix list's entries above all."""
    joined: dict[tuple[_Route | None, ...], list[Branch[_Route]]] = {}
    for branch in branches:
        joined.setdefault(branch.routes, []).append(branch)
    return [
        msgspec.structs.replace(same[0], addresses=union(*(branch_part.addresses for branch_part in same)))
        for same in joined.values()
    ]


def spell_route(route: Route | TransitGatewayRoute) -> str:
    """Say a route: ``0.0.0.0/0 → nat-…``."""
    return f"{route.to} → {spell_target(route.target)}"
