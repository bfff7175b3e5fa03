"""Benchmark of verdicts on the services of generated networks: their time, and the memory of a process of its own."""

import gc
import sys
import time
from collections import Counter
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TypeVar

from skerry.diagnose.diagnose import diagnose
from skerry.diagnose.diagnosis import Diagnosis
from skerry.launch.launches import launch_of_service
from skerry.model.world import World
from skerry.reach.cache import Memo
from skerry.reach.walk import Walker
from skerry.sources import documents

Made = TypeVar("Made")

MOST_MEMORY = 400


class CountingMemo(Memo):
    """Memo with counts of its look-ups and misses."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.made = 0

    def once(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """Count a look-up, and a miss."""
        self.asked += 1

        def counted() -> Made:
            self.made += 1
            return make()

        return super().once(key, counted)


def run(folder: Path) -> None:
    """(b) Services diagnosed in a second on one core, loading reported apart."""
    gc.disable()
    content = {path.name: path.read_bytes() for path in folder.iterdir()}
    begun = time.process_time()
    world = World(documents.load(content))
    loading = time.process_time() - begun
    launches = [launch_of_service(world, service) for service in world.facts.services]
    begun = time.process_time()
    found = diagnose(Walker(world), launches)
    spent = time.process_time() - begun
    size, peak = len(launches), _peak_memory()
    memo = CountingMemo()
    diagnose(Walker(world, memo), launches)
    rows = sum(len(service.needs) for service in found.services)
    paths = _paths(found)
    megabytes = sum(map(len, content.values())) / 1e6
    kinds = ", ".join(f"{count} {verdict}" for verdict, count in sorted(_kinds(found).items()))
    print(f"(b) {size} services in {len(world.vpcs)} VPCs: loaded {megabytes:.1f} MB in {loading:.2f} s;", end=" ")
    print(
        f"{size / spent:,.0f} service verdicts/s ({rows / spent:,.0f} rows/s, {paths / spent:,.0f} paths/s),", end=" "
    )
    print(f"{spent / size * 1e6:.0f} µs each; memo hit rate {1 - memo.made / memo.asked:.0%};", end=" ")
    print(f"peak memory {peak:.0f} MiB, at most {MOST_MEMORY} wanted; {kinds}")


def _peak_memory() -> float:
    """Return the peak memory in MiB, without that of the parent process, which Linux counts in ``ru_maxrss``."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _paths(found: Diagnosis) -> int:
    return sum(len(row.traces) for service in found.services for row in service.needs)


def _kinds(found: Diagnosis) -> Counter[str]:
    return Counter(str(service.verdict) for service in found.services)


if __name__ == "__main__":
    run(Path(sys.argv[1]))
