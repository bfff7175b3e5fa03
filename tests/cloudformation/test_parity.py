"""The templates make what the Terraform module makes, with the defaults of both and without."""

import json
from functools import cache
from typing import Any

import hcl2
import pytest

from skerry.plan.changes import CreateInterfaceEndpoint
from tests.cloudformation.resolving import read
from tests.cloudformation.stacks import ARNS, CIDRS, ENDPOINT, LISTS, endpoints, opened, services
from tests.holdings import EXECUTION, SECRET, Resources, statement
from tests.networks import ACCOUNT, REGION
from tests.planning import planned
from tests.terraform.existing import answers
from tests.terraform.planning import module, only
from tests.terraform.planning import opened as opened_by_the_module
from tests.terraforming import ROOT

MODULE, TEMPLATE = ROOT / "terraform", ROOT / "cloudformation" / "endpoints.yaml"
RULES_OUT = "aws_vpc_security_group_egress_rule"


@cache
def variables() -> dict[str, Any]:
    parsed = hcl2.loads((MODULE / "variables.tf").read_text(encoding="utf-8"))
    return {key.strip('"'): about for row in parsed["variable"] for key, about in row.items()}


def default_of(name: str) -> Any:
    """Return the default of an argument of the module."""
    return _plain(variables()[name]["default"])


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.strip('"') if isinstance(value, str) else value


def parameter(name: str) -> str:
    default: str = read(TEMPLATE)["Parameters"][name]["Default"]
    return default


def switched_on(*names: str) -> list[str]:
    return [name for name in names if parameter(name) == "true"]


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("name", "Name"),
        ("ingress", "Ingress"),
        ("platform_version", "PlatformVersion"),
        ("task_egress", "TaskEgress"),
        ("central", "Central"),
    ],
)
def test_parameter_has_the_default_of_the_modules_argument(argument: str, name: str) -> None:
    default = default_of(argument)

    assert parameter(name) == (str(default).lower() if isinstance(default, bool) else default)


def test_endpoints_are_made_by_default_as_by_the_module() -> None:
    assert default_of("ecr") is True
    assert switched_on("EcrApi", "EcrDkr") == ["EcrApi", "EcrDkr"]
    assert default_of("services") == ["logs"]
    assert switched_on("Logs", "SecretsManager", "Ssm", "SsmMessages", "Kms") == ["Logs"]
    assert default_of("gateways") == ["s3"]
    assert switched_on("S3", "DynamoDb") == ["S3"]
    assert default_of("least_privilege") in (None, "null")
    assert switched_on("LeastPrivilege") == []


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
def test_default_stack_makes_what_the_module_plans() -> None:
    rows, stack = module(answers()), endpoints()
    planned = {address: row for address, row in rows.items() if address.startswith("aws_vpc_endpoint.")}

    assert services(stack) == {row["service_name"] for row in planned.values()}
    assert opened(stack) == opened_by_the_module(rows)
    assert {cidr for cidr, *_ in opened(stack)} == set(CIDRS)
    assert {row["Tags"][0]["Value"] for row in stack.of(ENDPOINT).values()} == {
        row["tags"]["Name"] for row in planned.values()
    }
    assert only(rows, RULES_OUT) == {}
    assert [rule["CidrIp"] for rule in stack.resources["EndpointGroup"]["SecurityGroupEgress"]] == ["127.0.0.1/32"]


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize(
    ("arguments", "parameters"),
    [
        ({"ingress": "article"}, {"Ingress": "article"}),
        (
            {"ingress": "from-tasks", "task_security_group_ids": ["sg-0a"]},
            {"Ingress": "from-tasks", "TaskSecurityGroupIds": "sg-0a"},
        ),
        ({"ecr": False, "gateways": []}, {"EcrApi": "false", "EcrDkr": "false", "S3": "false"}),
        (
            {"services": ["kms", "sqs"], "gateways": ["s3", "dynamodb"]},
            {
                "Logs": "false",
                "Kms": "true",
                "OtherServices": "sqs",
                "DynamoDb": "true",
            },
        ),
        ({"platform_version": "1.3.0"}, {"PlatformVersion": "1.3.0"}),
    ],
    ids=["article", "from-tasks", "no ECR and S3", "other services", "platform version"],
)
def test_parameters_make_what_the_modules_arguments_plan(arguments: dict[str, Any], parameters: dict[str, str]) -> None:
    rows, stack = module(answers(), **arguments), endpoints(**parameters)

    assert stack.refused == []
    assert services(stack) == {
        row["service_name"] for address, row in rows.items() if address.startswith("aws_vpc_endpoint.")
    }
    assert opened(stack) == opened_by_the_module(rows)


def permissions(policy: Any) -> set[tuple[str, str]]:
    """The actions that a policy allows, each with its resource."""
    return {
        (action, resource)
        for statement in policy["Statement"]
        for action in _listed(statement["Action"])
        for resource in _listed(statement["Resource"])
    }


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


@pytest.mark.long
@pytest.mark.usefixtures("needs_terraform")
@pytest.mark.parametrize("creates", [False, True], ids=["log groups exist", "tasks create them"])
def test_least_privilege_allows_what_the_modules_does(*, creates: bool) -> None:
    arguments = {"secrets": "SecretArns", "parameters": "ParameterArns", "keys": "KeyArns"}
    arguments |= {"repositories": "RepositoryArns", "log_groups": "LogGroupArns"}
    lists = LISTS | ARNS
    names = ["logs", "secretsmanager", "ssm", "ssmmessages", "kms"]
    least = {argument: [lists[name]] for argument, name in arguments.items()} | {"create_log_groups": creates}
    rows = module(answers(), services=names, least_privilege=least)
    switches = dict.fromkeys(("SecretsManager", "Ssm", "SsmMessages", "Kms", "LeastPrivilege"), "true")
    stack = endpoints(**switches, **lists, CreateLogGroups=str(creates).lower())

    planned = {
        row["service_name"]: permissions(json.loads(row["policy"]))
        for address, row in rows.items()
        if address.startswith("aws_vpc_endpoint.")
    }
    made = {row["ServiceName"]: permissions(row["PolicyDocument"]) for row in stack.of(ENDPOINT).values()}
    assert made == planned


def test_least_privilege_allows_the_actions_of_the_planner() -> None:
    """The actions at each endpoint that a task has by its image, logs and secrets; the planner may narrow resources."""
    network = Resources()
    network.rows["VpcEndpoints"].clear()
    network.app["secrets"] = [
        {"name": "SECRET", "valueFrom": SECRET},
        {"name": "PARAMETER", "valueFrom": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/web/db"},
    ]
    network.role(EXECUTION, statement(["ecr:*", "logs:*", "secretsmanager:*", "ssm:*"]))
    found = [row.change for row in planned(network, least_privilege=True).changes]
    created = [change for change in found if isinstance(change, CreateInterfaceEndpoint) and change.policy]
    planned_actions = {change.service_name: actions(json.loads(change.policy or "")) for change in created}
    assert len(planned_actions) == len({"ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm"})

    switches = dict.fromkeys(("SecretsManager", "Ssm", "LeastPrivilege"), "true")
    stack = endpoints(**switches, **LISTS | ARNS)
    made = {row["ServiceName"]: actions(row["PolicyDocument"]) for row in stack.of(ENDPOINT).values()}
    assert {name: made[name] for name in planned_actions} == planned_actions


def actions(policy: Any) -> set[str]:
    return {action for action, _ in permissions(policy)}
