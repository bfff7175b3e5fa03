"""Route tables with their routes and associations, the main one of each VPC included.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route_table
"""

from collections.abc import Iterable, Iterator, Mapping

from skerry.sources.planned.lists import Listed
from skerry.sources.planned.made_by_aws import local_routes
from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.peering import unaccepted_connections
from skerry.sources.terraform.values import Instance
from skerry.sources.terraform.vpcs import blocks_of, ipv6_block_of

_DESTINATIONS = {
    "cidr_block": "DestinationCidrBlock",
    "destination_cidr_block": "DestinationCidrBlock",
    "destination_ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_prefix_list_id": "DestinationPrefixListId",
    "ipv6_cidr_block": "DestinationIpv6CidrBlock",
}
_TARGETS = {
    "carrier_gateway_id": "CarrierGatewayId",
    "core_network_arn": "CoreNetworkArn",
    "egress_only_gateway_id": "EgressOnlyInternetGatewayId",
    "gateway_id": "GatewayId",
    "instance_id": "InstanceId",
    "local_gateway_id": "LocalGatewayId",
    "nat_gateway_id": "NatGatewayId",
    "network_interface_id": "NetworkInterfaceId",
    "odb_network_arn": "OdbNetworkArn",
    "transit_gateway_id": "TransitGatewayId",
    "vpc_endpoint_id": "GatewayId",
    "vpc_peering_connection_id": "VpcPeeringConnectionId",
}
Routes = list[dict[str, Value]] | None
"""The routes of a table; None if they are not all known."""


class _Tables:
    """The routes and associations of a configuration, by route table."""

    def __init__(self, configuration: Configuration, gateway_routes: Mapping[str, Routes]) -> None:
        self._configuration = configuration
        self._gateway_routes = gateway_routes
        self._single, self._is_open = group_by(configuration.of("aws_route"), "route_table_id")
        associations = configuration.of("aws_route_table_association")
        self._associations, self._is_loose = group_by(associations, "route_table_id")
        mains = configuration.of("aws_main_route_table_association")
        self._dead = unaccepted_connections(configuration)
        self._mains, self._is_main_loose = group_by(mains, "vpc_id")

    def row(self, table: Instance, vpc: Value, name: str, *, is_main: bool) -> dict[str, Value]:
        """Return the row of a table."""
        return known_row(
            {
                "RouteTableId": name,
                "VpcId": vpc,
                "Routes": self._routes(table, vpc, name),
                "Associations": self._all_associations(vpc, name, is_main=is_main),
            }
        )

    def _routes(self, table: Instance, vpc: Value, name: str) -> Value:
        if self._is_open or table.get("propagating_vgws", []) not in ([], UNKNOWN):
            return UNKNOWN
        local = _local_routes(self._configuration, self._configuration.vpcs.get(vpc))
        inline = table.get("route", [])
        endpoints = self._gateway_routes.get(name, [])
        if local is None or inline is UNKNOWN or endpoints is None or None in self._gateway_routes.values():
            return UNKNOWN
        rows = [*local]
        for values in [*inline, *(route.values for route in self._single.get(name, ()))]:
            route = _route(values)
            if route is None:
                return UNKNOWN
            is_dead = route.get("VpcPeeringConnectionId") in self._dead
            rows.append({**route, "State": "blackhole"} if is_dead else route)
        return list(_without_repeats([*rows, *endpoints]))

    def _all_associations(self, vpc: Value, name: str, *, is_main: bool) -> Value:
        if self._is_loose or self._is_main_loose:
            return UNKNOWN
        rows: list[dict[str, Value]] = []
        for association in self._associations.get(name, ()):
            subnet, gateway = association.get("subnet_id"), association.get("gateway_id")
            rows.append({"Main": False, **{key: value for key, value in
                         (("SubnetId", subnet), ("GatewayId", gateway)) if value is not None}})  # fmt: skip
        chosen = [row.get("route_table_id") for row in self._mains.get(vpc, ())]
        if name in chosen or (is_main and not chosen):
            rows.append({"Main": True})
        return rows


def list_route_tables(configuration: Configuration, gateway_routes: Mapping[str, Routes]) -> Listed:
    """Return the route tables: those of the configuration, and the main one that AWS makes with each new VPC.

    ``gateway_routes`` are the routes of gateway endpoints, by table; None for a table without a known list.
    """
    tables = _Tables(configuration, gateway_routes)
    adopted, _ = group_by(configuration.of("aws_default_route_table"), "default_route_table_id")
    rows: list[tuple[Value, dict[str, Value]]] = []
    for vpc in configuration.vpcs.values():
        name = vpc.get("main_route_table_id", UNKNOWN)
        if vpc.is_new and name is not UNKNOWN:
            # An adopted table loses the routes that its block does not name.
            owner = adopted.get(name, [Instance(vpc.address, vpc.type, vpc.mode, {}, is_new=True)])[0]
            rows.append((vpc.id, tables.row(owner, vpc.id, name, is_main=True)))
    for table in configuration.of("aws_route_table"):
        vpc_id = table.get("vpc_id", UNKNOWN)
        rows.append((vpc_id, {} if vpc_id is UNKNOWN else tables.row(table, vpc_id, table.id, is_main=False)))
    return Listed("DescribeRouteTables", "RouteTables", tuple((vpc, row) for vpc, row in rows))


def _local_routes(configuration: Configuration, vpc: Instance | None) -> Routes:
    """Return the routes inside the VPC, which no configuration names; None if its block is not known."""
    if vpc is None:
        return None
    blocks, ipv6 = blocks_of(configuration, vpc), ipv6_block_of(configuration, vpc)
    if UNKNOWN in blocks or ipv6 is UNKNOWN:
        return None
    return local_routes(blocks, [] if ipv6 is None else [ipv6])


def _route(values: Mapping[str, Value]) -> dict[str, Value] | None:
    """Return a route; None if its destination is not known. One without a known target keeps its destination."""
    row: dict[str, Value] = {"State": "active", "Origin": "CreateRoute"}
    for name, key in _DESTINATIONS.items():
        value = values.get(name)
        if value is UNKNOWN:
            return None
        if value:
            row[key] = value
    for name, key in _TARGETS.items():
        value = values.get(name)
        if value and value is not UNKNOWN:
            # AWS takes a NAT gateway for a gateway, and prints it as what it is.
            row["NatGatewayId" if str(value).startswith("nat-") else key] = value
    return row


def _without_repeats(rows: Iterable[dict[str, Value]]) -> Iterator[dict[str, Value]]:
    """Yield each destination once: a refreshed table holds the routes of single resources too."""
    seen = set()
    for row in rows:
        destination = next((row[key] for key in _DESTINATIONS.values() if key in row), None)
        if destination not in seen:
            seen.add(destination)
            yield row
