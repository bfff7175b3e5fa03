"""NAT gateways: packets start again at the gateway's own address.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
"""

from typing import Final

import msgspec

from skerry.model.facts import Missing
from skerry.model.network import NatGateway, Route, RouteTable, Subnet
from skerry.model.route_targets import LOCAL, InternetGatewayTarget, NatGatewayTarget
from skerry.net.addresses import add_nat64_prefix, is_ipv6, strip_nat64_prefix
from skerry.net.intervals import EMPTY, Intervals, union
from skerry.net.packets import Box
from skerry.reach import client_ports, routing
from skerry.reach.gateways import judge_internet_gateway, judge_nat_gateway, make_lost_hop, make_undecided_hop
from skerry.reach.origin import DEEPEST, Fan, Passed, Start, Step
from skerry.reach.routing import Branch
from skerry.reach.security_filters import Peer
from skerry.reach.subnets import block_of
from skerry.reach.trace import Destination, Hop, HopPlace, PacketPath, PathPart
from skerry.reach.vpc_hops import GONE, Hops, VpcPaths, reply_hops_of, set_place

NAT: Final = "nat"
_INTERFACES = frozenset({"nat_gateway", "natGateway"})


def walk_through_nat(local: VpcPaths, step: Step, nat_id: str) -> Fan:
    """Walk through a NAT gateway: a second segment starts at its own interface, in its own subnet."""
    nat = local.world.nat_gateways.get(nat_id)
    state = judge_nat_gateway(local.world, nat_id, nat)
    place = None if nat is None or nat.subnet_id is None else local.world.subnets.get(nat.subnet_id)
    if place is not None:
        state = set_place(state, place)
    if nat is None or not state.clean:
        return _ends(local, step, state)
    behind = strip_nat64_prefix(step.addresses)
    if is_ipv6(step.addresses) and not behind:
        message = f"{nat_id} translates IPv6 only for addresses of 64:ff9b::/96"
        return _ends(local, step, make_lost_hop("gateway", nat_id, "NGW_DEST_ADDRESS_PRESERVATION", message))
    if nat.availability_mode == "regional":
        at = HopPlace(step.start.subnet.vpc_id)
        return _regional(local, step, nat, msgspec.structs.replace(state, at=at))
    start = _start(local, nat, step.start)
    if isinstance(start, Missing):
        return _ends(local, step, make_undecided_hop("gateway", nat_id, start))
    if step.start.what == NAT:
        return _ends(local, step, set_place(_no_exit(nat_id, step.start, start.subnet), start.subnet))
    there, back = local.between(step, start.subnet)
    destination, addresses = _untranslated(step, behind)
    onward_paths = local.fan(start, destination, addresses, step.traffic)
    return tuple(
        tuple(_after(local, step, (*there, state), back, passage) for passage in item) for item in onward_paths
    )


def _ends(local: VpcPaths, step: Step, hop: Hop) -> Fan:
    return local.dead_end(step.start, step.destination, step.addresses, step.traffic, step.hop, hop)


def _untranslated(step: Step, behind: Intervals) -> tuple[Destination, Intervals]:
    """Return where packets for NAT64's prefix really go: to the IPv4 addresses in it."""
    if not behind:
        return step.destination, step.addresses
    return step.destination.behind or step.destination, behind


def _after(
    local: VpcPaths, step: Step, there: tuple[Hop, ...], back: tuple[Hop, ...], onward: PacketPath
) -> PacketPath:
    """Return the paths of a NAT gateway's interface after the path to it; the sender is not seen beyond it."""
    start, first = step.start, onward.ways[0]
    if onward.guard is not None:
        peer = Peer(first.packets.source, f"NAT gateway in {step.hop.rule}", None)
        guard = local.filters.groups(onward.guard.groups, "in", step.traffic, peer)
        guard = msgspec.structs.replace(guard, at=onward.guard.at)
        first = PathPart(first.packets, (*first.there, guard), first.back)
    called = first.packets.destination
    if is_ipv6(step.addresses):
        called = add_nat64_prefix(called)
    way = PathPart(Box(start.addresses, called, start.ports), there, back)
    return PacketPath.of((way, first, *onward.ways[1:]), None, choice=onward.choice)


def _start(local: VpcPaths, nat: NatGateway, before: Start) -> Start | Missing:
    passed = (*before.passed, NatGatewayTarget(nat.nat_gateway_id))
    return local.memo.once(("nat start", passed), lambda: _new_start(local, nat, passed))


def _new_start(local: VpcPaths, nat: NatGateway, passed: tuple[Passed, ...]) -> Start | Missing:
    if len(passed) > DEEPEST:
        return Missing(f"where the way over {', '.join(target.id for target in passed)} ends")
    nat_addresses = nat.nat_gateway_addresses
    rows = nat_addresses if isinstance(nat_addresses, tuple) else ()
    subnet = local.world.find_subnet(nat.subnet_id or "")
    if isinstance(subnet, Missing) or not rows:
        return Missing(f"the subnet and addresses of {nat.nat_gateway_id}", "ec2:DescribeNatGateways")
    own = rows[0].private_ip.addresses if rows[0].private_ip is not None else block_of(subnet, EMPTY)
    # Only an Elastic IP address has an allocation, which is listed before its address.
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGatewayAddress.html
    public = any(row.public_ip is not None or row.allocation_id is not None for row in rows)
    return Start(subnet, own, client_ports.NAT, public, NAT, passed=passed)


def _regional(local: VpcPaths, step: Step, nat: NatGateway, state: Hop) -> Fan:
    """Walk through a regional NAT gateway: it has a route table of its own, no subnet and no network ACL.

    Its table leads replies home: by ``local``, or by the transit gateway that packets came by.
    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html
    """
    tables = {row.route_table_id: row for row in local.world.facts.route_tables}
    table = tables.get(nat.route_table_id or "")
    nat_addresses = nat.nat_gateway_addresses
    rows = nat_addresses if isinstance(nat_addresses, tuple) else ()
    public = union(*(row.public_ip.addresses for row in rows if row.public_ip is not None))
    destination, addresses = _untranslated(step, strip_nat64_prefix(step.addresses))
    if step.start.what == NAT:
        return _ends(local, step, _no_exit(nat.nat_gateway_id, step.start, None))
    unread = Missing(f"the routes and addresses of {nat.nat_gateway_id}", "ec2:DescribeRouteTables")
    if table is None or not public:
        return _ends(local, step, make_undecided_hop("gateway", nat.nat_gateway_id, unread))
    branches = local.in_table(table, destination, addresses)
    if isinstance(branches, Missing):
        return _ends(local, step, make_undecided_hop("gateway", nat.nat_gateway_id, branches))
    leave = local.leave(step.start, step.addresses, step.traffic)
    back = _regional_replies(local, step, table)
    result = []
    for branch in branches:
        called = add_nat64_prefix(branch.addresses) if is_ipv6(step.addresses) else branch.addresses
        first = PathPart(Box(step.start.addresses, called, step.start.ports), (leave, step.hop, state), back)
        exit_hop = _regional_exit(local, step, nat, branch)
        exit_hop = msgspec.structs.replace(exit_hop, at=state.at)
        second = PathPart(Box(public, branch.addresses, client_ports.NAT), (exit_hop,))
        result.append((PacketPath.of((first, second), None, choice=destination.choice),))
    return tuple(result)


def _regional_exit(local: VpcPaths, step: Step, nat: NatGateway, branch: Branch[Route]) -> Hop:
    """Return the target of a regional NAT gateway's own route table: the internet, or unknown."""
    route, table = branch.routes[0], nat.route_table_id or ""
    if route is None:
        message = f"{table} of {nat.nat_gateway_id} has no route to {step.destination.label}"
        return make_lost_hop("route", table, "NO_ROUTE_TO_DESTINATION", message)
    if branch.missing is None and route.state == GONE:
        message = f"{table} of {nat.nat_gateway_id} has a black hole: {routing.spell_route(route)}"
        return make_lost_hop("route", table, "BAD_STATE_ROUTE", message)
    target = route.target
    if branch.missing is not None or route.state != "active" or not isinstance(target, InternetGatewayTarget):
        return make_undecided_hop(
            "route", table, branch.missing or Missing(f"what {routing.spell_route(route)} leads to")
        )
    subnet = step.start.subnet
    return judge_internet_gateway(local.world, target.id, subnet, branch.addresses, public=True, only_out=True)


def _regional_replies(local: VpcPaths, step: Step, table: RouteTable) -> Hops:
    start = step.start
    by = LOCAL if start.came is None else start.came.by
    home = Destination(start.origin.subnet_id, start.addresses, subnet=start.origin.subnet_id)
    branches = local.in_table(table, home, start.addresses)
    assert not isinstance(branches, Missing)  # noqa: S101 -- the way there has read it
    route = reply_hops_of(branches, table.route_table_id, f"{table.route_table_id} of a regional NAT gateway", by)
    if start.came is None:
        return (*route, local.back(start, step.addresses, step.traffic))
    from skerry.reach.transit_return import return_hops_of  # noqa: PLC0415 -- only for packets of transit gateways

    return (*route, *return_hops_of(local, start, start.subnet, step))


def _no_exit(nat_id: str, start: Start, subnet: Subnet | None) -> Hop:
    """Return the hop of a NAT gateway behind a NAT gateway: blocked behind itself, undocumented behind another."""
    if subnet is not None and subnet.subnet_id == start.subnet.subnet_id:
        message = f"{nat_id} stands in {subnet.subnet_id}, whose own default route leads back to it"
        return make_lost_hop("gateway", nat_id, "NGW_HAS_NO_EXIT", message)
    return make_undecided_hop("gateway", nat_id, Missing(f"what becomes of traffic from one NAT gateway to {nat_id}"))


def accepts_nothing(local: VpcPaths, destination: Destination) -> Hop | None:
    """Return a lost hop if the interface belongs to a NAT gateway, which accepts no connection."""
    interface = local.world.network_interfaces.get(destination.interface or "")
    if interface is None or interface.interface_type not in _INTERFACES:
        return None
    name = interface.network_interface_id
    return make_lost_hop(
        "interface", name, "NGW_ACCEPTS_NO_CONNECTION", f"{name} is a NAT gateway's: it accepts no connection"
    )
