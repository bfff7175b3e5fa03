"""The tasks' own security group lets too little out."""

from bench.faults.cases import Case, Fault, on
from bench.faults.shapes import Sound
from tests.networks import EVERYWHERE, Row, allow

_FAMILY = "task egress"


def lets_out(says: str, *rules: Row, also: tuple[str, ...] = ()) -> Fault:
    """Set what the tasks' group lets out."""
    return Fault(f"the tasks' group {says}", lambda network: network.egress(*rules), (("sg-task",),), also)


def by_customer_list(*blocks: str, says: str) -> Fault:
    """Let the tasks' group let out a customer's prefix list."""

    def change(network: Sound) -> None:
        network.prefix_list("pl-1c", *blocks)
        network.egress(allow("tcp", 443, prefix_list="pl-1c"))

    return Fault(f"the tasks' group lets out a prefix list {says}", change, (("sg-task", "pl-1c"),), ("pl-1c",))


ONLY_VPC = lets_out("lets out the VPC's own block alone", allow("tcp", 443, cidr="10.0.0.0/16"))
NO_RULE = lets_out("has no outbound rule")

CASES: list[Case] = [
    *on("two zones, one zone, endpoints apart, NAT, public, peered", NO_RULE, _FAMILY, "no-rule"),
    *on("two zones, one zone, endpoints apart, NAT, public", ONLY_VPC, _FAMILY, "only-vpc"),
    *on("NAT and endpoints", ONLY_VPC, _FAMILY, "only-vpc"),
    *on(
        "two zones, endpoints apart",
        lets_out("lets out S3's prefix list alone", allow("tcp", 443, prefix_list="pl-53")),
        _FAMILY,
        "only-s3",
    ),
    *on("two zones, NAT", lets_out("lets out port 80 alone", allow("tcp", 80, cidr=EVERYWHERE)), _FAMILY, "port-80"),
    *on("one zone", lets_out("lets out udp 443 alone", allow("udp", 443, cidr=EVERYWHERE)), _FAMILY, "udp"),
    *on(
        "two zones",
        lets_out(
            "lets out another group and S3", allow("tcp", 443, group="sg-open"), allow("tcp", 443, prefix_list="pl-53")
        ),
        _FAMILY,
        "another-group",
    ),
    *on(
        "two zones",
        lets_out(
            "lets out one of two endpoint subnets and S3",
            allow("tcp", 443, cidr="10.0.1.0/24"),
            allow("tcp", 443, prefix_list="pl-53"),
        ),
        _FAMILY,
        "one-endpoint-subnet",
    ),
    *on(
        "two zones, one zone",
        by_customer_list("10.0.0.0/16", "52.218.0.0/17", says="that lacks a block of S3"),
        _FAMILY,
        "customer-list-lacks-s3",
    ),
    *on("NAT", by_customer_list("10.0.0.0/8", says="of private blocks alone"), _FAMILY, "customer-list-private"),
]
