"""AWS's quotas for a plan, checked before a call fails."""

from collections import Counter
from collections.abc import Iterator

from msgspec import UNSET

from skerry.model.security_groups_and_acls import IpPermission, SecurityGroup
from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    ModifyEndpoint,
)

# The quotas as AWS gives them to every account; they can be raised, which a World does not tell.
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
_INTERFACE_ENDPOINTS = 50
_GATEWAY_ENDPOINTS = 20
_GROUPS = 2_500
_GROUPS_OF_ONE = 5
_RULES = 60
_ENTRIES = 20
_NAT_GATEWAYS = 5
_ELASTIC_ADDRESSES = 5
_COUNTED = {"pending", "available", "deleting"}


def exceeded_quotas_of(changed: World, changes: tuple[Change, ...]) -> tuple[str, ...]:
    """Return the exceeded quotas of the changed World, each with its resource and how to raise it."""
    return tuple(dict.fromkeys(_limits(changed, changes)))


def _limits(changed: World, changes: tuple[Change, ...]) -> Iterator[str]:
    interface = {change.vpc_id for change in changes if isinstance(change, CreateInterfaceEndpoint)}
    for vpc_id in sorted(interface):
        count = sum(endpoint.vpc_endpoint_type == "Interface" for endpoint in changed.endpoints_in(vpc_id))
        yield from _beyond(count, _INTERFACE_ENDPOINTS, f"interface endpoints of {vpc_id}", "L-29B6F2EB")
    if any(isinstance(change, CreateGatewayEndpoint) for change in changes):
        count = sum(endpoint.vpc_endpoint_type == "Gateway" for endpoint in changed.facts.vpc_endpoints)
        yield from _beyond(count, _GATEWAY_ENDPOINTS, "gateway endpoints of the Region", "L-1B52E74A")
    if any(isinstance(change, CreateSecurityGroup) for change in changes):
        count = len(changed.facts.security_groups)
        yield from _beyond(count, _GROUPS, "security groups of the Region", "L-E79EC296")
    for zone, count in _nat_gateways(changed, changes).items():
        yield from _beyond(count, _NAT_GATEWAYS, f"NAT gateways of {zone}", "L-FE5A380F")
    if any(isinstance(change, CreateNatGateway) for change in changes):
        count = len(_elastic_addresses(changed))
        yield from _beyond(count, _ELASTIC_ADDRESSES, "Elastic IP addresses of the Region", "L-0263D0A3")
    for change in changes:
        if isinstance(change, ModifyEndpoint) and change.groups:
            groups = changed.vpc_endpoints[change.endpoint_id].groups
            count = 0 if groups is UNSET else len(groups)
            yield from _beyond(count, _GROUPS_OF_ONE, f"security groups of {change.endpoint_id}", "L-2AFB9258")
        if isinstance(change, AuthorizeRule):
            group = changed.security_groups.get(change.group_id)
            count = _rules(changed, group, change.direction) if group else 0
            side = "inbound" if change.direction == "in" else "outbound"
            yield from _beyond(count, _RULES, f"{side} rules of {change.group_id}", "L-0EA8095F")
    for (acl_id, egress), count in _entries(changed, changes).items():
        side = "outbound" if egress else "inbound"
        yield from _beyond(count, _ENTRIES, f"{side} entries of {acl_id}", "L-2AEEBF1A")


def _nat_gateways(world: World, changes: tuple[Change, ...]) -> Counter[str]:
    """Return the number of NAT gateways in each zone that gets another one; failed and deleted ones do not count."""
    zones = {
        row.nat_gateway_id: world.subnets[row.subnet_id].availability_zone
        for row in world.facts.nat_gateways
        if row.subnet_id in world.subnets and row.state in _COUNTED
    }
    created = {zones.get(change.nat_gateway_id) for change in changes if isinstance(change, CreateNatGateway)}
    return Counter(zone for zone in zones.values() if zone is not UNSET and zone in created)


def _elastic_addresses(world: World) -> set[str]:
    """Return the allocations of Elastic IP addresses in use; a World has none of those without an association."""
    gateways = (row for row in world.facts.nat_gateways if row.state in _COUNTED)
    of_gateways = (
        address.allocation_id
        for row in gateways
        for address in (() if row.nat_gateway_addresses is UNSET else row.nat_gateway_addresses)
    )
    associations = (
        association
        for interface in world.facts.network_interfaces
        for association in (interface.association, *(row.association for row in interface.private_ip_addresses))
    )
    allocations = (*of_gateways, *(association.allocation_id for association in associations))
    return {allocation for allocation in allocations if allocation}


def _beyond(count: int, most: int, what: str, quota: str) -> Iterator[str]:
    if count > most:
        yield f"{count} {what}, and AWS's default quota is {most}: have quota {quota} raised (Service Quotas) first"


def _rules(world: World, group: SecurityGroup, direction: str) -> int:
    rows = group.ip_permissions if direction == "in" else group.ip_permissions_egress
    return sum(_weight(world, rule_permission) for rule_permission in (() if rows is UNSET else rows))


def _weight(world: World, row: IpPermission) -> int:
    """Return the number of rules as AWS counts them: one for each peer, one for its list of S3 or DynamoDB.

    https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    """
    lists = (reference.prefix_list_id for reference in row.prefix_list_ids)
    own = [name for name in lists if world.service_of_prefix_list(name) is None]
    entries = (world.prefix_entries_of(name) for name in own)
    listed = sum(len(list_entries) if isinstance(list_entries, tuple) else 1 for list_entries in entries)
    others = len(row.ip_ranges) + len(row.ipv6_ranges) + len(row.user_id_group_pairs)
    return others + listed + len(row.prefix_list_ids) - len(own)


def _entries(world: World, changes: tuple[Change, ...]) -> Counter[tuple[str, bool]]:
    """Return the entries of each ACL and direction with changes, without AWS's own last one."""
    counts: Counter[tuple[str, bool]] = Counter()
    for acl_id in {change.acl_id for change in changes if isinstance(change, AddAclEntry)}:
        acl = world.network_acls.get(acl_id)
        rows = () if acl is None or acl.entries is UNSET else acl.entries
        counts.update((acl_id, entry.egress) for entry in rows if entry.rule_number < _LAST)
    return counts


_LAST = 32_767
