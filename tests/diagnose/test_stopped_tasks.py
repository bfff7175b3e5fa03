"""Stopped tasks: what their reasons mean, and crash loops."""

import pytest

from skerry.diagnose.stopped_tasks import StopReason, crash_loops_of, stop_reasons_of
from skerry.model.arns import ResourceArn
from skerry.model.ecs import Task, TaskContainer

HEAD = 'CannotPullContainerError: failed to do request: Head "https://quay.io/v2/a/manifests/1": '
PULL = HEAD + "dial tcp {}:443: i/o timeout"


def task(number: int, reason: str, at: str | float | None = None, containers: tuple[TaskContainer, ...] = ()) -> Task:
    arn = f"arn:aws:ecs:eu-west-1:111122223333:task/main/{number}"
    return Task(
        ResourceArn(arn),
        cluster_arn="arn:aws:ecs:eu-west-1:111122223333:cluster/main",
        group="service:web",
        last_status="STOPPED",
        stopped_reason=reason,
        stopped_at=at,
        containers=containers,
    )


def of_web(*tasks: Task) -> tuple[StopReason, ...]:
    return stop_reasons_of(tasks)["main", "web"]


class TestStopReasonMeanings:
    def test_stop_reason_has_meaning_of_its_error_text(self) -> None:
        (stop,) = of_web(task(1, PULL.format("3.4.5.6")))
        assert stop.meaning
        assert (stop.meaning.step, stop.meaning.kind) == ("manifest", "network")

    def test_stop_reason_takes_meaning_of_container_reason(self) -> None:
        said = (TaskContainer("app", "CannotPullContainerError: manifest unknown"), TaskContainer("sidecar"))
        (stop,) = of_web(task(1, "Task failed to start", containers=said))
        assert stop.containers == ("CannotPullContainerError: manifest unknown",)
        assert stop.meaning
        assert stop.meaning.kind == "image"

    def test_unknown_stop_reason_has_no_meaning(self) -> None:
        (stop,) = of_web(task(1, "a reason"))
        assert stop.meaning is None


@pytest.mark.parametrize(
    ("times", "last"),
    [
        ((None, None), None),
        (("2026-11-01T10:00:00Z", "2026-11-02T12:30:00.500000+02:00"), "2026-11-02T10:30:00Z"),
        ((1_793_491_200.0, None), "2026-11-01T00:00:00Z"),
        ((1e300,), None),
    ],
)
def test_stop_reason_has_the_time_of_its_latest_stop(times: tuple[str | float | None, ...], last: str | None) -> None:
    (stop,) = of_web(*(task(number, "a reason", at) for number, at in enumerate(times)))
    assert stop.last_stopped == last


class TestCrashLoops:
    def test_crash_loop_groups_stops_with_the_same_cause(self) -> None:
        stops = of_web(*[task(number, PULL.format(f"3.4.5.{number}"), 1000.0 + 600 * number) for number in range(4)])
        assert len(stops) == 4
        (loop,) = crash_loops_of(stops)
        assert (loop.count, loop.per_hour, loop.meaning.step) == (4, 6.0, "manifest")

    def test_crash_loop_needs_more_than_two_stops(self) -> None:
        assert crash_loops_of(of_web(*[task(number, PULL.format("3.4.5.6"), 1.0) for number in range(2)])) == ()

    def test_crash_loop_ignores_stops_of_different_causes(self) -> None:
        others = [task(number, f"OutOfMemoryError: {number}") for number in range(2)]
        assert crash_loops_of(of_web(*others, task(7, PULL.format("3.4.5.6")))) == ()

    def test_crash_loop_ignores_unknown_reasons(self) -> None:
        assert crash_loops_of(of_web(*[task(number, "a reason") for number in range(5)])) == ()

    @pytest.mark.parametrize(
        "times",
        [
            (None, 1000.0, 2000.0),
            ("not a time", 1000.0, 2000.0),
            (1000.0, 1000.0, 1000.0),
            (None, None, None),
        ],
    )
    def test_crash_loop_has_no_rate_without_distinct_times(self, times: tuple[str | float | None, ...]) -> None:
        (loop,) = crash_loops_of(of_web(*[task(number, "OutOfMemoryError", at) for number, at in enumerate(times)]))
        assert (loop.count, loop.per_hour) == (3, None)

    def test_crash_loop_reads_iso_times_of_the_aws_cli(self) -> None:
        times = ("2026-11-28T12:00:00.500000+01:00", "2026-11-28T11:30:00.500000Z", "2026-11-28T12:00:00.500000")
        (loop,) = crash_loops_of(of_web(*[task(number, "OutOfMemoryError", at) for number, at in enumerate(times)]))
        assert loop.per_hour == 2.0


def test_stop_reasons_of_task_without_cluster_are_keyed_by_task_id() -> None:
    stopped = Task(
        ResourceArn("arn:aws:ecs:eu-west-1:1:task/1f"), last_status="STOPPED", stopped_reason="x", started_by="mine"
    )
    assert set(stop_reasons_of([stopped])) == {("", "1f")}
