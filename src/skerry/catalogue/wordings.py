"""What ECS prints when a step of a launch fails: the wordings, to be filled in."""

from functools import cache

import msgspec

from skerry.catalogue.table import Grade, read


class Wording(msgspec.Struct, frozen=True):
    """The text of one failure; ``service`` is None where it holds for every service of the step."""

    step: str
    service: str | None
    text: str
    grade: Grade
    source: str


class Wordings(msgspec.Struct, frozen=True):
    """All wordings, with the texts of the clients below them by what went wrong."""

    errors: tuple[Wording, ...]
    dial: dict[str, str]
    mount: dict[str, str]


@cache
def wordings() -> Wordings:
    """The table of wordings."""
    return read("errors", Wordings)


@cache
def wording(step: str, service: str | None) -> Wording | None:
    """The wording of a failure at a step; None where none is known."""
    rows = wordings().errors
    return next((row for row in rows if row.step == step and row.service in {None, service}), None)
