"""Over a peering connection: straight into the other VPC, and no further.

https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
"""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef, regional_host_of
from skerry.net.dns_names import parse_host
from skerry.reach.walk import Target
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN
from tests.hubs import HUB, HubAndSpoke, hops, lost, messages, missing, reach, walk
from tests.networks import ALL, EVERYWHERE, REGION, VPC, allow, both_ways, entry


def peered(state: str = "active", region: str = REGION) -> HubAndSpoke:
    """A server at 10.1.2.50 in the peer."""
    network = HubAndSpoke()
    network.peer(state, region)
    network.interface("eni-5e", "10.1.2.50", "hub-b", ["sg-hub"], VpcId=HUB)
    return network


class TestPeeredVpcPaths:
    def test_peering_reaches_endpoint_in_peer_vpc(self) -> None:
        network = peered()
        network.central_endpoint()
        assert reach(network).verdict is OK

    def test_peering_path_passes_acls_of_both_subnets_both_ways(self) -> None:
        network = peered()
        network.acl("acl-hub", both_ways(entry(100)), ["hub-b"])
        assert hops(walk(network, "10.1.2.50")) == [
            "security-group sg-task out/there",
            "network-acl acl-all out/there",
            "route rtb-main out/there",
            "peering pcx-1 out/there",
            "network-acl acl-hub in/there",
            "security-group sg-hub in/there",
            "network-acl acl-hub out/back",
            "network-acl acl-all in/back",
        ]

    @pytest.mark.parametrize(("subnet", "egress"), [("subnet-a", True), ("hub-b", False), ("hub-b", True)])
    def test_peering_path_is_dropped_by_acl_of_either_subnet(self, subnet: str, egress: bool) -> None:  # noqa: FBT001
        network = peered()
        network.acl("acl-half", [entry(100, egress=not egress)], [subnet])
        assert lost(walk(network, "10.1.2.50")) == [("SUBNET_ACL_RESTRICTION", "acl-half")]

    def test_peering_works_with_requester_and_accepter_swapped(self) -> None:
        network = peered()
        row = network.row("VpcPeeringConnections", "pcx-1")
        row["RequesterVpcInfo"], row["AccepterVpcInfo"] = row["AccepterVpcInfo"], row["RequesterVpcInfo"]
        assert walk(network, "10.1.2.50").verdict is OK

    def test_peering_is_blocked_without_return_route(self) -> None:
        network = peered()
        network.row("RouteTables", "rtb-hub")["Routes"].pop()
        outcome = walk(network, "10.1.2.50")
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("NO_ROUTE_TO_DESTINATION", "rtb-hub")])

    @pytest.mark.parametrize("state", ["pending-acceptance", "deleted", "expired", "failed", "rejected"])
    def test_peering_in_inactive_state_is_reported_as_bad_state(self, state: str) -> None:
        assert lost(walk(peered(state), "10.1.2.50")) == [("BAD_STATE", "pcx-1")]

    def test_inactive_peering_also_reports_blockers_in_peer_vpc(self) -> None:
        network = peered("pending-acceptance")
        network.row("SecurityGroups", "sg-hub")["IpPermissions"] = []
        assert lost(walk(network, "10.1.2.50")) == [("BAD_STATE", "pcx-1"), ("SG_HAS_NO_RULES", "sg-hub")]

    def test_peering_reaches_secondary_cidr_block_of_peer_vpc(self) -> None:
        network = peered()
        network.row("VpcPeeringConnections", "pcx-1")["AccepterVpcInfo"]["CidrBlockSet"] = [
            {"CidrBlock": "10.1.0.0/16"},
            {"CidrBlock": "10.7.0.0/16"},
        ]
        network.subnet("hub-c", "10.7.1.0/24", "eu-west-1a", vpc=HUB)
        network.interface("eni-7e", "10.7.1.7", "hub-c", ["sg-hub"], VpcId=HUB)
        blocks = [
            {"CidrBlock": name, "CidrBlockState": {"State": "associated"}} for name in ("10.1.0.0/16", "10.7.0.0/16")
        ]
        network.row("Vpcs", HUB)["CidrBlockAssociationSet"] = blocks
        network.route("10.7.0.0/16", VpcPeeringConnectionId="pcx-1")
        assert walk(network, "10.7.1.7").verdict is OK

    def test_nat_gateway_interface_in_peer_vpc_accepts_no_connection(self) -> None:
        network = peered()
        network.nat("nat-2", "hub-b", "10.1.2.60", VpcId=HUB)
        network.row("NetworkInterfaces", "eni-2f")["VpcId"] = HUB
        assert lost(walk(network, "10.1.2.60")) == [("NGW_ACCEPTS_NO_CONNECTION", "eni-2f")]


class TestAmazonDnsServerOfPeer:
    @pytest.mark.parametrize("known", [True, False], ids=["in the input", "by the connection alone"])
    def test_peering_does_not_lead_to_the_amazon_dns_server_of_the_peer(self, *, known: bool) -> None:
        network = peered()
        if not known:
            network.rows["Vpcs"] = [row for row in network.rows["Vpcs"] if row["VpcId"] != HUB]
        outcome = walk(network, "10.1.0.2")
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("DNS_SERVER_OF_PEER_VPC", "pcx-1")])
        assert messages(outcome) == [f"pcx-1 does not lead to 10.1.0.2, the Amazon DNS server of {HUB}"]

    def test_other_addresses_of_the_peer_are_no_amazon_dns_server(self) -> None:
        assert ("DNS_SERVER_OF_PEER_VPC", "pcx-1") not in lost(walk(peered(), "10.1.0.3"))

    def test_peer_without_a_known_primary_block_has_no_known_dns_server(self) -> None:
        network = peered()
        network.rows["Vpcs"] = [row for row in network.rows["Vpcs"] if row["VpcId"] != HUB]
        side = network.row("VpcPeeringConnections", "pcx-1")["AccepterVpcInfo"]
        side["CidrBlockSet"] = [{"CidrBlock": side.pop("CidrBlock")}]
        assert lost(walk(network, "10.1.0.2")) == []


class TestTransitivePeering:
    def test_peering_blocks_nat_gateway_of_peer_vpc(self) -> None:
        network = peered()
        network.central_nat()
        network.row("RouteTables", "rtb-main")["Routes"][-1] = {
            "DestinationCidrBlock": EVERYWHERE,
            "VpcPeeringConnectionId": "pcx-1",
            "State": "active",
        }
        outcome = reach(network)
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "pcx-1")])
        assert "the public addresses of CloudWatch Logs" in messages(outcome)[0]

    def test_peering_blocks_gateway_endpoint_of_peer_vpc(self) -> None:
        network = peered()
        network.gateway_endpoint(VpcId=HUB)
        network.s3_list("52.218.0.0/17")
        network.route("pl-53", "rtb-hub", GatewayId="vpce-93")
        network.route("pl-53", VpcPeeringConnectionId="pcx-1")
        assert lost(walk(network, "52.218.0.9")) == [("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "pcx-1")]

    def test_peering_is_intermittent_if_some_addresses_are_outside_peer_cidr(self) -> None:
        network = peered()
        network.prefix_list("pl-1", "10.1.2.50/32", "10.9.0.0/24")
        network.s3_list("10.1.2.50/32", "10.9.0.0/24", name="pl-53")
        network.route("pl-53", VpcPeeringConnectionId="pcx-1")
        ref = ServiceRef("s3", REGION)
        outcome = reach(network, Target(parse_host(regional_host_of(ref)), 443, "aws", ref))
        assert lost(outcome) == [("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "pcx-1")]
        assert "10.9.0.0/24 is not in it" in messages(outcome)[0]
        assert outcome.verdict is INTERMITTENT

    def test_peering_blocks_traffic_that_came_by_transit_gateway(self) -> None:
        network = HubAndSpoke()
        network.add("Vpcs", VpcId="vpc-3", CidrBlock="10.2.0.0/16", DhcpOptionsId="dopt-1", OwnerId="111122223333")
        network.route("10.2.0.0/16", TransitGatewayId="tgw-1")
        network.routes["tgw-rtb-spoke"].append(
            network.routes["tgw-rtb-spoke"][0] | {"DestinationCidrBlock": "10.2.0.0/16"}
        )
        sides = {
            "RequesterVpcInfo": {"VpcId": HUB, "CidrBlock": "10.1.0.0/16", "Region": REGION},
            "AccepterVpcInfo": {"VpcId": "vpc-3", "CidrBlock": "10.2.0.0/16", "Region": REGION},
        }
        network.add("VpcPeeringConnections", VpcPeeringConnectionId="pcx-2", Status={"Code": "active"}, **sides)
        network.route("10.2.0.0/16", "rtb-hub", VpcPeeringConnectionId="pcx-2")
        outcome = walk(network, "10.2.1.9")
        assert lost(outcome) == [("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "pcx-2")]
        assert messages(outcome)[0] == "pcx-2 does not pass on what came to vpc-2 by tgw-1"


class TestUnknownPeering:
    @pytest.mark.parametrize("state", ["initiating-request", "provisioning"])
    def test_peering_in_creation_is_unknown_with_its_state(self, state: str) -> None:
        outcome = walk(peered(state), "10.1.2.50")
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, [f"what becomes of pcx-1, which is {state}"])

    @pytest.mark.parametrize(
        ("change", "fact"),
        [
            (lambda n: n.rows["VpcPeeringConnections"].clear(), "peering connection pcx-1"),
            (lambda n: n.row("VpcPeeringConnections", "pcx-1").pop("Status"), "the state of pcx-1"),
            (
                lambda n: n.row("VpcPeeringConnections", "pcx-1")["AccepterVpcInfo"].pop("CidrBlock"),
                "the blocks of vpc-2",
            ),
            (
                lambda n: (n.rows["Subnets"].pop(), n.row("NetworkInterfaces", "eni-5e").pop("SubnetId")),
                "which subnet of vpc-2 10.1.2.50 is in",
            ),
        ],
    )
    def test_peering_is_unknown_and_names_the_missing_fact(self, change: Any, fact: str) -> None:
        network = peered()
        change(network)
        outcome = walk(network, "10.1.2.50")
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, [fact])


class TestSecurityGroupReferences:
    """https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-security-groups.html"""

    def named(self, region: str | None = REGION, state: str = "active") -> HubAndSpoke:
        network = peered(state)
        network.row("SecurityGroups", "sg-hub")["IpPermissions"] = [allow("tcp", 443, group="sg-task")]
        side = network.row("VpcPeeringConnections", "pcx-1")["AccepterVpcInfo"]
        side["Region"] = region
        if region is None:
            del side["Region"]
        return network

    def outbound(self, region: str | None = REGION, state: str = "active") -> HubAndSpoke:
        network = self.named(region, state)
        network.row("SecurityGroups", "sg-hub")["IpPermissions"] = [ALL]
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 443, group="sg-hub")]
        return network

    def test_group_references_work_over_peering_inbound_and_outbound(self) -> None:
        assert walk(self.named(), "10.1.2.50").verdict is OK
        assert walk(self.outbound(), "10.1.2.50").verdict is OK

    def test_group_references_fail_over_cross_region_peering(self) -> None:
        assert lost(walk(self.named("eu-west-2"), "10.1.2.50")) == [("ENI_SG_RULES_MISMATCH", "sg-hub")]
        assert lost(walk(self.outbound("eu-west-2"), "10.1.2.50")) == [("ENI_SG_RULES_MISMATCH", "sg-task")]

    def test_group_references_are_unknown_if_a_peering_region_is_missing(self) -> None:
        assert missing(walk(self.named(None), "10.1.2.50")) == ["the Regions that pcx-1 joins"]
        assert missing(walk(self.outbound(None), "10.1.2.50")) == [f"the Regions of {VPC} and {HUB}"]

    def test_group_references_work_over_peering_for_vpc_endpoints(self) -> None:
        network = self.named()
        network.row("NetworkInterfaces", "eni-5e")["InterfaceType"] = "vpc_endpoint"
        assert walk(network, "10.1.2.50").verdict is OK

    def test_group_references_fail_over_deleted_peering(self) -> None:
        found = lost(walk(self.outbound(state="deleted"), "10.1.2.50"))
        assert ("ENI_SG_RULES_MISMATCH", "sg-task") in found
