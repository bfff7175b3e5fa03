"""What exists and is modified, as Terraform: joined by associations where it only gets more, else taken over whole.

https://developer.hashicorp.com/terraform/language/import
"""

import json
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.plan.changes import ModifyEndpoint, SetVpcAttribute
from skerry.plan.records import Planned
from skerry.render import expressed
from skerry.render.hcl import Reference, Value, block, comment, value
from skerry.render.naming import Names

_ATTRIBUTES = ("enable_dns_support", "enable_dns_hostnames")
_DEEPEST = 16
_KEPT: dict[str, Value] = {"prevent_destroy": True, "ignore_changes": [Reference("tags")]}


def policy(text: str | None) -> Value:
    """A policy as ``jsonencode`` makes it of an object; None is AWS's default."""
    if text is None:
        return None
    return Reference(f"jsonencode({_inline(json.loads(text))})")


def _inline(found: Any, depth: int = 0) -> str:  # noqa: ANN401 -- a document
    """A document on one line: the value of an attribute that stands among others."""
    if depth > _DEEPEST:
        return value(json.dumps(found))
    if isinstance(found, dict):
        pairs = ", ".join(f"{value(str(key))} = {_inline(row, depth + 1)}" for key, row in found.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(found, list):
        return f"[{', '.join(_inline(row, depth + 1) for row in found)}]"
    return value(found)


def endpoint(world: World, row: Planned, change: ModifyEndpoint, names: Names) -> Iterator[str]:
    """An endpoint that exists, with what it gets."""
    if change.private_dns is not None:
        yield from _imported(world, row, change, names)
        return
    why = comment(expressed.reasons(row))
    label = Names.plain(change.endpoint_id)
    for kind, argument, found in (
        ("aws_vpc_endpoint_subnet_association", "subnet_id", list(change.subnets)),
        ("aws_vpc_endpoint_route_table_association", "route_table_id", list(change.route_tables)),
    ):
        if found:
            each = Reference(f"toset({value(list(found))})")
            body: dict[str, Value] = {"vpc_endpoint_id": change.endpoint_id, argument: Reference("each.value")}
            yield why + block(f'resource "{kind}" "{label}"', {"for_each": each}, body)
    if change.groups:
        settings: Value = {str(number): names.reference(one) for number, one in enumerate(change.groups, 1)}
        body = {"vpc_endpoint_id": change.endpoint_id, "security_group_id": Reference("each.value")}
        header = f'resource "aws_vpc_endpoint_security_group_association" "{label}"'
        yield why + block(header, {"for_each": settings}, body)
    if change.policy is not None:
        body = {"vpc_endpoint_id": change.endpoint_id, "policy": policy(change.policy)}
        yield why + block(f'resource "aws_vpc_endpoint_policy" "{label}"', body)


def _imported(world: World, row: Planned, change: ModifyEndpoint, names: Names) -> Iterator[str]:
    """An endpoint whose own settings change: as it is today, with the change."""
    known = world.vpc_endpoints[change.endpoint_id]
    label = Names.plain(change.endpoint_id)
    yield _import(f"aws_vpc_endpoint.{label}", change.endpoint_id)
    body: dict[str, Value] = {
        "vpc_id": known.vpc_id,
        "service_name": None if known.service_name is UNSET else known.service_name,
        "vpc_endpoint_type": None if known.vpc_endpoint_type is UNSET else known.vpc_endpoint_type,
        "subnet_ids": [*known.subnet_ids, *change.subnets],
        "security_group_ids": [*_groups_of(known), *(names.reference(one) for one in change.groups)],
        "private_dns_enabled": change.private_dns,
        "policy": policy(change.policy or known.policy_document),
    }
    if known.ip_address_type is not None:
        body["ip_address_type"] = known.ip_address_type
    made = block(f'resource "aws_vpc_endpoint" "{label}"', body, block("lifecycle", _KEPT))
    yield comment(expressed.reasons(row)) + made


def _groups_of(known: VpcEndpoint) -> list[str]:
    return [] if known.groups is UNSET else [one.group_id for one in known.groups]


def _import(to: str, known: str) -> str:
    return block("import", {"to": Reference(to), "id": known})


def vpc(world: World, row: Planned, change: SetVpcAttribute, names: Names) -> Iterator[str]:
    """A VPC with an attribute that is switched on; all else of it is left as it is."""
    label = Names.plain(change.vpc_id)
    if names.label(f"vpc {label}") != Names.plain(f"vpc {label}"):
        # Both attributes of one VPC are in one resource.
        return
    yield _import(f"aws_vpc.{label}", change.vpc_id)
    body: dict[str, Value] = {"cidr_block": world.vpcs[change.vpc_id].cidr_block}
    for attribute in _ATTRIBUTES:
        found = world.dns_attribute(change.vpc_id, attribute)
        # What is not known is AWS's business: an argument that is left out is not changed.
        body |= {} if isinstance(found, Missing) else {attribute: found}
    body[change.attribute] = True
    rest: list[Value] = [Reference("tags"), Reference("instance_tenancy")]
    kept: dict[str, Value] = {"prevent_destroy": True, "ignore_changes": rest}
    yield comment(expressed.reasons(row)) + block(f'resource "aws_vpc" "{label}"', body, block("lifecycle", kept))
