"""Subnets and security groups by their ids or by the names that AWS's console shows."""

from collections.abc import Iterable, Sequence

from msgspec import UNSET

from skerry.errors import AmbiguousNameError, UnknownNameError
from skerry.model.record import name_of
from skerry.model.security_groups_and_acls import SecurityGroup
from skerry.model.world import World


def subnet_ids_of(world: World, names: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of subnets that are given by id or by the value of their Name tag.

    Raises `UnknownNameError` for a subnet that was not read, and `AmbiguousNameError` if several have a name.
    """
    return tuple(_subnet_id(world, name) for name in names)


def group_ids_of(world: World, names: Iterable[str], subnets: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the ids of security groups that are given by id, by the value of their Name tag, or by their group name.

    Of several with one name, those in the VPCs of ``subnets`` are meant. An id that was not read stays if not all
    groups are known. Raises `UnknownNameError` for any other unknown group, and `AmbiguousNameError` if several have a
    name.
    """
    vpcs = {subnet.vpc_id for name in subnets if (subnet := world.subnets.get(name)) is not None}
    return tuple(_group_id(world, name, vpcs) for name in names)


def _subnet_id(world: World, name: str) -> str:
    if name in world.subnets:
        return name
    names = {subnet.subnet_id: name_of(subnet.tags) for subnet in world.facts.subnets}
    matching = sorted(subnet_id for subnet_id, tag in names.items() if tag == name)
    if len(matching) > 1:
        raise AmbiguousNameError("subnet", name, matching)
    if not matching:
        raise UnknownNameError(f"there is no subnet {name}", name, _choices(names.items()))
    return matching[0]


def _group_id(world: World, name: str, vpcs: set[str]) -> str:
    if name in world.security_groups:
        return name
    groups = world.facts.security_groups
    matching = [group for group in groups if name in {name_of(group.tags), group.group_name}]
    nearby = [group for group in matching if not vpcs or group.vpc_id is UNSET or group.vpc_id in vpcs]
    ids = sorted(group.group_id for group in nearby or matching)
    if len(ids) > 1:
        raise AmbiguousNameError("security group", name, ids)
    if ids:
        return ids[0]
    if name.startswith("sg-") and not _are_groups_known(world, vpcs):
        return name
    usable = [group for group in groups if not vpcs or group.vpc_id in vpcs] or groups
    choices = _choices((group.group_id, _shown_name(group)) for group in usable)
    raise UnknownNameError(f"there is no security group {name}", name, choices)


def _are_groups_known(world: World, vpcs: set[str]) -> bool:
    """Return whether every group that an interface in these VPCs may have was read."""
    return world.knows("security_groups") or (bool(vpcs) and all(world.knows("security_groups", vpc) for vpc in vpcs))


def _shown_name(group: SecurityGroup) -> str | None:
    return name_of(group.tags) or group.group_name


def _choices(rows: Iterable[tuple[str, str | None]]) -> dict[str, str]:
    """Return the choices of an error: each id with its name, to be compared by name if it has one."""
    return {f"{resource_id} ({name})" if name else resource_id: name or resource_id for resource_id, name in rows}
