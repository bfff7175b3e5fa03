"""GitHub's workflow commands, which become annotations of a run.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from typing import Final

from skerry.problems.records import CodePlace, Problem, TriagedResult
from skerry.render.rendered import Rendered
from skerry.render.text import clean

# GitHub shows ten of a kind for each step and 50 for each job, and drops the others without a word:
# https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
_MOST_OF_A_KIND: Final = 10
# A message has at most 64 kB: https://docs.github.com/en/rest/checks/runs
_MOST_LETTERS: Final = 4_000
_COMMANDS: Final = {"error": "error", "warning": "warning", "note": "notice"}
_DATA: Final = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY: Final = _DATA | {":": "%3A", ",": "%2C"}


def write_annotations(triaged: TriagedResult) -> Rendered:
    """Write an annotation for each problem; the last of a kind counts those for which there is no room."""
    lines: list[str] = []
    notes: list[str] = []
    for severity, command in _COMMANDS.items():
        problems = [problem for problem in triaged.triage.problems if problem.severity == severity]
        shown = problems if len(problems) <= _MOST_OF_A_KIND else problems[: _MOST_OF_A_KIND - 1]
        lines += [_annotation(triaged, command, problem) for problem in shown]
        if more := len(problems) - len(shown):
            lines.append(f"::{command} title=skerry::{more} more, which GitHub does not show")
            notes.append(
                f"{more} problems of severity {severity} are left out: GitHub shows {_MOST_OF_A_KIND} of a kind"
            )
    return Rendered("".join(f"{line}\n" for line in lines), tuple(notes))


def _annotation(triaged: TriagedResult, command: str, problem: Problem) -> str:
    title = f"{problem.rule}: {triaged.rules[problem.rule].title}"
    properties = [*_position(problem.place or triaged.place), ("title", title)]
    words = ",".join(f"{name}={_escape(value, _PROPERTY)}" for name, value in properties)
    text = problem.text
    message = text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"
    return f"::{command} {words}::{_escape(message, _DATA)}"


def _position(place: CodePlace | None) -> list[tuple[str, str]]:
    if place is None:
        return []
    return [("file", place.path), ("line", str(place.line)), ("col", str(place.column or 1))]


def _escape(text: str, escapes: dict[str, str]) -> str:
    """Return a text in which nothing ends the command or one of its properties.

    https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
    """
    return "".join(escapes.get(letter, letter) for letter in clean(text))
