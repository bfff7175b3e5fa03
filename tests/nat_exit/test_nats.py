"""The NATs of a VPC: gateways and instances, their routes, and the World without them."""

from typing import Any

from skerry.model.missing import Missing
from skerry.nat_exit.nats import NatRoute, nats_of, remove_nats, subnets_behind
from tests.networks import EVERYWHERE, VPC, Network


def behind(network: Network) -> tuple[str, ...]:
    world = network.world()
    nats, _ = nats_of(world, VPC)
    return subnets_behind(world, VPC, nats)[0]


class TestGateways:
    def test_gateway_has_its_routes_addresses_and_subnets(self) -> None:
        network = Network()
        network.serve_internet_by_nat()
        network.rows["NatGateways"][0]["NatGatewayAddresses"][0]["AllocationId"] = "eipalloc-1"
        (nat,), missing = nats_of(network.world(), VPC)
        assert (nat.id, nat.kind, nat.routes) == ("nat-1", "gateway", (NatRoute("rtb-main", EVERYWHERE),))
        assert (nat.interfaces, nat.allocations, missing) == (("eni-1f",), ("eipalloc-1",), ())
        assert behind(network) == ("subnet-a",)

    def test_private_and_deleted_gateways_are_none(self) -> None:
        network = Network()
        network.nat(ConnectivityType="private")
        network.nat("nat-2", address="10.0.2.201", State="deleted")
        network.route(NatGatewayId="nat-1")
        assert nats_of(network.world(), VPC) == ((), ())
        assert behind(network) == ()

    def test_gateway_that_only_a_route_names_is_one(self) -> None:
        network = Network()
        network.route(NatGatewayId="nat-9")
        network.forget("NatGateways")
        (nat,), missing = nats_of(network.world(), VPC)
        assert (nat.id, nat.record) == ("nat-9", None)
        assert [fact.action for fact in missing] == ["ec2:DescribeNatGateways"]

    def test_gateway_of_unlisted_addresses_has_no_interfaces(self) -> None:
        network = Network()
        row = network.nat()
        del row["NatGatewayAddresses"], row["State"]
        (nat,), _ = nats_of(network.world(), VPC)
        assert (nat.interfaces, nat.allocations) == ((), ())

    def test_black_hole_is_no_route_to_it(self) -> None:
        network = Network()
        network.nat()
        network.route(NatGatewayId="nat-1", State="blackhole")
        (nat,), _ = nats_of(network.world(), VPC)
        assert nat.routes == ()
        assert behind(network) == ()


class TestInstances:
    def instance(self, to: str = EVERYWHERE, **more: Any) -> Network:
        network = Network()
        public = {"PublicIp": "198.51.100.9"}
        row: dict[str, Any] = {"SourceDestCheck": False, "Association": public, "Attachment": {"InstanceId": "i-1"}}
        network.interface("eni-nat", "10.0.2.9", "subnet-b", **(row | more))
        network.route(to, NetworkInterfaceId="eni-nat", InstanceId="i-1")
        return network

    def test_forwarding_interface_with_a_public_address_is_one(self) -> None:
        (nat,), missing = nats_of(self.instance().world(), VPC)
        assert (nat.id, nat.kind, nat.interfaces, missing) == ("eni-nat", "instance", ("eni-nat",), ())

    def test_interface_that_does_not_forward_or_has_no_address_is_none(self) -> None:
        assert nats_of(self.instance(SourceDestCheck=True).world(), VPC) == ((), ())
        assert nats_of(self.instance(Association={}).world(), VPC) == ((), ())

    def test_route_to_private_addresses_is_no_nat(self) -> None:
        assert nats_of(self.instance("10.9.0.0/16").world(), VPC) == ((), ())

    def test_target_that_was_not_read_is_unknown(self) -> None:
        network = Network()
        network.route(NetworkInterfaceId="eni-gone")
        nats, (fact,) = nats_of(network.world(), VPC)
        assert (nats, fact.action) == ((), "ec2:DescribeNetworkInterfaces")


class TestRemoval:
    def test_world_has_neither_the_gateway_nor_its_routes(self) -> None:
        network = Network()
        network.serve_internet_by_nat()
        network.row("RouteTables", "rtb-public").pop("Routes")
        world = network.world()
        nats, _ = nats_of(world, VPC)
        later = remove_nats(world, nats)
        assert later.facts.nat_gateways == ()
        routes = later.route_tables["rtb-main"].routes
        assert isinstance(routes, tuple)
        assert [route.to for route in routes] == ["10.0.0.0/16"]

    def test_subnets_without_a_read_table_are_unknown(self) -> None:
        network = Network()
        network.serve_internet_by_nat()
        network.row("RouteTables", "rtb-public").pop("Routes")
        world = network.world()
        nats, _ = nats_of(world, VPC)
        places, (fact,) = subnets_behind(world, VPC, nats)
        assert (places, fact) == (("subnet-a",), Missing("the routes of rtb-public", "ec2:DescribeRouteTables"))
        network.forget("RouteTables")
        network.rows.pop("RouteTables", None)
        places, facts = subnets_behind(network.world(), VPC, nats)
        assert (places, {missing.action for missing in facts}) == ((), {"ec2:DescribeRouteTables"})
