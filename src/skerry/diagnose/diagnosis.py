"""Records of a Diagnosis."""

from collections.abc import Iterable
from typing import Literal, TypeVar

import msgspec

from skerry.diagnose.stopped_tasks import CrashLoop, ExplainedReason, StopReason
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Need
from skerry.model.facts import Missing
from skerry.model.origins import Origin
from skerry.reach.outcome import Outcome
from skerry.reach.subnets import Place
from skerry.reach.trace import Because, Trace
from skerry.verdicts import Verdict

Severity = Literal["error", "warning", "note"]

_NO_ROUTE = "NO_ROUTE_TO_DESTINATION"
_INFERRED_CAUSES: dict[Because, str] = {
    "ports": "the ports that Fargate's clients use are taken to be the system's default range",
    "address": "a client may try the next address, and does so or not by its own rules",
}
_Item = TypeVar("_Item")


class Blocker(msgspec.Struct, frozen=True, gc=False):
    """A cause that keeps tasks from starting: a rule, route, ACL entry or state of a resource, or its absence.

    ``resource`` is the id of a resource, ``rule`` the matching rule in words; empty if none matched. ``origin`` is the
    place where the resource is written; None if it is unknown.
    """

    code: str
    resource: str
    rule: str
    direction: str
    message: str
    disposition: str = "lost"
    origin: Origin | None = None


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
                notes |= {hop.rule: None for hop, _ in trace.hops() if hop.grade == "inferred"}
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


class Cause(msgspec.Struct, frozen=True, gc=False):
    """One reason why steps of a launch fail: a code at a resource, with its blockers and the steps it stops."""

    code: str
    resource: str
    steps: tuple[str, ...]
    blockers: tuple[Blocker, ...]

    @property
    def messages(self) -> tuple[str, ...]:
        """The messages of the blockers, each once."""
        return tuple(dict.fromkeys(blocker.message for blocker in self.blockers))


class ServiceDiagnosis(msgspec.Struct, frozen=True, gc=False):
    """One service, or one task: whether its tasks can start.

    ``reasons`` are ECS's own texts about the service, explained.
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

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes of all failing steps, in launch order."""
        grouped: dict[tuple[str, str, str], tuple[list[Blocker], dict[str, None]]] = {}
        for need_diagnosis in self.needs:
            for blocker in need_diagnosis.blockers:
                # A table without a route lacks something else for each service: an endpoint, most often.
                message = blocker.message if blocker.code == _NO_ROUTE else ""
                blockers, steps = grouped.setdefault((blocker.code, blocker.resource, message), ([], {}))
                blockers.append(blocker)
                steps[need_diagnosis.need.step] = None
        return tuple(
            Cause(code, resource, tuple(steps), tuple(blockers))
            for (code, resource, _), (blockers, steps) in grouped.items()
        )

    @property
    def missing_facts(self) -> dict[Missing, tuple[str, ...]]:
        """Each missing fact with the steps that need it."""
        return _steps_by_item((need_diagnosis.need.step, need_diagnosis.unknowns) for need_diagnosis in self.needs)

    @property
    def inferred_facts(self) -> dict[str, tuple[str, ...]]:
        """Each inferred fact with the steps that rest on it."""
        return _steps_by_item((need_diagnosis.need.step, need_diagnosis.inferred) for need_diagnosis in self.needs)

    @property
    def later_errors(self) -> tuple[Prediction, ...]:
        """The errors that ECS would report one after another, each after the fix of the one before it."""
        predicted = {prediction.text for prediction in self.predictions}
        errors = (need_diagnosis.error for need_diagnosis in self.needs if need_diagnosis.need.blocks == "start")
        return tuple(error for error in errors if error and error.text and error.text not in predicted)


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


class Diagnosis(msgspec.Struct, frozen=True, gc=False):
    """Verdicts on all launches of one World, with the findings of checks."""

    verdict: Verdict
    services: tuple[ServiceDiagnosis, ...]
    findings: tuple[Finding, ...] = ()
    unexamined: tuple[str, ...] = ()


def _steps_by_item(rows: Iterable[tuple[str, Iterable[_Item]]]) -> dict[_Item, tuple[str, ...]]:
    """Return each item with its steps, each step once."""
    steps: dict[_Item, dict[str, None]] = {}
    for step, items in rows:
        for item in items:
            steps.setdefault(item, {})[step] = None
    return {item: tuple(names) for item, names in steps.items()}
