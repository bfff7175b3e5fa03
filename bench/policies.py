"""Benchmark of policies and resources of a launch, compared with the walks of its packets."""

import time
from collections.abc import Callable
from pathlib import Path

from skerry import app
from skerry.access.evaluation import AccessCheck
from skerry.diagnose.diagnose import diagnose_one
from skerry.launch.launches import launches_of
from skerry.reach.walk import Walker

_NETWORK = Path(__file__).parent.parent / "tests" / "scenarios" / "holdings-sound" / "network.json"
_TIMES = 200
WANTED = 0.002


def run() -> bool:
    """(e) The policies of one launch: a role, a repository, a secret, and whether its things are there."""
    world = app.load(_NETWORK)
    (launch,) = launches_of(world, world.facts.services[0])
    packets = _least(lambda: diagnose_one(Walker(world), launch, {}))
    whole = _least(lambda: diagnose_one(Walker(world), launch, {}, AccessCheck(world)))
    known = AccessCheck(world)
    diagnose_one(Walker(world), launch, {}, known)
    again = _least(lambda: diagnose_one(Walker(world), launch, {}, known))
    print(f"(e) policies of one launch: {(whole - packets) * 1000:.2f} ms, of the next with the same role", end=" ")
    print(f"{(again - packets) * 1000:.2f} ms, beside {packets * 1000:.2f} ms for its packets; at most 2 ms wanted")
    return whole - packets <= WANTED


def _least(once: Callable[[], object]) -> float:
    times = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        once()
        times.append(time.perf_counter() - begun)
    return min(times)
