"""Changes of existing resources in Terraform: association resources for additions, ``import`` blocks for other changes.

An ``import`` block has only the changed arguments and those that prevent a replacement: all others stay as AWS has
them, even if somebody changes them before the file is applied.
https://developer.hashicorp.com/terraform/language/import
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import UNSET

from skerry.errors import InputError
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.plan.changes import ModifyEndpoint, RouteToNat, SetVpcAttribute
from skerry.plan.records import Planned
from skerry.render import iac_common
from skerry.render.hcl import HclCall, HclReference, Value, format_block, format_comment, format_value
from skerry.render.iac_names import Names

_ATTRIBUTES = ("enable_dns_support", "enable_dns_hostnames")
_OF_A_VPC = ("tags", "instance_tenancy", "assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id", "ipv6_netmask_length")
"""Arguments that the provider sets to its own default, or takes away, where a file does not name them.

https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/ec2/vpc_.go
"""


def encode_policy(text: str | None) -> Value:
    """Return a policy as ``jsonencode`` makes it of an object; None is AWS's default.

    A policy with numbers other than integers stays the same text, because HCL might write them otherwise. None is deep:
    what the planner adds statements to was read by `skerry.policy.document`.
    """
    if text is None:
        return None
    document = json.loads(text)
    return text if _has_fraction(document) else HclCall("jsonencode", document)


def _has_fraction(node: Any) -> bool:  # noqa: ANN401 -- a document
    if isinstance(node, dict | list):
        return any(map(_has_fraction, node.values() if isinstance(node, dict) else node))
    return isinstance(node, float)


def import_endpoint(world: World, row: Planned, change: ModifyEndpoint, names: Names) -> Iterator[str]:
    """Return an existing endpoint with its additions."""
    why = format_comment(iac_common.reasons_of_change(row))
    label = names.plain(change.endpoint_id)
    if change.private_dns is not None:
        yield _import(f"aws_vpc_endpoint.{label}", change.endpoint_id)
        body = _own(world, change)
        lifecycle: dict[str, Value] = {"prevent_destroy": True, "ignore_changes": [HclReference("tags")]}
        yield why + format_block(f'resource "aws_vpc_endpoint" "{label}"', body, format_block("lifecycle", lifecycle))
    for kind, argument, ids in (
        ("aws_vpc_endpoint_subnet_association", "subnet_id", change.subnets),
        ("aws_vpc_endpoint_route_table_association", "route_table_id", change.route_tables),
    ):
        if ids:
            each = HclReference(f"toset({format_value(list(ids))})")
            body = {"vpc_endpoint_id": change.endpoint_id, argument: HclReference("each.value")}
            yield why + format_block(f'resource "{kind}" "{label}"', {"for_each": each}, body)
    if change.groups:
        settings: Value = {names.group(group_id): names.reference(group_id) for group_id in change.groups}
        body = {"vpc_endpoint_id": change.endpoint_id, "security_group_id": HclReference("each.value")}
        header = f'resource "aws_vpc_endpoint_security_group_association" "{label}"'
        yield why + format_block(header, {"for_each": settings}, body)
    if change.policy is not None:
        body = {"vpc_endpoint_id": change.endpoint_id, "policy": encode_policy(change.policy)}
        yield why + format_block(f'resource "aws_vpc_endpoint_policy" "{label}"', body)


def _own(world: World, change: ModifyEndpoint) -> dict[str, Value]:
    """Return the arguments of an endpoint without which Terraform would replace it, and private DNS."""
    endpoint_record = world.vpc_endpoints[change.endpoint_id]
    if endpoint_record.service_name is UNSET or endpoint_record.vpc_endpoint_type is UNSET:
        message = f"Terraform cannot take over {change.endpoint_id}: its service or type is not known"
        raise InputError(message, "Read it from the account, or give what describe-vpc-endpoints prints.")
    return {
        "vpc_id": endpoint_record.vpc_id,
        "service_name": endpoint_record.service_name,
        "vpc_endpoint_type": endpoint_record.vpc_endpoint_type,
        "private_dns_enabled": change.private_dns,
    }


def _import(to: str, resource_id: str) -> str:
    return format_block("import", {"to": HclReference(to), "id": resource_id})


def import_vpcs(world: World, rows: Iterable[Planned]) -> Iterator[str]:
    """Yield each VPC with the attributes that are switched on."""
    by_vpc: dict[str, list[Planned]] = {}
    for planned in rows:
        if isinstance(planned.change, SetVpcAttribute):
            by_vpc.setdefault(planned.change.vpc_id, []).append(planned)
    for vpc_id, same in by_vpc.items():
        label = Names.plain(vpc_id)
        yield _import(f"aws_vpc.{label}", vpc_id)
        yield format_comment(iac_common.reasons_of(same)) + _vpc(world, vpc_id, label, same)


def _vpc(world: World, vpc_id: str, label: str, rows: list[Planned]) -> str:
    body: dict[str, Value] = {"cidr_block": str(world.vpcs[vpc_id].cidr_block)}
    ignored = list(_OF_A_VPC)
    switched = {planned.change.attribute for planned in rows if isinstance(planned.change, SetVpcAttribute)}
    for attribute in _ATTRIBUTES:
        current = world.dns_attribute_of(vpc_id, attribute)
        if attribute in switched:
            body[attribute] = True
        elif isinstance(current, Missing):
            ignored.append(attribute)
        else:
            body[attribute] = current
    lifecycle: dict[str, Value] = {"prevent_destroy": True, "ignore_changes": [HclReference(name) for name in ignored]}
    return format_block(f'resource "aws_vpc" "{label}"', body, format_block("lifecycle", lifecycle))


def import_route(world: World, row: Planned, change: RouteToNat) -> Iterator[str]:
    """Yield a default route to a NAT gateway; one that is there already is taken over, for AWS takes no second one.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route#import
    """
    label = Names.plain(change.route_table_id)
    if iac_common.replaces_route(world, change):
        yield _import(f"aws_route.{label}", f"{change.route_table_id}_0.0.0.0/0")
    body: dict[str, Value] = {
        "route_table_id": change.route_table_id,
        "destination_cidr_block": "0.0.0.0/0",
        "nat_gateway_id": change.nat_gateway_id,
    }
    yield format_comment(iac_common.reasons_of_change(row)) + format_block(f'resource "aws_route" "{label}"', body)
