"""JSON of the triage of problems: those that count, the accepted ones, and those of the baseline."""

import msgspec

from skerry.problems.records import CodePlace, Problem, Triage, TriagedResult


class CodePlaceOut(msgspec.Struct, frozen=True):
    """A place in a file of the repository."""

    path: str
    line: int
    column: int | None


class ProblemOut(msgspec.Struct, frozen=True):
    """One problem."""

    kind: str
    rule: str
    severity: str
    message: str
    name: str
    region: str | None
    services: list[str]
    steps: list[str]
    endpoints: list[str]
    place: CodePlaceOut | None
    fingerprint: str


class AcceptedOut(msgspec.Struct, frozen=True):
    """A problem that a user accepts."""

    problem: ProblemOut
    reason: str
    until: str | None
    written: CodePlaceOut


class TriageOut(msgspec.Struct, frozen=True):
    """The problems, and the verdict on those that count."""

    verdict: str
    problems: list[ProblemOut]
    accepted: list[AcceptedOut]
    in_baseline: list[ProblemOut]
    below_severity: int


class BaselineRow(msgspec.Struct, frozen=True):
    """One problem of a baseline; only its fingerprint counts, the others are for readers."""

    fingerprint: str
    rule: str
    resource: str
    message: str


class BaselineOut(msgspec.Struct, frozen=True):
    """The document of a baseline."""

    version: int
    problems: list[BaselineRow]


def encode_triage(triage: Triage) -> TriageOut:
    """Return a triage for a document."""
    return TriageOut(
        verdict=triage.verdict,
        problems=[_problem(problem) for problem in triage.problems],
        accepted=[
            AcceptedOut(
                _problem(row.problem),
                row.acceptance.reason,
                None if row.acceptance.until is None else row.acceptance.until.isoformat(),
                _place(row.acceptance.written),
            )
            for row in triage.accepted
        ],
        in_baseline=[_problem(problem) for problem in triage.in_baseline],
        below_severity=triage.below_severity,
    )


def baseline_of(triaged: TriagedResult) -> BaselineOut:
    """Return the baseline of all problems that are there now and not accepted."""
    triage = triaged.triage
    problems = (*triage.problems, *triage.hidden, *triage.in_baseline)
    rows = {
        problem.fingerprint: BaselineRow(problem.fingerprint, problem.rule, problem.name, problem.message)
        for problem in problems
        if problem.kind != "setting"
    }
    return BaselineOut(1, sorted(rows.values(), key=lambda row: (row.rule, row.resource)))


def _problem(problem: Problem) -> ProblemOut:
    return ProblemOut(
        problem.kind,
        problem.rule,
        problem.severity,
        problem.message,
        problem.name,
        problem.region,
        list(problem.services),
        list(problem.steps),
        list(problem.endpoints),
        None if problem.place is None else _place(problem.place),
        problem.fingerprint,
    )


def _place(place: CodePlace) -> CodePlaceOut:
    return CodePlaceOut(place.path, place.line, place.column)
