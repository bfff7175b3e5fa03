"""GitLab's code quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from typing import Final

import msgspec

from skerry.problems.records import Problem, TriagedResult
from skerry.render.json_document import write

_SEVERITIES: Final = {"error": "critical", "warning": "minor", "note": "info"}


class LineRange(msgspec.Struct, frozen=True):
    """The first line."""

    begin: int


class CodeLocation(msgspec.Struct, frozen=True):
    """The place of an issue."""

    path: str
    lines: LineRange


class CodeQualityIssue(msgspec.Struct, frozen=True):
    """One problem."""

    description: str
    check_name: str
    fingerprint: str
    severity: str
    location: CodeLocation


def write_code_quality(triaged: TriagedResult) -> str:
    """Write the problems at a place in the repository: GitLab shows no other."""
    return write([issue for row in triaged.triage.problems if (issue := _issue(triaged, row)) is not None])


def _issue(triaged: TriagedResult, problem: Problem) -> CodeQualityIssue | None:
    place = problem.place or triaged.place
    if place is None:
        return None
    return CodeQualityIssue(
        description=f"{triaged.rules[problem.rule].title}: {problem.text}",
        check_name=problem.rule,
        fingerprint=problem.fingerprint,
        severity=_SEVERITIES[problem.severity],
        location=CodeLocation(place.path, LineRange(place.line)),
    )
