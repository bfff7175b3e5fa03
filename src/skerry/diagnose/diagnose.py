"""Diagnosis of launches in a World."""

from collections.abc import Iterable

import msgspec
from msgspec import UNSET

from skerry.access.evaluation import AccessCheck
from skerry.diagnose.diagnosis import Diagnosis, NeedDiagnosis, PlacementDiagnosis, ServiceDiagnosis
from skerry.diagnose.missing_reads import missing_reads_of
from skerry.diagnose.need_verdicts import blockers_of, groups_of, judge_in_subnets, source_of, unknowns_of
from skerry.diagnose.not_examined import clusters_unexamined, combine_kinds, kinds_of_launch, list_unexamined
from skerry.diagnose.predicted_errors import error_of, predict
from skerry.diagnose.stopped_tasks import StopReason, crash_loops_of, explain_reasons, stop_reasons_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Need, Unread
from skerry.launch.startup import needs_of
from skerry.model.ecs import Task
from skerry.model.facts import Missing
from skerry.model.record import name_of
from skerry.model.world import World
from skerry.reach.outcome import Outcome
from skerry.reach.subnets import kind_of
from skerry.reach.trace import Because
from skerry.reach.walk import Source, Walker
from skerry.verdicts import INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN, Verdict, alternating_verdict_of, worst_of

_NO_SUBNETS = Missing("the subnets that tasks may land in", "ecs:DescribeServices")


def diagnose(
    walker: Walker, launches: Iterable[Launch], tasks: Iterable[Task] = (), done: Iterable[ServiceDiagnosis] = ()
) -> Diagnosis:
    """Diagnose launches; ``tasks`` supply the reasons of stopped tasks, for comparison with predicted errors.

    ``done`` are the diagnoses of some of them that hold here too.
    """
    stops = stop_reasons_of(tasks)
    launched = tuple(launches)
    beyond = AccessCheck(walker.world)
    made = {id(service.launch): service for service in done}
    services = tuple(made.get(id(launch)) or diagnose_one(walker, launch, stops, beyond) for launch in launched)
    verdicts = [service.verdict for service in services]
    only_others = all(verdict is NOT_APPLICABLE for verdict in verdicts)
    verdict = NOT_APPLICABLE if only_others else worst_of(verdicts)
    subnets = (walker.world.find_subnet(name) for launch in launched for name in launch.subnets)
    vpcs = sorted({subnet.vpc_id for subnet in subnets if not isinstance(subnet, Missing)})
    if not launched:
        return Diagnosis(verdict, services, unexamined=_launches_unexamined(walker.world))
    unread = beyond.unexamined() + list_unexamined(walker.world, vpcs) + clusters_unexamined(launched)
    unread += definitions_unexamined(walker.world)
    kinds = combine_kinds(service.not_examined for service in services)
    reads = missing_reads_of(walker.world, services)
    return Diagnosis(verdict, services, unexamined=unread, not_examined=kinds, missing_reads=reads)


def _launches_unexamined(world: World) -> tuple[str, ...]:
    """Return the other kinds of launches that were not read; without a launch there is nothing else to examine."""
    kinds = {
        "schedules": "EventBridge rules and schedules",
        "job_definitions": "AWS Batch",
        "state_machines": "state machines",
        "pipes": "EventBridge Pipes",
    }
    unread = tuple(noun for kind, noun in kinds.items() if not world.knows(kind))
    return unread + definitions_unexamined(world)


def definitions_unexamined(world: World) -> tuple[str, ...]:
    """Return the state machines with an unknown definition, which may start tasks."""
    if not world.facts.state_machines:
        return ()
    # Loaded for an input with state machines only.
    from skerry.launch.state_machines import unread_state_machines_of  # noqa: PLC0415

    names = unread_state_machines_of(world)
    return (f"definitions of state machines {', '.join(names)}",) if names else ()


def diagnose_one(
    walker: Walker,
    launch: Launch,
    stops: dict[tuple[str, str], tuple[StopReason, ...]],
    beyond: AccessCheck | None = None,
) -> ServiceDiagnosis:
    """Diagnose one launch: every Need in every subnet that tasks may start in.

    Without an evaluation of policies the verdict covers the network alone, not whether AWS would allow requests.
    """
    reasons = stops.get((launch.cluster, launch.started_by or launch.service or launch.name), ())
    if launch.not_applicable is not None:
        explanations = explain_reasons(launch.reasons)
        return ServiceDiagnosis(
            launch, NOT_APPLICABLE, stops=reasons, loops=crash_loops_of(reasons), reasons=explanations
        )
    world = walker.world
    launch_needs = needs_of(launch)
    sources = {subnet: source_of(walker, launch, subnet) for subnet in launch.subnets}
    table = [judge_in_subnets(walker, need, sources) for need in launch_needs]
    if beyond is not None:
        need_outcomes = zip(launch_needs, table, strict=True)
        table = [
            beyond.check(launch, need, dict(zip(sources, by_subnet, strict=True))) for need, by_subnet in need_outcomes
        ]
    not_examined = () if beyond is None else kinds_of_launch(walker, launch, beyond.take_unread())
    choice = _choice_of_subnets(world, launch)
    rows = tuple(_row(world, need, outcomes, choice) for need, outcomes in zip(launch_needs, table, strict=True))
    placements = tuple(
        _placement(walker, subnet, [outcomes[column] for outcomes in table], launch_needs)
        for column, subnet in enumerate(sources)
    )
    verdict = _combined([placement.verdict for placement in placements], choice)
    return ServiceDiagnosis(
        launch=launch,
        verdict=verdict,
        because=_because(verdict, placements, rows),
        needs=rows,
        placements=placements,
        predictions=() if verdict is OK else predict(rows),
        stops=reasons,
        groups=_groups(world, launch, sources),
        loops=crash_loops_of(reasons),
        reasons=explain_reasons(launch.reasons),
        not_examined=not_examined,
    )


def _choice_of_subnets(world: World, launch: Launch) -> Missing | None:
    """Return the missing choice of a service that names some of its subnets; None if it names all."""
    is_open = launch.arn is not None and str(launch.arn) in world.facts.subnets_to_choose
    return Missing(f"which of its subnets {launch.name} names") if is_open and len(launch.subnets) > 1 else None


def _combined(verdicts: list[Verdict], choice: Missing | None) -> Verdict:
    """Return the verdict over placements; under an open choice of them, unknown unless all agree."""
    return alternating_verdict_of(verdicts) if choice is None or len(set(verdicts)) <= 1 else UNKNOWN


def _row(world: World, need: Need, outcomes: list[Outcome], choice: Missing | None) -> NeedDiagnosis:
    verdicts = [outcome.verdict for outcome in outcomes]
    if not verdicts:
        # A missing fact about the launch itself is more precise than missing subnets.
        fact = Missing(need.fact, need.action) if isinstance(need, Unread) else _NO_SUBNETS
        return NeedDiagnosis(need, UNKNOWN, unknowns=(fact,))
    verdict = verdicts[0] if verdicts.count(verdicts[0]) == len(verdicts) else _combined(verdicts, choice)
    if verdict is NOT_APPLICABLE:
        return NeedDiagnosis(need, NOT_APPLICABLE)
    if verdict is OK:
        return NeedDiagnosis(need, OK, outcomes=tuple(outcomes))
    because: dict[Because, None] = {why: None for outcome in outcomes for why in outcome.because}
    if verdict is INTERMITTENT and len(set(verdicts)) > 1:
        because["placement"] = None
    bad = [trace for outcome in outcomes if outcome.verdict is not OK for trace in outcome.traces]
    blockers, unknowns = blockers_of(world, bad), unknowns_of(bad)
    if choice is not None and len(set(verdicts)) > 1:
        unknowns = (choice, *unknowns)
    need_diagnosis = NeedDiagnosis(need, verdict, tuple(because), blockers, unknowns, tuple(outcomes))
    return msgspec.structs.replace(need_diagnosis, error=error_of(need_diagnosis))


def _placement(walker: Walker, subnet_id: str, outcomes: list[Outcome], wanted: tuple[Need, ...]) -> PlacementDiagnosis:
    start = [outcome.verdict for need, outcome in zip(wanted, outcomes, strict=True) if need.blocks == "start"]
    verdict = worst_of(start)
    # Services in one subnet with one verdict share the record.
    return walker.memo.once(("placement", subnet_id, verdict), lambda: _place(walker.world, subnet_id, verdict))


def _place(world: World, subnet_id: str, verdict: Verdict) -> PlacementDiagnosis:
    subnet = world.subnets.get(subnet_id)
    zone = subnet.availability_zone if subnet is not None else UNSET
    return PlacementDiagnosis(
        subnet_id,
        kind_of(world, subnet_id),
        verdict,
        name_of(subnet.tags) if subnet is not None else None,
        None if zone is UNSET else zone,
    )


def _because(
    verdict: Verdict, placements: tuple[PlacementDiagnosis, ...], rows: tuple[NeedDiagnosis, ...]
) -> tuple[Because, ...]:
    if verdict is not INTERMITTENT:
        return ()
    because: dict[Because, None] = {}
    if len({placement.verdict for placement in placements}) > 1:
        because["placement"] = None
    for need_diagnosis in rows:
        if need_diagnosis.need.blocks == "start":
            because.update(dict.fromkeys(need_diagnosis.because))
    return tuple(because)


def _groups(world: World, launch: Launch, sources: dict[str, Source | Missing | None]) -> tuple[str, ...]:
    for source in sources.values():
        if source is None or isinstance(source, Missing):
            continue
        groups = groups_of(world, launch, source.subnet)
        if not isinstance(groups, Missing) and groups is not UNSET:
            return groups
    return ()
