"""Calls that work with NAT and fail without it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from skerry.access.evaluation import AccessCheck
from skerry.diagnose.diagnose import diagnose_one
from skerry.diagnose.need_verdicts import judge_need, source_of, unknowns_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.plan.scope import FAILS
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Walker
from skerry.verdicts import OK, UNKNOWN


class LostCall(NamedTuple):
    """A call of a launch, with the subnets of its failures in a later World."""

    launch: Launch
    need: Call
    subnets: tuple[str, ...]
    messages: tuple[str, ...]


class CallComparison(NamedTuple):
    """The calls that fail in the later World only, and the missing facts about others."""

    lost: tuple[LostCall, ...]
    facts: tuple[Missing, ...]


class _Key(NamedTuple):
    place: int
    need: Call
    subnet: str


def compare_calls(
    today: World, later: World, launches: Sequence[Launch], launches_later: Sequence[Launch], also: Sequence[Call] = ()
) -> CallComparison:
    """Return the calls of launches that work today, or may, and fail in the later World.

    ``launches_later`` are the same launches as they are then. ``also``: calls of each in addition to its own.
    """
    before = dict(_outcomes(today, launches, also))
    lost: dict[tuple[int, Call], tuple[list[str], dict[str, None]]] = {}
    facts: dict[Missing, None] = {}
    for key, outcome in _outcomes(later, launches_later, also):
        earlier = before.get(key)
        was = OK if earlier is None else earlier.verdict
        if outcome.verdict in FAILS and was not in FAILS:
            subnets, messages = lost.setdefault((key.place, key.need), ([], {}))
            subnets.append(key.subnet)
            messages |= dict.fromkeys(_messages(outcome))
        elif outcome.verdict is UNKNOWN and was is OK:
            facts |= dict.fromkeys(unknowns_of(outcome.traces))
    rows = tuple(
        LostCall(launches[place], need, tuple(subnets), tuple(messages))
        for (place, need), (subnets, messages) in lost.items()
    )
    return CallComparison(rows, tuple(facts))


def _outcomes(world: World, launches: Sequence[Launch], also: Sequence[Call]) -> Iterator[tuple[_Key, Outcome]]:
    """Yield the outcome of each call of each launch in each of its subnets."""
    walker, beyond = Walker(world), AccessCheck(world)
    for place, launch in enumerate(launches):
        subnets = tuple(dict.fromkeys(launch.subnets))
        for row in diagnose_one(walker, launch, {}, beyond).needs:
            if isinstance(row.need, Call):
                pairs = zip(subnets, row.outcomes, strict=False)
                yield from ((_Key(place, row.need, subnet), outcome) for subnet, outcome in pairs)
        for need in also:
            for subnet in subnets:
                outcome = judge_need(walker, need, source_of(walker, launch, subnet), subnet)
                yield _Key(place, need, subnet), outcome


def _messages(outcome: Outcome) -> Iterable[str]:
    return (judged.piece.message for trace in outcome.traces for judged in trace.judged if judged.lost)
