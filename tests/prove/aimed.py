"""One aimed fault in each part of a network that is sound there: among many faults one more is not noticed.

Each fault is a rule of AWS that no other part of the network may hide, so that a wrong engine is noticed by any seed.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.networks import EVERYWHERE, REGION, VPC, Row, allow, both_ways, entry, record

if TYPE_CHECKING:
    from tests.prove.generator import Drawn

Fault = Callable[["Drawn"], None]
OTHER_VPC = "vpc-2"
HOST = "10.0.3.99"


def aim_faults(network: "Drawn") -> None:
    """Put one fault, or none, into the ways out, the names and the peering connection: each in its turn by the seed."""
    for faults in (WAYS_OUT, NAMES, PEERING):
        if faults is not PEERING or network.peered:
            faults[network.seed % len(faults)](network)


def make_sound(network: "Drawn") -> None:
    """Let everything in a network without odd routes work: the paths still differ from seed to seed."""
    _open_filters(network)
    _switch_names_on(network)
    for group in ("sg-end", "sg-end2"):
        network.row("SecurityGroups", group)["IpPermissions"] = [allow(cidr=EVERYWHERE)]
    for row in network.rows["VpcEndpoints"]:
        row["State"] = "available"


def _task_tables(network: "Drawn") -> list[Row]:
    tables = network.rows["RouteTables"]
    return [row for row in tables if row["VpcId"] == VPC and row["RouteTableId"] != "rtb-public"]


def _open_filters(network: "Drawn") -> None:
    """Let the groups of the tasks and all network ACLs admit everything."""
    everything = [allow(cidr=EVERYWHERE)]
    for group in ("sg-task", "sg-b"):
        network.row("SecurityGroups", group)["IpPermissionsEgress"] = everything
    for row in network.rows["NetworkAcls"]:
        row["Entries"] = both_ways(entry(100))


def _nothing(_: "Drawn") -> None:
    """Leave this part sound."""


# -------------------------------------------------------------------------------------------------- ways out


def _gateway_of_another_vpc(network: "Drawn") -> None:
    _open_filters(network)
    network.row("InternetGateways", "igw-1")["Attachments"][0]["VpcId"] = OTHER_VPC


def _failed_nat(network: "Drawn") -> None:
    _open_filters(network)
    network.row("NatGateways", "nat-1")["State"] = "failed"


def _gateway_for_private_addresses(network: "Drawn") -> None:
    """Lead the tasks, of which few have public addresses, straight to the internet gateway."""
    _open_filters(network)
    for row in _task_tables(network):
        row["Routes"] = [route for route in row["Routes"] if route.get("DestinationCidrBlock") != EVERYWHERE]
        network.route(table=row["RouteTableId"], GatewayId="igw-1")


def _denied_by_acl(network: "Drawn") -> None:
    _open_filters(network)
    ports = network.one(((443, 443), (400, 500)))
    denied = entry(50, "deny", EVERYWHERE, protocol="6", ports=ports, egress=True)
    subnets = network.one(([network.public], [network.public], ["subnet-a"]))
    network.acl("acl-deny", [denied, *both_ways(entry(100))], subnets)


def _replies_denied(network: "Drawn") -> None:
    _open_filters(network)
    denied = entry(50, "deny", EVERYWHERE, protocol="6", ports=(1_024, 65_535))
    network.acl("acl-deny", [denied, *both_ways(entry(100))], [network.public, "subnet-a"])


def _box_in_the_way(network: "Drawn", *, checks: bool) -> None:
    """Lead the tasks out by a machine of the public subnet."""
    _open_filters(network)
    base = network.row("Subnets", network.public)["CidrBlock"].rpartition(".")[0]
    public = {"Association": {"PublicIp": "198.51.100.9"}}
    network.group("sg-box", inbound=[allow(cidr=EVERYWHERE)], outbound=[allow(cidr=EVERYWHERE)])
    network.interface("eni-box", f"{base}.202", network.public, ["sg-box"], SourceDestCheck=checks, **public)
    for row in _task_tables(network):
        row["Routes"] = [route for route in row["Routes"] if route.get("DestinationCidrBlock") != EVERYWHERE]
        network.route(table=row["RouteTableId"], NetworkInterfaceId="eni-box")


def _box_with_check(network: "Drawn") -> None:
    _box_in_the_way(network, checks=True)


def _box_without_check(network: "Drawn") -> None:
    _box_in_the_way(network, checks=False)


def _black_hole(network: "Drawn") -> None:
    """Let a route lead to a NAT gateway that is gone, beside one that works."""
    _open_filters(network)
    for row in _task_tables(network):
        network.route("23.45.0.0/16", row["RouteTableId"], State="blackhole", NatGatewayId="nat-1")


def _route_within_the_vpc(network: "Drawn") -> None:
    """Let a route be longer than ``local``."""
    _open_filters(network)
    for row in _task_tables(network):
        network.route("10.0.3.0/24", row["RouteTableId"], NatGatewayId="nat-1")


WAYS_OUT: tuple[Fault, ...] = (
    _open_filters,
    _gateway_of_another_vpc,
    _gateway_for_private_addresses,
    _failed_nat,
    _denied_by_acl,
    _replies_denied,
    _box_with_check,
    _box_without_check,
    _black_hole,
    _route_within_the_vpc,
)


# ----------------------------------------------------------------------------------------------------- names


def _switch_names_on(network: "Drawn", *without: str) -> None:
    """Switch the names of all endpoints on, except of some services."""
    for name in ("EnableDnsHostnames", "EnableDnsSupport"):
        network.attribute(name, value=True)
    network.rows["DhcpOptions"] = [
        {
            "DhcpOptionsId": "dopt-1",
            "DhcpConfigurations": [{"Key": "domain-name-servers", "Values": [{"Value": "AmazonProvidedDNS"}]}],
        }
    ]
    network.forget_zones()
    for row in network.rows["VpcEndpoints"]:
        if row["VpcEndpointType"] == "Interface":
            service = row["ServiceName"].removeprefix(f"com.amazonaws.{REGION}.")
            row["State"], row["PrivateDnsEnabled"] = "available", service not in without


def _wildcard(network: "Drawn") -> None:
    _switch_names_on(network, "ecr.dkr")
    zone = f"dkr.ecr.{REGION}.amazonaws.com"
    network.zone(zone, record(f"\\052.{zone}.", "A", HOST))


def _zone_without_record(network: "Drawn") -> None:
    _switch_names_on(network, "logs")
    network.zone(f"logs.{REGION}.amazonaws.com")


def _zone_above_a_zone(network: "Drawn") -> None:
    _switch_names_on(network, "ecr.dkr", "ecr.api")
    wide, narrow = f"ecr.{REGION}.amazonaws.com", f"api.ecr.{REGION}.amazonaws.com"
    network.zone(wide, record(f"{narrow}.", "A", "10.0.3.98"), record(f"\\052.dkr.{wide}.", "A", HOST))
    network.zone(narrow, record(f"{narrow}.", "A", HOST))


def _no_dns_support(network: "Drawn") -> None:
    _switch_names_on(network)
    network.attribute("EnableDnsSupport", value=False)


def _no_dns_hostnames(network: "Drawn") -> None:
    _switch_names_on(network)
    network.attribute("EnableDnsHostnames", value=False)


def _server_by_tcp_only(network: "Drawn") -> None:
    """Let the group of the VPC's own DNS server admit TCP alone."""
    _open_filters(network)
    _switch_names_on(network)
    network.dhcp(HOST)
    network.row("SecurityGroups", "sg-host")["IpPermissions"] = [allow("tcp", 53, cidr="10.0.0.0/16")]


def _server_by_udp_only(network: "Drawn") -> None:
    """Let the group of the VPC's own DNS server admit UDP alone."""
    _server_by_tcp_only(network)
    network.row("SecurityGroups", "sg-host")["IpPermissions"] = [allow("udp", 53, cidr="10.0.0.0/16")]


NAMES: tuple[Fault, ...] = (
    _nothing,
    _wildcard,
    _zone_without_record,
    _zone_above_a_zone,
    _no_dns_support,
    _no_dns_hostnames,
    _server_by_tcp_only,
    _server_by_udp_only,
)


# --------------------------------------------------------------------------------------------------- peering


def _ways_both(network: "Drawn") -> None:
    """Give both sides of the peering connection their routes, and let the machine there admit everyone."""
    network.row("VpcPeeringConnections", "pcx-1")["Status"] = {"Code": "active"}
    network.row("SecurityGroups", "sg-peer")["IpPermissions"] = [allow("tcp", 443, cidr="10.0.0.0/8")]
    _open_filters(network)
    tables = [(row, "10.2.0.0/16") for row in network.rows["RouteTables"] if row["VpcId"] == VPC]
    for row, block in [*tables, (network.row("RouteTables", "rtb-peer"), "10.0.0.0/16")]:
        row["Routes"] = [route for route in row["Routes"] if "VpcPeeringConnectionId" not in route]
        network.route(block, row["RouteTableId"], VpcPeeringConnectionId="pcx-1")


def _no_way_back(network: "Drawn") -> None:
    _ways_both(network)
    routes = network.row("RouteTables", "rtb-peer")["Routes"]
    routes[:] = [route for route in routes if "VpcPeeringConnectionId" not in route]


def _pending(network: "Drawn") -> None:
    _ways_both(network)
    network.row("VpcPeeringConnections", "pcx-1")["Status"] = {"Code": "pending-acceptance"}


PEERING: tuple[Fault, ...] = (_ways_both, _no_way_back, _pending)
