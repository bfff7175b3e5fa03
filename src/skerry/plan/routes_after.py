"""The route tables and NAT gateways after a change."""

from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from skerry.model.facts import Facts
from skerry.model.network import NatAddress, NatGateway, Route, RouteTable
from skerry.model.rule_blocks import Ipv4RuleBlock
from skerry.plan.changes import (
    CreateNatGateway,
    DeleteRoute,
    GatewayKind,
    ReplaceRoute,
    RouteToInternetGateway,
    RouteToNat,
)

EVERYWHERE = "0.0.0.0/0"


def with_route_change(
    facts: Facts, change: RouteToNat | RouteToInternetGateway | ReplaceRoute | DeleteRoute | CreateNatGateway
) -> Facts:
    """Return the facts with another route, or with a new NAT gateway."""
    match change:
        case CreateNatGateway():
            return replace(facts, nat_gateways=(*facts.nat_gateways, _nat_gateway(change)))
        case RouteToNat() | RouteToInternetGateway() | ReplaceRoute() | DeleteRoute():
            tables = tuple(
                _changed(table, change) if table.route_table_id == change.route_table_id else table
                for table in facts.route_tables
            )
            return replace(facts, route_tables=tables)
        case _:
            assert_never(change)


def add_route(table: RouteTable, route: Route) -> RouteTable:
    """Return a table with one more route; AWS takes no second one to the same destination, be it a black hole.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (RouteAlreadyExists)
    """
    if table.routes is UNSET or any(existing.to == route.to for existing in table.routes):
        return table
    return replace(table, routes=(*table.routes, route))


def _nat_gateway(change: CreateNatGateway) -> NatGateway:
    address = NatAddress(allocation_id=change.allocation_id)
    return NatGateway(
        nat_gateway_id=change.nat_gateway_id,
        vpc_id=change.vpc_id,
        subnet_id=change.subnet_id,
        state="available",
        nat_gateway_addresses=(address,),
    )


def _changed(table: RouteTable, change: RouteToNat | RouteToInternetGateway | ReplaceRoute | DeleteRoute) -> RouteTable:
    match change:
        case RouteToNat():
            return add_route(table, _route("nat-gateway", change.nat_gateway_id))
        case RouteToInternetGateway():
            return add_route(table, _route("internet-gateway", change.internet_gateway_id))
        case ReplaceRoute():
            return _with_target(table, change)
        case DeleteRoute():
            return _without(table, change.destination)
        case _:
            assert_never(change)


def _route(kind: GatewayKind, target: str, destination: str = EVERYWHERE) -> Route:
    block = Ipv4RuleBlock(destination)
    match kind:
        case "internet-gateway":
            return Route(destination_cidr_block=block, gateway_id=target)
        case "nat-gateway":
            return Route(destination_cidr_block=block, nat_gateway_id=target)
        case _:
            assert_never(kind)


def _with_target(table: RouteTable, change: ReplaceRoute) -> RouteTable:
    if table.routes is UNSET:
        return table
    route = _route(change.target_kind, change.target, change.destination)
    return replace(table, routes=tuple(route if row.to == change.destination else row for row in table.routes))


def _without(table: RouteTable, destination: str) -> RouteTable:
    if table.routes is UNSET:
        return table
    return replace(table, routes=tuple(row for row in table.routes if row.to != destination))
