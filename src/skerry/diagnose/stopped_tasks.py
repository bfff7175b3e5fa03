"""Stopped tasks: their reasons, the meaning of each reason, and crash loops of a service."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from skerry.model.ecs import Task

if TYPE_CHECKING:
    from skerry.errortext.explain import Explanation

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html#ECS-Type-Task-stopCode
_ON_PURPOSE = {"ServiceSchedulerInitiated", "UserInitiated", "SpotInterruption", "TerminationNotice"}
_LOOP = 3
_HOUR = 3600.0
_SERVICE = "service:"


def meaning_of(text: str) -> "Explanation | None":
    """Return the most certain explanation of an ECS message, or None if no rule matches."""
    # Most diagnoses have no text to explain, and need not load the rules.
    from skerry.errortext.explain import explain  # noqa: PLC0415

    return next(iter(explain(text)), None)


class StopReason(msgspec.Struct, frozen=True, gc=False):
    """Reason given by ECS for stopped tasks of a service, with their count.

    ``times`` are the known times of the stops, in seconds since 1970; ``containers`` the reasons of their containers.
    """

    reason: str
    count: int
    times: tuple[float, ...] = ()
    containers: tuple[str, ...] = ()

    @property
    def meaning(self) -> "Explanation | None":
        """The explanation of the reason; a container's reason is preferred if it is more precise than the task's."""
        return meaning_of("\n\n".join([self.reason, *self.containers]))

    @property
    def last_stopped(self) -> str | None:
        """The time of the latest stop in UTC, in the form of ISO 8601; None if no time is known."""
        try:
            latest = datetime.fromtimestamp(max(self.times), UTC)
        except (OverflowError, OSError, ValueError):
            # No stop has a time, or one beyond the calendar.
            return None
        return latest.isoformat(timespec="seconds").replace("+00:00", "Z")


class CrashLoop(msgspec.Struct, frozen=True, gc=False):
    """Crash loop: tasks that stop repeatedly for one cause; ``per_hour`` is None if times are missing."""

    meaning: "Explanation"
    count: int
    per_hour: float | None


class ExplainedReason(msgspec.Struct, frozen=True, gc=False):
    """A text of ECS about a service, and its meaning; None if that is not known."""

    text: str
    meaning: "Explanation | None"


def explain_reasons(texts: Iterable[str]) -> tuple[ExplainedReason, ...]:
    """Return the texts of ECS with their meaning."""
    return tuple(ExplainedReason(text, meaning_of(text)) for text in texts)


def stop_reasons_of(tasks: Iterable[Task]) -> dict[tuple[str, str], tuple[StopReason, ...]]:
    """Return the reasons of stopped tasks by cluster and service (or rule, schedule, task), most frequent first."""
    tasks_by_reason: dict[tuple[str, str], dict[str, list[Task]]] = {}
    for task in tasks:
        reason = task.stopped_reason
        if task.last_status != "STOPPED" or reason is None or task.stop_code in _ON_PURPOSE:
            continue
        for key in _keys_of(task):
            tasks_by_reason.setdefault(key, {}).setdefault(reason, []).append(task)
    return {
        key: tuple(sorted((_stop_reason_of(*item) for item in reasons.items()), key=lambda stop: -stop.count))
        for key, reasons in tasks_by_reason.items()
    }


def _keys_of(task: Task) -> set[tuple[str, str]]:
    cluster = "" if isinstance(task.cluster_arn, msgspec.UnsetType) else task.cluster_arn.rpartition("/")[2]
    keys = {(cluster, task.task_arn.rpartition("/")[2])}
    if task.group is not None and task.group.startswith(_SERVICE):
        keys.add((cluster, task.group.removeprefix(_SERVICE)))
    mark = task.started_by or ""
    # The marks of EventBridge contain a slash. A mark without one may be a user's own, and equal a service's name.
    if "/" in mark:
        from skerry.launch.scheduled_tasks import started_by_of  # noqa: PLC0415 -- few tasks have such a mark

        keys.add((cluster, started_by_of(mark)))
    return keys


def _stop_reason_of(reason: str, tasks: Sequence[Task]) -> StopReason:
    times = (time for task in tasks if (time := _parse_time(task.stopped_at)) is not None)
    container_reasons = (container.reason for task in tasks for container in task.containers if container.reason)
    return StopReason(reason, len(tasks), tuple(times), tuple(dict.fromkeys(container_reasons)))


def _parse_time(timestamp: str | float | None) -> float | None:
    """Parse a time in AWS's formats, ISO 8601 or seconds since 1970; return None for any other text."""
    if not isinstance(timestamp, str):
        return timestamp
    try:
        time = datetime.fromisoformat(timestamp)
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def crash_loops_of(stops: Iterable[StopReason]) -> tuple[CrashLoop, ...]:
    """Return the causes that stopped at least three tasks; addresses and ids in the reasons are ignored."""
    same: dict[tuple[str, str], list[tuple[StopReason, Explanation]]] = {}
    for stop in stops:
        meaning = stop.meaning
        if meaning is not None:
            same.setdefault((meaning.rule, meaning.step), []).append((stop, meaning))
    loops = (_crash_loop_of([stop for stop, _ in pairs], pairs[0][1]) for pairs in same.values())
    return tuple(loop for loop in loops if loop.count >= _LOOP)


def _crash_loop_of(stops: Sequence[StopReason], meaning: "Explanation") -> CrashLoop:
    count = sum(stop.count for stop in stops)
    times = [time for stop in stops for time in stop.times]
    lasted = max(times, default=0.0) - min(times, default=0.0)
    # N stops have N - 1 intervals. A rate needs the time of every stop.
    per_hour = (count - 1) * _HOUR / lasted if len(times) == count and lasted > 0 else None
    return CrashLoop(meaning, count, per_hour)
