"""Working paths that a change breaks: a service could start, and after the change it cannot."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, assert_never

import msgspec

from skerry.diagnose.diagnosis import Blocker, Diagnosis, NeedDiagnosis, ServiceDiagnosis
from skerry.launch.needs import Call, Fault, Interface, Mount, Need, Placement, Unread
from skerry.model.planned_actions import PlannedAction
from skerry.reach.trace import Trace
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict

_FAILS: Final = (BLOCKED, INTERMITTENT)
_SEVERITY: Final = (OK, UNKNOWN, INTERMITTENT, BLOCKED)
_NeedKey = tuple[str, str, str]


class BrokenStep(msgspec.Struct, frozen=True, gc=False):
    """A step of a launch that worked before a change and fails after it, with its blockers."""

    step: str
    called: str
    blocks: str
    before: Verdict | None
    after: Verdict
    blockers: tuple[Blocker, ...] = ()


class BrokenService(msgspec.Struct, frozen=True, gc=False):
    """A service that a change breaks: its broken steps, and the actions of the change on their paths.

    Without an action on the paths themselves, ``causes`` are all actions.
    """

    service: str
    cluster: str
    before: Verdict
    after: Verdict
    steps: tuple[BrokenStep, ...]
    causes: tuple[PlannedAction, ...]


def find_breaks(before: Diagnosis, after: Diagnosis, actions: Sequence[PlannedAction]) -> tuple[BrokenService, ...]:
    """Return the services with a step that worked before a change and fails after it."""
    former = {_key_of(service): service for service in before.services}
    pairs = ((former.get(_key_of(service)), service) for service in after.services)
    breaks = (_break(was, service, actions) for was, service in pairs if was is not None)
    return tuple(one for one in breaks if one is not None)


def _key_of(service: ServiceDiagnosis) -> tuple[str, str]:
    return service.launch.cluster, service.launch.name


def _break(was: ServiceDiagnosis, now: ServiceDiagnosis, actions: Sequence[PlannedAction]) -> BrokenService | None:
    needs = {_need_key(row.need): row for row in was.needs}
    broken = [(needs.get(_need_key(row.need)), row) for row in now.needs if row.verdict in _FAILS]
    broken = [(old, row) for old, row in broken if _is_worse(was, old, row)]
    if not broken:
        return None
    resources = {name for old, row in broken for name in _resources_of(old, row)}
    on_paths = tuple(action for action in actions if action.ids & resources)
    steps = tuple(_step(old, row) for old, row in broken)
    names = (now.launch.name, now.launch.cluster)
    return BrokenService(*names, was.verdict, now.verdict, steps, on_paths or tuple(actions))


def _is_worse(was: ServiceDiagnosis, old: NeedDiagnosis | None, now: NeedDiagnosis) -> bool:
    """Return whether a failing step worked before; a step that is new counts if all steps worked."""
    if old is None:
        return was.verdict is OK and now.need.blocks == "start"
    return old.verdict in (OK, INTERMITTENT) and _SEVERITY.index(now.verdict) > _SEVERITY.index(old.verdict)


def _need_key(need: Need) -> _NeedKey:
    return type(need).__name__, need.step, _called(need)


def _called(need: Need) -> str:
    match need:
        case Call():
            return f"{need.host or need.note} {need.port or ''}".strip()
        case Mount():
            return need.file_system
        case Placement() | Interface() | Fault() | Unread():
            return ""
        case _:
            assert_never(need)


def _step(old: NeedDiagnosis | None, now: NeedDiagnosis) -> BrokenStep:
    before = None if old is None else old.verdict
    return BrokenStep(now.need.step, _called(now.need), now.need.blocks, before, now.verdict, now.blockers)


def _resources_of(old: NeedDiagnosis | None, now: NeedDiagnosis) -> Iterator[str]:
    """Yield the resources on the paths of a step before and after, and those that block it."""
    for blocker in now.blockers:
        yield from blocker.resource.split(", ")
    for row in (old, now):
        yield from _resources_on(() if row is None else row.traces)


def _resources_on(traces: Iterable[Trace]) -> Iterator[str]:
    for trace in traces:
        for hop, _ in trace.hops():
            yield from hop.resource.split(", ")
