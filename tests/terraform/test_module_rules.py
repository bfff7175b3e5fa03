"""What the Terraform module refuses, whom it admits, where names lead, and what its policies allow."""

import json

import pytest

from tests.terraform.existing import Subnet, answers
from tests.terraform.planning import (
    INTERFACE,
    TASKS,
    Json,
    endpoint,
    failed_checks,
    module,
    only,
    opened,
    policy,
    refusal,
    whole,
)
from tests.terraforming import planned

pytestmark = [pytest.mark.usefixtures("needs_terraform"), pytest.mark.long]

# ------------------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"ingress": "subnet"}, "ingress must be subnets, from-tasks or article"),
        ({"ingress": "from-tasks"}, "need the groups of the tasks"),
        ({"task_egress": True}, "need the groups of the tasks"),
        ({"platform_version": "1.5.0"}, "platform_version must be 1.3.0 or 1.4.0"),
        ({"services": ["s3"]}, "s3 and dynamodb belong into gateways"),
        ({"services": ["Logs "]}, "services holds names such as logs"),
        ({"gateways": ["sqs"]}, "no other service has a gateway endpoint"),
        ({"vpc_tags": {"a": "b"}}, "Give either vpc_id or vpc_tags"),
        ({"vpc_id": None}, "Give either vpc_id or vpc_tags"),
        ({"subnet_ids": []}, "Give the tasks' subnets in exactly one way"),
        ({"subnet_ids": ["subnet-a"], "subnet_tags": {"a": "b"}}, "Give the tasks' subnets in exactly one way"),
        ({"route_table_ids": ["rtb-1"], "route_table_tags": {"a": "b"}}, "Give only one of route_table_ids"),
        ({"client_cidrs": ["10.0.0.0"]}, "client_cidrs holds CIDR blocks"),
        ({"policies": {"logs": "{"}}, "policies holds JSON"),
        ({"spoke_vpcs": {"one": {"id": "vpc-2"}}}, "spoke_vpcs need central = true"),
        ({"name": "sg-1"}, "name must not start with sg-"),
        (
            {"least_privilege": {"repositories": ["arn:aws:ecr:eu-west-1:1:repository/web"]}},
            "an endpoint of logs, and least_privilege names no log_groups",
        ),
        ({"policies": {"logs": json.dumps("x" * 20_480)}}, "longer than the 20,480 characters"),
        ({"policies": {"s3": json.dumps("x" * 20_480)}}, "longer than the 20,480 characters"),
        (
            {"gateways": ["dynamodb"], "ecr": False, "services": [], "least_privilege": {}},
            "an endpoint of dynamodb, and least_privilege names no tables",
        ),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else None,
)
def test_invalid_variables_are_refused_at_plan_time(variables: Json, why: str) -> None:
    assert why in refusal(**variables)


@pytest.mark.parametrize("dns", [(True, False), (False, True)], ids=["no host names", "no resolver"])
def test_vpc_without_dns_attributes_is_refused(dns: tuple[bool, bool]) -> None:
    why = refusal(answers(dns=dns), gateways=[])

    assert "first set enable_dns_support and enable_dns_hostnames of vpc-1" in why


def test_gateway_only_vpc_without_dns_support_is_refused() -> None:
    why = refusal(answers(dns=(False, True)), ecr=False, services=[])

    assert "no name of s3 resolves in vpc-1: first set its enable_dns_support" in why


def test_service_name_unknown_to_aws_is_refused() -> None:
    assert "com.amazonaws.eu-west-1.lgos" in refusal(services=["lgos"])


# ----------------------------------------------------------------------------------------------------- security groups


def test_from_tasks_ingress_allows_only_the_task_security_group() -> None:
    rows = module(ingress="from-tasks", task_security_group_ids=[TASKS])

    assert opened(rows) == {(TASKS, "tcp", 443, 443)}
    assert only(rows, "aws_vpc_security_group_egress_rule") == {}


def test_task_egress_allows_endpoints_and_gateway_prefix_lists() -> None:
    document = whole(task_security_group_ids=[TASKS, "sg-2"], task_egress=True, gateways=["s3", "dynamodb"])
    rows = only(planned(document), "aws_vpc_security_group_egress_rule")

    assert {(row["security_group_id"], row["from_port"], row["to_port"]) for row in rows.values()} == {
        (TASKS, 443, 443),
        ("sg-2", 443, 443),
    }
    assert len(rows) == 2 * 3
    assert {row["cidr_ipv4"] for row in rows.values()} == {None}


def test_client_cidrs_are_allowed_only_on_port_443() -> None:
    rows = module(ingress="article", client_cidrs=["10.9.0.0/16"])

    assert {row for row in opened(rows) if row[0] == "10.9.0.0/16"} == {("10.9.0.0/16", "tcp", 443, 443)}


# ------------------------------------------------------------------------------------------------------------- central


def test_central_endpoints_get_private_zones_with_apex_and_wildcard() -> None:
    spokes = {"one": {"id": "vpc-2"}, "two": {"id": "vpc-3", "region": "eu-west-1", "other_account": True}}
    rows = module(central=True, spoke_vpcs=spokes, gateways=[], services=[])

    assert {row["private_dns_enabled"] for row in only(rows, INTERFACE).values()} == {False}
    assert {row["name"] for row in only(rows, "aws_route53_zone.").values()} == {
        "api.ecr.eu-west-1.amazonaws.com",
        "dkr.ecr.eu-west-1.amazonaws.com",
    }
    assert {row["name"] for row in only(rows, "aws_route53_record.").values()} == {
        "api.ecr.eu-west-1.amazonaws.com",
        "*.api.ecr.eu-west-1.amazonaws.com",
        "dkr.ecr.eu-west-1.amazonaws.com",
        "*.dkr.ecr.eu-west-1.amazonaws.com",
    }
    assert {row["vpc_id"] for row in only(rows, "aws_route53_zone_association.").values()} == {"vpc-2"}
    assert {row["vpc_id"] for row in only(rows, "aws_route53_vpc_association_authorization.").values()} == {"vpc-3"}


def test_central_service_without_private_dns_name_is_refused() -> None:
    nameless = answers()
    nameless["aws_vpc_endpoint_service"] = [
        row | {"then": row["then"] | {"private_dns_name": ""}} for row in nameless["aws_vpc_endpoint_service"]
    ]

    assert "com.amazonaws.eu-west-1.logs has no private DNS name" in refusal(nameless, central=True, ecr=False)


# ------------------------------------------------------------------------------------------------------------ policies


def test_default_module_sets_no_endpoint_policy() -> None:
    assert not any(row.get("policy") for row in only(module(), "aws_vpc_endpoint").values())


USED = {
    "repositories": ["arn:aws:ecr:eu-west-1:111122223333:repository/web"],
    "log_groups": ["arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web:*"],
    "buckets": ["arn:aws:s3:::settings"],
    "tables": ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders"],
}


def test_s3_policy_allows_the_layer_bucket_and_given_buckets() -> None:
    statements = policy(module(least_privilege=USED), "s3")

    assert {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject"],
        "Resource": ["arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"],
    } in statements
    assert {(*row["Action"], *row["Resource"]) for row in statements} == {
        ("s3:GetObject", "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"),
        ("s3:GetObject", "arn:aws:s3:::settings/*"),
        ("s3:GetBucketLocation", "arn:aws:s3:::settings"),
    }


def test_least_privilege_policies_name_the_given_resources() -> None:
    rows = module(least_privilege=USED, gateways=["s3", "dynamodb"])

    assert policy(rows, "ecr.api") == policy(rows, "ecr.dkr")
    assert [row["Resource"] for row in policy(rows, "ecr.dkr")] == [["*"], USED["repositories"]]
    group = USED["log_groups"][0].removesuffix(":*")
    assert policy(rows, "logs")[0]["Resource"] == [group, f"{group}:*"]
    assert policy(rows, "dynamodb")[0]["Resource"] == [*USED["tables"], f"{USED['tables'][0]}/index/*"]


def test_layer_bucket_arn_uses_the_partition_of_the_region() -> None:
    subnets = {"subnet-a": Subnet("10.0.1.0/24", "cn-north-1a")}
    here = answers(subnets, region="cn-north-1", zones=["cn-north-1a"])
    rows = module(here, subnet_ids=["subnet-a"], least_privilege=USED)

    assert "arn:aws-cn:s3:::prod-cn-north-1-starport-layer-bucket/*" in policy(rows, "s3")[-1]["Resource"]


def test_given_policy_overrides_least_privilege() -> None:
    own = json.dumps({"Version": "2012-10-17", "Statement": []})
    rows = module(policies={"logs": own}, least_privilege={"repositories": USED["repositories"]})

    assert endpoint(rows, "logs")["policy"] == own


def test_least_privilege_reports_endpoints_without_a_policy() -> None:
    document = whole(services=["logs", "sqs"], least_privilege=USED)

    assert failed_checks(document) == {
        "check.least_privilege": "least_privilege knows no policy for sqs, which therefore let everything through: "
        "give theirs in policies."
    }
