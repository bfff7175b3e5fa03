"""A network in which a resource that a launch needs is known to be absent is never ok.

What a launch needs is read here from its own definition by AWS's documentation, and not asked of the code under test:
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-execution-IAM-role.html
"""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.launch.launches import launch_of_service
from skerry.model.world import World
from skerry.reach.walk import Walker
from skerry.sources import documents
from skerry.verdicts import OK, Verdict
from tests.holdings import EXECUTION, SECRET, TASK, Resources
from tests.networks import REGION

SCENARIOS = Path(__file__).parent.parent / "scenarios"
# Where one of them is at hand, a way may lead past the endpoints of the task's own VPC.
OTHER_WAYS = ("InternetGateways", "NatGateways", "TransitGateways", "VpcPeeringConnections", "HostedZones", "Calls")
ECR_HOST = re.compile(r"^\d{12}\.dkr\.ecr\.")

Rows = dict[str, Any]
Absence = tuple[str, str, Rows]
"""The service that needs a resource, what is absent, and the rows without it."""


def verdicts(rows: Rows) -> dict[str, Verdict]:
    """Return the verdict of each service of a network."""
    world = World(documents.load({"network.json": json.dumps(rows).encode()}, region=REGION))
    diagnosis = diagnose(Walker(world), [launch_of_service(world, service) for service in world.facts.services])
    return {service.launch.name: service.verdict for service in diagnosis.services}


def without(rows: Rows, key: str, **values: object) -> Rows:
    """Leave out the rows that have these values; the answer that holds the key stays complete."""
    kept = [row for row in rows[key] if any(row.get(name) != value for name, value in values.items())]
    assert len(kept) < len(rows[key]), (key, values)
    return rows | {key: kept}


def definition_of(rows: Rows, service: Rows) -> Rows:
    """Return the task definition of a service."""
    wanted = service["taskDefinition"].rpartition("/")[2]
    return next(
        row
        for row in rows["taskDefinitions"]
        if wanted in (f"{row['family']}:{row.get('revision')}", row["taskDefinitionArn"].rpartition("/")[2])
    )


def services_called(definition: Rows) -> set[str]:
    """Return the AWS services that a task on platform version 1.4.0 calls while it starts, S3 aside."""
    called = set()
    for row in definition["containerDefinitions"]:
        if ECR_HOST.match(row["image"]):
            called |= {"ecr.api", "ecr.dkr"}
        if row.get("logConfiguration", {}).get("logDriver") == "awslogs":
            called.add("logs")
        for secret in row.get("secrets", ()):
            is_secret = secret["valueFrom"].startswith("arn:aws:secretsmanager:")
            called.add("secretsmanager" if is_secret else "ssm")
    return called


def network_absences(rows: Rows, service: Rows) -> Iterator[tuple[str, Rows]]:
    """Yield what a service names itself, each time without one of them."""
    network = service["networkConfiguration"]["awsvpcConfiguration"]
    for subnet in network["subnets"]:
        yield subnet, without(rows, "Subnets", SubnetId=subnet)
    for group in network.get("securityGroups", ()):
        yield group, without(rows, "SecurityGroups", GroupId=group)


def endpoint_absences(rows: Rows, definition: Rows) -> Iterator[tuple[str, Rows]]:
    """Yield the rows of a closed VPC without each of the endpoints of a service that is called."""
    if any(rows.get(key) for key in OTHER_WAYS) or len(rows["Vpcs"]) > 1:
        return
    called = {f"com.amazonaws.{REGION}.{service}" for service in services_called(definition)}
    for endpoint in rows["VpcEndpoints"]:
        if endpoint["ServiceName"] in called and endpoint["VpcEndpointType"] == "Interface":
            name = endpoint["ServiceName"]
            yield name, without(rows, "VpcEndpoints", ServiceName=name, VpcEndpointType="Interface")
    if f"com.amazonaws.{REGION}.ecr.dkr" in called:
        lost = copy.deepcopy(rows)
        for table in lost["RouteTables"]:
            table["Routes"] = [route for route in table["Routes"] if "DestinationPrefixListId" not in route]
        interfaces = [row for row in rows["VpcEndpoints"] if row["ServiceName"].endswith(".s3")]
        if all(row["VpcEndpointType"] == "Gateway" for row in interfaces):
            yield "the routes to S3", lost


def scenario_absences(rows: Rows) -> Iterator[Absence]:
    """Yield what the services of a sound scenario need, each time without one of them."""
    sound = {name for name, verdict in verdicts(rows).items() if verdict is OK}
    for service in rows["services"]:
        if service["serviceName"] in sound:
            for what, changed in network_absences(rows, service):
                yield service["serviceName"], what, changed
            for what, changed in endpoint_absences(rows, definition_of(rows, service)):
                yield service["serviceName"], what, changed


def sound_scenarios() -> list[Path]:
    """Return the networks of the scenarios in which a service starts."""
    return [
        path
        for path in sorted(SCENARIOS.glob("*/network.json"))
        if '"verdict": "ok"' in path.with_name("expected.json").read_text(encoding="utf-8")
        and json.loads(path.read_text(encoding="utf-8")).get("services")
    ]


def test_service_without_a_required_part_of_its_network_is_never_ok() -> None:
    absences = [
        (path.parent.name, *absence)
        for path in sound_scenarios()
        for absence in scenario_absences(json.loads(path.read_text(encoding="utf-8")))
    ]
    assert [(scenario, name, what) for scenario, name, what, rows in absences if verdicts(rows).get(name) is OK] == []
    kinds = {what for _, _, what, _ in absences}
    assert len(absences) > 150
    assert {"the routes to S3", f"com.amazonaws.{REGION}.ecr.api", f"com.amazonaws.{REGION}.logs"} <= kinds


@pytest.mark.parametrize("arn", [EXECUTION, TASK])
def test_service_without_a_role_is_never_ok(arn: str) -> None:
    network = Resources()
    rows = without(network.rows, "RoleDetailList", Arn=arn)
    assert verdicts(network.rows) == {"web": OK}
    assert verdicts(rows)["web"] is not OK


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ("secretsmanager:DescribeSecret", "ResourceNotFoundException"),
        ("ecr:BatchGetImage", "RepositoryNotFoundException"),
    ],
)
def test_service_with_a_resource_that_aws_denies_having_is_never_ok(action: str, code: str) -> None:
    network = Resources()
    asked = [row["Call"]["parameters"] for row in network.rows["Calls"] if row["Call"]["operation"] == action]
    assert asked
    assert verdicts(network.rows) == {"web": OK}
    for parameters in asked:
        network.refuse(action, parameters, code)
    assert verdicts(network.rows)["web"] is not OK


def test_service_with_a_deleted_secret_is_never_ok() -> None:
    network = Resources()
    network.tell("secretsmanager:DescribeSecret", {"SecretId": SECRET}, {"ARN": SECRET, "Name": "db", "DeletedDate": 1})
    assert verdicts(network.rows)["web"] is not OK


def test_service_without_its_log_group_is_never_ok() -> None:
    network = Resources()
    network.tell("logs:DescribeLogGroups", {"logGroupNamePrefix": "/ecs/web"}, {"logGroups": []})
    assert verdicts(network.rows)["web"] is not OK


def test_service_without_its_image_is_never_ok() -> None:
    network = Resources()
    asked = [row["Call"]["parameters"] for row in network.rows["Calls"]]
    parameters = next(row for row in asked if row.keys() == {"registryId", "repositoryName"})
    failure = {"imageId": {"imageTag": "1"}, "failureCode": "ImageNotFound", "failureReason": "no"}
    network.tell("ecr:BatchGetImage", parameters, {"images": [], "failures": [failure]})
    assert verdicts(network.rows)["web"] is not OK
