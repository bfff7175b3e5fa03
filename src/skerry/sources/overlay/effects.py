"""Effects of a changed resource on others, made by AWS and named in no plan."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Facts
from skerry.model.network import Route, RouteTable
from skerry.model.security_groups_and_acls import AclAssociation, NetworkAcl, UsableGroups
from skerry.sources.overlay.table_associations import with_one_main_table

_GONE: Final = "blackhole"


def add_effects(facts: Facts, existing: Facts, removed: AbstractSet[str]) -> Facts:
    """Return facts after a change, with its effects; ``existing`` are those before it, ``removed`` the ids that go."""
    endpoints = tuple(_with_own_interfaces(facts, existing))
    moved = {one.vpc_endpoint_id for one in endpoints if one.listed_interface_ids is UNSET}
    interfaces = _interfaces_of(existing, removed | moved) | removed
    tables = [_without_targets(table, existing, removed) for table in facts.route_tables]
    return replace(
        facts,
        route_tables=with_one_main_table(tables, existing.route_tables),
        network_acls=_acls_of_all_subnets(facts, existing),
        network_interfaces=tuple(row for row in facts.network_interfaces if row.network_interface_id not in interfaces),
        vpc_endpoints=endpoints,
        usable_groups=tuple(_usable_groups(facts, removed)),
    )


def _interfaces_of(existing: Facts, removed: AbstractSet[str]) -> set[str]:
    """Return the interfaces that AWS deletes with their endpoint or NAT gateway."""
    names: set[str | None] = set()
    for endpoint in existing.vpc_endpoints:
        if endpoint.vpc_endpoint_id in removed and endpoint.listed_interface_ids is not UNSET:
            names |= set(endpoint.listed_interface_ids)
    for gateway in existing.nat_gateways:
        if gateway.nat_gateway_id in removed and gateway.nat_gateway_addresses is not UNSET:
            names |= {address.network_interface_id for address in gateway.nat_gateway_addresses}
    return {name for name in names if name is not None}


def _without_targets(table: RouteTable, existing: Facts, removed: AbstractSet[str]) -> RouteTable:
    """Return a table without routes of deleted gateway endpoints, and with a black hole for each other lost target.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-routing,
    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html#nat-gateway-delete
    """
    if table.routes is UNSET or not removed:
        return table
    gateways = {row.vpc_endpoint_id for row in existing.vpc_endpoints if row.vpc_endpoint_type == "Gateway"} & removed
    rows = [route for route in table.routes if _target_of(route) not in gateways]
    return replace(
        table, routes=tuple(replace(row, state=_GONE) if _target_of(row) in removed else row for row in rows)
    )


def _target_of(route: Route) -> str:
    return str(getattr(route.target, "id", ""))


def _acls_of_all_subnets(facts: Facts, existing: Facts) -> tuple[NetworkAcl, ...]:
    """Return the network ACLs with each subnet in one: the last that it was given, else the default of its VPC.

    https://docs.aws.amazon.com/vpc/latest/userguide/nacl-basics.html
    """
    before = {(acl.network_acl_id, name) for acl in existing.network_acls for name in _subnets_in(acl)}
    after = [(acl.network_acl_id, name) for acl in facts.network_acls for name in _subnets_in(acl)]
    chosen = {name: acl for acl, name in after} | {name: acl for acl, name in after if (acl, name) not in before}
    defaults = {acl.vpc_id: acl.network_acl_id for acl in facts.network_acls if acl.is_default}
    for subnet in facts.subnets:
        if subnet.vpc_id in defaults:
            chosen.setdefault(subnet.subnet_id, defaults[subnet.vpc_id])
    return tuple(
        acl
        if acl.associations is UNSET
        else replace(
            acl,
            associations=tuple(
                AclAssociation(subnet_id=name) for name, owner in chosen.items() if owner == acl.network_acl_id
            ),
        )
        for acl in facts.network_acls
    )


def _subnets_in(acl: NetworkAcl) -> list[str]:
    return [] if acl.associations is UNSET else [association.subnet_id for association in acl.associations]


def _with_own_interfaces(facts: Facts, existing: Facts) -> Iterator[VpcEndpoint]:
    """Yield the endpoints; one with other subnets or groups has no interfaces of ids that are known.

    Without any, an endpoint stands in each of its subnets with its groups.
    """
    former = {endpoint.vpc_endpoint_id: endpoint for endpoint in existing.vpc_endpoints}
    for endpoint in facts.vpc_endpoints:
        before = former.get(endpoint.vpc_endpoint_id)
        is_same = before is None or (before.listed_subnet_ids, before.groups) == (
            endpoint.listed_subnet_ids,
            endpoint.groups,
        )
        yield endpoint if is_same else replace(endpoint, listed_interface_ids=UNSET)


def _usable_groups(facts: Facts, removed: AbstractSet[str]) -> Iterator[UsableGroups]:
    """Yield the usable groups of each VPC: a new group of its own is usable, a deleted one no more."""
    for row in facts.usable_groups:
        own = [group.group_id for group in facts.security_groups if group.vpc_id == row.vpc_id]
        names = dict.fromkeys([*row.group_ids, *own])
        yield replace(row, group_ids=tuple(name for name in names if name not in removed))
