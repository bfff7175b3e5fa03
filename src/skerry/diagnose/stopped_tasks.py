"""Stopped tasks: what ECS said of them, what that means, and whether a service starts and stops in a loop."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from skerry.launch.scheduled_tasks import started_by
from skerry.model.ecs import Task

if TYPE_CHECKING:
    from skerry.errortext.explain import Explanation

# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html#ECS-Type-Task-stopCode
_ON_PURPOSE = {"ServiceSchedulerInitiated", "UserInitiated", "SpotInterruption", "TerminationNotice"}
_LOOP = 3
_HOUR = 3600.0
_SERVICE = "service:"


def meaning_of(text: str) -> "Explanation | None":
    """What a text of ECS's means, by what it proves most; None where that is not known."""
    # Most diagnoses have no text to explain, and need not wait for what explains it.
    from skerry.errortext.explain import explain  # noqa: PLC0415

    return next(iter(explain(text)), None)


class Stop(msgspec.Struct, frozen=True, gc=False):
    """A reason that ECS really gave for stopped tasks of the service, and how many tasks it was for.

    ``times`` are the seconds since 1970 at which those stopped whose time is known; ``containers`` what ECS said of
    their containers.
    """

    reason: str
    count: int
    times: tuple[float, ...] = ()
    containers: tuple[str, ...] = ()

    @property
    def meaning(self) -> "Explanation | None":
        """What the reason means: that of a container where it says more than the task's."""
        return meaning_of("\n\n".join([self.reason, *self.containers]))


class Loop(msgspec.Struct, frozen=True, gc=False):
    """Tasks that stop again and again for one cause; ``per_hour`` is None where times are missing."""

    meaning: "Explanation"
    count: int
    per_hour: float | None


class ExplainedReason(msgspec.Struct, frozen=True, gc=False):
    """A text of ECS about a service, and its meaning; None if that is not known."""

    text: str
    meaning: "Explanation | None"


def explained_reasons(texts: Iterable[str]) -> tuple[ExplainedReason, ...]:
    """Return the texts of ECS with their meaning."""
    return tuple(ExplainedReason(text, meaning_of(text)) for text in texts)


def stops_of(tasks: Iterable[Task]) -> dict[tuple[str, str], tuple[Stop, ...]]:
    """The reasons of stopped tasks, by cluster and service (rule, schedule, or task), the most frequent first."""
    found: dict[tuple[str, str], dict[str, list[Task]]] = {}
    for task in tasks:
        reason = task.stopped_reason
        if task.last_status != "STOPPED" or reason is None or task.stop_code in _ON_PURPOSE:
            continue
        for key in _keys(task):
            found.setdefault(key, {}).setdefault(reason, []).append(task)
    return {
        key: tuple(sorted((_stop(*item) for item in reasons.items()), key=lambda stop: -stop.count))
        for key, reasons in found.items()
    }


def _keys(task: Task) -> set[tuple[str, str]]:
    cluster = "" if isinstance(task.cluster_arn, msgspec.UnsetType) else task.cluster_arn.rpartition("/")[2]
    keys = {(cluster, task.task_arn.rpartition("/")[2])}
    if task.group is not None and task.group.startswith(_SERVICE):
        keys.add((cluster, task.group.removeprefix(_SERVICE)))
    mark = task.started_by or ""
    # EventBridge's marks have a slash; one of somebody's own might be the name of a service.
    if "/" in mark:
        keys.add((cluster, started_by(mark)))
    return keys


def _stop(reason: str, tasks: Sequence[Task]) -> Stop:
    times = (time for task in tasks if (time := _seconds(task.stopped_at)) is not None)
    said = (container.reason for task in tasks for container in task.containers if container.reason)
    return Stop(reason, len(tasks), tuple(times), tuple(dict.fromkeys(said)))


def _seconds(told: str | float | None) -> float | None:
    """A time as AWS prints it, as ISO 8601 or in seconds since 1970; None where it is neither."""
    if not isinstance(told, str):
        return told
    try:
        time = datetime.fromisoformat(told)
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def loops(stops: Iterable[Stop]) -> tuple[Loop, ...]:
    """Causes that stopped at least three tasks, whatever addresses and ids their reasons name."""
    same: dict[tuple[str, str], list[tuple[Stop, Explanation]]] = {}
    for stop in stops:
        meaning = stop.meaning
        if meaning is not None:
            same.setdefault((meaning.rule, meaning.step), []).append((stop, meaning))
    found = (_loop([stop for stop, _ in pairs], pairs[0][1]) for pairs in same.values())
    return tuple(loop for loop in found if loop.count >= _LOOP)


def _loop(stops: Sequence[Stop], meaning: "Explanation") -> Loop:
    count = sum(stop.count for stop in stops)
    times = [time for stop in stops for time in stop.times]
    lasted = max(times, default=0.0) - min(times, default=0.0)
    # Between as many stops lies one span fewer; a rate is told only where the time of every stop is known.
    per_hour = (count - 1) * _HOUR / lasted if len(times) == count and lasted > 0 else None
    return Loop(meaning, count, per_hour)
