"""Threads run jobs at the same time, tell the first error, and end."""

import time
from collections.abc import Callable
from threading import Barrier, Event, Thread, active_count
from threading import enumerate as threads

import pytest

from skerry.errors import SkerryError
from skerry.sources.workers import Workers


def gives(value: int) -> Callable[[], int]:
    return lambda: value


def working() -> list[Thread]:
    return [thread for thread in threads() if thread.name == "skerry reading"]


class TestJobs:
    def test_give_their_results_with_their_positions(self) -> None:
        with Workers[int](3) as workers:
            assert sorted(workers.run([gives(5), gives(6), gives(7), gives(8)])) == [(0, 5), (1, 6), (2, 7), (3, 8)]

    def test_may_be_none(self) -> None:
        with Workers[int](3) as workers:
            assert list(workers.run([])) == []

    def test_may_come_in_several_lots(self) -> None:
        with Workers[int](2) as workers:
            assert list(workers.run([gives(1)])) == [(0, 1)]
            assert sorted(workers.run([gives(2), gives(3)])) == [(0, 2), (1, 3)]

    def test_run_at_the_same_time(self) -> None:
        together = Barrier(3, timeout=10)
        with Workers[int](3) as workers:
            assert len(list(workers.run([together.wait] * 3))) == 3

    def test_run_no_more_at_a_time_than_they_may(self) -> None:
        before = active_count()
        with Workers[int](2) as workers:
            counts = [count for _, count in workers.run([active_count] * 20)]
        assert max(counts) - before <= 2

    def test_that_fail_raise_their_error(self) -> None:
        def fail() -> int:
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"), Workers[int](2) as workers:
            list(workers.run([fail]))


class TestTheThreads:
    def test_do_not_keep_the_program_running(self) -> None:
        with Workers[int](2) as workers:
            list(workers.run([gives(1)]))
            assert {thread.daemon for thread in working()} == {True}

    def test_end_with_the_block(self) -> None:
        before = set(working())
        with Workers[int](2) as workers:
            list(workers.run([gives(1), gives(2)]))
        deadline = time.monotonic() + 10
        while set(working()) - before and time.monotonic() < deadline:
            time.sleep(0.01)
        assert set(working()) <= before

    def test_begin_no_job_after_the_block(self) -> None:
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


class TestThreads:
    def test_that_cannot_be_started_are_done_without(self, monkeypatch: pytest.MonkeyPatch) -> None:
        start = Thread.start
        started: list[Thread] = []

        def only_one(thread: Thread) -> None:
            if started:
                raise RuntimeError("can't start new thread")
            started.append(thread)
            start(thread)

        monkeypatch.setattr(Thread, "start", only_one)
        with Workers[int](3) as workers:
            assert sorted(workers.run([gives(5), gives(6), gives(7)])) == [(0, 5), (1, 6), (2, 7)]

    def test_of_which_none_can_be_started_are_an_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(_: Thread) -> None:
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr(Thread, "start", refuse)
        with Workers[int](3) as workers, pytest.raises(SkerryError, match="no thread can be started") as caught:
            list(workers.run([gives(5)]))
        assert caught.value.exit_code == 2
