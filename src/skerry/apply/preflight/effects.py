"""Effects of a plan on others, judged again in the World that was read for the apply.

The dispositions of a file are not trusted: an older plan may not know today's workloads, and a file can be edited.
"""

from collections.abc import Iterable, Iterator

from skerry.apply.preflight.results import Allowance, ApplyRefusal, ApplyRemark, CheckResult
from skerry.model.world import World
from skerry.plan import impact
from skerry.plan.changes import is_new, resource_of
from skerry.plan.disruption import disposition_of, owner_of
from skerry.plan.records import Planned
from skerry.plan.scope import Failing, Scope
from skerry.plan.world_after import apply_changes
from skerry.reach.walk import Walker
from skerry.verdicts import UNKNOWN

_ALLOW = ("If that is acceptable now, allow disruptive changes.",)


def check_effects(
    world: World, scope: Scope, rows: Iterable[Planned], allowed: frozenset[Allowance]
) -> Iterator[CheckResult]:
    """Yield refusals for disruptive changes, for flows that break, and for objects of another account.

    ``rows`` are the changes that the apply makes itself: nothing may break before somebody makes the others.
    """
    planned = tuple(rows)
    changes = tuple(row.change for row in planned)
    changed = apply_changes(world, changes)
    flows = impact.find_working_flows(Walker(world), scope, changes)
    broken = tuple(impact.find_broken_flows(changed, flows))
    for row in planned:
        resource = resource_of(row.change)
        disposition, note = disposition_of(world, row.change, flows, broken)
        owner = owner_of(world, changed, row.change)
        if owner is not None:
            message = f"only account {owner}, which owns the VPC, can make the change of {resource}"
            yield ApplyRefusal("OWNER_DIFFERS", resource, message, ("Let that account apply this change.",))
        if disposition == "disruptive" or row.disposition == "disruptive":
            yield _disruptive(resource, note or row.note, allowed)
    yield from map(_flow_breaks, broken)


def _disruptive(resource: str, note: str, allowed: frozenset[Allowance]) -> CheckResult:
    name = "a new object" if is_new(resource) else resource
    message = f"the change of {name} is disruptive: {note}" if note else f"the change of {name} is disruptive"
    if "disruptive" in allowed:
        return ApplyRemark("ALLOWED_DISRUPTIVE", resource, message)
    return ApplyRefusal("CHANGE_IS_DISRUPTIVE", resource, message, _ALLOW, "disruptive")


def _flow_breaks(failing: Failing) -> ApplyRefusal:
    """Return the refusal for a flow that works now, and not after the changes."""
    clients = ", ".join(failing.kind.names)
    host = getattr(failing.need, "host", None) or "a service"
    sure = "may no longer work" if failing.outcome.verdict is UNKNOWN else "no longer works"
    message = f"{host} works from {failing.subnet} for {clients}, and after the changes it {sure}"
    return ApplyRefusal("FLOW_BREAKS", failing.subnet, message, ("Plan again: the plan must not break it.",))
