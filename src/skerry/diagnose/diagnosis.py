"""Records of a Diagnosis."""

from collections.abc import Iterable
from functools import cached_property
from typing import Literal, TypeVar, get_args

import msgspec

from skerry.diagnose.called import called_by
from skerry.diagnose.causes import Cause, SharedCause, StoppedStep, combine_causes, share_causes
from skerry.diagnose.stopped_tasks import CrashLoop, ExplainedReason, StopReason
from skerry.launch.launches import Launch
from skerry.launch.needs import STEPS, Call, Need
from skerry.model.facts import Missing
from skerry.model.origins import Origin
from skerry.reach.outcome import Outcome
from skerry.reach.subnets import Place
from skerry.reach.trace import AbsentEndpoint, Because, Trace
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, Verdict

Severity = Literal["error", "warning", "note"]
NextStep = Literal["plan", "rehearse", "supply-facts", "explain"]

NotExamined = Literal[
    "permissions",
    "resource-policies",
    "organization-policies",
    "endpoint-policies",
    "images",
    "resources",
    "dns-rules",
    "private-zones",
    "public-access",
    "network-interfaces",
    "cluster-configuration",
]
"""A kind of facts that a verdict depends on and nobody asked for."""

NOT_EXAMINED: tuple[NotExamined, ...] = get_args(NotExamined)

_FAILS = {BLOCKED, INTERMITTENT}
_WORKS = {OK, NOT_APPLICABLE}
_INFERRED_CAUSES: dict[Because, str] = {
    "ports": "the ports that Fargate's clients use are taken to be the system's default range",
    "address": "a client may try the next address, and does so or not by its own rules",
}
_Item = TypeVar("_Item")
_Key = TypeVar("_Key")


class Blocker(msgspec.Struct, frozen=True, gc=False):
    """A cause that keeps tasks from starting: a rule, route, ACL entry or state of a resource, or its absence.

    ``resource`` is the id of a resource, ``rule`` the matching rule in words; empty if none matched. ``origin`` is the
    place where the resource is written; None if it is unknown.
    ``absent_endpoint``: an endpoint that would serve packets without a route. ``follows_from``: code and resource of
    the blocker that sends packets there. ``intended``: only on the way to an endpoint that the name does not lead to.
    """

    code: str
    resource: str
    rule: str
    direction: str
    message: str
    disposition: str = "lost"
    origin: Origin | None = None
    absent_endpoint: AbsentEndpoint | None = None
    follows_from: tuple[str, str] | None = None
    intended: bool = False


class Prediction(msgspec.Struct, frozen=True, gc=False):
    """Predicted error of ECS: its text, the step that fails, and the grade of the wording.

    ``at_or_before``: an unknown step comes before this one, so another may fail first.
    """

    step: str
    text: str | None
    grade: str
    at_or_before: bool = False


class NeedDiagnosis(msgspec.Struct, frozen=True, gc=False):
    """Verdict on one Need over all placements.

    ``error`` is ECS's error if this Need were the first to fail; None if it does not fail.
    """

    need: Need
    verdict: Verdict
    because: tuple[Because, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    unknowns: tuple[Missing, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    error: Prediction | None = None

    @property
    def inferred(self) -> tuple[str, ...]:
        """The inferred facts behind the verdict, each once."""
        notes: dict[str, None] = {}
        if isinstance(self.need, Call) and self.need.grade == "inferred" and self.need.note:
            notes[self.need.note] = None
        for trace in self.traces:
            if not trace.intended:
                notes |= {hop.rule: None for _, hop in trace.way() if hop.grade == "inferred"}
        return tuple(notes | {_INFERRED_CAUSES[why]: None for why in _INFERRED_CAUSES if why in self.because})

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The paths of the Need in every subnet."""
        return tuple(trace for outcome in self.outcomes for trace in outcome.traces)


class PlacementDiagnosis(msgspec.Struct, frozen=True, gc=False):
    """One subnet that tasks may start in: its name, its zone, and the verdict on a start there."""

    subnet: str
    kind: Place
    verdict: Verdict
    name: str | None = None
    zone: str | None = None


class StepSummary(msgspec.Struct, frozen=True, gc=False):
    """A row of the table of steps: the calls of one step to one destination with one verdict.

    ``causes`` are the labels of the causes that stop it; ``fails_first``: ECS reports the error of this step.
    """

    number: int
    step: str
    called: str
    blocks: str
    verdict: Verdict
    needs: tuple["NeedDiagnosis", ...]
    causes: tuple[str, ...] = ()
    fails_first: bool = False


class ServiceDiagnosis(msgspec.Struct, frozen=True, dict=True):
    """One service, or one task: whether its tasks can start.

    ``reasons`` are ECS's own texts about the service, explained. ``not_examined`` are the kinds of facts that the
    verdict depends on and nobody asked for.
    """

    launch: Launch
    verdict: Verdict
    because: tuple[Because, ...] = ()
    needs: tuple[NeedDiagnosis, ...] = ()
    placements: tuple[PlacementDiagnosis, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    stops: tuple[StopReason, ...] = ()
    groups: tuple[str, ...] = ()
    loops: tuple[CrashLoop, ...] = ()
    reasons: tuple[ExplainedReason, ...] = ()
    not_examined: tuple[NotExamined, ...] = ()

    @property
    def later_errors(self) -> tuple[Prediction, ...]:
        """The errors that ECS would report one after another, each after the fix of the one before it."""
        predicted = {prediction.text for prediction in self.predictions}
        errors = (need_diagnosis.error for need_diagnosis in self.needs if need_diagnosis.need.blocks == "start")
        return tuple(error for error in errors if error and error.text and error.text not in predicted)

    @cached_property
    def steps(self) -> tuple[StepSummary, ...]:
        """The steps of the service alone, in launch order."""
        return ServiceGroup((self,)).steps

    @property
    def causes_by_resource(self) -> frozenset[tuple[str, str]]:
        """Code and resource of each blocker; the task's own security groups, which differ by service, are left out."""
        blockers = (blocker for need_diagnosis in self.needs for blocker in need_diagnosis.blockers)
        return frozenset((blocker.code, self.shared_resource_of(blocker)) for blocker in blockers)

    def shared_resource_of(self, blocker: Blocker) -> str:
        """Return the resource of a blocker, or an empty text for the task's own security groups."""
        return "" if set(blocker.resource.split(", ")) <= set(self.groups) else blocker.resource

    @property
    def missing_actions(self) -> frozenset[str]:
        """The calls that would supply the missing facts."""
        return frozenset(fact.action for need_diagnosis in self.needs for fact in need_diagnosis.unknowns)


class ServiceGroup(msgspec.Struct, frozen=True, dict=True):
    """Services that fail alike, by the same causes and for want of the same facts; or one service alone."""

    services: tuple[ServiceDiagnosis, ...]

    @cached_property
    def steps(self) -> tuple[StepSummary, ...]:
        """The steps of all services in launch order, numbered, with the labels of their causes."""
        rows = _number_steps(self.services)
        causes = _causes_of(self.services, rows)
        first = self.services[0].predictions[:1]
        failing = [row.number for row in rows if row.verdict in _FAILS and first and row.step == first[0].step]
        return tuple(
            msgspec.structs.replace(
                row,
                causes=tuple(cause.label for cause in causes if row.number in cause.numbers),
                fails_first=row.number in failing[:1],
            )
            for row in rows
        )

    @cached_property
    def causes(self) -> tuple[Cause, ...]:
        """The causes of all failing steps, in launch order."""
        return _causes_of(self.services, _number_steps(self.services))

    @property
    def placements(self) -> tuple[PlacementDiagnosis, ...]:
        """The subnets of all services, each once for each verdict."""
        return tuple(dict.fromkeys(placement for service in self.services for placement in service.placements))

    @property
    def missing_facts(self) -> dict[Missing, tuple[str, ...]]:
        """Each missing fact with the steps that need it."""
        return _group_by_item((row.need.step, row.unknowns) for row in self._needs)

    @property
    def inferred_facts(self) -> dict[str, tuple[str, ...]]:
        """Each inferred fact with the steps that rest on it."""
        return _group_by_item((row.need.step, row.inferred) for row in self._needs)

    @property
    def _needs(self) -> tuple[NeedDiagnosis, ...]:
        return tuple(row for service in self.services for row in service.needs)


def _number_steps(services: Iterable[ServiceDiagnosis]) -> tuple[StepSummary, ...]:
    """Return the steps of services in launch order, equal ones as one row."""
    rows: dict[tuple[str, str, str, Verdict], list[NeedDiagnosis]] = {}
    for service in services:
        for need_diagnosis in service.needs:
            need = need_diagnosis.need
            key = (need.step, called_by(need, service.launch), need.blocks, need_diagnosis.verdict)
            rows.setdefault(key, []).append(need_diagnosis)
    ordered = sorted(rows.items(), key=lambda item: STEPS.index(item[1][0].need.step))
    return tuple(StepSummary(number, *key, needs=tuple(needs)) for number, (key, needs) in enumerate(ordered, 1))


def _causes_of(services: Iterable[ServiceDiagnosis], rows: Iterable[StepSummary]) -> tuple[Cause, ...]:
    owners = {id(need_diagnosis): service for service in services for need_diagnosis in service.needs}
    stops: dict[tuple[str, str], list[StoppedStep]] = {}
    dead_ends: dict[tuple[str, str], dict[str, None]] = {}
    for row in rows:
        for need_diagnosis in row.needs:
            for blocker in need_diagnosis.blockers:
                if blocker.follows_from is not None:
                    dead_ends.setdefault(blocker.follows_from, {})[blocker.resource] = None
                    continue
                key = (blocker.code, owners[id(need_diagnosis)].shared_resource_of(blocker))
                same = stops.setdefault(key, [])
                # Of groups that differ by service, one is enough as an example.
                is_repeated = key[1] == "" and bool(same) and same[0].resource != blocker.resource
                message = "" if is_repeated else blocker.message
                same.append(
                    StoppedStep(
                        row.number, row.step, blocker.resource, message, blocker.absent_endpoint, blocker.intended
                    )
                )
    return combine_causes(stops, dead_ends)


class TraceDiagnosis(msgspec.Struct, frozen=True, gc=False):
    """One flow: its paths with their verdict, and the blockers and missing facts on paths that are not ok."""

    outcome: Outcome
    blockers: tuple[Blocker, ...] = ()
    unknowns: tuple[Missing, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict of the flow."""
        return self.outcome.verdict

    @property
    def because(self) -> tuple[Because, ...]:
        """The reasons of an intermittent verdict."""
        return self.outcome.because

    @property
    def traces(self) -> tuple[Trace, ...]:
        """Every path of the flow."""
        return self.outcome.traces

    @property
    def next_step(self) -> NextStep | None:
        """The step after this trace; None if nothing is left to do."""
        if self.verdict in _WORKS:
            return None
        return "explain" if self.blockers else "supply-facts"


class Finding(msgspec.Struct, frozen=True, gc=False):
    """Result of a check: a problem that does not block a start but should be fixed.

    ``origin`` is the place where the resource is written; None if it is unknown.
    """

    id: str
    severity: Severity
    message: str
    resource: str
    services: tuple[str, ...] = ()
    origin: Origin | None = None


class Diagnosis(msgspec.Struct, frozen=True, dict=True):
    """Verdicts on all launches of one World, with the findings of checks.

    ``unexamined`` are the facts that nobody asked for, in words; ``not_examined`` their kinds.
    ``missing_reads`` are all calls whose answers may decide about launches with missing facts. ``old_data`` are
    tables of facts about AWS that are older than a year, with their dates. ``made_by`` is skerry's version.
    """

    verdict: Verdict
    services: tuple[ServiceDiagnosis, ...]
    findings: tuple[Finding, ...] = ()
    unexamined: tuple[str, ...] = ()
    not_examined: tuple[NotExamined, ...] = ()
    missing_reads: tuple[str, ...] = ()
    old_data: tuple[str, ...] = ()
    made_by: str = ""

    @cached_property
    def causes(self) -> tuple[SharedCause, ...]:
        """The causes of all failing steps, each once with the services that it stops."""
        return share_causes(
            SharedCause(
                cause.code,
                cause.resources,
                tuple(dict.fromkeys(service.launch.name for service in group.services)),
            )
            for group in self.failing_groups
            for cause in group.causes
        )

    @property
    def cause_count(self) -> int:
        """The number of causes of all failing steps, each counted once."""
        return len(self.causes)

    @cached_property
    def failing_groups(self) -> tuple[ServiceGroup, ...]:
        """The services with a blocker or missing fact, in groups that fail alike; a service alone in any case."""
        if len(self.services) == 1:
            return (ServiceGroup(self.services),)
        alike: dict[tuple[object, ...], list[ServiceDiagnosis]] = {}
        for service in self.services:
            if service.verdict not in _WORKS:
                key = (service.verdict, service.because, service.causes_by_resource, service.missing_actions)
                alike.setdefault(key, []).append(service)
        return tuple(ServiceGroup(tuple(services)) for services in alike.values())

    @cached_property
    def working_groups(self) -> tuple[ServiceGroup, ...]:
        """The services without a blocker or missing fact, by cluster, unless a service is alone."""
        if len(self.services) == 1:
            return ()
        alike: dict[tuple[object, ...], list[ServiceDiagnosis]] = {}
        for service in self.services:
            if service.verdict in _WORKS:
                key = (service.verdict, service.launch.cluster, service.launch.not_applicable)
                alike.setdefault(key, []).append(service)
        return tuple(ServiceGroup(tuple(services)) for services in alike.values())

    @property
    def next_step(self) -> NextStep | None:
        """The step after this diagnosis; None if nothing is left to do. A rehearsal is for one launch."""
        if self.verdict in _FAILS:
            return "plan"
        if self.verdict not in _WORKS:
            return "supply-facts"
        startable = [service for service in self.services if service.verdict is OK]
        return "rehearse" if len(startable) == 1 else None


def _group_by_item(rows: Iterable[tuple[_Key, Iterable[_Item]]]) -> dict[_Item, tuple[_Key, ...]]:
    """Return each item with its keys, each key once."""
    keys: dict[_Item, dict[_Key, None]] = {}
    for key, items in rows:
        for item in items:
            keys.setdefault(item, {})[key] = None
    return {item: tuple(names) for item, names in keys.items()}
