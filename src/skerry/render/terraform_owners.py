"""Comments about existing resources: their type and argument in a Terraform configuration of the user.

Two configurations of one resource take each other's settings away with every apply:
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group,
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_endpoint_subnet_association.
"""

from typing import assert_never

from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    ModifyEndpoint,
    ReplaceRoute,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)
from skerry.plan.records import Planned
from skerry.render.hcl import HclReference, format_block, format_comment

_SIDES = {"in": "ingress", "out": "egress"}
_NewRoute = ReplaceRoute | RouteToInternetGateway | RouteToNat
ExistingChange = AuthorizeRule | AddAclEntry | SetVpcAttribute | ModifyEndpoint | _NewRoute
"""Changes of resources that exist."""


def owner_note(world: World, row: Planned) -> str:
    """Return the place of a change in the configuration that has the resource; empty for a new resource."""
    change = row.change
    match change:
        case AuthorizeRule() if is_new(change.group_id):
            return ""
        case (
            AuthorizeRule()
            | AddAclEntry()
            | SetVpcAttribute()
            | ModifyEndpoint()
            | ReplaceRoute()
            | RouteToInternetGateway()
            | RouteToNat()
        ):
            written = row.origin.place if row.origin and row.origin.address else None
            return f"Existing: {_note(world, change)}" + (f"\nIt is written in {written}." if written else "")
        case _:
            return ""


def _note(world: World, change: ExistingChange) -> str:
    match change:
        case AuthorizeRule():
            group = world.security_groups.get(change.group_id)
            default = group is not None and group.group_name == "default"
            return _inline(change.group_id, "security_group", _SIDES[change.direction], default=default)
        case AddAclEntry():
            acl = world.network_acls.get(change.acl_id)
            default = acl is not None and acl.is_default
            return _inline(change.acl_id, "network_acl", _SIDES[change.direction], default=default)
        case SetVpcAttribute():
            kind = "aws_default_vpc" if world.vpcs[change.vpc_id].is_default else "aws_vpc"
            return _argument(change.vpc_id, kind, f"{change.attribute} = true")
        case ModifyEndpoint():
            return _argument(change.endpoint_id, "aws_vpc_endpoint", " and ".join(_arguments_of(change)))
        case ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
            main = _is_main(world, change.route_table_id)
            return _route(change, "aws_default_route_table" if main else "aws_route_table")
        case _:
            assert_never(change)


def _arguments_of(change: ModifyEndpoint) -> tuple[str, ...]:
    """Return the arguments of ``aws_vpc_endpoint`` with another value after a change."""
    changed = {
        "subnet_ids": bool(change.subnets),
        "security_group_ids": bool(change.groups),
        "route_table_ids": bool(change.route_tables),
        "private_dns_enabled": change.private_dns is not None,
        "policy": change.policy is not None,
    }
    return tuple(name for name, differs in changed.items() if differs)


def _inline(resource: str, kind: str, side: str, *, default: bool) -> str:
    """Return a note about rules; a default group or ACL always removes the rules that it does not list.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/default_security_group
    """
    if default:
        return (
            f"if your Terraform has {resource} as aws_default_{kind}, add the rule to its {side} blocks,\n"
            "and delete this resource: that type removes every rule that it does not list."
        )
    return (
        f"if your Terraform has {resource} as aws_{kind} with {side} blocks, add the rule to them,\n"
        "and delete this resource. Without such blocks both go together."
    )


def _argument(resource: str, kind: str, what: str) -> str:
    return (
        f"if your Terraform has {resource} as {kind}, change there {what},\n"
        "and delete this resource with its import block: two configurations undo each other."
    )


def _route(change: _NewRoute, kind: str) -> str:
    to_nat = isinstance(change, RouteToNat) or (
        isinstance(change, ReplaceRoute) and change.target_kind == "nat-gateway"
    )
    argument = "nat_gateway_id" if to_nat else "gateway_id"
    return (
        f"if your Terraform has {change.route_table_id} as {kind} with route blocks, or its default route as\n"
        f"aws_route, change {argument} there, and delete this resource with its import block, if it has one."
    )


def _is_main(world: World, table_id: str) -> bool:
    table = world.route_tables.get(table_id)
    associations = () if table is None else table.associations
    return any(association.main for association in associations or ())


def removal_note(address: str, resource_id: str) -> str:
    """Return the blocks that let an imported resource go, as a comment.

    https://developer.hashicorp.com/terraform/language/resources/syntax#removing-resources
    """
    removed = format_block("removed", {"from": HclReference(address)}, format_block("lifecycle", {"destroy": False}))
    return format_comment(
        f"To let {resource_id} go after the apply, with Terraform 1.7 or later:\n"
        f"delete its resource and import blocks, and write this instead.\n\n{removed.rstrip()}"
    )
