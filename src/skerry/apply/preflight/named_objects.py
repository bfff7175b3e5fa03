"""The objects that changes name: existing ones must exist, and new ones must be made by an earlier change."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from skerry.apply.preflight.results import ApplyRefusal
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
    EndpointChange,
    Manual,
    ModifyEndpoint,
    ReplaceRoute,
    RevokeRule,
    RouteChange,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)

_PLAN_AGAIN = ("Plan again with the account as it is.",)


def check_objects(world: World, changes: Iterable[Change]) -> Iterator[ApplyRefusal]:
    """Yield a refusal for each named object that neither exists nor is made by an earlier change."""
    made: set[str] = set()
    for change in changes:
        for resource in named_resources_of(change):
            if is_new(resource) and resource not in made:
                message = f"a change needs {resource}, and no change before it makes that"
                yield ApplyRefusal("OBJECT_NOT_MADE", resource, message, ("The plan is not whole: plan again.",))
            elif not is_new(resource) and not exists(world, resource):
                message = f"{resource} does not exist in this account and Region, and a change needs it"
                yield ApplyRefusal("OBJECT_GONE", resource, message, _PLAN_AGAIN)
        made.update(made_resources_of(change))


def exists(world: World, resource: str) -> bool:
    """Return whether an object of the network was read."""
    kinds = (
        *(world.vpcs, world.subnets, world.route_tables, world.security_groups, world.network_acls),
        *(world.internet_gateways, world.nat_gateways, world.vpc_endpoints, world.prefix_lists),
    )
    return any(resource in kind for kind in kinds)


def made_resources_of(change: Change) -> tuple[str, ...]:
    """Return the new ids that a change makes."""
    match change:
        case CreateSecurityGroup():
            return (change.group_id,)
        case CreateInterfaceEndpoint():
            return (change.endpoint_id,)
        case CreateGatewayEndpoint():
            # AWS's own list of the service's addresses may have no known id before the endpoint exists.
            return (change.endpoint_id, change.prefix_list)
        case CreateNatGateway():
            return (change.nat_gateway_id, change.allocation_id)
        case _:
            return ()


def named_resources_of(change: Change) -> tuple[str, ...]:
    """Return the objects that a change starts from, without its own new ones."""
    if isinstance(change, Manual):
        return ()
    match change:
        case CreateSecurityGroup() | SetVpcAttribute():
            return (change.vpc_id,)
        case AuthorizeRule() | RevokeRule():
            return (change.group_id, *_peer_of(change))
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint() | ModifyEndpoint() | DeleteEndpoint():
            return _named_for_endpoint(change)
        case AddAclEntry():
            return (change.acl_id,)
        case CreateNatGateway():
            return (change.vpc_id, change.subnet_id)
        case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
            return _named_for_route(change)
        case _:
            assert_never(change)


def _named_for_endpoint(change: EndpointChange) -> tuple[str, ...]:
    match change:
        case CreateInterfaceEndpoint():
            return (change.vpc_id, *change.subnets, *change.groups)
        case CreateGatewayEndpoint():
            return (change.vpc_id, *change.route_tables)
        case ModifyEndpoint():
            return (change.endpoint_id, *change.subnets, *change.groups, *change.route_tables)
        case DeleteEndpoint():
            return (change.endpoint_id,)
        case _:
            assert_never(change)


def _named_for_route(change: RouteChange) -> tuple[str, ...]:
    match change:
        case DeleteRoute():
            return (change.route_table_id,)
        case ReplaceRoute():
            return (change.route_table_id, change.target)
        case RouteToInternetGateway():
            return (change.route_table_id, change.internet_gateway_id)
        case RouteToNat():
            return (change.route_table_id, change.nat_gateway_id)
        case _:
            assert_never(change)


def vpcs_of(world: World, changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the VPCs of the objects that changes name, as far as they were read."""
    names = dict.fromkeys(name for change in changes for name in named_resources_of(change))
    vpcs: dict[str, None] = {}
    for name in names:
        for kind in (world.subnets, world.route_tables, world.security_groups, world.network_acls, world.vpc_endpoints):
            vpc_id = getattr(kind.get(name), "vpc_id", None)
            vpcs |= {vpc_id: None} if isinstance(vpc_id, str) else {}
    return tuple(sorted({*vpcs, *(name for name in names if name in world.vpcs)}))


def _peer_of(change: AuthorizeRule | RevokeRule) -> tuple[str, ...]:
    """Return the security group that a rule names; AWS's prefix lists are no objects of the account."""
    return (change.rule.peer,) if change.rule.kind == "group" else ()
