"""The design that a VPC has: its NAT gateways and endpoints, and the routes of the tasks' subnets."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import UNSET

from skerry.catalogue.services import service_of_endpoint
from skerry.cost.designs import NOTHING, Design, Exit, PublicAddresses, RegionalNat, ZonalNat
from skerry.launch.launches import Launch
from skerry.model.endpoints import VpcEndpoint
from skerry.model.missing import Missing
from skerry.model.network import NatGateway, Route, Subnet
from skerry.model.route_targets import InternetGatewayTarget, NatGatewayTarget, spell_target
from skerry.model.world import World

_DEFAULT = "0.0.0.0/0"
_PAID = {"available", "pending", "pendingAcceptance", "modifying", UNSET}
_REGIONAL = "regional"
_PUBLIC = "public"


def vpcs_of(world: World, launches: Iterable[Launch]) -> tuple[str, ...]:
    """Return the VPCs of the subnets of launches."""
    subnets = (world.subnets.get(name) for launch in launches for name in launch.subnets)
    return tuple(dict.fromkeys(subnet.vpc_id for subnet in subnets if subnet is not None))


def subnets_of(world: World, vpc_id: str, launches: Iterable[Launch]) -> tuple[Subnet, ...]:
    """Return the subnets of launches in a VPC."""
    names = dict.fromkeys(name for launch in launches for name in launch.subnets)
    rows = (world.subnets.get(name) for name in names)
    return tuple(subnet for subnet in rows if subnet is not None and subnet.vpc_id == vpc_id)


def zones_of(subnets: Iterable[Subnet]) -> int:
    """Return the number of zones of subnets; each subnet of an unknown zone counts."""
    return len(
        {subnet.subnet_id if subnet.availability_zone is UNSET else subnet.availability_zone for subnet in subnets}
    )


def design_of_network(
    world: World, vpc_id: str, launches: Iterable[Launch], tasks: int, *, name: str = "today", title: str = "today"
) -> Design:
    """Return the design of a VPC for the tasks of launches.

    Every NAT gateway and endpoint of the VPC costs, used or not; routes decide where the bytes flow.
    """
    chosen = list(launches)
    subnets = subnets_of(world, vpc_id, chosen)
    nats = [nat for nat in world.facts.nat_gateways if nat.vpc_id == vpc_id and nat.state in _PAID]
    endpoints = world.endpoints_of(vpc_id)
    rows = [] if isinstance(endpoints, Missing) else [row for row in endpoints if _is_paid(row)]
    interfaces = [row for row in rows if row.vpc_endpoint_type == "Interface"]
    routes = [route for subnet in subnets if (route := default_route_of(world, subnet)) is not None]
    public = any(launch.public_address is True for launch in chosen) and any(
        isinstance(route.target, InternetGatewayTarget) for route in routes
    )
    exits: list[Exit] = [PublicAddresses(tasks)] if public else []
    zonal = [nat for nat in nats if nat.availability_mode != _REGIONAL]
    if zonal:
        exits.append(ZonalNat(len(zonal), sum(map(public_addresses_of, zonal))))
    regional = len(nats) - len(zonal)
    if regional:
        exits.append(RegionalNat(regional, regional * max(zones_of(world.subnets_in(vpc_id)), 1)))
    return Design(
        id=name,
        title=title,
        exits=tuple(exits),
        services=tuple(dict.fromkeys(map(_service_of, interfaces))),
        endpoint_zones=sum(len(row.subnet_ids) for row in interfaces),
        gateways=tuple(_gateways(world, rows, subnets)),
        crossing=_crossing(world, nats, subnets),
        endpoint_crossing=_endpoint_crossing(world, interfaces, subnets),
        unpriced=tuple(_unpriced(world, vpc_id, endpoints, routes)),
        used=public or any(isinstance(route.target, NatGatewayTarget) for route in routes),
    )


def default_route_of(world: World, subnet: Subnet) -> Route | None:
    """Return the default route of a subnet; None without one, or without its table."""
    table = world.route_table_of(subnet)
    if isinstance(table, Missing) or table.routes is UNSET:
        return None
    return next((route for route in table.routes if route.destination_cidr_block == _DEFAULT), None)


def _is_paid(endpoint: VpcEndpoint) -> bool:
    """Return whether an endpoint exists: it costs in any state until it is deleted."""
    return endpoint.state is UNSET or endpoint.state.lower() not in {"deleting", "deleted", "rejected", "failed"}


def public_addresses_of(nat: NatGateway) -> int:
    """Return the public addresses of a NAT gateway; one that does not list them has one, and a private one has none."""
    if nat.connectivity_type != _PUBLIC:
        return 0
    return 1 if nat.nat_gateway_addresses is UNSET else max(len(nat.nat_gateway_addresses), 1)


def _service_of(endpoint: VpcEndpoint) -> str:
    name = "" if endpoint.service_name is UNSET else endpoint.service_name
    ref = service_of_endpoint(name)
    return ref.key if ref is not None else name


def _gateways(world: World, rows: list[VpcEndpoint], subnets: tuple[Subnet, ...]) -> Iterable[str]:
    """Yield the services whose gateway endpoints are on the route tables of all subnets."""
    tables = [world.route_table_of(subnet) for subnet in subnets]
    names = {None if isinstance(table, Missing) else table.route_table_id for table in tables}
    for row in rows:
        if row.vpc_endpoint_type == "Gateway" and names and names <= set(row.route_table_ids):
            yield _service_of(row)


def _zone_of(world: World, subnet_id: str | None) -> str | None:
    subnet = None if subnet_id is None else world.subnets.get(subnet_id)
    return None if subnet is None or subnet.availability_zone is UNSET else subnet.availability_zone


def _crossing(world: World, nats: list[NatGateway], subnets: tuple[Subnet, ...]) -> Decimal:
    """Return the share of subnets whose default route leads to a NAT gateway of another zone."""
    by_id = {nat.nat_gateway_id: nat for nat in nats if nat.availability_mode != _REGIONAL}
    crosses = []
    for subnet in subnets:
        route = default_route_of(world, subnet)
        nat = None if route is None else by_id.get(route.nat_gateway_id or "")
        if nat is not None:
            zones = _zone_of(world, nat.subnet_id), _zone_of(world, subnet.subnet_id)
            crosses.append(None not in zones and zones[0] != zones[1])
    return Decimal(sum(crosses)) / len(crosses) if crosses else NOTHING


def _endpoint_crossing(world: World, interfaces: list[VpcEndpoint], subnets: tuple[Subnet, ...]) -> Decimal:
    """Return the share of pairs of an endpoint and a zone of tasks without an interface of the endpoint."""
    zones = {_zone_of(world, subnet.subnet_id) for subnet in subnets} - {None}
    lacks = [zone not in {_zone_of(world, subnet) for subnet in row.subnet_ids} for row in interfaces for zone in zones]
    return Decimal(sum(lacks)) / len(lacks) if lacks else NOTHING


def _unpriced(
    world: World, vpc_id: str, endpoints: tuple[VpcEndpoint, ...] | Missing, routes: list[Route]
) -> Iterable[Missing]:
    """Yield the parts of a network without a known price, and the facts about its parts that were not read."""
    if isinstance(endpoints, Missing):
        yield endpoints
    if not world.knows("nat_gateways", vpc_id):
        yield world.missing_for("nat_gateways", f"the NAT gateways of {vpc_id}")
    for target in dict.fromkeys(route.target for route in routes):
        if not isinstance(target, NatGatewayTarget | InternetGatewayTarget):
            yield Missing(f"the price of the default route to {spell_target(target)}")
