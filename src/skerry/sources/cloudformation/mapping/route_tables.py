"""Route tables with their routes and associations, and the main one of each VPC.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-route.html
"""

from typing import Final

from skerry.sources.cloudformation.mapping.attributes import made_with_vpc
from skerry.sources.cloudformation.mapping.endpoints import GatewayRoutes
from skerry.sources.cloudformation.mapping.gateways import internet_gateway_of, regional_nat_gateways
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.templates import Templates
from skerry.sources.cloudformation.mapping.vpcs import canonical, local_routes_of
from skerry.sources.planned.lists import Listed
from skerry.sources.planned.values import UNKNOWN, Value, known_row

_DESTINATIONS: Final = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_TARGETS: Final = {
    "CarrierGatewayId": "CarrierGatewayId",
    "CoreNetworkArn": "CoreNetworkArn",
    "EgressOnlyInternetGatewayId": "EgressOnlyInternetGatewayId",
    "GatewayId": "GatewayId",
    "InstanceId": "InstanceId",
    "LocalGatewayId": "LocalGatewayId",
    "NatGatewayId": "NatGatewayId",
    "NetworkInterfaceId": "NetworkInterfaceId",
    "TransitGatewayId": "TransitGatewayId",
    "VpcEndpointId": "GatewayId",
    "VpcPeeringConnectionId": "VpcPeeringConnectionId",
}
_ANYWHERE: Final = "0.0.0.0/0"
_PROPAGATION: Final = "AWS::EC2::VPNGatewayRoutePropagation"
_PARTS: Final = {
    "SubnetId": "AWS::EC2::SubnetRouteTableAssociation",
    "GatewayId": "AWS::EC2::GatewayRouteTableAssociation",
}


class _Tables:
    """The routes and associations of templates, by route table."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._gateway_routes = GatewayRoutes(templates)
        self._routes = templates.group_by("AWS::EC2::Route", "RouteTableId")
        self._associations = {key: templates.group_by(kind, "RouteTableId") for key, kind in _PARTS.items()}
        propagations = templates.of(_PROPAGATION), templates.perhaps(_PROPAGATION)
        tables = [row.properties.ids("RouteTableIds") for rows in propagations for row in rows]
        self._is_propagated = UNKNOWN in tables or templates.is_open(_PROPAGATION)
        named = {name for names in tables if names is not UNKNOWN for name in names}
        self._propagated = named | templates.touched

    def row(self, table: str, vpc: str, *, is_main: bool) -> dict[str, Value]:
        """Return the row of a table."""
        associations = self._associations_of(table)
        if is_main and associations is not UNKNOWN:
            associations = [*associations, {"Main": True}]
        return known_row(
            {
                "RouteTableId": table,
                "VpcId": vpc,
                "Routes": self._routes_of(table, vpc),
                "Associations": associations,
            }
        )

    def row_of_nat(self, table: str, vpc: str) -> dict[str, Value]:
        """Return the row of the table that AWS makes with a regional NAT gateway: it leads to the internet gateway.

        https://aws.amazon.com/blogs/networking-and-content-delivery/introducing-amazon-vpc-regional-nat-gateway
        """
        row, gateway = self.row(table, vpc, is_main=False), internet_gateway_of(self._templates, vpc)
        routes = row.get("Routes", UNKNOWN)
        if routes is UNKNOWN or gateway is None:
            return {key: value for key, value in row.items() if key != "Routes"}
        out = {"DestinationCidrBlock": _ANYWHERE, "GatewayId": gateway, "State": "active", "Origin": "CreateRoute"}
        has_own = any(_destination_of(route) == _ANYWHERE for route in routes)
        return row if has_own else {**row, "Routes": [*routes, out]}

    def _routes_of(self, table: str, vpc: str) -> Value:
        local, endpoints = local_routes_of(self._templates, vpc), self._gateway_routes.of(table)
        if self._routes.may_have_more(table) or self._is_propagated or table in self._propagated:
            return UNKNOWN
        own = [route_of(made.properties) for made in self._routes.of(table)]
        if local is UNKNOWN or endpoints is UNKNOWN or UNKNOWN in own:
            return UNKNOWN
        replaced = {_destination_of(row) for row in own}
        if len(replaced) < len(own):
            # EC2 refuses the second route to a destination, and CloudFormation promises no order:
            # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html
            return UNKNOWN
        return [*(row for row in local if _destination_of(row) not in replaced), *own, *endpoints]

    def _associations_of(self, table: str) -> Value:
        rows: list[dict[str, Value]] = []
        for key, grouped in self._associations.items():
            if grouped.may_have_more(table):
                return UNKNOWN
            owners = [made.properties.id(key) for made in grouped.of(table)]
            if any(self._is_in_several(key, owner) for owner in owners):
                return UNKNOWN
            rows += [{"Main": False, key: owner} for owner in owners]
        return rows

    def _is_in_several(self, key: str, owner: str | None) -> bool:
        """Return whether resources associate a subnet or gateway with several tables: EC2 takes one.

        https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html
        """
        grouped = self._templates.group_by(_PARTS[key], key)
        tables = () if owner is None else grouped.of(owner)
        return len({made.properties.id("RouteTableId") for made in tables}) > 1


def list_route_tables(templates: Templates) -> Listed:
    """Return the route tables: those of the templates, and the main one that AWS makes with each new VPC."""
    tables = _Tables(templates)
    rows: list[tuple[Value, dict[str, Value]]] = [
        (vpc, tables.row(made_with_vpc("rtb", vpc, "MainRouteTable"), vpc, is_main=True)) for vpc in templates.vpcs
    ]
    for table in templates.of("AWS::EC2::RouteTable"):
        vpc_id = table.properties.id("VpcId")
        if vpc_id is not None:
            rows.append((vpc_id, tables.row(table.id, vpc_id, is_main=False)))
    for gateway, vpc in regional_nat_gateways(templates):
        rows.append((vpc, tables.row_of_nat(gateway.attribute("RouteTableId"), vpc)))
    rows += [(UNKNOWN, {}) for _ in templates.perhaps("AWS::EC2::RouteTable")]
    return Listed("DescribeRouteTables", "RouteTables", tuple(rows))


def _destination_of(row: dict[str, Value]) -> Value:
    return next((row[key] for key in _DESTINATIONS if key in row), None)


def route_of(route: Properties) -> Value:
    """Return a route; `UNKNOWN` if its destination is not known."""
    row: dict[str, Value] = {"State": "active", "Origin": "CreateRoute"}
    for key in _DESTINATIONS:
        value = route.id(key) if key == "DestinationPrefixListId" else route.text(key)
        if value is UNKNOWN:
            return UNKNOWN
        if value:
            row[key] = value if key == "DestinationPrefixListId" else canonical(value)
    for name, key in _TARGETS.items():
        target = route.id(name)
        if target:
            # EC2 takes a NAT gateway for a gateway, and prints it as what it is.
            row["NatGatewayId" if target.startswith("nat-") else key] = target
    return row
