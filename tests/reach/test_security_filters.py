"""What security groups and network ACLs keep. The oracles judge single packets, one rule after another."""

from ipaddress import IPv4Address, IPv4Network
from itertools import product
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from skerry.model.facts import Facts, Missing
from skerry.model.network import PrefixList
from skerry.model.rule_blocks import Ipv4RuleBlock, Ipv6RuleBlock
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
from skerry.net.addresses import PUBLIC, parse_block
from skerry.net.blocks import CidrBlock
from skerry.net.dns_names import parse_host
from skerry.net.intervals import Intervals, intersect
from skerry.net.packets import Box
from skerry.reach.cache import Memo
from skerry.reach.security_filters import Filters, Peer, intersect_prefix_list
from skerry.reach.trace import Cut, Destination, Direction, Hop, Leg
from skerry.reach.walk import Target
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN
from tests.networks import ALL, EVERYWHERE, Network, Row, allow, both_ways, entry, source

BASE = int(IPv4Address("10.0.0.0"))
UNIVERSE = 16
PEER = ((BASE, BASE + UNIVERSE - 1),)
HTTPS = ("tcp", 443)
ORDER = (OK, UNKNOWN, INTERMITTENT, BLOCKED)
LISTS = (
    PrefixList(prefix_list_id="pl-1", cidrs=tuple(map(CidrBlock, ("10.0.0.4/30", "10.0.0.12/31", "fd00::/8")))),
    PrefixList(prefix_list_id="pl-2", cidrs=(CidrBlock("10.0.0.0/31"),)),
)

cidrs = st.builds(
    lambda number, length: str(IPv4Network((BASE + number, length), strict=False)),
    st.integers(0, UNIVERSE - 1),
    st.integers(28, 32),
) | st.just(EVERYWHERE)


def filters_of(**facts: Any) -> Filters:
    return Filters(World(Facts(**facts)), Memo())


def addresses_of(cidr: str) -> Intervals:
    found = parse_block(cidr)
    assert found is not None
    return found.addresses


def lost_of(hop: Hop, packets: Box) -> Any:
    """Every lost packet, as its source, destination and port."""
    boxes = (piece.box(packets) for piece in hop.lost)
    return {packet for box in boxes for packet in product(*map(numbers_of, structs.astuple(box)))}


def numbers_of(intervals: Intervals) -> list[int]:
    return [number for low, high in intervals for number in range(low, high + 1)]


# ------------------------------------------------------------------------------------------- security groups


def group_of(*rules: IpPermission, name: str = "sg-1", **more: Any) -> SecurityGroup:
    return SecurityGroup(group_id=name, ip_permissions=rules, ip_permissions_egress=rules, **more)


def rule(
    protocol: str = "tcp",
    first: int | None = 443,
    last: int | None = None,
    *,
    cidr: str | None = None,
    prefix_list: str | None = None,
    group: str | None = None,
) -> IpPermission:
    return IpPermission(
        ip_protocol=protocol,
        from_port=first,
        to_port=first if last is None else last,
        ip_ranges=(IpRange(cidr_ip=Ipv4RuleBlock(cidr)),) if cidr else (),
        prefix_list_ids=(PrefixListReference(prefix_list_id=prefix_list),) if prefix_list else (),
        user_id_group_pairs=(GroupPair(group_id=group),) if group else (),
    )


def judged(*rules: IpPermission, direction: Direction = "out", traffic: tuple[str, int] = HTTPS, **peer: Any) -> Hop:
    world = World(Facts(security_groups=(group_of(*rules),), prefix_lists=LISTS))
    known: dict[str, Any] = {"addresses": PEER, "label": "the peer", "groups": ("sg-peer",)} | peer
    return Filters(world, Memo()).groups(("sg-1",), direction, traffic, Peer(**known))


def packets(direction: Direction) -> Box:
    """Packets that differ only in the address of the peer."""
    return Box(((0, 0),), PEER, ((0, 0),)) if direction == "out" else Box(PEER, ((0, 0),), ((0, 0),))


ports = st.sampled_from([(443, None), (80, None), (0, 65_535), (400, 443), (443, 500), (444, 500)])
rules = st.one_of(
    st.builds(lambda at, cidr: rule("tcp", *at, cidr=cidr), ports, cidrs),
    st.builds(lambda at, name: rule("tcp", *at, prefix_list=name), ports, st.sampled_from(["pl-1", "pl-2"])),
    st.builds(lambda name: rule(group=name), st.sampled_from(["sg-peer", "sg-other"])),
    st.builds(lambda protocol, cidr: rule(protocol, cidr=cidr), st.sampled_from(["6", "udp", "17", "1"]), cidrs),
    st.builds(lambda cidr: rule("-1", None, cidr=cidr), cidrs),
)
directions: st.SearchStrategy[Direction] = st.sampled_from(["out", "in"])


def admits(item: IpPermission, number: int) -> bool:
    """Whether one rule admits a packet to or from one address, at TCP 443."""
    if item.ip_protocol != "-1" and item.ip_protocol not in {"tcp", "6"}:
        return False
    if item.from_port is not None and item.to_port is not None and not item.from_port <= 443 <= item.to_port:
        return False
    lists = {row.prefix_list_id: row.cidrs for row in LISTS if isinstance(row.cidrs, tuple)}
    blocks: list[str] = [named.cidr_ip for named in item.ip_ranges]
    blocks += [cidr for named in item.prefix_list_ids for cidr in lists[named.prefix_list_id] if ":" not in cidr]
    member = any(pair.group_id == "sg-peer" for pair in item.user_id_group_pairs)
    return member or any(IPv4Address(number) in IPv4Network(cidr) for cidr in blocks)


class TestSecurityGroups:
    @given(st.lists(rules, max_size=5), directions)
    def test_security_groups_drop_packets_without_an_admitting_rule(
        self, drawn: list[IpPermission], direction: Direction
    ) -> None:
        hop = judged(*drawn, direction=direction)
        refused = {n for n in numbers_of(PEER) if not any(admits(item, n) for item in drawn)}
        assert {packet[1] or packet[0] for packet in lost_of(hop, packets(direction))} == refused
        assert not hop.undecided

    @given(st.lists(rules, max_size=5), st.randoms(use_true_random=False), directions)
    def test_security_groups_ignore_rule_order(
        self, drawn: list[IpPermission], dice: Any, direction: Direction
    ) -> None:
        shuffled = dice.sample(drawn, len(drawn))
        one, other = judged(*drawn, direction=direction), judged(*shuffled, direction=direction)
        assert lost_of(one, packets(direction)) == lost_of(other, packets(direction))

    @given(st.lists(rules, max_size=4), rules, directions)
    def test_security_groups_drop_no_more_after_adding_a_rule(
        self, drawn: list[IpPermission], added: IpPermission, direction: Direction
    ) -> None:
        before, after = judged(*drawn, direction=direction), judged(*drawn, added, direction=direction)
        assert lost_of(after, packets(direction)) <= lost_of(before, packets(direction))

    @given(st.lists(rules, min_size=1, max_size=4), cidrs)
    def test_first_rule_of_security_groups_admits_every_peer_in_its_block(
        self, drawn: list[IpPermission], cidr: str
    ) -> None:
        first = filters_of(security_groups=(group_of(*drawn),)).first_rule(("sg-1",), "out", HTTPS)
        inside = intersect(((first.first, first.last),), addresses_of(cidr)) if first else ()
        if first and inside:
            assert first.allows(inside)
            hop = judged(*drawn, addresses=inside, groups=None)
            assert (hop.rule, hop.lost, hop.undecided) == (first.hop.rule, (), ())

    @pytest.mark.parametrize("peer", ["10.0.0.0/15", "10.0.255.255/32", "10.2.0.0/32", "10.0.0.0/8"])
    def test_first_rule_of_security_groups_admits_no_peer_outside_its_block(self, peer: str) -> None:
        first = filters_of(security_groups=(group_of(rule(cidr="10.1.0.0/16")),)).first_rule(("sg-1",), "out", HTTPS)
        assert first is not None
        assert not first.allows(addresses_of(peer))
        assert first.allows(addresses_of("10.1.255.255/32"))

    @pytest.mark.parametrize(
        "groups",
        [
            (group_of(rule(group="sg-2")), group_of(rule(cidr="10.0.0.0/8"), name="sg-2")),
            (group_of(rule(prefix_list="pl-1")), group_of(rule(cidr="10.0.0.0/8"), name="sg-2")),
            (group_of(), group_of(name="sg-2")),
            (group_of(rule(cidr="10.0.0.0/8"), name="sg-2"),),
        ],
        ids=["group", "prefix list", "no rule", "unread group"],
    )
    def test_first_rule_of_security_groups_is_none_unless_it_is_for_a_block(
        self, groups: tuple[SecurityGroup, ...]
    ) -> None:
        assert filters_of(security_groups=groups).first_rule(("sg-1", "sg-2"), "out", HTTPS) is None

    def test_first_rule_of_security_groups_may_be_of_a_later_group(self) -> None:
        groups = (group_of(), group_of(rule(cidr="10.0.0.0/8"), name="sg-2"))
        first = filters_of(security_groups=groups).first_rule(("sg-1", "sg-2"), "out", HTTPS)
        assert first is not None
        assert first.hop.resource == "sg-2"
        assert first.allows(addresses_of("10.1.0.0/16"))
        assert not first.allows(addresses_of("11.0.0.0/8"))
        assert not first.allows(())

    def test_security_groups_allow_the_union_of_their_rules(self) -> None:
        groups = (group_of(name="sg-1"), group_of(rule(cidr="10.0.0.0/29"), name="sg-2"))
        both = filters_of(security_groups=groups)
        peer = Peer(addresses_of("10.0.0.0/28"), "the peer", None)
        hop = both.groups(("sg-1", "sg-2"), "out", HTTPS, peer)
        assert [piece.cut for piece in hop.lost] == [Cut(destination=addresses_of("10.0.0.8/29"))]
        assert hop.rule == "tcp 443 to 10.0.0.0/29"

    def test_security_groups_report_the_admitting_rule(self) -> None:
        assert judged(rule(cidr=EVERYWHERE)).rule == "tcp 443 to 0.0.0.0/0"
        assert judged(rule("-1", None, cidr=EVERYWHERE), direction="in").rule == "all traffic from 0.0.0.0/0"
        assert judged(rule("tcp", 1, 1023, prefix_list="pl-1")).rule == "tcp 1-1023 to pl-1"
        assert judged(rule(group="sg-peer"), direction="in").rule == "tcp 443 from sg-peer"

    def test_security_groups_message_names_refused_traffic(self) -> None:
        (piece,) = judged(rule("tcp", 5432, cidr=EVERYWHERE)).lost
        assert (piece.code, piece.resource) == ("ENI_SG_RULES_MISMATCH", "sg-1")
        assert piece.message == "no outbound rule of sg-1 allows tcp 443 to the peer"
        (part,) = judged(rule(cidr="10.0.0.0/29"), direction="in").lost
        assert part.message == "no inbound rule of sg-1 allows tcp 443 from 10.0.0.8/29"

    def test_security_groups_without_rules_report_sg_has_no_rules(self) -> None:
        assert [piece.code for piece in judged().lost] == ["SG_HAS_NO_RULES"]

    @pytest.mark.parametrize(("number", "name"), [("6", "tcp"), ("17", "udp")])
    def test_security_group_rule_protocol_matches_by_name_or_number(self, number: str, name: str) -> None:
        assert judged(rule(number, cidr=EVERYWHERE), traffic=(name, 443)).clean
        assert judged(rule(name, cidr=EVERYWHERE), traffic=(name, 443)).clean

    @pytest.mark.parametrize(("first", "last"), [(None, None), (-1, -1), (443, None)])
    def test_security_group_rule_without_full_port_range_allows_all_ports(
        self, first: int | None, last: int | None
    ) -> None:
        open_range = IpPermission(
            ip_protocol="tcp", from_port=first, to_port=last, ip_ranges=(IpRange(cidr_ip=Ipv4RuleBlock(EVERYWHERE)),)
        )
        assert judged(open_range).clean


class TestGroupReferenceRules:
    def test_group_reference_admits_only_members_of_the_group(self) -> None:
        assert judged(rule(group="sg-peer"), direction="in").clean
        assert judged(rule(group="sg-other"), direction="in").lost

    def test_group_reference_refuses_peer_in_no_group(self) -> None:
        assert judged(rule(group="sg-peer"), direction="in", groups=None).lost

    def test_group_reference_leaves_peer_with_unknown_groups_undecided(self) -> None:
        fact = Missing("the security groups of the peer")
        hop = judged(rule(group="sg-peer"), direction="in", groups=fact)
        assert not hop.lost
        assert [(piece.missing, piece.rule) for piece in hop.undecided] == [(fact, "tcp 443 from sg-peer")]

    def test_group_reference_is_ignored_if_another_rule_admits_the_peer(self) -> None:
        fact = Missing("the security groups of the peer")
        assert judged(rule(group="sg-peer"), rule(cidr=EVERYWHERE), groups=fact).clean

    @pytest.mark.parametrize(("named", "matters"), [(rule(group="sg-9"), True), (rule(cidr=EVERYWHERE), False)])
    def test_names_groups_is_true_only_for_group_rule_of_this_traffic(self, named: IpPermission, matters: bool) -> None:  # noqa: FBT001
        filters = filters_of(security_groups=(group_of(named),))
        assert filters.names_groups(("sg-1",), "in", HTTPS) is matters
        assert not filters.names_groups(("sg-1",), "in", ("tcp", 80))

    def test_names_groups_is_true_for_unread_security_group(self) -> None:
        assert filters_of().names_groups(("sg-1",), "in", HTTPS)


class TestPrefixListRules:
    def test_prefix_list_rule_admits_entries_of_the_list(self) -> None:
        (piece,) = judged(rule(prefix_list="pl-2")).lost
        assert piece.cut.destination == ((BASE + 2, BASE + UNIVERSE - 1),)

    def test_prefix_list_rule_without_entries_leaves_peer_undecided(self) -> None:
        hop = judged(rule(prefix_list="pl-9"))
        assert not hop.lost
        assert [piece.missing for piece in hop.undecided] == [
            Missing("the entries of prefix list pl-9", "ec2:GetManagedPrefixListEntries")
        ]


class TestUnreadableSecurityGroups:
    def test_malformed_rule_cidr_leaves_unadmitted_traffic_undecided(self) -> None:
        hop = judged(rule(cidr="10.0.0.0/29"), rule(cidr="10.0.0.0/129"))
        assert not hop.lost
        (piece,) = hop.undecided
        assert piece.cut == Cut(destination=addresses_of("10.0.0.8/29"))
        assert piece.missing == Missing("rule 'tcp 443 to 10.0.0.0/129' of sg-1 cannot be read")

    def test_malformed_rule_cidr_for_other_ports_is_ignored(self) -> None:
        assert judged(rule("tcp", 22, cidr="nonsense")).lost

    def test_unread_security_group_rules_leave_traffic_undecided(self) -> None:
        filters = filters_of(security_groups=(SecurityGroup(group_id="sg-1"),))
        peer = Peer(PEER, "the peer", None)
        told = {"out": "the outbound rules of sg-1", "in": "the inbound rules of sg-1"}
        for direction in ("out", "in"):
            hop = filters.groups(("sg-1",), direction, HTTPS, peer)
            assert [piece.missing for piece in hop.undecided] == [
                Missing(told[direction], "ec2:DescribeSecurityGroups")
            ]

    def test_unread_security_group_leaves_traffic_undecided(self) -> None:
        hop = filters_of().groups(("sg-1",), "out", HTTPS, Peer(PEER, "the peer", None))
        assert [piece.missing for piece in hop.undecided] == [
            Missing("security group sg-1", "ec2:DescribeSecurityGroups")
        ]

    def test_unread_security_group_is_ignored_if_another_group_admits(self) -> None:
        filters = filters_of(security_groups=(group_of(rule(cidr=EVERYWHERE)),))
        assert filters.groups(("sg-9", "sg-1"), "out", HTTPS, Peer(PEER, "the peer", None)).clean

    def test_interface_with_unknown_security_groups_is_undecided(self) -> None:
        fact = Missing("the groups")
        hop = filters_of().groups(fact, "in", HTTPS, Peer(PEER, "the peer", None))
        assert [piece.missing for piece in hop.undecided] == [fact]

    def test_interface_without_security_groups_is_undecided(self) -> None:
        hop = filters_of().groups((), "in", HTTPS, Peer(PEER, "the peer", None))
        assert [piece.missing for piece in hop.undecided] == [
            Missing("what guards an interface that is in no security group")
        ]


# ----------------------------------------------------------------------------------------------- prefix lists


class TestPrefixListMembership:
    own = PrefixList(prefix_list_id="pl-1", prefix_list_name="offices", owner_id="111122223333")
    s3 = PrefixList(prefix_list_id="pl-53", prefix_list_name="com.amazonaws.eu-west-1.s3", owner_id="AWS")
    world = World(Facts(prefix_lists=(own, s3)))

    def test_prefix_list_without_entries_contains_its_own_service(self) -> None:
        assert intersect_prefix_list(self.world, "pl-53", PEER, Destination("S3", PEER, prefix_list="pl-53")) == PEER

    def test_aws_prefix_list_contains_no_other_service(self) -> None:
        assert intersect_prefix_list(self.world, "pl-53", PUBLIC, Destination("logs", PUBLIC, elsewhere=True)) == ()
        assert (
            intersect_prefix_list(self.world, "pl-53", PUBLIC, Destination("dynamodb", PUBLIC, prefix_list="pl-dd"))
            == ()
        )

    def test_aws_prefix_list_contains_no_private_address(self) -> None:
        assert intersect_prefix_list(self.world, "pl-53", PEER, Destination("a task", PEER)) == ()
        assert intersect_prefix_list(self.world, "pl-53", PEER, None) == ()

    def test_customer_prefix_list_without_entries_is_missing(self) -> None:
        fact = Missing("the entries of prefix list pl-1", "ec2:GetManagedPrefixListEntries")
        assert intersect_prefix_list(self.world, "pl-1", PEER, None) == fact
        assert intersect_prefix_list(self.world, "pl-1", PUBLIC, Destination("logs", PUBLIC, elsewhere=True)) == fact


# ------------------------------------------------------------------------------------------------ network ACLs

CLIENT = ((40_000, 40_007),)
AT_443 = ((443, 443),)
legs: st.SearchStrategy[Leg] = st.sampled_from(["there", "back"])
ranges = st.sampled_from([None, (443, 443), (0, 65_535), (40_000, 40_003), (40_002, 40_005), (22, 22), (400, 40_000)])
entries = st.builds(
    lambda cidr, action, protocol, ports, egress: {
        "cidr_block": cidr,
        "ipv6_cidr_block": None if cidr else "::/0",
        "rule_action": action,
        "protocol": protocol,
        "port_range": AclPortRange(from_port=ports[0], to_port=ports[1]) if ports else None,
        "egress": egress,
    },
    cidrs | st.none(),
    st.sampled_from(["allow", "deny"]),
    st.sampled_from(["-1", "6", "6", "17"]),
    ranges,
    st.booleans(),
)


def entry_of(row: dict[str, Any]) -> AclEntry:
    blocks = {"cidr_block": Ipv4RuleBlock, "ipv6_cidr_block": Ipv6RuleBlock}
    return AclEntry(**row | {key: make(row[key]) for key, make in blocks.items() if row.get(key) is not None})


def acl_of(drawn: list[dict[str, Any]], number: int = 100) -> NetworkAcl:
    rows = tuple(entry_of({"rule_number": number + place} | row) for place, row in enumerate(drawn))
    return NetworkAcl(network_acl_id="acl-1", vpc_id="vpc-1", entries=rows)


def through(acl: NetworkAcl | Missing, direction: Direction, leg: Leg, memo: Memo | None = None) -> Hop:
    numbers = AT_443 if leg == "there" else CLIENT
    return Filters(World(Facts()), memo or Memo(remember=False)).acl(acl, direction, leg, "tcp", PEER, numbers)


def flow(direction: Direction, leg: Leg) -> Box:
    """The packets of a flow that an ACL sees: it asks for the address of the far end, and replies for their port."""
    far_is_destination = (leg == "there") == (direction == "out")
    client = ((0, 0),) if leg == "there" else CLIENT
    return Box(((0, 0),), PEER, client) if far_is_destination else Box(PEER, ((0, 0),), client)


def first_match(drawn: list[dict[str, Any]], direction: Direction, number: int, port: int) -> str:
    for row in drawn:
        ports = row["port_range"]
        if (
            row["egress"] == (direction == "out")
            and row["protocol"] in {"-1", "6"}
            and row["cidr_block"] is not None
            and IPv4Address(number) in IPv4Network(row["cidr_block"])
            and (row["protocol"] == "-1" or ports is None or ports.from_port <= port <= ports.to_port)
        ):
            return str(row["rule_action"])
    return "deny"


class TestNetworkAcls:
    @given(st.lists(entries, max_size=6), directions, legs)
    def test_network_acl_decides_by_first_matching_entry(
        self, drawn: list[dict[str, Any]], direction: Direction, leg: Leg
    ) -> None:
        hop = through(acl_of(drawn), direction, leg)
        numbers = numbers_of(AT_443 if leg == "there" else CLIENT)
        denied = {
            (number, 0 if leg == "there" else port)
            for number in numbers_of(PEER)
            for port in numbers
            if first_match(drawn, direction, number, port) == "deny"
        }
        lost = {(there or here, port) for here, there, port in lost_of(hop, flow(direction, leg))}
        assert lost == denied
        assert not hop.undecided

    @given(st.lists(entries, max_size=6), directions, legs)
    def test_network_acl_attributes_each_lost_packet_to_a_single_entry(
        self, drawn: list[dict[str, Any]], direction: Direction, leg: Leg
    ) -> None:
        hop = through(acl_of(drawn), direction, leg)
        each = [set(product(*map(numbers_of, structs.astuple(piece.box(flow(direction, leg)))))) for piece in hop.lost]
        assert sum(map(len, each)) == len(set().union(*each))

    @given(st.lists(entries, max_size=6), directions, legs)
    def test_network_acl_result_is_the_same_with_and_without_memo(
        self, drawn: list[dict[str, Any]], direction: Direction, leg: Leg
    ) -> None:
        memo = Memo()
        plain, first, again = (through(acl_of(drawn), direction, leg, known) for known in (None, memo, memo))
        for hop in (first, again):
            assert (hop.rule, hop.lost, hop.undecided) == (plain.rule, plain.lost, plain.undecided)

    @given(st.lists(entries, max_size=4), directions, legs)
    def test_network_acl_with_leading_allow_all_drops_nothing(
        self, drawn: list[dict[str, Any]], direction: Direction, leg: Leg
    ) -> None:
        first = {"cidr_block": EVERYWHERE, "rule_action": "allow", "protocol": "-1", "egress": direction == "out"}
        assert through(acl_of([first, *drawn]), direction, leg).clean

    def test_network_acl_single_rule_flag_needs_entry_for_all_addresses(self) -> None:
        some: Any = {"cidr_block": "10.0.0.0/29", "rule_action": "allow", "protocol": "-1", "egress": True}
        narrow, wide = acl_of([some]), acl_of([some | {"cidr_block": EVERYWHERE}])
        inside, outside = addresses_of("10.0.0.1"), addresses_of("10.0.0.9")
        assert filters_of().acl(narrow, "out", "there", "tcp", outside, AT_443).lost
        assert not filters_of().acl(narrow, "out", "there", "tcp", inside, AT_443).by_one_rule
        assert filters_of().acl(wide, "out", "there", "tcp", inside, AT_443).by_one_rule

    def test_network_acl_evaluates_entries_by_rule_number(self) -> None:
        deny: dict[str, Any] = {
            "rule_number": 90,
            "rule_action": "deny",
            "cidr_block": EVERYWHERE,
            "protocol": "-1",
            "egress": True,
        }
        allowed = deny | {"rule_number": 100, "rule_action": "allow"}
        for rows in ([deny, allowed], [allowed, deny]):
            acl = NetworkAcl(network_acl_id="acl-1", vpc_id="vpc-1", entries=tuple(map(entry_of, rows)))
            assert [piece.rule for piece in through(acl, "out", "there").lost] == [
                "rule 90: deny all traffic 0.0.0.0/0"
            ]

    def test_network_acl_without_entries_denies_all(self) -> None:
        (piece,) = through(acl_of([]), "in", "back").lost
        assert (piece.code, piece.resource, piece.rule) == ("SUBNET_ACL_RESTRICTION", "acl-1", "rule *: deny")
        assert piece.message == "acl-1 drops inbound replies from 10.0.0.0/28, tcp 40000-40007: rule *: deny"
        assert piece.box(flow("in", "back")) == flow("in", "back")

    def test_network_acl_message_names_dropped_calls(self) -> None:
        deny = {"cidr_block": "10.0.0.0/29", "rule_action": "deny", "protocol": "6", "egress": True}
        pass_on = {"cidr_block": EVERYWHERE, "rule_action": "allow", "protocol": "-1", "egress": True}
        (piece,) = through(acl_of([deny, pass_on]), "out", "there").lost
        assert piece.message == (
            "acl-1 drops outbound calls to 10.0.0.0/29, tcp 443: rule 100: deny all ports 10.0.0.0/29"
        )
        assert piece.cut == Cut(destination=addresses_of("10.0.0.0/29"))

    def test_network_acl_reports_first_allowing_entry(self) -> None:
        half = {"cidr_block": "10.0.0.0/29", "rule_action": "allow", "protocol": "6", "egress": True}
        rest = half | {"cidr_block": EVERYWHERE}
        assert through(acl_of([half, rest]), "out", "there").rule == "rule 100: allow all ports 10.0.0.0/29"
        ports = half | {"cidr_block": EVERYWHERE, "port_range": AclPortRange(from_port=443, to_port=443)}
        assert through(acl_of([ports]), "out", "there").rule == "rule 100: allow ports 443-443 0.0.0.0/0"

    def test_network_acl_default_entry_is_printed_with_a_star(self) -> None:
        last = {"cidr_block": EVERYWHERE, "rule_action": "deny", "protocol": "-1", "egress": True}
        (piece,) = through(acl_of([last], number=32_767), "out", "there").lost
        assert piece.rule == "rule *: deny all traffic 0.0.0.0/0"

    def test_network_acl_drops_replies_by_client_port(self) -> None:
        ports = AclPortRange(from_port=40_004, to_port=65_535)
        some = {"cidr_block": EVERYWHERE, "rule_action": "allow", "protocol": "6", "port_range": ports, "egress": False}
        (piece,) = through(acl_of([some]), "in", "back").lost
        assert piece.box(flow("in", "back")) == structs.replace(flow("in", "back"), ports=((40_000, 40_003),))

    def test_network_acl_cache_separates_protocols(self) -> None:
        filters = filters_of()
        only_udp = {"cidr_block": EVERYWHERE, "rule_action": "allow", "protocol": "17", "egress": True}
        acl = acl_of([only_udp])
        assert filters.acl(acl, "out", "there", "udp", PEER, ((53, 53),)).clean
        assert filters.acl(acl, "out", "there", "tcp", PEER, ((53, 53),)).lost


class TestUnreadableAcls:
    odd: ClassVar[Any] = {"cidr_block": "nonsense", "rule_action": "deny", "protocol": "6", "egress": True}
    everything: ClassVar[Any] = {"cidr_block": EVERYWHERE, "rule_action": "allow", "protocol": "-1", "egress": True}

    def test_malformed_acl_entry_leaves_matching_traffic_undecided(self) -> None:
        hop = through(acl_of([self.odd, self.everything]), "out", "there")
        assert not hop.lost
        (piece,) = hop.undecided
        assert piece.missing == Missing("'rule 100: deny all ports nonsense' of acl-1 cannot be read")
        assert piece.code == "UNKNOWN_RESOURCE"

    def test_malformed_allow_entry_leaves_matching_traffic_undecided(self) -> None:
        hop = through(acl_of([self.odd | {"rule_action": "allow"}, self.everything]), "out", "there")
        assert [piece.code for piece in hop.undecided] == ["UNKNOWN_RESOURCE"]

    def test_acl_entry_without_cidr_block_is_undecided(self) -> None:
        entry_ = {key: value for key, value in self.odd.items() if key != "cidr_block"}
        assert through(acl_of([entry_, self.everything]), "out", "there").undecided
        ipv6 = entry_ | {"ipv6_cidr_block": "::/0"}
        assert through(acl_of([ipv6, self.everything]), "out", "there").clean

    def test_malformed_acl_entry_yields_to_earlier_entries(self) -> None:
        assert through(acl_of([self.everything, self.odd]), "out", "there").clean
        deny = self.everything | {"rule_action": "deny", "cidr_block": "10.0.0.0/29"}
        hop = through(acl_of([deny, self.odd, self.everything]), "out", "there")
        assert [piece.cut.destination for piece in hop.lost] == [addresses_of("10.0.0.0/29")]
        assert [piece.cut.destination for piece in hop.undecided] == [addresses_of("10.0.0.8/29")]

    def test_malformed_acl_entry_for_other_ports_is_ignored(self) -> None:
        ssh = self.odd | {"port_range": AclPortRange(from_port=22, to_port=22)}
        assert through(acl_of([ssh, self.everything]), "out", "there").clean

    def test_network_acl_with_unread_entries_is_undecided(self) -> None:
        hop = through(NetworkAcl(network_acl_id="acl-1", vpc_id="vpc-1"), "out", "there")
        assert [piece.missing for piece in hop.undecided] == [
            Missing("the entries of acl-1", "ec2:DescribeNetworkAcls")
        ]

    def test_unread_network_acl_is_undecided(self) -> None:
        fact = Missing("the network ACL of subnet-1")
        hop = through(fact, "in", "back")
        assert (hop.kind, hop.leg) == ("network-acl", "back")
        assert [piece.missing for piece in hop.undecided] == [fact]


# ------------------------------------------------------------------------------------------------- whole walks

blocks_of_vpc = st.sampled_from(
    [EVERYWHERE, "10.0.0.0/16", "10.0.1.0/24", "10.0.2.0/25", "10.0.1.10", "8.0.0.0/8", "?"]
)
names = st.one_of(
    st.builds(lambda cidr: {"cidr": cidr}, blocks_of_vpc),
    st.builds(lambda group: {"group": group}, st.sampled_from(["sg-task", "sg-end", "sg-default"])),
    st.builds(lambda name: {"prefix_list": name}, st.sampled_from(["pl-1", "pl-2"])),
)
added_rules = st.one_of(
    st.builds(lambda named: allow("tcp", 443, **named), names),
    st.builds(lambda named: allow("tcp", 0, 65_535, **named), names),
    st.builds(lambda named: allow(**named), names),
    st.builds(lambda named: allow("udp", 53, **named), names),
)
some_rules = st.lists(added_rules, max_size=3)
acl_rows = st.builds(
    lambda action, cidr, at: entry(100, action, cidr, protocol="6", ports=at),
    st.sampled_from(["allow", "deny"]),
    st.sampled_from([EVERYWHERE, "10.0.1.0/24", "10.0.2.0/25"]),
    st.sampled_from([(0, 65_535), (443, 443), (1024, 65_535), (40_000, 65_535)]),
)


def verdict_of(outbound: list[Row], inbound: list[Row], acl: list[Row] | None = None) -> int:
    """How bad it is for a task in subnet-a to reach an endpoint in subnet-b, as a place in the order of verdicts."""
    network = Network()
    network.prefix_list("pl-1", "10.0.1.0/24", "10.0.2.0/24")
    network.prefix_list("pl-2")
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = outbound
    network.group("sg-end", inbound=inbound)
    network.endpoint("vpce-1", "logs", ["subnet-b", "subnet-a"], group="sg-end")
    if acl is not None:
        network.acl("acl-1", both_ways(*acl), ["subnet-a"])
    walker = network.walker()
    outcome = walker.reach(source(walker), Target(parse_host("logs.eu-west-1.amazonaws.com"), 443))
    return ORDER.index(outcome.verdict)


class TestAddedAllowRules:
    @given(some_rules, some_rules, added_rules)
    def test_added_task_group_rule_makes_no_verdict_worse(
        self, outbound: list[Row], inbound: list[Row], added: Row
    ) -> None:
        assert verdict_of([*outbound, added], inbound) <= verdict_of(outbound, inbound)

    @given(some_rules, some_rules, added_rules)
    def test_added_endpoint_group_rule_makes_no_verdict_worse(
        self, outbound: list[Row], inbound: list[Row], added: Row
    ) -> None:
        assert verdict_of(outbound, [added, *inbound]) <= verdict_of(outbound, inbound)

    @given(st.lists(acl_rows, max_size=3), acl_rows.filter(lambda row: row["RuleAction"] == "allow"))
    def test_added_leading_acl_allow_makes_no_verdict_worse(self, rows: list[Row], added: Row) -> None:
        before = [row | {"RuleNumber": 100 + place} for place, row in enumerate(rows)]
        after = [added | {"RuleNumber": 1}, *before]
        assert verdict_of([ALL], [ALL], after) <= verdict_of([ALL], [ALL], before)

    @given(some_rules, some_rules)
    def test_verdict_does_not_depend_on_security_group_rule_order(
        self, outbound: list[Row], inbound: list[Row]
    ) -> None:
        assert verdict_of(outbound[::-1], inbound[::-1]) == verdict_of(outbound, inbound)
