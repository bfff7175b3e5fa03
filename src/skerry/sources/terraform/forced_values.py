"""Values that a plan leaves unknown, and rules of AWS or of the provider do not."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from skerry.sources.planned.values import UNKNOWN, Value
from skerry.sources.terraform.attributes import ATTRIBUTES, HARMLESS
from skerry.sources.terraform.references import ReferenceResolver, references_of
from skerry.sources.terraform.values import Instance

_ACL, _GROUP, _ROLE, _TABLE = "aws_network_acl", "aws_security_group", "aws_iam_role", "aws_route_table"
_INGRESS, _EGRESS = "aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule"


class _Owner(NamedTuple):
    """The owner of a part: its type, its attribute and the argument of the part that name it, and its own lists."""

    type: str
    key: str
    argument: str
    lists: tuple[str, ...]


_OWNERS: Final = {
    "aws_iam_role_policy": _Owner(_ROLE, "name", "role", ("inline_policy",)),
    "aws_iam_role_policy_attachment": _Owner(_ROLE, "name", "role", ("managed_policy_arns",)),
    "aws_network_acl_rule": _Owner(_ACL, "id", "network_acl_id", ("egress", "ingress")),
    "aws_route": _Owner(_TABLE, "id", "route_table_id", ("route",)),
    _EGRESS: _Owner(_GROUP, "id", "security_group_id", ("egress",)),
    _INGRESS: _Owner(_GROUP, "id", "security_group_id", ("ingress",)),
}
"""The owners of parts by the types of the parts.

The provider's pages say of each pair that both cannot be used together, and of the policies of a role that each way
excludes the other one of its own type:
https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/route_table,
https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/security_group,
https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/network_acl,
https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/iam_role.
"""
_ROUTABLE: Final = (
    *(
        "aws_customer_gateway",
        "aws_dx_",
        "aws_ec2_carrier_gateway",
        "aws_ec2_local_gateway_",
        "aws_ec2_transit_gateway",
    ),
    *("aws_egress_only_internet_gateway", "aws_instance", "aws_internet_gateway", "aws_nat_gateway"),
    *("aws_network_interface", "aws_networkfirewall_", "aws_networkmanager_", "aws_odb_", "aws_spot_"),
    *("aws_vpc_peering_connection", "aws_vpn_", "aws_outposts_"),
)
"""The beginnings of the types that a route may lead to: https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html."""
_UNROUTABLE: Final = ("aws_autoscaling_", "aws_launch_", "aws_iam_", "aws_s3_", *HARMLESS)
_OF_AWS: Final = ":iam::aws:policy/"
"""A part of the ARNs of AWS's own policies: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html."""
_OWNING: Final = (_ACL, _GROUP, _ROLE, _TABLE)
_BLOCK = re.compile(r"^([a-z][a-z0-9]*_[\w-]+)\.[\w-]+")
_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|\d+)\]$')
_ASSOCIATION: Final = "aws_route_table_association"


def with_forced_values(
    instances: Iterable[Instance], resolver: ReferenceResolver, types: Iterable[str], *, closed: bool
) -> tuple[Instance, ...]:
    """Return instances with known values in place of unknown ones that leave no choice."""
    rows = _with_associated_subnets(tuple(instances), resolver)
    exclusive = set(_exclusive(rows, resolver))
    kinds = set(types)
    new_vpcs = {row.id for row in rows if row.type == "aws_vpc" and row.is_new} if closed else set()
    no_targets = new_vpcs if not any(map(_may_be_target, kinds)) and not _has_gateway_load_balancer(rows) else set()
    return tuple(_forced(row, resolver, exclusive, no_targets) for row in rows)


def _may_be_target(kind: str) -> bool:
    """Return whether a route may lead to a resource of a type; of an unfamiliar type nobody knows."""
    if kind.startswith(_UNROUTABLE) or not kind.startswith("aws_"):
        return False
    return kind.startswith(_ROUTABLE) or kind not in ATTRIBUTES


def _has_gateway_load_balancer(rows: Iterable[Instance]) -> bool:
    kinds = (row.get("vpc_endpoint_type") for row in rows if row.type == "aws_vpc_endpoint")
    return any(kind is UNKNOWN or kind == "GatewayLoadBalancer" for kind in kinds)


def _exclusive(rows: Iterable[Instance], resolver: ReferenceResolver) -> Iterator[tuple[str, str]]:
    """Yield the owner of each part, by its id or name or as it is written, with each list that the part excludes."""
    for row in rows:
        owner = _owner_of(row.type, row.get("type")) if row.mode == "managed" else None
        name = None if owner is None else row.get(owner.argument)
        if owner is not None and isinstance(name, str):
            # With a policy of AWS, a role for tasks needs no inline one to start them.
            more = ("inline_policy",) if _OF_AWS in str(row.get("policy_arn")) else ()
            yield from ((f"{owner.key} {name}", one) for one in (*owner.lists, *more))
    # A block of no instances is written too.
    for prefix, module in resolver.modules():
        for resource in module.resources:
            way = resource.expressions.get("type", {})
            kind = resource.address.partition(".")[0]
            owner = _owner_of(kind, way.get("constant_value") if isinstance(way, dict) else None)
            for name in [] if owner is None else references_of(resource, owner.argument):
                block = _BLOCK.match(name)
                if owner is not None and block is not None and block[1] == owner.type:
                    yield from ((f"block {prefix}{block[0]}", one) for one in owner.lists)


def _owner_of(kind: str, way: Value) -> "_Owner | None":
    """Return the owner of a part; ``way`` is the direction of a rule."""
    if kind == "aws_security_group_rule":
        return _Owner(_GROUP, "id", "security_group_id", (str(way),))
    return _OWNERS.get(kind)


def _forced(
    row: Instance, resolver: ReferenceResolver, exclusive: set[tuple[str, str]], no_targets: set[str]
) -> Instance:
    """Return an instance with empty lists in place of unknown ones that its configuration cannot write."""
    if not row.is_new:
        return row
    emptied: dict[str, Value] = {}
    names = {f"{key} {name}" for key in ("id", "name") if isinstance(name := row.get(key), str)}
    names.add(f"block {_INDEX.sub('', row.address)}")
    for key, value in row.values.items():
        if value is not UNKNOWN or resolver.is_written(row, key):
            continue
        is_excluded = any((name, key) in exclusive for name in names)
        if (row.type in _OWNING and is_excluded) or (
            row.type == _TABLE and key == "route" and row.get("vpc_id") in no_targets
        ):
            emptied[key] = []
    return msgspec.structs.replace(row, values={**row.values, **emptied}) if emptied else row


def _with_associated_subnets(rows: tuple[Instance, ...], resolver: ReferenceResolver) -> tuple[Instance, ...]:
    """Return instances with a subnet for each association of a block.

    AWS refuses a second association of a subnet, so that as many associations as subnets name each of them once. Their
    order does not matter if all are with one table.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateRouteTable.html
    """
    blocks: dict[str, list[Instance]] = {}
    for row in rows:
        if row.type == _ASSOCIATION and row.is_new and row.values.get("subnet_id") is UNKNOWN:
            blocks.setdefault(row.address.rpartition("[")[0], []).append(row)
    chosen: dict[str, str] = {}
    for block in blocks.values():
        subnets = resolver.instances_of_index(block[0], "subnet_id")
        tables = {row.get("route_table_id") for row in block if row.get("route_table_id") is not UNKNOWN}
        if (
            len(subnets) == len(block)
            and len(tables) == 1
            and all(row.get("route_table_id") in tables for row in block)
        ):
            chosen |= {row.address: subnet.id for row, subnet in zip(block, subnets, strict=True)}
    return tuple(_with(row, chosen) for row in rows) if chosen else rows


def _with(row: Instance, subnets: Mapping[str, str]) -> Instance:
    subnet = subnets.get(row.address)
    return row if subnet is None else msgspec.structs.replace(row, values={**row.values, "subnet_id": subnet})
