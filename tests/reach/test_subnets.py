"""What a subnet is called, and which addresses a task may get in it."""

from typing import Any

import pytest
from msgspec import structs

from skerry.model.facts import Missing
from skerry.model.network import Ipv6Association, Subnet
from skerry.net.addresses import spell
from skerry.net.blocks import Ipv4Block, Ipv6Block
from skerry.reach.subnets import kind_of, task_addresses_of
from tests.networks import EVERYWHERE, Network


def subnet(cidr: str | None) -> Subnet:
    return Subnet(subnet_id="subnet-1", vpc_id="vpc-1", cidr_block=None if cidr is None else Ipv4Block(cidr))


class TestTaskAddresses:
    def test_task_addresses_exclude_first_four_and_last_of_subnet(self) -> None:
        assert task_addresses_of(subnet("10.0.1.0/24")) == ((0x0A000104, 0x0A0001FE),)

    def test_task_addresses_of_slash_28_subnet_are_eleven(self) -> None:
        found = task_addresses_of(subnet("10.0.1.0/28"))
        assert found == ((0x0A000104, 0x0A00010E),)

    def test_task_addresses_of_slash_31_block_are_the_whole_block(self) -> None:
        found = task_addresses_of(subnet("10.0.1.0/31"))
        assert isinstance(found, tuple)
        assert spell(found) == "10.0.1.0/31"

    def test_task_addresses_of_subnet_without_cidr_are_missing(self) -> None:
        assert task_addresses_of(subnet(None)) == Missing("the addresses of subnet subnet-1", "ec2:DescribeSubnets")

    def test_task_addresses_of_ipv6_only_subnet_are_ipv6(self) -> None:
        block = Ipv6Association(ipv6_cidr_block=Ipv6Block("2a05:d018:1::/64"))
        found = task_addresses_of(structs.replace(subnet(None), ipv6_cidr_block_association_set=(block,)))
        assert isinstance(found, tuple)
        assert spell(found) == "2a05:d018:1::4-2a05:d018:1:0:ffff:ffff:ffff:fffe"


class TestSubnetKinds:
    @pytest.mark.parametrize(
        ("route", "kind"),
        [
            ({"GatewayId": "igw-1"}, "public"),
            ({"NatGatewayId": "nat-1"}, "private with NAT"),
            ({"TransitGatewayId": "tgw-1"}, "private, by another way"),
            ({"GatewayId": "vgw-1"}, "private, by another way"),
            ({"NatGatewayId": "nat-1", "State": "blackhole"}, "isolated"),
        ],
        ids=str,
    )
    def test_subnet_kind_depends_on_target_of_default_route(self, route: dict[str, str], kind: str) -> None:
        network = Network()
        network.route(EVERYWHERE, **route)
        assert kind_of(network.world(), "subnet-a") == kind

    def test_subnet_without_default_route_is_isolated(self) -> None:
        network = Network()
        network.serve_s3()
        network.route("192.168.0.0/16", TransitGatewayId="tgw-1")
        assert kind_of(network.world(), "subnet-a") == "isolated"

    def test_subnet_kind_uses_route_table_of_the_subnet(self) -> None:
        network = Network()
        network.serve_internet_by_nat()
        world = network.world()
        assert (kind_of(world, "subnet-a"), kind_of(world, "subnet-b")) == ("private with NAT", "public")

    @pytest.mark.parametrize(
        "make",
        [
            lambda n: n.rows["Subnets"].clear(),
            lambda n: n.forget("RouteTables"),
            lambda n: n.rows["RouteTables"][0].pop("Routes"),
        ],
        ids=["no subnet", "no table", "no routes"],
    )
    def test_subnet_kind_is_unknown_without_subnet_table_or_routes(self, make: Any) -> None:
        network = Network()
        make(network)
        assert kind_of(network.world(), "subnet-a") == "unknown"
