"""Where interface endpoints are put: one subnet for each zone of the tasks, if the zone offers the service."""

from typing import Any

from skerry.plan.changes import Advise, CreateInterfaceEndpoint
from skerry.verdicts import BLOCKED
from tests.networks import REGION, Network
from tests.planning import isolated, of_kind, planned

ALL_ZONES = ["eu-west-1a", "eu-west-1b"]
TASKS = ["subnet-a", "subnet-a2", "subnet-b"]


def spread(**places: Any) -> Network:
    """A service in three subnets of two zones."""
    network = isolated(subnets=TASKS)
    network.subnet("subnet-a2", "10.0.3.0/24", "eu-west-1a")
    for name, more in places.items():
        network.row("Subnets", name.replace("_", "-")).update(more)
    return network


def offered(network: Network, *zones: str) -> None:
    """Say in which zones ECR's API is offered."""
    kinds = [{"ServiceType": "Interface"}]
    network.add(
        "ServiceDetails",
        ServiceName=f"com.amazonaws.{REGION}.ecr.api",
        ServiceType=kinds,
        AvailabilityZones=list(zones),
    )


def subnets(network: Network) -> tuple[str, ...]:
    """The subnets of the endpoint for ECR's API."""
    rows = of_kind(planned(network), CreateInterfaceEndpoint)
    return next((row.subnets for row in rows if row.service_name.endswith("ecr.api")), ())


def test_endpoint_gets_a_subnet_in_each_task_zone() -> None:
    assert subnets(spread()) == ("subnet-a", "subnet-b")


def test_endpoint_prefers_subnets_of_existing_endpoints() -> None:
    network = spread()
    network.subnet("subnet-e", "10.0.9.0/24", "eu-west-1a")
    network.endpoint("vpce-5e", "sqs", ["subnet-e"])
    assert subnets(network) == ("subnet-e", "subnet-b")


def test_endpoint_avoids_subnets_without_free_addresses() -> None:
    assert subnets(spread(subnet_a={"AvailableIpAddressCount": 0})) == ("subnet-a2", "subnet-b")


def test_endpoint_is_not_created_if_no_subnet_has_free_addresses() -> None:
    """The tasks have their addresses already; an endpoint needs one more."""
    full = {"AvailableIpAddressCount": 0}
    network = spread(subnet_a=full, subnet_a2=full, subnet_b=full)
    found = planned(network)
    assert of_kind(found, CreateInterfaceEndpoint) == []
    messages = " ".join(row.message for row in of_kind(found, Advise))
    assert f"no subnet of the tasks has room for an endpoint of com.amazonaws.{REGION}.ecr.api" in messages
    assert (found.after, found.proven) == (BLOCKED, False)


def test_endpoint_gets_a_single_subnet_if_zones_are_unknown() -> None:
    network = spread()
    for row in network.rows["Subnets"]:
        row.pop("AvailabilityZone")
    assert subnets(network) == ("subnet-a",)


def test_endpoint_avoids_local_zones() -> None:
    assert subnets(spread(subnet_b={"AvailabilityZone": "eu-west-1-lon-1a"})) == ("subnet-a",)


def test_endpoint_avoids_zones_without_the_service() -> None:
    network = spread()
    offered(network, "eu-west-1b", "eu-west-1c")
    assert subnets(network) == ("subnet-b",)
    unread = [row.message for row in planned(network).findings if row.id == "endpoint-zones-unread"]
    assert len(unread) == 1
    assert "ecr.api" not in unread[0]


def test_endpoint_uses_all_task_zones_if_service_zones_are_unread() -> None:
    network = spread()
    offered(network)
    network.rows["ServiceDetails"][0].pop("AvailabilityZones")
    assert subnets(network) == ("subnet-a", "subnet-b")


def test_service_zones_come_from_the_interface_type_only() -> None:
    """S3 is offered twice by one name: as a gateway, which needs no subnet, and as an interface."""
    network = spread()
    name = f"com.amazonaws.{REGION}.s3"
    for kind, zones in (("Gateway", ALL_ZONES), ("Interface", ["eu-west-1a"])):
        network.add("ServiceDetails", ServiceName=name, ServiceType=[{"ServiceType": kind}], AvailabilityZones=zones)
    world = network.world()
    assert len(world.facts.endpoint_services) == 2
    assert world.zones_of_endpoint_service(name) == ("eu-west-1a",)
