"""The user's rules, read once: security group rules and network ACL entries as sets of addresses and ports."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from skerry.model.facts import Missing
from skerry.model.security_groups_and_acls import (
    AclEntry,
    GroupPair,
    IpPermission,
    NetworkAcl,
    PrefixListReference,
    SecurityGroup,
)
from skerry.net.addresses import Block
from skerry.net.intervals import Intervals

TCP, UDP = "tcp", "udp"
ALL_PORTS: Intervals = ((0, 65_535),)

_NUMBERS = {TCP: "6", UDP: "17"}


class GroupRule(msgspec.Struct, frozen=True, gc=False):
    """One rule of a security group; ``peer`` is `Missing` where it is no CIDR block."""

    text: str
    peer: Block | PrefixListReference | GroupPair | Missing


class AclRule(msgspec.Struct, frozen=True, gc=False):
    """One entry of a network ACL; ``addresses`` are `Missing` where it has no CIDR block."""

    addresses: Intervals | Missing
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
    ranges = (item.cidr_ip for item in permission.ip_ranges)
    ranges6 = (item.cidr_ipv6 for item in permission.ipv6_ranges)
    for cidr in (*ranges, *ranges6):
        text = f"{head} {cidr}"
        block = cidr.block
        yield GroupRule(
            text, Missing(f"rule {text!r} of {group} cannot be read") if isinstance(block, Missing) else block
        )
    for reference in permission.prefix_list_ids:
        yield GroupRule(f"{head} {reference.prefix_list_id}", reference)
    for pair in permission.user_id_group_pairs:
        yield GroupRule(f"{head} {pair.group_id}", pair)


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
    return tuple(_acl_rule(acl.network_acl_id, entry) for entry in entries)


def _acl_rule(acl: str, entry: AclEntry) -> AclRule:
    cidr = entry.cidr_block or entry.ipv6_cidr_block
    everything = entry.protocol == "-1" or entry.port_range is None
    if everything or entry.port_range is None:
        ports, traffic = ALL_PORTS, "all traffic" if entry.protocol == "-1" else "all ports"
    else:
        ports = ((entry.port_range.from_port, entry.port_range.to_port),)
        traffic = f"ports {entry.port_range.from_port}-{entry.port_range.to_port}"
    number = "*" if entry.rule_number >= LAST_RULE else str(entry.rule_number)
    text = f"rule {number}: {entry.rule_action} {traffic} {cidr}"
    addresses: Intervals | Missing = Missing(f"{text!r} of {acl} cannot be read")
    if cidr is not None and isinstance(cidr.block, Block):
        addresses = cidr.block.addresses
    return AclRule(addresses, ports, entry.rule_action == "allow", text)


LAST_RULE = 32_767
