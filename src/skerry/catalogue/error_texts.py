"""What error texts say: the places that they tell of, and the rules that tell their causes."""

from functools import cache
from typing import Literal

import msgspec

from skerry.catalogue.blocker_codes import ErrorClass
from skerry.catalogue.data_files import Grade, read

Confidence = Literal["high", "medium", "low"]


class Spot(msgspec.Struct, frozen=True):
    """A place in a launch that a text may tell of, by its words; ``weak`` ones only where nothing else tells it.

    ``step`` is the launch step, ``service`` the key of the AWS service that is called there, ``subject`` that in words.
    ``network`` says how that service is reached from an isolated subnet, ``grant`` who must allow what.
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


class Rule(msgspec.Struct, frozen=True, rename={"kind": "class"}):
    """What a text with certain words means.

    It holds where one of ``some``, all of ``every`` and none of ``never`` are in the text, in small letters and without
    spaces and quotes; at the steps ``steps``, none: at any; and where what was read in the text is as ``when`` says.
    ``step`` is where it happened, None: where the text says so. Texts may hold ``{names}`` of what was read.
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
    rules: tuple[Rule, ...]


@cache
def spots() -> Spots:
    """Where texts tell that something failed."""
    return read("error_spots", Spots)


@cache
def rules() -> tuple[Rule, ...]:
    """What texts mean, in the order in which it is asked."""
    return read("error_rules", _Rules).rules
