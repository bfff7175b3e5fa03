"""Addresses for what a plan creates, as a rehearsal needs them."""

from skerry.plan.assign_addresses import assign_addresses
from skerry.plan.changes import CreateGatewayEndpoint, CreateInterfaceEndpoint, ModifyEndpoint
from skerry.plan.world_after import apply_changes
from tests.networks import Network

LOGS = "com.amazonaws.eu-west-1.logs"


def created(*subnets: str) -> CreateInterfaceEndpoint:
    return CreateInterfaceEndpoint("vpce-new-logs-vpc-1", "vpc-1", LOGS, subnets, ("sg-open",))


def addresses(
    network: Network, *changes: CreateInterfaceEndpoint | CreateGatewayEndpoint | ModifyEndpoint
) -> list[str]:
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
