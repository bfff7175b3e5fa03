"""Comments in code by which a user accepts the problems of the resource below: ``# skerry: accept RULE: reason``.

JSON has no comments, so a file of JSON accepts nothing: its texts may be those of somebody else.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from skerry.problems.records import Acceptance, CodePlace, Problem
from skerry.settings.repository import RepositoryFiles
from skerry.suggestions import suggest

# https://developer.hashicorp.com/terraform/language/syntax/configuration#comments
_HCL: Final = ("#", "//", "/*")
# https://yaml.org/spec/1.2.2/#66-comments
_YAML: Final = ("#",)
_MARKS: Final = {".tf": _HCL, ".tofu": _HCL, ".hcl": _HCL, ".yaml": _YAML, ".yml": _YAML, ".template": _YAML}
_BEFORE_QUOTES: Final = " \t([{,:=?"
_SKERRY = re.compile(r"(?:#|//|/\*)\s*skerry:(.*)")
_WORD = re.compile(r"\s*accept\s+([\w-]+)(?:\s+until\s+(\S+?))?\s*:\s*(.*\S)")
_MOST_COMMENT_LINES: Final = 20


class Comments(NamedTuple):
    """The acceptances in comments, and the faults of other comments with their places."""

    acceptances: tuple[Acceptance, ...]
    complaints: tuple[str, ...]


def read_comments(problems: Iterable[Problem], repository: RepositoryFiles, rules: Collection[str]) -> Comments:
    """Read the comments on the line of each problem's resource, and on the lines of comments above it."""
    acceptances: dict[Acceptance, None] = {}
    complaints: dict[str, None] = {}
    for problem in problems:
        if problem.place is None:
            continue
        for number, text in _comments_at(repository, problem.place):
            written = CodePlace(problem.place.path, number)
            parsed = _parse(text, written, problem.name, rules)
            if isinstance(parsed, Acceptance):
                acceptances[parsed] = None
            else:
                complaints[f"{written}: {parsed}"] = None
    return Comments(tuple(acceptances), tuple(complaints))


def _comments_at(repository: RepositoryFiles, place: CodePlace) -> Iterator[tuple[int, str]]:
    """Yield the words after ``skerry:`` at a place, each with its line."""
    marks = _MARKS.get(PurePosixPath(place.path).suffix.lower(), ())
    above = range(place.line - 1, max(0, place.line - 1 - _MOST_COMMENT_LINES), -1)
    for number in (place.line, *above):
        code, comment = _split(repository.line_of(place, number), marks)
        if number != place.line and (comment is None or code.strip()):
            return
        if comment is not None and (match := _SKERRY.fullmatch(comment)):
            yield number, match[1]


def _split(line: str, marks: tuple[str, ...]) -> tuple[str, str | None]:
    """Return the code of a line and its comment, from its mark on; None if it has none.

    A mark within quotes is none, and one of YAML follows a space.
    """
    quote = ""
    quotes = "\"'" if marks == _YAML else '"'
    for place, letter in enumerate(line):
        before = line[place - 1 : place]
        if quote:
            quote = "" if letter == quote and before != "\\" else quote
        elif letter in quotes and (not before or before in _BEFORE_QUOTES):
            quote = letter
        elif line.startswith(marks, place) and (marks != _YAML or not before or before.isspace()):
            comment = line[place:]
            if not comment.startswith("/*"):
                return line[:place], comment.strip()
            comment, _, after = comment.partition("*/")
            return line[:place] + after, comment.strip()
    return line, None


def _parse(text: str, written: CodePlace, resource: str, rules: Collection[str]) -> Acceptance | str:
    """Return the acceptance of a comment, or the fault of its form."""
    match = _WORD.fullmatch(text.rstrip())
    if match is None:
        return "the form is # skerry: accept RULE [until YYYY-MM-DD]: reason"
    rule, day, reason = match.groups()
    if rule not in rules:
        return f"there is no rule {rule!r}. {suggest(rule, rules)}".rstrip(". ")
    try:
        until = None if day is None else dt.date.fromisoformat(day)
    except ValueError:
        return f"{day!r} is no date: the form is YYYY-MM-DD"
    return Acceptance(rule, reason, written, resource, None, until)
