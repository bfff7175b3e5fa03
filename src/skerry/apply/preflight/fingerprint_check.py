"""The fingerprint of a plan, compared with the fingerprint of the account as it is now."""

from collections.abc import Iterator

from skerry.apply.preflight.named_objects import exists
from skerry.apply.preflight.results import ApplyRefusal, RefusalCode
from skerry.model.world import World
from skerry.plan.records import CrossedObject, Fingerprint

_PLAN_AGAIN = ("Plan again: the plan was proven with the account as it was.",)
_SHOWN = 3


def check_fingerprint(world: World, planned: Fingerprint | None, now: Fingerprint) -> Iterator[ApplyRefusal]:
    """Yield a refusal for each object of the proof that differs, is gone, or is new on the way."""
    if planned is None:
        message = "the plan has no fingerprint, so nothing shows with which account it was proven"
        yield ApplyRefusal("NO_FINGERPRINT", "plan", message, _PLAN_AGAIN)
        return
    before, after = _by_resource(planned), _by_resource(now)
    for resource in sorted(before.keys() | after.keys()):
        former, current = before.get(resource, {}), after.get(resource, {})
        if _digests(former) != _digests(current):
            yield _refusal(world, resource, former, current)


def _by_resource(fingerprint: Fingerprint) -> dict[str, dict[str, CrossedObject]]:
    """Return the parts of each object by their kind: as a hop of walks, and as a record that a change starts from."""
    parts: dict[str, dict[str, CrossedObject]] = {}
    for crossed in fingerprint.objects:
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
