"""Replies over a transit gateway: from the VPC at the end of a path back to the VPC of its origin.

Attachments and zones: https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html
Network ACLs: https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html
"""

import msgspec

from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.route_targets import LOCAL, AttachmentTarget, spell_target
from skerry.model.transit_records import TransitGatewayVpcAttachment
from skerry.net.packets import Box
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.origin import Crossing, Start, Step
from skerry.reach.trace import Cut, Destination, Hop, Segment, judge
from skerry.reach.transit import attachment_subnet_for, choose_entry_subnets, routes_of
from skerry.reach.vpc_hops import GONE, Hops, VpcPaths
from skerry.verdicts import BLOCKED, OK


def transit_entry_hops_of(local: VpcPaths, start: Start, end: Subnet, step: Step) -> tuple[Hops, Hops]:
    """Return the hops from where a transit gateway's packets enter a VPC to a subnet of it, and all the way back."""
    came, _, _ = _crossing(start)
    protocol, called = step.traffic.protocol, step.traffic.ports
    answer = local.acl(end, "out", "back", start.addresses, protocol, start.ports)
    route = local.memo.once(("reply", end.subnet_id, start), lambda: local.reply_hops(end, start, came.by))
    back = (answer, *route, *return_hops_of(local, start, end, step))
    if end.subnet_id == start.subnet.subnet_id:
        return (step.hop,), back
    leave = local.leave(start, step.addresses, step.traffic)
    enter = local.acl(end, "in", "there", start.addresses, protocol, called)
    return (leave, step.hop, enter), back


def return_hops_of(local: VpcPaths, start: Start, end: Subnet, step: Step) -> Hops:
    """Return the hops of replies from the subnet ``end`` to the source; its route leads them to the transit gateway."""
    _, mine, _ = _crossing(start)
    exit_subnet = attachment_subnet_for(local, mine, end, "back")
    if isinstance(exit_subnet, Subnet):
        exit_hop = local.acl(exit_subnet, "in", "back", step.addresses, step.traffic.protocol, start.ports)
    else:
        exit_hop = exit_subnet
    routed = local.memo.once(("routed home", start), lambda: _routed(local, start))
    return (exit_hop, *routed, *_home(local, start, end, step))


def _crossing(start: Start) -> tuple[Crossing, TransitGatewayVpcAttachment, TransitGatewayVpcAttachment]:
    """Return the entry of packets, with the attachments in both VPCs."""
    came = start.came
    assert came is not None  # noqa: S101 -- who asks has come by a transit gateway
    assert came.attachments is not None  # noqa: S101
    return came, *came.attachments


def _routed(local: VpcPaths, start: Start) -> Hops:
    """Return the hop of the transit gateway's routes, which must lead replies to the packets' first attachment."""
    _, mine, theirs = _crossing(start)
    name = mine.transit_gateway_attachment_id
    home = Destination(start.origin.subnet_id, start.addresses, subnet=start.origin.subnet_id)
    branches = routes_of(local, name, home, start.addresses)
    if isinstance(branches, Hop):
        return (msgspec.structs.replace(branches, leg="back"),)
    table = str(local.world.transit.route_table_id_of(name))
    hops = []
    for branch in branches:
        route = branch.routes[0]
        led = route is not None and route.target == AttachmentTarget(theirs.transit_gateway_attachment_id)
        if led and branch.missing is None and route is not None and route.state == "active":
            continue
        if branch.missing is None and (route is None or route.state == GONE):
            code = "TGW_RTB_BAD_STATE_ROUTE" if route else "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT"
            message = f"{table} has no working route for replies to {start.origin.vpc_id} from {name}"
            hop = make_lost_hop("transit-gateway", table, code, message, cut=Cut(source=branch.addresses))
            hops.append(msgspec.structs.replace(hop, leg="back"))
            continue
        what = spell_target(route.target) if route else "no route"
        fact = branch.missing or Missing(f"what becomes of replies that {table} sends to {what}")
        hops.append(make_undecided_hop("transit-gateway", table, fact, leg="back", source=branch.addresses))
    return tuple(hops)


def _home(local: VpcPaths, start: Start, end: Subnet, step: Step) -> Hops:
    """Return the hops of replies back in the first VPC; they enter it in the zone that they left by."""
    came, _, theirs = _crossing(start)
    if came.home.came is not None:
        vpc_id, name = came.home.subnet.vpc_id, theirs.transit_gateway_attachment_id
        fact = Missing(f"how replies go on that come back to {vpc_id} by {name}")
        more = local.homeward(start, step.addresses, step.traffic)
        return (make_undecided_hop("transit-gateway", name, fact, leg="back"), *more)
    entries = choose_entry_subnets(local, theirs, end, came.home.subnet)
    assert not isinstance(entries, Missing)  # noqa: S101 -- packets left by one of them, so they were read
    ways = [_from_entry(local, came.home, entry, step) for entry in entries]
    packets = Box(came.home.addresses, step.addresses, came.home.ports)
    verdicts = {judge((Segment(packets, step.destination.choice, way),)).verdict for way in ways}
    if len(ways) == 1 or verdicts in ({OK}, {BLOCKED}):
        return ways[0]
    name = theirs.transit_gateway_attachment_id
    fact = Missing(f"by which subnet of {name} replies come back to {came.home.subnet.vpc_id}")
    return (make_undecided_hop("transit-gateway", name, fact, leg="back"),)


def _from_entry(local: VpcPaths, home: Start, entry: Subnet, step: Step) -> Hops:
    """Return the hops from the attachment's subnet to the source; none within one subnet."""
    if entry.subnet_id == home.subnet.subnet_id:
        return ()
    leave = local.acl(entry, "out", "back", home.addresses, step.traffic.protocol, home.ports)
    return (leave, *local.reply_hops(entry, home, LOCAL), local.back(home, step.addresses, step.traffic))
