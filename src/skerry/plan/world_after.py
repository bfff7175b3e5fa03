"""The World after a change: the same facts, as AWS would then describe them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache, reduce
from typing import assert_never

from msgspec import UNSET
from msgspec.structs import replace

from skerry.catalogue.services import service_by_naming_rule, service_of_endpoint
from skerry.model.endpoints import DnsEntry, VpcEndpoint
from skerry.model.facts import Facts
from skerry.model.network import GroupName, PrefixList, Route, Switch, VpcAttribute
from skerry.model.route_targets import EndpointTarget
from skerry.model.rule_blocks import Ipv4RuleBlock
from skerry.model.security_groups_and_acls import (
    AclEntry,
    AclPortRange,
    GroupPair,
    IpPermission,
    IpRange,
    NetworkAcl,
    PrefixListReference,
    SecurityGroup,
)
from skerry.model.world import World
from skerry.net.dns_names import DnsName
from skerry.plan import launches_after, routes_after, zones_after
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    Advise,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    Direction,
    EndpointChange,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)

_EVERYWHERE = "0.0.0.0/0"
_TCP = "6"
_KEPT_ENTRIES = 4096
"""The search for a plan makes the same changes again in each trial."""


def apply_changes(world: World, changes: Iterable[Change]) -> World:
    """Return the World with these changes made, one after another."""
    facts = world.facts
    settings: list[ConfigureService] = []
    entries: list[AddAclEntry] = []
    rules: dict[str, list[AuthorizeRule | RevokeRule]] = {}
    more: dict[str, list[ModifyEndpoint]] = {}
    for change in changes:
        if isinstance(change, ConfigureService):
            settings.append(change)
        elif isinstance(change, AddAclEntry):
            entries.append(change)
        elif isinstance(change, AuthorizeRule | RevokeRule):
            rules.setdefault(change.group_id, []).append(change)
        elif isinstance(change, ModifyEndpoint) and change.prefix_list is None:
            more.setdefault(change.endpoint_id, []).append(change)
        else:
            if isinstance(change, EndpointChange) and change.endpoint_id in more:
                facts, more = _with_modified(facts, more), {}
            facts = _after(facts, change)
    facts = _with_modified(facts, more)
    # Nothing else changes services, network ACLs and rules, so that each is made again once, not for each change.
    if settings:
        facts = replace(facts, services=launches_after.configure_services(facts.services, settings))
    if entries:
        facts = replace(facts, network_acls=_with_entries(facts.network_acls, entries))
    if rules:
        groups = (reduce(_with_rule, rules.get(group.group_id, ()), group) for group in facts.security_groups)
        facts = replace(facts, security_groups=tuple(groups))
    return World(facts)


def _after(facts: Facts, change: Change) -> Facts:
    """Return the facts after a change, except for those that are made together."""
    match change:
        case CreateSecurityGroup():
            return replace(facts, security_groups=(*facts.security_groups, _group(change)))
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint() | ModifyEndpoint() | DeleteEndpoint():
            return _of_endpoint(facts, change)
        case SetVpcAttribute():
            return replace(facts, vpc_attributes=(*facts.vpc_attributes, _attribute(change)))
        case RouteToNat() | RouteToInternetGateway() | ReplaceRoute() | DeleteRoute() | CreateNatGateway():
            return routes_after.with_route_change(facts, change)
        case AssociateZone() | AddZoneRecord():
            return zones_after.with_zone_change(facts, change)
        case (
            AuthorizeRule()
            | RevokeRule()
            | AddAclEntry()
            | ConfigureService()
            | ProposeStatement()
            | MirrorImage()
            | Advise()
        ):
            # A manual step has no effect in it.
            return facts
        case _:
            assert_never(change)


def _of_endpoint(facts: Facts, change: EndpointChange) -> Facts:
    match change:
        case CreateInterfaceEndpoint():
            return replace(facts, vpc_endpoints=(*facts.vpc_endpoints, _interface_endpoint(facts, change)))
        case CreateGatewayEndpoint():
            made = replace(facts, vpc_endpoints=(*facts.vpc_endpoints, _gateway_endpoint(change)))
            return _routed(made, change.endpoint_id, change.route_tables, change.prefix_list, change.service_name)
        case ModifyEndpoint():
            return _modified(facts, change)
        case DeleteEndpoint():
            return _without_endpoint(facts, change.endpoint_id)
        case _:
            assert_never(change)


def _group(change: CreateSecurityGroup) -> SecurityGroup:
    """Return a new group, which allows all outbound traffic.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    everything = IpPermission(ip_protocol="-1", ip_ranges=(IpRange(cidr_ip=Ipv4RuleBlock(_EVERYWHERE)),))
    return SecurityGroup(
        group_id=change.group_id,
        group_name=change.name,
        vpc_id=change.vpc_id,
        ip_permissions=(),
        ip_permissions_egress=(everything,),
    )


def permission_of(rule: Rule) -> IpPermission:
    """Return a rule as AWS prints it."""
    return IpPermission(
        ip_protocol=rule.protocol,
        from_port=rule.port,
        to_port=rule.port,
        ip_ranges=(IpRange(cidr_ip=Ipv4RuleBlock(rule.peer)),) if rule.kind == "cidr" else (),
        prefix_list_ids=(PrefixListReference(prefix_list_id=rule.peer),) if rule.kind == "prefix-list" else (),
        user_id_group_pairs=(GroupPair(group_id=rule.peer),) if rule.kind == "group" else (),
    )


def _with_rule(group: SecurityGroup, change: AuthorizeRule | RevokeRule) -> SecurityGroup:
    rows = group.ip_permissions if change.direction == "in" else group.ip_permissions_egress
    if rows is UNSET:
        # One rule more or less leaves it unknown what the others are.
        return group
    new_permission = permission_of(change.rule)
    permissions = (
        rows
        if isinstance(change, AuthorizeRule)
        else tuple(existing for existing in rows if existing != new_permission)
    )
    return _with_rules(
        group, change.direction, (*permissions, new_permission) if isinstance(change, AuthorizeRule) else permissions
    )


def _with_rules(group: SecurityGroup, direction: Direction, rows: tuple[IpPermission, ...]) -> SecurityGroup:
    return replace(group, ip_permissions=rows) if direction == "in" else replace(group, ip_permissions_egress=rows)


def _interface_endpoint(facts: Facts, change: CreateInterfaceEndpoint) -> VpcEndpoint:
    return VpcEndpoint(
        vpc_endpoint_id=change.endpoint_id,
        vpc_id=change.vpc_id,
        service_name=change.service_name,
        vpc_endpoint_type="Interface",
        state="available",
        policy_document=change.policy or _DEFAULT_POLICY,
        listed_subnet_ids=change.subnets,
        groups=tuple(GroupName(group_id=name) for name in change.groups),
        ip_address_type=change.ip_address_type,
        private_dns_enabled=change.private_dns,
        dns_entries=tuple(_private_entries(facts, change.service_name)) if change.private_dns else (),
    )


def _private_entries(facts: Facts, service_name: str) -> Iterator[DnsEntry]:
    """Yield the private names of an endpoint for a service outside the catalogue, as AWS prints them.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ServiceDetail.html
    """
    if service_of_endpoint(service_name) is not None:
        return
    by_rule = service_by_naming_rule(service_name)
    printed = World(facts).private_names_of_endpoint_service(service_name)
    hosts = () if by_rule is None else (by_rule.host,)
    for name in hosts if printed is None else printed:
        yield DnsEntry(dns_name=DnsName(name))


_DEFAULT_POLICY = '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}'
"""https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#default-endpoint-policy"""


def _gateway_endpoint(change: CreateGatewayEndpoint) -> VpcEndpoint:
    return VpcEndpoint(
        vpc_endpoint_id=change.endpoint_id,
        vpc_id=change.vpc_id,
        service_name=change.service_name,
        vpc_endpoint_type="Gateway",
        state="available",
        policy_document=change.policy or _DEFAULT_POLICY,
        route_table_ids=change.route_tables,
        private_dns_enabled=False,
    )


def _with_modified(facts: Facts, changes: Mapping[str, Iterable[ModifyEndpoint]]) -> Facts:
    """Return the facts after changes that add no route, by their endpoints: all endpoints are gone through once."""
    if not changes:
        return facts
    rows = (reduce(_with_more, changes.get(row.vpc_endpoint_id, ()), row) for row in facts.vpc_endpoints)
    return replace(facts, vpc_endpoints=tuple(rows))


def _modified(facts: Facts, change: ModifyEndpoint) -> Facts:
    rows = tuple(
        _with_more(candidate, change) if candidate.vpc_endpoint_id == change.endpoint_id else candidate
        for candidate in facts.vpc_endpoints
    )
    changed = replace(facts, vpc_endpoints=rows)
    endpoint = next((candidate for candidate in rows if candidate.vpc_endpoint_id == change.endpoint_id), None)
    if endpoint is None or endpoint.service_name is UNSET or change.prefix_list is None:
        return changed
    return _routed(changed, change.endpoint_id, change.route_tables, change.prefix_list, endpoint.service_name)


def _with_more(row: VpcEndpoint, change: ModifyEndpoint) -> VpcEndpoint:
    groups = (
        row.groups
        if row.groups is UNSET
        else (*row.groups, *(GroupName(group_id=group_id) for group_id in change.groups))
    )
    # Interfaces in the new subnets have no ids yet; without any, an endpoint stands in each of its subnets.
    return replace(
        row,
        listed_subnet_ids=(*row.subnet_ids, *change.subnets) if change.subnets else row.listed_subnet_ids,
        listed_interface_ids=UNSET if change.subnets else row.listed_interface_ids,
        groups=groups,
        route_table_ids=(*row.route_table_ids, *change.route_tables),
        private_dns_enabled=row.private_dns_enabled if change.private_dns is None else change.private_dns,
        policy_document=change.policy or row.policy_document,
    )


def _routed(facts: Facts, endpoint: str, tables: tuple[str, ...], prefix_list: str, service_name: str) -> Facts:
    """Return the routes of a gateway endpoint.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    list_ids = {record.prefix_list_id for record in facts.prefix_lists}
    lists = facts.prefix_lists
    if prefix_list not in list_ids:
        lists = (*lists, PrefixList(prefix_list_id=prefix_list, prefix_list_name=service_name, owner_id="AWS"))
    route = Route(destination_prefix_list_id=prefix_list, gateway_id=endpoint)
    rows = tuple(
        routes_after.add_route(record, route) if record.route_table_id in tables else record
        for record in facts.route_tables
    )
    return replace(facts, prefix_lists=lists, route_tables=rows)


def _without_endpoint(facts: Facts, endpoint_id: str) -> Facts:
    """Return the route tables without the routes of a gateway endpoint, as AWS deletes both together."""
    target = EndpointTarget(endpoint_id)
    endpoints = tuple(record for record in facts.vpc_endpoints if record.vpc_endpoint_id != endpoint_id)
    tables = tuple(
        record
        if record.routes is UNSET
        else replace(record, routes=tuple(route for route in record.routes if route.target != target))
        for record in facts.route_tables
    )
    return replace(facts, vpc_endpoints=endpoints, route_tables=tables)


def _attribute(change: SetVpcAttribute) -> VpcAttribute:
    on = Switch(value=True)
    if change.attribute == "enable_dns_support":
        return VpcAttribute(vpc_id=change.vpc_id, enable_dns_support=on)
    return VpcAttribute(vpc_id=change.vpc_id, enable_dns_hostnames=on)


def _with_entries(acls: tuple[NetworkAcl, ...], changes: Iterable[AddAclEntry]) -> tuple[NetworkAcl, ...]:
    new: dict[str, list[AclEntry]] = {}
    for change in changes:
        new.setdefault(change.acl_id, []).append(_entry_of(change))
    return tuple(
        acl
        if acl.entries is UNSET or acl.network_acl_id not in new
        else replace(acl, entries=(*acl.entries, *new[acl.network_acl_id]))
        for acl in acls
    )


@lru_cache(maxsize=_KEPT_ENTRIES)
def _entry_of(change: AddAclEntry) -> AclEntry:
    return AclEntry(
        rule_number=change.number,
        protocol=_TCP,
        rule_action="allow",
        egress=change.direction == "out",
        cidr_block=Ipv4RuleBlock(change.cidr),
        port_range=AclPortRange(from_port=change.ports[0], to_port=change.ports[1]),
    )
