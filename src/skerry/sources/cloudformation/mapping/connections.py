"""Peering connections and transit gateways.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-vpcpeeringconnection.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-transitgateway.html
"""

from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.cloudformation.mapping.attributes import made_with_vpc
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.cloudformation.mapping.vpcs import blocks_of, ipv6_blocks_of
from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, known_row

_PEERING: Final = "AWS::EC2::VPCPeeringConnection"
_TRANSIT: Final = "AWS::EC2::TransitGateway"
_ATTACHMENTS: Final = ("AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment")
_TABLE: Final = "AWS::EC2::TransitGatewayRouteTable"
_ASSOCIATION: Final = "AWS::EC2::TransitGatewayRouteTableAssociation"
_PROPAGATION: Final = "AWS::EC2::TransitGatewayRouteTablePropagation"
_ROUTE: Final = "AWS::EC2::TransitGatewayRoute"
_ENABLE: Final = "enable"


def write_peering_connections(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the document of peering connections: one within the account is active at once."""
    rows = [_peering(templates, made) for made in templates.of(_PEERING)]
    if rows:
        yield "VpcPeeringConnections", write_open_list("VpcPeeringConnections", rows)


def _peering(templates: Templates, made: Made) -> dict[str, Value]:
    properties, place = made.properties, templates.place
    owner, region = properties.text("PeerOwnerId", place.account), properties.text("PeerRegion", place.region)
    is_accepted = owner == place.account or "PeerRoleArn" in properties
    status = UNKNOWN if owner is UNKNOWN and not is_accepted else "active" if is_accepted else "pending-acceptance"
    return known_row(
        {
            "VpcPeeringConnectionId": made.id,
            "Status": UNKNOWN if status is UNKNOWN else {"Code": status},
            "RequesterVpcInfo": _side(templates, properties.id("VpcId"), place.account, place.region),
            "AccepterVpcInfo": _side(templates, properties.id("PeerVpcId"), owner, region),
        }
    )


def _side(templates: Templates, vpc: str | None, owner: Value, region: Value) -> dict[str, Value]:
    made = templates.vpcs.get(vpc or "")
    blocks: Value = UNKNOWN if made is None else blocks_of(templates, made)
    return known_row(
        {
            "VpcId": vpc,
            "OwnerId": owner,
            "Region": region,
            "CidrBlock": UNKNOWN if blocks is UNKNOWN else blocks[0],
            "CidrBlockSet": UNKNOWN if blocks is UNKNOWN else [{"CidrBlock": block} for block in blocks],
        }
    )


# ---------------------------------------------------------------------------------------------------- transit gateways


class _TransitGateways:
    """Transit gateways with their attachments and route tables."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates
        self.gateways = {made.id: made for made in templates.of(_TRANSIT)}
        self.of_vpcs = templates.of(*_ATTACHMENTS)
        self.associations = templates.group_by(_ASSOCIATION, "TransitGatewayAttachmentId")
        self.propagations = templates.group_by(_PROPAGATION, "TransitGatewayRouteTableId")
        self.routes = templates.group_by(_ROUTE, "TransitGatewayRouteTableId")

    def default_table_of(self, gateway: str, option: str) -> Value:
        """Return the table that AWS makes with a transit gateway, if it associates or propagates by itself.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TransitGatewayRequestOptions.html
        """
        made = self.gateways.get(gateway)
        if made is None:
            return UNKNOWN
        choice = made.properties.text(option, _ENABLE)
        if choice is UNKNOWN:
            return UNKNOWN
        key = {"DefaultRouteTableAssociation": "AssociationDefaultRouteTableId"}.get(option)
        own = made.properties.id(key) if key is not None else made.properties.id("PropagationDefaultRouteTableId")
        return None if choice != _ENABLE else own or made_with_vpc("tgw-rtb", gateway, "DefaultRouteTable")

    def table_of(self, attachment: Made) -> Value:
        """Return the route table of an attachment; None without one."""
        if self.associations.may_have_more(attachment.id):
            return UNKNOWN
        rows = self.associations.of(attachment.id)
        if rows:
            return rows[0].properties.id("TransitGatewayRouteTableId")
        gateway = attachment.properties.id("TransitGatewayId") or ""
        return self.default_table_of(gateway, "DefaultRouteTableAssociation")


def write_transit_gateways(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of transit gateways, their attachments, and their route tables."""
    transit = _TransitGateways(templates)
    if not transit.gateways and not transit.of_vpcs:
        return
    yield "TransitGateways", write_open_list("TransitGateways", map(_gateway, transit.gateways.values()))
    of_vpcs = [_vpc_attachment(made) for made in transit.of_vpcs]
    yield "TransitGatewayVpcAttachments", write_open_list("TransitGatewayVpcAttachments", of_vpcs)
    others = [_attachment(transit, made) for made in transit.of_vpcs]
    yield "TransitGatewayAttachments", write_open_list("TransitGatewayAttachments", others)
    tables = dict(_tables(transit))
    rows = [
        {"TransitGatewayRouteTableId": name, "TransitGatewayId": gateway, "State": "available"}
        for name, gateway in tables.items()
    ]
    yield "TransitGatewayRouteTables", write_open_list("TransitGatewayRouteTables", rows)
    for table, gateway in tables.items():
        routes = _routes(transit, table, gateway)
        if routes is not UNKNOWN:
            call = {"operation": "SearchTransitGatewayRoutes", "parameters": {"TransitGatewayRouteTableId": table}}
            yield f"routes of {table}", {"Call": call, "Response": {"Routes": routes}}


def _gateway(made: Made) -> dict[str, Value]:
    support = made.properties.text("SecurityGroupReferencingSupport", "disable")
    return known_row(
        {
            "TransitGatewayId": made.id,
            "State": "available",
            "Options": known_row({"SecurityGroupReferencingSupport": support}),
        }
    )


def _vpc_attachment(made: Made) -> dict[str, Value]:
    options = made.properties.block("Options")
    return known_row(
        {
            "TransitGatewayAttachmentId": made.id,
            "TransitGatewayId": made.properties.id("TransitGatewayId"),
            "VpcId": made.properties.id("VpcId"),
            "State": "available",
            "SubnetIds": made.properties.ids("SubnetIds"),
            "Options": UNKNOWN if made.properties.is_open("Options") else _options(options),
        }
    )


def _options(options: Properties | None) -> dict[str, Value]:
    """Return the options of an attachment with their defaults.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTransitGatewayVpcAttachmentRequestOptions.html
    """
    defaults = {"ApplianceModeSupport": "disable", "Ipv6Support": "disable"}
    given = {key: default if options is None else options.text(key, default) for key, default in defaults.items()}
    referencing = "enable" if options is None else options.text("SecurityGroupReferencingSupport", "enable")
    return known_row({**given, "SecurityGroupReferencingSupport": referencing})


def _attachment(transit: _TransitGateways, made: Made) -> dict[str, Value]:
    table = transit.table_of(made)
    row = {
        "TransitGatewayAttachmentId": made.id,
        "TransitGatewayId": made.properties.id("TransitGatewayId"),
        "ResourceType": "vpc",
        "ResourceId": made.properties.id("VpcId"),
        # A row without an association has none: one that is not known leaves the state open instead.
        "State": UNKNOWN if table is UNKNOWN else "available",
        "Association": None
        if table is None or table is UNKNOWN
        else {"TransitGatewayRouteTableId": table, "State": "associated"},
    }
    return known_row(row)


def _tables(transit: _TransitGateways) -> Iterator[tuple[str, str]]:
    for gateway in transit.gateways:
        for option in ("DefaultRouteTableAssociation", "DefaultRouteTablePropagation"):
            table = transit.default_table_of(gateway, option)
            if isinstance(table, str):
                yield table, gateway
    for made in transit.templates.of(_TABLE):
        yield made.id, made.properties.id("TransitGatewayId") or ""


def _routes(transit: _TransitGateways, table: str, gateway: str) -> Value:
    """Return the routes of a table; `UNKNOWN` if it may have more than these."""
    if transit.routes.may_have_more(table) or transit.propagations.may_have_more(table):
        return UNKNOWN
    rows = [_static_route(made.properties) for made in transit.routes.of(table)]
    sources = [made.properties.id("TransitGatewayAttachmentId") for made in transit.propagations.of(table)]
    default = transit.default_table_of(gateway, "DefaultRouteTablePropagation")
    if default == table:
        sources += [made.id for made in transit.of_vpcs if made.properties.id("TransitGatewayId") == gateway]
    for source in sources:
        propagated = _propagated(transit, source or "")
        if propagated is UNKNOWN:
            return UNKNOWN
        rows += propagated
    return UNKNOWN if default is UNKNOWN or UNKNOWN in rows else rows


def _static_route(route: Properties) -> Value:
    destination, is_black_hole = route.text("DestinationCidrBlock"), route.flag("Blackhole", default=False)
    if destination is UNKNOWN or is_black_hole is UNKNOWN:
        return UNKNOWN
    row = {"DestinationCidrBlock": destination, "Type": "static", "State": "blackhole" if is_black_hole else "active"}
    attachment = route.id("TransitGatewayAttachmentId")
    targets = [] if attachment is None else [{"TransitGatewayAttachmentId": attachment, "ResourceType": "vpc"}]
    return {**row, "TransitGatewayAttachments": targets}


def _propagated(transit: _TransitGateways, attachment: str) -> Value:
    """Return a route for each block of an attachment's VPC.

    https://docs.aws.amazon.com/vpc/latest/tgw/how-transit-gateways-work.html#tgw-route-propagation-overview
    """
    made = next((row for row in transit.of_vpcs if row.id == attachment), None)
    vpc = None if made is None else transit.templates.vpcs.get(made.properties.id("VpcId") or "")
    if vpc is None:
        return UNKNOWN
    blocks, ipv6 = blocks_of(transit.templates, vpc), ipv6_blocks_of(transit.templates, vpc.id)
    if blocks is UNKNOWN or ipv6 is UNKNOWN:
        return UNKNOWN
    target = {"TransitGatewayAttachmentId": attachment, "ResourceId": vpc.id, "ResourceType": "vpc"}
    return [
        {
            "DestinationCidrBlock": block,
            "Type": "propagated",
            "State": "active",
            "TransitGatewayAttachments": [target],
        }
        for block in [*blocks, *ipv6]
    ]
