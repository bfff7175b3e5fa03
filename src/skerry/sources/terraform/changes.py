"""A plan as a change: its configuration before and after, on top of what exists."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET

from skerry.model.facts import Facts
from skerry.sources.planned.values import UNKNOWN, Value
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.existing import existing_instances
from skerry.sources.terraform.values import Instance

_ADOPTED: Final = {
    "aws_default_network_acl": ("aws_network_acl", ("egress", "ingress")),
    "aws_default_route_table": ("aws_route_table", ("route",)),
    "aws_default_security_group": ("aws_security_group", ("egress", "ingress")),
}
"""The types that adopt an object of AWS's own, the type of the object, and its attributes."""
_TARGETS: Final = (
    *("carrier_gateway_id", "core_network_arn", "egress_only_internet_gateway_id", "gateway_id", "instance_id"),
    *("local_gateway_id", "nat_gateway_id", "network_interface_id", "transit_gateway_id", "vpc_peering_connection_id"),
)


def split_change(
    after: Configuration, former: Iterable[Instance], existing: Facts
) -> tuple[Configuration, Configuration]:
    """Return the configurations before and after a plan, each with the existing resources that it names."""
    before = tuple(former)
    new = {one.id for one in after.instances if one.type == "aws_vpc" and one.is_new}
    old = (*_adopted(before, existing), *_not_yet_adopted(before, after.instances, existing, new))
    given = tuple(_adopted(after.instances, existing, new))
    others = existing_instances(existing, (*old, *given))
    shared = msgspec.structs.replace(after, is_change=True)
    return (
        msgspec.structs.replace(shared, instances=(*others, *old), closed=False),
        msgspec.structs.replace(shared, instances=(*others, *given)),
    )


def named_only(*configurations: Configuration) -> frozenset[str]:
    """Return the ids and names of existing resources that a plan names and does not manage: they are their address."""
    rows = (one for configuration in configurations for one in configuration.instances)
    return frozenset(one.address for one in rows if one.address == one.values.get("id") and one.mode == "managed")


def _adopted(instances: Iterable[Instance], existing: Facts, new_vpcs: Iterable[str] = ()) -> Iterator[Instance]:
    """Yield instances, with the object itself in place of a resource that adopts it."""
    for instance in instances:
        owned = _object_of(instance, existing) if instance.get("vpc_id") not in new_vpcs else None
        if instance.mode == "managed" and owned is not None:
            kind, names = _ADOPTED[instance.type]
            kept = {name: instance.values.get(name) for name in names}
            yield Instance(instance.address, kind, instance.mode, {**owned, **kept})
        else:
            yield instance


def _not_yet_adopted(
    before: Iterable[Instance], after: Iterable[Instance], existing: Facts, new_vpcs: Iterable[str]
) -> Iterator[Instance]:
    """Yield the objects that a plan adopts: they lose all their rules, entries or routes."""
    own = {instance.address for instance in before}
    for instance in after:
        owned = _object_of(instance, existing) if instance.get("vpc_id") not in new_vpcs else None
        if owned is None or instance.address in own:
            continue
        kind, names = _ADOPTED[instance.type]
        values = dict.fromkeys(names, UNKNOWN) if kind != "aws_route_table" else {"route": _routes(owned, existing)}
        yield Instance(instance.address, kind, instance.mode, {**owned, **values})


def _object_of(instance: Instance, existing: Facts) -> Mapping[str, Value] | None:
    """Return the id and the VPC of the object that a resource adopts, if it exists."""
    match instance.type:
        case "aws_default_security_group":
            rows = {
                str(row.vpc_id): (row.group_id, row.vpc_id)
                for row in existing.security_groups
                if row.group_name == "default" and row.vpc_id is not UNSET
            }
            wanted = instance.get("vpc_id")
        case "aws_default_route_table":
            rows = {row.route_table_id: (row.route_table_id, row.vpc_id) for row in existing.route_tables}
            wanted = instance.get("default_route_table_id")
        case "aws_default_network_acl":
            rows = {row.network_acl_id: (row.network_acl_id, row.vpc_id) for row in existing.network_acls}
            wanted = instance.get("default_network_acl_id")
        case _:
            return None
    row = rows.get(wanted) if isinstance(wanted, str) else None
    return None if row is None else {"id": row[0], "vpc_id": row[1]}


def _routes(owned: Mapping[str, Value], existing: Facts) -> list[dict[str, Any]]:
    """Return the routes of a table in Terraform's words, without those that stay when it is adopted.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/default_route_table
    """
    table = next(row for row in existing.route_tables if row.route_table_id == owned["id"])
    rows = []
    for route in table.routes if table.routes is not UNSET else ():
        if route.is_dynamic or (route.gateway_id or "").startswith(("local", "vpce-")):
            continue
        row = {name: value for name in _TARGETS if (value := getattr(route, name)) is not None}
        row["egress_only_gateway_id"] = row.pop("egress_only_internet_gateway_id", None)
        rows.append(
            {
                **row,
                "cidr_block": None if route.destination_cidr_block is None else str(route.destination_cidr_block),
                "ipv6_cidr_block": None
                if route.destination_ipv6_cidr_block is None
                else str(route.destination_ipv6_cidr_block),
                "destination_prefix_list_id": route.destination_prefix_list_id,
            }
        )
    return rows


def with_next_revision(instance: Instance, before: Iterable[Instance], existing: Facts) -> Instance:
    """Return a new task definition with the number of the next revision, which an existing one cannot have."""
    if instance.type != "aws_ecs_task_definition" or not instance.is_new:
        return instance
    family, arn = instance.get("family"), instance.get("arn")
    if not isinstance(family, str) or not isinstance(arn, str):
        return instance
    former = [one.get("revision", 0) for one in before if one.type == instance.type and one.get("family") == family]
    read = [row.revision for row in existing.task_definitions if row.family == family and row.revision is not None]
    number = 1 + max([0, *former, *read])
    return msgspec.structs.replace(
        instance, values={**instance.values, "arn": f"{arn.rpartition(':')[0]}:{number}", "revision": number}
    )
