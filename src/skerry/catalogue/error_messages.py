"""The messages of ECS for failed steps of a launch: wordings with fields to fill in."""

from functools import cache

import msgspec

from skerry.catalogue.data_files import Grade, read

_OF_POLICIES = ("POLICY_DENIES", "BOUNDARY_DENIES")


class Wording(msgspec.Struct, frozen=True):
    """The text of one failure; ``service`` is None where it holds for every service of the step."""

    step: str
    service: str | None
    text: str
    grade: Grade
    source: str


class RefusalWording(msgspec.Struct, frozen=True):
    """The text of what AWS refuses at a step; ``codes`` are the blockers that it is for, none: any policy's."""

    step: str
    service: str | None
    codes: tuple[str, ...]
    text: str
    grade: Grade
    source: str


class Wordings(msgspec.Struct, frozen=True):
    """All wordings, with the texts of the clients below them by what went wrong."""

    errors: tuple[Wording, ...]
    dial: dict[str, str]
    mount: dict[str, str]


class _Refusals(msgspec.Struct, frozen=True):
    refusals: tuple[RefusalWording, ...]


@cache
def load_wordings() -> Wordings:
    """Return the table of wordings."""
    return read("errors", Wordings)


@cache
def find_wording(step: str, service: str | None) -> Wording | None:
    """Return the wording of a failure at a step; None where none is known."""
    rows = load_wordings().errors
    return next(
        (candidate for candidate in rows if candidate.step == step and candidate.service in {None, service}), None
    )


@cache
def _refusals() -> tuple[RefusalWording, ...]:
    return read("refusals", _Refusals).refusals


@cache
def find_refusal_wording(step: str, service: str | None, code: str) -> RefusalWording | None:
    """Return the wording of what AWS refuses at a step for the reason of a blocker; None where none is known."""
    rows = [candidate for candidate in _refusals() if candidate.step == step and candidate.service in {None, service}]
    of_policy = code.endswith(_OF_POLICIES)
    return next(
        (candidate for candidate in rows if code in candidate.codes or (of_policy and not candidate.codes)), None
    )
