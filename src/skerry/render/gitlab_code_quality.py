"""GitLab's code quality report.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from collections import Counter
from typing import Final

import msgspec

from skerry.problems.records import CodePlace, Problem, TriagedResult
from skerry.render.json_document import write
from skerry.render.rendered import Rendered

_SEVERITIES: Final = {"error": "critical", "warning": "minor", "note": "info"}
# An artifact has at most 100 MB, unless the instance has another limit:
# https://docs.gitlab.com/administration/settings/continuous_integration/#set-maximum-artifacts-size
_MOST_ISSUES = 25_000
_MOST_LETTERS: Final = 2_000


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


def write_code_quality(triaged: TriagedResult) -> Rendered:
    """Write the problems at a place in the repository: GitLab shows no other.

    The last issue counts those for which there is no room.
    """
    placed = [(row, place) for row in triaged.triage.problems if (place := row.place or triaged.place) is not None]
    shown = placed if len(placed) <= _MOST_ISSUES else placed[: _MOST_ISSUES - 1]
    # GitLab drops an issue whose fingerprint another one has: https://docs.gitlab.com/ci/testing/code_quality/
    occurrences: Counter[str] = Counter()
    issues = []
    for problem, place in shown:
        occurrences[problem.fingerprint] += 1
        issues.append(_issue(triaged, problem, place, occurrences[problem.fingerprint]))
    notes = []
    if more := len(placed) - len(shown):
        notes.append(f"{more} problems are left out: a report of GitLab has at most 100 MB")
        begin = LineRange(placed[0][1].line)
        issues.append(CodeQualityIssue(notes[0], "skerry", "left-out", "info", CodeLocation(placed[0][1].path, begin)))
    if nowhere := len(triaged.triage.problems) - len(placed):
        notes.append(f"{nowhere} problems are left out: they are in no file, and GitLab shows none of those")
    return Rendered(write(issues), tuple(notes))


def _issue(triaged: TriagedResult, problem: Problem, place: CodePlace, occurrence: int) -> CodeQualityIssue:
    text = f"{triaged.rules[problem.rule].title}: {problem.text}"
    return CodeQualityIssue(
        description=text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…",
        check_name=problem.rule,
        fingerprint=problem.fingerprint + (f"-{occurrence}" if occurrence > 1 else ""),
        severity=_SEVERITIES[problem.severity],
        location=CodeLocation(place.path, LineRange(place.line)),
    )
