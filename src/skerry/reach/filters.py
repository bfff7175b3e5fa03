"""What security groups and network ACLs keep of a flow."""

from typing import NamedTuple

from skerry.model.facts import Missing
from skerry.model.filters import NetworkAcl
from skerry.model.world import World
from skerry.net.addresses import PUBLIC, block, spell
from skerry.net.intervals import EMPTY, Intervals, covers, intersect, subtract, union
from skerry.reach.rules import AclRule, GroupRule, acl_rules, group_rules, has_no_rules
from skerry.reach.trace import Destination, Direction, Hop, Leg, Piece

_SIDES = {"out": "outbound", "in": "inbound"}


class Peer(NamedTuple):
    """The other end of a flow, as a security group sees it; ``groups`` None: no interface of any group."""

    addresses: Intervals
    label: str
    groups: tuple[str, ...] | Missing | None
    destination: Destination | None = None


def groups_hop(
    world: World, groups: tuple[str, ...] | Missing, direction: Direction, traffic: tuple[str, int], peer: Peer
) -> Hop:
    """What the security groups of one interface keep; a packet passes that any rule of any group allows."""
    if isinstance(groups, Missing):
        return _unread(direction, "", groups)
    if not groups:
        return _unread(direction, "", Missing("what guards an interface that is in no security group"))
    allowed, doubtful, rule = EMPTY, [], ""
    for group_id in groups:
        rules = _rules(world, group_id, direction, traffic)
        if isinstance(rules, Missing):
            doubtful.append((peer.addresses, group_id, "", rules))
            continue
        for item in rules:
            matched = _matched(world, item, peer)
            if isinstance(matched, Missing):
                doubtful.append((peer.addresses, group_id, item.text, matched))
            elif matched:
                if covers(matched, peer.addresses):
                    return Hop("security-group", group_id, direction, rule=item.text)
                allowed, rule = union(allowed, matched), item.text
    return _group_verdict(world, groups, direction, traffic, peer, allowed, doubtful, rule)


def _group_verdict(
    world: World,
    groups: tuple[str, ...],
    direction: Direction,
    traffic: tuple[str, int],
    peer: Peer,
    allowed: Intervals,
    doubtful: list[tuple[Intervals, str, str, Missing]],
    rule: str,
) -> Hop:
    axis = "destination" if direction == "out" else "source"
    rest = subtract(peer.addresses, allowed)
    if not rest:
        return Hop("security-group", groups[0], direction, rule=rule)
    if doubtful:
        undecided = tuple(
            Piece("UNKNOWN_RESOURCE", group, text, str(missing), missing=missing, **{axis: rest})
            for _, group, text, missing in doubtful
        )
        return Hop("security-group", groups[0], direction, rule=rule, undecided=undecided)
    found = [world.security_groups[group] for group in groups]
    code = "SG_HAS_NO_RULES" if all(has_no_rules(g, direction) for g in found) else "ENI_SG_RULES_MISMATCH"
    protocol, port = traffic
    who = ", ".join(groups)
    link = "to" if direction == "out" else "from"
    where = peer.label if rest == peer.addresses else spell(rest)
    text = f"no {_SIDES[direction]} rule of {who} allows {protocol} {port} {link} {where}"
    piece = Piece(code, groups[0], "", text, **{axis: rest})
    return Hop("security-group", piece.resource, direction, rule=rule, lost=(piece,))


def _rules(
    world: World, group_id: str, direction: Direction, traffic: tuple[str, int]
) -> tuple[GroupRule, ...] | Missing:
    group = world.security_group(group_id)
    return group if isinstance(group, Missing) else group_rules(group, direction, *traffic)


def _matched(world: World, rule: GroupRule, peer: Peer) -> Intervals | Missing:
    """The addresses of the peer that a rule is about."""
    if rule.addresses is not None:
        return intersect(rule.addresses, peer.addresses)
    if rule.member is not None:
        if peer.groups is None:
            return EMPTY
        if isinstance(peer.groups, Missing):
            return peer.groups
        return peer.addresses if rule.member in peer.groups else EMPTY
    if rule.prefix_list is not None:
        return in_prefix_list(world, rule.prefix_list, peer.addresses, peer.destination)
    return Missing(f"rule {rule.text!r} of {rule.group} cannot be read")


def in_prefix_list(
    world: World, prefix_list: str, addresses: Intervals, destination: Destination | None
) -> Intervals | Missing:
    """Which of the addresses a prefix list holds.

    A list whose entries are not known still holds all addresses that are told to be just its own, and a list of
    AWS's holds none of another service's, nor a private one.
    """
    service = world.service_of_prefix_list(prefix_list)
    if destination is not None:
        if destination.prefix_list == prefix_list:
            return addresses
        if service is not None and (destination.elsewhere or destination.prefix_list is not None):
            return EMPTY
    entries = world.prefix_entries(prefix_list)
    if isinstance(entries, Missing):
        private = not intersect(addresses, PUBLIC)
        return EMPTY if service is not None and private else entries
    # An entry that is no IPv4 block is an IPv6 one: it holds no IPv4 address.
    return intersect(union(*(found.addresses for cidr in entries if (found := block(cidr)))), addresses)


def acl_hop(
    acl: NetworkAcl | Missing, direction: Direction, leg: Leg, protocol: str, remote: Intervals, ports: Intervals
) -> Hop:
    """What a network ACL keeps: the first entry that concerns a packet decides.

    ``remote`` are the addresses that its entries name: the packet's destination going out, its source coming in.
    ``ports`` are the packet's destination ports: on the way back those of the client.
    """
    if isinstance(acl, Missing):
        return _unread(direction, "", acl, kind="network-acl", leg=leg)
    rules = acl_rules(acl, direction, protocol)
    if isinstance(rules, Missing):
        return _unread(direction, acl.network_acl_id, rules, kind="network-acl", leg=leg)
    # There and outward, or back and inward, the entries name the destination of the flow; else its source.
    axis = "destination" if (leg == "there") == (direction == "out") else "source"
    place = _Place(acl.network_acl_id, direction, leg, protocol, axis)
    return _first_match(place, rules, remote, ports)


class _Place(NamedTuple):
    acl: str
    direction: Direction
    leg: Leg
    protocol: str
    axis: str


def _first_match(place: _Place, rules: tuple[AclRule, ...], remote: Intervals, ports: Intervals) -> Hop:
    rest = [(remote, ports)]
    lost: list[Piece] = []
    kept = ""
    for rule in rules:
        if rule.addresses is None:
            missing = Missing(f"{rule.text!r} of {place.acl} cannot be read")
            undecided = tuple(_piece(place, rule.text, *part, missing) for part in rest)
            return Hop("network-acl", place.acl, place.direction, place.leg, kept, tuple(lost), undecided)
        hit, rest = _split(rest, rule.addresses, rule.ports)
        if hit and rule.allows:
            kept = kept or rule.text
        elif hit:
            lost.extend(_piece(place, rule.text, *part) for part in hit)
        if not rest:
            break
    lost.extend(_piece(place, "rule *: deny", *part) for part in rest)
    return Hop("network-acl", place.acl, place.direction, place.leg, kept, tuple(lost))


_Parts = list[tuple[Intervals, Intervals]]


def _split(parts: _Parts, addresses: Intervals, ports: Intervals) -> tuple[_Parts, _Parts]:
    hit: _Parts = []
    rest: _Parts = []
    for remote, numbers in parts:
        inside, matched = intersect(remote, addresses), intersect(numbers, ports)
        if not inside or not matched:
            rest.append((remote, numbers))
            continue
        hit.append((inside, matched))
        if outside := subtract(remote, inside):
            rest.append((outside, numbers))
        if others := subtract(numbers, matched):
            rest.append((inside, others))
    return hit, rest


def _piece(
    place: _Place, rule: str, remote: Intervals, ports: Intervals, missing: Missing | None = None
) -> Piece:
    numbers = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ports)
    link = "to" if place.direction == "out" else "from"
    kind = "replies" if place.leg == "back" else "calls"
    side = _SIDES[place.direction]
    text = f"{place.acl} drops {side} {kind} {link} {spell(remote)}, {place.protocol} {numbers}: {rule}"
    if missing is not None:
        text = str(missing)
    axes = {place.axis: remote} | ({"ports": ports} if place.leg == "back" else {})
    code = "UNKNOWN_RESOURCE" if missing is not None else "SUBNET_ACL_RESTRICTION"
    return Piece(code, place.acl, rule, text, missing=missing, **axes)


def _unread(
    direction: Direction,
    resource: str,
    missing: Missing,
    kind: str = "security-group",
    leg: Leg = "there",
) -> Hop:
    piece = Piece("UNKNOWN_RESOURCE", resource, "", str(missing), missing=missing)
    return Hop(kind, resource, direction, leg, undecided=(piece,))


