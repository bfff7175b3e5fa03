"""Sound networks, which faults break: in each of them the launch works.

All have tasks in subnet-a and subnet-b (one of them in subnet-a alone) of vpc-1, whose table is rtb-task and whose
group is sg-task. Endpoints are vpce-a0, vpce-d0, vpce-10 and vpce-5e in the group sg-end, and vpce-93.
"""

from collections.abc import Callable, Iterable

from bench.faults.launch import LAUNCH, Call
from tests.hubs import HubAndSpoke
from tests.networks import (
    ACCOUNT,
    EVERYWHERE,
    HTTPS,
    REGION,
    S3_CIDRS,
    VPC,
    Network,
    Row,
    allow,
    awslogs,
    both_ways,
    container,
    entry,
    record,
)

ENDPOINTS = {"vpce-a0": "ecr.api", "vpce-d0": "ecr.dkr", "vpce-10": "logs", "vpce-5e": "secretsmanager"}
NAMES = {
    "vpce-a0": f"api.ecr.{REGION}.amazonaws.com",
    "vpce-d0": f"dkr.ecr.{REGION}.amazonaws.com",
    "vpce-10": f"logs.{REGION}.amazonaws.com",
    "vpce-5e": f"secretsmanager.{REGION}.amazonaws.com",
}
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-AbCdEf"
PEER = "vpc-2"


class Sound(Network):
    """A network with a launch in it; ``places`` are the subnets of its tasks, ``calls`` what it has to call.

    ``runtime``: those of the calls that the start does not wait for.
    """

    def __init__(self, places: Iterable[str] = ("subnet-a", "subnet-b")) -> None:
        super().__init__()
        self.places = tuple(places)
        self.calls: tuple[Call, ...] = LAUNCH
        self.runtime: tuple[Call, ...] = ()
        self.furnish()

    def furnish(self) -> None:
        """Add what every shape has: the tasks' table and groups, and the launch."""
        self.rows |= {"VpcPeeringConnections": [], "EgressOnlyInternetGateways": [], "VpnGateways": []}
        self.table("rtb-task", subnets=["subnet-a", "subnet-b"])
        self.egress(allow("tcp", 443, group="sg-end"), allow("tcp", 443, prefix_list="pl-53"))
        self.group("sg-end", inbound=[allow("tcp", 443, group="sg-task")])
        self.s3_list(*S3_CIDRS)
        secrets = [{"name": "DB", "valueFrom": SECRET}]
        role = f"arn:aws:iam::{ACCOUNT}:role/execution"
        form: Row = {"networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512"}
        self.definition(container(logConfiguration=awslogs(), secrets=secrets), executionRoleArn=role, **form)
        self.service(subnets=self.places)

    def egress(self, *rules: Row) -> None:
        """Set what the tasks' group lets out."""
        self.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = list(rules)

    def ingress(self, *rules: Row, group: str = "sg-end") -> None:
        """Set what a group lets in."""
        self.row("SecurityGroups", group)["IpPermissions"] = list(rules)

    def endpoints(self, subnets: Iterable[str], group: str = "sg-end", **more: object) -> None:
        """Add the four interface endpoints."""
        for name, service in ENDPOINTS.items():
            self.endpoint(name, service, subnets, group, **more)

    def s3_gateway(self, table: str = "rtb-task") -> None:
        """Add the gateway endpoint of S3 with its route."""
        self.gateway_endpoint("vpce-93", RouteTableIds=[table])
        self.route("pl-53", table, GatewayId="vpce-93")

    def nat_gateway(self) -> None:
        """Add a public subnet with a NAT gateway that the tasks' default route leads to."""
        self.subnet("subnet-p", "10.0.9.0/24", "eu-west-1a")
        self.internet_gateway()
        self.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-p"])
        self.nat("nat-1", "subnet-p", "10.0.9.200", ConnectivityType="public", AvailabilityMode="zonal")
        self.route(table="rtb-task", NatGatewayId="nat-1")

    def containers(self) -> Row:
        """The first container of the launch."""
        row: Row = self.rows["taskDefinitions"][0]["containerDefinitions"][0]
        return row

    def configuration(self) -> Row:
        """The service's network configuration."""
        row: Row = self.row("services", "web")["networkConfiguration"]["awsvpcConfiguration"]
        return row


Shape = Callable[[], Sound]
Change = Callable[[Sound], None]


def two_zones() -> Sound:
    """Two isolated subnets in two zones, with endpoints in both."""
    network = Sound()
    network.endpoints(["subnet-a", "subnet-b"])
    network.s3_gateway()
    return network


def one_zone() -> Sound:
    """One isolated subnet that holds tasks and endpoints."""
    network = Sound(["subnet-a"])
    network.endpoints(["subnet-a"])
    network.s3_gateway()
    return network


def apart() -> Sound:
    """Two isolated subnets with tasks, two more with the endpoints, which have tables and network ACLs of their own."""
    network = Sound()
    network.subnet("subnet-c", "10.0.3.0/24", "eu-west-1a")
    network.subnet("subnet-d", "10.0.4.0/24", "eu-west-1b")
    network.table("rtb-end", subnets=["subnet-c", "subnet-d"])
    network.acl("acl-task", both_ways(entry(100)), ["subnet-a", "subnet-b"])
    network.acl("acl-end", both_ways(entry(100)), ["subnet-c", "subnet-d"])
    network.egress(allow("tcp", 443, cidr="10.0.0.0/16"), allow("tcp", 443, prefix_list="pl-53"))
    network.ingress(allow("tcp", 443, cidr=["10.0.1.0/24", "10.0.2.0/24"]))
    network.endpoints(["subnet-c", "subnet-d"])
    network.s3_gateway()
    return network


def nat() -> Sound:
    """Two private subnets with a NAT gateway and no endpoints."""
    network = Sound()
    network.egress(HTTPS)
    network.acl("acl-task", both_ways(entry(100)), ["subnet-a", "subnet-b"])
    network.nat_gateway()
    network.acl("acl-nat", both_ways(entry(100)), ["subnet-p"])
    return network


def nat_and_endpoints() -> Sound:
    """Two private subnets with a NAT gateway and with endpoints, which take the calls."""
    network = two_zones()
    network.egress(HTTPS)
    network.nat_gateway()
    return network


def public() -> Sound:
    """Two public subnets; tasks have public addresses."""
    network = Sound()
    network.egress(HTTPS)
    network.internet_gateway()
    network.acl("acl-task", both_ways(entry(100)), ["subnet-a", "subnet-b"])
    network.route(table="rtb-task", GatewayId="igw-1")
    network.configuration()["assignPublicIp"] = "ENABLED"
    return network


def alias(network: Network, endpoint: str, vpc: str = VPC) -> None:
    """Let a private zone lead a service's name to an endpoint, with a wildcard for the registry."""
    zone = NAMES[endpoint]
    target = f"{endpoint}-0a.{ENDPOINTS[endpoint]}.{REGION}.vpce.amazonaws.com."
    names = [f"{zone}.", f"\\052.{zone}."] if endpoint == "vpce-d0" else [f"{zone}."]
    records = [record(name, "A", alias=target) for name in names]
    network.zone(zone, *records, zone_id=f"Z{endpoint.removeprefix('vpce-').upper()}", vpc=vpc)


def zones() -> Sound:
    """Endpoints without private DNS, and private zones that lead to them."""
    network = Sound()
    network.endpoints(["subnet-a", "subnet-b"], PrivateDnsEnabled=False)
    network.s3_gateway()
    for name in ENDPOINTS:
        alias(network, name)
    return network


def peered() -> Sound:
    """Endpoints in another VPC, behind a peering connection, and private zones that lead to them."""
    network = Sound()
    network.add("Vpcs", VpcId=PEER, CidrBlock="10.2.0.0/16", DhcpOptionsId="dopt-1", OwnerId=ACCOUNT)
    network.add("VpcAttributes", VpcId=PEER, EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True})
    table = network.table("rtb-peer", main=True)
    local = {"DestinationCidrBlock": "10.2.0.0/16", "GatewayId": "local", "State": "active"}
    table |= {"VpcId": PEER, "Routes": [local]}
    network.route("10.0.0.0/16", "rtb-peer", VpcPeeringConnectionId="pcx-1")
    network.route("10.2.0.0/16", "rtb-task", VpcPeeringConnectionId="pcx-1")
    network.acl("acl-peer", both_ways(entry(100)))
    network.row("NetworkAcls", "acl-peer")["VpcId"] = PEER
    network.subnet("subnet-e", "10.2.1.0/24", "eu-west-1a", vpc=PEER, acl="acl-peer")
    sides = {
        "RequesterVpcInfo": {"VpcId": VPC, "CidrBlock": "10.0.0.0/16", "Region": REGION, "OwnerId": ACCOUNT},
        "AccepterVpcInfo": {"VpcId": PEER, "CidrBlock": "10.2.0.0/16", "Region": REGION, "OwnerId": ACCOUNT},
    }
    network.add("VpcPeeringConnections", VpcPeeringConnectionId="pcx-1", Status={"Code": "active"}, **sides)
    network.egress(allow("tcp", 443, cidr="10.2.0.0/16"), allow("tcp", 443, prefix_list="pl-53"))
    network.ingress(allow("tcp", 443, cidr="10.0.0.0/16"))
    network.row("SecurityGroups", "sg-end")["VpcId"] = PEER
    network.endpoints(["subnet-e"], VpcId=PEER, PrivateDnsEnabled=False)
    for row in network.rows["NetworkInterfaces"]:
        row["VpcId"] = PEER
    for name in ENDPOINTS:
        alias(network, name)
    network.s3_gateway()
    return network


class Hub(HubAndSpoke, Sound):
    """Two isolated subnets that leave by a transit gateway to the NAT gateway of a hub."""

    def furnish(self) -> None:
        """The hub's tables are those of `HubAndSpoke`; its tasks are on the main table."""
        super().furnish()
        self.rows["RouteTables"] = [row for row in self.rows["RouteTables"] if row["RouteTableId"] != "rtb-task"]
        self.egress(HTTPS)


def hub() -> Sound:
    """Two isolated subnets that leave by a transit gateway to the NAT gateway of a hub."""
    network = Hub()
    network.central_nat()
    return network


SERVICES: dict[str, Shape] = {
    "two zones": two_zones,
    "one zone": one_zone,
    "endpoints apart": apart,
    "NAT": nat,
    "NAT and endpoints": nat_and_endpoints,
    "public": public,
    "private zones": zones,
    "peered": peered,
    "hub": hub,
}
"""The shapes of services that packets label, by name."""
