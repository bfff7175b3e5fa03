"""Global names of AWS services in environment variables."""

import pytest

from skerry import checks
from skerry.diagnose.diagnosis import Finding
from tests.holdings import Resources
from tests.networks import DEFINITION, REGION

LEGACY = ("AWS_STS_REGIONAL_ENDPOINTS", "legacy")
QUEUE = ("QUEUE", f"https://{REGION}.queue.amazonaws.com/111122223333/orders")


def findings(network: Resources) -> list[Finding]:
    return [item for item in checks.run(network.walker().world, network.diagnosis()) if item.id == "global-names"]


def with_variable(name: str, value: object) -> Resources:
    network = Resources()
    network.endpoint("vpce-57", "sts", ["subnet-a", "subnet-b"])
    network.endpoint("vpce-59", "sqs", ["subnet-a", "subnet-b"])
    network.app["environment"] = [{"name": name, "value": value}]
    return network


@pytest.mark.parametrize(
    ("variable", "host", "regional"),
    [
        (LEGACY, "sts.amazonaws.com", f"sts.{REGION}.amazonaws.com"),
        (("AWS_ENDPOINT_URL_STS", "https://sts.amazonaws.com"), "sts.amazonaws.com", f"sts.{REGION}.amazonaws.com"),
        (QUEUE, f"{REGION}.queue.amazonaws.com", f"sqs.{REGION}.amazonaws.com"),
    ],
)
def test_global_name_out_of_reach_is_reported_with_the_regional_one(
    variable: tuple[str, str], host: str, regional: str
) -> None:
    (finding,) = findings(with_variable(*variable))
    where = "out of reach from subnet-a, subnet-b"
    message = f"container app calls {host} by {variable[0]}, {where}; {regional} is the Regional name"
    assert (finding.resource, finding.message) == ("web:1", message)


@pytest.mark.parametrize("variable", [LEGACY, QUEUE])
def test_global_name_within_reach_by_nat_is_not_reported(variable: tuple[str, str]) -> None:
    network = with_variable(*variable)
    network.serve_internet_by_nat()
    (finding,) = findings(network)
    assert "out of reach from subnet-b;" in finding.message  # the NAT gateway's own subnet gives no public addresses
    vpc = network.rows["services"][0]["networkConfiguration"]["awsvpcConfiguration"]
    vpc["subnets"] = ["subnet-a"]
    assert findings(network) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AWS_STS_REGIONAL_ENDPOINTS", "regional"),
        ("OTHER", "legacy"),
        ("STS", f"sts.{REGION}.amazonaws.com"),
        ("NUMBER", 5),
        ("NULL", None),
    ],
)
def test_other_values_are_not_reported_and_lose_no_container(name: str, value: object) -> None:
    network = with_variable(name, value)
    assert findings(network) == []
    assert network.diagnosis().services[0].verdict == Resources().diagnosis().services[0].verdict


def test_legacy_setting_means_nothing_in_a_newer_region() -> None:
    network = with_variable(*LEGACY)
    network.rows["services"][0]["serviceArn"] = "arn:aws:ecs:eu-south-2:111122223333:service/shop/web"
    assert findings(network) == []


def test_services_without_a_launch_or_a_definition_are_not_reported() -> None:
    network = with_variable(*LEGACY)
    network.rows["services"][0]["status"] = "INACTIVE"
    assert findings(network) == []
    network = with_variable(*LEGACY)
    del network.row("taskDefinitions", DEFINITION)["containerDefinitions"]
    assert findings(network) == []
    network = with_variable(*LEGACY)
    network.forget("taskDefinitions")
    assert findings(network) == []
