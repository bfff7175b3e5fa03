"""Shared VPCs: another account owns the subnets, and this one starts tasks in them.

Participants do not see the owner's endpoints, and cannot use its security groups:
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
"""

from bench.faults.account_shapes import share
from bench.faults.cases import Case, Page
from bench.faults.families.placement import no_free_address
from bench.faults.shapes import Change, Sound
from tests.networks import ACCOUNT, HTTPS, allow

_FAMILY = "shared VPCs"
_SHARING = Page(_FAMILY, "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html")
_GROUPS = Page(_FAMILY, "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-sharing.html")
_ADDRESSES = Page(_FAMILY, "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html")
_ALL_HOSTS = tuple(call.host for call in Sound().calls)


def groups(*names: str) -> Change:
    """Let the service name these security groups."""

    def change(network: Sound) -> None:
        network.configuration()["securityGroups"] = list(names)

    return change


def _hidden(network: Sound) -> None:
    network.rows["VpcEndpoints"] = []
    network.rows["NetworkInterfaces"] = []


def _seen_by_owner(network: Sound) -> None:
    share(network)


def _closed(network: Sound) -> None:
    network.egress()


def _only_port_80(network: Sound) -> None:
    network.egress(allow("tcp", 80, cidr="0.0.0.0/0"))


def _group_of_owner(network: Sound) -> None:
    network.group("sg-owner", outbound=[HTTPS], OwnerId="444455556666")
    groups("sg-owner")(network)


def _second_group(network: Sound) -> None:
    network.group("sg-more", outbound=[HTTPS], OwnerId=ACCOUNT)
    groups("sg-task", "sg-more")(network)


CASES: list[Case] = [
    _SHARING.unknown("two zones", "endpoints-hidden", "the owner's endpoints are not seen", share, seen=_hidden),
    _SHARING.unknown("one zone", "endpoints-hidden", "the owner's endpoints are not seen", share, seen=_hidden),
    _SHARING.unknown("shared NAT", "endpoints-hidden", "private names of the owner's endpoints may hide NAT's way"),
    _SHARING.sound("two zones", "endpoints-seen", "the owner's answers have the endpoints", _seen_by_owner),
    _SHARING.sound("endpoints apart", "endpoints-seen", "the owner's answers have the endpoints", _seen_by_owner),
    _SHARING.broken(
        "shared NAT",
        "no-group",
        "the service names no group",
        groups(),
        ("subnet-a", "web", "sg-default"),
        also=("subnet-a", "subnet-b"),
    ),
    _SHARING.broken(
        "shared NAT",
        "default-group",
        "the service names the VPC's default group, which is the owner's",
        groups("sg-default"),
        ("sg-default", "web"),
    ),
    _GROUPS.unknown(
        "shared NAT", "group-of-owner", "the service names a group that the owner may share", _group_of_owner
    ),
    _SHARING.broken(
        "shared NAT", "closed-group", "the participant's group lets nothing out", _closed, "sg-task", failing=_ALL_HOSTS
    ),
    _SHARING.broken(
        "shared NAT",
        "port-80",
        "the participant's group lets port 80 out alone",
        _only_port_80,
        "sg-task",
        failing=_ALL_HOSTS,
    ),
    _ADDRESSES.broken(
        "shared NAT",
        "no-free-address",
        "no address is free in the shared subnets",
        no_free_address("subnet-a", "subnet-b").change,
        "subnet-a",
        "subnet-b",
    ),
    _ADDRESSES.broken(
        "shared NAT",
        "no-group-and-no-address",
        "the service names no group, and one subnet is full",
        lambda network: (groups()(network), no_free_address("subnet-a").change(network))[0],
        ("subnet-b", "web", "sg-default"),
        "subnet-a",
        also=("subnet-b",),
    ),
    _SHARING.unknown("shared NAT", "two-groups", "the service names two of the participant's groups", _second_group),
]
