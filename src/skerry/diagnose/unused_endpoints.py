"""Endpoints without calls: the name of their service leads to public addresses instead."""

from collections.abc import Iterable, Iterator

from skerry.reach.trace import Trace


def unused_endpoints_of(traces: Iterable[Trace]) -> Iterator[tuple[str, str]]:
    """Yield code and resource of each reason why the name does not lead to an endpoint of the service."""
    for trace in traces:
        if trace.intended:
            lost = (judged for judged in trace.judged if judged.lost and judged.hop.kind == "dns")
            yield from ((judged.piece.code, judged.piece.resource) for judged in lost)
