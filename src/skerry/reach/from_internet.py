"""From the internet to an interface: the walk the other way round."""

from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.interface_addresses import public_address_of
from skerry.model.network import NetworkInterface, Route, Subnet
from skerry.model.route_targets import InternetGatewayTarget, spell_target
from skerry.model.world import World
from skerry.net.addresses import PUBLIC
from skerry.net.intervals import Intervals
from skerry.net.packets import Box
from skerry.reach import client_ports, routing
from skerry.reach.cache import Memo
from skerry.reach.destinations import Destinations
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.outcome import Outcome
from skerry.reach.public_access import block_reason_of
from skerry.reach.security_filters import Filters, Peer
from skerry.reach.trace import Destination, Hop, PacketPath, PathPart, Trace, join_segments, judge
from skerry.reach.vpc_hops import make_lost_reply

_NAT = "nat_gateway"


def walk_from_internet(
    world: World, destinations: Destinations, interface: NetworkInterface, protocol: str, port: int
) -> Outcome:
    """Walk from anywhere on the internet to a network interface's public address, and back."""
    destination = destinations.of_interface(interface)
    subnet = world.find_subnet("" if interface.subnet_id is UNSET else interface.subnet_id)
    if isinstance(destination, Missing) or isinstance(subnet, Missing):
        missing = destination if isinstance(destination, Missing) else subnet
        assert isinstance(missing, Missing)  # noqa: S101 -- one of the two is
        nowhere = Destination(interface.network_interface_id, ())
        return _outcome(nowhere, (make_undecided_hop("interface", interface.network_interface_id, missing),), None)
    numbers = ((port, port),)
    filters = Filters(world, Memo())
    acl = world.network_acl_of(subnet.subnet_id)
    first = (_gateway(world, interface, subnet),)
    there = (filters.acl(acl, "in", "there", protocol, PUBLIC, numbers),)
    back = (filters.acl(acl, "out", "back", protocol, PUBLIC, client_ports.INTERNET), *_reply(world, subnet))
    way = PathPart(Box(PUBLIC, destination.addresses, client_ports.INTERNET), there, back)
    last = _guard(filters, interface, destination, (protocol, port))
    return _outcome(destination, first, PacketPath.of((way,), None, choice=destination.choice), last)


def _outcome(
    destination: Destination, first: tuple[Hop, ...], passage: PacketPath | None, last: Hop | None = None
) -> Outcome:
    judgement = judge(join_segments(first, passage, last, destination))
    return Outcome(
        judgement.verdict, (Trace("internet", destination, first, passage, last, *judgement),), judgement.because
    )


def _gateway(world: World, interface: NetworkInterface, subnet: Subnet) -> Hop:
    gateway = next(
        (
            internet_gateway.internet_gateway_id
            for internet_gateway in world.facts.internet_gateways
            if internet_gateway.attachments is not UNSET
            and any(item.vpc_id == subnet.vpc_id for item in internet_gateway.attachments)
        ),
        None,
    )
    if gateway is None:
        unattached = any(internet_gateway.attachments is UNSET for internet_gateway in world.facts.internet_gateways)
        if unattached or not world.knows("internet_gateways"):
            fact = world.missing_for("internet_gateways", f"the internet gateway of {subnet.vpc_id}")
            return make_undecided_hop("gateway", subnet.vpc_id, fact)
        return make_lost_hop("gateway", subnet.vpc_id, "NO_PATH", f"{subnet.vpc_id} has no internet gateway")
    public = public_address_of(interface, interface.private_ip_address)
    if public is None:
        message = f"{interface.network_interface_id} has no public address, so {gateway} lets nothing in to it"
        return make_lost_hop("gateway", gateway, "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", message)
    stopped = block_reason_of(world, subnet, outward=False, replies_only=False)
    if isinstance(stopped, Missing):
        return make_undecided_hop("gateway", gateway, stopped)
    if stopped is not None:
        return make_lost_hop("gateway", gateway, "VPC_BLOCK_PUBLIC_ACCESS_ENABLED", stopped)
    table = world.edge_route_table_of(gateway)
    if table is not None:
        fact = Missing(f"where {table.route_table_id} of {gateway} sends what comes in")
        return make_undecided_hop("gateway", gateway, fact)
    return Hop("gateway", gateway, "in", rule=str(public))


def _guard(filters: Filters, interface: NetworkInterface, destination: Destination, traffic: tuple[str, int]) -> Hop:
    name = interface.network_interface_id
    if interface.interface_type == _NAT:
        message = f"{name} is a NAT gateway's: it accepts no connection"
        return make_lost_hop("interface", name, "NGW_ACCEPTS_NO_CONNECTION", message)
    groups = destination.groups or Missing(f"the security groups of {name}", "ec2:DescribeNetworkInterfaces")
    return filters.groups(groups, "in", traffic, Peer(PUBLIC, "the internet", None))


def _reply(world: World, subnet: Subnet) -> tuple[Hop, ...]:
    """Return the hops of replies, which must leave by the internet gateway of the call."""
    table = world.route_table_of(subnet)
    internet = Destination("the internet", PUBLIC, elsewhere=True)
    rows = table if isinstance(table, Missing) else routing.compile_table(world, table)
    branches = rows if isinstance(rows, Missing) else routing.select_branches(world, rows, internet, PUBLIC)
    if isinstance(branches, Missing) or isinstance(table, Missing):
        missing = branches if isinstance(branches, Missing) else Missing("the route of the replies")
        return (make_undecided_hop("route", "", missing, leg="back"),)
    name = table.route_table_id
    return tuple(
        _by_route(name, branch.routes[0], branch.addresses)
        if branch.missing is None
        else make_undecided_hop("route", name, branch.missing, leg="back", source=branch.addresses)
        for branch in branches
    )


def _by_route(table: str, route: Route | None, addresses: Intervals) -> Hop:
    """Return the hops of replies to these addresses."""
    if route is None or route.state == "blackhole":
        return make_lost_reply(table, route, addresses)
    rule = routing.spell_route(route)
    if isinstance(route.target, InternetGatewayTarget):
        return Hop("route", table, leg="back", rule=rule)
    fact = Missing(f"what becomes of replies that leave by {spell_target(route.target)}")
    return make_undecided_hop("route", table, fact, rule, "back", addresses)
