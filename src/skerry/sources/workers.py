"""Threads that wait for answers of a network: a fixed number of them, which an interrupt leaves behind.

``concurrent.futures`` joins its threads when the interpreter ends, so that an interrupted program would hang until the
last call has been answered, or has given up.
"""

from collections.abc import Callable, Iterator, Sequence
from queue import SimpleQueue
from threading import Event, Thread
from types import TracebackType
from typing import Generic, Self, TypeVar

from skerry.errors import SkerryError

Done = TypeVar("Done")


class Workers(Generic[Done]):
    """Runs jobs in threads; used in a ``with`` block."""

    def __init__(self, count: int) -> None:
        self.stopped = Event()
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._count = count
        self._started = 0

    def __enter__(self) -> Self:
        """Begin; the threads start with the first jobs."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Let no job begin any more, and let the threads end."""
        self.stopped.set()
        for _ in range(self._started):
            self._jobs.put(None)

    def run(self, jobs: Sequence[Callable[[], Done]]) -> Iterator[tuple[int, Done]]:
        """The result of each job with its position, as they come; raises the first error of a job."""
        results: SimpleQueue[tuple[int, Done | None, BaseException | None]] = SimpleQueue()
        for position, job in enumerate(jobs):
            self._jobs.put(_reporting(position, job, results))
        while self._started < min(self._count, len(jobs)):
            if not self._start():
                break
        for _ in jobs:
            position, done, error = results.get()
            if error is not None:
                raise error
            yield position, done  # type: ignore[misc]

    def _start(self) -> bool:
        """Start a thread. Return False where the system allows no more, and fewer have to do."""
        try:
            Thread(target=self._work, name="skerry reading", daemon=True).start()
        except RuntimeError as error:
            if not self._started:
                what = f"no thread can be started to read the account: {error}"
                raise SkerryError(what, "Allow this user more processes (ulimit -u), or end some.") from error
            return False
        self._started += 1
        return True

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None and not self.stopped.is_set():
            job()


def _reporting(
    position: int, job: Callable[[], Done], results: SimpleQueue[tuple[int, Done | None, BaseException | None]]
) -> Callable[[], None]:
    def run() -> None:
        try:
            results.put((position, job(), None))
        except BaseException as error:  # noqa: BLE001 - it is raised where the results are taken
            results.put((position, None, error))

    return run
