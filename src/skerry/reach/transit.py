"""Transit gateways: packets leave a VPC by its attachment, are routed once more, and enter another VPC.

How they work: https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html
Attachments and zones: https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html
Network ACLs: https://docs.aws.amazon.com/vpc/latest/tgw/tgw-nacls.html
"""

from typing import assert_never

import msgspec
from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.route_targets import (
    AttachmentTarget,
    SharedAttachmentsTarget,
    TransitGatewayTarget,
    TransitRouteTarget,
    spell_target,
)
from skerry.model.transit_lookup import are_in_same_zone
from skerry.model.transit_records import TransitGatewayRoute, TransitGatewayVpcAttachment
from skerry.net.addresses import PUBLIC, PUBLIC_IPV6, is_ipv6
from skerry.net.intervals import Intervals, subtract, union
from skerry.reach import routing
from skerry.reach.gateways import judge_state, make_lost_hop, make_undecided_hop
from skerry.reach.origin import DEEPEST, Crossing, Fan, Start, Step, spell_passed
from skerry.reach.routing import Branch
from skerry.reach.trace import Destination, Hop, Leg
from skerry.reach.vpc_hops import GONE, Hops, VpcPaths, join_fan

_VPC = "vpc"
ON = "enable"
_DESCRIBE_ATTACHMENTS = "ec2:DescribeTransitGatewayVpcAttachments"


def walk_through_transit_gateway(local: VpcPaths, step: Step, gateway_id: str) -> Fan:
    """Walk through a transit gateway, to every attachment of its routes."""
    world, start = local.world, step.start
    if len(start.passed) >= DEEPEST:
        fact = Missing(f"where the way over {spell_passed(start)} and {gateway_id} ends")
        return _ends(local, step, make_undecided_hop("transit-gateway", gateway_id, fact))
    attachment = world.transit.attachment_of(start.subnet.vpc_id, gateway_id)
    if attachment is None:
        message = f"{start.subnet.vpc_id} is not attached to {gateway_id}, which {step.hop.rule} leads to"
        return _ends(local, step, make_lost_hop("transit-gateway", gateway_id, "BAD_STATE_ATTACHMENT", message))
    if isinstance(attachment, Missing):
        return _ends(local, step, make_undecided_hop("transit-gateway", gateway_id, attachment))
    name = attachment.transit_gateway_attachment_id
    state = judge_state("transit-gateway", name, attachment.state, _DESCRIBE_ATTACHMENTS)
    exit_subnet = attachment_subnet_for(local, attachment, start.subnet) if state.clean else None
    if not isinstance(exit_subnet, Subnet):
        hop = state if exit_subnet is None else exit_subnet
        return _ends(local, step, hop)
    branches = routes_of(local, name, step.destination, step.addresses)
    if isinstance(branches, Hop):
        return _ends(local, step, branches)
    result: list[Fan] = [_by_route(local, step, attachment, exit_subnet, branch) for branch in branches]
    return tuple(item for fan in result for item in fan)


def _ends(local: VpcPaths, step: Step, *hops: Hop) -> Fan:
    return local.dead_end(step.start, step.destination, step.addresses, step.traffic, step.hop, *hops)


def attachment_subnet_for(
    local: VpcPaths, attachment: TransitGatewayVpcAttachment, subnet: Subnet, leg: Leg = "there"
) -> Subnet | Hop:
    """Return the attachment's subnet in the zone of a subnet; without one its traffic cannot enter the gateway."""
    name = attachment.transit_gateway_attachment_id
    subnets = _subnets(local, attachment)
    if isinstance(subnets, Missing):
        return make_undecided_hop("transit-gateway", name, subnets, leg=leg)
    zones = [are_in_same_zone(candidate, subnet) for candidate in subnets]
    if True in zones:
        return subnets[zones.index(True)]
    if None in zones:
        fact = Missing(f"whether {name} has a subnet in the zone of {subnet.subnet_id}", _DESCRIBE_ATTACHMENTS)
        return make_undecided_hop("transit-gateway", name, fact, leg=leg)
    message = f"{name} has no subnet in the zone of {subnet.subnet_id}, so nothing there reaches the transit gateway"
    hop = make_lost_hop("transit-gateway", name, "TGW_ROUTE_AZ_RESTRICTION", message)
    return msgspec.structs.replace(hop, leg=leg)


def _subnets(local: VpcPaths, attachment: TransitGatewayVpcAttachment) -> list[Subnet] | Missing:
    if attachment.subnet_ids is UNSET:
        name = attachment.transit_gateway_attachment_id
        return Missing(f"the subnets of {name}", _DESCRIBE_ATTACHMENTS)
    subnets = []
    for subnet_id in attachment.subnet_ids:
        subnet = local.world.find_subnet(subnet_id)
        if isinstance(subnet, Missing):
            return subnet
        subnets.append(subnet)
    return subnets


def routes_of(
    local: VpcPaths, attachment: str, destination: Destination, addresses: Intervals
) -> tuple[Branch[TransitGatewayRoute], ...] | Hop:
    """Return the routes of the transit gateway for what comes from an attachment."""
    connections = local.world.transit
    table = connections.route_table_id_of(attachment)
    if table is None:
        message = f"{attachment} is associated with no route table of its transit gateway: nothing from it is routed"
        return make_lost_hop("transit-gateway", attachment, "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION", message)
    routes = table if isinstance(table, Missing) else connections.routes_of(table)
    if isinstance(routes, Missing):
        return make_undecided_hop("transit-gateway", attachment, routes)
    # Both kinds of tables take the longest prefix, and a static route before a propagated one.
    # https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html#tgw-route-evaluation-overview
    name = str(table)
    rows = local.memo.once(("table", name), lambda: routing.compile_routes(local.world, name, routes))
    return routing.select_branches(local.world, rows, destination, addresses)


def _by_route(
    local: VpcPaths,
    step: Step,
    mine: TransitGatewayVpcAttachment,
    exit_subnet: Subnet,
    branch: Branch[TransitGatewayRoute],
) -> Fan:
    name = mine.transit_gateway_attachment_id
    table = local.world.transit.route_table_id_of(name)
    route = branch.routes[0]
    taken = msgspec.structs.replace(step, addresses=branch.addresses)
    if branch.missing is not None or len(branch.routes) > 1:
        fact = branch.missing or Missing(f"which route of {table} is taken")
        return _ends(local, taken, make_undecided_hop("transit-gateway", str(table), fact))
    if route is None:
        message = f"{table} has no route to {step.destination.label} for what comes from {name}"
        return _ends(
            local, taken, make_lost_hop("transit-gateway", str(table), "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", message)
        )
    rule = routing.spell_route(route)
    if route.state == GONE:
        message = f"{table} drops what is for {step.destination.label}: its route {rule} is a black hole"
        hop = make_lost_hop("transit-gateway", str(table), "TGW_RTB_BAD_STATE_ROUTE", message, rule)
        return _ends(local, taken, hop)
    target = spell_target(route.target)
    theirs = _vpc_behind(local, route.target)
    if route.state != "active" or isinstance(theirs, Missing):
        fact = theirs if isinstance(theirs, Missing) else Missing(f"what a route in state {route.state} does")
        return _ends(local, taken, make_undecided_hop("transit-gateway", target, fact, rule))
    carries = _carry_ipv6(taken, mine, theirs)
    at = local.world.subnets.get(step.destination.subnet or "")
    entries = carries or choose_entry_subnets(local, theirs, exit_subnet, at or branch.addresses)
    if isinstance(entries, Missing):
        return _ends(local, taken, make_undecided_hop("transit-gateway", target, entries, rule))
    routed = Hop("transit-gateway", str(table), rule=rule, to=theirs.transit_gateway_attachment_id)
    there = (*_to_gateway(local, taken, exit_subnet), routed)
    fans: list[Fan] = []
    for entry in entries:
        start = _start_in(local, taken.start, mine, theirs, entry)
        onward_paths = local.fan(start, step.destination, branch.addresses, step.traffic)
        fans.append(join_fan(taken.start, there, (), onward_paths))
    if len(fans) == 1:
        return fans[0]
    return (tuple(passage for fan in fans for item in fan for passage in item),)


def _carry_ipv6(step: Step, mine: TransitGatewayVpcAttachment, theirs: TransitGatewayVpcAttachment) -> Missing | None:
    """Return the missing fact about IPv6 over two attachments: each has an option for it."""
    if not is_ipv6(step.addresses):
        return None
    off = [
        attachment.transit_gateway_attachment_id
        for attachment in (mine, theirs)
        if attachment.options.ipv6_support != ON
    ]
    return Missing(f"whether {off[0]} carries IPv6", _DESCRIBE_ATTACHMENTS) if off else None


def _to_gateway(local: VpcPaths, step: Step, exit_subnet: Subnet) -> Hops:
    """Return the network ACLs on the way to a transit gateway: out of the subnet, into the attachment's."""
    start, traffic = step.start, step.traffic
    leave = local.leave(start, step.addresses, traffic)
    enter = local.acl(exit_subnet, "in", "there", start.addresses, traffic.protocol, traffic.ports)
    return leave, step.hop, enter


def _vpc_behind(local: VpcPaths, target: TransitRouteTarget) -> TransitGatewayVpcAttachment | Missing:
    """Return the attachment at a route's target, if its VPC is in the input."""
    match target:
        case AttachmentTarget(attachment_id):
            return _vpc_at(local, attachment_id)
        case SharedAttachmentsTarget() | Missing():
            fact = f"which attachment a route leads to that names {spell_target(target)}"
            return Missing(fact, "ec2:SearchTransitGatewayRoutes")
        case _:
            assert_never(target)


def _vpc_at(local: VpcPaths, target: str) -> TransitGatewayVpcAttachment | Missing:
    kinds = {record.transit_gateway_attachment_id: record for record in local.world.facts.transit_gateway_attachments}
    listed = kinds.get(target)
    if listed is not None and listed.resource_type not in {None, _VPC}:
        return Missing(f"the network beyond {target}, an attachment of type {listed.resource_type}")
    attachment = local.world.transit.find_vpc_attachment(target)
    if isinstance(attachment, Missing):
        whose = f" ({listed.resource_id})" if listed is not None and listed.resource_id else ""
        return Missing(f"the network beyond transit gateway attachment {target}{whose}", attachment.action)
    if attachment.vpc_id not in local.world.vpcs:
        return Missing(f"VPC {attachment.vpc_id} beyond {target}", "ec2:DescribeVpcs")
    state = judge_state("transit-gateway", target, attachment.state, _DESCRIBE_ATTACHMENTS)
    if state.clean:
        return attachment
    return Missing(f"what becomes of packets for {target}, which is {attachment.state}")


def choose_entry_subnets(
    local: VpcPaths, attachment: TransitGatewayVpcAttachment, near: Subnet, to: Subnet | Intervals
) -> list[Subnet] | Missing:
    """Return the subnets of entry into a VPC: the one in the zone of origin, else any of the attachment's.

    In appliance mode that zone is certain only if the destination (``to``: its subnet, or its addresses) is in it too,
    or in no zone because it is on the internet. Of subnets with one route table and one network ACL, and nothing in
    them that packets may be for, the first stands for all.
    https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html#appliance-mode
    """
    subnets = _subnets(local, attachment)
    if isinstance(subnets, Missing):
        return subnets
    near_ones = [subnet for subnet in subnets if are_in_same_zone(subnet, near)]
    stays = attachment.options.appliance_mode_support not in {ON, UNSET} or (
        are_in_same_zone(to, near) if isinstance(to, Subnet) else not subtract(to, union(PUBLIC, PUBLIC_IPV6))
    )
    if near_ones and stays:
        return near_ones[:1]
    ends = {nat.subnet_id for nat in local.world.nat_gateways.values()}
    ends.add(to.subnet_id if isinstance(to, Subnet) else None)
    places = [
        (subnet, local.world.route_table_of(subnet), local.world.network_acl_of(subnet.subnet_id)) for subnet in subnets
    ]
    alike: dict[object, Subnet] = {}
    for subnet, table, acl in places:
        own = subnet.subnet_id if subnet.subnet_id in ends else None
        alike.setdefault((own, id(table), id(acl)), subnet)
    return list(alike.values())


def _start_in(
    local: VpcPaths,
    home: Start,
    mine: TransitGatewayVpcAttachment,
    theirs: TransitGatewayVpcAttachment,
    entry: Subnet,
) -> Start:
    """Return where packets are after they entered the other VPC."""
    left, came = mine.transit_gateway_attachment_id, theirs.transit_gateway_attachment_id

    def make() -> Start:
        gateway = TransitGatewayTarget(mine.transit_gateway_id)
        crossing = Crossing(gateway, home, _seen(local, home, mine, theirs), (theirs, mine))
        passed = (*home.passed, gateway)
        return Start(entry, home.addresses, home.ports, public=False, what="transit", came=crossing, passed=passed)

    return local.memo.once(("entered", home, left, came, entry.subnet_id), make)


def _seen(
    local: VpcPaths, home: Start, mine: TransitGatewayVpcAttachment, theirs: TransitGatewayVpcAttachment
) -> bool | Missing:
    """Return whether groups of one VPC may name groups of the other: an option of the gateway and of both attachments.

    https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html#vpc-attachment-security
    """
    if home.came is not None:
        return Missing(f"whether security groups are seen across both {home.came.by.id} and {mine.transit_gateway_id}")
    gateway = local.world.transit.find_transit_gateway(mine.transit_gateway_id)
    if isinstance(gateway, Missing):
        return gateway
    options = [record.options.security_group_referencing_support for record in (gateway, mine, theirs)]
    if any(option is not UNSET and option != ON for option in options):
        return False
    if UNSET in options:
        fact = f"whether security groups may be referenced across {mine.transit_gateway_id}"
        return Missing(fact, "ec2:DescribeTransitGateways")
    return True
