"""Route tables as lines for Linux: a block once, what does not work into the void, and every line traceable."""

from typing import Any

import pytest

from skerry.errors import SkerryError
from skerry.lab.route_tables import lines_of, targets_of
from skerry.lab.topology_records import NOT_BUILT, Device, TrafficOrigin
from tests.networks import EVERYWHERE, VPC, Network

DEVICES = {"nat-1": Device("p1"), "igw-1": Device("g2"), "pcx-1": Device("g3")}


def lines(network: Network, table: str = "rtb-main") -> dict[str, tuple[str, TrafficOrigin]]:
    world = network.world()
    origins: list[TrafficOrigin] = []

    def realm(origin: TrafficOrigin) -> int:
        origins.append(origin)
        return len(origins)

    row = world.route_tables[table]
    return {line.cidr: (line.device, origins[line.realm - 1]) for line in lines_of(world, row, DEVICES, realm)}


def test_local_route_uses_fabric_and_unrouted_traffic_goes_to_void() -> None:
    assert lines(Network()) == {
        "10.0.0.0/16": ("fab0", TrafficOrigin("route", "rtb-main", "10.0.0.0/16 → local")),
        EVERYWHERE: ("void", TrafficOrigin("route", "rtb-main", "no route")),
    }


@pytest.mark.parametrize(
    ("target", "device", "origin"),
    [
        ({"NatGatewayId": "nat-1"}, "p1", TrafficOrigin("route", "rtb-main", "0.0.0.0/0 → nat-1")),
        ({"GatewayId": "igw-1"}, "g2", TrafficOrigin("route", "rtb-main", "0.0.0.0/0 → igw-1")),
        ({"VpcPeeringConnectionId": "pcx-1"}, "g3", TrafficOrigin("route", "rtb-main", "0.0.0.0/0 → pcx-1")),
        ({"NatGatewayId": "nat-2"}, "void", TrafficOrigin("gateway", "nat-2", "0.0.0.0/0 → nat-2")),
        ({"TransitGatewayId": "tgw-1"}, "void", TrafficOrigin(NOT_BUILT, "tgw-1", "0.0.0.0/0 → tgw-1")),
        ({"CarrierGatewayId": "cagw-1"}, "void", TrafficOrigin(NOT_BUILT, "cagw-1", "0.0.0.0/0 → cagw-1")),
        (
            {},
            "void",
            TrafficOrigin(
                NOT_BUILT,
                "a target that the route does not name",
                "0.0.0.0/0 → a target that the route does not name",
            ),
        ),
        (
            {"NatGatewayId": "nat-1", "State": "blackhole"},
            "void",
            TrafficOrigin("route", "rtb-main", "0.0.0.0/0 → nat-1 (blackhole)"),
        ),
    ],
    ids=str,
)
def test_route_uses_the_device_of_its_target(target: dict[str, Any], device: str, origin: TrafficOrigin) -> None:
    network = Network()
    network.route(**target)
    assert lines(network)[EVERYWHERE] == (device, origin)


def test_prefix_list_route_expands_to_its_ipv4_blocks() -> None:
    network = Network()
    network.prefix_list("pl-1", "10.7.0.0/16", "10.8.0.1/16", "2001:db8::/32")
    network.route("pl-1", NatGatewayId="nat-1")
    found = lines(network)
    assert {cidr for cidr, (device, _) in found.items() if device == "p1"} == {"10.7.0.0/16", "10.8.0.0/16"}


def test_static_route_precedes_prefix_list_and_that_propagated_route() -> None:
    network = Network()
    network.prefix_list("pl-1", "10.7.0.0/16", "10.8.0.0/16")
    network.route("10.8.0.0/16", GatewayId="igw-1", Origin="EnableVgwRoutePropagation")
    network.route("pl-1", NatGatewayId="nat-1")
    network.route("10.7.0.0/16", GatewayId="igw-1")
    found = lines(network)
    assert (found["10.7.0.0/16"][0], found["10.8.0.0/16"][0]) == ("g2", "p1")


def test_propagated_route_within_the_local_block_is_ignored() -> None:
    network = Network()
    network.route("10.0.2.0/24", GatewayId="vgw-1", Origin="EnableVgwRoutePropagation")
    network.route("10.0.3.0/24", NatGatewayId="nat-1")
    assert set(lines(network)) == {"10.0.0.0/16", "10.0.3.0/24", EVERYWHERE}


def test_prefix_list_without_entries_raises_error() -> None:
    network = Network()
    network.prefix_list("pl-1")
    network.route("pl-1", NatGatewayId="nat-1")
    with pytest.raises(SkerryError, match="prefix list pl-1"):
        lines(network)


class TestTargets:
    def kinds(self, network: Network) -> set[str]:
        world = network.world()
        found = targets_of(world, VPC, world.route_tables["rtb-main"])
        return (
            {nat.nat_gateway_id for nat in found.nats}
            | {row.network_interface_id for row in found.interfaces}
            | {name for name, _, _ in found.gateways}
        )

    def test_route_targets_are_nat_gateways_and_gateway_endpoints(self) -> None:
        network = Network()
        network.serve_s3()
        network.serve_internet_by_nat()
        assert self.kinds(network) == {"nat-1", "vpce-93"}

    def test_blackhole_route_has_no_target(self) -> None:
        network = Network()
        network.internet_gateway()
        network.route(GatewayId="igw-1", State="blackhole")
        assert self.kinds(network) == set()

    @pytest.mark.parametrize("mode", ["block-ingress", "off"])
    def test_internet_gateway_under_block_public_access_raises_error(self, mode: str) -> None:
        network = Network()
        network.internet_gateway()
        network.route(GatewayId="igw-1")
        for row in network.rows["Subnets"]:
            row["BlockPublicAccessStates"] = {"InternetGatewayBlockMode": mode}
        if mode == "off":
            assert self.kinds(network) == {"igw-1"}
            return
        with pytest.raises(SkerryError, match="does not build Block Public Access, which is on in vpc-1"):
            self.kinds(network)

    def test_regional_nat_gateway_raises_error(self) -> None:
        network = Network()
        network.serve_internet_by_nat()
        network.row("NatGateways", "nat-1")["AvailabilityMode"] = "regional"
        with pytest.raises(SkerryError, match="regional NAT gateways: nat-1"):
            self.kinds(network)

    def test_gateway_load_balancer_endpoint_raises_error(self) -> None:
        network = Network()
        network.add("VpcEndpoints", VpcEndpointId="vpce-fw", VpcId=VPC, VpcEndpointType="GatewayLoadBalancer")
        network.route(GatewayId="vpce-fw")
        with pytest.raises(SkerryError, match="endpoints of Gateway Load Balancers: vpce-fw"):
            self.kinds(network)

    def test_internet_gateway_is_a_target_only_if_attached_to_the_vpc(self) -> None:
        network = Network()
        network.internet_gateway(vpc="vpc-2")
        network.route(GatewayId="igw-1")
        assert self.kinds(network) == set()
        network.row("InternetGateways", "igw-1")["Attachments"][0]["VpcId"] = VPC
        assert self.kinds(network) == {"igw-1"}
