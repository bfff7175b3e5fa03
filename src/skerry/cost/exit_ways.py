"""The ways of tasks' bytes out of a VPC: the default route of each subnet, weighed by the bytes of its tasks."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from msgspec import UNSET

from skerry.cost.designs import NOTHING
from skerry.launch.launches import Launch
from skerry.model.missing import Missing
from skerry.model.network import NatGateway, Route, Subnet
from skerry.model.route_targets import InternetGatewayTarget, NatGatewayTarget, spell_target
from skerry.model.world import World

REGIONAL = "regional"
"""The availability mode of a regional NAT gateway."""

PUBLIC = "public"
"""The connectivity type of a NAT gateway with a way to the internet."""

# Two routes to the halves of all addresses go before a default route, as VPN clients and split tables have them.
_DEFAULTS = ("0.0.0.0/1", "128.0.0.0/1", "0.0.0.0/0")
_BLACKHOLE = "blackhole"
_ONE = Decimal(1)


class Load(NamedTuple):
    """A launch with the tasks that run at once, and its weight in the bytes of a month."""

    launch: Launch
    tasks: int = 1
    weight: Decimal = _ONE


class ExitWays(NamedTuple):
    """The weights of the bytes by way: public addresses, zonal and regional NAT gateways.

    ``addresses`` are those of public tasks. ``crossing`` is the share of the zonal NAT gateways' bytes across zones.
    ``unpriced`` are ways without a price here.
    """

    public: Decimal
    zonal: Decimal
    regional: Decimal
    addresses: int
    crossing: Decimal
    unpriced: tuple[Missing, ...]


class _Way(NamedTuple):
    """The way of one subnet's share of a launch; ``nat`` is its NAT gateway, ``unpriced`` a way without a price."""

    weight: Decimal
    subnet: Subnet
    public: bool = False
    nat: NatGateway | None = None
    unpriced: Missing | None = None


def ways_of(world: World, vpc_id: str, loads: Sequence[Load], nats: Iterable[NatGateway]) -> ExitWays:
    """Return the ways of the bytes of launches in a VPC, each launch evenly over its subnets there."""
    by_id = {nat.nat_gateway_id: nat for nat in nats}
    weighed = any(load.weight for load in loads)
    ways: list[_Way] = []
    addresses = 0
    for load in loads:
        subnets = subnets_of(world, vpc_id, [load.launch])
        weight = load.weight if weighed else _ONE
        own = [_way_of(world, load.launch, subnet, weight / len(subnets), by_id) for subnet in subnets]
        addresses += load.tasks if any(way.public for way in own) else 0
        ways += own
    zonal = [way for way in ways if way.nat is not None and way.nat.availability_mode != REGIONAL]
    regional = [way for way in ways if way.nat is not None and way.nat.availability_mode == REGIONAL]
    crossing = _sum(way for way in zonal if _crosses(world, way))
    return ExitWays(
        _sum(way for way in ways if way.public),
        _sum(zonal),
        _sum(regional),
        addresses,
        crossing / _sum(zonal) if crossing else NOTHING,
        tuple(dict.fromkeys(way.unpriced for way in ways if way.unpriced is not None)),
    )


def _way_of(world: World, launch: Launch, subnet: Subnet, weight: Decimal, nats: dict[str, NatGateway]) -> _Way:
    way = _Way(weight, subnet)
    route = default_route_of(world, subnet)
    match None if route is None else route.target:
        case None:
            return way
        case InternetGatewayTarget():
            return way._replace(public=launch.public_address is True)
        case NatGatewayTarget(id=name):
            nat = nats.get(name)
            if nat is None:
                # The owner of a shared VPC alone lists its NAT gateways, and pays for them:
                # https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
                return way._replace(unpriced=Missing(f"NAT gateway {name}", "ec2:DescribeNatGateways"))
            beyond = Missing(f"the price of the way beyond private NAT gateway {name}")
            return way._replace(nat=nat, unpriced=None if nat.connectivity_type == PUBLIC else beyond)
        case target:
            return way._replace(unpriced=Missing(f"the price of the default route to {spell_target(target)}"))


def default_route_of(world: World, subnet: Subnet) -> Route | None:
    """Return the default route of a subnet, or that to a half of all addresses; None without one, or its table."""
    table = world.route_table_of(subnet)
    if isinstance(table, Missing) or table.routes is UNSET:
        return None
    routes = {str(route.destination_cidr_block): route for route in table.routes if route.state != _BLACKHOLE}
    return next((routes[block] for block in _DEFAULTS if block in routes), None)


def subnets_of(world: World, vpc_id: str, launches: Iterable[Launch]) -> tuple[Subnet, ...]:
    """Return the subnets of launches in a VPC."""
    names = dict.fromkeys(name for launch in launches for name in launch.subnets)
    rows = (world.subnets.get(name) for name in names)
    return tuple(subnet for subnet in rows if subnet is not None and subnet.vpc_id == vpc_id)


def zone_of(world: World, subnet_id: str | None) -> str | None:
    """Return the zone of a subnet, if it is known."""
    subnet = None if subnet_id is None else world.subnets.get(subnet_id)
    return None if subnet is None or subnet.availability_zone is UNSET else subnet.availability_zone


def _crosses(world: World, way: _Way) -> bool:
    """Return whether the NAT gateway of a subnet is in another zone, as far as both are known."""
    zones = zone_of(world, None if way.nat is None else way.nat.subnet_id), zone_of(world, way.subnet.subnet_id)
    return None not in zones and zones[0] != zones[1]


def _sum(ways: Iterable[_Way]) -> Decimal:
    return sum((way.weight for way in ways), NOTHING)
