"""Transit gateways and peering connections."""

from collections.abc import Iterator

from tests.sources.terraform.scenario_code.network import (
    REGION,
    Json,
    Resource,
    ScenarioNetwork,
    reference,
    refuse_unless,
)


def write_transit(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield transit gateways, their attachments, tables and routes."""
    routes = {parameters["TransitGatewayRouteTableId"]: response["Routes"]
              for parameters, response in network.calls("SearchTransitGatewayRoutes")}  # fmt: skip
    for row in network.rows("TransitGateways"):
        support = row.get("Options", {}).get("SecurityGroupReferencingSupport", "disable")
        off = {"default_route_table_association": "disable", "default_route_table_propagation": "disable"}
        values = {"security_group_referencing_support": support, **off}
        yield "aws_ec2_transit_gateway", row["TransitGatewayId"], values
    for row in network.rows("TransitGatewayVpcAttachments"):
        yield "aws_ec2_transit_gateway_vpc_attachment", row["TransitGatewayAttachmentId"], _attachment(network, row)
    for row in network.rows("TransitGatewayRouteTables"):
        name = row["TransitGatewayRouteTableId"]
        gateway = {"transit_gateway_id": reference("aws_ec2_transit_gateway", row["TransitGatewayId"])}
        yield "aws_ec2_transit_gateway_route_table", name, gateway
        refuse_unless(name in routes, "routes are not known")
        for number, route in enumerate(routes[name]):
            yield "aws_ec2_transit_gateway_route", f"{name}-{number}", _transit_route(network, name, route)
    for row in network.rows("TransitGatewayAttachments"):
        table = row.get("Association", {}).get("TransitGatewayRouteTableId")
        if table is not None:
            values = {
                "transit_gateway_attachment_id": _attached(network, row["TransitGatewayAttachmentId"]),
                "transit_gateway_route_table_id": reference("aws_ec2_transit_gateway_route_table", table),
            }
            yield "aws_ec2_transit_gateway_route_table_association", row["TransitGatewayAttachmentId"], values


def _attached(network: ScenarioNetwork, name: str) -> str:
    rows = network.rows("TransitGatewayVpcAttachments")
    refuse_unless(any(row["TransitGatewayAttachmentId"] == name for row in rows), "an attachment of no VPC")
    return reference("aws_ec2_transit_gateway_vpc_attachment", name)


def _attachment(network: ScenarioNetwork, row: Json) -> Json:
    refuse_unless(row.get("State") == "available", "an attachment in another state")
    vpcs = {vpc["VpcId"] for vpc in network.rows("Vpcs")}
    refuse_unless(row["VpcId"] in vpcs, "a VPC that is not described")
    options = row.get("Options", {})
    return {
        "transit_gateway_id": reference("aws_ec2_transit_gateway", row["TransitGatewayId"]),
        "vpc_id": reference("aws_vpc", row["VpcId"]),
        "subnet_ids": [reference("aws_subnet", name) for name in row["SubnetIds"]],
        "appliance_mode_support": options.get("ApplianceModeSupport", "disable"),
        "security_group_referencing_support": options.get("SecurityGroupReferencingSupport"),
        "transit_gateway_default_route_table_association": False,
        "transit_gateway_default_route_table_propagation": False,
    }


def _transit_route(network: ScenarioNetwork, table: str, route: Json) -> Json:
    values = {
        "transit_gateway_route_table_id": reference("aws_ec2_transit_gateway_route_table", table),
        "destination_cidr_block": route["DestinationCidrBlock"],
    }
    if route.get("State") == "blackhole":
        return values | {"blackhole": True}
    [attachment, *others] = route["TransitGatewayAttachments"]
    refuse_unless(not others, "several attachments")
    return values | {"transit_gateway_attachment_id": _attached(network, attachment["TransitGatewayAttachmentId"])}


def write_peering(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield peering connections."""
    vpcs = {vpc["VpcId"] for vpc in network.rows("Vpcs")}
    for row in network.rows("VpcPeeringConnections"):
        sides = [row[f"{side}VpcInfo"] for side in ("Requester", "Accepter")]
        refuse_unless(row["Status"]["Code"] == "active", "a route that is no black hole, and should be")
        refuse_unless(all(side["VpcId"] in vpcs and side.get("Region", REGION) == REGION for side in sides),
                       "a VPC elsewhere")  # fmt: skip
        requester, accepter = (reference("aws_vpc", side["VpcId"]) for side in sides)
        values = {"vpc_id": requester, "peer_vpc_id": accepter, "auto_accept": True}
        yield "aws_vpc_peering_connection", row["VpcPeeringConnectionId"], values
