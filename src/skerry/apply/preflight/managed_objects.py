"""Objects that another program manages: a change by hand would be a drift of its templates.

CloudFormation tags its resources with keys that begin with ``aws:cloudformation:``:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
Keys and values of tags are case-sensitive: https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, assert_never

from skerry.apply.preflight.results import Allowance, ApplyRefusal, ApplyRemark, CheckResult
from skerry.model.record import Tag
from skerry.model.route_targets import EndpointTarget
from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    Manual,
    ModifyEndpoint,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
    is_new,
    resource_of,
)
from skerry.plan.world_before import MadeChange

_CLOUDFORMATION = "aws:cloudformation:"
_STACK = "aws:cloudformation:stack-name"


class ManagedTag(NamedTuple):
    """A tag of objects that another program manages."""

    key: str
    value: str


DEFAULT_TAGS = (ManagedTag("ManagedBy", "terraform"), ManagedTag("terraform", "true"))
"""The tags of managed objects without a setting of the user."""


def check_managed(
    world: World, changes: Iterable[Change], allowed: frozenset[Allowance], tags: Iterable[ManagedTag] = DEFAULT_TAGS
) -> Iterator[CheckResult]:
    """Yield a refusal for each managed object that a change touches, or a remark if such changes are allowed."""
    patterns = tuple(tags)
    for resource in dict.fromkeys(name for change in changes for name in touched_resources_of(world, change)):
        owned = _tags_of(world, resource)
        manager = None if owned is None else manager_of(owned, patterns)
        if owned is None:
            message = f"the tags of {resource} were not read: whether a template describes it is not known"
            yield ApplyRemark("TAGS_UNREAD", resource, message)
        elif manager and "managed" in allowed:
            yield ApplyRemark("ALLOWED_MANAGED", resource, f"{manager} describes {resource}, which gets a drift")
        elif manager:
            advice = ("Make the change in its template, or allow changes of managed objects.",)
            message = f"{manager} describes {resource}: a change by hand is a drift, and may be reverted"
            yield ApplyRefusal("OBJECT_IS_MANAGED", resource, message, advice, "managed")


def managed_after(world: World, made: Iterable[MadeChange], tags: Iterable[ManagedTag] = DEFAULT_TAGS) -> Iterator[str]:
    """Yield a sentence for each object of an undo that another program manages, such as one imported since."""
    patterns = tuple(tags)
    for resource in dict.fromkeys(resource_of(row.change) for row in made):
        manager = manager_of(_tags_of(world, resource) or (), patterns)
        if manager:
            yield f"{manager} describes {resource}, which would be taken away from it"


def touched_resources_of(world: World, change: Change) -> tuple[str, ...]:
    """Return the existing objects that a change modifies or deletes; others it only names."""
    if isinstance(change, Manual):
        return ()
    match change:
        case CreateSecurityGroup() | CreateInterfaceEndpoint() | CreateNatGateway():
            touched: tuple[str, ...] = ()
        case AuthorizeRule() | RevokeRule():
            touched = (change.group_id,)
        case CreateGatewayEndpoint():
            touched = change.route_tables
        case ModifyEndpoint():
            touched = (change.endpoint_id, *change.route_tables)
        case DeleteEndpoint():
            touched = (change.endpoint_id, *_tables_of_endpoint(world, change.endpoint_id))
        case SetVpcAttribute():
            touched = (change.vpc_id,)
        case AddAclEntry():
            touched = (change.acl_id,)
        case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
            touched = (change.route_table_id,)
        case _:
            assert_never(change)
    return tuple(name for name in touched if not is_new(name))


def manager_of(tags: Iterable[Tag], patterns: Iterable[ManagedTag] = DEFAULT_TAGS) -> str | None:
    """Return the program that manages an object with these tags; None if no tag names one."""
    values = {tag.key: tag.value for tag in tags}
    if any(key.startswith(_CLOUDFORMATION) for key in values):
        stack = values.get(_STACK)
        return f"CloudFormation's stack {stack}" if stack else "CloudFormation"
    named = next((pattern for pattern in patterns if values.get(pattern.key) == pattern.value), None)
    return None if named is None else f"a template ({named.key}={named.value})"


def _tables_of_endpoint(world: World, endpoint_id: str) -> Iterator[str]:
    """Yield the route tables with routes to a gateway endpoint: AWS deletes the routes with it."""
    target = EndpointTarget(endpoint_id)
    for table in world.facts.route_tables:
        if isinstance(table.routes, tuple) and any(route.target == target for route in table.routes):
            yield table.route_table_id


def _tags_of(world: World, resource: str) -> tuple[Tag, ...] | None:
    """Return the tags of an object; None if it was not read."""
    if resource in world.security_groups:
        return world.security_groups[resource].tags
    if resource in world.vpc_endpoints:
        return world.vpc_endpoints[resource].tags
    if resource in world.route_tables:
        return world.route_tables[resource].tags
    if resource in world.network_acls:
        return world.network_acls[resource].tags
    return world.vpcs[resource].tags if resource in world.vpcs else None
