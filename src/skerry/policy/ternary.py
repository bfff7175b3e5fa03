"""Three-valued logic: yes, no, or unknown because of missing facts.

Combined answers follow Kleene's strong logic: an unknown operand matters only if it could change the result.
"""

from collections.abc import Iterable

import msgspec

from skerry.model.facts import Missing


class Unknown(msgspec.Struct, frozen=True, gc=False):
    """An unknown answer, with the missing facts for it."""

    missing: tuple[Missing, ...]


Truth = bool | Unknown

_MOST_SHOWN = 160  # characters; ARNs in full, as a rule


def shorten(text: str) -> str:
    """Return a piece of a policy for a message, only its beginning if it is long."""
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"


def unknown_for(fact: str, action: str = "") -> Unknown:
    """Return an unknown answer for a missing fact; ``action`` is the IAM action of the call that reads it."""
    return Unknown((Missing(fact, action),))


def _combine(unknowns: list[Unknown]) -> Unknown:
    return Unknown(tuple(dict.fromkeys(fact for answer in unknowns for fact in answer.missing)))


def all_of(truths: Iterable[Truth]) -> Truth:
    """Return yes if all are yes, no if any is no; evaluation stops at the first no."""
    unknowns: list[Unknown] = []
    for truth in truths:
        if truth is False:
            return False
        if truth is not True:
            unknowns.append(truth)
    return _combine(unknowns) if unknowns else True


def any_of(truths: Iterable[Truth]) -> Truth:
    """Return yes if any is yes, no if all are no; evaluation stops at the first yes."""
    unknowns: list[Unknown] = []
    for truth in truths:
        if truth is True:
            return True
        if truth is not False:
            unknowns.append(truth)
    return _combine(unknowns) if unknowns else False


def negate(truth: Truth) -> Truth:
    """Return no for yes and yes for no; unknown stays unknown."""
    return not truth if isinstance(truth, bool) else truth
