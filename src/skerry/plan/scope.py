"""The scope of a plan: its launches, each kind of them once, and their failing calls in a World."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec import UNSET

from skerry.access.evaluation import AccessCheck
from skerry.catalogue.services import ServiceRef, regional_host_of
from skerry.diagnose.diagnose import diagnose_one
from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.diagnose.need_verdicts import judge_need, source_of, unknowns_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Need
from skerry.launch.startup import needs_of
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.plan.changes import Change, ConfigureService
from skerry.plan.launches_after import configure_launches
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Walker
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, UNKNOWN, Verdict, worst_of

FAILS = frozenset({BLOCKED, INTERMITTENT})


class Kind(NamedTuple):
    """Launches that need the same in the same places: the first stands for all, ``names`` are theirs."""

    launch: Launch
    names: tuple[str, ...]


class Failing(NamedTuple):
    """A Need that fails in a subnet, with every path of it."""

    kind: Kind
    need: Need
    subnet: str
    outcome: Outcome


class Found(msgspec.Struct, frozen=True):
    """The state of the launches in a World: the failing ones, the verdict of all, the missing facts."""

    verdict: Verdict
    failing: tuple[Failing, ...]
    facts: tuple[Missing, ...]


class Scope:
    """The launches of a plan, with calls in addition to those of their start; ``others`` must go on as they did."""

    def __init__(
        self,
        launches: Iterable[Launch],
        also: Sequence[ServiceRef] = (),
        others: Iterable[Launch] = (),
        *,
        marks: Sequence[object] | None = None,
    ) -> None:
        """Sort launches by kind; ``marks``: those of the launches, if they are known."""
        self.launches = tuple(launch for launch in launches if launch.not_applicable is None)
        self.others = tuple(launch for launch in others if launch.not_applicable is None)
        self._marks = [_mark(launch) for launch in self.launches] if marks is None else marks
        self.kinds = tuple(_kinds(self.launches, self._marks))
        self.groups = frozenset(
            name for kind in self.kinds if kind.launch.groups is not UNSET for name in kind.launch.groups
        )
        self.knows_groups = all(kind.launch.groups is not UNSET for kind in self.kinds)
        self._refs = tuple(also)
        self.also = tuple(call_of(ref) for ref in also)

    def after(self, changes: Iterable[Change]) -> "Scope":
        """Return the scope with the launches as their services are configured after the changes."""
        settings = [change for change in changes if isinstance(change, ConfigureService) and change.has_settings]
        if not settings:
            return self
        launches = configure_launches(self.launches, settings)
        marks = [
            mark if launch is earlier else _mark(launch)
            for launch, earlier, mark in zip(launches, self.launches, self._marks, strict=True)
        ]
        return Scope(launches, self._refs, self.others, marks=marks)

    def members_of(self, kind: Kind) -> tuple[Launch, ...]:
        """Return all launches of a kind."""
        mark = _mark(kind.launch)
        marked = zip(self.launches, self._marks, strict=True)
        return tuple(launch for launch, other in marked if launch.name in kind.names and other == mark)

    def look(self, world: World) -> Found:
        """Walk every call of every launch in a World."""
        walks = Walks(self, world)
        return join_results(walks.of(kind) for kind in self.kinds)

    def kinds_from(self, first: Kind | None) -> list[tuple[int, Kind]]:
        """Return the kinds with their places, those with launches of ``first`` before the others."""
        names = frozenset(first.names if first is not None else ())
        return sorted(enumerate(self.kinds), key=lambda pair: names.isdisjoint(pair[1].names))

    def outcomes(self, world: World) -> Iterator[Outcome]:
        """Yield the outcome of every call of every launch in a World."""
        walker, beyond = Walker(world), AccessCheck(world)
        for kind in self.kinds:
            for row in diagnose_one(walker, kind.launch, {}, beyond).needs:
                yield from row.outcomes if row.need.blocks == "start" else ()
            for need in self.also:
                for subnet in dict.fromkeys(kind.launch.subnets):
                    yield judge_need(walker, need, source_of(walker, kind.launch, subnet), subnet)


class Walks:
    """The walks of launches in one World, with one memory for all."""

    def __init__(self, scope: Scope, world: World, diagnosed: Mapping[int, ServiceDiagnosis] | None = None) -> None:
        """Begin walks in a World; ``diagnosed`` are the diagnoses so far, by the identity of their launches."""
        self._scope, self._diagnosed = scope, diagnosed or {}
        self._walker, self._beyond = Walker(world), AccessCheck(world)

    def diagnosis_of(self, kind: Kind) -> ServiceDiagnosis:
        """Return the diagnosis of one launch of a kind."""
        return self._diagnosed.get(id(kind.launch)) or diagnose_one(self._walker, kind.launch, {}, self._beyond)

    def of(self, kind: Kind, diagnosis: ServiceDiagnosis | None = None) -> Found:
        """Walk every call of one kind of launch; ``diagnosis``: that of its launch, if it is made already."""
        rows = tuple(self._rows_of(kind, diagnosis or self.diagnosis_of(kind)))
        return Found(
            worst_of(verdict for verdict, _, _ in rows),
            tuple(failing for _, calls, _ in rows for failing in calls),
            tuple(fact for _, _, facts in rows for fact in facts),
        )

    def _rows_of(
        self, kind: Kind, diagnosis: ServiceDiagnosis
    ) -> Iterator[tuple[Verdict, list[Failing], tuple[Missing, ...]]]:
        rows = [need_diagnosis for need_diagnosis in diagnosis.needs if need_diagnosis.need.blocks == "start"]
        failing = [
            Failing(kind, need_diagnosis.need, subnet, outcome)
            for need_diagnosis in rows
            for subnet, outcome in zip(dict.fromkeys(kind.launch.subnets), need_diagnosis.outcomes, strict=False)
            if outcome.verdict in FAILS
        ]
        unread = tuple(
            fact for need_diagnosis in rows if need_diagnosis.verdict is UNKNOWN for fact in need_diagnosis.unknowns
        )
        yield diagnosis.verdict, failing, unread
        for need in self._scope.also:
            yield from self._call(kind, need)

    def _call(self, kind: Kind, need: Call) -> Iterator[tuple[Verdict, list[Failing], tuple[Missing, ...]]]:
        walker = self._walker
        for subnet in dict.fromkeys(kind.launch.subnets):
            outcome = judge_need(walker, need, source_of(walker, kind.launch, subnet), subnet)
            failing = [Failing(kind, need, subnet, outcome)] if outcome.verdict in FAILS else []
            unread = unknowns_of(outcome.traces) if outcome.verdict is UNKNOWN else ()
            yield outcome.verdict, failing, unread


def walk_again(world: World, failing: Failing) -> Failing | None:
    """Walk a call of the network in another World; None if it does not fail there."""
    walker, launch = Walker(world), failing.kind.launch
    outcome = judge_need(walker, failing.need, source_of(walker, launch, failing.subnet), failing.subnet)
    return failing._replace(outcome=outcome) if outcome.verdict in FAILS else None


def join_results(results: Iterable[Found]) -> Found:
    """Return the state of all launches, of the states of each kind."""
    verdicts: list[Verdict] = []
    failing: list[Failing] = []
    facts: dict[Missing, None] = {}
    for result in results:
        verdicts.append(result.verdict)
        failing.extend(result.failing)
        facts |= dict.fromkeys(result.facts)
    return Found(worst_of(verdicts) if verdicts else NOT_APPLICABLE, tuple(failing), tuple(facts))


def call_of(ref: ServiceRef) -> Call:
    """Return a call of a service by the program of a task."""
    return Call("runtime", regional_host_of(ref), service=ref, blocks="runtime", identity="task role")


def _kinds(launches: Iterable[Launch], marks: Iterable[object]) -> Iterator[Kind]:
    by_mark: dict[object, list[Launch]] = {}
    for launch, mark in zip(launches, marks, strict=True):
        by_mark.setdefault(mark, []).append(launch)
    for alike in by_mark.values():
        yield Kind(alike[0], tuple(dict.fromkeys(member.name for member in alike)))


def _mark(launch: Launch) -> object:
    """Return the key of launches with the same Needs: everything but their names."""
    definition = launch.definition
    roles = () if isinstance(definition, Missing) else (definition.task_role_arn, definition.execution_role_arn)
    groups = None if launch.groups is UNSET else launch.groups
    return (
        needs_of(launch),
        launch.subnets,
        groups,
        str(launch.public_address),
        roles,
        launch.pinned,
        launch.pins_unread,
        launch.unread,
    )
