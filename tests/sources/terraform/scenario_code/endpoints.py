"""VPC endpoints, and interfaces that no service made."""

import json
from collections.abc import Iterator

from tests.sources.terraform.scenario_code.network import Json, Resource, ScenarioNetwork, reference, refuse_unless


def write_endpoints(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield endpoints of gateways and interfaces."""
    for row in network.rows("VpcEndpoints"):
        name, kind = row["VpcEndpointId"], row.get("VpcEndpointType")
        refuse_unless(row.get("State") == "available", "an endpoint in another state")
        refuse_unless(kind in ("Gateway", "Interface"), "an endpoint of another type")
        values: Json = {"vpc_id": reference("aws_vpc", row["VpcId"]), "service_name": row["ServiceName"],
                        "vpc_endpoint_type": kind, "policy": row.get("PolicyDocument")}  # fmt: skip
        if kind == "Gateway":
            tables = {table["RouteTableId"] for table in network.rows("RouteTables")}
            values["route_table_ids"] = [
                reference("aws_route_table", table) for table in row["RouteTableIds"] if table in tables
            ]
            _require_routes(network, name, row)
        else:
            values |= _interface_endpoint(network, row)
        yield "aws_vpc_endpoint", name, values


def _require_routes(network: ScenarioNetwork, name: str, row: Json) -> None:
    """Refuse a gateway endpoint without a route in each of its tables, or with one elsewhere."""
    tables = {
        table["RouteTableId"]
        for table in network.rows("RouteTables")
        if any(route.get("GatewayId") == name for route in table["Routes"])
    }
    listed = {table["RouteTableId"] for table in network.rows("RouteTables")} & set(row["RouteTableIds"])
    refuse_unless(tables == listed, "routes that the gateway endpoint does not make")


def _interface_endpoint(network: ScenarioNetwork, row: Json) -> Json:
    interfaces = [network.interfaces.get(name) for name in row.get("NetworkInterfaceIds", [])]
    values = {
        "private_dns_enabled": row.get("PrivateDnsEnabled"),
        "subnet_ids": [reference("aws_subnet", name) for name in row.get("SubnetIds", [])],
        "security_group_ids": [network.group(item["GroupId"]) for item in row.get("Groups", [])],
        "subnet_configuration": [
            {"subnet_id": reference("aws_subnet", item["SubnetId"]), "ipv4": item["PrivateIpAddress"]}
            for item in interfaces
            if item is not None
        ],
    }
    options = row.get("DnsOptions", {})
    inbound = options.get("PrivateDnsOnlyForInboundResolverEndpoint", False)
    # Without the argument AWS would turn it on.
    if row["ServiceName"].endswith(".s3"):
        values["dns_options"] = {"private_dns_only_for_inbound_resolver_endpoint": inbound}
    return values


def write_other_interfaces(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield the interfaces that no service made."""
    services = [*network.rows("VpcEndpoints"), *network.rows("MountTargets"), *network.rows("NatGateways")]
    text = json.dumps(services)
    for name, row in network.interfaces.items():
        if f'"{name}"' not in text:
            refuse_unless(not row.keys() & {"Attachment", "Association", "Ipv6Addresses"}, "an attached interface")
            refuse_unless(row.get("InterfaceType", "interface") == "interface", "an interface of a service")
            values = {
                "subnet_id": reference("aws_subnet", row["SubnetId"]),
                "private_ips": [row["PrivateIpAddress"]],
                "security_groups": [network.group(item["GroupId"]) for item in row["Groups"]],
                "source_dest_check": row.get("SourceDestCheck"),
            }
            yield "aws_network_interface", name, values
