"""Connections of the VPCs of a scenario: transit gateways, VPN gateways and peering."""

from typing import Any

from tests.loading.documents import Documents, Row
from tests.loading.reasons import OTHER_REGION
from tests.loading.stand_ins import subnet_of, vpc_of


def create_connections(ec2: Any, documents: Documents) -> None:
    """Create the connections with their routes."""
    for row in documents["VpcPeeringConnections"]:
        _create_peering(ec2, documents, row)
    for _, answer in documents.calls("DescribeVpcPeeringConnections"):
        for row in answer["VpcPeeringConnections"]:
            _create_peering(ec2, documents, row)
    for row in documents["VpnGateways"]:
        made = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
        documents.ids[row["VpnGatewayId"]] = made
        for attachment in row["VpcAttachments"]:
            ec2.attach_vpn_gateway(VpnGatewayId=made, VpcId=documents.id_of(attachment["VpcId"]))
    for row in documents["TransitGateways"]:
        _create_transit_gateway(ec2, documents, row)


def _create_peering(ec2: Any, documents: Documents, row: Row) -> None:
    requester, accepter = row["RequesterVpcInfo"], row["AccepterVpcInfo"]
    if requester["Region"] != accepter["Region"]:
        documents.borrow("peering_connections", OTHER_REGION)
    made = ec2.create_vpc_peering_connection(
        VpcId=documents.id_of(requester["VpcId"]), PeerVpcId=documents.id_of(accepter["VpcId"])
    )["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    if row["Status"]["Code"] == "active":
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=made)
    documents.ids[row["VpcPeeringConnectionId"]] = made


def _create_transit_gateway(ec2: Any, documents: Documents, row: Row) -> None:
    options = {"DefaultRouteTableAssociation": "disable", "DefaultRouteTablePropagation": "disable", **row["Options"]}
    made = ec2.create_transit_gateway(Options=options)["TransitGateway"]["TransitGatewayId"]
    documents.ids[row["TransitGatewayId"]] = made
    for table in documents["TransitGatewayRouteTables"]:
        answer = ec2.create_transit_gateway_route_table(TransitGatewayId=made)["TransitGatewayRouteTable"]
        documents.ids[table["TransitGatewayRouteTableId"]] = answer["TransitGatewayRouteTableId"]
    for attachment in documents["TransitGatewayVpcAttachments"]:
        _attach_vpc(ec2, documents, made, attachment)
    for attachment in documents["TransitGatewayAttachments"]:
        if attachment["ResourceType"] == "vpn":
            _attach_vpn(ec2, documents, made, attachment)
        if "Association" in attachment:
            ec2.associate_transit_gateway_route_table(
                TransitGatewayRouteTableId=documents.id_of(attachment["Association"]["TransitGatewayRouteTableId"]),
                TransitGatewayAttachmentId=documents.id_of(attachment["TransitGatewayAttachmentId"]),
            )
    for asked, answer in documents.calls("SearchTransitGatewayRoutes"):
        for route in answer["Routes"]:
            _create_route(ec2, documents, documents.id_of(asked["TransitGatewayRouteTableId"]), route)


def _attach_vpc(ec2: Any, documents: Documents, gateway: str, row: Row) -> None:
    made = ec2.create_transit_gateway_vpc_attachment(
        TransitGatewayId=gateway,
        VpcId=vpc_of(ec2, documents, row["VpcId"]),
        SubnetIds=[subnet_of(ec2, documents, subnet, row["VpcId"]) for subnet in row["SubnetIds"]],
        Options=row["Options"],
    )["TransitGatewayVpcAttachment"]
    documents.ids[row["TransitGatewayAttachmentId"]] = made["TransitGatewayAttachmentId"]


def _attach_vpn(ec2: Any, documents: Documents, gateway: str, row: Row) -> None:
    customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="198.51.100.1", BgpAsn=65000)["CustomerGateway"]
    vpn = ec2.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=customer["CustomerGatewayId"], TransitGatewayId=gateway
    )["VpnConnection"]["VpnConnectionId"]
    documents.ids[row["ResourceId"]] = vpn
    [made] = [
        item["TransitGatewayAttachmentId"]
        for item in ec2.describe_transit_gateway_attachments()["TransitGatewayAttachments"]
        if item["ResourceId"] == vpn
    ]
    documents.ids[row["TransitGatewayAttachmentId"]] = made


def _create_route(ec2: Any, documents: Documents, table: str, route: Row) -> None:
    """Create a route of a transit gateway; a VPC's own blocks are propagated."""
    given = {"TransitGatewayRouteTableId": table}
    block = {"DestinationCidrBlock": route["DestinationCidrBlock"]}
    if route["State"] == "blackhole":
        ec2.create_transit_gateway_route(**given, **block, Blackhole=True)
        return
    [named] = route["TransitGatewayAttachments"]
    attachment = {"TransitGatewayAttachmentId": documents.id_of(named["TransitGatewayAttachmentId"])}
    if route["Type"] == "propagated" and named["ResourceType"] == "vpc":
        ec2.enable_transit_gateway_route_table_propagation(**given, **attachment)
    else:
        # The embedded AWS has no other side of a VPN that announces routes.
        ec2.create_transit_gateway_route(**given, **block, **attachment)
