"""The World with changes taken back: the reverse of `world_after`, for an undo of changes that were made."""

from collections.abc import Iterable
from typing import NamedTuple, assert_never

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from skerry.model.endpoints import VpcEndpoint
from skerry.model.network import Route, RouteTable, Switch, VpcAttribute
from skerry.model.route_targets import EndpointTarget
from skerry.model.security_groups_and_acls import IpPermission, NetworkAcl, SecurityGroup
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
    Rule,
    SetVpcAttribute,
)
from skerry.plan.former_values import NOTHING, Former
from skerry.plan.routes_after import EVERYWHERE
from skerry.plan.world_after import apply_changes, permission_of


class MadeChange(NamedTuple):
    """A change with the ids that AWS gave, and with the former values."""

    change: Change
    former: Former = NOTHING


def take_back(world: World, made: Iterable[MadeChange]) -> World:
    """Return the World with these changes taken back, the last one first. A deletion cannot be taken back."""
    for row in reversed(tuple(made)):
        world = _before(world, row)
    return world


def _before(world: World, made: MadeChange) -> World:
    change, facts = made.change, world.facts
    if isinstance(change, Manual):
        return world
    match change:
        case CreateSecurityGroup():
            groups = tuple(group for group in facts.security_groups if group.group_id != change.group_id)
            return World(replace(facts, security_groups=groups))
        case AuthorizeRule():
            groups = tuple(without_rule(group, change) for group in facts.security_groups)
            return World(replace(facts, security_groups=groups))
        case RevokeRule():
            return apply_changes(world, [AuthorizeRule(change.group_id, change.direction, change.rule)])
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint() | ModifyEndpoint() | DeleteEndpoint():
            return _endpoint_before(world, change, made.former)
        case SetVpcAttribute():
            return World(replace(facts, vpc_attributes=(*facts.vpc_attributes, _attribute(change))))
        case AddAclEntry():
            return World(replace(facts, network_acls=tuple(_without_entry(acl, change) for acl in facts.network_acls)))
        case CreateNatGateway():
            gateways = tuple(row for row in facts.nat_gateways if row.nat_gateway_id != change.nat_gateway_id)
            return World(replace(facts, nat_gateways=gateways))
        case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
            return _route_before(world, change, made.former)
        case _:
            assert_never(change)


def _endpoint_before(world: World, change: EndpointChange, former: Former) -> World:
    match change:
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint():
            return apply_changes(world, [DeleteEndpoint(change.endpoint_id, "")])
        case ModifyEndpoint():
            endpoints = tuple(_unmodified(row, change, former) for row in world.facts.vpc_endpoints)
            tables = tuple(_without_endpoint(table, change) for table in world.facts.route_tables)
            return World(replace(world.facts, vpc_endpoints=endpoints, route_tables=tables))
        case DeleteEndpoint():
            return world
        case _:
            assert_never(change)


def _unmodified(row: VpcEndpoint, change: ModifyEndpoint, former: Former) -> VpcEndpoint:
    if row.vpc_endpoint_id != change.endpoint_id:
        return row
    subnets = tuple(subnet for subnet in row.subnet_ids if subnet not in change.subnets)
    return replace(
        row,
        listed_subnet_ids=subnets if change.subnets else row.listed_subnet_ids,
        # The interfaces in the removed subnets go with them, and no answer says which they are.
        listed_interface_ids=UNSET if change.subnets else row.listed_interface_ids,
        groups=row.groups
        if row.groups is UNSET
        else tuple(group for group in row.groups if group.group_id not in change.groups),
        route_table_ids=tuple(table for table in row.route_table_ids if table not in change.route_tables),
        private_dns_enabled=row.private_dns_enabled if change.private_dns is None else not change.private_dns,
        policy_document=row.policy_document if change.policy is None else former.policy,
    )


def _without_endpoint(table: RouteTable, change: ModifyEndpoint) -> RouteTable:
    """Return a table without the routes to a gateway endpoint that the change added."""
    if table.route_table_id not in change.route_tables or table.routes is UNSET:
        return table
    target = EndpointTarget(change.endpoint_id)
    return replace(table, routes=tuple(route for route in table.routes if route.target != target))


def _route_before(world: World, change: RouteChange, former: Former) -> World:
    match change:
        case RouteToInternetGateway() | RouteToNat():
            return apply_changes(world, [DeleteRoute(change.route_table_id, EVERYWHERE)])
        case ReplaceRoute():
            if former.target is None:
                return world
            tables = tuple(_with_target(table, change, former.target) for table in world.facts.route_tables)
            return World(replace(world.facts, route_tables=tables))
        case DeleteRoute():
            return world
        case _:
            assert_never(change)


def _with_target(table: RouteTable, change: ReplaceRoute, target: tuple[str, str]) -> RouteTable:
    if table.route_table_id != change.route_table_id or table.routes is UNSET:
        return table
    name, resource = target
    route = msgspec.convert({name: resource}, Route)
    routes = tuple(
        replace(
            route,
            destination_cidr_block=row.destination_cidr_block,
            destination_prefix_list_id=row.destination_prefix_list_id,
        )
        if row.to == change.destination
        else row
        for row in table.routes
    )
    return replace(table, routes=routes)


def without_rule(group: SecurityGroup, change: AuthorizeRule) -> SecurityGroup:
    """Return a group without one rule, also where AWS prints it together with others of the same ports."""
    rows = group.ip_permissions if change.direction == "in" else group.ip_permissions_egress
    if group.group_id != change.group_id or rows is UNSET:
        return group
    permissions = tuple(kept for row in rows if (kept := _without_peer(row, change.rule)) is not None)
    if change.direction == "in":
        return replace(group, ip_permissions=permissions)
    return replace(group, ip_permissions_egress=permissions)


def _without_peer(row: IpPermission, rule: Rule) -> IpPermission | None:
    """Return a permission without the peer of a rule; None if no peer is left."""
    single = permission_of(rule)
    if (row.ip_protocol, row.from_port, row.to_port) != (single.ip_protocol, single.from_port, single.to_port):
        return row
    kept = replace(
        row,
        ip_ranges=tuple(peer for peer in row.ip_ranges if peer.cidr_ip != rule.peer),
        prefix_list_ids=tuple(peer for peer in row.prefix_list_ids if peer.prefix_list_id != rule.peer),
        user_id_group_pairs=tuple(peer for peer in row.user_id_group_pairs if peer.group_id != rule.peer),
    )
    peers = (*kept.ip_ranges, *kept.ipv6_ranges, *kept.prefix_list_ids, *kept.user_id_group_pairs)
    return kept if peers else None


def _attribute(change: SetVpcAttribute) -> VpcAttribute:
    off = Switch(value=False)
    if change.attribute == "enable_dns_support":
        return VpcAttribute(vpc_id=change.vpc_id, enable_dns_support=off)
    return VpcAttribute(vpc_id=change.vpc_id, enable_dns_hostnames=off)


def _without_entry(acl: NetworkAcl, change: AddAclEntry) -> NetworkAcl:
    if acl.network_acl_id != change.acl_id or acl.entries is UNSET:
        return acl
    egress = change.direction == "out"
    entries = tuple(row for row in acl.entries if (row.rule_number, row.egress) != (change.number, egress))
    return replace(acl, entries=entries)
