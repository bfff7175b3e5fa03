"""A fixed number of threads for network calls; an interrupt does not wait for them.

``concurrent.futures`` joins its threads at exit, so an interrupted program would hang until the last call has been
answered or has timed out.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread, current_thread
from types import TracebackType
from typing import Generic, NamedTuple, Self, TypeVar

from skerry.errors import SkerryError

Done = TypeVar("Done")

SILENCE_SECONDS = 300
"""The maximum time of a job without a `beat`: a page with all its retries takes less."""

_LOOK_SECONDS = 1.0


class LateError(Exception):
    """A job missed its `beat` for too long, or its thread died."""


class _Result(NamedTuple, Generic[Done]):
    """The value of a job, or the error in its place."""

    position: int
    done: Done | None
    error: BaseException | None


class _Running(NamedTuple):
    """A running job: its position and its last `beat`."""

    position: int
    beat: float


class Workers(Generic[Done]):
    """A pool of threads that run jobs; used in a ``with`` block.

    A job without a `beat` for ``silence`` seconds is abandoned, and a new thread replaces its own.
    """

    def __init__(self, count: int, silence: float = SILENCE_SECONDS) -> None:
        self.stopped = Event()
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._count = count
        self._silence = silence
        self._threads: list[Thread] = []
        self._running: dict[Thread, _Running] = {}
        self._abandoned: set[Thread] = set()

    def __enter__(self) -> Self:
        """Begin; the threads start with the first jobs."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Start no more jobs, and let the threads end."""
        self.stopped.set()
        for _ in self._threads:
            self._jobs.put(None)

    def beat(self) -> bool:
        """Record that the job of this thread goes on; return whether it should."""
        thread = current_thread()
        running = self._running.get(thread)
        if running is not None:
            self._running[thread] = running._replace(beat=time.monotonic())
        return not self.stopped.is_set() and thread not in self._abandoned

    def run(
        self, jobs: Sequence[Callable[[], Done]], late: Callable[[int], Done] | None = None
    ) -> Iterator[tuple[int, Done]]:
        """Yield the result of each job with its position, in order of completion; raises the first error of a job.

        ``late`` returns the result of an abandoned job, by its position; without it, `LateError` is raised.
        """
        results: SimpleQueue[_Result[Done]] = SimpleQueue()
        for position, job in enumerate(jobs):
            self._jobs.put(self._reporting(position, job, results))
        self._start(len(jobs))
        waiting = set(range(len(jobs)))
        while waiting:
            try:
                result = results.get(timeout=min(_LOOK_SECONDS, self._silence))
            except Empty:
                for position in self._left_behind():
                    results.put(_late(position, late))
                continue
            if result.position not in waiting:
                continue
            waiting.discard(result.position)
            if result.error is not None:
                raise result.error
            yield result.position, result.done  # type: ignore[misc]

    def _start(self, wanted: int) -> None:
        while len(self._threads) < min(self._count, wanted):
            thread = Thread(target=self._work, name="skerry reading", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                if self._threads:
                    return
                what = f"no thread can be started to read the account: {error}"
                raise SkerryError(what, "Allow this user more processes (ulimit -u), or end some.") from error
            self._threads.append(thread)

    def _work(self) -> None:
        thread = current_thread()
        while thread not in self._abandoned:
            job = self._jobs.get()
            if job is None or self.stopped.is_set():
                return
            job()

    def _reporting(
        self, position: int, job: Callable[[], Done], results: SimpleQueue[_Result[Done]]
    ) -> Callable[[], None]:
        def run() -> None:
            thread = current_thread()
            self._running[thread] = _Running(position, time.monotonic())
            try:
                results.put(_Result(position, job(), None))
            except BaseException as error:  # noqa: BLE001 - `run` raises it again
                results.put(_Result(position, None, error))
            self._running.pop(thread, None)

        return run

    def _left_behind(self) -> list[int]:
        """Return the positions of jobs that died or missed their beat, and replace their threads."""
        now = time.monotonic()
        positions = []
        for thread, running in list(self._running.items()):
            if not thread.is_alive() or now - running.beat > self._silence:
                positions.append(running.position)
                self._running.pop(thread, None)
                self._abandoned.add(thread)
                self._threads.remove(thread)
        # A thread that died between two jobs has no job to report.
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        self._start(self._count)
        return positions


def _late(position: int, late: Callable[[int], Done] | None) -> _Result[Done]:
    if late is not None:
        return _Result(position, late(position), None)
    return _Result(position, None, LateError("a job gave no sign of life"))
