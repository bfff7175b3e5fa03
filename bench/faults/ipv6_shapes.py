"""Sound networks with IPv6: dual-stack subnets, and subnets that have nothing else."""

from bench.faults.shapes import Shape, Sound, nat, two_zones
from tests.networks import ACCOUNT, HTTPS, REGION, VPC, Row, allow

BLOCK = "2a05:d018:7::/56"
ALL6 = "::/0"
NAT64 = "64:ff9b::/96"
DUAL_IMAGE = f"{ACCOUNT}.dkr-ecr.{REGION}.on.aws/web:1.0"
HTTPS6: Row = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "Ipv6Ranges": [{"CidrIpv6": ALL6}]}


def route6(network: Sound, to: str, table: str, **target: str) -> None:
    """Add an IPv6 route."""
    network.row("RouteTables", table)["Routes"].append({"DestinationIpv6CidrBlock": to, "State": "active"} | target)


def add_ipv6(network: Sound) -> None:
    """Give the VPC, its subnets and its network ACLs IPv6."""
    state = {"State": "associated"}
    network.row("Vpcs", VPC)["Ipv6CidrBlockAssociationSet"] = [{"Ipv6CidrBlock": BLOCK, "Ipv6CidrBlockState": state}]
    for number, row in enumerate(network.rows["Subnets"]):
        block = {"Ipv6CidrBlock": f"2a05:d018:7:{number + 1}::/64", "Ipv6CidrBlockState": state}
        row["Ipv6CidrBlockAssociationSet"] = [block]
    for row in network.rows["RouteTables"]:
        route6(network, BLOCK, row["RouteTableId"], GatewayId="local")
    for row in network.rows["NetworkAcls"]:
        row["Entries"].extend(
            {"RuleNumber": 101, "Protocol": "-1", "RuleAction": "allow", "Egress": egress, "Ipv6CidrBlock": ALL6}
            for egress in (False, True)
        )


def egress_only_gateway(network: Sound) -> None:
    """Add an egress-only internet gateway with the default IPv6 route to it."""
    attached = [{"VpcId": VPC, "State": "attached"}]
    network.add("EgressOnlyInternetGateways", EgressOnlyInternetGatewayId="eigw-1", Attachments=attached)
    route6(network, ALL6, "rtb-task", EgressOnlyInternetGatewayId="eigw-1")


def dual_nat() -> Sound:
    """Two private dual-stack subnets: NAT for IPv4, an egress-only internet gateway for IPv6."""
    network = nat()
    network.egress(HTTPS, HTTPS6)
    add_ipv6(network)
    egress_only_gateway(network)
    return network


def dual_gateway() -> Sound:
    """Two isolated subnets with endpoints, and an S3 gateway endpoint of both address families."""
    network = two_zones()
    lists = ["pl-53", "pl-63"]
    network.prefix_list("pl-63", "2a05:d000:8000::/40", called=f"com.amazonaws.{REGION}.ipv6.s3", owner="AWS")
    network.row("VpcEndpoints", "vpce-93")["IpAddressType"] = "dualstack"
    route = {"DestinationPrefixListId": "pl-63", "GatewayId": "vpce-93", "State": "active"}
    network.row("RouteTables", "rtb-task")["Routes"].append(route)
    network.egress(allow("tcp", 443, group="sg-end"), allow("tcp", 443, prefix_list=lists))
    return network


def only_ipv6() -> Sound:
    """One subnet without IPv4: DNS64, NAT64 by a NAT gateway, and an egress-only internet gateway."""
    network = Sound(["subnet-a"])
    network.egress(HTTPS6)
    network.nat_gateway()
    add_ipv6(network)
    egress_only_gateway(network)
    route6(network, NAT64, "rtb-task", NatGatewayId="nat-1")
    row = network.row("Subnets", "subnet-a")
    row.pop("CidrBlock")
    row |= {"EnableDns64": True, "Ipv6Native": True, "AvailableIpAddressCount": 0}
    routes = network.row("RouteTables", "rtb-task")["Routes"]
    routes[:] = [item for item in routes if item.get("DestinationCidrBlock") != "0.0.0.0/0"]
    network.containers()["image"] = DUAL_IMAGE
    return network


SHAPES: dict[str, Shape] = {"dual-stack NAT": dual_nat, "dual-stack gateway": dual_gateway, "IPv6 only": only_ipv6}
"""The shapes by name."""
