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


def describe_stopped_tasks(service: ServiceDiagnosis) -> Iterator[str]:
    """Yield the lines about ECS's messages; each cause is explained once."""
    explained: set[tuple[str, str]] = set()
    expected = {item.text for item in service.predictions}
    if service.stops:
        yield ""
        yield bold("  ECS printed:")
    for stop in service.stops[:_MOST_STOPS]:
        same = " (as predicted)" if stop.reason in expected else ""
        yield f"    {pluralize(stop.count, 'task')}{same}: {clean(stop.reason)}"
        for container in stop.containers[:_MOST_STOPS]:
            yield f"      container: {clean(container)}"
        yield from _meaning(stop.meaning, explained)
    if len(service.stops) > _MOST_STOPS:
        yield dim(f"    and {pluralize(len(service.stops) - _MOST_STOPS, 'other reason')}")
    yield from map(_loop, service.loops)
    if service.reasons:
        yield ""
        yield bold("  ECS says of the service:")
    for reason in service.reasons:
        yield f"    {clean(reason.text)}"
        yield from _meaning(reason.meaning, explained)


def _meaning(explanation: "Explanation | None", explained: set[tuple[str, str]]) -> Iterator[str]:
    if explanation is None or (explanation.rule, explanation.step) in explained:
        return
    explained.add((explanation.rule, explanation.step))
    name = f"means {explanation.kind.replace('_', ' ')} at {explanation.step}: "
    yield from wrap_paragraph(name, explanation.cause, _INDENT)


def _loop(loop: CrashLoop) -> str:
    each = loop.per_hour
    if each is None:
        rate = "at a rate that is not known: the times of some are missing"
    else:
        rate = f"{each:.0f} an hour" if each >= _FEW else f"{each:.1f} an hour"
    cause = f"{loop.meaning.kind.replace('_', ' ')} at {loop.meaning.step}"
    tasks = pluralize(loop.count, "task")
    return f"    {style_word('blocked')}: a crash loop: {tasks} stopped for one cause, {cause}, {rate}"
