"""The union of two maps of one service, before and after a plan: the frame of both pictures."""

from collections.abc import Iterable
from typing import Protocol, TypeVar

import msgspec

from skerry.draw.network_map import MapStep, MapSubnet, MapTable, MapVpc, NetworkMap


class _Named(Protocol):
    @property
    def id(self) -> str: ...


_Row = TypeVar("_Row", bound=_Named)


def union_of(first: NetworkMap, other: NetworkMap) -> NetworkMap:
    """Return a map with all parts of both, and the steps of both."""
    vpcs = {vpc.id: vpc for vpc in first.vpcs}
    for vpc in other.vpcs:
        vpcs[vpc.id] = _vpc(vpcs[vpc.id], vpc) if vpc.id in vpcs else vpc
    return msgspec.structs.replace(
        first,
        vpcs=tuple(sorted(vpcs.values(), key=lambda vpc: not vpc.is_home)),
        links=_rows(first.links, other.links),
        services=_rows(first.services, other.services),
        steps=(*first.steps, *(_renumbered(step, len(first.steps)) for step in other.steps)),
    )


def _renumbered(step: MapStep, behind: int) -> MapStep:
    return msgspec.structs.replace(step, number=step.number + behind)


def _vpc(first: MapVpc, other: MapVpc) -> MapVpc:
    subnets = {subnet.id: subnet for subnet in first.subnets}
    for subnet in other.subnets:
        subnets[subnet.id] = _subnet(subnets[subnet.id], subnet) if subnet.id in subnets else subnet
    return msgspec.structs.replace(
        first,
        subnets=tuple(sorted(subnets.values(), key=lambda subnet: (subnet.zone, subnet.id))),
        tables=_tables(first.tables, other.tables),
        gateways=_rows(first.gateways, other.gateways),
        is_closed=first.is_closed and other.is_closed,
    )


def _subnet(first: MapSubnet, other: MapSubnet) -> MapSubnet:
    return msgspec.structs.replace(first, chips=_rows(first.chips, other.chips), on_path=first.on_path or other.on_path)


def _tables(first: tuple[MapTable, ...], other: tuple[MapTable, ...]) -> tuple[MapTable, ...]:
    """Return the tables of both with the routes of both, so that a planned gateway stands at its table."""
    more = {table.id: table.routes for table in other}
    tables = _rows(first, other)
    return tuple(
        msgspec.structs.replace(table, routes=tuple(dict.fromkeys((*table.routes, *more.get(table.id, ())))))
        for table in tables
    )


def _rows(first: Iterable[_Row], other: Iterable[_Row]) -> tuple[_Row, ...]:
    rows = {row.id: row for row in first}
    for row in other:
        rows.setdefault(row.id, row)
    return tuple(rows.values())
