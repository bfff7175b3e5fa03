"""Security groups and network ACLs: the packets that they keep of a flow."""

from typing import assert_never

import msgspec

from skerry.model.facts import Missing
from skerry.model.security_groups_and_acls import GroupPair, NetworkAcl, PrefixListReference
from skerry.model.world import World
from skerry.net.addresses import EVERYTHING, PUBLIC, PUBLIC_IPV6, Block, spell, whole_family_of
from skerry.net.intervals import EMPTY, Intervals, covers, intersect, subtract, union
from skerry.reach.cache import Memo
from skerry.reach.compiled_rules import AclRule, GroupRule, acl_rules_of, group_rules_of, has_no_rules
from skerry.reach.trace import Cut, Destination, Direction, Hop, Kind, Leg, Piece

_SIDES = {"out": "outbound", "in": "inbound"}


class Peer(msgspec.Struct, frozen=True, gc=False):
    """The other end of a flow, as a security group sees it; ``groups`` None: no interface of any group."""

    addresses: Intervals
    label: str
    groups: tuple[str, ...] | Missing | None
    destination: Destination | None = None


class FirstRule(msgspec.Struct, frozen=True, gc=False):
    """The first rule of security groups: for packets in its CIDR block no other rule is asked."""

    first: int
    last: int
    hop: Hop

    def allows(self, addresses: Intervals) -> bool:
        """Tell whether the rule is for all of these addresses."""
        return bool(addresses) and self.first <= addresses[0][0] and addresses[-1][1] <= self.last


class Filters:
    """Judges the filters of one World; each filter's rules are read once, and so are judgements of ACLs."""

    def __init__(self, world: World, memo: Memo) -> None:
        self.world = world
        self.memo = memo
        # Rules are read once even with the cache off: they are the user's, and no judgement.
        self._read = Memo()
        self._first_rules: dict[tuple[tuple[str, ...], Direction, tuple[str, int]], FirstRule | None] = {}

    def groups(
        self, groups: tuple[str, ...] | Missing, direction: Direction, traffic: tuple[str, int], peer: Peer
    ) -> Hop:
        """Return the packets that pass the security groups of one interface: any rule of any group may allow them."""
        if isinstance(groups, Missing):
            return _unread(direction, "", groups)
        if not groups:
            return _unread(direction, "", Missing("what guards an interface that is in no security group"))
        first = self.first_rule(groups, direction, traffic)
        if first is not None and first.allows(peer.addresses):
            return first.hop
        allowed, doubtful, rule = EMPTY, [], ""
        for group_id in groups:
            rules = self.rules(group_id, direction, traffic)
            if isinstance(rules, Missing):
                doubtful.append((group_id, "", rules))
                continue
            for item in rules:
                matched = _matched(self.world, item, peer)
                if isinstance(matched, Missing):
                    doubtful.append((group_id, item.text, matched))
                elif matched:
                    if matched == peer.addresses:
                        return Hop("security-group", group_id, direction, rule=item.text)
                    allowed, rule = union(allowed, matched), item.text
        side = _Side(groups, direction, traffic, rule)
        denied = subtract(peer.addresses, allowed)
        return _group_verdict(self.world, side, peer, denied, doubtful)

    def first_rule(self, groups: tuple[str, ...], direction: Direction, traffic: tuple[str, int]) -> "FirstRule | None":
        """Return the rule of some security groups that is asked first, if it is one for a CIDR block."""
        key = groups, direction, traffic
        if key not in self._first_rules:
            self._first_rules[key] = self._first_rule(groups, direction, traffic)
        return self._first_rules[key]

    def _first_rule(
        self, groups: tuple[str, ...], direction: Direction, traffic: tuple[str, int]
    ) -> "FirstRule | None":
        for group_id in groups:
            rules = self.rules(group_id, direction, traffic)
            if isinstance(rules, Missing):
                return None
            if rules:
                peer, text = rules[0].peer, rules[0].text
                hop = Hop("security-group", group_id, direction, rule=text)
                return FirstRule(*peer.addresses[0], hop) if isinstance(peer, Block) else None
        return None

    def rules(self, group_id: str, direction: Direction, traffic: tuple[str, int]) -> tuple[GroupRule, ...] | Missing:
        """Return the rules of a security group that concern this traffic."""
        return self._read.once((group_id, direction, traffic), lambda: self._rules(group_id, direction, traffic))

    def _rules(self, group_id: str, direction: Direction, traffic: tuple[str, int]) -> tuple[GroupRule, ...] | Missing:
        group = self.world.find_security_group(group_id)
        return group if isinstance(group, Missing) else group_rules_of(group, direction, *traffic)

    def names_groups(self, groups: tuple[str, ...], direction: Direction, traffic: tuple[str, int]) -> bool:
        """Tell whether it matters to these groups which groups the other end is in."""
        return self.memo.once(("names", groups, direction, traffic), lambda: self._name(groups, direction, traffic))

    def _name(self, groups: tuple[str, ...], direction: Direction, traffic: tuple[str, int]) -> bool:
        return any(
            isinstance(rules, Missing) or any(isinstance(rule.peer, GroupPair) for rule in rules)
            for rules in (self.rules(group_id, direction, traffic) for group_id in groups)
        )

    def acl(
        self,
        acl: NetworkAcl | Missing,
        direction: Direction,
        leg: Leg,
        protocol: str,
        remote: Intervals,
        ports: Intervals,
    ) -> Hop:
        """Return the packets that pass a network ACL: the first matching entry decides.

        ``remote`` are the addresses that its entries name: the packet's destination going out, its source coming
        in. ``ports`` are the packet's destination ports: on the way back those of the client.
        """
        if isinstance(acl, Missing):
            return _unread(direction, "", acl, kind="network-acl", leg=leg)
        place = _Place(acl.network_acl_id, direction, leg, protocol, ports)
        family = whole_family_of(remote)
        wide = self.memo.once((place, family), lambda: self._acl(acl, place, family))
        if wide.by_one_rule:
            # The entry that decides for all addresses decides for these.
            return wide
        return self.memo.once((place, remote), lambda: self._acl(acl, place, remote))

    def _acl(self, acl: NetworkAcl, place: "_Place", remote: Intervals) -> Hop:
        key = (place.acl, place.direction, place.protocol)
        rules = self._read.once(key, lambda: acl_rules_of(acl, place.direction, place.protocol))
        if isinstance(rules, Missing):
            return _unread(place.direction, place.acl, rules, kind="network-acl", leg=place.leg)
        return _first_match(place, remote, rules)


class _Side(msgspec.Struct, frozen=True, gc=False):
    groups: tuple[str, ...]
    direction: Direction
    traffic: tuple[str, int]
    rule: str


def _group_verdict(
    world: World, side: _Side, peer: Peer, remaining: Intervals, doubtful: list[tuple[str, str, Missing]]
) -> Hop:
    """Return the packets that the groups keep, except ``rest``: lost, or undecided if a rule is not readable."""
    first = min(side.groups)
    if not remaining:
        return Hop("security-group", first, side.direction, rule=side.rule)
    is_everything = remaining == peer.addresses
    cut = Cut() if is_everything else Cut(destination=remaining) if side.direction == "out" else Cut(source=remaining)
    if doubtful:
        undecided = tuple(
            Piece("UNKNOWN_RESOURCE", group, text, str(missing), cut, missing) for group, text, missing in doubtful
        )
        return Hop("security-group", first, side.direction, rule=side.rule, undecided=undecided)
    empty = all(has_no_rules(world.security_groups[group], side.direction) for group in side.groups)
    code = "SG_HAS_NO_RULES" if empty else "ENI_SG_RULES_MISMATCH"
    protocol, port = side.traffic
    link = "to" if side.direction == "out" else "from"
    where = peer.label if is_everything else spell(remaining)
    text = (
        f"no {_SIDES[side.direction]} rule of {', '.join(sorted(side.groups))} allows {protocol} {port} {link} {where}"
    )
    lost = (Piece(code, first, "", text, cut),)
    return Hop("security-group", first, side.direction, rule=side.rule, lost=lost)


def _matched(world: World, rule: GroupRule, peer: Peer) -> Intervals | Missing:
    """Return the addresses of the peer that a rule is about."""
    match rule.peer:
        case Block(addresses):
            return intersect(addresses, peer.addresses)
        case GroupPair():
            if isinstance(peer.groups, Missing):
                return peer.groups
            return peer.addresses if peer.groups is not None and rule.peer.group_id in peer.groups else EMPTY
        case PrefixListReference():
            return intersect_prefix_list(world, rule.peer.prefix_list_id, peer.addresses, peer.destination)
        case Missing():
            return rule.peer
        case never:
            assert_never(never)


def intersect_prefix_list(
    world: World, prefix_list: str, addresses: Intervals, destination: Destination | None
) -> Intervals | Missing:
    """Return the addresses that a prefix list holds.

    A prefix list with unknown entries still holds all addresses marked as its own; a list of AWS's holds no private
    address and none of another service.
    """
    service = world.service_of_prefix_list(prefix_list)
    if destination is not None:
        if destination.prefix_list == prefix_list:
            return addresses
        if service is not None and (destination.elsewhere or destination.prefix_list is not None):
            return EMPTY
    entries = world.prefix_entries_of(prefix_list)
    if isinstance(entries, Missing):
        private = not intersect(addresses, union(PUBLIC, PUBLIC_IPV6))
        return EMPTY if service is not None and private else entries
    return intersect(union(*(entry.addresses for entry in entries)), addresses)


class _Place(msgspec.Struct, frozen=True, gc=False):
    """Where a network ACL is evaluated: its id, the direction, and the ports of the packets."""

    acl: str
    direction: Direction
    leg: Leg
    protocol: str
    ports: Intervals

    def cut(self, remote: Intervals, ports: Intervals) -> Cut:
        """Return the part of a flow that these addresses and ports are.

        There and outward, or back and inward, the entries name the destination of the flow; else its source. The
        port of the packets is an axis only on the way back: there it is fixed.
        """
        numbers = ports if self.leg == "back" and ports != self.ports else None
        if (self.leg == "there") == (self.direction == "out"):
            return Cut(destination=remote, ports=numbers)
        return Cut(source=remote, ports=numbers)


def _first_match(place: _Place, remote: Intervals, rules: tuple[AclRule, ...]) -> Hop:
    unmatched: _Parts = [(remote, place.ports)]
    lost: list[Piece] = []
    undecided: list[Piece] = []
    allowing_rule = ""
    for rule in rules:
        if rule.allows and not lost and not undecided and _holds(rule, unmatched):
            is_first_rule = not allowing_rule and remote == whole_family_of(remote)
            return Hop(
                "network-acl",
                place.acl,
                place.direction,
                place.leg,
                allowing_rule or rule.text,
                by_one_rule=is_first_rule,
            )
        missing = rule.addresses if isinstance(rule.addresses, Missing) else None
        addresses = EVERYTHING if isinstance(rule.addresses, Missing) else rule.addresses
        hit, unmatched = _split(unmatched, addresses, rule.ports)
        if missing is not None:
            undecided.extend(_piece(place, rule.text, *part, missing) for part in hit)
        elif hit and rule.allows:
            allowing_rule = allowing_rule or rule.text
        elif hit:
            lost.extend(_piece(place, rule.text, *part) for part in hit)
        if not unmatched:
            break
    lost.extend(_piece(place, "rule *: deny", *part) for part in unmatched)
    return Hop("network-acl", place.acl, place.direction, place.leg, allowing_rule, tuple(lost), tuple(undecided))


_Parts = list[tuple[Intervals, Intervals]]


def _holds(rule: AclRule, parts: _Parts) -> bool:
    """Tell whether an entry is about all that is left, as the first one mostly is."""
    if isinstance(rule.addresses, Missing):
        return False
    return all(covers(rule.addresses, remote) and covers(rule.ports, numbers) for remote, numbers in parts)


def _split(parts: _Parts, addresses: Intervals, ports: Intervals) -> tuple[_Parts, _Parts]:
    hit: _Parts = []
    unmatched: _Parts = []
    for remote, numbers in parts:
        inside, matched = intersect(remote, addresses), intersect(numbers, ports)
        if not inside or not matched:
            unmatched.append((remote, numbers))
            continue
        hit.append((inside, matched))
        if outside := subtract(remote, inside):
            unmatched.append((outside, numbers))
        if others := subtract(numbers, matched):
            unmatched.append((inside, others))
    return hit, unmatched


def _piece(place: _Place, rule: str, remote: Intervals, ports: Intervals, missing: Missing | None = None) -> Piece:
    numbers = ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in ports)
    link = "to" if place.direction == "out" else "from"
    kind = "replies" if place.leg == "back" else "calls"
    side = _SIDES[place.direction]
    text = f"{place.acl} drops {side} {kind} {link} {spell(remote)}, {place.protocol} {numbers}: {rule}"
    if missing is not None:
        text = str(missing)
    # On the way there the port is fixed; an axis that is not cut is left out.
    code = "UNKNOWN_RESOURCE" if missing is not None else "SUBNET_ACL_RESTRICTION"
    return Piece(code, place.acl, rule, text, place.cut(remote, ports), missing)


def _unread(
    direction: Direction,
    resource: str,
    missing: Missing,
    kind: Kind = "security-group",
    leg: Leg = "there",
) -> Hop:
    piece = Piece("UNKNOWN_RESOURCE", resource, "", str(missing), missing=missing)
    return Hop(kind, resource, direction, leg, undecided=(piece,))
