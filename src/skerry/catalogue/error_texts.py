"""The content of error texts: their places, and the rules for their causes."""

from functools import cache
from typing import Literal

import msgspec

from skerry.catalogue.blocker_codes import ErrorClass
from skerry.catalogue.data_files import Grade, read

Confidence = Literal["high", "medium", "low"]


class Spot(msgspec.Struct, frozen=True):
    """A place in a launch that a text may tell of, by its words; ``weak`` ones only where nothing else tells it.

    ``step`` is the launch step, ``service`` the key of the called AWS service, ``subject`` its name in words.
    ``network`` says how that service is reached from an isolated subnet, ``grant`` names the required permission.
    """

    id: str
    step: str
    service: str | None
    subject: str
    words: tuple[str, ...]
    network: str
    grant: str
    grade: Grade
    source: str
    weak: bool = False


class ErrorTextRule(msgspec.Struct, frozen=True, rename={"kind": "class"}):
    """The meaning of a text with certain words.

    It applies if one of ``some``, all of ``every`` and none of ``never`` are in the text, in small letters and without
    spaces and quotes; at the steps ``steps``, none: at any; and if the evidence of the text fulfils ``when``. ``step``
    is the failed step, None: the step in the text. Texts may hold ``{names}`` of what was read.
    """

    id: str
    kind: ErrorClass
    confidence: Confidence
    cause: str
    not_proven: str
    next: str
    fix: str
    grade: Grade
    source: str
    some: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    when: dict[str, tuple[str, ...]] = {}
    step: str | None = None


class Spots(msgspec.Struct, frozen=True):
    """All spots in the order in which they are asked; ``actions``: the spot of an IAM action or operation."""

    spots: tuple[Spot, ...]
    actions: dict[str, str]


class _Rules(msgspec.Struct):
    rules: tuple[ErrorTextRule, ...]


@cache
def load_spots() -> Spots:
    """Return the places of failures in texts."""
    return read("error_spots", Spots)


@cache
def load_error_rules() -> tuple[ErrorTextRule, ...]:
    """Return the rules for texts, in the order of evaluation."""
    return read("error_rules", _Rules).rules
