"""Benchmark of flow logs: generated records as gzip, their totals, and a plain count of the same lines."""

import gzip
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from skerry.model.world import World
from skerry.sources.flow_log_files import DEFAULT_FIELDS
from skerry.sources.flow_logs import read_flow_logs
from tests.networks import Network

_RECORDS = 200_000
_FILES = 8
_INTERFACES = 300
_MOST_RATIO = 30.0
_MOST_MEBIBYTES = 320


def run(records: int = _RECORDS) -> bool:
    """(h) Flow log records in all classes, in the processor's time; tell whether that is quick and small enough.

    The count is of Python's own gzip and of the same files.
    """
    with tempfile.TemporaryDirectory() as folder:
        paths = list(_write(Path(folder), records))
        started = time.process_time()
        lines = sum(_count(path) for path in paths)
        counted = time.process_time() - started
        started, wall = time.process_time(), time.monotonic()
        totals = read_flow_logs(Path(folder), _world())
        took, wall = time.process_time() - started, time.monotonic() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"\n(h) {totals.records} flow log records of {totals.files} files in {took:.1f} s of CPU, {wall:.1f} s in all"
    )
    print(f"    {lines} lines counted in {counted:.1f} s: {took / counted:.1f} times as long; peak {peak} MiB")
    return totals.records == records and took / counted < _MOST_RATIO and peak < _MOST_MEBIBYTES


def _world() -> World:
    network = Network()
    network.serve_s3()
    network.serve_internet_by_nat()
    return network.world()


def _count(path: Path) -> int:
    with gzip.open(path) as file:
        return sum(1 for _ in file)


def _write(folder: Path, records: int) -> Iterator[Path]:
    """Write the records, and yield the files: a quarter each with the internet, S3, AWS and the VPC itself."""
    chance = random.Random(0)  # noqa: S311 -- repeatable records
    for number in range(_FILES):
        path = folder / f"{number}.log.gz"
        with gzip.open(path, "wt", compresslevel=3, encoding="ascii") as file:
            file.write(" ".join(DEFAULT_FIELDS) + "\n")
            for place in range(number, records, _FILES):
                file.write(_record(chance, place))
        yield path


def _record(chance: random.Random, place: int) -> str:
    interface = chance.randrange(_INTERFACES)
    own = f"10.0.{interface % 250}.{10 + interface // 250}"
    low = chance.randrange(65536)
    first = ("203.7", "52.218", "3.248", "10.0")[place % 4]
    other = f"{first}.{low >> 8}.{low & 255}"
    source, target = (own, other) if chance.random() < 0.5 else (other, own)  # noqa: PLR2004 -- a half
    head = f"2 111122223333 eni-{interface:017x} {source} {target} 443 {chance.randrange(1024, 65536)} 6"
    start = 1764000000 + place
    return f"{head} {chance.randrange(1, 99)} {chance.randrange(40, 99999)} {start} {start + 60} ACCEPT OK\n"


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else _RECORDS)
