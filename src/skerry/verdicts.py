"""Verdicts and the three ways in which they combine.

All three are associative, commutative and monotone in the order ok < unknown < intermittent < blocked, and
leave ``not-applicable`` out.
"""

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """The state of knowledge about a service, call or path."""

    OK = "ok"
    UNKNOWN = "unknown"
    INTERMITTENT = "intermittent"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not-applicable"


OK = Verdict.OK
UNKNOWN = Verdict.UNKNOWN
INTERMITTENT = Verdict.INTERMITTENT
BLOCKED = Verdict.BLOCKED
NOT_APPLICABLE = Verdict.NOT_APPLICABLE


def _kinds(verdicts: Iterable[Verdict]) -> set[Verdict]:
    kinds = set(verdicts)
    kinds.discard(NOT_APPLICABLE)
    return kinds


def alternating_verdict_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of alternatives in turns: all blocked is blocked, some blocked is intermittent."""
    kinds = _kinds(verdicts)
    if len(kinds) == 1:
        return kinds.pop()
    if BLOCKED in kinds or INTERMITTENT in kinds:
        return INTERMITTENT
    return UNKNOWN


def worst_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst verdict: all must hold."""
    kinds = _kinds(verdicts)
    for verdict in (BLOCKED, INTERMITTENT, UNKNOWN, OK):
        if verdict in kinds:
            return verdict
    return UNKNOWN


def common_verdict_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the verdict of one of several, unknown which: only their agreement is known.

    Where each of them is blocked or intermittent, something is certainly lost: intermittent.
    """
    kinds = _kinds(verdicts)
    if len(kinds) == 1:
        return kinds.pop()
    if kinds and kinds <= {BLOCKED, INTERMITTENT}:
        return INTERMITTENT
    return UNKNOWN
