"""Interfaces and firewall endpoints as targets of routes: NAT instances, appliances, Network Firewall.

AWS's API does not describe the software of an appliance. An interface with its source/destination check off is assumed
to forward, because AWS made the switch for this.
https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html
https://docs.aws.amazon.com/vpc/latest/userguide/gwlb-route.html
"""

import msgspec
from msgspec import UNSET

from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.interface_addresses import public_address_of
from skerry.model.network import NetworkInterface, Subnet
from skerry.model.route_targets import EndpointTarget, InstanceTarget, InterfaceTarget
from skerry.model.world import World
from skerry.net.intervals import covers
from skerry.net.ip_addresses import IpAddress
from skerry.net.packets import Box
from skerry.reach import client_ports
from skerry.reach.gateways import judge_state, make_lost_hop, make_undecided_hop
from skerry.reach.origin import DEEPEST, Fan, Start, Step, guard_of, place_of
from skerry.reach.security_filters import Peer
from skerry.reach.trace import Hop, PacketPath, PathPart
from skerry.reach.vpc_hops import VpcPaths, join_fan, set_place

_INTERFACES = "ec2:DescribeNetworkInterfaces"


def walk_through_interface(local: VpcPaths, step: Step, target: InterfaceTarget | InstanceTarget) -> Fan:
    """Walk through another interface of the VPC; with a route of its own to the internet it is assumed to translate."""
    interface = interface_of(local.world, target)
    if isinstance(interface, Missing):
        return _ends(local, step, make_undecided_hop("interface", target.id, interface))
    name = interface.network_interface_id
    subnet = local.world.find_subnet("" if interface.subnet_id is UNSET else interface.subnet_id)
    own = interface.private_ip_address
    if own is not None and covers(own.addresses, step.addresses):
        return ((local.arrive(step),),)
    if InterfaceTarget(name) in step.start.passed:
        message = f"{name} gets back what it forwards, by route {step.hop.rule} of {step.hop.resource}"
        return _ends(local, step, make_lost_hop("interface", name, "ENI_HAS_NO_EXIT", message))
    if isinstance(subnet, Missing) or own is None or len(step.start.passed) >= DEEPEST:
        fact = subnet if isinstance(subnet, Missing) else Missing(f"where the way over {name} ends", _INTERFACES)
        return _ends(local, step, make_undecided_hop("interface", name, fact))
    if _leaves_elsewhere(local.world, interface, own):
        fact = Missing(f"by which of its interfaces the instance of {name} sends packets on")
        return _ends(local, step, make_undecided_hop("interface", name, fact))
    forwards = set_place(_forwards(interface), subnet)
    groups = _groups(interface)
    there, back = local.between(step, subnet)
    first = PathPart(Box(step.start.addresses, step.addresses, step.start.ports), (*there, forwards), back)
    guard = guard_of(step.start, groups, at=place_of(subnet))
    if not forwards.clean:
        # Its groups are asked first, so they are named too.
        return ((PacketPath.of((first,), guard, choice=step.destination.choice),),)
    start = local.memo.once(("appliance", step.start, name), lambda: _start(step.start, interface, own, subnet))
    peer = Peer(step.addresses, step.destination.label, step.destination.groups, step.destination)
    out = set_place(local.filters.groups(groups, "out", step.traffic, peer), subnet)
    onward_paths = local.fan(start, step.destination, step.addresses, step.traffic)
    return tuple(
        tuple(
            PacketPath.of((first, *_translated(local, step, out, onward)), guard, choice=onward.choice)
            for onward in item
        )
        for item in onward_paths
    )


def _translated(local: VpcPaths, step: Step, out: Hop, onward: PacketPath) -> tuple[PathPart, ...]:
    """Return the paths from the interface on, with the packets that the groups at both ends allow."""
    first = onward.ways[0]
    there = (out, *first.there)
    if not any(hop.kind == "gateway" or (hop.kind in {"route", "interface"} and hop.lost) for hop in first.there):
        fact = Missing(f"whether {step.hop.rule} leads to an interface that translates addresses")
        there = (*there, make_undecided_hop("interface", "", fact))
    if onward.guard is not None:
        peer = Peer(first.packets.source, step.hop.rule, None)
        guard = local.filters.groups(onward.guard.groups, "in", step.traffic, peer)
        there = (*there, msgspec.structs.replace(guard, at=onward.guard.at))
    return (PathPart(first.packets, there, first.back), *onward.ways[1:])


def interface_of(world: World, target: InterfaceTarget | InstanceTarget) -> NetworkInterface | Missing:
    """Return the network interface of a route's target: of an instance, its only one."""
    if isinstance(target, InterfaceTarget):
        interface = world.network_interfaces.get(target.id)
        return interface or world.missing_for("network_interfaces", f"network interface {target.id}")
    of_instance = [
        interface_record
        for interface_record in world.facts.network_interfaces
        if interface_record.attachment.instance_id == target.id
    ]
    if len(of_instance) == 1:
        return of_instance[0]
    return world.missing_for("network_interfaces", f"the interface of {target.id} that the route means")


def _leaves_elsewhere(world: World, interface: NetworkInterface, own: IpAddress) -> bool:
    """Return whether an interface has no public address, and another one of its instance has.

    The system of the instance decides which one the packets leave by, as with fck-nat:
    https://github.com/AndrewGuenther/fck-nat/blob/main/docs/features.md
    """
    instance = interface.attachment.instance_id
    if instance is None or interface.source_dest_check is True or public_address_of(interface, own) is not None:
        return False
    return any(
        row.attachment.instance_id == instance and row.association.public_ip is not None
        for row in world.facts.network_interfaces
    )


def _forwards(interface: NetworkInterface) -> Hop:
    name = interface.network_interface_id
    if interface.source_dest_check is UNSET:
        return make_undecided_hop("interface", name, Missing(f"the source/destination check of {name}", _INTERFACES))
    if interface.source_dest_check:
        message = f"{name} has its source/destination check on: it drops what is not for itself"
        return make_lost_hop("interface", name, "ENI_SOURCE_DEST_CHECK_RESTRICTION", message)
    text = f"{name} is taken to forward and translate: its source/destination check is off"
    return Hop("interface", name, rule=text, grade="inferred")


def _groups(interface: NetworkInterface) -> tuple[str, ...] | Missing:
    if interface.groups is UNSET:
        return Missing(f"the security groups of {interface.network_interface_id}", _INTERFACES)
    return tuple(group.group_id for group in interface.groups)


def _start(before: Start, interface: NetworkInterface, own: IpAddress, subnet: Subnet) -> Start:
    public = public_address_of(interface, own) is not None
    passed = (*before.passed, InterfaceTarget(interface.network_interface_id))
    return Start(subnet, own.addresses, client_ports.NAT, public, "appliance", passed=passed)


def walk_through_firewall(local: VpcPaths, step: Step, endpoint: VpcEndpoint) -> Fan:
    """Walk through a Gateway Load Balancer endpoint: its rules are unknown, the onward path is walked."""
    name = endpoint.vpc_endpoint_id
    state = judge_state("endpoint", name, endpoint.state, "ec2:DescribeVpcEndpoints", endpoint.last_error.message)
    if state.lost:
        return _ends(local, step, state)
    rules = make_undecided_hop("endpoint", name, Missing(f"what the firewall or load balancer behind {name} lets pass"))
    subnets = [local.world.find_subnet(subnet_id) for subnet_id in endpoint.subnet_ids]
    subnet = subnets[0] if len(subnets) == 1 else Missing(f"the subnet of {name}", "ec2:DescribeVpcEndpoints")
    if isinstance(subnet, Missing) or EndpointTarget(name) in step.start.passed or len(step.start.passed) >= DEEPEST:
        return _ends(local, step, rules)
    rules = set_place(rules, subnet)
    there, back = local.between(step, subnet)
    start = local.memo.once(("firewall", step.start, name), lambda: _behind(step.start, name, subnet))
    onward_paths = local.fan(start, step.destination, step.addresses, step.traffic)
    return join_fan(step.start, (*there, rules), back, onward_paths)


def _behind(before: Start, name: str, subnet: Subnet) -> Start:
    return msgspec.structs.replace(before, subnet=subnet, passed=(*before.passed, EndpointTarget(name)))


def _ends(local: VpcPaths, step: Step, *hops: Hop) -> Fan:
    return local.dead_end(step.start, step.destination, step.addresses, step.traffic, step.hop, *hops)
