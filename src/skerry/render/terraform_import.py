"""Existing resources in Terraform: ``import`` blocks, and comments with the ``removed`` blocks to let them go.

An ``import`` block has only the changed arguments, and those with which the provider would replace or reset the
resource if they were absent: all others stay as AWS has them. An endpoint gets its members by its own arguments: the
provider refuses to share one endpoint between them and association resources.
https://developer.hashicorp.com/terraform/language/import
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_endpoint_subnet_association
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import UNSET

from skerry.errors import InputError
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.plan.changes import ModifyEndpoint, SetVpcAttribute
from skerry.plan.records import Planned
from skerry.render import iac_common
from skerry.render.hcl import HclCall, HclReference, Value, format_block
from skerry.render.iac_names import Names
from skerry.render.terraform_blocks import ResourceBlock
from skerry.render.terraform_owners import owner_note, removal_note

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


def comment_of(world: World, rows: Iterable[Planned]) -> str:
    """Return the comment of a resource: its reasons, and where to change it instead."""
    same = list(rows)
    notes = dict.fromkeys(note for row in same if (note := owner_note(world, row)))
    return "\n".join(part for part in (iac_common.reasons_of(same), *notes) if part)


def imported_endpoints(world: World, rows: Iterable[Planned], names: Names) -> Iterator[ResourceBlock]:
    """Yield each existing endpoint with its additions."""
    for planned in rows:
        change = planned.change
        if isinstance(change, ModifyEndpoint):
            address = f"aws_vpc_endpoint.{names.plain(change.endpoint_id)}"
            settings = _endpoint_settings(world, change, names)
            ignored = ["tags"] if "private_dns_enabled" in settings else ["tags", "private_dns_enabled"]
            only_members = change.private_dns is None and not change.route_tables
            yield ResourceBlock(
                stage="members" if only_members else "endpoints",
                address=address,
                rows=(planned,),
                settings=(settings,),
                comment=comment_of(world, [planned]),
                nested=(_kept(ignored),),
                before=(import_resource(address, change.endpoint_id),),
                after=(removal_note(address, change.endpoint_id),),
            )


def _endpoint_settings(world: World, change: ModifyEndpoint, names: Names) -> dict[str, Value]:
    """Return the arguments without which the provider would replace or reset an endpoint, and the changed ones."""
    endpoint = world.vpc_endpoints[change.endpoint_id]
    if endpoint.service_name is UNSET or endpoint.vpc_endpoint_type is UNSET:
        raise _unread(change, "its service or type is not known")
    settings: dict[str, Value] = {
        "vpc_id": endpoint.vpc_id,
        "service_name": names.service(endpoint.service_name),
        "vpc_endpoint_type": endpoint.vpc_endpoint_type,
    }
    if change.subnets:
        settings["subnet_ids"] = [*_members(change, endpoint.listed_subnet_ids, "subnets"), *change.subnets]
    if change.groups:
        groups = endpoint.groups if endpoint.groups is UNSET else tuple(group.group_id for group in endpoint.groups)
        added = [names.reference(group_id) for group_id in change.groups]
        settings["security_group_ids"] = [*_members(change, groups, "security groups"), *added]
    if change.route_tables:
        settings["route_table_ids"] = [*endpoint.route_table_ids, *change.route_tables]
    settings |= _private_dns(endpoint, change)
    if change.policy is not None:
        settings["policy"] = encode_policy(change.policy)
    return settings


def _private_dns(endpoint: VpcEndpoint, change: ModifyEndpoint) -> dict[str, Value]:
    """Return private DNS, which the provider would switch off if the argument were absent."""
    if change.private_dns is not None:
        return {"private_dns_enabled": change.private_dns}
    return {} if endpoint.private_dns_enabled is UNSET else {"private_dns_enabled": endpoint.private_dns_enabled}


def _members(change: ModifyEndpoint, ids: Any, what: str) -> tuple[str, ...]:  # noqa: ANN401 -- ids or UNSET
    if ids is UNSET:
        raise _unread(change, f"its {what} are not known")
    return tuple(ids)


def _unread(change: ModifyEndpoint, why: str) -> InputError:
    return InputError(
        f"Terraform cannot take over {change.endpoint_id}: {why}",
        "Read it from the account, or give what describe-vpc-endpoints prints.",
    )


def _kept(ignored: list[str]) -> str:
    references: list[Value] = [HclReference(name) for name in ignored]
    return format_block("lifecycle", {"prevent_destroy": True, "ignore_changes": references})


def import_resource(to: str, resource_id: str) -> str:
    """Return an ``import`` block: Terraform takes over an existing resource."""
    return format_block("import", {"to": HclReference(to), "id": resource_id})


def imported_vpcs(world: World, rows: Iterable[Planned]) -> Iterator[ResourceBlock]:
    """Yield each VPC with the attributes that are switched on."""
    by_vpc: dict[str, list[Planned]] = {}
    for planned in rows:
        if isinstance(planned.change, SetVpcAttribute):
            by_vpc.setdefault(planned.change.vpc_id, []).append(planned)
    for vpc_id, same in by_vpc.items():
        address = f"aws_vpc.{Names.plain(vpc_id)}"
        settings, ignored = _vpc_settings(world, vpc_id, same)
        yield ResourceBlock(
            stage="attributes",
            address=address,
            rows=tuple(same),
            settings=(settings,),
            comment=comment_of(world, same),
            nested=(_kept(ignored),),
            before=(import_resource(address, vpc_id),),
            after=(removal_note(address, vpc_id),),
        )


def _vpc_settings(world: World, vpc_id: str, rows: list[Planned]) -> tuple[dict[str, Value], list[str]]:
    """Return the arguments of a VPC, and the ignored ones."""
    settings: dict[str, Value] = {"cidr_block": str(world.vpcs[vpc_id].cidr_block)}
    ignored = list(_OF_A_VPC)
    switched = {planned.change.attribute for planned in rows if isinstance(planned.change, SetVpcAttribute)}
    for attribute in _ATTRIBUTES:
        current = world.dns_attribute_of(vpc_id, attribute)
        if attribute in switched:
            settings[attribute] = True
        elif isinstance(current, Missing):
            ignored.append(attribute)
        else:
            settings[attribute] = current
    return settings, ignored
