"""Ways to the internet by NAT instances, for users who prefer NAT."""

from collections.abc import Callable

import pytest

from skerry.plan.changes import RouteToInternetGateway
from tests.networks import ALL, EVERYWHERE, Network
from tests.plan.test_internet_access import INTERNET
from tests.planning import changes, isolated, kinds, planned


def private_instance() -> Network:
    """A NAT instance in a subnet whose own table leads nowhere."""
    network = isolated()
    network.internet_gateway()
    network.table("rtb-nat", subnets=["subnet-b"])
    network.group("sg-nat", inbound=[ALL], outbound=[ALL])
    public = {"PublicIp": "198.51.100.9"}
    network.interface("eni-nat", "10.0.2.9", "subnet-b", ["sg-nat"], Association=public, SourceDestCheck=False)
    network.route(NetworkInterfaceId="eni-nat")
    return network


def test_one_route_to_the_internet_gateway_is_enough() -> None:
    found = planned(private_instance(), nat=True)
    assert changes(found) == [RouteToInternetGateway("rtb-nat", "igw-1")]
    assert found.proven


def test_instance_by_its_id_gets_the_route_too() -> None:
    network = private_instance()
    network.row("NetworkInterfaces", "eni-nat")["Attachment"] = {"InstanceId": "i-1"}
    network.row("RouteTables", "rtb-main")["Routes"][-1] = {
        "DestinationCidrBlock": EVERYWHERE,
        "InstanceId": "i-1",
        "State": "active",
    }
    assert changes(planned(network, nat=True)) == [RouteToInternetGateway("rtb-nat", "igw-1")]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda network: network.row("NetworkInterfaces", "eni-nat").pop("Association"),
        lambda network: network.rows["NetworkInterfaces"].clear(),
        lambda network: network.row("NetworkInterfaces", "eni-nat").pop("SubnetId"),
        lambda network: network.row("NetworkInterfaces", "eni-nat").update(SubnetId="subnet-a"),
        lambda network: network.row("RouteTables", "rtb-nat").pop("Routes"),
        lambda network: network.rows["InternetGateways"].clear(),
    ],
    ids=["no-address", "unread", "no-subnet", "own-table", "unread-table", "no-gateway"],
)
def test_instance_without_a_possible_way_gets_no_route(spoil: Callable[[Network], object]) -> None:
    network = private_instance()
    spoil(network)
    assert not [change for change in changes(planned(network, nat=True)) if isinstance(change, INTERNET)]


def test_instance_that_forwards_nothing_is_replaced() -> None:
    network = private_instance()
    network.row("NetworkInterfaces", "eni-nat")["SourceDestCheck"] = True
    network.route(table="rtb-nat", GatewayId="igw-1")
    found = planned(network, nat=True)
    assert kinds(found) == ["CreateNatGateway", "ReplaceRoute"]
    assert found.proven
