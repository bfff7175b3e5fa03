"""Verdict on one Need in one subnet, with the blockers and missing facts of its traces."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import assert_never

import msgspec
from msgspec import UNSET, UnsetType

from skerry.catalogue.platform_versions import find_platform
from skerry.diagnose import endpoint_hosts, placement, security_groups
from skerry.diagnose.diagnosis import Blocker, TraceDiagnosis
from skerry.diagnose.unused_endpoints import unused_endpoints_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Fault, Interface, Mount, Need, Placement, Unread
from skerry.launch.startup import interface_of
from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.world import World
from skerry.net.addresses import is_ipv6
from skerry.net.dns_names import Host, parse_host
from skerry.reach import client_ports
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.outcome import Outcome, combine
from skerry.reach.subnets import task_addresses_of
from skerry.reach.trace import Destination, Hop, JudgedPiece, Trace, are_clean, join_segments
from skerry.reach.trace import judge as judge_path
from skerry.reach.walk import Source, Target, Walker
from skerry.verdicts import BLOCKED, NOT_APPLICABLE, OK

_HERE = Destination("the task", ())
_NOT_ITS_OWN = Outcome(NOT_APPLICABLE, ())
_SHOWN = 80
_NOT_REACHED = Outcome(NOT_APPLICABLE, ())


def source_of(walker: Walker, launch: Launch, subnet_id: str) -> Source | Missing | None:
    """Return the network interface that a task would get in a subnet; None where ECS makes none."""
    world = walker.world
    if launch.groups == () and security_groups.owner_without_groups(world, interface_of(launch), subnet_id) is not None:
        return None
    subnet = world.find_subnet(subnet_id)
    addresses = subnet if isinstance(subnet, Missing) else task_addresses_of(subnet)
    if isinstance(subnet, Missing) or isinstance(addresses, Missing):
        return addresses if isinstance(addresses, Missing) else Missing(f"subnet {subnet_id}")
    groups = groups_of(world, launch, subnet)
    if isinstance(groups, Missing):
        return groups
    numbers = client_ports.ports_of_family(launch.family)
    return Source(walker.start(subnet, addresses, numbers, public=launch.public_address), groups)


def groups_of(world: World, launch: Launch, subnet: Subnet) -> tuple[str, ...] | UnsetType | Missing:
    """Return the security groups of the task's interface: the launch's own, else the VPC's default group.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
    """
    if launch.groups is UNSET or launch.groups:
        return launch.groups
    default = world.default_group_of(subnet.vpc_id)
    return default if isinstance(default, Missing) else (default.group_id,)


def judge_need(walker: Walker, need: Need, source: Source | Missing | None, subnet_id: str) -> Outcome:
    """Return the outcome of a Need for a task in a subnet."""
    if source is None and need.blocks == "runtime":
        return _NOT_REACHED
    match need:
        case Placement():
            return walker.memo.once((need, subnet_id), lambda: _placement(walker.world, need, subnet_id))
        case Interface():
            world = walker.world
            address = walker.memo.once(("free address", subnet_id), lambda: _free_address(world, subnet_id))
            return _at(subnet_id, address, security_groups.check_groups(world, need, source, subnet_id))
        case Unread():
            return _at(subnet_id, make_undecided_hop("fargate", "", Missing(need.fact, need.action)))
        case Call():
            return _call(walker, need, source, subnet_id)
        case Mount():
            return _mount(walker, need, source, subnet_id)
        case Fault():
            return _at(subnet_id, make_lost_hop("fargate", "", need.code, need.message))
        case _:
            assert_never(need)


def judge_in_subnets(walker: Walker, need: Need, sources: Mapping[str, Source | Missing | None]) -> list[Outcome]:
    """Return the outcomes of a Need for a task in each of several subnets."""
    target = _only_target_of(need) if isinstance(need, Call) else None
    return [
        walker.reach(source, target)
        if target is not None and isinstance(source, Source) and not is_ipv6(source.start.addresses)
        else judge_need(walker, need, source, subnet_id)
        for subnet_id, source in sources.items()
    ]


def _only_target_of(need: Call) -> Target | None:
    """Return the target of a call that depends on the network alone, over IPv4; None for every other call."""
    if need.own_interface or need.instead is not None or need.variant or need.only_by_endpoint or need.only_if:
        return None
    host = parse_host(need.host)
    return None if host is None and need.host is not None else _target_of(need, host)


def _call(walker: Walker, need: Call, source: Source | Missing | None, subnet_id: str) -> Outcome:
    if need.own_interface:
        return _NOT_ITS_OWN
    if source is None:
        return _NOT_REACHED
    if isinstance(source, Missing):
        return _at(subnet_id, make_undecided_hop("subnet", subnet_id, source))
    world, subnet = walker.world, source.start.subnet
    ipv6_only = is_ipv6(source.start.addresses)
    if ipv6_only and need.step == "exec":
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
        message = f"{subnet_id} has only IPv6, where ECS Exec is not supported"
        return _at(subnet_id, make_lost_hop("subnet", subnet_id, "IPV6_ONLY_NOT_FOR_EXEC", message))
    host = need.host
    if need.instead is not None or need.variant:
        host = endpoint_hosts.host_of(world, subnet.vpc_id, need)
        doubt = endpoint_hosts.missing_fact_of(world, subnet.vpc_id, need)
        if doubt is not None:
            return _at(subnet_id, make_undecided_hop("dns", subnet.vpc_id, doubt))
    if need.only_by_endpoint and host == need.host:
        return _at(subnet_id, _without_endpoint(world, subnet.vpc_id))
    outcome = _to_host(walker, need, source, host)
    if ipv6_only and need.dual_stack is not None and need.dual_stack != host:
        outcome = _to_either(subnet_id, (host, outcome), (need.dual_stack, _by_dual_stack(walker, need, source)))
    if need.only_if and outcome.verdict is not OK:
        return _at(subnet_id, make_undecided_hop("fargate", "", Missing(need.only_if, need.only_if_action)))
    return outcome


def _without_endpoint(world: World, vpc_id: str) -> Hop:
    """Return a hop for a call that uses an endpoint of the VPC, and without one no way of the VPC."""
    endpoints = world.endpoints_of(vpc_id)
    if isinstance(endpoints, Missing):
        return make_undecided_hop("dns", vpc_id, endpoints)
    return Hop("fargate", "", rule="without an endpoint, not through the VPC")


def _to_host(walker: Walker, need: Call, source: Source, host: str | None) -> Outcome:
    called = parse_host(host)
    if host is not None and called is None:
        fact = Missing(f"the host {host[:_SHOWN]!r}, which is neither a DNS name nor an address")
        return _at(source.start.subnet.subnet_id, make_undecided_hop("dns", source.start.subnet.vpc_id, fact))
    return walker.reach(source, _target_of(need, called))


def _target_of(need: Call, host: Host | None) -> Target:
    inferred = need.note if need.grade == "inferred" else ""
    over_ipv4 = endpoint_hosts.needs_ipv4(need)
    return Target(host, need.port, need.place, need.service, inferred=inferred, over_ipv4=over_ipv4)


def _by_dual_stack(walker: Walker, need: Call, source: Source) -> Outcome:
    """Return the outcome of a call to the dual-stack name of its host."""
    vpc_id = source.start.subnet.vpc_id
    named = msgspec.structs.replace(need, host=need.dual_stack, variant="dual-stack", instead=None)
    doubt = endpoint_hosts.missing_fact_of(walker.world, vpc_id, named)
    if doubt is not None:
        return _at(source.start.subnet.subnet_id, make_undecided_hop("dns", vpc_id, doubt))
    outcome = _to_host(walker, named, source, named.host)
    # Nobody chose this name, so no endpoint was meant for it.
    traces = tuple(trace for trace in outcome.traces if not trace.intended)
    return Outcome(outcome.verdict, traces, outcome.because)


def _to_either(subnet_id: str, usual: tuple[str | None, Outcome], dual_stack: tuple[str, Outcome]) -> Outcome:
    """Return the outcome of a call to one of two names of a host.

    No page of AWS says which of them Fargate calls from a subnet with IPv6 alone.
    """
    if {usual[1].verdict, dual_stack[1].verdict} == {OK, BLOCKED}:
        fact = f"which name Fargate calls from {subnet_id}, which has only IPv6: {usual[0]} or {dual_stack[0]}"
        return _at(subnet_id, make_undecided_hop("dns", subnet_id, Missing(fact)))
    return combine((usual[1], dual_stack[1]), turns=False)


def _mount(walker: Walker, need: Mount, source: Source | Missing | None, subnet_id: str) -> Outcome:
    """Walk to the mount target in the subnet's zone, by its address: no DNS name is resolved."""
    if source is None:
        return _NOT_REACHED
    if isinstance(source, Missing):
        return _at(subnet_id, make_undecided_hop("subnet", subnet_id, source))
    destination = placement.mount_target_of(walker, need, source.start.subnet)
    if isinstance(destination, Hop):
        return _at(subnet_id, destination)
    return walker.walk(source, (destination,), "tcp", need.port)


def _at(subnet_id: str, *hops: Hop) -> Outcome:
    """Return the outcome of hops that involve no path."""
    if are_clean(hops):
        return Outcome(OK, (Trace(subnet_id, _HERE, hops, None, None, OK),))
    judgement = judge_path(join_segments(hops, None, None, _HERE))
    return Outcome(judgement.verdict, (Trace(subnet_id, _HERE, hops, None, None, *judgement),))


def _placement(world: World, need: Placement, subnet_id: str) -> Outcome:
    return _at(subnet_id, _platform(need), placement.check_zone(world, need, subnet_id))


def _platform(need: Placement) -> Hop:
    name = f"{need.family} platform version {need.version}"
    platform_record = find_platform(need.family, need.version)
    if platform_record is None:
        return make_undecided_hop("fargate", need.version, Missing(f"whether Fargate still starts tasks on {name}"))
    if platform_record.retired is None:
        return Hop("fargate", need.version, rule=name)
    message = f"{name} is retired: no new task starts on it since {platform_record.retired}"
    return make_lost_hop("fargate", need.version, "PLATFORM_VERSION_RETIRED", message)


def _free_address(world: World, subnet_id: str) -> Hop:
    subnet = world.find_subnet(subnet_id)
    if isinstance(subnet, Missing):
        return make_undecided_hop("subnet", subnet_id, subnet)
    if subnet.cidr_block is None:
        # The count covers IPv4 addresses: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html
        return Hop("subnet", subnet_id, rule="IPv6 only")
    free = subnet.available_ip_address_count
    if free is UNSET:
        fact = Missing(f"how many addresses are free in {subnet_id}", "ec2:DescribeSubnets")
        return make_undecided_hop("subnet", subnet_id, fact)
    if free == 0:
        message = f"{subnet_id} has no free address for the task's network interface"
        return make_lost_hop("subnet", subnet_id, "SUBNET_HAS_NO_FREE_ADDRESS", message)
    return Hop("subnet", subnet_id, rule=f"{free} free addresses")


def blockers_of(world: World, traces: Sequence[Trace]) -> tuple[Blocker, ...]:
    """Return the lost pieces on paths with a verdict other than ok, each once.

    If the name does not lead to an existing endpoint, the missing route to public addresses follows from that.
    """
    by_key: dict[tuple[str, str, str, str], Blocker] = {}
    unused_endpoint = next(unused_endpoints_of(traces), None)
    for intended, judged in _judged(traces):
        if judged.lost:
            piece = judged.piece
            key = (piece.code, piece.resource, piece.rule, judged.hop.direction)
            if key not in by_key:
                absent = piece.absent_endpoint
                by_key[key] = Blocker(
                    *key,
                    piece.message,
                    origin=world.origin_of(piece.resource),
                    absent_endpoint=absent,
                    follows_from=unused_endpoint if absent else None,
                    intended=intended,
                )
            elif by_key[key].intended and not intended:
                by_key[key] = msgspec.structs.replace(by_key[key], intended=False)
    return tuple(by_key.values())


def unknowns_of(traces: Iterable[Trace]) -> tuple[Missing, ...]:
    """Return the missing facts on paths with a verdict other than ok, each once."""
    missing_facts: dict[Missing, None] = {}
    for _, judged in _judged(traces):
        if not judged.lost:
            missing = judged.piece.missing
            missing_facts[
                missing or Missing(f"whether this is in the way of the call's own address: {judged.piece.message}")
            ] = None
    return tuple(missing_facts)


def diagnose_trace(world: World, outcome: Outcome) -> TraceDiagnosis:
    """Return a flow's outcome with its blockers and missing facts."""
    return TraceDiagnosis(outcome, blockers_of(world, outcome.traces), unknowns_of(outcome.traces))


def _judged(traces: Iterable[Trace]) -> Iterator[tuple[bool, JudgedPiece]]:
    """Yield the pieces of all paths, each with whether its path is only intended."""
    return ((trace.intended, judged) for trace in traces for judged in trace.judged)
