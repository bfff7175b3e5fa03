"""The user's rules, read once: security group rules and network ACL entries as sets of addresses and ports."""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET, UnsetType

from skerry.model.facts import Missing
from skerry.model.security_groups_and_acls import AclEntry, IpPermission, NetworkAcl, SecurityGroup
from skerry.net.addresses import parse_ipv4_block, parse_ipv6_block
from skerry.net.intervals import Intervals

TCP, UDP = "tcp", "udp"
ALL_PORTS: Intervals = ((0, 65_535),)

_NUMBERS = {TCP: "6", UDP: "17"}


class GroupRule(NamedTuple):
    """One rule of a security group: exactly one of addresses, prefix list, group; none where it is unreadable."""

    group: str
    text: str
    addresses: Intervals | None = None
    prefix_list: str | None = None
    member: str | None = None


class AclRule(NamedTuple):
    """One entry of a network ACL; ``addresses`` is None where it is unreadable."""

    addresses: Intervals | None
    ports: Intervals
    allows: bool
    text: str


def group_rules_of(group: SecurityGroup, direction: str, protocol: str, port: int) -> tuple[GroupRule, ...] | Missing:
    """Return the rules of a security group that concern this protocol and port."""
    permissions = group.ip_permissions if direction == "in" else group.ip_permissions_egress
    if permissions is UNSET:
        side = "inbound" if direction == "in" else "outbound"
        return Missing(f"the {side} rules of {group.group_id}", "ec2:DescribeSecurityGroups")
    return tuple(
        rule
        for permission in permissions
        if _concerns(permission, protocol, port)
        for rule in _of_permission(group.group_id, permission, direction)
    )


def has_no_rules(group: SecurityGroup, direction: str) -> bool:
    """Tell whether a security group has no rule at all in this direction."""
    permissions: tuple[IpPermission, ...] | UnsetType
    permissions = group.ip_permissions if direction == "in" else group.ip_permissions_egress
    return permissions == ()


def _concerns(permission: IpPermission, protocol: str, port: int) -> bool:
    if permission.ip_protocol == "-1":
        return True
    if permission.ip_protocol not in {protocol, _NUMBERS[protocol]}:
        return False
    if permission.from_port is None or permission.to_port is None or permission.from_port < 0:
        return True
    return permission.from_port <= port <= permission.to_port


def _of_permission(group: str, permission: IpPermission, direction: str) -> Iterator[GroupRule]:
    head = f"{_traffic(permission)} {'from' if direction == 'in' else 'to'}"
    for item in permission.ip_ranges:
        block = parse_ipv4_block(item.cidr_ip)
        yield GroupRule(group, f"{head} {item.cidr_ip}", block.addresses if block else None)
    for item6 in permission.ipv6_ranges:
        block = parse_ipv6_block(item6.cidr_ipv6)
        yield GroupRule(group, f"{head} {item6.cidr_ipv6}", block.addresses if block else None)
    for reference in permission.prefix_list_ids:
        yield GroupRule(group, f"{head} {reference.prefix_list_id}", prefix_list=reference.prefix_list_id)
    for pair in permission.user_id_group_pairs:
        yield GroupRule(group, f"{head} {pair.group_id}", member=pair.group_id)


def _traffic(permission: IpPermission) -> str:
    if permission.ip_protocol == "-1":
        return "all traffic"
    first, last = permission.from_port, permission.to_port
    ports = f"{first}" if first == last else f"{first}-{last}"
    return f"{permission.ip_protocol} {ports}"


def acl_rules_of(acl: NetworkAcl, direction: str, protocol: str) -> tuple[AclRule, ...] | Missing:
    """Return the entries of a network ACL that concern this protocol, in AWS's order of evaluation.

    https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
    """
    if acl.entries is UNSET:
        return Missing(f"the entries of {acl.network_acl_id}", "ec2:DescribeNetworkAcls")
    protocols = {"-1", protocol, _NUMBERS[protocol]}
    entries = sorted(
        (entry for entry in acl.entries if entry.egress == (direction == "out") and entry.protocol in protocols),
        key=lambda entry: entry.rule_number,
    )
    return tuple(_acl_rule(entry) for entry in entries)


def _acl_rule(entry: AclEntry) -> AclRule:
    cidr = entry.cidr_block or entry.ipv6_cidr_block
    block = parse_ipv4_block(entry.cidr_block) if entry.cidr_block else parse_ipv6_block(entry.ipv6_cidr_block or "")
    everything = entry.protocol == "-1" or entry.port_range is None
    if everything or entry.port_range is None:
        ports, traffic = ALL_PORTS, "all traffic" if entry.protocol == "-1" else "all ports"
    else:
        ports = ((entry.port_range.from_port, entry.port_range.to_port),)
        traffic = f"ports {entry.port_range.from_port}-{entry.port_range.to_port}"
    number = "*" if entry.rule_number >= LAST_RULE else str(entry.rule_number)
    text = f"rule {number}: {entry.rule_action} {traffic} {cidr}"
    return AclRule(block.addresses if block else None, ports, entry.rule_action == "allow", text)


LAST_RULE = 32_767
