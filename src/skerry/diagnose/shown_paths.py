"""The path of each step that pictures and reports show: one of many, with its hops numbered."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

import msgspec

from skerry.diagnose.diagnosis import StepSummary
from skerry.diagnose.unused_endpoints import unused_endpoints_of
from skerry.reach.trace import Hop, Trace
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN, Verdict

_WORST_FIRST: tuple[Verdict, ...] = (BLOCKED, INTERMITTENT, UNKNOWN, OK, NOT_APPLICABLE)


class NumberedHop(NamedTuple):
    """A hop with its number on the path, there and back, and its effect on the packets."""

    number: int
    hop: Hop
    disposition: str


class ShownPath(msgspec.Struct, frozen=True, dict=True):
    """The path that a step shows.

    ``alike`` are other subnets of the launch with the same verdict, ``others`` the paths from subnets with another
    one. ``intended`` are paths to endpoints that the name does not lead to, from the same subnet. ``beyond`` is the
    check beyond packets, of permissions or existence, if its verdict is worse than that of the packets.
    """

    trace: Trace
    alike: tuple[str, ...] = ()
    others: tuple[Trace, ...] = ()
    intended: tuple[Trace, ...] = ()
    beyond: Trace | None = None

    @cached_property
    def hops(self) -> tuple[NumberedHop, ...]:
        """The hops in the order of the way, there and back."""
        return tuple(NumberedHop(number, *pair) for number, pair in enumerate(self.trace.hops(), 1))

    @property
    def unused_endpoint(self) -> tuple[str, str] | None:
        """Code and resource of the reason why the name does not lead to an endpoint; None without such an endpoint."""
        return next(unused_endpoints_of(self.intended), None)

    @property
    def intended_hops(self) -> tuple[tuple[Trace, tuple[NumberedHop, ...]], ...]:
        """The faulty hops of each intended path that the shown path does not have, numbered on their own path."""
        if not self.intended:
            return ()
        shown = {_fault_of(hop) for _, hop in self.trace.way()}
        paths = ((path, tuple(_faults_beyond(shown, path))) for path in self.intended)
        return tuple((path, hops) for path, hops in paths if hops)


def _faults_beyond(shown: set[tuple[tuple[str, str, str], ...]], path: Trace) -> Iterator[NumberedHop]:
    for number, (hop, disposition) in enumerate(path.hops(), 1):
        if disposition != "kept" and _fault_of(hop) not in shown:
            yield NumberedHop(number, hop, disposition)


def _fault_of(hop: Hop) -> tuple[tuple[str, str, str], ...]:
    """Return the codes, resources and rules of a hop's faults, by which two paths have the same fault."""
    return tuple((piece.code, piece.resource, piece.rule) for piece in hop.lost + hop.undecided)


def shown_path_of(step: StepSummary) -> ShownPath | None:
    """Return the path that a step shows: the worst one of the call itself; None for a step without paths.

    Paths of packets are shown before checks without packets.
    """
    traces = [trace for need in step.needs for trace in need.traces]
    by_subnet: dict[str, list[Trace]] = {}
    for trace in traces:
        by_subnet.setdefault(trace.subnet, []).append(trace)
    # The order of subnets is that of the launch: equal verdicts keep it.
    firsts = sorted((min(several, key=_order_of) for several in by_subnet.values()), key=_rank_of)
    if not firsts:
        return None
    shown, *following = firsts
    checks = (trace for trace in traces if trace.passage is None and _rank_of(trace) < _rank_of(shown))
    return ShownPath(
        shown,
        tuple(trace.subnet for trace in following if trace.verdict is shown.verdict),
        tuple(trace for trace in following if trace.verdict is not shown.verdict),
        tuple(_each_endpoint_once(trace for trace in by_subnet[shown.subnet] if trace.intended and trace is not shown)),
        min(checks, key=_rank_of, default=None),
    )


def _each_endpoint_once(traces: Iterable[Trace]) -> Iterator[Trace]:
    seen: set[str | None] = set()
    for trace in traces:
        if trace.destination.endpoint not in seen:
            seen.add(trace.destination.endpoint)
            yield trace


def _order_of(trace: Trace) -> tuple[bool, bool, int, bool, bool]:
    """Return the order of a subnet's paths: packets first, then the call itself, and an endpoint nearby."""
    elsewhere = trace.destination.subnet != trace.subnet
    return trace.passage is None, trace.intended, _rank_of(trace), trace.purpose != "call", elsewhere


def _rank_of(trace: Trace) -> int:
    return _WORST_FIRST.index(trace.verdict)
