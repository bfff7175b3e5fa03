"""Calls that work with NAT and fail without it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from skerry.access.evaluation import AccessCheck
from skerry.diagnose.diagnose import diagnose_one
from skerry.diagnose.need_verdicts import judge_need, source_of, unknowns_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call, Unread
from skerry.launch.startup import needs_of
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.plan.scope import FAILS
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Walker
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict


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


def find_unread(launch: Launch) -> Missing | None:
    """Return the first unread fact about a launch: its calls are not all named then; None if all were read."""
    unread = (Missing(need.fact, need.action) for need in needs_of(launch) if isinstance(need, Unread))
    return next(unread, None)


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
        if outcome.verdict in FAILS and _is_worse(outcome.verdict, was):
            subnets, messages = lost.setdefault((key.place, key.need), ([], {}))
            subnets.append(key.subnet)
            messages |= dict.fromkeys(_messages(outcome))
        elif outcome.verdict is UNKNOWN and was not in FAILS and _way_of(outcome) != _way_of(earlier):
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


def _is_worse(verdict: Verdict, earlier: Verdict) -> bool:
    """Return whether a failure is new: the call did not fail before, or at times only."""
    return earlier not in FAILS or (verdict is BLOCKED and earlier is INTERMITTENT)


def _way_of(outcome: Outcome | None) -> frozenset[tuple[str, str]]:
    """Return the parts of the network on all paths."""
    traces = () if outcome is None else outcome.traces
    return frozenset((hop.kind, hop.resource) for trace in traces for hop, _ in trace.hops())


def _messages(outcome: Outcome) -> Iterable[str]:
    return (judged.piece.message for trace in outcome.traces for judged in trace.judged if judged.lost)
