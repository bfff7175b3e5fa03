"""The ways through the network: routes, gateways, network ACLs between subnets, and the way back."""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef, regional_host_of
from skerry.model.facts import Missing
from skerry.net.dns_names import parse_host
from skerry.net.ip_addresses import IpAddress
from skerry.reach.outcome import Outcome
from skerry.reach.trace import Destination
from skerry.reach.walk import Target
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict
from tests.networks import EVERYWHERE, HTTPS, REGION, S3_CIDRS, VPC, Network, allow, both_ways, entry, source

LOGS = Target(parse_host(f"logs.{REGION}.amazonaws.com"), 443, "aws", ServiceRef("logs", REGION))
S3 = Target(parse_host(regional_host_of(ServiceRef("s3", REGION))), 443, "aws", ServiceRef("s3", REGION))
DENY_ALL = [entry(32_767, "deny"), entry(32_767, "deny", egress=True)]


def reach(network: Network, target: Target = LOGS, **of: Any) -> Outcome:
    walker = network.walker()
    return walker.reach(source(walker, **of), target)


def walk(network: Network, address: str, port: int = 443, **of: Any) -> Outcome:
    walker = network.walker()
    return walker.walk(source(walker, **of), [walker.destinations.at(VPC, IpAddress(address))], "tcp", port)


def lost(outcome: Outcome) -> list[tuple[str, str]]:
    pieces = (item.piece for trace in outcome.traces for item in trace.judged if item.lost)
    return [(piece.code, piece.resource) for piece in pieces]


def messages(outcome: Outcome) -> list[str]:
    return [item.piece.message for trace in outcome.traces for item in trace.judged]


def missing(outcome: Outcome) -> list[str]:
    pieces = (item.piece for trace in outcome.traces for item in trace.judged if not item.lost)
    return [piece.missing.fact for piece in pieces if piece.missing is not None]


def kinds(outcome: Outcome) -> list[str]:
    (trace,) = outcome.traces
    return [f"{hop.kind} {hop.resource} {hop.direction}/{hop.leg}" for hop, _ in trace.hops()]


class TestMissingRoutes:
    def test_missing_route_message_names_absent_interface_endpoint(self) -> None:
        outcome = reach(Network())
        assert lost(outcome) == [("NO_ROUTE_TO_DESTINATION", "rtb-main")]
        (message,) = messages(outcome)
        assert message.startswith(f"rtb-main has no route to the public addresses of CloudWatch Logs in {REGION}")
        assert message.endswith(f"no endpoint com.amazonaws.{REGION}.logs answers for the name")

    def test_missing_route_message_names_absent_gateway_endpoint(self) -> None:
        network = Network()
        network.s3_list(*S3_CIDRS)
        (message,) = messages(reach(network, S3))
        assert message.startswith(f"rtb-main has no route to the public addresses of Amazon S3 in {REGION}")
        assert message.endswith(f"no gateway endpoint com.amazonaws.{REGION}.s3 is associated with it")

    def test_missing_route_message_for_internet_host_names_no_endpoint(self) -> None:
        (message,) = messages(reach(Network(), Target(parse_host("registry.example"), 443, "internet")))
        assert message == "rtb-main has no route to the internet"

    def test_blackhole_route_is_reported_as_bad_state(self) -> None:
        network = Network()
        network.route(NatGatewayId="nat-1", State="blackhole")
        outcome = reach(network)
        assert lost(outcome) == [("BAD_STATE_ROUTE", "rtb-main")]
        (message,) = messages(outcome)
        assert message.endswith("its route 0.0.0.0/0 → nat-1 is a black hole")

    def test_route_in_undocumented_state_is_unknown(self) -> None:
        network = Network()
        network.internet_gateway()
        network.route(GatewayId="igw-1", State="filtered")
        outcome = reach(network, public=True)
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, ["what a route in state filtered does"])

    def test_missing_route_still_checks_source_security_groups_and_acls(self) -> None:
        network = Network()
        network.acl("acl-shut", DENY_ALL, ["subnet-a"])
        network.group("sg-shut")
        outcome = reach(network, groups=("sg-shut",))
        assert lost(outcome) == [
            ("SG_HAS_NO_RULES", "sg-shut"),
            ("SUBNET_ACL_RESTRICTION", "acl-shut"),
            ("NO_ROUTE_TO_DESTINATION", "rtb-main"),
            ("SUBNET_ACL_RESTRICTION", "acl-shut"),
        ]
        (trace,) = outcome.traces
        assert [item.hop.direction for item in trace.judged if item.piece.resource == "acl-shut"] == ["out", "in"]

    def test_route_for_part_of_the_addresses_is_intermittent(self) -> None:
        network = Network()
        network.s3_list(*S3_CIDRS)
        network.gateway_endpoint()
        network.route("52.218.0.0/17", GatewayId="igw-1")
        network.internet_gateway()
        outcome = reach(network, S3, public=True)
        assert (outcome.verdict, outcome.because) == (INTERMITTENT, ("address",))
        assert lost(outcome) == [("NO_ROUTE_TO_DESTINATION", "rtb-main")]

    def test_route_for_part_of_unknown_addresses_is_unknown(self) -> None:
        network = Network()
        network.route("52.0.0.0/8", GatewayId="igw-1")
        network.internet_gateway()
        assert reach(network, public=True).verdict is UNKNOWN

    @pytest.mark.parametrize(
        ("make", "fact"),
        [
            (lambda n: n.forget("RouteTables"), "the route table of subnet subnet-a"),
            (lambda n: n.rows["RouteTables"][0].pop("Routes"), "the routes of rtb-main"),
        ],
        ids=["no table", "no routes"],
    )
    def test_unread_routes_leave_path_unknown(self, make: Any, fact: str) -> None:
        network = Network()
        make(network)
        outcome = reach(network)
        assert outcome.verdict is UNKNOWN
        assert missing(outcome) == [fact]


class TestInternetGateways:
    def network(self, **gateway: Any) -> Network:
        network = Network()
        network.internet_gateway(**gateway)
        network.route(GatewayId="igw-1")
        return network

    def test_internet_gateway_requires_public_address(self) -> None:
        assert reach(self.network(), public=True).verdict is OK
        assert lost(reach(self.network())) == [("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "igw-1")]

    def test_internet_gateway_path_crosses_network_acl_both_ways(self) -> None:
        assert kinds(reach(self.network(), public=True)) == [
            "dns vpc-1 out/there",
            "security-group sg-task out/there",
            "network-acl acl-all out/there",
            "route rtb-main out/there",
            "gateway igw-1 out/there",
            "network-acl acl-all in/back",
        ]

    def test_internet_gateway_replies_are_intermittent_if_acl_denies_ports(self) -> None:
        network = self.network()
        rules = [entry(100, ports=(1024, 40_000), protocol="6"), entry(100, egress=True), *DENY_ALL]
        network.acl("acl-some", rules, ["subnet-a"])
        outcome = reach(network, public=True)
        assert (outcome.verdict, outcome.because) == (INTERMITTENT, ("ports",))
        assert messages(outcome)[0].endswith("tcp 40001-60999: rule *: deny all traffic 0.0.0.0/0")

    @pytest.mark.parametrize("gateway", [{"vpc": "vpc-2"}, {"state": "detached"}], ids=str)
    def test_internet_gateway_must_be_attached_to_vpc(self, gateway: dict[str, str]) -> None:
        assert lost(reach(self.network(**gateway), public=True)) == [("BAD_STATE_ATTACHMENT", "igw-1")]

    def test_unread_internet_gateway_is_unknown(self) -> None:
        network = self.network()
        network.rows["InternetGateways"].clear()
        outcome = reach(network, public=True)
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, ["igw-1"])

    def test_internet_gateway_drops_private_destinations(self) -> None:
        outcome = walk(self.network(), "10.9.9.9", public=True)
        assert lost(outcome) == [("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "igw-1")]
        assert messages(outcome) == ["igw-1 does not send to 10.9.9.9, which is no public address"]

    def test_internet_gateway_reports_missing_public_address_fact(self) -> None:
        network = self.network()
        walker = network.walker()
        row = walker.world.subnets["subnet-a"]
        start = walker.start(
            row, ((1, 1),), ((1, 1),), public=walker.world.missing_for("subnets", "whether it is public")
        )
        outcome = walker.walk(
            type(source(walker))(start, ("sg-task",)), [walker.destinations.at(VPC, IpAddress("8.8.8.8"))], "tcp", 443
        )
        assert missing(outcome) == ["whether it is public"]

    def test_gateway_route_table_that_diverts_replies_is_unknown(self) -> None:
        network = self.network()
        firewall = {"DestinationCidrBlock": "10.0.1.0/24", "GatewayId": "vpce-fe", "State": "active"}
        network.table("rtb-edge", firewall)["Associations"] = [{"Main": False, "GatewayId": "igw-1"}]
        outcome = reach(network, public=True)
        assert outcome.verdict is UNKNOWN
        assert missing(outcome) == [
            "where rtb-edge of igw-1 sends what comes back for the public addresses of CloudWatch Logs in eu-west-1"
        ]

    @pytest.mark.parametrize("routes", [(), ({"DestinationCidrBlock": "10.0.2.0/24", "GatewayId": "vpce-fe"},)])
    def test_gateway_route_table_without_diverting_route_is_ignored(self, routes: Any) -> None:
        network = self.network()
        network.table("rtb-edge", *routes)["Associations"] = [{"Main": False, "GatewayId": "igw-1"}]
        assert reach(network, public=True).verdict is OK

    def test_gateway_route_table_with_unread_routes_is_unknown(self) -> None:
        network = self.network()
        edge = network.table("rtb-edge")
        edge["Associations"] = [{"Main": False, "GatewayId": "igw-1"}]
        del edge["Routes"]
        assert reach(network, public=True).verdict is UNKNOWN


class TestNatGateways:
    def network(self, **nat: Any) -> Network:
        network = Network()
        network.serve_internet_by_nat()
        network.row("NatGateways", "nat-1").update(nat)
        return network

    def test_nat_gateway_path_crosses_both_subnets(self) -> None:
        outcome = reach(self.network())
        assert outcome.verdict is OK
        assert kinds(outcome) == [
            "dns vpc-1 out/there",
            "security-group sg-task out/there",
            "network-acl acl-all out/there",
            "route rtb-main out/there",
            "network-acl acl-all in/there",
            "gateway nat-1 out/there",
            "network-acl acl-all out/there",
            "route rtb-public out/there",
            "gateway igw-1 out/there",
            "network-acl acl-all in/back",
            "network-acl acl-all out/back",
            "network-acl acl-all in/back",
        ]

    def test_nat_gateway_translates_source_address_and_ports(self) -> None:
        (trace,) = reach(self.network()).traces
        near, far = (part.packets for part in trace.segments())
        assert near.ports == ((32_768, 60_999),)
        assert far.source == ((0x0A0002C8, 0x0A0002C8),)
        assert far.ports == ((1_024, 65_535),)

    def test_nat_gateway_subnet_acl_must_allow_replies_to_nat_ports(self) -> None:
        network = self.network()
        linux = [entry(100, ports=(32_768, 60_999), protocol="6"), entry(110, ports=(443, 443), protocol="6")]
        network.acl("acl-nat", [*linux, entry(100, egress=True), *DENY_ALL], ["subnet-b"])
        outcome = reach(network)
        assert (outcome.verdict, outcome.because) == (INTERMITTENT, ("ports",))
        assert lost(outcome)[0] == ("SUBNET_ACL_RESTRICTION", "acl-nat")

    @pytest.mark.parametrize("state", ["failed", "deleting", "deleted"])
    def test_nat_gateway_in_bad_state_is_blocked(self, state: str) -> None:
        outcome = reach(self.network(State=state))
        assert lost(outcome) == [("BAD_STATE", "nat-1")]
        assert messages(outcome) == [f"nat-1 is {state}"]

    @pytest.mark.parametrize(
        ("change", "fact"),
        [
            ({"State": "pending"}, "what becomes of nat-1, which is pending"),
            ({"SubnetId": "subnet-9"}, "the subnet and addresses of nat-1"),
            ({"NatGatewayAddresses": []}, "the subnet and addresses of nat-1"),
            ({"AvailabilityMode": "regional"}, "the routes and addresses of nat-1"),
        ],
        ids=str,
    )
    def test_nat_gateway_with_missing_fact_is_unknown(self, change: dict[str, Any], fact: str) -> None:
        outcome = reach(self.network(**change))
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, [fact])

    def test_unread_nat_gateway_is_unknown(self) -> None:
        network = self.network()
        network.rows["NatGateways"].clear()
        outcome = reach(network)
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, ["nat-1"])

    def test_nat_gateway_without_state_reports_missing_state(self) -> None:
        network = self.network()
        del network.row("NatGateways", "nat-1")["State"]
        assert missing(reach(network)) == ["the state of nat-1"]

    def test_private_nat_gateway_has_no_public_address(self) -> None:
        network = self.network(ConnectivityType="private")
        network.row("NatGateways", "nat-1")["NatGatewayAddresses"] = [{"PrivateIp": "10.0.2.200"}]
        assert lost(reach(network)) == [("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "nat-1")]

    def test_nat_gateway_without_private_address_uses_subnet_cidr(self) -> None:
        network = self.network(NatGatewayAddresses=[{"PublicIp": "198.51.100.7"}])
        (trace,) = reach(network).traces
        assert trace.segments()[1].packets.source == ((0x0A000200, 0x0A0002FF),)

    def test_nat_gateway_in_private_subnet_has_no_exit(self) -> None:
        network = self.network(SubnetId="subnet-a")
        outcome = reach(network)
        assert lost(outcome) == [("NGW_HAS_NO_EXIT", "nat-1")]
        assert messages(outcome) == ["nat-1 stands in subnet-a, whose own default route leads back to it"]

    def test_nat_gateway_behind_another_nat_gateway_is_unknown(self) -> None:
        network = self.network()
        network.subnet("subnet-c", "10.0.3.0/24", "eu-west-1c")
        network.nat("nat-2", "subnet-c", "10.0.3.200")
        second = {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-2", "State": "active"}
        network.row("RouteTables", "rtb-public")["Routes"][-1] = second
        outcome = reach(network)
        assert (outcome.verdict, missing(outcome)) == (
            UNKNOWN,
            ["what becomes of traffic from one NAT gateway to nat-2"],
        )

    def test_nat_gateway_subnet_without_route_is_blocked(self) -> None:
        network = self.network()
        del network.row("RouteTables", "rtb-public")["Routes"][-1]
        assert lost(reach(network)) == [("NO_ROUTE_TO_DESTINATION", "rtb-public")]

    def test_nat_gateway_accepts_no_inbound_connection(self) -> None:
        outcome = walk(self.network(), "10.0.2.200")
        assert lost(outcome) == [("NGW_ACCEPTS_NO_CONNECTION", "eni-1f")]

    def test_gateway_endpoint_behind_nat_gateway_is_inferred_to_serve(self) -> None:
        network = self.network()
        network.s3_list(*S3_CIDRS)
        network.gateway_endpoint()
        network.route("pl-53", "rtb-public", GatewayId="vpce-93")
        outcome = reach(network, S3)
        assert outcome.verdict is OK
        (trace,) = outcome.traces
        assert [hop.rule for hop, _ in trace.hops() if hop.grade == "inferred"] == [
            "vpce-93 is taken to serve what comes through a NAT gateway"
        ]

    def test_nat_gateway_hides_source_security_group(self) -> None:
        """A route more specific than local may send what is for a subnet through a NAT gateway."""
        network = self.network()
        network.subnet("subnet-c", "10.0.3.0/24", "eu-west-1c")
        network.group("sg-far", inbound=[allow("tcp", 443, group="sg-task"), allow("tcp", 443, cidr="10.0.2.200/32")])
        network.interface("eni-9", "10.0.3.9", "subnet-c", ["sg-far"])
        network.route("10.0.3.0/24", NatGatewayId="nat-1")
        assert walk(network, "10.0.3.9").verdict is OK
        network.row("SecurityGroups", "sg-far")["IpPermissions"].pop()
        assert lost(walk(network, "10.0.3.9")) == [("ENI_SG_RULES_MISMATCH", "sg-far")]


class TestGatewayEndpoints:
    def network(self, *cidrs: str, **endpoint: Any) -> Network:
        network = Network()
        network.s3_list(*cidrs)
        network.gateway_endpoint(**endpoint)
        network.route("pl-53", GatewayId="vpce-93")
        return network

    @pytest.mark.parametrize("cidrs", [S3_CIDRS, ()], ids=["entries known", "entries not known"])
    def test_gateway_endpoint_is_reached_by_prefix_list_route(self, cidrs: tuple[str, ...]) -> None:
        outcome = reach(self.network(*cidrs), S3)
        assert outcome.verdict is OK
        assert kinds(outcome)[2:] == [
            "network-acl acl-all out/there",
            "route rtb-main out/there",
            "endpoint vpce-93 out/there",
            "network-acl acl-all in/back",
        ]

    def test_gateway_endpoint_route_precedes_internet_gateway_route(self) -> None:
        network = self.network(*S3_CIDRS)
        network.internet_gateway()
        network.route(GatewayId="igw-1")
        assert reach(network, S3).verdict is OK

    @pytest.mark.parametrize(
        ("change", "verdict"),
        [
            ({"State": "deleting"}, BLOCKED),
            ({"State": "pending"}, UNKNOWN),
            ({"State": "Partial"}, UNKNOWN),
            ({"VpcEndpointType": "GatewayLoadBalancer"}, UNKNOWN),
            ({"State": "Available"}, OK),
        ],
        ids=str,
    )
    def test_gateway_endpoint_verdict_depends_on_state_and_type(self, change: dict[str, Any], verdict: Verdict) -> None:
        assert reach(self.network(*S3_CIDRS, **change), S3).verdict is verdict

    @pytest.mark.parametrize(
        ("key", "fact"),
        [
            ("ServiceName", "vpce-93"),
            ("VpcEndpointType", "the network beyond vpce-93 (an unknown type)"),
            ("State", "the state of vpce-93"),
        ],
    )
    def test_gateway_endpoint_with_missing_field_reports_missing_fact(self, key: str, fact: str) -> None:
        network = self.network(*S3_CIDRS)
        del network.row("VpcEndpoints", "vpce-93")[key]
        assert missing(reach(network, S3)) == [fact]

    def test_unread_gateway_endpoint_is_reported_missing(self) -> None:
        network = self.network(*S3_CIDRS)
        network.rows["VpcEndpoints"].clear()
        assert missing(reach(network, S3)) == ["vpce-93"]

    def test_gateway_endpoint_requires_egress_rule_of_task_security_group(self) -> None:
        network = self.network(*S3_CIDRS)
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 443, prefix_list="pl-53")]
        assert reach(network, S3).verdict is OK
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 443, cidr="10.0.0.0/16")]
        assert lost(reach(network, S3)) == [("ENI_SG_RULES_MISMATCH", "sg-task")]


class TestVpcInternalTraffic:
    def network(self, subnet: str = "subnet-b") -> Network:
        network = Network()
        network.endpoint("vpce-1", "logs", [subnet])
        return network

    def test_traffic_between_subnets_crosses_both_acls_both_ways(self) -> None:
        network = self.network()
        network.acl("acl-b", both_ways(entry(100)), ["subnet-b"])
        assert kinds(reach(network))[2:] == [
            "network-acl acl-all out/there",
            "route rtb-main out/there",
            "network-acl acl-b in/there",
            "security-group sg-open in/there",
            "network-acl acl-b out/back",
            "network-acl acl-all in/back",
        ]

    def test_traffic_within_subnet_skips_network_acl(self) -> None:
        network = self.network("subnet-a")
        network.acl("acl-shut", DENY_ALL, ["subnet-a"])
        assert reach(network).verdict is OK

    @pytest.mark.parametrize(
        ("subnet", "entries", "direction", "leg"),
        [
            ("subnet-a", [entry(100)], "out", "there"),
            ("subnet-b", [entry(100, egress=True)], "in", "there"),
            ("subnet-b", [entry(100), entry(100, egress=True, ports=(443, 443), protocol="6")], "out", "back"),
            ("subnet-a", [entry(100, ports=(443, 443), protocol="6"), entry(100, egress=True)], "in", "back"),
        ],
        ids=["leaving", "entering", "replies leaving", "replies entering"],
    )
    def test_network_acl_can_block_each_leg_between_subnets(
        self, subnet: str, entries: list[Any], direction: str, leg: str
    ) -> None:
        network = self.network()
        network.acl("acl-shut", [*entries, *DENY_ALL], [subnet])
        outcome = reach(network)
        assert outcome.verdict is BLOCKED
        (trace,) = outcome.traces
        assert [(item.hop.direction, item.hop.leg) for item in trace.judged] == [(direction, leg)]

    @pytest.mark.parametrize("egress", [True, False], ids=["leaving", "replies entering"])
    def test_network_acl_entries_are_matched_by_flow_addresses(self, egress: bool) -> None:  # noqa: FBT001
        """An entry for other addresses neither lets these pass nor drops them."""
        network = self.network()
        others = [entry(100, cidr="10.0.9.0/24", egress=egress), entry(110, "deny", "10.0.8.0/24", egress=egress)]
        ours = [entry(120, cidr="10.0.2.0/24", egress=egress), entry(120, egress=not egress)]
        network.acl("acl-a", [*others, *ours, *DENY_ALL], ["subnet-a"])
        outcome = reach(network)
        assert outcome.verdict is OK
        (trace,) = outcome.traces
        rules = [hop.rule for hop, _ in trace.hops() if hop.resource == "acl-a"]
        assert "rule 120: allow all traffic 10.0.2.0/24" in rules
        network.row("NetworkAcls", "acl-a")["Entries"].remove(ours[0])
        (message,) = messages(reach(network))
        assert f" {'to' if egress else 'from'} 10.0.2.10, tcp " in message

    def test_unread_network_acls_leave_verdict_unknown(self) -> None:
        network = self.network()
        network.forget("NetworkAcls")
        outcome = reach(network)
        assert outcome.verdict is UNKNOWN
        assert set(missing(outcome)) == {"the network ACL of subnet subnet-a", "the network ACL of subnet subnet-b"}

    def test_address_outside_read_subnets_is_unknown(self) -> None:
        network = Network()
        network.forget("NetworkInterfaces")
        outcome = walk(network, "10.0.99.9")
        assert outcome.verdict is UNKNOWN
        assert missing(outcome)[0] == "which subnet of vpc-1 10.0.99.9 is in"

    def test_interface_in_unread_subnet_reports_missing_subnet(self) -> None:
        network = Network()
        network.interface("eni-1", "10.0.2.9", "subnet-9", ["sg-open"])
        assert missing(walk(network, "10.0.2.9")) == ["subnet subnet-9"]

    def test_interface_without_subnet_id_is_placed_by_its_address(self) -> None:
        network = Network()
        del network.interface("eni-1", "10.0.2.9", "subnet-b", ["sg-open"])["SubnetId"]
        assert walk(network, "10.0.2.9").verdict is OK

    def test_interface_without_groups_reports_missing_security_groups(self) -> None:
        network = Network()
        del network.interface("eni-1", "10.0.2.9", "subnet-b")["Groups"]
        assert missing(walk(network, "10.0.2.9")) == ["the security groups of eni-1"]

    def test_interface_of_another_vpc_with_same_address_is_ignored(self) -> None:
        """Two VPCs may have the same addresses; packets stay in theirs."""
        network = Network()
        network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.0.0.0/16")
        network.subnet("subnet-z", "10.0.2.0/24", "eu-west-1a", vpc="vpc-2")
        network.interface("eni-9", "10.0.2.9", "subnet-z", ["sg-open"], VpcId="vpc-2")
        walker = network.walker()
        there = walker.destinations.of_interface(walker.world.network_interfaces["eni-9"])
        assert not isinstance(there, Missing)
        outcome = walker.walk(source(walker), [there], "tcp", 443)
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, ["which interface of vpc-1 has 10.0.2.9"])

    def test_replies_by_another_route_are_unknown(self) -> None:
        network = self.network()
        back = {"DestinationCidrBlock": "10.0.1.0/25", "NetworkInterfaceId": "eni-7", "State": "active"}
        network.table("rtb-b", back, subnets=["subnet-b"])
        outcome = reach(network)
        assert outcome.verdict is UNKNOWN
        assert missing(outcome) == ["what becomes of replies that leave subnet-b by eni-7"]
        (trace,) = outcome.traces
        assert [item.packets[0].source for item in trace.judged] == [((0x0A000104, 0x0A00017F),)]

    def test_replies_with_unread_routes_report_missing_routes(self) -> None:
        network = self.network()
        del network.table("rtb-b", subnets=["subnet-b"])["Routes"]
        assert missing(reach(network)) == ["the routes of rtb-b"]

    def test_replies_without_route_are_blocked(self) -> None:
        network = self.network()
        network.table("rtb-b", subnets=["subnet-b"])["Routes"] = []
        outcome = reach(network)
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("NO_ROUTE_TO_DESTINATION", "rtb-b")])

    def test_replies_by_route_of_unread_prefix_list_are_unknown(self) -> None:
        network = self.network()
        network.table("rtb-b", {"DestinationPrefixListId": "pl-9", "GatewayId": "tgw-1"}, subnets=["subnet-b"])
        assert reach(network).verdict is UNKNOWN


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ({"TransitGatewayId": "tgw-1"}, "the attachment of vpc-1 to tgw-1"),
        ({"VpcPeeringConnectionId": "pcx-1"}, "peering connection pcx-1"),
        ({"GatewayId": "vgw-1"}, "the network beyond vgw-1"),
        ({"NetworkInterfaceId": "eni-1"}, "network interface eni-1"),
        ({"InstanceId": "i-1"}, "the interface of i-1 that the route means"),
        ({"EgressOnlyInternetGatewayId": "eigw-1"}, "eigw-1"),
        ({"CarrierGatewayId": "cagw-1"}, "the network beyond cagw-1"),
        ({"GatewayId": "vpce-9"}, "vpce-9"),
    ],
    ids=str,
)
def test_route_to_unread_target_is_unknown(target: dict[str, str], what: str) -> None:
    network = Network()
    network.route(**target)
    outcome = reach(network)
    assert outcome.verdict is UNKNOWN
    assert missing(outcome) == [what]


def test_endpoint_in_subnet_without_cidr_is_unknown() -> None:
    network = Network()
    network.endpoint("vpce-1a", "logs", ["subnet-b"])
    network.rows["NetworkInterfaces"].clear()
    network.row("Subnets", "subnet-b").pop("CidrBlock")
    outcome = reach(network)
    assert (outcome.verdict, missing(outcome)) == (UNKNOWN, ["the addresses of subnet subnet-b"])


def test_address_in_own_subnet_ignores_route_table() -> None:
    network = Network()
    network.route("10.0.1.0/24", NatGatewayId="nat-0", State="blackhole")
    network.forget("NetworkInterfaces")
    assert missing(walk(network, "10.0.1.77")) == ["which interface has the address 10.0.1.77"]


class TestOverlappingPrefixLists:
    """Of two overlapping prefix lists AWS takes any: both ways are walked, and only what they agree on is known."""

    def network(self, second: str) -> Network:
        network = Network()
        network.internet_gateway()
        network.prefix_list("pl-1", "8.8.8.0/24")
        network.prefix_list("pl-2", "8.8.8.0/24")
        network.route("pl-1", GatewayId="igw-1")
        network.route("pl-2", **{"GatewayId" if second.startswith("igw") else "TransitGatewayId": second})
        return network

    def test_overlapping_prefix_lists_with_different_results_are_unknown(self) -> None:
        outcome = walk(self.network("tgw-1"), "8.8.8.8", public=True)
        assert outcome.verdict is UNKNOWN
        assert any("overlapping prefix lists pl-1 and pl-2" in fact for fact in missing(outcome))

    def test_overlapping_prefix_lists_are_blocked_if_both_routes_are(self) -> None:
        network = self.network("igw-2")
        network.internet_gateway("igw-2")
        assert walk(network, "8.8.8.8").verdict is BLOCKED

    def test_overlapping_prefix_lists_return_a_trace_per_route(self) -> None:
        outcome = walk(self.network("tgw-1"), "8.8.8.8", public=True)
        assert [[hop.resource for hop, _ in trace.hops()][-2] for trace in outcome.traces] == ["igw-1", "tgw-1"]


def test_https_only_security_groups_and_acls_allow_endpoint() -> None:
    """The narrowest groups and ACLs that AWS's pages ask for."""
    network = Network()
    network.endpoint("vpce-1", "logs", ["subnet-b"], group="sg-end")
    network.group("sg-end", inbound=[allow("tcp", 443, group="sg-task")])
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [HTTPS]
    task = [entry(100, ports=(1024, 65_535), protocol="6"), entry(100, egress=True, ports=(443, 443), protocol="6")]
    far = [entry(100, ports=(443, 443), protocol="6"), entry(100, egress=True, ports=(1024, 65_535), protocol="6")]
    network.acl("acl-a", [*task, *DENY_ALL], ["subnet-a"])
    network.acl("acl-b", [*far, *DENY_ALL], ["subnet-b"])
    assert reach(network).verdict is OK


def test_destination_without_address_is_unknown() -> None:
    walker = Network().walker()
    outcome = walker.walk(source(walker), [Destination("nowhere", ())], "tcp", 443)
    assert (outcome.verdict, missing(outcome)) == (UNKNOWN, ["the address of nowhere"])
