"""Rules in the existing security groups of endpoints, if the code gives these groups to endpoints alone.

A planner that sees no interfaces adds a new group to endpoints, as others may have the existing one. Code tells who
has it.
"""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import UNSET

from skerry.model.world import World
from skerry.plan.changes import AuthorizeRule, CreateInterfaceEndpoint, CreateSecurityGroup, ModifyEndpoint
from skerry.plan.records import Plan, Planned
from skerry.sources.terraform.code_references import CodeReferences


def with_own_groups(plan: Plan, world: World, references: CodeReferences) -> Plan:
    """Return a plan with rules of existing groups in place of each new group, if only endpoints have them."""
    changes = plan.changes
    for planned in plan.changes:
        if isinstance(planned.change, CreateSecurityGroup):
            groups = _groups_of(planned.change.group_id, plan.changes, world, references)
            if groups:
                changes = tuple(_without_group(planned.change.group_id, groups, changes))
    return msgspec.structs.replace(plan, changes=changes)


def _groups_of(new: str, changes: Iterable[Planned], world: World, references: CodeReferences) -> list[str]:
    """Return the groups of the endpoints that would get a new one; none if one has no group of its own."""
    groups: dict[str, None] = {}
    for planned in changes:
        change = planned.change
        if isinstance(change, CreateInterfaceEndpoint) and new in change.groups:
            return []
        if isinstance(change, ModifyEndpoint) and new in change.groups:
            rows = world.vpc_endpoints[change.endpoint_id].groups
            names = [] if rows is UNSET else [one.group_id for one in rows]
            own = next((name for name in names if references.is_only_of_endpoints(name)), None)
            if own is None:
                return []
            groups[own] = None
    return list(groups)


def _without_group(new: str, groups: Iterable[str], changes: Iterable[Planned]) -> Iterator[Planned]:
    for planned in changes:
        change = planned.change
        match change:
            case CreateSecurityGroup() if change.group_id == new:
                continue
            case AuthorizeRule() if change.group_id == new:
                for group in groups:
                    rule = msgspec.structs.replace(change, group_id=group)
                    yield msgspec.structs.replace(planned, change=rule)
            case ModifyEndpoint() if new in change.groups:
                kept = msgspec.structs.replace(change, groups=tuple(one for one in change.groups if one != new))
                if kept != ModifyEndpoint(change.endpoint_id):
                    yield msgspec.structs.replace(planned, change=kept)
            case _:
                yield planned
