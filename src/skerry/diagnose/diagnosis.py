"""The records of a Diagnosis."""

from typing import Literal

import msgspec

from skerry.diagnose.stopped_tasks import Stop
from skerry.launch.launches import Launch
from skerry.launch.needs import Need
from skerry.model.facts import Missing
from skerry.reach.outcome import Outcome
from skerry.reach.subnets import Place
from skerry.reach.trace import Because, Trace
from skerry.verdicts import Verdict

Severity = Literal["error", "warning", "note"]


class Blocker(msgspec.Struct, frozen=True, gc=False):
    """Something that stands in the way: a rule, route, entry or state of the user's, or the lack of one.

    ``resource`` is an id of the user's, ``rule`` that resource's rule in words, empty where none matched.
    """

    code: str
    resource: str
    rule: str
    direction: str
    message: str
    disposition: str = "lost"


class NeedDiagnosis(msgspec.Struct, frozen=True, gc=False):
    """One Need over all placements: a row of the table."""

    need: Need
    verdict: Verdict
    because: tuple[Because, ...] = ()
    blockers: tuple[Blocker, ...] = ()
    unknowns: tuple[Missing, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def traces(self) -> tuple[Trace, ...]:
        """Every path of the Need, in every subnet."""
        return tuple(trace for outcome in self.outcomes for trace in outcome.traces)


class PlacementDiagnosis(msgspec.Struct, frozen=True, gc=False):
    """One subnet that tasks may land in: what it is called, and whether a task can start there."""

    subnet: str
    kind: Place
    verdict: Verdict
    name: str | None = None
    zone: str | None = None


class Prediction(msgspec.Struct, frozen=True, gc=False):
    """What ECS will print: the text, the step that fails, and how sure that is.

    ``at_or_before``: an unknown step comes before it, so another may fail first.
    """

    step: str
    text: str | None
    grade: str
    at_or_before: bool = False


class ServiceDiagnosis(msgspec.Struct, frozen=True, gc=False):
    """One service, or one task: whether its tasks can start."""

    launch: Launch
    verdict: Verdict
    because: tuple[Because, ...] = ()
    needs: tuple[NeedDiagnosis, ...] = ()
    placements: tuple[PlacementDiagnosis, ...] = ()
    predictions: tuple[Prediction, ...] = ()
    stops: tuple[Stop, ...] = ()
    groups: tuple[str, ...] = ()


class Finding(msgspec.Struct, frozen=True, gc=False):
    """What a check found: nothing that stops a task by itself."""

    id: str
    severity: Severity
    message: str
    resource: str
    services: tuple[str, ...] = ()


class Diagnosis(msgspec.Struct, frozen=True, gc=False):
    """Everything that was diagnosed of one World."""

    verdict: Verdict
    services: tuple[ServiceDiagnosis, ...]
    findings: tuple[Finding, ...] = ()
    unexamined: tuple[str, ...] = ()
