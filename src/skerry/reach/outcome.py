"""What a walk comes to: a verdict with its paths, and how several of them are one.

A choice of the world's is put together by `combined`: what takes turns, or one of several and not known which.
"""

from collections.abc import Callable, Iterable

from skerry.reach.trace import Because, Trace
from skerry.verdicts import INTERMITTENT, UNKNOWN, Verdict, either, unsure


class Outcome:
    """The verdict of a flow, why it is intermittent, and its paths.

    The paths of a flow that is ok are put together only when somebody looks at them.
    """

    __slots__ = ("_paths", "because", "verdict")

    def __init__(
        self,
        verdict: Verdict,
        paths: tuple[Trace, ...] | Callable[[], tuple[Trace, ...]],
        because: tuple[Because, ...] = (),
    ) -> None:
        self.verdict = verdict
        self.because = because
        self._paths = paths

    @property
    def traces(self) -> tuple[Trace, ...]:
        """Every path."""
        if callable(self._paths):
            self._paths = self._paths()
        return self._paths


def combined(outcomes: Iterable[Outcome], *, turns: bool) -> Outcome:
    """Several outcomes of which the world picks one: now this and now that, or one and not known which."""
    found = list(outcomes)
    if len(found) == 1:
        return found[0]
    verdicts = {outcome.verdict for outcome in found}
    verdict = found[0].verdict
    if len(verdicts) > 1:
        verdict = either(verdicts) if turns else unsure(verdicts)
    traces = tuple([trace for outcome in found for trace in outcome.traces])
    if verdict is UNKNOWN and not turns:
        # Only one of them holds, so what is lost on one of them may not be lost at all.
        doubted = tuple([trace.doubted() for trace in traces])
        # Where no hop misses a fact, what is not known is by which of the paths the call goes.
        known = any(trace.judged for trace in doubted)
        traces = doubted if known else tuple([trace.doubted(address=True) for trace in traces])
    if verdict is not INTERMITTENT:
        return Outcome(verdict, traces)
    because: dict[Because, None] = {why: None for outcome in found for why in outcome.because}
    if len(verdicts) > 1:
        because["address"] = None
    return Outcome(verdict, traces, tuple(because))
