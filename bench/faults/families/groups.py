"""Security groups of endpoints that do not let the tasks in, or not all of them."""

from bench.faults.cases import Case, Fault, on
from bench.faults.shapes import ENDPOINTS, Sound
from tests.networks import Row, allow

_FAMILY = "endpoint groups"


def admits(says: str, *rules: Row, also: tuple[str, ...] = ()) -> Fault:
    """Let the endpoints' group let in other things than tasks on 443."""
    return Fault(f"the endpoints' group {says}", lambda network: network.ingress(*rules), (("sg-end",),), also)


def closed_group(endpoint: str) -> Fault:
    """Put one endpoint into a group that lets nothing in."""

    def change(network: Sound) -> None:
        network.group("sg-closed", VpcId=network.row("SecurityGroups", "sg-end")["VpcId"])
        row = network.row("VpcEndpoints", endpoint)
        row["Groups"] = [{"GroupId": "sg-closed"}]
        for name in row["NetworkInterfaceIds"]:
            network.row("NetworkInterfaces", name)["Groups"] = [{"GroupId": "sg-closed"}]

    # The tasks' group may let out to the endpoints' group alone, which this endpoint is no longer in.
    says = f"the endpoint for {ENDPOINTS[endpoint]} is in a group that lets nothing in"
    return Fault(says, change, (("sg-closed",),), ("sg-task",))


def default_group() -> Fault:
    """Put the endpoints into the VPC's default group, as AWS does where none is named."""

    def change(network: Sound) -> None:
        for key in ("VpcEndpoints", "NetworkInterfaces"):
            for row in network.rows[key]:
                if row.get("Groups"):
                    row["Groups"] = [{"GroupId": "sg-default"}]
        network.egress(allow(cidr="0.0.0.0/0"))

    return Fault("the endpoints are in the VPC's default group, and the tasks are not", change, (("sg-default",),))


def by_customer_list(*blocks: str, says: str) -> Fault:
    """Let the endpoints' group let in the blocks of a customer's prefix list."""

    def change(network: Sound) -> None:
        network.prefix_list("pl-1c", *blocks)
        network.ingress(allow("tcp", 443, prefix_list="pl-1c"))

    return Fault(f"the endpoints' group lets in a prefix list {says}", change, (("sg-end", "pl-1c"),), ("pl-1c",))


CASES: list[Case] = [
    *on("two zones, one zone, endpoints apart, NAT and endpoints", admits("lets nothing in"), _FAMILY, "no-rule"),
    *on(
        "two zones, NAT and endpoints",
        admits("lets port 80 in", allow("tcp", 80, cidr="0.0.0.0/0")),
        _FAMILY,
        "port-80",
    ),
    *on("two zones", admits("lets udp 443 in", allow("udp", 443, cidr="0.0.0.0/0")), _FAMILY, "udp"),
    *on("one zone", admits("lets ports up to 442 in", allow("tcp", 0, 442, cidr="0.0.0.0/0")), _FAMILY, "ports-below"),
    *on(
        "two zones, endpoints apart",
        admits("lets in the endpoints themselves", allow("tcp", 443, group="sg-end")),
        _FAMILY,
        "itself-only",
    ),
    *on("one zone", admits("lets in another group", allow("tcp", 443, group="sg-open")), _FAMILY, "another-group"),
    *on(
        "two zones, endpoints apart, NAT and endpoints",
        admits("lets in one of two subnets", allow("tcp", 443, cidr="10.0.1.0/24")),
        _FAMILY,
        "one-subnet",
    ),
    *on(
        "one zone, two zones",
        admits("lets in half of a subnet", allow("tcp", 443, cidr="10.0.1.0/25")),
        _FAMILY,
        "half-a-subnet",
    ),
    *on(
        "two zones",
        admits("lets in another network", allow("tcp", 443, cidr="192.168.0.0/16")),
        _FAMILY,
        "another-network",
    ),
    *on("two zones, one zone", closed_group("vpce-10"), _FAMILY, "closed-logs"),
    *on("endpoints apart, NAT and endpoints", closed_group("vpce-a0"), _FAMILY, "closed-ecr.api"),
    *on("two zones, one zone, endpoints apart", default_group(), _FAMILY, "default-group"),
    *on("two zones", by_customer_list("10.9.0.0/16", says="of other blocks"), _FAMILY, "customer-list"),
    *on("two zones", by_customer_list("10.0.2.0/24", says="of one of two subnets"), _FAMILY, "customer-list-lacks-one"),
]
