"""The disruption of changes of routes and NAT gateways."""

from collections.abc import Iterable
from typing import assert_never

from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.route_targets import spell_target
from skerry.model.world import World
from skerry.plan.changes import (
    CreateNatGateway,
    DeleteRoute,
    Disposition,
    ReplaceRoute,
    RouteChange,
    RouteToInternetGateway,
    RouteToNat,
)
from skerry.plan.subnet_choice import zone_of

_SHOWN = 5


def list_briefly(names: Iterable[str]) -> str:
    """Return the first names in alphabetical order, and the number of the others."""
    ordered = sorted(names)
    more = f" and {len(ordered) - _SHOWN} more" if len(ordered) > _SHOWN else ""
    return ", ".join(ordered[:_SHOWN]) + more


def effect_of_route(world: World, change: RouteChange | CreateNatGateway) -> tuple[Disposition, str]:
    """Return the effect of a route on the subnets of its table.

    https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
    """
    match change:
        case CreateNatGateway():
            return "safe", "its public address is new: whoever admits callers by their address must admit it"
        case DeleteRoute():
            return "disruptive", "the target of the route is gone, and the route cannot be restored"
        case ReplaceRoute():
            earlier = _target_of(world, change)
            effect = f"{_subnets_of(world, change)} used {earlier}; open connections are closed"
            return "disruptive", effect + _crossing(world, change.route_table_id, change.target)
        case RouteToInternetGateway():
            effect = f"in {_subnets_of(world, change)} whatever has a public address can be reached from the internet"
            return "disruptive", effect
        case RouteToNat():
            effect = f"all of {_subnets_of(world, change)} reach the internet then"
            return "safe", effect + _crossing(world, change.route_table_id, change.nat_gateway_id)
        case _:
            assert_never(change)


def _crossing(world: World, table_id: str, nat_gateway_id: str) -> str:
    """Return the effect of a NAT gateway in another zone than subnets of a table; nothing where no zone is crossed.

    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html
    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-pricing.html
    """
    gateway = world.nat_gateways.get(nat_gateway_id)
    named = None if gateway is None else gateway.subnet_id
    place = None if named is None else world.subnets.get(named)
    zone = None if place is None else zone_of(place)
    if zone is None:
        return ""
    crossing = [subnet.subnet_id for subnet in _members_of(world, table_id) if zone_of(subnet) not in (zone, None)]
    if not crossing:
        return ""
    return f"; packets of {list_briefly(crossing)} cross to {zone}, which is billed by the GB, and fail with that zone"


def _target_of(world: World, change: ReplaceRoute) -> str:
    """Return the current target of a route."""
    routes = world.route_tables[change.route_table_id].routes
    targets = [
        spell_target(route.target) for route in (() if routes is UNSET else routes) if route.to == change.destination
    ]
    return targets[0] if targets else "no gateway"


def _subnets_of(world: World, change: RouteChange) -> str:
    """Return the subnets of a route table."""
    names = [subnet.subnet_id for subnet in _members_of(world, change.route_table_id)]
    return list_briefly(names) or f"the subnets of {change.route_table_id}"


def _members_of(world: World, table_id: str) -> list[Subnet]:
    tables = ((subnet, world.route_table_of(subnet)) for subnet in world.facts.subnets)
    return [subnet for subnet, table in tables if not isinstance(table, Missing) and table.route_table_id == table_id]
