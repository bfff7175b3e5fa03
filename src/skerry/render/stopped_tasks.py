"""ECS's messages about a service with their meaning: stopped tasks, crash loops, events."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.diagnose.stopped_tasks import CrashLoop
from skerry.render.explanations import wrap_paragraph
from skerry.render.text import bold, clean, dim, pluralize, style_word

if TYPE_CHECKING:
    from skerry.errortext.explain import Explanation

_MOST_STOPS = 5
_INDENT = 8
_FEW = 10


def describe_stopped_tasks(found: ServiceDiagnosis) -> Iterator[str]:
    """Yield the lines about ECS's messages; each cause is explained once."""
    explained: set[tuple[str, str]] = set()
    expected = {item.text for item in found.predictions}
    if found.stops:
        yield ""
        yield bold("  ECS printed:")
    for stop in found.stops[:_MOST_STOPS]:
        same = " (as predicted)" if stop.reason in expected else ""
        yield f"    {pluralize(stop.count, 'task')}{same}: {clean(stop.reason)}"
        for container in stop.containers[:_MOST_STOPS]:
            yield f"      container: {clean(container)}"
        yield from _meaning(stop.meaning, explained)
    if len(found.stops) > _MOST_STOPS:
        yield dim(f"    and {pluralize(len(found.stops) - _MOST_STOPS, 'other reason')}")
    yield from map(_loop, found.loops)
    if found.reasons:
        yield ""
        yield bold("  ECS says of the service:")
    for reason in found.reasons:
        yield f"    {clean(reason.text)}"
        yield from _meaning(reason.meaning, explained)


def _meaning(one: "Explanation | None", explained: set[tuple[str, str]]) -> Iterator[str]:
    if one is None or (one.rule, one.step) in explained:
        return
    explained.add((one.rule, one.step))
    name = f"means {one.kind.replace('_', ' ')} at {one.step}: "
    yield from wrap_paragraph(name, one.cause, _INDENT)


def _loop(loop: CrashLoop) -> str:
    each = loop.per_hour
    if each is None:
        rate = "at a rate that is not known: the times of some are missing"
    else:
        rate = f"{each:.0f} an hour" if each >= _FEW else f"{each:.1f} an hour"
    cause = f"{loop.meaning.kind.replace('_', ' ')} at {loop.meaning.step}"
    tasks = pluralize(loop.count, "task")
    return f"    {style_word('blocked')}: a crash loop: {tasks} stopped for one cause, {cause}, {rate}"
