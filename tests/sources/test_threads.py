"""Threads run jobs at the same time, tell the first error, and end."""

import time
from collections.abc import Callable
from queue import SimpleQueue
from threading import Barrier, Event, Thread, active_count, current_thread
from threading import enumerate as threads

import pytest

from skerry.errors import SkerryError
from skerry.sources.threads import LateError, Workers


def gives(value: int) -> Callable[[], int]:
    return lambda: value


def working() -> list[Thread]:
    return [thread for thread in threads() if thread.name == "skerry reading"]


class TestJobs:
    def test_worker_jobs_return_results_with_positions(self) -> None:
        with Workers[int](3) as workers:
            assert sorted(workers.run([gives(5), gives(6), gives(7), gives(8)])) == [(0, 5), (1, 6), (2, 7), (3, 8)]

    def test_workers_accept_an_empty_job_list(self) -> None:
        with Workers[int](3) as workers:
            assert list(workers.run([])) == []

    def test_workers_run_several_batches_of_jobs(self) -> None:
        with Workers[int](2) as workers:
            assert list(workers.run([gives(1)])) == [(0, 1)]
            assert sorted(workers.run([gives(2), gives(3)])) == [(0, 2), (1, 3)]

    def test_worker_jobs_run_concurrently(self) -> None:
        together = Barrier(3, timeout=10)
        with Workers[int](3) as workers:
            assert len(list(workers.run([together.wait] * 3))) == 3

    def test_workers_start_no_more_threads_than_allowed(self) -> None:
        before = active_count()
        with Workers[int](2) as workers:
            counts = [count for _, count in workers.run([active_count] * 20)]
        assert max(counts) - before <= 2

    def test_failing_worker_job_raises_its_error(self) -> None:
        def fail() -> int:
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"), Workers[int](2) as workers:
            list(workers.run([fail]))


class TestHangingJobs:
    def test_hanging_job_is_replaced_by_a_fallback_result(self) -> None:
        never = Event()
        with Workers[int](1, silence=0.1) as workers:
            jobs = [lambda: int(never.wait(60)), gives(7)]
            assert sorted(workers.run(jobs, lambda position: -position - 1)) == [(0, -1), (1, 7)]
        never.set()

    def test_hanging_job_without_fallback_raises_late_error(self) -> None:
        never = Event()
        with pytest.raises(LateError), Workers[int](1, silence=0.1) as workers:
            list(workers.run([lambda: int(never.wait(60))]))
        never.set()

    def test_late_job_result_is_kept_out_of_the_next_batch(self) -> None:
        held = Event()

        def slow() -> int:
            held.wait(60)
            return 99

        with Workers[int](1, silence=0.1) as workers:
            assert list(workers.run([slow], lambda _position: -1)) == [(0, -1)]
            held.set()
            assert sorted(workers.run([gives(1), gives(2)])) == [(0, 1), (1, 2)]

    def test_late_job_gets_a_stop_signal_and_its_thread_ends(self) -> None:
        held, told = Event(), SimpleQueue[tuple[bool, Thread]]()

        def slow() -> int:
            held.wait(60)
            told.put((workers.beat(), current_thread()))
            return 99

        with Workers[int](1, silence=0.1) as workers:
            list(workers.run([slow], lambda _position: -1))
            held.set()
            goes_on, thread = told.get(timeout=60)
            thread.join(60)
            assert (goes_on, thread.is_alive()) == (False, False)

    def test_job_with_heartbeats_is_not_timed_out(self) -> None:
        pause = Event()
        with Workers[int](1, silence=0.5) as workers:

            def long() -> int:
                for _ in range(12):
                    assert workers.beat()
                    pause.wait(0.1)
                return 5

            assert list(workers.run([long], lambda _position: -1)) == [(0, 5)]

    def test_worker_heartbeat_returns_false_after_the_block(self) -> None:
        with Workers[int](1) as workers:
            assert workers.beat()
        assert not workers.beat()


class TestWorkerThreads:
    def test_worker_thread_that_cannot_start_raises_skerry_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_thread: Thread) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(Thread, "start", refuse)
        with pytest.raises(SkerryError, match="no thread can be started"), Workers[int](2) as workers:
            list(workers.run([gives(1)]))

    def test_dead_worker_thread_is_detected_before_the_silence_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        never = Event()
        with Workers[int](1, silence=3600) as workers:
            monkeypatch.setattr(Thread, "is_alive", lambda _thread: False)
            assert list(workers.run([lambda: int(never.wait(60))], lambda _position: -1)) == [(0, -1)]
        never.set()

    def test_worker_threads_are_daemon_threads(self) -> None:
        with Workers[int](2) as workers:
            list(workers.run([gives(1)]))
            assert {thread.daemon for thread in working()} == {True}

    def test_worker_threads_end_with_the_block(self) -> None:
        before = set(working())
        with Workers[int](2) as workers:
            list(workers.run([gives(1), gives(2)]))
        deadline = time.monotonic() + 10
        while set(working()) - before and time.monotonic() < deadline:
            time.sleep(0.01)
        assert set(working()) <= before

    def test_workers_start_no_job_after_an_interrupted_block(self) -> None:
        begun, may_end, late = Event(), Event(), Event()

        def long() -> int:
            begun.set()
            may_end.wait(10)
            return 1

        def last() -> int:
            late.set()
            return 2

        def stop() -> None:
            with Workers[int](1) as workers:
                for _ in workers.run([gives(0), long, last]):
                    begun.wait(10)
                    raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            stop()
        may_end.set()
        assert not late.wait(0.2)
