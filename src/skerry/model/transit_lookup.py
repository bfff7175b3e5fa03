"""Look-ups of connections between VPCs: transit gateways with their attachments and routes, and peering."""

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from msgspec import UNSET

from skerry.model.facts import Facts, Missing
from skerry.model.network import Subnet
from skerry.model.transit_records import (
    TransitGateway,
    TransitGatewayAttachment,
    TransitGatewayRoute,
    TransitGatewayRouteTable,
    TransitGatewayVpcAttachment,
    VpcPeeringConnection,
)

_ATTACHMENTS = "ec2:DescribeTransitGatewayVpcAttachments"
_GONE = {"deleted", "deleting"}


class TransitLookup:
    """The connections of one World; every look-up returns a record or a `Missing`."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._gateways = {record.transit_gateway_id: record for record in facts.transit_gateways}
        self._of_vpcs = {
            record.transit_gateway_attachment_id: record for record in facts.transit_gateway_vpc_attachments
        }
        self._attachments = {
            record.transit_gateway_attachment_id: record for record in facts.transit_gateway_attachments
        }
        self._tables = {record.transit_gateway_route_table_id: record for record in facts.transit_gateway_route_tables}
        self._peering = {record.vpc_peering_connection_id: record for record in facts.peering_connections}

    def find_transit_gateway(self, gateway_id: str) -> TransitGateway | Missing:
        """Return the transit gateway with this id."""
        return self._gateways.get(gateway_id) or Missing(f"transit gateway {gateway_id}", "ec2:DescribeTransitGateways")

    def attachment_of(self, vpc_id: str, gateway_id: str) -> TransitGatewayVpcAttachment | Missing | None:
        """Return the attachment of a VPC to a transit gateway; None if it is known to have none."""
        attachments = [
            attachment
            for attachment in self._facts.transit_gateway_vpc_attachments
            if attachment.vpc_id == vpc_id and attachment.transit_gateway_id == gateway_id
        ]
        alive = [
            attachment
            for attachment in attachments
            if attachment.state is UNSET or attachment.state.lower() not in _GONE
        ]
        if alive or attachments:
            return (alive or attachments)[0]
        if self._facts.completeness.knows("transit_gateway_vpc_attachments", vpc_id):
            return None
        return Missing(f"the attachment of {vpc_id} to {gateway_id}", _ATTACHMENTS)

    def find_vpc_attachment(self, attachment_id: str) -> TransitGatewayVpcAttachment | Missing:
        """Return the VPC attachment with this id."""
        attachment = self._of_vpcs.get(attachment_id)
        return attachment or Missing(f"the subnets of transit gateway attachment {attachment_id}", _ATTACHMENTS)

    def route_table_id_of(self, attachment_id: str) -> str | Missing | None:
        """Return the id of the route table that an attachment is associated with; None if it has none."""
        attachment: TransitGatewayAttachment | None = self._attachments.get(attachment_id)
        if attachment is None:
            return Missing(
                f"the route table that {attachment_id} is associated with", "ec2:DescribeTransitGatewayAttachments"
            )
        association = attachment.association
        if association is None or association.state == "disassociated":
            return None
        if association.state != "associated":
            return Missing(f"what becomes of {attachment_id}, whose route table is {association.state}")
        return association.transit_gateway_route_table_id

    def routes_of(self, table_id: str) -> tuple[TransitGatewayRoute, ...] | Missing:
        """Return all routes of a transit gateway's route table."""
        table: TransitGatewayRouteTable | None = self._tables.get(table_id)
        if table is None or table.routes is UNSET:
            return Missing(f"the routes of transit gateway route table {table_id}", "ec2:SearchTransitGatewayRoutes")
        return table.routes

    def find_peering(self, connection_id: str) -> VpcPeeringConnection | Missing:
        """Return the peering connection with this id."""
        connection = self._peering.get(connection_id)
        return connection or Missing(f"peering connection {connection_id}", "ec2:DescribeVpcPeeringConnections")

    def network_of(self, vpc_id: str) -> frozenset[str]:
        """Return the VPCs and transit gateways joined to a VPC, over however many connections; empty if it has none."""
        return self._networks.get(vpc_id, frozenset())

    @cached_property
    def _networks(self) -> dict[str, frozenset[str]]:
        neighbours: defaultdict[str, set[str]] = defaultdict(set)
        for first, other in self._connections():
            neighbours[first].add(other)
            neighbours[other].add(first)
        networks: dict[str, frozenset[str]] = {}
        for start in neighbours:
            if start in networks:
                continue
            members, unvisited = {start}, [start]
            while unvisited:
                joined = neighbours[unvisited.pop()] - members
                members |= joined
                unvisited.extend(joined)
            networks |= dict.fromkeys(members, frozenset(members))
        return networks

    def _connections(self) -> Iterator[tuple[str, str]]:
        """Yield the ids of both ends of each attachment and peering connection, whatever its state."""
        for attachment in self._facts.transit_gateway_vpc_attachments:
            yield attachment.vpc_id, attachment.transit_gateway_id
        for row in self._facts.transit_gateway_attachments:
            if row.transit_gateway_id is not None and row.resource_id is not None:
                yield row.resource_id, row.transit_gateway_id
        for peering in self._facts.peering_connections:
            requester, accepter = peering.requester_vpc_info.vpc_id, peering.accepter_vpc_info.vpc_id
            if requester is not None and accepter is not None:
                yield requester, accepter

    def are_peered(self, first: str, other: str) -> bool | Missing:
        """Return whether an active peering connection of one Region joins two VPCs."""
        for peering in self._facts.peering_connections:
            sides = (peering.requester_vpc_info, peering.accepter_vpc_info)
            if {side.vpc_id for side in sides} == {first, other} and peering.status.code == "active":
                if None in (sides[0].region, sides[1].region):
                    return Missing(f"the Regions of {first} and {other}", "ec2:DescribeVpcPeeringConnections")
                return sides[0].region == sides[1].region
        if self._facts.completeness.knows("peering_connections"):
            return False
        return Missing(f"whether {first} and {other} are peered", "ec2:DescribeVpcPeeringConnections")


def are_in_same_zone(first: Subnet, other: Subnet) -> bool | None:
    """Return whether two subnets are in one zone; None if that is unknown.

    A zone's name may denote another zone in another account, its id does not:
    https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
    """
    if first.availability_zone_id is not UNSET and other.availability_zone_id is not UNSET:
        return first.availability_zone_id == other.availability_zone_id
    if UNSET in (first.availability_zone, other.availability_zone) or first.owner_id != other.owner_id:
        return None
    return first.availability_zone == other.availability_zone
