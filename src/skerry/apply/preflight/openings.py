"""Inbound rules of a plan file, compared with those that skerry plans: from the block of a subnet, or from a group."""

from collections.abc import Iterable, Iterator

from skerry.apply.preflight.results import ApplyRefusal
from skerry.model.world import World
from skerry.plan.changes import AuthorizeRule, Change


def check_openings(world: World, changes: Iterable[Change]) -> Iterator[ApplyRefusal]:
    """Yield a refusal for each inbound rule from other addresses, as somebody may write them into a plan file."""
    blocks = {str(subnet.cidr_block) for subnet in world.subnets.values()}
    for change in changes:
        if not isinstance(change, AuthorizeRule) or change.direction != "in" or change.rule.kind == "group":
            continue
        if change.rule.peer not in blocks:
            message = f"a rule of {change.group_id} admits {change.rule.peer}, which is no subnet's block"
            yield ApplyRefusal("RULE_TOO_WIDE", change.group_id, message, ("skerry plans no such rule: plan again.",))
