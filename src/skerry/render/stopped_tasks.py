"""ECS's messages about a service with their meaning: stopped tasks, crash loops, events."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.diagnose.stopped_tasks import CrashLoop
from skerry.render.text import bold, clean, dim, pluralize, shorten_middle, style_word

if TYPE_CHECKING:
    from skerry.errortext.explain import Explanation

_MOST_STOPS = 5
_FEW = 10


def describe_stopped_tasks(service: ServiceDiagnosis, room: int | None = None) -> Iterator[str]:
    """Yield the lines about ECS's messages; each cause is explained once. Longer texts than ``room`` are cut."""
    explained: set[tuple[str, str]] = set()
    expected = {item.text for item in service.predictions}
    if service.stops:
        yield ""
        yield bold("ECS printed:")
    for stop in service.stops[:_MOST_STOPS]:
        words = "just the predicted error" if stop.reason in expected else _cut(stop.reason, room)
        yield f"  {pluralize(stop.count, 'task')}: {words}"
        when = "at a time that is not known" if stop.last_stopped is None else stop.last_stopped
        last = "stopped" if stop.count == 1 else "last stopped"
        yield dim(f"    {last} {when}, before the state that the verdict is about")
        for container in stop.containers[:_MOST_STOPS]:
            yield f"    container: {_cut(container, room)}"
        yield from _meaning(stop.meaning, explained)
    if len(service.stops) > _MOST_STOPS:
        yield dim(f"  and {pluralize(len(service.stops) - _MOST_STOPS, 'other reason')}")
    yield from map(_loop, service.loops)
    if service.reasons:
        yield ""
        yield bold("ECS says of the service:")
    for reason in service.reasons:
        yield f"  {_cut(reason.text, room)}"
        yield from _meaning(reason.meaning, explained)


def _cut(text: str, room: int | None) -> str:
    return clean(text) if room is None else shorten_middle(clean(text), room)


def _meaning(explanation: "Explanation | None", explained: set[tuple[str, str]]) -> Iterator[str]:
    if explanation is None or (explanation.rule, explanation.step) in explained:
        return
    explained.add((explanation.rule, explanation.step))
    name = f"means {explanation.kind.replace('_', ' ')} at {explanation.step}:"
    yield f"    {bold(name)} {clean(explanation.cause)}"


def _loop(loop: CrashLoop) -> str:
    each = loop.per_hour
    if each is None:
        rate = "at a rate that is not known: the times of some are missing"
    else:
        rate = f"{each:.0f} an hour" if each >= _FEW else f"{each:.1f} an hour"
    cause = f"{loop.meaning.kind.replace('_', ' ')} at {loop.meaning.step}"
    tasks = pluralize(loop.count, "task")
    return f"  {style_word('blocked')}: a crash loop: {tasks} stopped for one cause, {cause}, {rate}"
