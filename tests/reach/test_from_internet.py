"""From the internet to an interface, and back."""

from typing import Any

import pytest

from skerry.reach.from_internet import from_internet
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
    return from_internet(walker.world, walker.destinations, walker.world.network_interfaces[name], "tcp", port)


def lost(outcome: Outcome) -> list[tuple[str, str]]:
    (trace,) = outcome.traces
    return [(item.piece.code, item.piece.resource) for item in trace.judged if item.lost]


def missing(outcome: Outcome) -> list[str]:
    (trace,) = outcome.traces
    return [item.piece.missing.fact for item in trace.judged if item.piece.missing is not None]


def test_an_open_interface_with_a_public_address_is_reached(network: Network) -> None:
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


def test_without_a_public_address_nothing_comes_in(network: Network) -> None:
    network.interface("eni-2", "10.0.1.10", groups=["sg-open"])
    assert lost(enter(network, "eni-2")) == [("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", "igw-1")]


def test_without_an_internet_gateway_there_is_no_path(network: Network) -> None:
    network.rows["InternetGateways"].clear()
    assert lost(enter(network)) == [("NO_PATH", "vpc-1")]


def test_an_internet_gateway_of_another_vpc_is_no_path(network: Network) -> None:
    network.row("InternetGateways", "igw-1")["Attachments"] = [{"VpcId": "vpc-2", "State": "available"}]
    assert lost(enter(network)) == [("NO_PATH", "vpc-1")]


def test_without_knowledge_of_internet_gateways_it_is_not_known(network: Network) -> None:
    network.forget("InternetGateways")
    assert missing(enter(network)) == ["the internet gateway of vpc-1"]


def test_gateway_whose_attachments_are_unknown_may_be_the_one_of_the_vpc(network: Network) -> None:
    del network.row("InternetGateways", "igw-1")["Attachments"]
    assert missing(enter(network)) == ["the internet gateway of vpc-1"]


def test_a_nat_gateway_accepts_no_connection(network: Network) -> None:
    network.nat()
    outcome = enter(network, "eni-1f")
    assert outcome.verdict is BLOCKED
    assert ("NGW_ACCEPTS_NO_CONNECTION", "eni-1f") in lost(outcome)


def test_the_groups_must_admit_it(network: Network) -> None:
    assert lost(enter(network, port=80)) == [("ENI_SG_RULES_MISMATCH", "sg-open")]


def test_the_internet_is_in_no_group(network: Network) -> None:
    network.row("SecurityGroups", "sg-open")["IpPermissions"] = [allow("tcp", 443, group="sg-open")]
    assert lost(enter(network)) == [("ENI_SG_RULES_MISMATCH", "sg-open")]


def test_groups_that_admit_some_addresses_admit_those(network: Network) -> None:
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
def test_the_network_acl_must_pass_it_both_ways(network: Network, entries: Any, direction: str) -> None:
    network.acl("acl-web", entries, ["subnet-a"])
    outcome = enter(network)
    assert outcome.verdict is BLOCKED
    (trace,) = outcome.traces
    assert [item.hop.direction for item in trace.judged if item.lost] == [direction]


def test_replies_go_to_any_port_of_a_client(network: Network) -> None:
    network.acl("acl-web", both_ways(entry(100, ports=(443, 40_000), protocol="6")), ["subnet-a"])
    assert enter(network).because == ("ports",)


class TestReplies:
    """They must leave by the gateway that the call came in by."""

    def test_without_a_route_are_lost(self, network: Network) -> None:
        network.rows["RouteTables"][0]["Routes"].pop()
        assert lost(enter(network)) == [("NO_ROUTE_TO_DESTINATION", "rtb-main")]

    def test_by_a_black_hole_are_lost(self, network: Network) -> None:
        network.rows["RouteTables"][0]["Routes"][-1]["State"] = "blackhole"
        assert enter(network).verdict is BLOCKED

    def test_by_another_way_are_not_known(self, network: Network) -> None:
        network.rows["RouteTables"][0]["Routes"].pop()
        network.route(TransitGatewayId="tgw-1")
        assert missing(enter(network)) == ["what becomes of replies that leave by tgw-1"]

    def test_with_a_route_to_a_part_of_the_internet_reach_that_part(self, network: Network) -> None:
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
    def test_are_not_known_without_the_routes(self, network: Network, make: Any, fact: str) -> None:
        make(network)
        assert missing(enter(network)) == [fact]

    def test_of_a_gateway_with_a_route_table_of_its_own_are_not_known(self, network: Network) -> None:
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
def test_an_interface_that_does_not_tell_a_fact_leaves_it_open(network: Network, key: str, fact: str) -> None:
    del network.row("NetworkInterfaces", "eni-1")[key]
    outcome = enter(network)
    assert outcome.verdict is UNKNOWN
    assert missing(outcome) == [fact]


def test_an_interface_in_a_subnet_that_was_not_read_leaves_it_open(network: Network) -> None:
    network.interface("eni-2", "10.0.9.9", "subnet-9", Association=PUBLIC)
    assert missing(enter(network, "eni-2")) == ["subnet subnet-9"]


def test_everywhere_is_more_than_the_internet(network: Network) -> None:
    """Private addresses do not come in by an internet gateway: a rule for the public ones is enough."""
    halves = [f"{first}.0.0.0/{length}" for first, length in ((0, 1), (128, 1))]
    network.row("SecurityGroups", "sg-open")["IpPermissions"] = [allow("tcp", 443, cidr=halves)]
    assert enter(network).verdict is OK
    network.row("SecurityGroups", "sg-open")["IpPermissions"] = [allow("tcp", 443, cidr=EVERYWHERE)]
    assert enter(network).verdict is OK
