"""Three-valued answers: yes, no, or not known because of facts that are missing.

Together they follow Kleene's strong logic: what is not known changes an answer only where it could.
"""

from collections.abc import Iterable

import msgspec

from skerry.model.facts import Missing


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """Neither yes nor no: the facts that would tell."""

    missing: tuple[Missing, ...]


Truth = bool | Unknown

_MOST_SHOWN = 160  # characters; ARNs in full, as a rule


def shorten(text: str) -> str:
    """Return a piece of a policy for a message, only its beginning if it is long."""
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"


def unknown_for(fact: str, action: str = "") -> Unknown:
    """Not known, for want of one fact, which the call of that IAM action would tell."""
    return Unknown((Missing(fact, action),))


def _gathered(unknowns: list[Unknown]) -> Unknown:
    return Unknown(tuple(dict.fromkeys(fact for one in unknowns for fact in one.missing)))


def all_of(truths: Iterable[Truth]) -> Truth:
    """Yes if all are, no if any is not; nothing is looked at after the first no."""
    unknowns: list[Unknown] = []
    for truth in truths:
        if truth is False:
            return False
        if truth is not True:
            unknowns.append(truth)
    return _gathered(unknowns) if unknowns else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Yes if any is, no if none is; nothing is looked at after the first yes."""
    unknowns: list[Unknown] = []
    for truth in truths:
        if truth is True:
            return True
        if truth is not False:
            unknowns.append(truth)
    return _gathered(unknowns) if unknowns else False


def negate(truth: Truth) -> Truth:
    """No for yes and yes for no; what is not known stays so."""
    return not truth if isinstance(truth, bool) else truth
