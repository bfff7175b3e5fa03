"""Security groups and network ACLs as chains of nftables, rule for rule.

Security groups: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
Network ACLs: https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from msgspec import UNSET

from skerry.errors import SkerryError
from skerry.lab.plan import Filter, Origin, Rule
from skerry.model.facts import Missing
from skerry.model.filters import AclEntry, IpPermission, NetworkAcl
from skerry.model.world import World

_PROTOCOLS = {"tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp"}
_ALL = "-1"
_LAST = 32_767

Marker = Callable[[Origin], int]
Members = Callable[[str], Iterable[str]]


def unread(missing: Missing) -> SkerryError:
    """A lab is of facts: what is not known cannot be built."""
    return SkerryError(f"the lab cannot be built without {missing.fact}", f"Supply the answer of {missing.action}.")


def acl_filter(acl: NetworkAcl, direction: str, mark: Marker) -> Filter:
    """A network ACL's entries of one direction, in their order. What they name is the other end of a packet."""
    if acl.entries is UNSET:
        raise unread(Missing(f"the entries of {acl.network_acl_id}", "ec2:DescribeNetworkAcls"))
    side = "daddr" if direction == "out" else "saddr"
    rules = []
    for entry in sorted(acl.entries, key=lambda item: item.rule_number):
        if entry.egress != (direction == "out") or entry.cidr_block is None:
            continue
        match = _entry(entry, side)
        if match is None:
            continue
        number = "*" if entry.rule_number >= _LAST else str(entry.rule_number)
        origin = Origin("network-acl", acl.network_acl_id, f"rule {number} {direction}")
        allows = entry.rule_action == "allow"
        rules.append(Rule(match, "accept" if allows else "drop", 0 if allows else mark(origin)))
    last = mark(Origin("network-acl", acl.network_acl_id, f"rule * {direction}"))
    return Filter(_chain("acl", acl.network_acl_id, direction), tuple(rules), last)


def _entry(entry: AclEntry, side: str) -> str | None:
    """The packets that an entry is about; None where they are of a protocol that nothing here speaks."""
    address = f"ip {side} {entry.cidr_block} "
    if entry.protocol == _ALL:
        return address
    protocol = _PROTOCOLS.get(entry.protocol)
    if protocol is None:
        return None
    if entry.port_range is None:
        return f"{address}meta l4proto {protocol} "
    return f"{address}{protocol} dport {entry.port_range.from_port}-{entry.port_range.to_port} "


class Guarded(NamedTuple):
    """The security groups of one interface, of one direction."""

    groups: tuple[str, ...]
    direction: str


def group_filter(world: World, name: str, guarded: Guarded, mark: Marker, members: Members) -> Filter:
    """What security groups allow: whatever any rule of any of them does."""
    groups, direction = guarded
    side = "daddr" if direction == "out" else "saddr"
    rules: list[Rule] = []
    for group_id in groups:
        group = world.security_group(group_id)
        if isinstance(group, Missing):
            raise unread(group)
        permissions = group.ip_permissions_egress if direction == "out" else group.ip_permissions
        if permissions is UNSET:
            raise unread(Missing(f"the rules of {group_id}", "ec2:DescribeSecurityGroups"))
        for permission in permissions:
            rules.extend(Rule(match, "accept") for match in _permission(world, permission, side, members))
    last = mark(Origin("security-group", ", ".join(sorted(groups)), direction))
    return Filter(name, tuple(rules), last)


def _permission(world: World, permission: IpPermission, side: str, members: Members) -> list[str]:
    traffic = _traffic(permission)
    if traffic is None:
        return []
    peers = [item.cidr_ip for item in permission.ip_ranges]
    for reference in permission.prefix_list_ids:
        entries = world.prefix_entries(reference.prefix_list_id)
        if isinstance(entries, Missing):
            raise unread(entries)
        peers.extend(cidr for cidr in entries if ":" not in cidr)
    for pair in permission.user_id_group_pairs:
        peers.extend(members(pair.group_id))
    return [f"ip {side} {peer} {traffic}" for peer in peers]


def _traffic(permission: IpPermission) -> str | None:
    if permission.ip_protocol == _ALL:
        return ""
    protocol = _PROTOCOLS.get(permission.ip_protocol)
    if protocol is None:
        return None
    if permission.from_port is None or permission.to_port is None or permission.from_port < 0:
        return f"meta l4proto {protocol} "
    return f"{protocol} dport {permission.from_port}-{permission.to_port} "


def _chain(kind: str, resource: str, direction: str) -> str:
    return f"{kind}_{resource.replace('-', '_')}_{direction}"
