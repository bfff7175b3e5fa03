"""Benchmark of error texts: each is explained alone, with ids of its own, and many in one screenful."""

from time import process_time

from skerry.errortext.explain import explain
from tests.explaining import labelled

_TEXTS = 10_000
_SECONDS = 2.0
_TIMES = 3


def run() -> bool:
    """(f) Ten thousand texts, no two the same, in the processor's time; tell whether that is quick enough.

    The quickest of three times: what else the machine does takes of its caches, and of its clock.
    """
    known = [row.text for name in ("corpus", "held_out", "second", "third", "fourth") for row in labelled(name)]
    texts = [f"{known[number % len(known)]} {number}" for number in range(_TEXTS * _TIMES)]
    explain(known[0])
    took = min(_spent(texts[turn * _TEXTS : (turn + 1) * _TEXTS]) for turn in range(_TIMES))
    print(f"\n(f) {_TEXTS} error texts explained in {took:.2f} s: {took / _TEXTS * 1e6:.0f} µs each")
    screenful = "\n".join(f"2026-01-02T03:04:05Z {text}" for text in texts[:1000])
    spent = _spent([screenful])
    print(
        f"    {len(screenful) // 1000} kB of log with 1000 of them in {spent:.2f} s: {len(explain(screenful))} answers"
    )
    return took < _SECONDS


def _spent(texts: list[str]) -> float:
    """The processor's time, in seconds, that it takes to explain all of them."""
    started = process_time()
    for text in texts:
        explain(text)
    return process_time() - started
