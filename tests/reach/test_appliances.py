"""Through other interfaces and firewall endpoints: NAT instances, appliances, Network Firewall."""

from typing import Any

import pytest

from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.hubs import HUB, HubAndSpoke, hops, lost, messages, missing, reach, tgw_route, walk
from tests.networks import ALL, EVERYWHERE, HTTPS, VPC, Network, allow, both_ways, entry


def with_instance(**more: Any) -> Network:
    """A NAT instance in subnet-b, which is public."""
    network = Network()
    network.internet_gateway()
    network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
    network.group("sg-nat", inbound=[HTTPS], outbound=[ALL])
    row = {
        "SourceDestCheck": False,
        "Association": {"PublicIp": "198.51.100.9"},
        "Attachment": {"InstanceId": "i-0a7"},
    }
    network.interface("eni-0a7", "10.0.2.70", "subnet-b", ["sg-nat"], **(row | more))
    network.route(NetworkInterfaceId="eni-0a7", InstanceId="i-0a7")
    return network


class TestNatInstances:
    def test_nat_instance_is_inferred_to_translate_addresses(self) -> None:
        outcome = reach(with_instance())
        assert outcome.verdict is OK
        (trace,) = outcome.traces
        assert [hop.resource for hop, _ in trace.hops() if hop.grade == "inferred"] == ["eni-0a7"]

    def test_public_address_of_another_interface_leaves_it_open_where_packets_leave(self) -> None:
        """https://github.com/AndrewGuenther/fck-nat/blob/main/docs/features.md"""
        network = with_instance(Association={})
        assert reach(network).verdict is BLOCKED
        public = {"PublicIp": "198.51.100.9"}
        network.interface("eni-0a8", "10.0.2.71", "subnet-b", Attachment={"InstanceId": "i-0a9"}, Association=public)
        assert reach(network).verdict is BLOCKED
        network.rows["NetworkInterfaces"][-1]["Attachment"] = {"InstanceId": "i-0a7"}
        outcome = reach(network)
        assert (outcome.verdict, missing(outcome)) == (
            UNKNOWN,
            ["by which of its interfaces the instance of eni-0a7 sends packets on"],
        )

    def test_nat_instance_path_crosses_both_subnets_and_its_security_groups(self) -> None:
        assert hops(reach(with_instance()))[1:] == [
            "security-group sg-task out/there",
            "network-acl acl-all out/there",
            "route rtb-main out/there",
            "network-acl acl-all in/there",
            "interface eni-0a7 out/there",
            "security-group sg-nat in/there",
            "security-group sg-nat out/there",
            "network-acl acl-all out/there",
            "route rtb-public out/there",
            "gateway igw-1 out/there",
            "network-acl acl-all in/back",
            "network-acl acl-all out/back",
            "network-acl acl-all in/back",
        ]

    def test_nat_instance_route_may_name_only_the_instance_id(self) -> None:
        network = with_instance()
        network.row("RouteTables", "rtb-main")["Routes"][-1].pop("NetworkInterfaceId")
        assert reach(network).verdict is OK

    @pytest.mark.parametrize(
        ("change", "code", "resource"),
        [
            (
                lambda n: n.row("NetworkInterfaces", "eni-0a7").update(SourceDestCheck=True),
                "ENI_SOURCE_DEST_CHECK_RESTRICTION",
                "eni-0a7",
            ),
            (
                lambda n: n.row("SecurityGroups", "sg-nat").update(IpPermissions=[allow("tcp", 80, cidr=EVERYWHERE)]),
                "ENI_SG_RULES_MISMATCH",
                "sg-nat",
            ),
            (
                lambda n: n.row("SecurityGroups", "sg-nat").update(IpPermissionsEgress=[]),
                "SG_HAS_NO_RULES",
                "sg-nat",
            ),
            (
                lambda n: n.row("NetworkInterfaces", "eni-0a7").pop("Association"),
                "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
                "igw-1",
            ),
            (lambda n: n.row("RouteTables", "rtb-public")["Routes"].pop(), "NO_ROUTE_TO_DESTINATION", "rtb-public"),
        ],
        ids=["check on", "group closed in", "group closed out", "no public address", "no route"],
    )
    def test_nat_instance_block_names_cause_and_resource(self, change: Any, code: str, resource: str) -> None:
        network = with_instance()
        change(network)
        outcome = reach(network)
        assert outcome.verdict is BLOCKED
        assert (code, resource) in lost(outcome)

    def test_nat_instance_source_dest_check_ends_path(self) -> None:
        assert "gateway igw-1 out/there" not in hops(reach(with_instance(SourceDestCheck=True)))

    @pytest.mark.parametrize(
        ("change", "fact"),
        [
            (
                lambda n: n.row("NetworkInterfaces", "eni-0a7").pop("SourceDestCheck"),
                "the source/destination check of eni-0a7",
            ),
            (lambda n: n.row("NetworkInterfaces", "eni-0a7").pop("Groups"), "the security groups of eni-0a7"),
            (lambda n: n.row("NetworkInterfaces", "eni-0a7").update(SubnetId="subnet-9"), "subnet subnet-9"),
            (lambda n: n.row("NetworkInterfaces", "eni-0a7").pop("SubnetId"), "subnet "),
            (
                lambda n: n.row("NetworkInterfaces", "eni-0a7").pop("PrivateIpAddress"),
                "where the way over eni-0a7 ends",
            ),
        ],
    )
    def test_nat_instance_with_missing_fact_is_unknown(self, change: Any, fact: str) -> None:
        network = with_instance()
        change(network)
        outcome = reach(network)
        assert outcome.verdict is UNKNOWN
        assert fact in missing(outcome)

    def test_nat_instance_translation_is_unknown_if_path_has_no_gateway(self) -> None:
        network = with_instance()
        network.interface("eni-0b8", "10.0.1.80", "subnet-a", ["sg-open"])
        network.route("10.0.1.80/32", NetworkInterfaceId="eni-0a7")
        fact = "whether 10.0.1.80/32 → eni-0a7 leads to an interface that translates addresses"
        outcome = walk(network, "10.0.1.80", subnet="subnet-b")
        assert outcome.verdict is OK
        network.table("rtb-b", {"DestinationCidrBlock": "10.0.1.80/32", "NetworkInterfaceId": "eni-0a7"}, subnets=[])
        network.subnet("subnet-c", "10.0.3.0/24", "eu-west-1a")
        assert fact in missing(walk(network, "10.0.1.80", subnet="subnet-c"))

    def test_nat_instance_hides_source_security_group(self) -> None:
        network = with_instance()
        network.subnet("subnet-c", "10.0.3.0/24", "eu-west-1a")
        network.group("sg-far", inbound=[allow("tcp", 443, group="sg-task")])
        network.interface("eni-0b8", "10.0.1.80", "subnet-a", ["sg-far"])
        network.route("10.0.1.80/32", NetworkInterfaceId="eni-0a7")
        assert ("ENI_SG_RULES_MISMATCH", "sg-far") in lost(walk(network, "10.0.1.80", subnet="subnet-c"))

    def test_interface_route_to_destination_itself_skips_source_dest_check(self) -> None:
        network = with_instance(SourceDestCheck=True)
        network.route("10.0.2.70/32", NetworkInterfaceId="eni-0a7")
        outcome = walk(network, "10.0.2.70")
        assert outcome.verdict is OK

    def test_nat_instance_that_gets_its_own_packets_back_is_blocked(self) -> None:
        network = with_instance()
        network.row("RouteTables", "rtb-public")["Routes"][-1] = {
            "DestinationCidrBlock": EVERYWHERE,
            "NetworkInterfaceId": "eni-0a7",
            "State": "active",
        }
        outcome = reach(network)
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("ENI_HAS_NO_EXIT", "eni-0a7")])

    def test_nat_instance_in_the_subnet_that_it_serves_is_blocked(self) -> None:
        """https://github.com/AndrewGuenther/fck-nat/issues/76"""
        network = with_instance()
        network.row("NetworkInterfaces", "eni-0a7")["SubnetId"] = "subnet-a"
        network.row("NetworkInterfaces", "eni-0a7")["PrivateIpAddress"] = "10.0.1.70"
        outcome = reach(network)
        assert outcome.verdict is BLOCKED
        assert messages(outcome) == ["eni-0a7 gets back what it forwards, by route 0.0.0.0/0 → eni-0a7 of rtb-main"]

    def test_nat_instances_in_a_circle_are_blocked(self) -> None:
        network = with_instance()
        network.group("sg-two", inbound=[ALL], outbound=[ALL])
        network.interface("eni-0b8", "10.0.1.80", "subnet-a", ["sg-two"], SourceDestCheck=False)
        routes = network.row("RouteTables", "rtb-public")["Routes"]
        routes[-1] = {"DestinationCidrBlock": EVERYWHERE, "NetworkInterfaceId": "eni-0b8", "State": "active"}
        assert ("ENI_HAS_NO_EXIT", "eni-0a7") in lost(reach(network))

    def test_long_chain_of_nat_instances_is_unknown(self) -> None:
        network = Network()
        network.group("sg-two", inbound=[ALL], outbound=[ALL])
        for number in range(5):
            name = f"subnet-{number}"
            network.subnet(name, f"10.0.{20 + number}.0/24", "eu-west-1a")
            network.interface(f"eni-{number}", f"10.0.{20 + number}.9", name, ["sg-two"], SourceDestCheck=False)
            onward = {"DestinationCidrBlock": EVERYWHERE, "NetworkInterfaceId": f"eni-{number + 1}", "State": "active"}
            network.table(f"rtb-{number}", onward, subnets=[name])
        network.route(NetworkInterfaceId="eni-0")
        outcome = reach(network)
        assert outcome.verdict is UNKNOWN
        assert "where the way over eni-4 ends" in missing(outcome)


def with_firewall(**more: Any) -> Network:
    """A firewall endpoint in subnet-f between the task's subnet and a NAT gateway."""
    network = Network()
    network.internet_gateway()
    network.nat()
    network.subnet("subnet-f", "10.0.5.0/24", "eu-west-1a")
    network.add(
        "VpcEndpoints",
        **(
            {
                "VpcEndpointId": "vpce-f1",
                "VpcEndpointType": "GatewayLoadBalancer",
                "VpcId": VPC,
                "ServiceName": "com.amazonaws.vpce.eu-west-1.vpce-svc-0f",
                "State": "available",
                "SubnetIds": ["subnet-f"],
            }
            | more
        ),
    )
    network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
    network.table("rtb-f", {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-1"}, subnets=["subnet-f"])
    network.route(GatewayId="vpce-f1")
    return network


class TestFirewallEndpoints:
    RULES = "what the firewall or load balancer behind vpce-f1 lets pass"

    def test_firewall_endpoint_rules_are_unknown_but_path_continues(self) -> None:
        outcome = reach(with_firewall())
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, [self.RULES])
        assert "gateway igw-1 out/there" in hops(outcome)

    def test_firewall_endpoint_path_reports_block_behind_it(self) -> None:
        network = with_firewall()
        network.row("NatGateways", "nat-1")["State"] = "failed"
        outcome = reach(network)
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("BAD_STATE", "nat-1")])

    def test_firewall_endpoint_subnet_acl_is_checked(self) -> None:
        network = with_firewall()
        network.acl("acl-f", [], ["subnet-f"])
        assert ("SUBNET_ACL_RESTRICTION", "acl-f") in lost(reach(network))

    @pytest.mark.parametrize("state", ["failed", "deleted", "rejected"])
    def test_firewall_endpoint_in_bad_state_is_blocked(self, state: str) -> None:
        outcome = reach(with_firewall(State=state))
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("BAD_STATE", "vpce-f1")])

    @pytest.mark.parametrize("places", [[], ["subnet-f", "subnet-a"], ["subnet-9"]], ids=str)
    def test_firewall_endpoint_without_unique_read_subnet_ends_path(self, places: list[str]) -> None:
        outcome = reach(with_firewall(SubnetIds=places))
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, [self.RULES])

    def test_firewall_endpoint_route_loop_ends_path(self) -> None:
        network = with_firewall()
        network.row("RouteTables", "rtb-f")["Routes"][-1] = {
            "DestinationCidrBlock": EVERYWHERE,
            "GatewayId": "vpce-f1",
            "State": "active",
        }
        assert missing(reach(network)) == [self.RULES, self.RULES]

    def test_firewall_endpoint_hides_source_security_groups(self) -> None:
        """https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"""
        network = with_firewall()
        network.group("sg-far", inbound=[allow("tcp", 443, group="sg-task")])
        network.interface("eni-0b8", "10.0.2.80", "subnet-b", ["sg-far"])
        network.route("10.0.2.0/24", GatewayId="vpce-f1")
        outcome = walk(network, "10.0.2.80")
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("ENI_SG_RULES_MISMATCH", "sg-far")])
        assert messages(outcome)[-1].endswith("whose security groups are not seen from there")

    def test_firewall_endpoint_in_hub_vpc_is_followed_to_nat_gateway(self) -> None:
        network = HubAndSpoke()
        network.central_nat()
        network.subnet("fire-a", "10.1.20.0/24", "eu-west-1a", vpc=HUB)
        row = {"VpcEndpointId": "vpce-f1", "VpcEndpointType": "GatewayLoadBalancer", "VpcId": HUB}
        network.add("VpcEndpoints", **row, ServiceName="f", State="available", SubnetIds=["fire-a"])
        back = {"DestinationCidrBlock": "10.0.0.0/16", "TransitGatewayId": "tgw-1"}
        to_nat = {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-2"}
        network.hub_table("rtb-fire", to_nat, back, subnets=["fire-a"])
        network.row("RouteTables", "rtb-hub")["Routes"][-1] = {
            "DestinationCidrBlock": EVERYWHERE,
            "GatewayId": "vpce-f1",
            "State": "active",
        }
        network.row("RouteTables", "rtb-public")["Routes"][2] = {
            "DestinationCidrBlock": "10.0.0.0/16",
            "GatewayId": "vpce-f1",
            "State": "active",
        }
        outcome = reach(network)
        assert outcome.verdict is UNKNOWN
        assert "what the firewall or load balancer behind vpce-f1 lets pass" in missing(outcome)
        network.row("NatGateways", "nat-2")["State"] = "failed"
        assert lost(reach(network)) == [("BAD_STATE", "nat-2")]
        assert network.routes["tgw-rtb-spoke"][-1] == tgw_route(EVERYWHERE, "tgw-attach-2", "static")


def test_nat_instance_subnet_acl_can_block() -> None:
    network = with_instance()
    network.acl("acl-b", both_ways(entry(50, "deny", "10.0.1.0/24"), entry(100)), ["subnet-b"])
    assert ("SUBNET_ACL_RESTRICTION", "acl-b") in lost(reach(network))
