"""Networks of several VPCs: a spoke, which is `Network`'s own VPC, and a hub that serves it.

vpc-1  10.0.0.0/16   subnet-a, subnet-b      --- tgw-1 ---   vpc-2  10.1.0.0/16   hub-a, hub-b
rtb-main: 10.1.0.0/16 -> tgw-1                               rtb-hub: 10.0.0.0/16 -> tgw-1

tgw-rtb-spoke (tgw-attach-1): 10.1.0.0/16 -> tgw-attach-2    tgw-rtb-hub (tgw-attach-2): 10.0.0.0/16 -> tgw-attach-1
"""

from typing import Any

from skerry.catalogue.services import ServiceRef, regional_host_of
from skerry.net.dns_names import parse_host
from skerry.net.ip_addresses import IpAddress
from skerry.reach import client_ports
from skerry.reach.outcome import Outcome
from skerry.reach.subnets import ipv6_blocks_of
from skerry.reach.walk import Source, Target
from tests.networks import ACCOUNT, ALL, EVERYWHERE, HTTPS, REGION, VPC, Network, Row, record, source

HUB = "vpc-2"
LOGS = Target(parse_host(regional_host_of(ServiceRef("logs", REGION))), 443, "aws", ServiceRef("logs", REGION))
LOCAL = {"DestinationCidrBlock": "10.1.0.0/16", "GatewayId": "local", "State": "active"}


def tgw_route(to: str, attachment: str, kind: str = "propagated", state: str = "active") -> Row:
    """A route of a transit gateway; a black hole has no attachment."""
    row: Row = {"DestinationCidrBlock": to, "Type": kind, "State": state}
    if state == "active":
        row["TransitGatewayAttachments"] = [{"TransitGatewayAttachmentId": attachment, "ResourceType": "vpc"}]
    return row


def reach(network: Network, target: Target = LOGS, **of: Any) -> Outcome:
    """Walk to a name from a task's interface."""
    walker = network.walker()
    return walker.reach(source(walker, **of), target)


def walk(network: Network, to: str, port: int = 443, **of: Any) -> Outcome:
    """Walk to an address from a task's interface."""
    walker = network.walker()
    return walker.walk(source(walker, **of), [walker.destinations.at(VPC, IpAddress(to))], "tcp", port)


def from_ipv6(network: Network, to: str, port: int = 443, *, groups: tuple[str, ...] = ("sg-task",)) -> Outcome:
    """Walk to an address from an IPv6 address of subnet-a."""
    walker = network.walker()
    known = ipv6_blocks_of(walker.world.subnets["subnet-a"])
    start = walker.start(walker.world.subnets["subnet-a"], known, client_ports.LINUX, public=False)
    return walker.walk(Source(start, groups), [walker.destinations.at(VPC, IpAddress(to))], "tcp", port)


def lost(outcome: Outcome) -> list[tuple[str, str]]:
    """What loses packets, by code and resource."""
    pieces = (item.piece for trace in outcome.traces for item in trace.judged if item.lost)
    return [(piece.code, piece.resource) for piece in pieces]


def messages(outcome: Outcome) -> list[str]:
    """What is told of all that is lost or not known."""
    return [item.piece.message for trace in outcome.traces for item in trace.judged]


def missing(outcome: Outcome) -> list[str]:
    """The facts that are missing."""
    pieces = (item.piece for trace in outcome.traces for item in trace.judged if not item.lost)
    return [piece.missing.fact for piece in pieces if piece.missing is not None]


def hops(outcome: Outcome) -> list[str]:
    """Every hop of the only path, in order."""
    (trace,) = outcome.traces
    return [f"{hop.kind} {hop.resource} {hop.direction}/{hop.leg}" for hop, _ in trace.hops()]


class HubAndSpoke(Network):
    """Two VPCs that a transit gateway joins; ``routes`` are those of its route tables."""

    def __init__(self) -> None:
        super().__init__()
        kinds = "TransitGateways", "TransitGatewayVpcAttachments", "TransitGatewayAttachments"
        more = "TransitGatewayRouteTables", "VpcPeeringConnections", "EgressOnlyInternetGateways", "VpnGateways"
        self.rows |= {key: [] for key in (*kinds, *more)}
        self.hub_vpc()
        options = {"SecurityGroupReferencingSupport": "enable"}
        self.add("TransitGateways", TransitGatewayId="tgw-1", State="available", Options=dict(options))
        self.attach("tgw-attach-1", VPC, ["subnet-a", "subnet-b"], "tgw-rtb-spoke")
        self.attach("tgw-attach-2", HUB, ["hub-a", "hub-b"], "tgw-rtb-hub")
        self.routes: dict[str, list[Row]] = {}
        self.tgw_table("tgw-rtb-spoke", tgw_route("10.1.0.0/16", "tgw-attach-2"))
        self.tgw_table("tgw-rtb-hub", tgw_route("10.0.0.0/16", "tgw-attach-1"))
        self.route("10.1.0.0/16", TransitGatewayId="tgw-1")

    def hub_vpc(self) -> None:
        self.add("Vpcs", VpcId=HUB, CidrBlock="10.1.0.0/16", DhcpOptionsId="dopt-1", OwnerId=ACCOUNT)
        self.add("VpcAttributes", VpcId=HUB, EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True})
        self.hub_table("rtb-hub", {"DestinationCidrBlock": "10.0.0.0/16", "TransitGatewayId": "tgw-1"}, main=True)
        self.subnet("hub-a", "10.1.1.0/24", "eu-west-1a", vpc=HUB)
        self.subnet("hub-b", "10.1.2.0/24", "eu-west-1b", vpc=HUB)
        self.group("sg-hub", inbound=[HTTPS], outbound=[ALL], VpcId=HUB)

    def hub_table(self, name: str, *routes: Row, subnets: list[str] | None = None, main: bool = False) -> Row:
        """A route table of the hub."""
        row = self.table(name, subnets=subnets or [], main=main)
        row |= {"VpcId": HUB, "Routes": [LOCAL, *({"State": "active"} | route for route in routes)]}
        return row

    def attach(self, name: str, vpc: str, subnets: list[str], table: str | None, **more: Any) -> None:
        """Attach a VPC to the transit gateway."""
        options = {"SecurityGroupReferencingSupport": "enable", "ApplianceModeSupport": "disable"}
        place = {"TransitGatewayAttachmentId": name, "TransitGatewayId": "tgw-1", "State": "available"}
        self.add(
            "TransitGatewayVpcAttachments",
            **(place | {"VpcId": vpc, "VpcOwnerId": ACCOUNT, "SubnetIds": subnets, "Options": options} | more),
        )
        row = self.add("TransitGatewayAttachments", **place, ResourceType="vpc", ResourceId=vpc)
        if table is not None:
            row["Association"] = {"TransitGatewayRouteTableId": table, "State": "associated"}

    def tgw_table(self, name: str, *routes: Row) -> None:
        """A route table of the transit gateway, with what a search for its routes tells."""
        self.add("TransitGatewayRouteTables", TransitGatewayRouteTableId=name, TransitGatewayId="tgw-1")
        self.routes[name] = list(routes)
        answer = {"Routes": self.routes[name], "AdditionalRoutesAvailable": False}
        self.call("SearchTransitGatewayRoutes", {"TransitGatewayRouteTableId": name}, answer)

    def central_endpoint(self, name: str = "vpce-c1", service: str = "logs", group: str = "sg-hub") -> None:
        """An endpoint in the hub whose name a private zone of the spoke leads to."""
        self.endpoint(name, service, ["hub-a", "hub-b"], group, VpcId=HUB, PrivateDnsEnabled=False)
        for row in self.rows["NetworkInterfaces"]:
            if row["SubnetId"].startswith("hub-"):
                row["VpcId"] = HUB
        alias = f"{name}-0a.{service}.{REGION}.vpce.amazonaws.com."
        host = f"{service}.{REGION}.amazonaws.com"
        self.zone(host, record(f"{host}.", "A", alias=alias))

    def central_nat(self) -> None:
        """The spoke's way to the internet: by the transit gateway to a NAT gateway in each zone of the hub."""
        self.internet_gateway("igw-2", HUB)
        self.subnet("public-a", "10.1.10.0/24", "eu-west-1a", vpc=HUB)
        self.hub_table(
            "rtb-public",
            {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-2"},
            {"DestinationCidrBlock": "10.0.0.0/16", "TransitGatewayId": "tgw-1"},
            subnets=["public-a"],
        )
        self.nat("nat-2", "public-a", "10.1.10.9", VpcId=HUB)
        self.row("NetworkInterfaces", "eni-2f")["VpcId"] = HUB
        self.row("RouteTables", "rtb-hub")["Routes"].append(
            {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-2", "State": "active"}
        )
        self.route(TransitGatewayId="tgw-1")
        self.routes["tgw-rtb-spoke"].append(tgw_route(EVERYWHERE, "tgw-attach-2", "static"))

    def peer(self, state: str = "active", region: str = REGION) -> None:
        """Join the two VPCs by a peering connection instead, with routes both ways."""
        sides = {
            "RequesterVpcInfo": {"VpcId": VPC, "CidrBlock": "10.0.0.0/16", "Region": REGION, "OwnerId": ACCOUNT},
            "AccepterVpcInfo": {"VpcId": HUB, "CidrBlock": "10.1.0.0/16", "Region": region, "OwnerId": ACCOUNT},
        }
        self.add("VpcPeeringConnections", VpcPeeringConnectionId="pcx-1", Status={"Code": state}, **sides)
        self.row("RouteTables", "rtb-main")["Routes"][1:] = [
            {"DestinationCidrBlock": "10.1.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"}
        ]
        self.row("RouteTables", "rtb-hub")["Routes"][1:] = [
            {"DestinationCidrBlock": "10.0.0.0/16", "VpcPeeringConnectionId": "pcx-1", "State": "active"}
        ]
