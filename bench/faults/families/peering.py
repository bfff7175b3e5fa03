"""Endpoints in another VPC, behind a peering connection.

https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html
"""

from bench.faults.cases import Case, Fault, on
from bench.faults.families.groups import admits
from bench.faults.shapes import Sound
from tests.networks import allow

_FAMILY = "peering"


def connection(state: str) -> Fault:
    """Put the peering connection into a state."""

    def change(network: Sound) -> None:
        network.row("VpcPeeringConnections", "pcx-1")["Status"] = {"Code": state}

    return Fault(f"the peering connection is {state}", change, (("pcx-1",),), ("rtb-task", "rtb-peer"))


def without(to: str, table: str, says: str) -> Fault:
    """Take a route away."""

    def change(network: Sound) -> None:
        row = network.row("RouteTables", table)
        row["Routes"] = [route for route in row["Routes"] if to not in route.values()]

    return Fault(says, change, ((table,),), ("pcx-1",))


def half_a_way_back() -> Fault:
    """Let the peer's table lead back to one of the two subnets."""

    def change(network: Sound) -> None:
        for route in network.row("RouteTables", "rtb-peer")["Routes"]:
            if route.get("DestinationCidrBlock") == "10.0.0.0/16":
                route["DestinationCidrBlock"] = "10.0.1.0/24"

    return Fault("the peer's table leads back to one of two subnets", change, (("rtb-peer",),), ("pcx-1",))


def s3_in_the_peer() -> Fault:
    """Serve S3 by a gateway endpoint of the peer, which serves its own VPC alone."""

    def change(network: Sound) -> None:
        rows = network.row("RouteTables", "rtb-task")["Routes"]
        rows[:] = [row for row in rows if row.get("DestinationPrefixListId") != "pl-53"]
        network.row("VpcEndpoints", "vpce-93").update({"VpcId": "vpc-2", "RouteTableIds": ["rtb-peer"]})
        network.route("pl-53", "rtb-peer", GatewayId="vpce-93")

    says = "the S3 gateway endpoint is the peer's"
    return Fault(says, change, (("rtb-task", "vpce-93"),), ("vpce-93", "com.amazonaws.eu-west-1.s3"))


CASES: list[Case] = [
    *on("peered", connection("pending-acceptance"), _FAMILY, "pending-acceptance"),
    *on("peered", connection("failed"), _FAMILY, "failed"),
    *on("peered", without("10.2.0.0/16", "rtb-task", "the tasks' table has no route to the peer"), _FAMILY, "no-route"),
    *on("peered", without("10.0.0.0/16", "rtb-peer", "the peer's table has no way back"), _FAMILY, "no-way-back"),
    *on("peered", half_a_way_back(), _FAMILY, "half-a-way-back"),
    *on("peered", s3_in_the_peer(), _FAMILY, "s3-in-the-peer"),
    *on("peered", admits("lets in its own VPC", allow("tcp", 443, cidr="10.2.0.0/16")), _FAMILY, "group-of-the-peer"),
    *on("peered", admits("lets in one subnet", allow("tcp", 443, cidr="10.0.1.0/24")), _FAMILY, "group-of-one-subnet"),
]
"""`names` has what goes wrong with the private zones of this shape."""
