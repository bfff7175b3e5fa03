"""What AWS's answers cannot tell: the right answer is that it is not known."""

from bench.faults.cases import Case
from bench.faults.shapes import Change, Sound
from tests.networks import allow

_FAMILY = "not to be known"
_SHARING = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html"
_DHCP = "https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSet.html"
_ENDPOINTS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpoints.html"


def _own_dns(network: Sound) -> None:
    network.group("sg-dns", inbound=[allow(cidr="10.0.0.0/16")])
    network.interface("eni-dns", "10.0.1.53", "subnet-a", ["sg-dns"])
    network.egress(allow(cidr="0.0.0.0/0"))
    network.dhcp("10.0.1.53")


def _pending(network: Sound) -> None:
    network.row("VpcEndpoints", "vpce-10")["State"] = "pending"


def _shared(network: Sound) -> None:
    for row in network.rows["Subnets"]:
        row["OwnerId"] = "999988887777"


def _hidden(network: Sound) -> None:
    network.rows["VpcEndpoints"] = []
    network.rows["NetworkInterfaces"] = []


def _groups_not_read(network: Sound) -> None:
    network.forget("SecurityGroups")


def _case(shape: str, name: str, says: str, source: str, *prepared: Change, seen: Change | None = None) -> Case:
    known = f"unknown/{name}@{shape.replace(' ', '-').lower()}"
    return Case(known, _FAMILY, f"{shape}: {says}.", shape, (), prepared, source, "unknown", (), seen)


CASES: list[Case] = [
    _case(
        "two zones",
        "own-dns-server",
        "a DNS server of the user's can be reached, and what it answers is not told",
        _DHCP,
        _own_dns,
    ),
    _case(
        "NAT",
        "own-dns-server",
        "a DNS server of the user's can be reached, and what it answers is not told",
        _DHCP,
        _own_dns,
    ),
    _case("two zones", "endpoint-pending", "an endpoint is pending, and may become available", _ENDPOINTS, _pending),
    _case(
        "two zones",
        "shared",
        "the subnets are shared with this account, which does not see the owner's endpoints",
        _SHARING,
        _shared,
        seen=_hidden,
    ),
    _case(
        "NAT",
        "shared",
        "the subnets are shared with this account, and the owner's endpoints, not seen, may hide the way by NAT",
        _SHARING,
        _shared,
        seen=_hidden,
    ),
    _case(
        "two zones",
        "groups-not-read",
        "what the security groups let through was not read",
        _ENDPOINTS,
        seen=_groups_not_read,
    ),
]
