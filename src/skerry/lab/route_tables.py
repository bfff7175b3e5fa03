"""Route tables as Linux routing tables, which choose the longest prefix as AWS does.

https://docs.aws.amazon.com/vpc/latest/userguide/route-tables-priority.html
"""

from collections.abc import Callable
from typing import Literal, NamedTuple

from msgspec import UNSET

from skerry.errors import SkerryError
from skerry.lab import input_checks
from skerry.lab.nftables import make_unread_error
from skerry.lab.topology_records import FAR, LOCAL, VOID, Device, Line, TrafficOrigin
from skerry.model.facts import Missing
from skerry.model.network import NatGateway, NetworkInterface, Route, RouteTable
from skerry.model.world import World
from skerry.net.cidr import Cidr

_EVERYTHING = Cidr("0.0.0.0/0")
_DYNAMIC = {"EnableVgwRoutePropagation", "Advertisement"}
_ATTACHED = {"available", "attached"}


GatewayKind = Literal["internet", "endpoint", "peering"]


class Targets(NamedTuple):
    """The targets of a table's routes, if they work and a lab builds them."""

    nats: tuple[NatGateway, ...]
    interfaces: tuple[NetworkInterface, ...]
    gateways: tuple[tuple[str, GatewayKind, str], ...]


def targets_of(world: World, vpc_id: str, table: RouteTable) -> Targets:
    """Return the targets of a table's routes."""
    nats: dict[str, NatGateway] = {}
    interfaces: dict[str, NetworkInterface] = {}
    gateways: dict[str, tuple[str, GatewayKind, str]] = {}
    for route in _routes(table):
        if route.state != "active":
            continue
        gateway = route.gateway_id or ""
        nat = world.nat_gateways.get(route.nat_gateway_id or "")
        if nat is not None and works(nat.state):
            if nat.availability_mode != "zonal":
                raise SkerryError(f"the lab does not build regional NAT gateways: {nat.nat_gateway_id}")
            nats[nat.nat_gateway_id] = nat
        interface = world.network_interfaces.get(route.network_interface_id or "")
        if interface is not None:
            interfaces[interface.network_interface_id] = interface
        if gateway.startswith("igw-") and _attached(world, gateway, vpc_id):
            _require_open(world, vpc_id)
            gateways[gateway] = (gateway, "internet", FAR)
        endpoint = world.vpc_endpoints.get(gateway)
        if endpoint is not None and endpoint.vpc_endpoint_type == "GatewayLoadBalancer":
            raise SkerryError(f"the lab does not build endpoints of Gateway Load Balancers: {gateway}")
        if endpoint is not None and endpoint.vpc_endpoint_type == "Gateway" and works(endpoint.state):
            gateways[gateway] = (gateway, "endpoint", FAR)
        connection = route.vpc_peering_connection_id or ""
        peer = _peer(world, connection, vpc_id)
        if peer is not None:
            gateways[connection] = (connection, "peering", peer)
    return Targets(tuple(nats.values()), tuple(interfaces.values()), tuple(gateways.values()))


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
        rank = 2 if route.origin in _DYNAMIC else 1 if route.destination_prefix_list_id else 0
        for block in _blocks(world, table, route):
            # https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html
            if route.origin in _DYNAMIC and any(local_block.covers(block) for local_block in local):
                continue
            device, origin = _led(table, route, devices)
            if block not in ranked or ranked[block][0] > rank:
                ranked[block] = (rank, Line(block, device, realm(origin)))
    lines = [line for _, line in ranked.values()]
    if _EVERYTHING not in ranked:
        lines.append(Line(_EVERYTHING, VOID, realm(TrafficOrigin("route", table.route_table_id, "no route"))))
    return tuple(lines)


def _is_local(route: Route) -> bool:
    return route.gateway_id == "local" and route.destination_cidr_block is not None


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
    return input_checks.check_ipv4_blocks(entries, f"an entry of {route.destination_prefix_list_id}")


def _led(table: RouteTable, route: Route, devices: dict[str, Device]) -> tuple[Device, TrafficOrigin]:
    """Return the device of a route's target; `VOID` if the target is gone, does not work or is not built."""
    target = _target(route)
    to = route.destination_cidr_block or route.destination_prefix_list_id
    rule = f"{to} → {target}"
    if route.state != "active":
        return VOID, TrafficOrigin("route", table.route_table_id, f"{rule} ({route.state})")
    if target == "local":
        return LOCAL, TrafficOrigin("route", table.route_table_id, rule)
    if target in devices:
        return devices[target], TrafficOrigin("route", table.route_table_id, rule)
    return VOID, TrafficOrigin("gateway", target, rule)


def _target(route: Route) -> str:
    return (
        route.gateway_id
        or route.nat_gateway_id
        or route.vpc_peering_connection_id
        or route.network_interface_id
        or route.transit_gateway_id
        or route.instance_id
        or route.egress_only_internet_gateway_id
        or "a target that the lab does not build"
    )
