"""Route tables as Linux routing tables, which choose the longest prefix as AWS does.

https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, TypeAlias, assert_never

from msgspec import UNSET

from skerry.errors import SkerryError
from skerry.lab import input_checks
from skerry.lab.nftables import make_unread_error
from skerry.lab.topology_records import FAR, LOCAL, NOT_BUILT, VOID, Device, Line, TrafficOrigin
from skerry.model.facts import Missing
from skerry.model.network import NatGateway, NetworkInterface, Route, RouteTable
from skerry.model.route_targets import (
    CarrierGatewayTarget,
    CoreNetworkTarget,
    EgressOnlyGatewayTarget,
    EndpointTarget,
    InstanceTarget,
    InterfaceTarget,
    InternetGatewayTarget,
    LocalGatewayTarget,
    LocalTarget,
    NatGatewayTarget,
    OdbNetworkTarget,
    PeeringTarget,
    RouteTarget,
    TransitGatewayTarget,
    UnknownGatewayTarget,
    VpnGatewayTarget,
    spell_target,
)
from skerry.model.world import World
from skerry.net.cidr import Cidr, ipv4_blocks_of

_EVERYTHING = Cidr("0.0.0.0/0")
_ATTACHED = {"available", "attached"}


GatewayKind = Literal["internet", "endpoint", "peering"]


class TargetGateway(NamedTuple):
    """A gateway, and what is behind it: the peer VPC, or `FAR`."""

    name: str
    kind: GatewayKind
    to: str


_Built: TypeAlias = NatGateway | NetworkInterface | TargetGateway

_NotBuilt: TypeAlias = (
    VpnGatewayTarget
    | TransitGatewayTarget
    | EgressOnlyGatewayTarget
    | CarrierGatewayTarget
    | LocalGatewayTarget
    | CoreNetworkTarget
    | OdbNetworkTarget
    | UnknownGatewayTarget
    | Missing
)


class Targets(NamedTuple):
    """The targets of a table's routes, if they work and a lab builds them."""

    nats: tuple[NatGateway, ...]
    interfaces: tuple[NetworkInterface, ...]
    gateways: tuple[TargetGateway, ...]


def targets_of(world: World, vpc_id: str, table: RouteTable) -> Targets:
    """Return the targets of a table's routes."""
    active = [route for route in _routes(table) if route.state == "active"]
    built = list(dict.fromkeys(_build(world, vpc_id, route.target) for route in active))
    return Targets(
        tuple(target for target in built if isinstance(target, NatGateway)),
        tuple(target for target in built if isinstance(target, NetworkInterface)),
        tuple(target for target in built if isinstance(target, TargetGateway)),
    )


def _build(world: World, vpc_id: str, target: RouteTarget) -> _Built | None:
    """Return the resource behind a route; None if it does not work, or if the lab builds nothing for it."""
    if isinstance(target, _NotBuilt):
        return None
    match target:
        case NatGatewayTarget():
            return _nat(world, target.id)
        case InterfaceTarget():
            return world.network_interfaces.get(target.id)
        case InternetGatewayTarget():
            return _internet_gateway(world, target.id, vpc_id)
        case EndpointTarget():
            return _gateway_endpoint(world, target.id)
        case PeeringTarget():
            peer = _peer(world, target.id, vpc_id)
            return None if peer is None else TargetGateway(target.id, "peering", peer)
        case LocalTarget() | InstanceTarget():
            return None
        case _:
            assert_never(target)


def _nat(world: World, nat_id: str) -> NatGateway | None:
    nat = world.nat_gateways.get(nat_id)
    if nat is None or not works(nat.state):
        return None
    if nat.availability_mode != "zonal":
        raise SkerryError(f"the lab does not build regional NAT gateways: {nat_id}")
    return nat


def _internet_gateway(world: World, gateway_id: str, vpc_id: str) -> TargetGateway | None:
    if not _attached(world, gateway_id, vpc_id):
        return None
    _require_open(world, vpc_id)
    return TargetGateway(gateway_id, "internet", FAR)


def _gateway_endpoint(world: World, endpoint_id: str) -> TargetGateway | None:
    endpoint = world.vpc_endpoints.get(endpoint_id)
    if endpoint is not None and endpoint.vpc_endpoint_type == "GatewayLoadBalancer":
        raise SkerryError(f"the lab does not build endpoints of Gateway Load Balancers: {endpoint_id}")
    if endpoint is None or endpoint.vpc_endpoint_type != "Gateway" or not works(endpoint.state):
        return None
    return TargetGateway(endpoint_id, "endpoint", FAR)


def _routes(table: RouteTable) -> tuple[Route, ...]:
    if table.routes is UNSET:
        raise make_unread_error(Missing(f"the routes of {table.route_table_id}", "ec2:DescribeRouteTables"))
    return table.routes


def _require_open(world: World, vpc_id: str) -> None:
    """Raise `SkerryError` if Block Public Access may stop traffic through internet gateways.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-vpc-bpa.html
    """
    modes = {record.internet_gateway_block_mode for record in world.facts.public_access_modes}
    modes |= {record.block_public_access_states.internet_gateway_block_mode for record in world.subnets_in(vpc_id)}
    if modes - {UNSET, "off"}:
        raise SkerryError(f"the lab does not build Block Public Access, which is on in {vpc_id}")


def _attached(world: World, gateway_id: str, vpc_id: str) -> bool:
    gateway = world.internet_gateways.get(gateway_id)
    if gateway is None or gateway.attachments is UNSET:
        raise make_unread_error(Missing(f"internet gateway {gateway_id}", "ec2:DescribeInternetGateways"))
    return any(item.vpc_id == vpc_id and item.state in _ATTACHED for item in gateway.attachments)


def works(state: object) -> bool:
    """Tell whether a state is "available", which AWS writes in two ways."""
    return str(state).lower() == "available"


def _peer(world: World, connection_id: str, vpc_id: str) -> str | None:
    """Return the VPC at the other end of an active peering connection, if it was read."""
    rows = {record.vpc_peering_connection_id: record for record in world.facts.peering_connections}
    peering = rows.get(connection_id)
    if peering is None or peering.status.code != "active":
        return None
    if (
        None not in (ends := (peering.requester_vpc_info.region, peering.accepter_vpc_info.region))
        and ends[0] != ends[1]
    ):
        # AWS does not resolve references to the peer's security groups across Regions, but the lab would.
        raise SkerryError(f"the lab builds no peering between Regions: {connection_id}")
    sides = [peering.requester_vpc_info.vpc_id, peering.accepter_vpc_info.vpc_id]
    others = [side for side in sides if side is not None and side != vpc_id and side in world.vpcs]
    return others[0] if others and vpc_id in sides else None


def lines_of(
    world: World, table: RouteTable, devices: dict[str, Device], realm: Callable[[TrafficOrigin], int]
) -> tuple[Line, ...]:
    """Return the Linux routes of a table, one for each block.

    For one block a static route wins over a prefix list's, and that over a propagated route.
    """
    ranked: dict[Cidr, tuple[int, Line]] = {}
    local = [block for route in _routes(table) if _is_local(route) for block in _blocks(world, table, route)]
    for route in _routes(table):
        rank = 2 if route.is_dynamic else 1 if route.destination_prefix_list_id else 0
        for block in _blocks(world, table, route):
            # https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html
            if route.is_dynamic and any(local_block.covers(block) for local_block in local):
                continue
            device, origin = _led(table, route, devices)
            if block not in ranked or ranked[block][0] > rank:
                ranked[block] = (rank, Line(block, device, realm(origin)))
    lines = [line for _, line in ranked.values()]
    if _EVERYTHING not in ranked:
        lines.append(Line(_EVERYTHING, VOID, realm(TrafficOrigin("route", table.route_table_id, "no route"))))
    return tuple(lines)


def _is_local(route: Route) -> bool:
    return isinstance(route.target, LocalTarget) and route.destination_cidr_block is not None


def _blocks(world: World, table: RouteTable, route: Route) -> tuple[Cidr, ...]:
    if route.destination_cidr_block is not None:
        return (
            input_checks.check_cidr(
                route.destination_cidr_block, f"the destination of a route of {table.route_table_id}"
            ),
        )
    if route.destination_prefix_list_id is None:
        return ()
    entries = world.prefix_entries_of(route.destination_prefix_list_id)
    if isinstance(entries, Missing):
        raise make_unread_error(entries)
    return ipv4_blocks_of(entries)


def _led(table: RouteTable, route: Route, devices: dict[str, Device]) -> tuple[Device, TrafficOrigin]:
    """Return the device of a route's target; `VOID` if the target is gone, does not work or is not built."""
    target, name = route.target, table.route_table_id
    rule = f"{route.to} → {spell_target(target)}"
    if route.state != "active":
        return VOID, TrafficOrigin("route", name, f"{rule} ({route.state})")
    if isinstance(target, _NotBuilt):
        return VOID, TrafficOrigin(NOT_BUILT, spell_target(target), rule)
    match target:
        case LocalTarget():
            return LOCAL, TrafficOrigin("route", name, rule)
        case (
            InternetGatewayTarget()
            | EndpointTarget()
            | NatGatewayTarget()
            | PeeringTarget()
            | InterfaceTarget()
            | InstanceTarget()
        ):
            if target.id in devices:
                return devices[target.id], TrafficOrigin("route", name, rule)
            return VOID, TrafficOrigin("gateway", target.id, rule)
        case _:
            assert_never(target)
