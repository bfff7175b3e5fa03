"""NAT gateways of every kind: regional ones, private ones, NAT64, and ways in circles."""

from collections.abc import Callable
from typing import Any

import pytest

from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.hubs import HUB, HubAndSpoke, from_ipv6, hops, lost, messages, missing, reach, tgw_route, walk
from tests.networks import EVERYWHERE, VPC, Network, Row, allow, both_ways, entry

LOCAL = {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"}


def default(**target: str) -> Row:
    return {"DestinationCidrBlock": EVERYWHERE, "State": "active"} | target


def regional(*routes: Row, **more: Any) -> Network:
    """A regional NAT gateway with a route table of its own, which leads to the internet unless told."""
    network = Network()
    network.internet_gateway()
    network.table("rtb-nat").update(Routes=[LOCAL, *(routes or (default(GatewayId="igw-1"),))])
    row = {
        "NatGatewayId": "nat-1",
        "VpcId": VPC,
        "State": "available",
        "AvailabilityMode": "regional",
        "RouteTableId": "rtb-nat",
        "NatGatewayAddresses": [{"PublicIp": "198.51.100.7", "AvailabilityZone": "eu-west-1a"}],
    }
    network.add("NatGateways", **(row | more))
    network.route(NatGatewayId="nat-1")
    return network


def zonal() -> Network:
    network = Network()
    network.serve_internet_by_nat()
    return network


class TestRegionalNatGateways:
    """https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateways-regional.html"""

    def test_regional_nat_gateway_uses_its_own_route_table(self) -> None:
        outcome = reach(regional())
        assert outcome.verdict is OK
        assert hops(outcome)[1:] == [
            "security-group sg-task out/there",
            "network-acl acl-all out/there",
            "route rtb-main out/there",
            "gateway nat-1 out/there",
            "gateway igw-1 out/there",
            "network-acl acl-all in/back",
        ]

    def test_regional_nat_gateway_requires_internet_route(self) -> None:
        elsewhere = {"DestinationCidrBlock": "10.9.0.0/16", "TransitGatewayId": "tgw-1", "State": "active"}
        outcome = reach(regional(elsewhere))
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("NO_ROUTE_TO_DESTINATION", "rtb-nat")])

    def test_regional_nat_gateway_blackhole_route_is_blocked(self) -> None:
        outcome = reach(regional(default(GatewayId="igw-1") | {"State": "blackhole"}))
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("BAD_STATE_ROUTE", "rtb-nat")])

    def test_regional_nat_gateway_requires_attached_internet_gateway(self) -> None:
        network = regional()
        network.row("InternetGateways", "igw-1")["Attachments"] = []
        assert lost(reach(network)) == [("BAD_STATE_ATTACHMENT", "igw-1")]

    @pytest.mark.parametrize(
        "route", [default(TransitGatewayId="tgw-1"), default(GatewayId="igw-1") | {"State": "filtered"}], ids=str
    )
    def test_regional_nat_gateway_with_unsupported_route_is_unknown(self, route: Row) -> None:
        outcome = reach(regional(route))
        assert outcome.verdict is UNKNOWN
        assert missing(outcome)[0].startswith("what 0.0.0.0/0 → ")

    @pytest.mark.parametrize("change", [{"RouteTableId": "rtb-9"}, {"NatGatewayAddresses": []}], ids=str)
    def test_regional_nat_gateway_without_routes_or_addresses_is_unknown(self, change: dict[str, Any]) -> None:
        assert missing(reach(regional(**change))) == ["the routes and addresses of nat-1"]

    def test_regional_nat_gateway_reports_missing_routes_of_its_table(self) -> None:
        network = regional()
        network.row("RouteTables", "rtb-nat").pop("Routes")
        assert missing(reach(network)) == ["the routes of rtb-nat"]

    def test_regional_nat_gateway_replies_to_firewall_endpoint_are_unknown(self) -> None:
        back = {"DestinationCidrBlock": "10.0.1.0/24", "GatewayId": "vpce-f1", "State": "active"}
        outcome = reach(regional(default(GatewayId="igw-1"), back))
        fact = "what becomes of replies that leave rtb-nat of a regional NAT gateway by vpce-f1"
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, [fact])

    def test_regional_nat_gateway_behind_zonal_nat_gateway_is_unknown(self) -> None:
        network = regional()
        network.nat("nat-2", "subnet-b", "10.0.2.9")
        network.table("rtb-a", default(NatGatewayId="nat-2"), subnets=["subnet-a"])
        assert missing(reach(network)) == ["what becomes of traffic from one NAT gateway to nat-1"]

    def hub(self, *back: Row) -> HubAndSpoke:
        network = HubAndSpoke()
        network.central_nat()
        nat = network.row("NatGateways", "nat-2")
        nat.pop("SubnetId")
        nat |= {"AvailabilityMode": "regional", "RouteTableId": "rtb-nat"}
        network.hub_table("rtb-nat", default(GatewayId="igw-2"), *back)
        return network

    def test_regional_nat_gateway_serves_spoke_by_transit_gateway_route(self) -> None:
        back = {"DestinationCidrBlock": "10.0.0.0/16", "TransitGatewayId": "tgw-1", "State": "active"}
        assert reach(self.hub(back)).verdict is OK

    def test_regional_nat_gateway_replies_need_route_to_transit_gateway(self) -> None:
        code = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"
        assert lost(reach(self.hub())) == [(code, "rtb-nat")]

    def test_regional_nat_gateway_replies_need_transit_gateway_table_route(self) -> None:
        network = self.hub({"DestinationCidrBlock": "10.0.0.0/16", "TransitGatewayId": "tgw-1", "State": "active"})
        network.routes["tgw-rtb-hub"].clear()
        assert lost(reach(network)) == [("TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT", "tgw-rtb-hub")]


class TestPrivateNatGateways:
    def network(self) -> HubAndSpoke:
        """A private NAT gateway in subnet-b, by which subnet-a reaches the hub."""
        network = HubAndSpoke()
        network.nat("nat-1", "subnet-b", "10.0.2.200", ConnectivityType="private")
        network.row("NatGateways", "nat-1")["NatGatewayAddresses"][0].pop("PublicIp")
        to_hub = {"DestinationCidrBlock": "10.1.0.0/16", "NatGatewayId": "nat-1", "State": "active"}
        network.table("rtb-a", to_hub, default(NatGatewayId="nat-1"), subnets=["subnet-a"])
        network.interface("eni-5e", "10.1.2.50", "hub-b", ["sg-hub"], VpcId=HUB)
        return network

    def test_private_nat_gateway_reaches_hub_by_transit_gateway(self) -> None:
        assert walk(self.network(), "10.1.2.50").verdict is OK

    def test_private_nat_gateway_hides_source_address(self) -> None:
        network = self.network()
        group = network.row("SecurityGroups", "sg-hub")
        group["IpPermissions"] = [allow("tcp", 443, cidr="10.0.1.0/24")]
        assert lost(walk(network, "10.1.2.50")) == [("ENI_SG_RULES_MISMATCH", "sg-hub")]
        group["IpPermissions"] = [allow("tcp", 443, cidr="10.0.2.200/32")]
        assert walk(network, "10.1.2.50").verdict is OK

    def test_private_nat_gateway_without_route_is_blocked(self) -> None:
        assert lost(reach(self.network())) == [("NO_ROUTE_TO_DESTINATION", "rtb-main")]

    def test_private_nat_gateway_traffic_is_dropped_by_internet_gateway(self) -> None:
        network = self.network()
        network.internet_gateway()
        network.route(GatewayId="igw-1")
        outcome = reach(network)
        assert lost(outcome) == [("IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", "nat-1")]
        assert messages(outcome) == ["nat-1 is a private NAT gateway: igw-1 drops what comes from it"]

    def test_private_nat_gateway_can_use_public_nat_gateway_of_hub(self) -> None:
        network = self.network()
        network.central_nat()
        assert reach(network).verdict is OK

    def test_private_nat_gateway_route_loop_ends_as_unknown(self) -> None:
        network = self.network()
        network.central_nat()
        network.row("RouteTables", "rtb-public")["Routes"][1] = default(TransitGatewayId="tgw-1")
        network.routes["tgw-rtb-hub"].append(tgw_route(EVERYWHERE, "tgw-attach-1", "static"))
        outcome = reach(network)
        assert outcome.verdict is UNKNOWN
        assert missing(outcome)[0] == "where the way over nat-1, tgw-1, nat-2, tgw-1, nat-1 ends"


class TestNat64:
    """https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-nat64-dns64.html"""

    def network(self, **more: Any) -> Network:
        network = Network() if not more else regional(**more)
        if not more:
            network.serve_internet_by_nat()
        ipv6 = {"Ipv6CidrBlock": "2a05:d018:1::/64", "Ipv6CidrBlockState": {"State": "associated"}}
        network.row("Subnets", "subnet-a")["Ipv6CidrBlockAssociationSet"] = [ipv6]
        routes = network.row("RouteTables", "rtb-main")["Routes"]
        routes.append({"DestinationIpv6CidrBlock": "64:ff9b::/96", "NatGatewayId": "nat-1", "State": "active"})
        everything = {"RuleNumber": 90, "RuleAction": "allow", "Protocol": "-1", "Ipv6CidrBlock": "::/0"}
        entries = network.row("NetworkAcls", "acl-all")["Entries"]
        entries.extend(everything | {"Egress": egress} for egress in (False, True))
        out = network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"]
        out.append({"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]})
        # Replies to the task's IPv6 addresses go by the local route.
        for table in network.rows["RouteTables"]:
            table["Routes"].append({"DestinationIpv6CidrBlock": "2a05:d018:1::/56", "GatewayId": "local"})
        return network

    def test_nat64_prefix_is_translated_to_embedded_ipv4_address(self) -> None:
        outcome = from_ipv6(self.network(), "64:ff9b::808:808")
        assert outcome.verdict is OK
        (trace,) = outcome.traces
        first, second = (segment.packets.destination[0][0] for segment in trace.segments())
        assert (first - second, second) == ((1 << 128) + (0x64FF9B << 96), 0x08080808)

    def test_nat64_prefix_does_not_reach_private_addresses_by_internet(self) -> None:
        outcome = from_ipv6(self.network(), "64:ff9b::ac10:1")
        assert lost(outcome) == [("IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS", "igw-1")]

    def test_nat64_prefix_is_translated_by_regional_nat_gateway(self) -> None:
        outcome = from_ipv6(self.network(State="available"), "64:ff9b::808:808")
        assert outcome.verdict is OK
        (trace,) = outcome.traces
        first, second = (segment.packets.destination[0][0] for segment in trace.segments())
        assert (first - second, second) == ((1 << 128) + (0x64FF9B << 96), 0x08080808)

    def test_nat64_does_not_translate_other_ipv6_addresses(self) -> None:
        network = self.network()
        routes = network.row("RouteTables", "rtb-main")["Routes"]
        routes.append({"DestinationIpv6CidrBlock": "::/0", "NatGatewayId": "nat-1", "State": "active"})
        assert lost(from_ipv6(network, "2600::1")) == [("NGW_DEST_ADDRESS_PRESERVATION", "nat-1")]


@pytest.mark.parametrize("make", [regional, zonal], ids=["regional", "zonal"])
def test_nat_gateway_keeps_ipv4_destination_on_both_segments(make: Callable[[], Network]) -> None:
    outcome = walk(make(), "8.8.8.8")
    (trace,) = outcome.traces
    assert [segment.packets.destination for segment in trace.segments()] == [((0x08080808, 0x08080808),)] * 2


@pytest.mark.parametrize(("make", "what"), [(regional, "routes"), (zonal, "subnet")])
def test_nat_gateway_without_addresses_reports_missing_fact(make: Callable[[], Network], what: str) -> None:
    network = make()
    network.row("NatGateways", "nat-1").pop("NatGatewayAddresses")
    assert missing(reach(network)) == [f"the {what} and addresses of nat-1"]


def test_nat_gateway_subnet_acl_is_checked_for_spoke_traffic() -> None:
    network = HubAndSpoke()
    network.central_nat()
    network.acl("acl-nat", both_ways(entry(50, "deny", "10.0.0.0/16"), entry(100)), ["public-a"])
    outcome = reach(network)
    assert set(lost(outcome)) == {("SUBNET_ACL_RESTRICTION", "acl-nat")}
