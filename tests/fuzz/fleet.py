"""Worker processes: each runs a batch of inputs, and is replaced when it ends, whatever ended it."""

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

ROOT = Path(__file__).parent.parent.parent
BATCH = 400
# Time on the clock, for what waits instead of working; many times more than the worker's own limit.
SILENT_SECONDS = 120.0
RESIDENT = 1 << 30
WORKER = (sys.executable, "-m", "tests.fuzz.worker")


class Task(NamedTuple):
    """Which inputs: those of a seed from one number to before another; ``perform``: labs are built."""

    seed: int
    first: int
    end: int
    perform: bool = False


class _Worker:
    """A process under way, with the number of the input that it is at."""

    def __init__(self, task: Task, command: tuple[str, ...]) -> None:
        self.task = task
        self.at = task.first
        self.heard = time.monotonic()
        self.words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 -- open as long as the process
        asked = [str(task.seed), str(task.first), str(task.end - task.first), str(int(task.perform))]
        # The lines of one process must be the same in each: hashes of texts are not, unless they are told.
        environment = os.environ | {"PYTHONHASHSEED": "0", "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            [*command, *asked],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self.words,
            env=environment,
        )
        assert self.process.stdout is not None
        self.stream: IO[bytes] = self.process.stdout
        os.set_blocking(self.stream.fileno(), False)
        self.rest = b""

    def lines(self) -> Iterator[dict[str, Any]]:
        """Yield what it told since the last time."""
        content = self.rest + (self.stream.read() or b"")
        *whole, self.rest = content.split(b"\n")
        for line in whole:
            told = json.loads(line)
            self.heard = time.monotonic()
            self.at = told["begin"] if "begin" in told else told["end"] + 1
            yield told

    def exceeds(self) -> str:
        """Return what is to be ended for, if anything."""
        if time.monotonic() - self.heard > SILENT_SECONDS:
            return "hang"
        try:
            pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1])
        except (OSError, IndexError):
            return ""
        return "memory" if pages * os.sysconf("SC_PAGE_SIZE") > RESIDENT else ""

    def last_words(self) -> str:
        """Return what it said on stderr about the last input."""
        self.words.seek(0)
        text = self.words.read().decode(errors="replace")
        return text.rpartition(f"input {self.at}\n")[2]


def results(tasks: list[Task], processes: int, command: tuple[str, ...] = WORKER) -> Iterator[dict[str, Any]]:
    """Yield what came of each input: its number, command, kind, exit code and findings."""
    waiting = [batch for task in reversed(tasks) for batch in reversed(_batches(task))]
    selector = selectors.DefaultSelector()
    try:
        while waiting or selector.get_map():
            while waiting and len(selector.get_map()) < processes:
                worker = _Worker(waiting.pop(), command)
                selector.register(worker.stream, selectors.EVENT_READ, worker)
            selector.select(timeout=1.0)
            for key in list(selector.get_map().values()):
                yield from _heard(selector, key.data, waiting)
    finally:
        for key in list(selector.get_map().values()):
            _end(selector, key.data)


def _batches(task: Task) -> list[Task]:
    return [
        task._replace(first=first, end=min(first + BATCH, task.end)) for first in range(task.first, task.end, BATCH)
    ]


def _heard(selector: selectors.BaseSelector, worker: _Worker, waiting: list[Task]) -> Iterator[dict[str, Any]]:
    for told in worker.lines():
        if "end" in told:
            yield told
    excess = worker.exceeds()
    ended = worker.process.poll()
    if ended is None and not excess:
        return
    yield from (told for told in worker.lines() if "end" in told)
    worker.process.kill()
    worker.process.wait()
    death = _death(worker, excess) if worker.at < worker.task.end else None
    _end(selector, worker)
    if death is not None:
        yield death
        if worker.at + 1 < worker.task.end:
            waiting.append(worker.task._replace(first=worker.at + 1))


def _death(worker: _Worker, excess: str) -> dict[str, Any]:
    """What came of an input that its process did not outlive."""
    code, words = worker.process.returncode, worker.last_words()
    if "Traceback (most recent call last)" in words:
        message = f"the worker failed at input {worker.at}, not skerry: {words}"
        raise RuntimeError(message)
    kind = excess or ("time" if code == -signal.SIGPROF else "death")
    frames = [line.strip() for line in words.splitlines() if "/skerry/" in line and "File" in line]
    where = frames[0].rpartition("/skerry/")[2].replace('"', "") if frames else "elsewhere"
    finding = (kind, f"{code} {where}" if kind == "death" else where, words[-2_000:])
    return {"end": worker.at, "command": "", "kind": "", "code": code, "seconds": 0.0, "findings": [finding]}


def _end(selector: selectors.BaseSelector, worker: _Worker) -> None:
    selector.unregister(worker.stream)
    worker.process.kill()
    worker.process.wait()
    worker.stream.close()
    worker.words.close()
