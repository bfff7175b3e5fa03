"""The problems of a Diagnosis: each cause once over all services, each finding, and each missing fact."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

import msgspec

from skerry.diagnose.breakage import BrokenService
from skerry.diagnose.check_result import CheckedNetwork
from skerry.diagnose.diagnosis import Blocker, Diagnosis, Finding, NeedDiagnosis, ServiceDiagnosis, Severity
from skerry.model.address_writer import write_addresses
from skerry.model.facts import Missing
from skerry.model.origins import Origin
from skerry.model.world import World
from skerry.problems.records import BROKEN, MISSING_FACT, SEVERITIES, CodePlace, Problem, ProblemHop, list_names
from skerry.reach.trace import Trace
from skerry.verdicts import BLOCKED, INTERMITTENT

Locate: TypeAlias = Callable[[Origin | None], CodePlace | None]
"""Returns the place in the repository of an origin; None if it is in no file of it."""

_FAILS = {BLOCKED, INTERMITTENT}


def list_problems(network: CheckedNetwork, locate: Locate) -> tuple[Problem, ...]:
    """Return the problems, the worst first, and in launch order among equals."""
    listing = _Listing(network.world, locate)
    breaks = map(listing.problem_of_break, network.breaks)
    return sort_by_severity((*breaks, *listing.problems_of(network.diagnosis)))


def causes_of(need_diagnosis: NeedDiagnosis) -> Iterator[Blocker]:
    """Yield the blockers of a failing step that do not follow from another."""
    if need_diagnosis.verdict in _FAILS:
        yield from (blocker for blocker in need_diagnosis.blockers if blocker.follows_from is None)


def words_of(missing: Missing) -> str:
    """Return the words of a missing fact, with the call that supplies it."""
    return f"not known: {missing.fact}" + (f" ({missing.action})" if missing.action else "")


def sort_by_severity(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems, the worst first."""
    return tuple(sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity)))


class _Listing:
    """The problems of one World, in words with the addresses of its resources."""

    def __init__(self, world: World, locate: Locate) -> None:
        self._world = world
        self._locate = locate
        self._spell = write_addresses(world)

    def problems_of(self, diagnosis: Diagnosis) -> tuple[Problem, ...]:
        rows: dict[tuple[str, str], Problem] = {}
        for service in diagnosis.services:
            for need_diagnosis in service.needs:
                for problem in self._problems_of_need(service, need_diagnosis):
                    key = (problem.rule, problem.subject)
                    hops = () if key in rows else self._hops_to(problem, need_diagnosis)
                    rows[key] = (
                        _join(rows[key], problem) if key in rows else msgspec.structs.replace(problem, hops=hops)
                    )
        return (*rows.values(), *map(self._finding, diagnosis.findings))

    def problem_of_break(self, broken: BrokenService) -> Problem:
        actions = [f"{action.address} ({action.kind})" for action in broken.causes]
        because = f" because of {list_names(actions)}" if actions else ""
        name = f"{broken.cluster}/{broken.service}"
        steps = tuple(dict.fromkeys(step.step for step in broken.steps))
        return Problem(
            "break",
            BROKEN,
            "error",
            (f"the change breaks {broken.service}{because}",),
            name,
            name,
            self._world.region,
            (broken.service,),
            steps,
            account=self._world.account,
            launches=((broken.cluster, broken.service),),
        )

    def _problems_of_need(self, service: ServiceDiagnosis, need_diagnosis: NeedDiagnosis) -> Iterator[Problem]:
        """Yield the problems of one step of a service. Those of steps after the start are warnings."""
        need = need_diagnosis.need
        severity: Severity = "error" if need.blocks == "start" else "warning"
        for blocker in causes_of(need_diagnosis):
            absent = blocker.absent_endpoint
            yield Problem(
                "cause",
                blocker.code,
                severity,
                (self._spell(blocker.message),),
                blocker.resource,
                self._spell(blocker.resource),
                self._world.region,
                (service.launch.name,),
                (need.step,),
                blocker.origin,
                self._locate(blocker.origin),
                () if absent is None else (f"{absent.kind} {absent.service_name}",),
                account=self._world.account,
                launches=((service.launch.cluster, service.launch.name),),
            )
        for missing in need_diagnosis.unknowns:
            words = words_of(missing)
            yield Problem(
                "missing-fact",
                MISSING_FACT,
                "warning",
                (self._spell(words),),
                words,
                self._spell(words),
                self._world.region,
                (service.launch.name,),
                (need.step,),
                account=self._world.account,
                launches=((service.launch.cluster, service.launch.name),),
            )

    def _finding(self, finding: Finding) -> Problem:
        return Problem(
            "finding",
            finding.id,
            finding.severity,
            (self._spell(finding.message),),
            finding.resource,
            self._spell(finding.resource),
            self._world.region,
            services=finding.services,
            origin=finding.origin,
            place=self._locate(finding.origin),
            account=self._world.account,
        )

    def _hops_to(self, problem: Problem, need_diagnosis: NeedDiagnosis) -> tuple[ProblemHop, ...]:
        """Return the hops of the first path that a cause cuts."""
        trace = next((trace for trace in need_diagnosis.traces if _cuts(trace, problem)), None)
        if trace is None:
            return ()
        return tuple(
            ProblemHop(
                hop.kind,
                self._spell(hop.resource),
                self._spell(hop.rule),
                disposition,
                self._locate(self._world.origin_of(hop.resource)),
            )
            for hop, disposition in trace.hops()
        )


def _cuts(trace: Trace, problem: Problem) -> bool:
    pieces = (piece for hop, _ in trace.hops() for piece in hop.lost)
    return any((piece.code, piece.resource) == (problem.rule, problem.subject) for piece in pieces)


def _join(one: Problem, other: Problem) -> Problem:
    """Return one problem of several steps and services; the worse severity counts."""
    return msgspec.structs.replace(
        one,
        messages=tuple(dict.fromkeys((*one.messages, *other.messages))),
        severity=min(one.severity, other.severity, key=SEVERITIES.index),
        services=tuple(dict.fromkeys((*one.services, *other.services))),
        steps=tuple(dict.fromkeys((*one.steps, *other.steps))),
        endpoints=tuple(dict.fromkeys((*one.endpoints, *other.endpoints))),
        launches=tuple(dict.fromkeys((*one.launches, *other.launches))),
    )
