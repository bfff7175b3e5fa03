"""AWS's quotas for a plan, checked before a call fails."""

from collections import Counter
from collections.abc import Iterator

import msgspec
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

_COUNTED = {"pending", "available", "deleting"}


class ServiceQuota(msgspec.Struct, frozen=True, gc=False):
    """A quota of AWS by its code, with the value that AWS gives to every account; it can be raised.

    ``service`` is the service's code in Service Quotas.
    """

    code: str
    default: int
    service: str = "vpc"


# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
_INTERFACE_ENDPOINTS = ServiceQuota("L-29B6F2EB", 50)
_GATEWAY_ENDPOINTS = ServiceQuota("L-1B52E74A", 20)
_GROUPS = ServiceQuota("L-E79EC296", 2_500)
_GROUPS_OF_ONE = ServiceQuota("L-2AFB9258", 5)
_RULES = ServiceQuota("L-0EA8095F", 60)
_ENTRIES = ServiceQuota("L-2AEEBF1A", 20)
_NAT_GATEWAYS = ServiceQuota("L-FE5A380F", 5)
_ELASTIC_ADDRESSES = ServiceQuota("L-0263D0A3", 5, "ec2")


class QuotaUse(msgspec.Struct, frozen=True, gc=False):
    """The number of resources after a plan's changes that count against a quota; ``resources`` names them."""

    quota: ServiceQuota
    count: int
    resources: str


def exceeded_quotas_of(changed: World, changes: tuple[Change, ...]) -> tuple[str, ...]:
    """Return the exceeded default quotas of the changed World, each with its resource and how to raise it."""
    beyond = (use for use in quota_uses_of(changed, changes) if use.count > use.quota.default)
    return tuple(
        f"{use.count} {use.resources}, and AWS's default quota is {use.quota.default}: "
        f"have quota {use.quota.code} raised (Service Quotas) first"
        for use in beyond
    )


def quota_uses_of(changed: World, changes: tuple[Change, ...]) -> tuple[QuotaUse, ...]:
    """Return the use of each quota that the changes count against, in the changed World."""
    return tuple(dict.fromkeys(_uses(changed, changes)))


def _uses(changed: World, changes: tuple[Change, ...]) -> Iterator[QuotaUse]:
    interface = {change.vpc_id for change in changes if isinstance(change, CreateInterfaceEndpoint)}
    for vpc_id in sorted(interface):
        count = sum(endpoint.vpc_endpoint_type == "Interface" for endpoint in changed.endpoints_in(vpc_id))
        yield QuotaUse(_INTERFACE_ENDPOINTS, count, f"interface endpoints of {vpc_id}")
    if any(isinstance(change, CreateGatewayEndpoint) for change in changes):
        count = sum(endpoint.vpc_endpoint_type == "Gateway" for endpoint in changed.facts.vpc_endpoints)
        yield QuotaUse(_GATEWAY_ENDPOINTS, count, "gateway endpoints of the Region")
    if any(isinstance(change, CreateSecurityGroup) for change in changes):
        yield QuotaUse(_GROUPS, len(changed.facts.security_groups), "security groups of the Region")
    for zone, count in _nat_gateways(changed, changes).items():
        yield QuotaUse(_NAT_GATEWAYS, count, f"NAT gateways of {zone}")
    if any(isinstance(change, CreateNatGateway) for change in changes):
        count = len(_elastic_addresses(changed))
        yield QuotaUse(_ELASTIC_ADDRESSES, count, "Elastic IP addresses of the Region")
    for change in changes:
        if isinstance(change, ModifyEndpoint) and change.groups:
            groups = changed.vpc_endpoints[change.endpoint_id].groups
            count = 0 if groups is UNSET else len(groups)
            yield QuotaUse(_GROUPS_OF_ONE, count, f"security groups of {change.endpoint_id}")
        if isinstance(change, AuthorizeRule):
            group = changed.security_groups.get(change.group_id)
            count = _rules(changed, group, change.direction) if group else 0
            side = "inbound" if change.direction == "in" else "outbound"
            yield QuotaUse(_RULES, count, f"{side} rules of {change.group_id}")
    for (acl_id, egress), count in _entries(changed, changes).items():
        side = "outbound" if egress else "inbound"
        yield QuotaUse(_ENTRIES, count, f"{side} entries of {acl_id}")


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
