"""Public subnets: internet gateways and public addresses.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Internet_Gateway.html
"""

from bench.faults.cases import Case, Fault, on
from bench.faults.families.nat import gateway_detached
from bench.faults.shapes import Sound
from tests.networks import EVERYWHERE

_FAMILY = "internet"


def no_public_address() -> Fault:
    """Give the tasks no public address."""

    def change(network: Sound) -> None:
        network.configuration()["assignPublicIp"] = "DISABLED"

    says = "the tasks have no public address"
    return Fault(says, change, (("web", "igw-1"),), ("igw-1", "web", "subnet-a", "subnet-b", "rtb-task"))


def gateway_gone() -> Fault:
    """Leave the route to an internet gateway that was deleted."""

    def change(network: Sound) -> None:
        network.rows["InternetGateways"] = []
        route = network.row("RouteTables", "rtb-task")["Routes"][-1]
        route["State"] = "blackhole"

    return Fault("the route to the internet gateway is a black hole", change, (("rtb-task", "igw-1"),), ("igw-1",))


def one_subnet_private() -> Fault:
    """Give subnet-b a table without the internet gateway."""

    def change(network: Sound) -> None:
        associations = network.row("RouteTables", "rtb-task")["Associations"]
        associations[:] = [item for item in associations if item.get("SubnetId") != "subnet-b"]
        network.table("rtb-b", subnets=["subnet-b"])

    return Fault("one of two subnets is isolated", change, (("rtb-b",),))


def isolated() -> Fault:
    """A public address in an isolated subnet does nothing."""

    def change(network: Sound) -> None:
        rows = network.row("RouteTables", "rtb-task")["Routes"]
        rows[:] = [row for row in rows if EVERYWHERE not in row.values()]
        network.rows["InternetGateways"] = []

    return Fault("the tasks have public addresses in isolated subnets", change, (("rtb-task",),))


CASES: list[Case] = [
    *on("public", no_public_address(), _FAMILY, "no-public-address"),
    *on("public", gateway_detached(None), _FAMILY, "detached"),
    *on("public", gateway_detached("vpc-9"), _FAMILY, "of-another-vpc"),
    *on("public", gateway_gone(), _FAMILY, "black-hole"),
    *on("public", one_subnet_private(), _FAMILY, "one-subnet-isolated"),
    *on("public", isolated(), _FAMILY, "isolated"),
]
