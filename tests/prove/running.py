"""Many networks side by side: each worker has namespaces of its own and builds one network after another."""

import queue
import threading
from collections.abc import Iterable, Iterator

from skerry.lab.sandbox import Sandbox
from tests.prove.generator import Drawn
from tests.prove.proving import Case, observe

WORKERS = 6


def observed(seeds: Iterable[int], workers: int = WORKERS) -> Iterator[Case]:
    """What packets did in the network of each seed, in the order in which they are done."""
    waiting: queue.SimpleQueue[int | None] = queue.SimpleQueue()
    done: queue.SimpleQueue[Case | BaseException | None] = queue.SimpleQueue()
    for seed in seeds:
        waiting.put(seed)
    for _ in range(workers):
        waiting.put(None)
    threads = [threading.Thread(target=_work, args=(waiting, done), daemon=True) for _ in range(workers)]
    # Readers of records are made at first use, which several threads must not do at once.
    Drawn(0).world()
    for thread in threads:
        thread.start()
    left = workers
    while left:
        found = done.get()
        if found is None:
            left -= 1
        elif isinstance(found, BaseException):
            raise found
        else:
            yield found


def _work(waiting: "queue.SimpleQueue[int | None]", done: "queue.SimpleQueue[Case | BaseException | None]") -> None:
    try:
        with Sandbox() as sandbox:
            while (seed := waiting.get()) is not None:
                done.put(observe(sandbox, Drawn(seed)))
    except BaseException as error:  # noqa: BLE001 -- it is raised again by the one who asked
        done.put(error)
    done.put(None)
