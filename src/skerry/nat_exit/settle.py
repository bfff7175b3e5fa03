"""Workloads whose calls nobody wrote down: settled by their security groups or by measurements, else open."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, assert_never

import msgspec
from msgspec import UNSET

from skerry.cost.measured import FlowLogTotals, InterfaceBytes, TrafficClass, TrafficMetrics
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.nat_exit.egress import names_of_gateway_services, public_egress_of
from skerry.nat_exit.nats import Nat
from skerry.nat_exit.records import RemainingDestination, Settled, Unsettled, WorkloadBytes
from skerry.nat_exit.workloads import Workload
from skerry.net.addresses import PUBLIC, spell
from skerry.net.intervals import Intervals, covers

_ANYWHERE = "any address"
_GATEWAY_SERVICES = frozenset({"s3", "dynamodb"})
_OF_TASKS = {"launch", "task"}
_NO_LOGS = {
    "launch": "the program of the task may call more than its task definition names",
    "task": "no task definition tells what the task calls",
    "function": "no API of the network tells what a function calls",
    "build": "no API of the network tells what a build calls",
    "instance": "no API of the network tells what an instance calls",
    # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
    "load-balancer": "a load balancer that authenticates users calls their identity provider",
    "transit-gateway": "the clients of other networks are behind it",
    "interface": "no API of the network tells what its owner calls",
}


class ExitEvidence(NamedTuple):
    """The measurements, and whether the user vouches for it that all calls are named."""

    flow_logs: FlowLogTotals | None = None
    metrics: TrafficMetrics | None = None
    given: bool = False


class NamedCalls(NamedTuple):
    """The named calls: unread facts of launches by their names, and the launches that call by NAT today.

    ``later`` is the World after the exit and its plan.
    """

    later: World
    unread: Mapping[str, Missing]
    callers: frozenset[str]


class Settlement(NamedTuple):
    """Settled and unsettled workloads, destinations by flow logs, and missing facts."""

    settled: tuple[Settled, ...]
    unsettled: tuple[Unsettled, ...]
    destinations: tuple[RemainingDestination, ...]


def settle(
    vpc_id: str,
    nats: tuple[Nat, ...],
    workloads: tuple[Workload, ...],
    evidence: ExitEvidence,
    calls: NamedCalls,
) -> Settlement:
    """Settle each workload: whether it needs NAT for calls outside of its definition."""
    idle = idle_days_of(nats, evidence.metrics)
    settled: list[Settled] = []
    unsettled: list[Unsettled] = []
    destinations: list[RemainingDestination] = []
    for workload in workloads:
        for result in _settle_one(vpc_id, workload, evidence, calls, idle):
            match result:
                case Settled():
                    settled.append(result)
                case Unsettled():
                    unsettled.append(result)
                case RemainingDestination():
                    destinations.append(result)
                case _:
                    assert_never(result)
    ended = list(_without_workload(calls.later, workloads, nats, evidence.flow_logs))
    destinations += (_destination_of((name,), row) for name, row in ended if row.traffic == "internet")
    if idle is None and not evidence.given:
        unsettled += _ended(row for row in ended if row[1].traffic == "aws")
    return Settlement(tuple(settled), tuple(unsettled), _join(destinations))


def _settle_one(
    vpc_id: str, workload: Workload, evidence: ExitEvidence, calls: NamedCalls, idle: int | None
) -> Iterator[Settled | Unsettled | RemainingDestination]:
    name, kind = workload.name, workload.kind
    allowed = _egress_of(calls.later, vpc_id, workload)
    if allowed == ():
        yield Settled(name, kind, "egress", "its security groups let nothing out to the internet")
        return
    if idle is not None:
        yield Settled(name, kind, "metrics", f"no byte left the NAT in {idle} days")
        return
    text = allowed.fact if isinstance(allowed, Missing) else _spell(allowed)
    unread = calls.unread.get(name) if kind == "launch" else None
    if evidence.given and unread is not None:
        yield Unsettled(name, kind, text, f"{unread.fact} is not known, so its definition names no calls")
    elif evidence.flow_logs is not None:
        served = names_of_gateway_services(calls.later, vpc_id, workload.subnets)
        logs = _without_gateway_bytes(evidence.flow_logs, served)
        by_name = [row for row in logs.rows if _is_of_service(calls.later, workload, row)]
        yield from _by_flow_logs(workload, text, logs, by_name, given=evidence.given, by_nat=name in calls.callers)
    elif evidence.given:
        yield Settled(name, kind, "given", "its calls are all named, by your word")
    elif isinstance(allowed, Missing):
        yield Unsettled(name, kind, "unknown", f"{allowed.fact} is not known")
    else:
        yield Unsettled(name, kind, text, _NO_LOGS[kind])


def _egress_of(world: World, vpc_id: str, workload: Workload) -> Intervals | Missing:
    """Return the public addresses that a workload's groups allow; a gateway to other networks has no groups."""
    if workload.kind == "transit-gateway":
        return PUBLIC
    if workload.groups is UNSET:
        return Missing(f"the security groups of {workload.name}", "ec2:DescribeNetworkInterfaces")
    groups = workload.groups
    if not groups:
        # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
        default = world.default_group_of(vpc_id)
        if isinstance(default, Missing):
            return default
        groups = (default.group_id,)
    served = names_of_gateway_services(world, vpc_id, workload.subnets)
    return public_egress_of(world, vpc_id, groups, served)


def _spell(allowed: Intervals) -> str:
    return _ANYWHERE if covers(allowed, PUBLIC) else spell(allowed)


def _by_flow_logs(
    workload: Workload,
    allowed: str,
    logs: FlowLogTotals,
    by_name: list[InterfaceBytes],
    *,
    given: bool,
    by_nat: bool,
) -> Iterator[Settled | Unsettled | RemainingDestination]:
    """Yield what flow logs show of a workload: destinations on the internet, AWS's addresses, or neither."""
    name, kind = workload.name, workload.kind
    unseen = [interface for interface in workload.interfaces if interface not in logs.interfaces]
    if kind == "transit-gateway":
        yield Unsettled(name, kind, allowed, _NO_LOGS[kind])
        return
    doubt = logs.doubt_about(dict.fromkeys((*workload.interfaces, *(row.interface for row in by_name))))
    if unseen or not (workload.interfaces or by_name):
        doubt = f"the flow logs have no accepted record of {', '.join(unseen) or 'an interface of it'}"
    rows = [row for row in logs.rows if row.interface in workload.interfaces]
    rows += [row for row in by_name if row not in rows]
    yield from (_destination_of((name,), row) for row in rows if row.traffic == "internet" and row.bytes)
    count = sum(row.bytes for row in rows if row.traffic == "aws")
    if count and not given:
        reason = f"{count} bytes with addresses of AWS, whose service flow logs do not tell"
        yield Unsettled(name, kind, allowed, reason)
    elif count and not by_nat:
        yield Unsettled(name, kind, allowed, f"{count} bytes with addresses of AWS, where no named call leads")
    elif not any(row.traffic == "internet" and row.bytes for row in rows):
        if doubt:
            yield Unsettled(name, kind, allowed, doubt)
            return
        yield Settled(name, kind, "flow-logs", "its flow logs have no byte with the internet")


def _is_of_service(world: World, workload: Workload, row: InterfaceBytes) -> bool:
    """Return whether a row names a service; another cluster or VPC may have one of the same name elsewhere."""
    if workload.kind not in _OF_TASKS or row.service != workload.name:
        return False
    interface = world.network_interfaces.get(row.interface)
    place = row.subnet if interface is None or interface.subnet_id is UNSET else interface.subnet_id
    return place is None or place in workload.subnets


def _without_gateway_bytes(logs: FlowLogTotals, served: Iterable[str]) -> FlowLogTotals:
    """Return flow logs with bytes of S3 and DynamoDB as others of AWS, unless a gateway endpoint takes them."""
    by_gateway = {name.rpartition(".")[2] for name in served}
    rows = (
        msgspec.structs.replace(row, traffic="aws") if row.traffic in _GATEWAY_SERVICES - by_gateway else row
        for row in logs.rows
    )
    return msgspec.structs.replace(logs, rows=tuple(rows))


def traffic_of(workloads: tuple[Workload, ...], nats: tuple[Nat, ...], logs: FlowLogTotals) -> Iterator[WorkloadBytes]:
    """Yield the bytes of each workload and of each NAT gateway in flow logs; those without a record are left out."""
    for name, kind, interfaces in (
        *((row.name, row.kind, row.interfaces) for row in workloads),
        *((nat.id, "nat", (*nat.interfaces, nat.id)) for nat in nats),
    ):
        sums: dict[TrafficClass, int] = {}
        for row in logs.rows:
            if row.interface in interfaces or (row.service and row.service == name):
                sums[row.traffic] = sums.get(row.traffic, 0) + row.bytes
        if sums:
            yield WorkloadBytes(name, kind, tuple(sums.items()))


def _destination_of(names: tuple[str, ...], row: InterfaceBytes) -> RemainingDestination:
    return RemainingDestination(
        names,
        ", ".join(row.addresses) or "the internet",
        bytes=row.bytes,
        reason="flow logs have these bytes",
    )


def _without_workload(
    world: World, workloads: tuple[Workload, ...], nats: tuple[Nat, ...], logs: FlowLogTotals | None
) -> Iterator[tuple[str, InterfaceBytes]]:
    """Yield the bytes of other interfaces behind NAT with a name, such as those of ended tasks."""
    if logs is None:
        return
    places = tuple(subnet for workload in workloads for subnet in workload.subnets)
    vpcs = {world.subnets[name].vpc_id for name in places if name in world.subnets}
    served = (names_of_gateway_services(world, vpc_id, places) for vpc_id in vpcs)
    logs = _without_gateway_bytes(logs, frozenset().union(*served))
    counted = {name for workload in workloads for name in workload.interfaces}
    counted |= {name for nat in nats for name in nat.interfaces}
    for row in logs.rows:
        is_other = row.interface not in counted and row.subnet in places and row.bytes
        if is_other and not any(_is_of_service(world, workload, row) for workload in workloads):
            gone = "" if row.interface in world.network_interfaces else ", which no longer exists"
            yield row.service or f"{row.interface}{gone}", row


def _ended(rows: Iterable[tuple[str, InterfaceBytes]]) -> Iterator[Unsettled]:
    """Yield other interfaces with bytes of AWS's addresses, each name once."""
    sums: dict[str, int] = {}
    for name, row in rows:
        sums[name] = sums.get(name, 0) + row.bytes
    for name, count in sums.items():
        reason = f"{count} bytes with addresses of AWS, whose service flow logs do not tell"
        yield Unsettled(name, "interface", "unknown", reason)


def _join(rows: list[RemainingDestination]) -> tuple[RemainingDestination, ...]:
    """Return the destinations, those of the same addresses and workloads as one."""
    joined: dict[tuple[tuple[str, ...], str], RemainingDestination] = {}
    for row in rows:
        key = (row.workloads, row.destination)
        earlier = joined.get(key)
        count = (row.bytes or 0) + (0 if earlier is None else earlier.bytes or 0)
        joined[key] = RemainingDestination(row.workloads, row.destination, bytes=count, reason=row.reason)
    return tuple(joined.values())


def idle_days_of(nats: tuple[Nat, ...], metrics: TrafficMetrics | None) -> int | None:
    """Return the days in which no NAT of the VPC sent a byte to a destination; None if one did, or is not measured."""
    rows = [None if metrics is None else metrics.find(nat.id) for nat in nats]
    if metrics is None or any(row is None or row.bytes_out != 0 or not row.is_of_all(metrics.days) for row in rows):
        return None
    return metrics.days
