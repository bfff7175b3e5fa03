"""Triage of problems: the accepted ones are set apart, and the verdict is that of the others."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

import msgspec

from skerry.diagnose.check_result import combine_verdicts
from skerry.diagnose.diagnosis import NeedDiagnosis, ServiceDiagnosis, Severity
from skerry.problems.listing import causes_of, sort_by_severity, words_of
from skerry.problems.records import (
    EXPIRED,
    MISSING_FACT,
    SEVERITIES,
    Acceptance,
    AcceptedProblem,
    ListedNetwork,
    Problem,
    Triage,
)
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict

_FAILS = {BLOCKED, INTERMITTENT}


class TriageRules(msgspec.Struct, frozen=True):
    """The user's rules for a triage.

    ``baseline`` are fingerprints of problems that were there before. ``today`` decides which acceptances are over.
    """

    today: dt.date
    acceptances: tuple[Acceptance, ...] = ()
    baseline: frozenset[str] = frozenset()
    least_severity: Severity = "note"


def triage(networks: Sequence[ListedNetwork], rules: TriageRules) -> Triage:
    """Return the triage of the problems of networks."""
    valid = [one for one in rules.acceptances if one.until is None or one.until >= rules.today]
    expired = [_expired(one) for one in rules.acceptances if one not in valid]
    accepted: list[AcceptedProblem] = []
    recorded: list[Problem] = []
    verdicts: list[Verdict] = []
    candidates: list[Problem] = []
    for network in networks:
        remaining: list[Problem] = []
        for problem in network.problems:
            acceptance = next((one for one in valid if accepts(one, problem)), None)
            if acceptance is not None:
                accepted.append(AcceptedProblem(problem, acceptance))
            elif rules.baseline and problem.fingerprint in rules.baseline:
                recorded.append(problem)
            else:
                remaining.append(problem)
        verdicts.append(_verdict_of(network, remaining))
        verdicts += [BLOCKED for problem in remaining if problem.kind == "break"]
        candidates += remaining
    listed: list[Problem] = []
    hidden: list[Problem] = []
    for row in sort_by_severity((*candidates, *expired)):
        (listed if _is_listed(row, rules.least_severity) else hidden).append(row)
    used = {id(row.acceptance) for row in accepted}
    return Triage(
        verdict=combine_verdicts(verdicts),
        problems=tuple(listed),
        accepted=tuple(accepted),
        in_baseline=tuple(recorded),
        unused=tuple(one for one in valid if id(one) not in used),
        fixed=_count_fixed(networks, rules.baseline) if rules.baseline else 0,
        hidden=tuple(hidden),
    )


def _count_fixed(networks: Sequence[ListedNetwork], baseline: Collection[str]) -> int:
    """Return how many problems of a baseline are gone; fingerprints take a module that loads slowly."""
    return len(set(baseline) - {problem.fingerprint for network in networks for problem in network.problems})


def _expired(acceptance: Acceptance) -> Problem:
    """Return the problem that an acceptance is over."""
    message = f"{acceptance.rule} was accepted until {acceptance.until}, and counts again"
    name = acceptance.resource or acceptance.rule
    return Problem("setting", EXPIRED, "warning", (message,), name, name, place=acceptance.written)


def accepts(acceptance: Acceptance, problem: Problem) -> bool:
    """Tell whether an acceptance is about a problem: by its rule, its resource, and all of its services."""
    if acceptance.rule != problem.rule:
        return False
    if acceptance.resource is not None and not _matches(acceptance.resource, _names_of(problem)):
        return False
    service = acceptance.service
    return service is None or (bool(problem.services) and all(_matches(service, [name]) for name in problem.services))


def _names_of(problem: Problem) -> tuple[str, ...]:
    arn = None if problem.origin is None else problem.origin.arn
    return tuple(filter(None, (problem.subject, problem.name, arn)))


def _matches(pattern: str, names: Iterable[str]) -> bool:
    """Tell whether a name has the form of a pattern. Brackets are those of addresses: only ``*`` stands for others."""
    literal = pattern.replace("[", "[[]").replace("?", "[?]")
    return any(fnmatchcase(name, literal) for name in names)


def _is_listed(problem: Problem, least: Severity) -> bool:
    return SEVERITIES.index(problem.severity) <= SEVERITIES.index(least)


def _verdict_of(network: ListedNetwork, remaining: Sequence[Problem]) -> Verdict:
    """Return the verdict without the problems that are accepted or in the baseline."""
    if len(remaining) == len(network.problems) or network.diagnosis.verdict not in {*_FAILS, UNKNOWN}:
        return network.diagnosis.verdict
    subjects = {(problem.rule, problem.subject) for problem in remaining}
    return combine_verdicts([_verdict_of_service(service, subjects) for service in network.diagnosis.services])


def _verdict_of_service(service: ServiceDiagnosis, remaining: Collection[tuple[str, str]]) -> Verdict:
    """Return the verdict on a service without the problems that do not remain."""
    if service.verdict not in {*_FAILS, UNKNOWN} or not service.needs:
        return service.verdict
    needs = [row for row in service.needs if row.need.blocks == "start"]
    if any(_still_fails(row, remaining) for row in needs):
        return service.verdict
    return UNKNOWN if any(_is_still_unknown(row, remaining) for row in needs) else OK


def _still_fails(row: NeedDiagnosis, remaining: Collection[tuple[str, str]]) -> bool:
    causes = [(cause.code, cause.resource) for cause in causes_of(row)]
    return row.verdict in _FAILS and (not causes or any(cause in remaining for cause in causes))


def _is_still_unknown(row: NeedDiagnosis, remaining: Collection[tuple[str, str]]) -> bool:
    facts = [(MISSING_FACT, words_of(fact)) for fact in row.unknowns]
    return any(fact in remaining for fact in facts) or (row.verdict is UNKNOWN and not facts)
