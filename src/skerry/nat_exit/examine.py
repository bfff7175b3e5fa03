"""The exit from NAT of a VPC: the World without it is walked, planned for, and walked again."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from skerry.catalogue.services import ServiceRef
from skerry.cost.monthly import Amount, MonthlyCost, add_costs, cost_of_nat_gateway, cost_of_regional_nat
from skerry.cost.network_designs import public_addresses_of
from skerry.cost.prices import PriceItem, PriceTable, is_stale
from skerry.launch.launches import Launch
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.nat_exit.calls import CallComparison, LostCall, compare_calls, find_unread
from skerry.nat_exit.nats import Nat, nats_of, remove_nats, subnets_behind
from skerry.nat_exit.records import (
    ExitStep,
    ExitVerdict,
    NatExitReport,
    RemainingDestination,
    VpcExit,
)
from skerry.nat_exit.settle import ExitEvidence, NamedCalls, Settlement, idle_days_of, settle, traffic_of
from skerry.nat_exit.starters import (
    idle_notes_of,
    possible_launches_of,
    unread_hosts_of,
    unread_starters_of,
)
from skerry.nat_exit.unneeded import unneeded_endpoints_of
from skerry.nat_exit.workloads import launches_behind, launches_of_clients, workloads_behind
from skerry.plan import planner
from skerry.plan.change_costs import cost_of_change, sum_costs
from skerry.plan.changes import Advise, Change, ConfigureService, MirrorImage
from skerry.plan.launches_after import configure_launches
from skerry.plan.manual_steps import external_host_step_for, other_region_step_for
from skerry.plan.records import Options, Plan, Planned
from skerry.plan.scope import Failing, Kind, Scope, call_of
from skerry.plan.world_after import apply_changes
from skerry.reach.outcome import Outcome
from skerry.verdicts import BLOCKED

_REGIONAL = "regional"
_ITEMS: tuple[PriceItem, ...] = ("nat-hour", "nat-gb", "address-hour", "endpoint-zone-hour", "endpoint-gb")
_SUBNETS = "ecs:DescribeServices"
_NOT_READ = "ec2:DescribeNatGateways"


class Question(NamedTuple):
    """The launches of the World, the services that workloads call too, the measurements and the prices."""

    launches: tuple[Launch, ...]
    also: tuple[ServiceRef, ...]
    evidence: ExitEvidence
    prices: PriceTable


def examine(world: World, vpc_ids: Iterable[str], question: Question, today: date) -> NatExitReport:
    """Return for each VPC whether its NAT can go."""
    question = question._replace(launches=possible_launches_of(world, question.launches))
    rows = tuple(examine_vpc(world, vpc_id, question) for vpc_id in vpc_ids)
    evidence = question.evidence
    day = question.prices.date_of(world.region or "", _ITEMS)
    return NatExitReport(
        world.region or "",
        rows,
        day,
        is_stale(day, today),
        evidence.flow_logs,
        evidence.metrics,
        evidence.given,
    )


def examine_vpc(world: World, vpc_id: str, question: Question) -> VpcExit:
    """Return whether the NAT of a VPC can go, with what must be done first."""
    nats, missing = nats_of(world, vpc_id)
    names = [ref.key for ref in question.also]
    own = [launch for launch in _in_vpc(world, vpc_id, question.launches) if launch.not_applicable is None]
    unneeded = tuple(unneeded_endpoints_of(world, vpc_id, own, names, question.evidence, question.prices))
    if not nats:
        return VpcExit(vpc_id, "unknown" if missing else "no-nat", facts=missing, unneeded=unneeded)
    behind, unread = subnets_behind(world, vpc_id, nats)
    clients = launches_behind(question.launches, behind)
    workloads = workloads_behind(world, clients, behind)
    launches = tuple(launch for launch in clients if launch.not_applicable is None)
    if any(workload.kind == "transit-gateway" for workload in workloads):
        # Launches of other VPCs may be behind the NAT too.
        launches = tuple(launch for launch in question.launches if launch.not_applicable is None)
    if question.also:
        launches = (*launches, *launches_of_clients(world, workloads))
    comparison, plan, calls = _plan_exit(world, nats, launches, question)
    logs = question.evidence.flow_logs
    settlement = settle(vpc_id, nats, workloads, question.evidence, calls)
    facts = (*missing, *unread, *_unread_clients(world, vpc_id, question.launches), *comparison.facts)
    facts = (*facts, *_unread_idle_clients(world, nats, behind, question.evidence))
    destinations = (*_destinations(comparison.lost), *_breaks(plan), *settlement.destinations)
    nat_cost, per_gb = _cost_of(world, vpc_id, nats, question.prices)
    return VpcExit(
        vpc_id,
        _verdict(destinations, settlement, facts, plan),
        nats,
        workloads,
        destinations,
        settlement.unsettled,
        settlement.settled,
        tuple(dict.fromkeys(facts)),
        plan,
        tuple(_steps(nats, plan)),
        nat_cost,
        _saving(nat_cost, plan),
        per_gb,
        unneeded,
        () if logs is None else tuple(traffic_of(workloads, nats, logs)),
        (*(() if plan is None else plan.limits), *idle_notes_of(world, clients)),
    )


def _in_vpc(world: World, vpc_id: str, launches: Iterable[Launch]) -> tuple[Launch, ...]:
    return launches_behind(launches, (subnet.subnet_id for subnet in world.subnets_in(vpc_id)))


def _verdict(
    destinations: Sequence[RemainingDestination], settlement: Settlement, facts: Sequence[Missing], plan: Plan | None
) -> ExitVerdict:
    if destinations:
        return "cannot"
    if settlement.unsettled or facts:
        return "unknown"
    return "can-go" if plan is None else "can-go-after-plan"


def _plan_exit(
    world: World, nats: tuple[Nat, ...], launches: tuple[Launch, ...], question: Question
) -> tuple[CallComparison, Plan | None, NamedCalls]:
    """Return the calls that the exit takes away for good, and the plan for the others; None if all go on as they do."""
    later = remove_nats(world, nats)
    also = tuple(call_of(ref) for ref in question.also)
    first = compare_calls(world, later, launches, launches, also)
    unread = {launch.name: fact for launch in launches if (fact := find_unread(launch)) is not None}
    calls = NamedCalls(later, unread, frozenset(call.launch.name for call in first.lost))
    if not first.lost:
        return first, None, calls
    later_calls = dict.fromkeys(call.need.service for call in first.lost if call.need.blocks == "runtime")
    refs = dict.fromkeys((*question.also, *(ref for ref in later_calls if ref is not None)))
    wanted = {id(call.launch) for call in first.lost}
    chosen = [launch for launch in launches if id(launch) in wanted]
    others = [launch for launch in question.launches if id(launch) not in wanted]
    options = Options(also=tuple(refs))
    made = planner.plan(later, Scope(chosen, options.also, others), options, world)
    plan = _priced(world, made, question.prices)
    changes = [row.change for row in plan.changes]
    settings = [change for change in changes if isinstance(change, ConfigureService) and change.has_settings]
    after = configure_launches(launches, settings)
    planned = apply_changes(later, changes)
    return compare_calls(world, planned, launches, after, also), plan, calls._replace(later=planned)


def _priced(world: World, plan: Plan, prices: PriceTable) -> Plan:
    """Return a plan with the costs by these prices, without its runners-up: another way out is no exit from NAT."""
    rows = tuple(_priced_change(world, row, prices) for row in plan.changes)
    return msgspec.structs.replace(
        plan,
        changes=rows,
        monthly=sum_costs(row.cost for row in rows),
        prices_of=prices.compiled,
        because="",
        runners_up=(),
    )


def _priced_change(world: World, row: Planned, prices: PriceTable) -> Planned:
    change = _without_nat(row.change)
    # The note of a manual step is its message.
    note = _message(change) if row.note and row.note == getattr(row.change, "message", "") else row.note
    return msgspec.structs.replace(row, change=change, note=note, cost=cost_of_change(world, row.change, prices))


def _unread_clients(world: World, vpc_id: str, launches: Iterable[Launch]) -> Iterator[Missing]:
    """Yield the kinds of clients that were not read."""
    for kind, what in (("network_interfaces", "the network interfaces"), ("subnets", "the subnets")):
        if not world.knows(kind, vpc_id):
            yield world.missing_for(kind, f"{what} of {vpc_id}")
    if not world.knows("services"):
        yield world.missing_for("services", f"the ECS services of {vpc_id}")
    for launch in launches:
        if not launch.subnets and launch.not_applicable is None:
            yield from launch.unread or [Missing(f"the subnets of {launch.name}", _SUBNETS)]


def _unread_idle_clients(
    world: World, nats: tuple[Nat, ...], behind: Iterable[str], evidence: ExitEvidence
) -> Iterator[Missing]:
    """Yield the unread clients that show nothing in the network today; none behind NATs without a byte out."""
    if idle_days_of(nats, evidence.metrics) is None:
        yield from unread_starters_of(world, behind)
        yield from unread_hosts_of(world)


def _destinations(lost: Iterable[LostCall]) -> Iterator[RemainingDestination]:
    """Yield the destinations of lost calls, with the names of all launches that call them."""
    by_call: dict[tuple[str | None, int, str, tuple[str, ...]], list[LostCall]] = {}
    for call in lost:
        need = call.need
        by_call.setdefault((need.host, need.port, need.step, need.subjects), []).append(call)
    for (host, port, step, subjects), calls in by_call.items():
        names = tuple(dict.fromkeys(call.launch.name for call in calls))
        reason = "; ".join(dict.fromkeys(message for call in calls for message in call.messages))
        where = host or ", ".join(subjects) or "a host that is not known"
        yield RemainingDestination(names, where, port, step, subjects, reason=reason, remedy=_remedy(calls[0]))


def _remedy(call: LostCall) -> str:
    """Return what would make the NAT unnecessary for a call."""
    need = call.need
    failing = Failing(Kind(call.launch, (call.launch.name,)), need, call.subnets[0], Outcome(BLOCKED, ()))
    if need.service is not None:
        return (
            "" if need.service.region == call.launch.region else _message(other_region_step_for(failing, need.service))
        )
    return _message(external_host_step_for(need))


def _message(step: Change) -> str:
    step = _without_nat(step)
    return step.message if isinstance(step, Advise | MirrorImage) else ""


def _without_nat(change: Change) -> Change:
    """Return a manual step without the advice to make a NAT gateway, which is no remedy for an exit from NAT."""
    if not isinstance(change, Advise | MirrorImage):
        return change
    text = change.message
    for way in (", or give the subnet a NAT gateway", "; or give the subnet a NAT gateway", ", such as a NAT gateway"):
        text = text.removesuffix(way)
    return msgspec.structs.replace(change, message=text)


def _breaks(plan: Plan | None) -> Iterator[RemainingDestination]:
    """Yield the calls of others that the plan would break."""
    for row in () if plan is None else plan.breaks:
        yield RemainingDestination((row.client,), row.host, reason=row.message)


def _cost_of(
    world: World, vpc_id: str, nats: Iterable[Nat], prices: PriceTable
) -> tuple[Amount | Missing, Amount | Missing | None]:
    """Return the fixed cost of NATs a month, and that of each GB through them."""
    costs = [_cost_of_one(world, vpc_id, nat, prices) for nat in nats]
    return add_costs(costs), costs[0].per_gb


def _cost_of_one(world: World, vpc_id: str, nat: Nat, prices: PriceTable) -> MonthlyCost:
    region = world.region or ""
    if nat.kind == "instance":
        fact = Missing(f"the price of the instance behind {nat.id}")
        return MonthlyCost(fact, None, "", "", "inferred")
    if nat.record is None:
        fact = Missing(f"the number of public addresses of {nat.id}", _NOT_READ)
        return MonthlyCost(fact, cost_of_nat_gateway(prices, region).per_gb, "", "", "inferred")
    if nat.record.availability_mode == _REGIONAL:
        zones = len({subnet.availability_zone for subnet in world.subnets_in(vpc_id)})
        return cost_of_regional_nat(prices, region, 1, max(zones, 1))
    return cost_of_nat_gateway(prices, region, public_addresses_of(nat.record))


def _saving(nat_cost: Amount | Missing, plan: Plan | None) -> Amount | Missing:
    """Return the fixed cost of NAT less that of the plan, a month."""
    monthly = None if plan is None else plan.monthly
    if isinstance(nat_cost, Missing) or monthly is None:
        return nat_cost
    if isinstance(monthly, Missing):
        return monthly
    return nat_cost if not monthly.high else nat_cost + -monthly


def _steps(nats: tuple[Nat, ...], plan: Plan | None) -> Iterator[ExitStep]:
    """Yield the steps in order: the plan first, then the routes, the gateways last; a route can be made again."""
    if plan is not None and plan.changes:
        yield ExitStep("plan", count=len(plan.changes))
    yield from (ExitStep("watch", nat.id) for nat in nats)
    for nat in nats:
        yield from (ExitStep("delete-route", route.table, route.destination) for route in nat.routes)
    for nat in nats:
        yield ExitStep("delete-nat-gateway" if nat.kind == "gateway" else "stop-instance", nat.id)
        yield from (ExitStep("release-address", allocation) for allocation in nat.allocations)
