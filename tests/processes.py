"""The processes that a process has started, for tests that end them at random."""

import time
from collections.abc import Callable, Iterable
from pathlib import Path


def family(process: int) -> dict[int, bytes]:
    """The processes that a process has started, and they in turn, with their command lines; no dead ones."""
    parents: dict[int, int] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                parents[int(path.name)] = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return commands(found - {process})


def commands(processes: Iterable[int]) -> dict[int, bytes]:
    """The command line of each process that lives."""
    found = {}
    for process in processes:
        try:
            line = Path(f"/proc/{process}/cmdline").read_bytes()
        except OSError:
            continue
        if line:
            found[process] = line
    return found


def wait_for(what: Callable[[], bool], seconds: float = 20.0) -> None:
    limit = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < limit
        time.sleep(0.02)
