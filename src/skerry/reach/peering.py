"""Peering connections: straight into the other VPC, and no further.

https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
"""

from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.route_targets import PeeringTarget
from skerry.model.transit_records import PeeringVpc, VpcPeeringConnection
from skerry.model.world import World
from skerry.net.addresses import spell
from skerry.net.intervals import Intervals, subtract, union
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.origin import Crossing, Fan, Start, Step
from skerry.reach.subnets import subnet_of
from skerry.reach.trace import Hop, PacketPath
from skerry.reach.vpc_hops import Hops, VpcPaths, join_passage

if TYPE_CHECKING:
    from skerry.net.blocks import CidrBlock

_ACTIVE = "active"
# https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-lifecycle
_COMING = {"initiating-request", "provisioning"}


def walk_through_peering(local: VpcPaths, step: Step, connection_id: str) -> Fan:
    """Walk over a peering connection to an interface of the other VPC; networks beyond that VPC are out of reach."""
    connection = local.world.transit.find_peering(connection_id)
    if isinstance(connection, Missing):
        return _ends(local, step, make_undecided_hop("peering", connection_id, connection))
    state = _state(connection)
    mine, theirs = connection.requester_vpc_info, connection.accepter_vpc_info
    if theirs.vpc_id == step.start.subnet.vpc_id:
        mine, theirs = theirs, mine
    state = msgspec.structs.replace(state, to="" if theirs.vpc_id is None else theirs.vpc_id)
    if step.start.came is not None:
        # https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-limitations
        message = f"{connection_id} does not pass on what came to {step.start.subnet.vpc_id} by {step.start.came.by.id}"
        return _ends(local, step, make_lost_hop("peering", connection_id, "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", message))
    beyond = subtract(step.addresses, _blocks(theirs))
    if beyond and not _known(theirs):
        fact = Missing(f"the blocks of {theirs.vpc_id}", "ec2:DescribeVpcPeeringConnections")
        return _ends(local, step, make_undecided_hop("peering", connection_id, fact))
    if step.addresses == _resolver_of(local.world, theirs):
        # https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html#vpc-peering-limitations
        server = f"the Amazon DNS server of {theirs.vpc_id}"
        message = f"{connection_id} does not lead to {step.destination.label}, {server}"
        return _ends(local, step, state, make_lost_hop("peering", connection_id, "DNS_SERVER_OF_PEER_VPC", message))
    result: Fan = ()
    if beyond:
        what = step.destination.label if beyond == step.addresses else spell(beyond)
        message = f"{connection_id} leads into {theirs.vpc_id} and no further: {what} is not in it"
        hop = make_lost_hop("peering", connection_id, "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", message, step.hop.rule)
        result = _ends(local, msgspec.structs.replace(step, addresses=beyond), state, hop)
    if inside := subtract(step.addresses, beyond):
        # A connection that is not active passes nothing; later blockers are still reported.
        result += ((_into(local, msgspec.structs.replace(step, addresses=inside), state, mine, theirs),),)
    return result


def _into(local: VpcPaths, step: Step, state: Hop, mine: PeeringVpc, theirs: PeeringVpc) -> PacketPath:
    name = state.resource
    end = _subnet(local, step, theirs.vpc_id or "")
    if isinstance(end, Missing):
        (passages,) = _ends(local, step, state, make_undecided_hop("peering", name, end))
        return passages[0]
    start = local.memo.once(
        ("peered", step.start, name, end.subnet_id), lambda: _start(step.start, name, mine, theirs, end)
    )
    leave = local.leave(step.start, step.addresses, step.traffic)
    back = local.back(step.start, step.addresses, step.traffic)
    onward = local.arrive(msgspec.structs.replace(step, start=start, hop=state))
    return join_passage(step.start, (leave, step.hop), (back,), onward)


def _start(home: Start, name: str, mine: PeeringVpc, theirs: PeeringVpc, end: Subnet) -> Start:
    # Groups of the other side may be referenced in one Region only.
    # https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html
    seen: bool | Missing = mine.region == theirs.region
    if mine.region is None or theirs.region is None:
        seen = Missing(f"the Regions that {name} joins", "ec2:DescribeVpcPeeringConnections")
    target = PeeringTarget(name)
    crossing = Crossing(target, home, seen)
    passed = (*home.passed, target)
    return Start(end, home.addresses, home.ports, public=False, what="peering", came=crossing, passed=passed)


def _subnet(local: VpcPaths, step: Step, vpc_id: str) -> Subnet | Missing:
    subnet = subnet_of(local.world, vpc_id, step.addresses)
    return subnet or Missing(f"which subnet of {vpc_id} {spell(step.addresses)} is in", "ec2:DescribeSubnets")


def _ends(local: VpcPaths, step: Step, *hops: Hop) -> Fan:
    return local.dead_end(step.start, step.destination, step.addresses, step.traffic, step.hop, *hops)


def _state(connection: VpcPeeringConnection) -> Hop:
    name, code = connection.vpc_peering_connection_id, connection.status.code
    if code is UNSET:
        fact = Missing(f"the state of {name}", "ec2:DescribeVpcPeeringConnections")
        return make_undecided_hop("peering", name, fact)
    if code.lower() == _ACTIVE:
        return Hop("peering", name, rule=_ACTIVE)
    if code.lower() in _COMING:
        fact = Missing(f"what becomes of {name}, which is {code}", "ec2:DescribeVpcPeeringConnections")
        return make_undecided_hop("peering", name, fact)
    return make_lost_hop("peering", name, "BAD_STATE", f"{name} is {code}, not active")


def _blocks(side: PeeringVpc) -> Intervals:
    blocks: list[CidrBlock] = [item.cidr_block for item in side.cidr_block_set]
    blocks.extend(item.ipv6_cidr_block for item in side.ipv6_cidr_block_set)
    if side.cidr_block is not None:
        blocks.append(side.cidr_block)
    return union(*(block.addresses for block in blocks))


def _resolver_of(world: World, side: PeeringVpc) -> Intervals:
    """Return the address of a VPC's Amazon DNS server, the base of its primary block plus two; empty if unknown."""
    vpc = world.find_vpc(side.vpc_id or "")
    block = side.cidr_block if isinstance(vpc, Missing) else vpc.cidr_block
    if block is None:
        return ()
    number = block.addresses[0][0] + 2
    return ((number, number),)


def _known(side: PeeringVpc) -> bool:
    return bool(side.cidr_block or side.cidr_block_set)


def peering_entry_hops_of(local: VpcPaths, start: Start, end: Subnet, step: Step) -> tuple[Hops, Hops]:
    """Return the hops from a peering connection to a subnet of the VPC, and back to the connection."""
    assert start.came is not None  # noqa: S101 -- the caller has looked
    protocol = step.traffic.protocol
    enter = local.acl(end, "in", "there", start.addresses, protocol, step.traffic.ports)
    answer = local.acl(end, "out", "back", start.addresses, protocol, start.ports)
    by = start.came.by
    replies = local.memo.once(("reply", end.subnet_id, start), lambda: local.reply_hops(end, start, by))
    return (step.hop, enter), (answer, *replies)
