"""Comments in code by which a user accepts the problems of the resource below: ``# skerry: accept RULE: reason``."""

import datetime as dt
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final, NamedTuple

from skerry.problems.records import Acceptance, CodePlace, Problem
from skerry.settings.repository import RepositoryFiles
from skerry.suggestions import suggest

_COMMENT = re.compile(r"\s*(?:#|//)(.*)")
_MARK = re.compile(r"(?:#|//)\s*skerry:(.*)")
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
    above = range(place.line - 1, max(0, place.line - 1 - _MOST_COMMENT_LINES), -1)
    for number in (place.line, *above):
        line = repository.line_of(place, number)
        if number != place.line and _COMMENT.match(line) is None:
            return
        if mark := _MARK.search(line):
            yield number, mark[1]


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
