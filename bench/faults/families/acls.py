"""Network ACLs: both directions, ports of replies, the order of entries, each of the subnets on the way.

https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
"""

from bench.faults.cases import Case, Fault, on
from bench.faults.shapes import Sound
from tests.networks import EVERYWHERE, Row, entry

_FAMILY = "network ACLs"
_LAST = (entry(32_767, "deny"), entry(32_767, "deny", egress=True))
_NEW = "acl-new"


def into(*entries: Row) -> list[Row]:
    """Entries inbound."""
    return [*entries]


def out(*entries: Row) -> list[Row]:
    """Entries outbound."""
    return [row | {"Egress": True} for row in entries]


def tcp(number: int, first: int, last: int, cidr: str = EVERYWHERE, action: str = "allow") -> Row:
    """An entry for TCP ports."""
    return entry(number, action, cidr, protocol="6", ports=(first, last))


ALL = entry(100)


def of_tasks(says: str, entries: list[Row], subnets: tuple[str, ...] = ("subnet-a", "subnet-b")) -> Fault:
    """Give the tasks' subnets a network ACL of their own."""

    def change(network: Sound) -> None:
        network.acl(_NEW, [*entries, *_LAST], [name for name in subnets if name in network.places])

    return Fault(f"the network ACL of the tasks {says}", change, ((_NEW,),))


def of(acl: str, whose: str, says: str, entries: list[Row]) -> Fault:
    """Change the entries of a network ACL that is there."""

    def change(network: Sound) -> None:
        network.row("NetworkAcls", acl)["Entries"] = [*entries, *_LAST]

    return Fault(f"the network ACL of {whose} {says}", change, ((acl,),))


REPLIES_DENIED = of_tasks("lets no replies in", into(tcp(100, 443, 443)) + out(ALL))
END_REPLIES = of("acl-end", "the endpoints", "lets 443 out and no replies", into(ALL) + out(tcp(100, 443, 443)))
END_DENIED = of("acl-end", "the endpoints", "lets no 443 in", into(tcp(100, 1_024, 65_535)) + out(ALL))
NOT_OUT = of_tasks("lets no 443 out", into(ALL) + out(tcp(100, 80, 80)))

CASES: list[Case] = [
    *on("endpoints apart, NAT, public, peered", NOT_OUT, _FAMILY, "no-443-out"),
    *on("endpoints apart, NAT, public, one zone", REPLIES_DENIED, _FAMILY, "no-replies-in"),
    *on("endpoints apart, two zones", of_tasks("has no entry of its own", []), _FAMILY, "empty"),
    *on(
        "endpoints apart, NAT",
        of_tasks("denies 443 before it allows everything", into(ALL) + out(tcp(90, 443, 443, action="deny"), ALL)),
        _FAMILY,
        "deny-before-allow",
    ),
    *on(
        "endpoints apart, public",
        of_tasks("lets in the replies to half of the ports", into(tcp(100, 32_768, 49_151)) + out(ALL)),
        _FAMILY,
        "half-of-ephemeral",
    ),
    *on(
        "endpoints apart, NAT",
        of_tasks("lets in the replies to low ports", into(tcp(100, 1_024, 32_767)) + out(ALL)),
        _FAMILY,
        "low-ephemeral",
    ),
    *on(
        "endpoints apart, public",
        of_tasks("is written the wrong way round", into(tcp(100, 443, 443)) + out(tcp(100, 1_024, 65_535))),
        _FAMILY,
        "reversed",
    ),
    *on(
        "endpoints apart, NAT",
        of_tasks("allows udp", into(entry(100, protocol="17")) + out(entry(100, protocol="17"))),
        _FAMILY,
        "udp",
    ),
    *on(
        "endpoints apart, two zones",
        of_tasks(
            "forgets a block of S3",
            into(entry(100, cidr="10.0.0.0/16"), tcp(110, 1_024, 65_535, "52.218.0.0/17")) + out(ALL),
        ),
        _FAMILY,
        "forgets-a-block-of-s3",
    ),
    *on(
        "endpoints apart, two zones",
        of_tasks("forgets S3", into(entry(100, cidr="10.0.0.0/16")) + out(entry(100, cidr="10.0.0.0/16"))),
        _FAMILY,
        "forgets-s3",
    ),
    *on(
        "endpoints apart, NAT, public",
        of_tasks("of one of two subnets lets no replies in", into(tcp(100, 443, 443)) + out(ALL), ("subnet-b",)),
        _FAMILY,
        "one-subnet",
    ),
    *on(
        "two zones",
        of_tasks(
            "denies the traffic between the two subnets",
            into(entry(90, "deny", "10.0.1.0/24"), entry(91, "deny", "10.0.2.0/24"), ALL) + out(ALL),
        ),
        _FAMILY,
        "between-subnets",
    ),
    *on("endpoints apart", END_DENIED, _FAMILY, "endpoints-no-443-in"),
    *on("endpoints apart", END_REPLIES, _FAMILY, "endpoints-no-replies-out"),
    *on(
        "endpoints apart",
        of("acl-end", "the endpoints", "lets in one of two subnets", into(entry(100, cidr="10.0.2.0/24")) + out(ALL)),
        _FAMILY,
        "endpoints-one-subnet",
    ),
    *on(
        "endpoints apart",
        of(
            "acl-end",
            "the endpoints",
            "denies the tasks before it allows them",
            into(tcp(10, 443, 443, "10.0.0.0/16", "deny"), ALL) + out(ALL),
        ),
        _FAMILY,
        "endpoints-deny-first",
    ),
    *on(
        "endpoints apart",
        of("acl-end", "the endpoints", "lets half of the replies out", into(ALL) + out(tcp(100, 49_152, 65_535))),
        _FAMILY,
        "endpoints-half-of-ephemeral",
    ),
    *on(
        "NAT",
        of("acl-nat", "the NAT gateway", "lets no 443 in", into(tcp(100, 1_024, 65_535)) + out(ALL)),
        _FAMILY,
        "nat-no-443-in",
    ),
    *on(
        "NAT",
        of("acl-nat", "the NAT gateway", "lets no 443 out", into(ALL) + out(tcp(100, 1_024, 65_535))),
        _FAMILY,
        "nat-no-443-out",
    ),
    *on(
        "NAT",
        of(
            "acl-nat",
            "the NAT gateway",
            "lets no replies in from outside",
            into(entry(100, cidr="10.0.0.0/16")) + out(ALL),
        ),
        _FAMILY,
        "nat-no-replies-in",
    ),
    *on(
        "NAT",
        of(
            "acl-nat",
            "the NAT gateway",
            "lets in replies to Linux's ports alone",
            into(tcp(100, 443, 443), tcp(110, 32_768, 60_999)) + out(ALL),
        ),
        _FAMILY,
        "nat-linux-ports",
    ),
    *on(
        "NAT",
        of("acl-nat", "the NAT gateway", "lets no replies out to the tasks", into(ALL) + out(tcp(100, 443, 443))),
        _FAMILY,
        "nat-no-replies-out",
    ),
    *on(
        "peered",
        of("acl-peer", "the peer's endpoints", "lets no 443 in", into(tcp(100, 1_024, 65_535)) + out(ALL)),
        _FAMILY,
        "peer",
    ),
]
