"""Security groups and network ACLs as nftables chains of a lab, rule for rule.

Security groups: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
Network ACLs: https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
"""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from msgspec import UNSET

from skerry.errors import SkerryError
from skerry.lab import input_checks
from skerry.lab.topology_records import Chain, Filter, NftRule, Protocol, TrafficOrigin
from skerry.model.facts import Missing
from skerry.model.security_groups_and_acls import AclEntry, IpPermission, NetworkAcl
from skerry.model.world import World
from skerry.net.cidr import Address, Cidr, ipv4_blocks_of
from skerry.net.ports import PortRange

_PROTOCOLS = {
    "-1": Protocol.ALL,
    "tcp": Protocol.TCP,
    "6": Protocol.TCP,
    "udp": Protocol.UDP,
    "17": Protocol.UDP,
}
# No packet of a lab has one of these protocols: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
_OTHERS = {"icmp", "icmpv6"} | {str(number) for number in range(256)}
_LAST = 32_767
_ACTIONS: dict[str, Literal["accept", "drop"]] = {"allow": "accept", "deny": "drop"}

Direction = Literal["in", "out"]
Marker = Callable[[TrafficOrigin], int]
Members = Callable[[str], Iterable[Address]]


def make_unread_error(missing: Missing) -> SkerryError:
    """Return the error for a missing fact, without which the lab cannot be built."""
    return SkerryError(f"the lab cannot be built without {missing.fact}", f"Supply the answer of {missing.action}.")


def build_acl_filter(acl: NetworkAcl, chain: Chain, mark: Marker) -> Filter:
    """Return the entries of a network ACL for one direction, in order; their blocks are the packet's other end."""
    if acl.entries is UNSET:
        raise make_unread_error(Missing(f"the entries of {acl.network_acl_id}", "ec2:DescribeNetworkAcls"))
    direction = chain.direction
    rules = []
    for entry in sorted(acl.entries, key=lambda item: item.rule_number):
        # Only an IPv6 entry has no IPv4 block, and a lab has no IPv6 packets.
        if entry.egress != (direction == "out") or (entry.cidr_block is None and entry.ipv6_cidr_block is not None):
            continue
        number = "*" if entry.rule_number >= _LAST else str(entry.rule_number)
        name = f"rule {number} {direction} of {acl.network_acl_id}"
        verdict = _ACTIONS.get(entry.rule_action)
        if verdict is None:
            raise input_checks.make_invalid_error(f"the action of {name}", "allow or deny")
        protocol = _protocol(entry.protocol, name)
        if protocol is None:
            continue
        origin = TrafficOrigin("network-acl", acl.network_acl_id, f"rule {number} {direction}")
        peer = input_checks.check_cidr(entry.cidr_block, f"the block of {name}")
        number_of_origin = 0 if verdict == "accept" else mark(origin)
        rules.append(NftRule(_side(direction), peer, verdict, protocol, _entry_ports(entry, name), number_of_origin))
    last = mark(TrafficOrigin("network-acl", acl.network_acl_id, f"rule * {direction}"))
    return Filter(chain, tuple(rules), last)


def _side(direction: Direction) -> Literal["saddr", "daddr"]:
    """Return the end of a packet that rules of a direction name: the other one."""
    return "daddr" if direction == "out" else "saddr"


def _protocol(text: str, name: str) -> Protocol | None:
    """Parse a protocol; None if no packet of a lab has it."""
    if text not in _PROTOCOLS and text not in _OTHERS:
        raise input_checks.make_invalid_error(f"the protocol of {name}", "one that AWS knows")
    return _PROTOCOLS.get(text)


def _entry_ports(entry: AclEntry, name: str) -> PortRange | None:
    if entry.port_range is None or _PROTOCOLS.get(entry.protocol) is Protocol.ALL:
        return None
    return input_checks.check_ports(entry.port_range.from_port, entry.port_range.to_port, f"the port range of {name}")


class Guarded(NamedTuple):
    """The security groups of one interface."""

    groups: tuple[str, ...]
    chain: Chain


def build_group_filter(world: World, guarded: Guarded, mark: Marker, members: Members) -> Filter:
    """Return the rules of all security groups of an interface: a packet passes if any of them allows it."""
    groups, direction = guarded.groups, guarded.chain.direction
    rules: list[NftRule] = []
    for group_id in groups:
        group = world.find_security_group(group_id)
        if isinstance(group, Missing):
            raise make_unread_error(group)
        permissions = group.ip_permissions_egress if direction == "out" else group.ip_permissions
        if permissions is UNSET:
            raise make_unread_error(Missing(f"the rules of {group_id}", "ec2:DescribeSecurityGroups"))
        for permission in permissions:
            name = f"a rule ({direction}) of {group_id}"
            protocol = _protocol(permission.ip_protocol, name)
            if protocol is None:
                continue
            ports = _permission_ports(permission, protocol, name)
            peers = _peers(world, permission, name, members)
            rules.extend(NftRule(_side(direction), peer, "accept", protocol, ports) for peer in peers)
    last = mark(TrafficOrigin("security-group", ", ".join(sorted(groups)), direction))
    return Filter(guarded.chain, tuple(rules), last)


def _peers(world: World, permission: IpPermission, name: str, members: Members) -> list[Cidr]:
    peers = [input_checks.check_cidr(item.cidr_ip, f"the CidrIp of {name}") for item in permission.ip_ranges]
    for reference in permission.prefix_list_ids:
        entries = world.prefix_entries_of(reference.prefix_list_id)
        if isinstance(entries, Missing):
            raise make_unread_error(entries)
        peers.extend(ipv4_blocks_of(entries))
    for pair in permission.user_id_group_pairs:
        peers.extend(Cidr(f"{address}/32") for address in members(pair.group_id))
    return peers


def _permission_ports(permission: IpPermission, protocol: Protocol, name: str) -> PortRange | None:
    """Return the ports of a rule; None if it is for all ports."""
    first, last = permission.from_port, permission.to_port
    if protocol is Protocol.ALL or first is None or last is None or (first, last) == (-1, -1):
        return None
    return input_checks.check_ports(first, last, f"the port range of {name}")
