"""Look-ups in what connects VPCs: what is there, what is known not to be, and what was not read."""

from typing import Any

import pytest
from msgspec import UNSET

from skerry.model.facts import Facts, Missing
from skerry.model.network import Subnet
from skerry.model.transit_lookup import TransitLookup, are_in_same_zone
from skerry.model.transit_records import (
    PeeringStatus,
    PeeringVpc,
    TransitGateway,
    TransitGatewayAssociation,
    TransitGatewayAttachment,
    TransitGatewayRoute,
    TransitGatewayRouteTable,
    TransitGatewayVpcAttachment,
    VpcPeeringConnection,
)
from skerry.net.blocks import CidrBlock
from tests.lists import lists


def connections(**facts: Any) -> TransitLookup:
    return TransitLookup(Facts(**facts))


def attachment(name: str, state: str = "available", vpc: str = "vpc-1") -> TransitGatewayVpcAttachment:
    return TransitGatewayVpcAttachment(
        transit_gateway_attachment_id=name, transit_gateway_id="tgw-1", vpc_id=vpc, state=state
    )


class TestTransitGateways:
    def test_transit_gateway_is_looked_up_by_id(self) -> None:
        row = TransitGateway(transit_gateway_id="tgw-1")
        found = connections(transit_gateways=(row,))
        assert found.find_transit_gateway("tgw-1") is row
        assert found.find_transit_gateway("tgw-2") == Missing("transit gateway tgw-2", "ec2:DescribeTransitGateways")


class TestAttachments:
    ACTION = "ec2:DescribeTransitGatewayVpcAttachments"

    def test_attachment_is_looked_up_by_vpc_or_id(self) -> None:
        rows = (attachment("a-2", vpc="vpc-2"), attachment("a-1"))
        found = connections(transit_gateway_vpc_attachments=rows)
        assert found.attachment_of("vpc-1", "tgw-1") is rows[1]
        assert found.find_vpc_attachment("a-2") is rows[0]

    @pytest.mark.parametrize("state", ["deleted", "Deleting"])
    def test_deleted_attachment_counts_only_without_an_active_attachment(self, state: str) -> None:
        gone, alive = attachment("a-0", state), attachment("a-1")
        found = connections(transit_gateway_vpc_attachments=(gone, alive))
        assert found.attachment_of("vpc-1", "tgw-1") is alive
        assert connections(transit_gateway_vpc_attachments=(gone,)).attachment_of("vpc-1", "tgw-1") is gone

    def test_attachment_absent_from_a_complete_list_is_none(self) -> None:
        read = lists(["transit_gateway_vpc_attachments"])
        assert connections(completeness=read).attachment_of("vpc-1", "tgw-1") is None

    def test_unread_attachment_is_missing(self) -> None:
        fact = Missing("the attachment of vpc-1 to tgw-1", self.ACTION)
        assert connections().attachment_of("vpc-1", "tgw-1") == fact
        fact = Missing("the subnets of transit gateway attachment a-9", self.ACTION)
        assert connections().find_vpc_attachment("a-9") == fact


class TestTransitGatewayRoutes:
    def of(self, association: TransitGatewayAssociation | None) -> Any:
        row = TransitGatewayAttachment(transit_gateway_attachment_id="a-1", association=association)
        return connections(transit_gateway_attachments=(row,)).route_table_id_of("a-1")

    def test_route_table_is_that_of_the_association(self) -> None:
        assert self.of(TransitGatewayAssociation(transit_gateway_route_table_id="t-1")) == "t-1"

    def test_route_table_is_none_without_an_association(self) -> None:
        assert self.of(None) is None
        assert self.of(TransitGatewayAssociation(transit_gateway_route_table_id="t-1", state="disassociated")) is None

    def test_route_table_is_missing_while_associating(self) -> None:
        found = self.of(TransitGatewayAssociation(transit_gateway_route_table_id="t-1", state="associating"))
        assert found == Missing("what becomes of a-1, whose route table is associating")

    def test_route_table_of_unread_attachment_is_missing(self) -> None:
        fact = Missing("the route table that a-1 is associated with", "ec2:DescribeTransitGatewayAttachments")
        assert connections().route_table_id_of("a-1") == fact

    def test_routes_come_from_the_search_call(self) -> None:
        rows = (TransitGatewayRoute(destination_cidr_block=CidrBlock("10.0.0.0/16")),)
        table = TransitGatewayRouteTable(transit_gateway_route_table_id="t-1", routes=rows)
        assert connections(transit_gateway_route_tables=(table,)).routes_of("t-1") == rows

    @pytest.mark.parametrize("name", ["t-1", "t-2"])
    def test_unsearched_routes_are_missing(self, name: str) -> None:
        table = TransitGatewayRouteTable(transit_gateway_route_table_id="t-1")
        fact = Missing(f"the routes of transit gateway route table {name}", "ec2:SearchTransitGatewayRoutes")
        assert connections(transit_gateway_route_tables=(table,)).routes_of(name) == fact


class TestPeering:
    def joined(self, code: str = "active", there: str | None = "eu-west-1") -> VpcPeeringConnection:
        return VpcPeeringConnection(
            vpc_peering_connection_id="pcx-1",
            requester_vpc_info=PeeringVpc(vpc_id="vpc-1", region="eu-west-1"),
            accepter_vpc_info=PeeringVpc(vpc_id="vpc-2", region=there),
            status=PeeringStatus(code=code),
        )

    def peered(self, *rows: VpcPeeringConnection, one: str = "vpc-1", read: bool = True) -> bool | Missing:
        known = lists(["peering_connections"] if read else [])
        return connections(peering_connections=rows, completeness=known).are_peered(one, "vpc-2")

    def test_peering_connection_is_looked_up_by_id(self) -> None:
        row = self.joined()
        found = connections(peering_connections=(row,))
        assert found.find_peering("pcx-1") is row
        assert found.find_peering("pcx-2") == Missing("peering connection pcx-2", "ec2:DescribeVpcPeeringConnections")

    def test_vpcs_are_peered_by_an_active_same_region_connection(self) -> None:
        assert self.peered(self.joined()) is True
        assert self.peered(self.joined(there="eu-west-2")) is False

    def test_vpcs_are_not_peered_by_inactive_or_unrelated_connections(self) -> None:
        assert self.peered(self.joined("deleted")) is False
        assert self.peered(self.joined(), one="vpc-3") is False

    def test_peering_is_missing_if_a_region_is_unknown(self) -> None:
        fact = Missing("the Regions of vpc-1 and vpc-2", "ec2:DescribeVpcPeeringConnections")
        assert self.peered(self.joined(there=None)) == fact

    def test_peering_is_missing_if_connections_are_unread(self) -> None:
        fact = Missing("whether vpc-1 and vpc-2 are peered", "ec2:DescribeVpcPeeringConnections")
        assert self.peered(read=False) == fact


class TestZones:
    """A zone's name stands for another zone in another account, its id does not."""

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ({"availability_zone": "a"}, {"availability_zone": "a"}, True),
            ({"availability_zone": "a"}, {"availability_zone": "b"}, False),
            ({"availability_zone": "a", "owner_id": "1"}, {"availability_zone": "a", "owner_id": "2"}, None),
            ({"availability_zone": "a"}, {}, None),
            ({"availability_zone_id": "1", "availability_zone": "a"}, {"availability_zone_id": "1"}, True),
            ({"availability_zone_id": "1"}, {"availability_zone_id": "2"}, False),
            ({"availability_zone_id": "1", "availability_zone": "a"}, {"availability_zone": "a"}, True),
        ],
        ids=str,
    )
    def test_zones_are_compared_by_id_or_by_name_within_an_account(
        self,
        one: dict[str, str],
        other: dict[str, str],
        same: bool | None,  # noqa: FBT001
    ) -> None:
        places = [Subnet(subnet_id="subnet-1", vpc_id="vpc-1", **row) for row in (one, other)]  # type: ignore[arg-type]
        assert are_in_same_zone(places[0], places[1]) is same
        assert Subnet(subnet_id="subnet-1", vpc_id="vpc-1").availability_zone is UNSET


class TestNetworks:
    def test_network_joins_vpcs_over_several_connections(self) -> None:
        peering = VpcPeeringConnection(
            vpc_peering_connection_id="pcx-1",
            requester_vpc_info=PeeringVpc(vpc_id="vpc-2"),
            accepter_vpc_info=PeeringVpc(vpc_id="vpc-3"),
        )
        row = TransitGatewayAttachment(
            transit_gateway_attachment_id="a-3", transit_gateway_id="tgw-1", resource_id="tgw-2"
        )
        looked_up = connections(
            transit_gateway_vpc_attachments=(attachment("a-1"), attachment("a-2", vpc="vpc-2")),
            transit_gateway_attachments=(row,),
            peering_connections=(peering,),
        )
        network = frozenset({"vpc-1", "vpc-2", "vpc-3", "tgw-1", "tgw-2"})
        assert looked_up.network_of("vpc-1") == looked_up.network_of("vpc-3") == network

    def test_network_of_unconnected_vpc_is_empty(self) -> None:
        peering = VpcPeeringConnection(vpc_peering_connection_id="pcx-1", requester_vpc_info=PeeringVpc(vpc_id="vpc-2"))
        row = TransitGatewayAttachment(transit_gateway_attachment_id="a-3")
        looked_up = connections(
            transit_gateway_vpc_attachments=(attachment("a-1"),),
            transit_gateway_attachments=(row,),
            peering_connections=(peering,),
        )
        assert looked_up.network_of("vpc-2") == frozenset()
