"""The design that a VPC has: its NAT gateways and endpoints, and the routes of the tasks' subnets."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import UNSET

from skerry.catalogue.services import service_of_endpoint
from skerry.cost.designs import NOTHING, Design, Exit, PublicAddresses, RegionalNat, ZonalNat
from skerry.cost.exit_ways import PUBLIC, REGIONAL, Load, subnets_of, ways_of, zone_of
from skerry.launch.launches import Launch
from skerry.model.endpoints import VpcEndpoint
from skerry.model.missing import Missing
from skerry.model.network import NatGateway, Subnet
from skerry.model.world import World

_PAID = {"available", "pending", "pendingAcceptance", "modifying", UNSET}


def vpcs_of(world: World, launches: Iterable[Launch]) -> tuple[str, ...]:
    """Return the VPCs of the subnets of launches."""
    subnets = (world.subnets.get(name) for launch in launches for name in launch.subnets)
    return tuple(dict.fromkeys(subnet.vpc_id for subnet in subnets if subnet is not None))


def zones_of(subnets: Iterable[Subnet]) -> int:
    """Return the number of zones of subnets; each subnet of an unknown zone counts."""
    return len(
        {subnet.subnet_id if subnet.availability_zone is UNSET else subnet.availability_zone for subnet in subnets}
    )


def design_of_network(
    world: World, vpc_id: str, loads: Iterable[Load], *, name: str = "today", title: str = "today"
) -> Design:
    """Return the design of a VPC for the tasks of launches.

    Every NAT gateway and endpoint of the VPC costs, used or not; routes decide where the bytes flow.
    """
    chosen = list(loads)
    subnets = subnets_of(world, vpc_id, [load.launch for load in chosen])
    nats = [nat for nat in world.facts.nat_gateways if nat.vpc_id == vpc_id and nat.state in _PAID]
    endpoints = world.endpoints_of(vpc_id)
    rows = [] if isinstance(endpoints, Missing) else [row for row in endpoints if _is_paid(row)]
    interfaces = [row for row in rows if row.vpc_endpoint_type == "Interface"]
    ways = ways_of(world, vpc_id, chosen, nats)
    exits: list[tuple[Exit, Decimal]] = [(PublicAddresses(ways.addresses), ways.public)] if ways.public else []
    zonal = [nat for nat in nats if nat.availability_mode != REGIONAL]
    if zonal:
        exits.append((ZonalNat(len(zonal), sum(map(public_addresses_of, zonal))), ways.zonal))
    regional = len(nats) - len(zonal)
    if regional:
        zones = regional * max(zones_of(world.subnets_in(vpc_id)), 1)
        exits.append((RegionalNat(regional, zones), ways.regional))
    total = ways.public + ways.zonal + ways.regional
    return Design(
        id=name,
        title=title,
        exits=tuple(way for way, _ in exits),
        services=tuple(dict.fromkeys(map(_service_of, interfaces))),
        endpoint_zones=sum(len(row.subnet_ids) for row in interfaces),
        gateways=tuple(_gateways(world, rows, subnets)),
        crossing=ways.crossing,
        endpoint_crossing=_endpoint_crossing(world, interfaces, subnets),
        unpriced=tuple(_unpriced(world, vpc_id, endpoints, ways.unpriced)),
        used=total > 0,
        shares=tuple(share / total for _, share in exits) if total else (),
    )


def _is_paid(endpoint: VpcEndpoint) -> bool:
    """Return whether an endpoint exists: it costs in any state until it is deleted."""
    return endpoint.state is UNSET or endpoint.state.lower() not in {"deleting", "deleted", "rejected", "failed"}


def public_addresses_of(nat: NatGateway) -> int:
    """Return the public addresses of a NAT gateway; one that does not list them has one, and a private one has none."""
    if nat.connectivity_type != PUBLIC:
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


def _endpoint_crossing(world: World, interfaces: list[VpcEndpoint], subnets: tuple[Subnet, ...]) -> Decimal:
    """Return the share of pairs of an endpoint and a zone of tasks without an interface of the endpoint."""
    zones = {zone_of(world, subnet.subnet_id) for subnet in subnets} - {None}
    lacks = [zone not in {zone_of(world, subnet) for subnet in row.subnet_ids} for row in interfaces for zone in zones]
    return Decimal(sum(lacks)) / len(lacks) if lacks else NOTHING


def _unpriced(
    world: World, vpc_id: str, endpoints: tuple[VpcEndpoint, ...] | Missing, of_routes: Iterable[Missing]
) -> Iterable[Missing]:
    """Yield the parts of a network without a known price, and the facts about its parts that were not read."""
    if isinstance(endpoints, Missing):
        yield endpoints
    if not world.knows("nat_gateways", vpc_id):
        yield world.missing_for("nat_gateways", f"the NAT gateways of {vpc_id}")
    yield from of_routes
