"""VPCs, subnets, route tables and the ways out of them."""

from collections.abc import Iterator

from tests.sources.terraform.scenario_code.network import (
    ACCOUNT,
    Json,
    Resource,
    ScenarioNetwork,
    reference,
    refuse_unless,
)

_TARGETS = {
    "EgressOnlyInternetGatewayId": "egress_only_gateway_id",
    "GatewayId": "gateway_id",
    "NatGatewayId": "nat_gateway_id",
    "NetworkInterfaceId": "network_interface_id",
    "TransitGatewayId": "transit_gateway_id",
    "VpcPeeringConnectionId": "vpc_peering_connection_id",
}
_DESTINATIONS = {
    "DestinationCidrBlock": "cidr_block",
    "DestinationIpv6CidrBlock": "ipv6_cidr_block",
    "DestinationPrefixListId": "destination_prefix_list_id",
}
_TYPES = {
    "att": "aws_ec2_transit_gateway_vpc_attachment",
    "eni": "aws_network_interface",
    "igw": "aws_internet_gateway",
    "nat": "aws_nat_gateway",
    "pcx": "aws_vpc_peering_connection",
    "tgw": "aws_ec2_transit_gateway",
    "vgw": "aws_vpn_gateway",
    "vpce": "aws_vpc_endpoint",
}
_NO_TARGETS = (*("carrier_gateway_id", "core_network_arn", "local_gateway_id", "odb_network_arn", "vpc_endpoint_id"),)


def write_vpcs(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield VPCs with their further blocks and DHCP options."""
    attributes = {row["VpcId"]: row for row in network.rows("VpcAttributes")}
    servers = {
        row["DhcpOptionsId"]: [
            value["Value"]
            for item in row.get("DhcpConfigurations", [])
            if item["Key"] == "domain-name-servers"
            for value in item["Values"]
        ]
        for row in network.rows("DhcpOptions")
    }
    for row in network.rows("Vpcs"):
        name, own = row["VpcId"], attributes.get(row["VpcId"], {})
        refuse_unless("Ipv6CidrBlockAssociationSet" not in row, "IPv6 blocks are AWS's choice")
        refuse_unless("EnableDnsSupport" in own and "EnableDnsHostnames" in own, "DNS attributes are not known")
        yield (
            "aws_vpc",
            name,
            {
                "cidr_block": row["CidrBlock"],
                "enable_dns_support": own["EnableDnsSupport"]["Value"],
                "enable_dns_hostnames": own["EnableDnsHostnames"]["Value"],
            },
        )
        for item in row.get("CidrBlockAssociationSet", []):
            if item["CidrBlock"] != row["CidrBlock"]:
                block = item["CidrBlock"].replace(".", "-").replace("/", "-")
                values = {"vpc_id": reference("aws_vpc", name), "cidr_block": item["CidrBlock"]}
                yield "aws_vpc_ipv4_cidr_block_association", f"block-{block}", values
        chosen = servers.get(row.get("DhcpOptionsId"))
        refuse_unless(chosen is not None, "DHCP options are not known")
        if chosen != ["AmazonProvidedDNS"]:
            options = f"{row['DhcpOptionsId']}-{name}"
            yield "aws_vpc_dhcp_options", options, {"domain_name_servers": chosen}
            values = {
                "vpc_id": reference("aws_vpc", name),
                "dhcp_options_id": reference("aws_vpc_dhcp_options", options),
            }
            yield "aws_vpc_dhcp_options_association", options, values


def write_subnets(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield subnets."""
    for row in network.rows("Subnets"):
        refuse_unless(row.get("AvailableIpAddressCount", 9) > 2, "a new subnet has free addresses")
        refuse_unless("CidrBlock" in row and "OutpostArn" not in row, "no usual subnet")
        refuse_unless(row.get("OwnerId", ACCOUNT) == ACCOUNT, "a shared subnet")
        values = {
            "vpc_id": reference("aws_vpc", row["VpcId"]),
            "cidr_block": row["CidrBlock"],
            "availability_zone": row.get("AvailabilityZone"),
            "availability_zone_id": None if row.get("AvailabilityZone") else row.get("AvailabilityZoneId"),
        }
        yield "aws_subnet", row["SubnetId"], values


def write_tables(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield route tables with their routes and associations."""
    for row in network.rows("RouteTables"):
        name = row["RouteTableId"]
        routes = [route for route in row["Routes"] if route.get("GatewayId") not in ("local", *network.gateways)]
        values = {"vpc_id": reference("aws_vpc", row["VpcId"]), "route": [_route(network, route) for route in routes]}
        yield "aws_route_table", name, values
        for item in row.get("Associations", []):
            table = {"route_table_id": reference("aws_route_table", name)}
            if item.get("Main"):
                main = table | {"vpc_id": reference("aws_vpc", row["VpcId"])}
                yield "aws_main_route_table_association", name, main
            else:
                refuse_unless("SubnetId" in item, "a table of a gateway")
                subnet = table | {"subnet_id": reference("aws_subnet", item["SubnetId"])}
                yield "aws_route_table_association", item["SubnetId"], subnet


def _route(network: ScenarioNetwork, route: Json) -> Json:
    refuse_unless(route.get("State", "active") == "active", "a black hole")
    refuse_unless(route.get("Origin") != "EnableVgwRoutePropagation", "a propagated route")
    values: Json = dict.fromkeys((*_DESTINATIONS.values(), *_TARGETS.values(), *_NO_TARGETS))
    for key, argument in _DESTINATIONS.items():
        values[argument] = route.get(key)
    listed = route.get("DestinationPrefixListId")
    if listed:
        values["destination_prefix_list_id"] = network.prefix_list(listed)
    targets = [key for key in _TARGETS if key in route]
    refuse_unless(len(targets) == 1 and "InstanceId" not in route, "a target that the writer does not know")
    values[_TARGETS[targets[0]]] = _resource(network, route[targets[0]])
    return values


def _resource(network: ScenarioNetwork, name: str) -> str:
    kind = _TYPES.get(name.partition("-")[0])
    refuse_unless(kind, f"a target {name}")
    listed = {"aws_internet_gateway": "InternetGateways", "aws_nat_gateway": "NatGateways",
              "aws_ec2_transit_gateway": "TransitGateways", "aws_vpc_peering_connection": "VpcPeeringConnections",
              "aws_vpc_endpoint": "VpcEndpoints"}.get(str(kind))  # fmt: skip
    refuse_unless(listed and any(name in row.values() for row in network.rows(listed)), f"{name} is not described")
    return reference(str(kind), name)


def write_ways_out(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield internet gateways and NAT gateways."""
    for row in network.rows("InternetGateways"):
        vpcs = [item["VpcId"] for item in row.get("Attachments", []) if item["State"] in ("available", "attached")]
        yield (
            "aws_internet_gateway",
            row["InternetGatewayId"],
            {"vpc_id": reference("aws_vpc", vpcs[0])} if vpcs else {},
        )
    for row in network.rows("NatGateways"):
        name = row["NatGatewayId"]
        refuse_unless(row.get("State") == "available", "a NAT gateway that failed")
        refuse_unless("SubnetId" in row, "a regional NAT gateway")
        [address, *_] = row["NatGatewayAddresses"]
        values = {
            "subnet_id": reference("aws_subnet", row["SubnetId"]),
            "connectivity_type": row.get("ConnectivityType", "public"),
            "private_ip": address.get("PrivateIp"),
        }
        if values["connectivity_type"] == "public":
            yield "aws_eip", name, {"domain": "vpc"}
            values["allocation_id"] = reference("aws_eip", name)
        yield "aws_nat_gateway", name, values
