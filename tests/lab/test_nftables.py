"""Security groups and network ACLs as rules of nftables."""

from typing import Any

import pytest

from skerry.errors import SkerryError
from skerry.lab.config_files import match_of
from skerry.lab.nftables import Direction, Guarded, build_acl_filter, build_group_filter
from skerry.lab.topology_records import Chain, TrafficOrigin
from skerry.net.cidr import Address
from tests.networks import EVERYWHERE, Network, allow, both_ways, entry


def chain(direction: Direction) -> Chain:
    return Chain("guard", 1, direction)


def acl(*entries: dict[str, Any], direction: Direction = "in") -> list[tuple[str, str]]:
    network = Network()
    network.acl("acl-1", both_ways(*entries), ["subnet-a"])
    found = build_acl_filter(network.world().network_acls["acl-1"], chain(direction), lambda _: 7)
    return [(match_of(rule), rule.verdict) for rule in found.rules]


def group(*rules: dict[str, Any], direction: Direction = "in", **members: list[str]) -> list[str]:
    network = Network()
    network.prefix_list("pl-1", "10.7.0.0/16", "2001:db8::/32")
    network.group("sg-1", inbound=rules, outbound=rules)

    def members_of(name: str) -> list[Address]:
        return [Address(text) for text in members.get(name.replace("-", "_"), [])]

    found = build_group_filter(network.world(), Guarded(("sg-1",), chain(direction)), lambda _: 7, members_of)
    assert all(rule.verdict == "accept" for rule in found.rules)
    return [match_of(rule) for rule in found.rules]


class TestNetworkAcls:
    def test_network_acl_rules_are_ordered_by_number(self) -> None:
        found = acl(entry(200), entry(100, "deny", "10.0.1.0/24", protocol="6", ports=(443, 443)))
        assert found == [
            ("ip saddr 10.0.1.0/24 tcp dport 443-443", "drop"),
            ("ip saddr 0.0.0.0/0", "accept"),
            ("ip saddr 0.0.0.0/0", "drop"),
        ]

    def test_outbound_network_acl_rule_matches_the_destination(self) -> None:
        assert acl(entry(100), direction="out")[0] == ("ip daddr 0.0.0.0/0", "accept")

    @pytest.mark.parametrize(
        ("more", "match"),
        [
            ({"protocol": "17", "ports": (53, 53)}, "udp dport 53-53"),
            ({"protocol": "6"}, "meta l4proto tcp"),
        ],
        ids=str,
    )
    def test_network_acl_rule_matches_protocol_and_ports(self, more: dict[str, Any], match: str) -> None:
        assert acl(entry(100, **more))[0] == (f"ip saddr {EVERYWHERE} {match}", "accept")

    def test_network_acl_rules_for_icmp_and_ipv6_are_ignored(self) -> None:
        six = entry(110, cidr=None) | {"Ipv6CidrBlock": "::/0"}
        assert acl(entry(100, protocol="1"), six) == [("ip saddr 0.0.0.0/0", "drop")]

    def test_network_acl_drop_origins_name_the_denying_entries(self) -> None:
        network = Network()
        network.acl("acl-1", both_ways(entry(90, "deny")), ["subnet-a"])
        seen: list[TrafficOrigin] = []

        def mark(origin: TrafficOrigin) -> int:
            seen.append(origin)
            return len(seen)

        build_acl_filter(network.world().network_acls["acl-1"], chain("out"), mark)
        assert seen[0] == TrafficOrigin("network-acl", "acl-1", "rule 90 out")
        assert seen[-1] == TrafficOrigin("network-acl", "acl-1", "rule * out")

    def test_network_acl_without_entries_raises_error(self) -> None:
        network = Network()
        del network.row("NetworkAcls", "acl-all")["Entries"]
        with pytest.raises(SkerryError, match="the entries of acl-all"):
            build_acl_filter(network.world().network_acls["acl-all"], chain("in"), lambda _: 1)


class TestSecurityGroups:
    def test_security_group_rules_match_cidrs_prefix_lists_and_members(self) -> None:
        rules = [
            allow("tcp", 443, cidr="10.0.0.0/8"),
            allow("6", 443, 444, prefix_list="pl-1"),
            allow("-1", group="sg-2"),
        ]
        assert group(*rules, sg_2=["10.0.1.5", "10.0.2.6"]) == [
            "ip saddr 10.0.0.0/8 tcp dport 443-443",
            "ip saddr 10.7.0.0/16 tcp dport 443-444",
            "ip saddr 10.0.1.5/32",
            "ip saddr 10.0.2.6/32",
        ]

    def test_outbound_security_group_rule_matches_the_destination(self) -> None:
        assert group(allow("udp", 53, cidr="10.0.0.2/32"), direction="out") == ["ip daddr 10.0.0.2/32 udp dport 53-53"]

    def test_security_group_rule_without_ports_matches_all_ports(self) -> None:
        assert group(allow("tcp", cidr=EVERYWHERE)) == [f"ip saddr {EVERYWHERE} meta l4proto tcp"]

    def test_security_group_rules_for_icmp_are_ignored(self) -> None:
        assert group(allow("icmp", -1, cidr=EVERYWHERE)) == []

    @pytest.mark.parametrize("lacking", ["group", "rules", "list"])
    def test_incomplete_security_group_raises_error(self, lacking: str) -> None:
        network = Network()
        network.group("sg-1", inbound=[allow(prefix_list="pl-9")])
        if lacking == "group":
            network.rows["SecurityGroups"].pop()
        elif lacking == "rules":
            del network.row("SecurityGroups", "sg-1")["IpPermissions"]
        with pytest.raises(SkerryError, match="the lab cannot be built without"):
            build_group_filter(network.world(), Guarded(("sg-1",), chain("in")), lambda _: 1, lambda _: ())
