"""NAT gateways: where they are, their state, their address, and who is led to them.

https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
"""

from bench.faults.cases import Case, Fault, on
from bench.faults.shapes import Sound
from tests.networks import EVERYWHERE

_FAMILY = "NAT"


def state(name: str) -> Fault:
    """Put the NAT gateway into a state."""

    def change(network: Sound) -> None:
        network.row("NatGateways", "nat-1")["State"] = name

    return Fault(f"the NAT gateway is {name}", change, (("nat-1",),), ("rtb-task",))


def private() -> Fault:
    """Make it a private NAT gateway: one without a public address."""

    def change(network: Sound) -> None:
        row = network.row("NatGateways", "nat-1")
        row["ConnectivityType"] = "private"
        for item in row["NatGatewayAddresses"]:
            item.pop("PublicIp")
        network.row("NetworkInterfaces", "eni-1f").pop("Association")

    return Fault("the NAT gateway is a private one", change, (("nat-1", "eni-1f"),), ("igw-1", "nat-1", "eni-1f"))


def without_way_out(says: str, **target: str) -> Fault:
    """Let the default route of the NAT gateway's own subnet lead elsewhere, or nowhere."""

    def change(network: Sound) -> None:
        row = network.row("RouteTables", "rtb-public")
        row["Routes"] = row["Routes"][:1]
        if target:
            network.route(EVERYWHERE, "rtb-public", **target)

    return Fault(f"the NAT gateway's own subnet {says}", change, (("rtb-public", "nat-1"),), ("nat-1", "igw-1"))


def in_the_tasks_subnet() -> Fault:
    """Put the NAT gateway into the subnet that it is to serve, whose default route leads to it."""

    def change(network: Sound) -> None:
        network.row("NatGateways", "nat-1")["SubnetId"] = "subnet-a"
        network.row("NatGateways", "nat-1")["NatGatewayAddresses"][0]["PrivateIp"] = "10.0.1.200"
        network.row("NetworkInterfaces", "eni-1f").update({"SubnetId": "subnet-a", "PrivateIpAddress": "10.0.1.200"})

    says = "the NAT gateway is in a subnet whose default route leads to itself"
    return Fault(says, change, (("rtb-task", "nat-1"),), ("nat-1", "subnet-a", "eni-1f"))


def gateway_detached(vpc: str | None) -> Fault:
    """Detach the internet gateway, or attach it to another VPC."""

    def change(network: Sound) -> None:
        attached = [{"VpcId": vpc, "State": "available"}] if vpc else []
        network.row("InternetGateways", "igw-1")["Attachments"] = attached

    says = "attached to another VPC" if vpc else "not attached"
    return Fault(f"the internet gateway is {says}", change, (("igw-1",),), ("rtb-public", "rtb-task", "nat-1"))


def second_failed() -> Fault:
    """Serve subnet-b by a NAT gateway of its own, which failed."""

    def change(network: Sound) -> None:
        network.nat(
            "nat-2", "subnet-p", "10.0.9.201", State="failed", ConnectivityType="public", AvailabilityMode="zonal"
        )
        associations = network.row("RouteTables", "rtb-task")["Associations"]
        associations[:] = [item for item in associations if item.get("SubnetId") != "subnet-b"]
        route = {"DestinationCidrBlock": EVERYWHERE, "NatGatewayId": "nat-2", "State": "active"}
        network.table("rtb-b", route, subnets=["subnet-b"])

    return Fault("the NAT gateway of one of two subnets is failed", change, (("nat-2",),), ("rtb-b",))


CASES: list[Case] = [
    *on("NAT", state("failed"), _FAMILY, "failed"),
    *on("NAT", state("deleted"), _FAMILY, "deleted"),
    *on("NAT", private(), _FAMILY, "private"),
    *on("NAT", without_way_out("has no default route"), _FAMILY, "own-subnet-isolated"),
    *on("NAT", without_way_out("leads back to it", NatGatewayId="nat-1"), _FAMILY, "own-subnet-leads-back"),
    *on(
        "NAT",
        without_way_out("has a black hole", GatewayId="igw-9", State="blackhole"),
        _FAMILY,
        "own-subnet-black-hole",
    ),
    *on("NAT", in_the_tasks_subnet(), _FAMILY, "in-the-tasks-subnet"),
    *on("NAT", gateway_detached(None), _FAMILY, "internet-gateway-detached"),
    *on("NAT", gateway_detached("vpc-9"), _FAMILY, "internet-gateway-of-another-vpc"),
    *on("NAT", second_failed(), _FAMILY, "one-of-two-failed"),
]
