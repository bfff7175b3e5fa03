"""The actions of a plan, with the ids of the records that each concerns."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from skerry.model.planned_actions import ActionKind, PlannedAction
from skerry.sources.terraform.addresses import address_of_code
from skerry.sources.terraform.values import Instance

_PARENTS: Final = (
    *("cluster", "default_network_acl_id", "default_route_table_id", "internet_gateway_id", "network_acl_id", "role"),
    *("route_table_id", "security_group_id", "subnet_id", "vpc_endpoint_id"),
)
"""The attributes by which a part of a resource names it."""
_OF_ROLES: Final = ("aws_iam_role", "aws_iam_role_policy", "aws_iam_role_policy_attachment")
_PARTS: Final = (
    *("_association", "_attachment", "_rule", "aws_default_", "aws_iam_role_policy", "aws_route", "_endpoint_policy"),
    "_private_dns",
)
"""Pieces of the names of types that are parts of other resources."""


def actions_of(
    before: Iterable[Instance], after: Iterable[Instance], acted: Collection[str], roles: Mapping[str, str]
) -> tuple[PlannedAction, ...]:
    """Return the actions of a plan, in the order of its addresses; ``acted`` are those of all its changes.

    ``roles`` are the ARNs of existing roles by name: a policy of a role names it so.
    """
    old = {instance.address: instance for instance in before if instance.mode == "managed"}
    new = {instance.address: instance for instance in after if instance.mode == "managed"}
    rows = []
    for address in sorted({**old, **new}):
        was, will = old.get(address), new.get(address)
        if address.partition(" (deposed ")[0] in acted:
            ids = {name for one in (was, will) if one is not None for name in _ids_of(one)}
            of_role = address_of_code(address).rpartition(".")[0].endswith(_OF_ROLES)
            ids |= {arn for name, arn in roles.items() if of_role and name in ids}
            rows.append(PlannedAction(address, _kind_of(was, will), frozenset(ids)))
    return tuple(rows)


def _kind_of(was: Instance | None, will: Instance | None) -> ActionKind:
    if will is None:
        return "deleted"
    if was is None:
        return "created"
    return "replaced" if will.is_new else "changed"


def _ids_of(instance: Instance) -> Iterator[str]:
    yield instance.id
    names = ("arn", "name", *(_PARENTS if any(part in instance.type for part in _PARTS) else ()))
    for name in names:
        value = instance.values.get(name)
        if isinstance(value, str) and value:
            yield value
