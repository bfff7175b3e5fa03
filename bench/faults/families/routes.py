"""Routes: S3's gateway endpoint, the tables, black holes, and what is more specific.

https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
"""

from bench.faults.cases import Case, Fault, on
from bench.faults.families.endpoints import service_name
from bench.faults.shapes import Sound
from tests.networks import EVERYWHERE, Row

_FAMILY = "routes"
_S3 = service_name("s3")


def _drop(network: Sound, to: str, table: str = "rtb-task") -> None:
    """Take a route away."""
    row = network.row("RouteTables", table)
    row["Routes"] = [route for route in row["Routes"] if to not in route.values()]


def s3_gateway_missing() -> Fault:
    """Take S3's gateway endpoint and its route away."""

    def change(network: Sound) -> None:
        _drop(network, "pl-53")
        network.rows["VpcEndpoints"] = [
            row for row in network.rows["VpcEndpoints"] if row["VpcEndpointId"] != "vpce-93"
        ]

    return Fault("there is no endpoint for S3", change, ((_S3, "rtb-task"),))


def s3_route_missing() -> Fault:
    """Leave the gateway endpoint without the tasks' table."""

    def change(network: Sound) -> None:
        _drop(network, "pl-53")
        network.row("VpcEndpoints", "vpce-93")["RouteTableIds"] = []

    return Fault("the S3 gateway endpoint has no route table", change, (("rtb-task", "vpce-93"),), ("vpce-93", _S3))


def s3_on_another_table() -> Fault:
    """Let the gateway endpoint serve the main table, which the tasks do not use."""

    def change(network: Sound) -> None:
        _drop(network, "pl-53")
        network.route("pl-53", "rtb-main", GatewayId="vpce-93")
        network.row("VpcEndpoints", "vpce-93")["RouteTableIds"] = ["rtb-main"]

    says = "the S3 gateway endpoint is on the main table, which the tasks do not use"
    return Fault(says, change, (("rtb-task", "vpce-93"),), ("vpce-93", _S3))


def s3_gateway_failed() -> Fault:
    """Let the gateway endpoint fail."""

    def change(network: Sound) -> None:
        network.row("VpcEndpoints", "vpce-93")["State"] = "failed"

    return Fault("the S3 gateway endpoint is failed", change, (("vpce-93",),), ("rtb-task",))


def s3_black_hole() -> Fault:
    """Leave the route to a gateway endpoint that was deleted."""

    def change(network: Sound) -> None:
        _drop(network, "pl-53")
        network.row("RouteTables", "rtb-task")["Routes"].append(
            {"DestinationPrefixListId": "pl-53", "GatewayId": "vpce-99", "State": "blackhole"}
        )
        network.rows["VpcEndpoints"] = [
            row for row in network.rows["VpcEndpoints"] if row["VpcEndpointId"] != "vpce-93"
        ]

    return Fault("the route to S3 is a black hole", change, (("rtb-task", "vpce-99"),), ("vpce-99",))


def table_of_one(says: str, *routes: Row) -> Fault:
    """Give subnet-b a table of its own."""

    def change(network: Sound) -> None:
        associations = network.row("RouteTables", "rtb-task")["Associations"]
        associations[:] = [item for item in associations if item.get("SubnetId") != "subnet-b"]
        network.table("rtb-b", *routes, subnets=["subnet-b"])

    return Fault(f"the table of one of two subnets {says}", change, (("rtb-b",),), (_S3, "vpce-93", "nat-1", "igw-1"))


def black_hole(to: str, says: str) -> Fault:
    """Add a route to a NAT gateway that is gone."""
    return Fault(
        f"the route for {says} is a black hole",
        lambda network: network.route(to, "rtb-task", State="blackhole", NatGatewayId="nat-9"),
        (("rtb-task", "nat-9"),),
        ("nat-9",),
    )


def main_table() -> Fault:
    """Associate the tasks' subnets with a table that has nothing; the main table has everything."""

    def change(network: Sound) -> None:
        rows = network.row("RouteTables", "rtb-task")["Routes"]
        network.row("RouteTables", "rtb-main")["Routes"].extend(rows[1:])
        rows[1:] = []

    says = "the tasks' subnets have a table of their own, and what they need is in the main table"
    return Fault(says, change, (("rtb-task",),), ("vpce-93", _S3))


def default_route_missing() -> Fault:
    """Take the default route away."""

    def change(network: Sound) -> None:
        _drop(network, EVERYWHERE)

    return Fault("the tasks' table has no default route", change, (("rtb-task",),))


def default_black_hole() -> Fault:
    """Leave the default route to a NAT gateway that was deleted."""

    def change(network: Sound) -> None:
        _drop(network, EVERYWHERE)
        network.route(EVERYWHERE, "rtb-task", State="blackhole", NatGatewayId="nat-9")

    return Fault("the default route is a black hole", change, (("rtb-task", "nat-9"),), ("nat-9",))


def no_reply(subnet: str) -> Fault:
    """Let the endpoints' table send what is for a tasks' subnet elsewhere: replies do not come back."""
    cidr = {"subnet-a": "10.0.1.0/24", "subnet-b": "10.0.2.0/24"}[subnet]
    return Fault(
        f"the endpoints' table has a black hole for {subnet}, more specific than local",
        lambda network: network.route(cidr, "rtb-end", State="blackhole", NatGatewayId="nat-9"),
        (("rtb-end", "nat-9"),),
        ("nat-9",),
    )


CASES: list[Case] = [
    *on("two zones, one zone, endpoints apart, private zones", s3_gateway_missing(), _FAMILY, "s3-gateway-missing"),
    *on("two zones, endpoints apart, peered", s3_route_missing(), _FAMILY, "s3-route-missing"),
    *on("two zones, one zone, endpoints apart", s3_on_another_table(), _FAMILY, "s3-on-main-table"),
    *on("two zones, NAT and endpoints", s3_gateway_failed(), _FAMILY, "s3-gateway-failed"),
    *on("two zones, one zone", s3_black_hole(), _FAMILY, "s3-black-hole"),
    *on("two zones, endpoints apart", table_of_one("has no route to S3"), _FAMILY, "one-table-without-s3"),
    *on("NAT, public", table_of_one("has no default route"), _FAMILY, "one-table-without-default"),
    *on("two zones, NAT and endpoints", black_hole("52.218.0.0/24", "a part of S3"), _FAMILY, "part-of-s3"),
    *on("endpoints apart", black_hole("10.0.3.0/24", "one endpoint subnet"), _FAMILY, "one-endpoint-subnet"),
    *on("two zones, NAT, public", main_table(), _FAMILY, "main-table-has-all"),
    *on("NAT, public", default_route_missing(), _FAMILY, "no-default-route"),
    *on("NAT, public", default_black_hole(), _FAMILY, "default-black-hole"),
    *on("endpoints apart", no_reply("subnet-a"), _FAMILY, "no-way-back"),
]
