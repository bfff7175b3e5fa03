"""Addresses for what a plan creates, as a rehearsal needs them."""

from skerry.model.network import NatAddress
from skerry.net.ip_addresses import Address4
from skerry.plan.assign_addresses import assign_addresses
from skerry.plan.changes import Change, CreateGatewayEndpoint, CreateInterfaceEndpoint, CreateNatGateway, ModifyEndpoint
from skerry.plan.world_after import apply_changes
from tests.networks import Network

LOGS = "com.amazonaws.eu-west-1.logs"


def created(*subnets: str) -> CreateInterfaceEndpoint:
    return CreateInterfaceEndpoint("vpce-new-logs-vpc-1", "vpc-1", LOGS, subnets, ("sg-open",))


def nat_gateway(name: str = "nat-new-vpc-1", subnet: str = "subnet-b") -> CreateNatGateway:
    return CreateNatGateway(name, "vpc-1", subnet, f"eipalloc-{name}")


def addresses(network: Network, *changes: Change) -> list[str]:
    """The addresses of the interfaces that are new."""
    before = network.world()
    found = assign_addresses(apply_changes(before, changes))
    known = {row.network_interface_id for row in before.facts.network_interfaces}
    rows = (row for row in found.facts.network_interfaces if row.network_interface_id not in known)
    return [row.private_ip_address or "" for row in rows]


def test_endpoint_gets_the_last_address_of_each_subnet() -> None:
    assert addresses(Network(), created("subnet-a", "subnet-b")) == ["10.0.1.254", "10.0.2.254"]


def test_address_in_use_is_skipped() -> None:
    network = Network()
    network.interface("eni-1", "10.0.1.254")
    network.interface("eni-2", "10.0.1.253")
    assert addresses(network, created("subnet-a")) == ["10.0.1.252"]


def test_endpoints_in_a_subnet_get_different_addresses() -> None:
    other = CreateInterfaceEndpoint(
        "vpce-new-sqs-vpc-1", "vpc-1", "com.amazonaws.eu-west-1.sqs", ("subnet-a",), ("sg-open",)
    )
    assert addresses(Network(), created("subnet-a"), other) == ["10.0.1.254", "10.0.1.253"]


def test_endpoint_with_interfaces_gets_no_new_address() -> None:
    network = Network()
    network.endpoint("vpce-1", "ecr.api")
    assert addresses(network, ModifyEndpoint("vpce-1", groups=("sg-task",))) == []


def test_gateway_endpoint_gets_no_address() -> None:
    gateway = CreateGatewayEndpoint("vpce-new-s3-vpc-1", "vpc-1", "com.amazonaws.eu-west-1.s3", ("rtb-main",), "pl-1")
    assert addresses(Network(), gateway) == []


def test_full_or_unknown_subnet_yields_no_address() -> None:
    network = Network()
    network.subnet("subnet-full", "10.0.9.0/28", "eu-west-1a")
    for last in range(4, 15):
        network.interface(f"eni-{last}", f"10.0.9.{last}", "subnet-full")
    network.subnet("subnet-six", "10.0.8.0/24", "eu-west-1a").pop("CidrBlock")
    assert addresses(network, created("subnet-full", "subnet-unknown", "subnet-six")) == []


def test_nat_gateway_gets_an_interface_and_a_public_address() -> None:
    network = Network()
    network.interface("eni-1", "10.0.2.254", "subnet-b")
    found = assign_addresses(apply_changes(network.world(), [nat_gateway()]))
    interface = found.facts.network_interfaces[-1]
    assert (interface.interface_type, interface.subnet_id) == ("nat_gateway", "subnet-b")
    assert (interface.private_ip_address, interface.association.public_ip) == ("10.0.2.253", "203.0.113.1")
    (gateway,) = found.facts.nat_gateways
    assert gateway.nat_gateway_addresses == (
        NatAddress(
            private_ip=Address4("10.0.2.253"),
            public_ip=Address4("203.0.113.1"),
            allocation_id="eipalloc-nat-new-vpc-1",
            network_interface_id="eni-nat-new-vpc-1",
        ),
    )


def test_nat_gateways_get_different_public_addresses() -> None:
    other = nat_gateway("nat-new-vpc-2", "subnet-a")
    found = assign_addresses(apply_changes(Network().world(), [nat_gateway(), other]))
    publics = [interface.association.public_ip for interface in found.facts.network_interfaces]
    assert publics == ["203.0.113.1", "203.0.113.2"]


def test_nat_gateways_of_a_subnet_get_different_addresses() -> None:
    assert addresses(Network(), nat_gateway(), nat_gateway("nat-new-vpc-2")) == ["10.0.2.254", "10.0.2.253"]


def test_existing_nat_gateway_keeps_its_address() -> None:
    network = Network()
    network.nat()
    network.nat("nat-2", "subnet-a", "10.0.1.9", NatGatewayAddresses=[{}])
    before = network.world()
    assert assign_addresses(before).facts.nat_gateways == before.facts.nat_gateways


def test_nat_gateway_without_listed_addresses_gets_one() -> None:
    network = Network()
    network.nat("nat-new-1")
    network.row("NatGateways", "nat-new-1").pop("NatGatewayAddresses")
    (gateway,) = assign_addresses(network.world()).facts.nat_gateways
    assert isinstance(gateway.nat_gateway_addresses, tuple)
    assert [row.private_ip for row in gateway.nat_gateway_addresses] == ["10.0.2.254"]


def test_nat_gateway_in_a_full_or_unknown_subnet_gets_no_address() -> None:
    network = Network()
    network.subnet("subnet-full", "10.0.9.0/28", "eu-west-1a")
    for last in range(4, 15):
        network.interface(f"eni-{last}", f"10.0.9.{last}", "subnet-full")
    assert addresses(network, nat_gateway(subnet="subnet-full")) == []
    assert addresses(network, nat_gateway(subnet="subnet-unknown")) == []
