"""The fingerprint of a plan, compared with the fingerprint of the account as it is now."""

from collections.abc import Collection, Iterable, Iterator

from skerry.apply.preflight.named_objects import exists
from skerry.apply.preflight.results import ApplyRefusal, RefusalCode
from skerry.model.world import World
from skerry.plan.changes import Change
from skerry.plan.fingerprints import is_record, records_of
from skerry.plan.records import CrossedObject, Fingerprint

_PLAN_AGAIN = ("Plan again: the plan was proven with the account as it was.",)
_SHOWN = 3
_Parts = dict[str, dict[str, CrossedObject]]


def check_fingerprint(world: World, planned: Fingerprint | None, now: Fingerprint) -> Iterator[ApplyRefusal]:
    """Yield a refusal for each object of the proof that differs, is gone, or is new on the way."""
    if planned is None:
        message = "the plan has no fingerprint, so nothing shows with which account it was proven"
        yield ApplyRefusal("NO_FINGERPRINT", "plan", message, _PLAN_AGAIN)
        return
    yield from _differences(world, _by_resource(planned.objects), _by_resource(now.objects))


def check_untouched(
    world: World, planned: Fingerprint | None, remaining: Iterable[Change], touched: Collection[str]
) -> Iterator[ApplyRefusal]:
    """Yield a refusal for each record that a remaining change starts from, if others changed it since the plan.

    ``touched`` are the resources that the steps before changed: each step compares those by itself.
    """
    if planned is None:
        return
    now = [crossed for crossed in records_of(world, remaining) if crossed.resource not in touched]
    names = {crossed.resource for crossed in now}
    before = [crossed for crossed in planned.objects if is_record(crossed) and crossed.resource in names]
    yield from _differences(world, _by_resource(before), _by_resource(now))


def _differences(world: World, before: _Parts, after: _Parts) -> Iterator[ApplyRefusal]:
    for resource in sorted(before.keys() | after.keys()):
        former, current = before.get(resource, {}), after.get(resource, {})
        if _digests(former) != _digests(current):
            yield _refusal(world, resource, former, current)


def _by_resource(objects: Iterable[CrossedObject]) -> _Parts:
    """Return the parts of each object by their kind: as a hop of walks, and as a record that a change starts from."""
    parts: _Parts = {}
    for crossed in objects:
        parts.setdefault(crossed.resource, {})[crossed.kind] = crossed
    return parts


def _digests(parts: dict[str, CrossedObject]) -> dict[str, str]:
    return {kind: crossed.digest for kind, crossed in parts.items()}


def _refusal(
    world: World, resource: str, former: dict[str, CrossedObject], current: dict[str, CrossedObject]
) -> ApplyRefusal:
    values, new_values = _values(former), _values(current)
    code: RefusalCode = "OBJECT_DIFFERS"
    what = f"{resource} is not as it was when the plan was made"
    if not former:
        code, what = "OBJECT_IS_NEW", f"{resource} decides now, and did not when the plan was made"
    elif not current and exists(world, resource):
        what = f"{resource} decides nothing any more"
    elif not current:
        code, what = "OBJECT_GONE", f"{resource} does not exist any more"
    lost = _spell("was", [value for value in values if value not in new_values])
    added = _spell("now", [value for value in new_values if value not in values])
    return ApplyRefusal(code, resource, f"{what}{lost}{added}", _PLAN_AGAIN)


def _values(parts: dict[str, CrossedObject]) -> list[str]:
    return list(dict.fromkeys(value for kind in sorted(parts) for value in parts[kind].values))


def _spell(when: str, values: list[str]) -> str:
    """Return the first values on a line each, with the number of the others."""
    lines = [f"\n  {when} {value}" for value in values[:_SHOWN]]
    more = len(values) - _SHOWN
    return "".join([*lines, f"\n  and {more} more"] if more > 0 else lines)
