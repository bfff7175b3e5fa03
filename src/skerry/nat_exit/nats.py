"""NAT of a VPC: its gateways and instances, the routes to them, and the World without them."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import NatGateway, Route, RouteTable
from skerry.model.route_targets import EndpointTarget, InstanceTarget, InterfaceTarget, NatGatewayTarget
from skerry.model.world import World
from skerry.net.addresses import PUBLIC, Block
from skerry.net.intervals import intersect

_GONE = {"deleting", "deleted", "failed"}
_PUBLIC = "public"
_ACTIVE = "active"
_INTERFACES = "ec2:DescribeNetworkInterfaces"


class NatRoute(msgspec.Struct, frozen=True):
    """A route to a NAT: its table, and its destination as AWS writes it."""

    table: str
    destination: str


class Nat(msgspec.Struct, frozen=True):
    """A NAT gateway, or an interface that translates addresses, with the routes of its VPC to it.

    ``interfaces`` are its own. ``allocations`` are the ids of its Elastic IP addresses. ``record`` is None for an
    instance, and for a gateway that was not read.
    """

    id: str
    kind: Literal["gateway", "instance"]
    routes: tuple[NatRoute, ...] = ()
    interfaces: tuple[str, ...] = ()
    allocations: tuple[str, ...] = ()
    record: NatGateway | None = None


def nats_of(world: World, vpc_id: str) -> tuple[tuple[Nat, ...], tuple[Missing, ...]]:
    """Return the NATs of a VPC, and the facts about it that were not read.

    A private NAT gateway has no way to the internet, so it is none of them:
    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
    """
    routes: dict[str, list[NatRoute]] = {}
    instances: dict[str, list[NatRoute]] = {}
    missing: dict[Missing, None] = {}
    for table, route in _active_routes(world, vpc_id):
        row = NatRoute(table.route_table_id, route.to)
        match route.target:
            case NatGatewayTarget(id=name):
                routes.setdefault(name, []).append(row)
            case (InterfaceTarget() | InstanceTarget()) as target if _leads_to_internet(route):
                translates = _translates(world, target, row)
                if isinstance(translates, Missing):
                    missing[translates] = None
                elif translates:
                    instances.setdefault(target.id, []).append(row)
            case _:
                pass
    if not world.knows("nat_gateways", vpc_id):
        missing[world.missing_for("nat_gateways", f"the NAT gateways of {vpc_id}")] = None
    gateways = _gateways(world, vpc_id, routes)
    rows = (Nat(name, "instance", tuple(paths), _interfaces_of(world, name)) for name, paths in instances.items())
    return (*gateways, *rows), tuple(missing)


def remove_nats(world: World, nats: Iterable[Nat]) -> World:
    """Return the World without these NATs and without the routes to them."""
    names = {nat.id for nat in nats}
    facts = world.facts
    tables = tuple(
        table
        if table.routes is UNSET
        else msgspec.structs.replace(table, routes=tuple(route for route in table.routes if not _is_to(route, names)))
        for table in facts.route_tables
    )
    gateways = tuple(row for row in facts.nat_gateways if row.nat_gateway_id not in names)
    return World(msgspec.structs.replace(facts, route_tables=tables, nat_gateways=gateways))


def subnets_behind(world: World, vpc_id: str, nats: Iterable[Nat]) -> tuple[tuple[str, ...], tuple[Missing, ...]]:
    """Return the subnets with a way to one of the NATs, and the route tables of subnets that were not read.

    The way may lead through a firewall, whose own subnet has the route to the NAT:
    https://docs.aws.amazon.com/network-firewall/latest/developerguide/arch-igw-ngw.html
    """
    names = {nat.id for nat in nats}
    routes: dict[str, list[Route]] = {}
    missing: dict[Missing, None] = {}
    for subnet in world.subnets_in(vpc_id):
        table = world.route_table_of(subnet)
        if isinstance(table, Missing):
            missing[table] = None
        elif table.routes is UNSET:
            missing[world.missing_for("route_tables", f"the routes of {table.route_table_id}")] = None
        else:
            routes[subnet.subnet_id] = [route for route in table.routes if route.state == _ACTIVE]
    behind: dict[str, None] = {}
    pending = [name for name, rows in routes.items() if any(_is_to(route, names) for route in rows)]
    while pending:
        behind |= dict.fromkeys(pending)
        pending = [
            name
            for name, rows in routes.items()
            if name not in behind
            and any(not behind.keys().isdisjoint(_subnets_of_middlebox(world, route)) for route in rows)
        ]
    return tuple(name for name in routes if name in behind), tuple(missing)


def _subnets_of_middlebox(world: World, route: Route) -> tuple[str, ...]:
    """Return the subnets of a middlebox in a route to the internet: an appliance, or a private NAT gateway."""
    if isinstance(route.destination, Block) and not _leads_to_internet(route):
        return ()
    match route.target:
        case EndpointTarget(id=name):
            endpoint = world.vpc_endpoints.get(name)
            return () if endpoint is None else endpoint.subnet_ids
        case (InterfaceTarget() | InstanceTarget()) as target:
            rows = (world.network_interfaces[name] for name in _interfaces_of(world, target.id))
            return tuple(row.subnet_id for row in rows if row.subnet_id is not UNSET)
        case NatGatewayTarget(id=name):
            gateway = world.nat_gateways.get(name)
            return () if gateway is None or gateway.subnet_id is None else (gateway.subnet_id,)
        case _:
            return ()


def _active_routes(world: World, vpc_id: str) -> Iterator[tuple[RouteTable, Route]]:
    for table in world.facts.route_tables:
        if table.vpc_id == vpc_id and table.routes is not UNSET:
            yield from ((table, route) for route in table.routes if route.state == _ACTIVE)


def _gateways(world: World, vpc_id: str, routes: dict[str, list[NatRoute]]) -> Iterator[Nat]:
    """Yield the public NAT gateways of a VPC: existing ones, and those in routes."""
    own = [row.nat_gateway_id for row in world.facts.nat_gateways if row.vpc_id == vpc_id]
    for name in dict.fromkeys((*own, *routes)):
        row = world.nat_gateways.get(name)
        paths = tuple(routes.get(name, ()))
        if row is None:
            yield Nat(name, "gateway", paths)
        elif row.connectivity_type == _PUBLIC and (row.state is UNSET or row.state not in _GONE):
            addresses = () if row.nat_gateway_addresses is UNSET else row.nat_gateway_addresses
            interfaces = tuple(item.network_interface_id for item in addresses if item.network_interface_id)
            allocations = tuple(item.allocation_id for item in addresses if item.allocation_id)
            yield Nat(name, "gateway", paths, interfaces, allocations, row)


def _leads_to_internet(route: Route) -> bool:
    block = route.destination
    return isinstance(block, Block) and bool(intersect(block.addresses, PUBLIC))


def _translates(world: World, target: InterfaceTarget | InstanceTarget, route: NatRoute) -> bool | Missing:
    """Return whether the target of a route may be a NAT instance: it forwards, and its instance has a public address.

    The public address may be that of another interface of the instance, as with fck-nat:
    https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html
    """
    rows = world.facts.network_interfaces
    targets = [row for row in rows if target.id in {row.network_interface_id, row.attachment.instance_id}]
    if not targets:
        return Missing(f"whether {target.id}, to which {route.table} leads, translates addresses", _INTERFACES)
    own = set(_interfaces_of(world, target.id))
    is_public = any(row.association.public_ip is not None for row in rows if row.network_interface_id in own)
    return is_public and any(row.source_dest_check is not True for row in targets)


def _interfaces_of(world: World, name: str) -> tuple[str, ...]:
    """Return the interfaces of the instance of this id, or of the instance with the interface of this id."""
    rows = world.facts.network_interfaces
    owners = {row.attachment.instance_id for row in rows if name == row.network_interface_id} | {name}
    return tuple(
        row.network_interface_id
        for row in rows
        if row.network_interface_id == name or row.attachment.instance_id in owners - {None}
    )


def _is_to(route: Route, names: set[str]) -> bool:
    target = route.target
    return isinstance(target, NatGatewayTarget | InterfaceTarget | InstanceTarget) and target.id in names
