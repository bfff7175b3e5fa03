"""Benchmark of error texts: each is explained alone, with ids of its own, and many in one screenful."""

import time

from skerry.diagnose.explaining.explain import explain
from tests.explaining import labelled

_TEXTS = 10_000
_SECONDS = 2.0


def run() -> bool:
    """(e) Ten thousand texts, no two the same, in the processor's time; tell whether that is quick enough."""
    known = [row.text for name in ("corpus", "held_out", "second", "third") for row in labelled(name)]
    texts = [f"{known[number % len(known)]} {number}" for number in range(_TEXTS)]
    explain(known[0])
    started = time.process_time()
    for text in texts:
        explain(text)
    took = time.process_time() - started
    print(f"\n(e) {_TEXTS} error texts explained in {took:.2f} s: {took / _TEXTS * 1e6:.0f} µs each")
    screenful = "\n".join(f"2026-01-02T03:04:05Z {text}" for text in texts[:1000])
    started = time.process_time()
    found = explain(screenful)
    spent = time.process_time() - started
    print(f"    {len(screenful) // 1000} kB of log with 1000 of them in {spent:.2f} s: {len(found)} answers")
    return took < _SECONDS
