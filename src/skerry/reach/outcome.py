"""The result of a walk: a verdict with its paths, and the combination of several results.

`combine` puts alternatives together: answers that take turns, or one unknown answer of several.
"""

from collections.abc import Callable, Iterable

import msgspec

from skerry.reach.trace import Because, Trace
from skerry.verdicts import INTERMITTENT, UNKNOWN, Verdict, alternating_verdict_of, common_verdict_of


class Outcome(msgspec.Struct, eq=False, gc=False):
    """The verdict of a flow, why it is intermittent, and its paths.

    The paths of a flow that is ok are put together only when somebody looks at them.
    """

    verdict: Verdict
    _paths: tuple[Trace, ...] | Callable[[], tuple[Trace, ...]]
    because: tuple[Because, ...] = ()

    @property
    def traces(self) -> tuple[Trace, ...]:
        """Every path."""
        if callable(self._paths):
            self._paths = self._paths()
        return self._paths


def combine(outcomes: Iterable[Outcome], *, turns: bool) -> Outcome:
    """Return the combination of several outcomes: they take turns, or one of them holds, unknown which."""
    alternatives = list(outcomes)
    if len(alternatives) == 1:
        return alternatives[0]
    verdicts = {outcome.verdict for outcome in alternatives}
    verdict = alternatives[0].verdict
    if len(verdicts) > 1:
        verdict = alternating_verdict_of(verdicts) if turns else common_verdict_of(verdicts)
    traces = tuple([trace for outcome in alternatives for trace in outcome.traces])
    if verdict is UNKNOWN and not turns:
        # Only one of them holds, so what is lost on one of them may not be lost at all.
        doubted = tuple([trace.doubted() for trace in traces])
        # If no hop misses a fact, the unknown fact is the choice of the path.
        has_doubted_hop = any(trace.judged for trace in doubted)
        traces = doubted if has_doubted_hop else tuple([trace.doubted(address=True) for trace in traces])
    if verdict is not INTERMITTENT:
        return Outcome(verdict, traces)
    because: dict[Because, None] = {why: None for outcome in alternatives for why in outcome.because}
    if len(verdicts) > 1:
        because["address"] = None
    return Outcome(verdict, traces, tuple(because))
