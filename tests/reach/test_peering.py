"""Over a peering connection: straight into the other VPC, and no further.

https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
"""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef, host
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


class TestIntoThePeer:
    def test_an_endpoint_there_serves(self) -> None:
        network = peered()
        network.central_endpoint()
        assert reach(network).verdict is OK

    def test_packets_pass_the_acls_of_both_ends_both_ways(self) -> None:
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
    def test_each_of_the_acls_may_drop_them(self, subnet: str, egress: bool) -> None:  # noqa: FBT001
        network = peered()
        network.acl("acl-half", [entry(100, egress=not egress)], [subnet])
        assert lost(walk(network, "10.1.2.50")) == [("SUBNET_ACL_RESTRICTION", "acl-half")]

    def test_it_may_have_been_asked_for_by_either_side(self) -> None:
        network = peered()
        row = network.row("VpcPeeringConnections", "pcx-1")
        row["RequesterVpcInfo"], row["AccepterVpcInfo"] = row["AccepterVpcInfo"], row["RequesterVpcInfo"]
        assert walk(network, "10.1.2.50").verdict is OK

    def test_replies_need_a_route(self) -> None:
        network = peered()
        network.row("RouteTables", "rtb-hub")["Routes"].pop()
        outcome = walk(network, "10.1.2.50")
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("NO_ROUTE_TO_DESTINATION", "rtb-hub")])

    @pytest.mark.parametrize("state", ["pending-acceptance", "deleted", "expired", "failed", "rejected"])
    def test_it_must_be_active(self, state: str) -> None:
        assert lost(walk(peered(state), "10.1.2.50")) == [("BAD_STATE", "pcx-1")]

    def test_what_else_is_in_the_way_behind_one_that_is_not_active_is_named_too(self) -> None:
        network = peered("pending-acceptance")
        network.row("SecurityGroups", "sg-hub")["IpPermissions"] = []
        assert lost(walk(network, "10.1.2.50")) == [("BAD_STATE", "pcx-1"), ("SG_HAS_NO_RULES", "sg-hub")]

    def test_a_secondary_block_of_the_peer_is_in_it(self) -> None:
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

    def test_a_nat_gateways_interface_there_accepts_nothing(self) -> None:
        network = peered()
        network.nat("nat-2", "hub-b", "10.1.2.60", VpcId=HUB)
        network.row("NetworkInterfaces", "eni-2f")["VpcId"] = HUB
        assert lost(walk(network, "10.1.2.60")) == [("NGW_ACCEPTS_NO_CONNECTION", "eni-2f")]


class TestNoFurther:
    def test_the_peers_nat_gateway_does_not_serve(self) -> None:
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

    def test_the_peers_gateway_endpoint_does_not_serve(self) -> None:
        network = peered()
        network.gateway_endpoint(VpcId=HUB)
        network.s3_list("52.218.0.0/17")
        network.route("pl-53", "rtb-hub", GatewayId="vpce-93")
        network.route("pl-53", VpcPeeringConnectionId="pcx-1")
        assert lost(walk(network, "52.218.0.9")) == [("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "pcx-1")]

    def test_of_addresses_in_part_beyond_it_that_part_is_lost(self) -> None:
        network = peered()
        network.prefix_list("pl-1", "10.1.2.50/32", "10.9.0.0/24")
        network.s3_list("10.1.2.50/32", "10.9.0.0/24", name="pl-53")
        network.route("pl-53", VpcPeeringConnectionId="pcx-1")
        ref = ServiceRef("s3", REGION)
        outcome = reach(network, Target(host(ref), 443, "aws", ref))
        assert lost(outcome) == [("PCX_REQUIRES_ADDRESS_IN_VPC_CIDR", "pcx-1")]
        assert "10.9.0.0/24 is not in it" in messages(outcome)[0]
        assert outcome.verdict is INTERMITTENT

    def test_it_does_not_pass_on_what_came_by_a_transit_gateway(self) -> None:
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


class TestWhereItIsNotKnown:
    @pytest.mark.parametrize("state", ["initiating-request", "provisioning"])
    def test_one_that_is_being_made_may_work_soon(self, state: str) -> None:
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
    def test_the_fact_is_named(self, change: Any, fact: str) -> None:
        network = peered()
        change(network)
        outcome = walk(network, "10.1.2.50")
        assert (outcome.verdict, missing(outcome)) == (UNKNOWN, [fact])


class TestGroupReferences:
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

    def test_hold_in_both_directions(self) -> None:
        assert walk(self.named(), "10.1.2.50").verdict is OK
        assert walk(self.outbound(), "10.1.2.50").verdict is OK

    def test_do_not_hold_between_regions(self) -> None:
        assert lost(walk(self.named("eu-west-2"), "10.1.2.50")) == [("ENI_SG_RULES_MISMATCH", "sg-hub")]
        assert lost(walk(self.outbound("eu-west-2"), "10.1.2.50")) == [("ENI_SG_RULES_MISMATCH", "sg-task")]

    def test_are_not_known_to_hold_where_a_region_is_not_told(self) -> None:
        assert missing(walk(self.named(None), "10.1.2.50")) == ["the Regions that pcx-1 joins"]
        assert missing(walk(self.outbound(None), "10.1.2.50")) == [f"the Regions of {VPC} and {HUB}"]

    def test_hold_for_endpoints_too(self) -> None:
        network = self.named()
        network.row("NetworkInterfaces", "eni-5e")["InterfaceType"] = "vpc_endpoint"
        assert walk(network, "10.1.2.50").verdict is OK

    def test_do_not_hold_over_a_connection_that_is_not_active(self) -> None:
        found = lost(walk(self.outbound(state="deleted"), "10.1.2.50"))
        assert ("ENI_SG_RULES_MISMATCH", "sg-task") in found
