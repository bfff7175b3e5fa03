"""The first service in Terraform, applied on paper: skerry says that its tasks start."""

import json
from functools import cache
from typing import Any

import pytest

from skerry.verdicts import BLOCKED, OK
from tests.networks import ACCOUNT, REGION, Row, allow
from tests.terraform.existing import VPC, answers
from tests.terraforming import ROOT, plan, planned, standing
from tests.written import PREFIX_LIST, Endpoint, Made, Written

pytestmark = pytest.mark.usefixtures("needs_terraform")

EXAMPLE = ROOT / "terraform" / "examples" / "first-service"
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
MADE = {
    "aws_vpc": {"id": VPC},
    "aws_ecr_repository": {
        "arn": f"arn:aws:ecr:{REGION}:{ACCOUNT}:repository/{{name}}",
        "repository_url": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{{name}}",
    },
    "aws_cloudwatch_log_group": {"arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{{name}}"},
    "aws_iam_role": {"arn": f"arn:aws:iam::{ACCOUNT}:role/{{name}}", "id": "{name}"},
    "aws_vpc_endpoint": {"id": "vpce-{made_up}", "prefix_list_id": PREFIX_LIST},
}

Rows = dict[str, dict[str, Any]]


@cache
def applied() -> Rows:
    with standing(EXAMPLE, answers() | {"made": MADE}, desired_count=2) as root:
        return planned(root.state())


def of(rows: Rows, kind: str) -> list[dict[str, Any]]:
    return [row for address, row in rows.items() if f".{kind}." in f".{address}"]


def rules(rows: Rows, kind: str, group: str) -> list[Row]:
    return [
        allow(
            row["ip_protocol"],
            row["from_port"],
            row["to_port"],
            **{
                name: row[key]
                for name, key in (
                    ("cidr", "cidr_ipv4"),
                    ("group", "referenced_security_group_id"),
                    ("prefix_list", "prefix_list_id"),
                )
                if row[key]
            },
        )
        for row in of(rows, kind)
        if row["security_group_id"] == group
    ]


def read(rows: Rows) -> Written:
    (vpc,), (definition,), (service,) = (
        of(rows, f"aws_{kind}") for kind in ("vpc", "ecs_task_definition", "ecs_service")
    )
    (own,) = of(rows, "aws_iam_role_policy")
    groups = [row["id"] for row in of(rows, "aws_security_group")]
    roles = {row["arn"]: row for row in of(rows, "aws_iam_role")}
    (network,) = service["network_configuration"]
    return Written(
        cidr=vpc["cidr_block"],
        dns=(vpc["enable_dns_support"], vpc["enable_dns_hostnames"]),
        subnets={row["id"]: (row["cidr_block"], row["availability_zone"]) for row in of(rows, "aws_subnet")},
        tables={
            row["id"]: [
                one["subnet_id"]
                for one in of(rows, "aws_route_table_association")
                if one["route_table_id"] == row["id"]
            ]
            for row in of(rows, "aws_route_table")
        },
        inbound={group: rules(rows, "aws_vpc_security_group_ingress_rule", group) for group in groups},
        outbound={group: rules(rows, "aws_vpc_security_group_egress_rule", group) for group in groups},
        endpoints={row["id"]: endpoint(row) for row in of(rows, "aws_vpc_endpoint")},
        trusts={arn: json.loads(row["assume_role_policy"]) for arn, row in roles.items()},
        statements={
            arn: json.loads(own["policy"])["Statement"] if own["role"] == row["name"] else []
            for arn, row in roles.items()
        },
        repository=of(rows, "aws_ecr_repository")[0]["name"],
        log_group=of(rows, "aws_cloudwatch_log_group")[0]["name"],
        definition={
            "containerDefinitions": json.loads(definition["container_definitions"]),
            "executionRoleArn": definition["execution_role_arn"],
            "taskRoleArn": definition["task_role_arn"],
        },
        network={"subnets": network["subnets"], "groups": network["security_groups"]},
    )


def endpoint(row: dict[str, Any]) -> Endpoint:
    gateway = row["vpc_endpoint_type"] == "Gateway"
    return Endpoint(
        row["vpc_endpoint_type"],
        row["service_name"],
        row["route_table_ids"] if gateway else row["subnet_ids"],
        json.loads(row["policy"]),
        row["security_group_ids"],
        row["private_dns_enabled"] is True,
    )


def test_first_service_plans_with_unknown_ids() -> None:
    rows = planned(plan(EXAMPLE, answers() | {"made": MADE}))

    assert len(of(rows, "aws_vpc_endpoint")) == 4
    (service,) = of(rows, "aws_ecs_service")
    assert service["desired_count"] == 0


def test_first_service_tasks_start() -> None:
    made = Made(read(applied()))

    assert made.bad() == {}
    assert made.found().verdict is OK
    assert {row.need.step for row in made.found().needs} >= {"registry-auth", "manifest", "logs", "layers"}


@pytest.mark.parametrize(
    ("left_out", "bad"),
    [
        ('aws_vpc_endpoint.gateway["s3"]', {"layers"}),
        ('aws_vpc_endpoint.interface["logs"]', {"logs"}),
        ('egress_rule.to_gateways["tasks/s3"]', {"layers"}),
        ('egress_rule.to_endpoints["tasks"]', {"registry-auth", "manifest", "logs"}),
        ('ingress_rule.tasks["tasks"]', {"registry-auth", "manifest", "logs"}),
    ],
    ids=["gateway", "endpoint", "egress to the list", "egress to the endpoints", "ingress"],
)
def test_first_service_tasks_are_blocked_if_a_part_is_missing(left_out: str, bad: set[str]) -> None:
    rows = {address: row for address, row in applied().items() if not address.endswith(left_out)}
    assert len(rows) == len(applied()) - 1

    made = Made(read(rows))

    assert {step for step, verdict in made.bad().items() if verdict is BLOCKED} == bad


@pytest.mark.parametrize(
    ("service", "old", "new", "bad"),
    [
        ("s3", "starport", "other", "layers"),
        (
            "s3",
            '"Effect":"Allow"',
            f'"Condition":{{"StringEquals":{{"aws:PrincipalAccount":"{ACCOUNT}"}}}},"Effect":"Allow"',
            "layers",
        ),
        ("ecr.dkr", "repository/first", "repository/second", "manifest"),
        ("logs", "/ecs/first", "/ecs/second", "logs"),
    ],
    ids=["another bucket", "own account only", "another repository", "another log group"],
)
def test_first_service_tasks_are_blocked_by_narrower_policies(service: str, old: str, new: str, bad: str) -> None:
    rows = {address: dict(row) for address, row in applied().items()}
    (row,) = (row for address, row in rows.items() if address.endswith(f'"{service}"]') and "policy" in row)
    assert old in row["policy"]
    row["policy"] = row["policy"].replace(old, new)

    made = Made(read(rows))

    assert made.step(bad).verdict is BLOCKED
    assert {blocker.code for blocker in made.step(bad).blockers} == {"ENDPOINT_POLICY_DENIES"}
