"""Addresses of a VPC that no network interface has."""

from collections.abc import Callable

import pytest

from skerry.model.facts import Missing
from skerry.net.ip_addresses import IpAddress
from skerry.reach.absent_addresses import is_absent, refuse_absent
from skerry.reach.trace import Destination
from skerry.verdicts import BLOCKED, OK, UNKNOWN
from tests.hubs import lost, missing, reach, walk
from tests.networks import ACCOUNT, ALL, REGION, VPC, Network, record

LOGS = f"logs.{REGION}.amazonaws.com"


def absent(network: Network, address: str = "10.0.1.77", vpc: str = VPC) -> bool:
    return is_absent(network.world(), vpc, IpAddress(address))


def test_address_that_no_interface_has_is_absent() -> None:
    network = Network()
    assert absent(network)
    network.interface("eni-1", "10.0.1.77", groups=["sg-open"])
    assert not absent(network)
    assert walk(network, "10.0.1.77").verdict is OK


@pytest.mark.parametrize("address", ["10.0.1.0", "10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.255"])
def test_address_that_aws_keeps_is_not_absent(address: str) -> None:
    assert not absent(Network(), address)


def test_address_outside_all_subnets_is_absent() -> None:
    assert absent(Network(), "10.0.200.1")


def test_subnet_without_ipv4_keeps_no_addresses() -> None:
    network = Network()
    del network.row("Subnets", "subnet-a")["CidrBlock"]
    assert absent(network, "10.0.1.1")


def _shared(network: Network) -> None:
    network.service()
    network.row("Vpcs", VPC)["OwnerId"] = "444455556666"


def _delegated(network: Network) -> None:
    network.interface("eni-1", "10.0.1.9", Ipv4Prefixes=[{"Ipv4Prefix": "10.0.1.64/28"}])


def _mount_target(network: Network) -> None:
    network.add("MountTargets", MountTargetId="fsmt-1", FileSystemId="fs-1", SubnetId="subnet-a", IpAddress="10.0.1.77")


@pytest.mark.parametrize(
    "change",
    [lambda network: network.forget("NetworkInterfaces"), _shared, _delegated, _mount_target],
    ids=["unread", "shared", "prefix of an interface", "mount target"],
)
def test_address_is_not_absent_where_the_list_does_not_prove_it(change: Callable[[Network], None]) -> None:
    network = Network()
    change(network)
    assert not absent(network)


def test_prefix_of_an_interface_of_another_vpc_does_not_count() -> None:
    network = Network()
    network.interface("eni-1", "10.2.1.9", Ipv4Prefixes=[{"Ipv4Prefix": "10.0.1.64/28"}], VpcId="vpc-2")
    assert absent(network)


def test_ipv6_address_is_never_absent() -> None:
    assert not absent(Network(), "2a05:d018::9")


def test_walk_to_an_absent_address_is_lost() -> None:
    for address in ("10.0.1.77", "10.0.99.9"):
        outcome = walk(Network(), address)
        assert (outcome.verdict, lost(outcome)) == (BLOCKED, [("ADDRESS_WITHOUT_INTERFACE", address)])
    assert refuse_absent(Destination("10.0.1.77", IpAddress("10.0.1.77").addresses)) is None


def test_record_with_an_absent_address_blocks_its_name() -> None:
    network = Network()
    network.zone(LOGS, record(f"{LOGS}.", "A", "10.0.1.77"))
    assert lost(reach(network)) == [("ADDRESS_WITHOUT_INTERFACE", "10.0.1.77")]
    network.interface("eni-1", "10.0.1.77", groups=["sg-open"])
    assert reach(network).verdict is OK


def test_dns_server_with_an_absent_address_answers_nothing() -> None:
    network = Network()
    network.dhcp("10.0.1.77")
    assert reach(network).verdict is BLOCKED
    network.group("sg-dns", inbound=[ALL])
    network.interface("eni-1", "10.0.1.77", groups=["sg-dns"])
    outcome = reach(network)
    assert outcome.verdict is UNKNOWN
    assert missing(outcome) == [f"what the DNS server 10.0.1.77 answers for {LOGS}"]


def test_account_of_the_owner_sees_its_own_vpc_whole() -> None:
    network = Network()
    network.service()
    network.row("Vpcs", VPC)["OwnerId"] = ACCOUNT
    assert absent(network)


def test_address_of_a_planned_interface_stays_unknown() -> None:
    walker = Network().walker()
    destination = walker.destinations.at(VPC, IpAddress("10.0.1.77"), planned=True)
    assert (destination.absent, isinstance(destination.groups, Missing)) == (False, True)
