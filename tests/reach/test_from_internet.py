"""From the internet to an interface, and back."""

from typing import Any

import pytest

from skerry.reach.from_internet import walk_from_internet
from skerry.reach.outcome import Outcome
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN
from tests.networks import EVERYWHERE, Network, allow, both_ways, entry

PUBLIC = {"PublicIp": "198.51.100.9"}


@pytest.fixture
def network() -> Network:
    """A web server with a public address in a public subnet."""
    network = Network()
    network.internet_gateway()
    network.route(GatewayId="igw-1")
    network.interface("eni-1", "10.0.1.9", groups=["sg-open"], Association=PUBLIC)
    return network


def enter(network: Network, name: str = "eni-1", port: int = 443) -> Outcome:
    walker = network.walker()
    return walk_from_internet(walker.world, walker.destinations, walker.world.network_interfaces[name], "tcp", port)


def lost(outcome: Outcome) -> list[tuple[str, str]]:
    (trace,) = outcome.traces
    return [(item.piece.code, item.piece.resource) for item in trace.judged if item.lost]


def missing(outcome: Outcome) -> list[str]:
    (trace,) = outcome.traces
    return [item.piece.missing.fact for item in trace.judged if item.piece.missing is not None]


def test_inbound_traffic_reaches_interface_with_public_address(network: Network) -> None:
    outcome = enter(network)
    assert outcome.verdict is OK
    (trace,) = outcome.traces
    assert (trace.subnet, trace.destination.label) == ("internet", "10.0.1.9")
    assert [f"{hop.kind} {hop.direction}/{hop.leg}" for hop, _ in trace.hops()] == [
        "gateway in/there",
        "network-acl in/there",
        "security-group in/there",
        "network-acl out/back",
        "route out/back",
    ]


def test_inbound_traffic_requires_public_address(network: Network) -> None:
    network.interface("eni-2", "10.0.1.10", groups=["sg-open"])
    assert lost(enter(network, "eni-2")) == [("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "igw-1")]


def test_inbound_traffic_without_internet_gateway_has_no_path(network: Network) -> None:
    network.rows["InternetGateways"].clear()
    assert lost(enter(network)) == [("NO_PATH", "vpc-1")]


def test_inbound_traffic_ignores_internet_gateway_of_another_vpc(network: Network) -> None:
    network.row("InternetGateways", "igw-1")["Attachments"] = [{"VpcId": "vpc-2", "State": "available"}]
    assert lost(enter(network)) == [("NO_PATH", "vpc-1")]


def test_inbound_traffic_is_unknown_if_internet_gateways_are_unread(network: Network) -> None:
    network.forget("InternetGateways")
    assert missing(enter(network)) == ["the internet gateway of vpc-1"]


def test_inbound_traffic_is_unknown_if_gateway_attachments_are_missing(network: Network) -> None:
    del network.row("InternetGateways", "igw-1")["Attachments"]
    assert missing(enter(network)) == ["the internet gateway of vpc-1"]


def test_nat_gateway_accepts_no_inbound_connection(network: Network) -> None:
    network.nat()
    outcome = enter(network, "eni-1f")
    assert outcome.verdict is BLOCKED
    assert ("NGW_ACCEPTS_NO_CONNECTION", "eni-1f") in lost(outcome)


def test_inbound_traffic_requires_security_group_rule(network: Network) -> None:
    assert lost(enter(network, port=80)) == [("ENI_SG_RULES_MISMATCH", "sg-open")]


def test_inbound_traffic_does_not_match_security_group_reference(network: Network) -> None:
    network.row("SecurityGroups", "sg-open")["IpPermissions"] = [allow("tcp", 443, group="sg-open")]
    assert lost(enter(network)) == [("ENI_SG_RULES_MISMATCH", "sg-open")]


def test_inbound_traffic_is_intermittent_if_group_allows_some_addresses(network: Network) -> None:
    network.row("SecurityGroups", "sg-open")["IpPermissions"] = [allow("tcp", 443, cidr="8.0.0.0/8")]
    outcome = enter(network)
    assert outcome.verdict is INTERMITTENT


@pytest.mark.parametrize(
    ("entries", "direction"),
    [
        ([entry(100, ports=(80, 80), protocol="6"), entry(100, egress=True)], "in"),
        ([entry(100), entry(100, egress=True, ports=(443, 443), protocol="6")], "out"),
    ],
    ids=["in", "replies"],
)
def test_inbound_traffic_requires_network_acl_entries_both_ways(network: Network, entries: Any, direction: str) -> None:
    network.acl("acl-web", entries, ["subnet-a"])
    outcome = enter(network)
    assert outcome.verdict is BLOCKED
    (trace,) = outcome.traces
    assert [item.hop.direction for item in trace.judged if item.lost] == [direction]


def test_inbound_replies_need_all_client_ports_in_network_acl(network: Network) -> None:
    network.acl("acl-web", both_ways(entry(100, ports=(443, 40_000), protocol="6")), ["subnet-a"])
    assert enter(network).because == ("ports",)


class TestReplies:
    """They must leave by the gateway that the call came in by."""

    def test_inbound_replies_without_route_are_blocked(self, network: Network) -> None:
        network.rows["RouteTables"][0]["Routes"].pop()
        assert lost(enter(network)) == [("NO_ROUTE_TO_DESTINATION", "rtb-main")]

    def test_inbound_replies_by_blackhole_route_are_blocked(self, network: Network) -> None:
        network.rows["RouteTables"][0]["Routes"][-1]["State"] = "blackhole"
        assert enter(network).verdict is BLOCKED

    def test_inbound_replies_by_another_gateway_are_unknown(self, network: Network) -> None:
        network.rows["RouteTables"][0]["Routes"].pop()
        network.route(TransitGatewayId="tgw-1")
        assert missing(enter(network)) == ["what becomes of replies that leave by tgw-1"]

    def test_inbound_replies_with_partial_route_are_intermittent(self, network: Network) -> None:
        network.rows["RouteTables"][0]["Routes"].pop()
        network.route("0.0.0.0/1", GatewayId="igw-1")
        assert enter(network).verdict is INTERMITTENT

    @pytest.mark.parametrize(
        ("make", "fact"),
        [
            (lambda n: n.forget("RouteTables"), "the route table of subnet subnet-a"),
            (lambda n: n.rows["RouteTables"][0].pop("Routes"), "the routes of rtb-main"),
        ],
        ids=["no table", "no routes"],
    )
    def test_inbound_replies_with_unread_routes_are_unknown(self, network: Network, make: Any, fact: str) -> None:
        make(network)
        assert missing(enter(network)) == [fact]

    def test_inbound_traffic_by_gateway_route_table_is_unknown(self, network: Network) -> None:
        network.table("rtb-edge")["Associations"] = [{"Main": False, "GatewayId": "igw-1"}]
        assert missing(enter(network)) == ["where rtb-edge of igw-1 sends what comes in"]


@pytest.mark.parametrize(
    ("key", "fact"),
    [
        ("PrivateIpAddress", "the address of eni-1"),
        ("SubnetId", "subnet "),
        ("Groups", "the security groups of eni-1"),
    ],
)
def test_inbound_interface_with_missing_field_is_unknown(network: Network, key: str, fact: str) -> None:
    del network.row("NetworkInterfaces", "eni-1")[key]
    outcome = enter(network)
    assert outcome.verdict is UNKNOWN
    assert missing(outcome) == [fact]


def test_inbound_interface_in_unread_subnet_is_unknown(network: Network) -> None:
    network.interface("eni-2", "10.0.9.9", "subnet-9", Association=PUBLIC)
    assert missing(enter(network, "eni-2")) == ["subnet subnet-9"]


def test_inbound_rules_for_two_half_ranges_allow_whole_internet(network: Network) -> None:
    """Private addresses do not come in by an internet gateway: a rule for the public ones is enough."""
    halves = [f"{first}.0.0.0/{length}" for first, length in ((0, 1), (128, 1))]
    network.row("SecurityGroups", "sg-open")["IpPermissions"] = [allow("tcp", 443, cidr=halves)]
    assert enter(network).verdict is OK
    network.row("SecurityGroups", "sg-open")["IpPermissions"] = [allow("tcp", 443, cidr=EVERYWHERE)]
    assert enter(network).verdict is OK
