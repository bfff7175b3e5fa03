"""What the Terraform module plans, in the words of Terraform's own plan."""

from pathlib import Path

import pytest

from skerry.catalogue.services import ServiceRef, endpoint_service_name_of, load_services
from tests.terraform.existing import SUBNETS, VPC, Subnet, answers
from tests.terraform.planning import (
    GATEWAY,
    INTERFACE,
    MODULE,
    RULE,
    endpoint,
    failed_checks,
    module,
    only,
    opened,
    refusal,
    whole,
)
from tests.terraforming import planned, settled

pytestmark = pytest.mark.usefixtures("needs_terraform")

# -------------------------------------------------------------------------------------------------------- what it makes


def test_default_module_creates_startup_endpoints_and_opens_only_443() -> None:
    rows = module()

    assert set(rows) == {
        "aws_security_group.endpoints[0]",
        f'{RULE}.cidr["10.0.1.0/24/tcp-443"]',
        f'{RULE}.cidr["10.0.2.0/24/tcp-443"]',
        f'{INTERFACE}["ecr.api"]',
        f'{INTERFACE}["ecr.dkr"]',
        f'{INTERFACE}["logs"]',
        f'{GATEWAY}["s3"]',
    }
    assert opened(rows) == {("10.0.1.0/24", "tcp", 443, 443), ("10.0.2.0/24", "tcp", 443, 443)}
    assert all(row["private_dns_enabled"] for row in only(rows, INTERFACE).values())
    assert endpoint(rows, "s3")["route_table_ids"] == ["rtb-private"]
    assert endpoint(rows, "s3")["service_name"] == "com.amazonaws.eu-west-1.s3"


def test_article_example_creates_five_endpoints_and_six_ingress_rules() -> None:
    document = settled(MODULE / "examples" / "article", answers(), vpc_id=VPC, private_subnet_ids=list(SUBNETS))
    rows = {address.removeprefix("module.endpoints."): row for address, row in planned(document).items()}

    assert set(only(rows, "aws_vpc_endpoint")) == {
        *(f'{INTERFACE}["{name}"]' for name in ("ecr.api", "ecr.dkr", "secretsmanager", "logs")),
        f'{GATEWAY}["s3"]',
    }
    assert opened(rows) == {
        (subnet.cidr, protocol, port, port)
        for subnet in SUBNETS.values()
        for protocol, port in (("tcp", 80), ("tcp", 443), ("udp", 53))
    }
    assert len(rows) == 5 + 6 + 1


@pytest.mark.long
def test_platform_1_3_needs_no_ecr_api_and_is_reported_as_retired() -> None:
    document = whole(platform_version="1.3.0")

    assert set(only(planned(document), INTERFACE)) == {f'{INTERFACE}["ecr.dkr"]', f'{INTERFACE}["logs"]'}
    assert failed_checks(document) == {
        "check.platform_version": "Platform version 1.3.0 is retired: no task starts on it since 15 June 2026. "
        "Use 1.4.0, which also needs ecr.api."
    }


@pytest.mark.long
def test_services_variable_accepts_short_and_full_service_names() -> None:
    named = {"secretsmanager", "ssm", "ssmmessages", "kms", "logs", "com.amazonaws.eu-west-1.sqs"}
    rows = module(services=sorted(named))

    made = {row["service_name"].removeprefix("com.amazonaws.eu-west-1.") for row in only(rows, INTERFACE).values()}
    assert made == {"secretsmanager", "ssm", "ssmmessages", "kms", "logs", "sqs", "ecr.api", "ecr.dkr"}


@pytest.mark.long
def test_dynamodb_gets_a_gateway_endpoint() -> None:
    rows = module(gateways=["s3", "dynamodb"])

    assert set(only(rows, GATEWAY)) == {f'{GATEWAY}["s3"]', f'{GATEWAY}["dynamodb"]'}


@pytest.mark.long
def test_module_without_interface_endpoints_creates_no_security_group() -> None:
    rows = module(ecr=False, services=[])

    assert set(rows) == {f'{GATEWAY}["s3"]'}


@pytest.mark.long
def test_tags_are_set_on_every_resource() -> None:
    rows = module(tags={"Team": "blue"})

    assert {row["tags"]["Team"] for row in rows.values()} == {"blue"}
    assert endpoint(rows, "logs")["tags"]["Name"] == "endpoints-logs"


@pytest.mark.long
@pytest.mark.parametrize("region", ["cn-north-1", "eusc-de-east-1", "us-iso-east-1", "us-iso-west-1", "us-gov-west-1"])
def test_service_names_follow_the_partition(region: str) -> None:
    known = {key: service for key, service in load_services().items() if "Interface" in service.types}
    named = {service.endpoint for key, service in known.items() if key not in {"s3", "dynamodb"}}
    subnets = {"subnet-a": Subnet("10.0.1.0/24", f"{region}a")}

    rows = module(
        answers(subnets, region=region, zones=[f"{region}a"]), services=sorted(named), subnet_ids=["subnet-a"]
    )

    assert {row["service_name"] for row in only(rows, INTERFACE).values()} == {
        endpoint_service_name_of(ServiceRef(key, region)) for key in known if key not in {"s3", "dynamodb"}
    }
    assert endpoint(rows, "s3")["service_name"] == f"com.amazonaws.{region}.s3"


# -------------------------------------------------------------------------------------------------- subnets and tables


@pytest.mark.long
def test_endpoint_gets_the_first_of_two_subnets_in_a_zone() -> None:
    subnets = {**SUBNETS, "subnet-c": Subnet("10.0.3.0/24", "eu-west-1a")}
    rows = module(answers(subnets), subnet_ids=["subnet-c", "subnet-b", "subnet-a"])

    assert endpoint(rows, "logs")["subnet_ids"] == ["subnet-a", "subnet-b"]
    assert {row[0] for row in opened(rows)} == {"10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"}


@pytest.mark.long
def test_endpoint_avoids_zones_without_the_service() -> None:
    rows = module(answers(offered={"logs": ["eu-west-1b"]}))

    assert endpoint(rows, "logs")["subnet_ids"] == ["subnet-b"]
    assert endpoint(rows, "ecr.api")["subnet_ids"] == ["subnet-a", "subnet-b"]


@pytest.mark.long
def test_service_offered_in_no_zone_is_refused() -> None:
    why = refusal(answers(offered={"logs": ["eu-west-1c"]}))

    assert "com.amazonaws.eu-west-1.logs is offered in eu-west-1c" in why
    assert "the subnets are in eu-west-1a, eu-west-1b" in why


@pytest.mark.parametrize(
    ("ingress", "keys"),
    [
        ("subnets", ['cidr["10.0.0.0/24/tcp-443"]', 'cidr["10.0.1.0/24/tcp-443"]']),
        ("from-tasks", ['tasks["web"]']),
    ],
)
def test_module_plans_with_unknown_ids(tmp_path: Path, ingress: str, keys: list[str]) -> None:
    (tmp_path / "main.tf").write_text(f"""
        resource "aws_vpc" "new" {{
          cidr_block = "10.0.0.0/16"
        }}
        resource "aws_subnet" "new" {{
          for_each          = {{ a = 0, b = 1 }}
          vpc_id            = aws_vpc.new.id
          availability_zone = "eu-west-1${{each.key}}"
          cidr_block        = cidrsubnet(aws_vpc.new.cidr_block, 8, each.value)
        }}
        resource "aws_route_table" "new" {{
          vpc_id = aws_vpc.new.id
        }}
        resource "aws_security_group" "tasks" {{
          vpc_id = aws_vpc.new.id
        }}
        module "endpoints" {{
          source               = "{MODULE}"
          vpc_id               = aws_vpc.new.id
          subnets              = aws_subnet.new
          route_table_ids      = [aws_route_table.new.id]
          ingress              = "{ingress}"
          task_security_groups = {{ web = aws_security_group.tasks.id }}
          task_egress          = true
        }}
        """)
    here = answers()
    here["made"]["aws_vpc"] = {"id": VPC}

    rows = planned(settled(tmp_path, here))

    assert len(only(rows, f"module.endpoints.{INTERFACE}")) == 3
    assert set(only(rows, f"module.endpoints.{RULE}")) == {f"module.endpoints.{RULE}.{key}" for key in keys}


@pytest.mark.long
def test_subnets_and_route_tables_are_selected_by_tags() -> None:
    tags = {"Environment": "test"}
    rows = module(vpc_id=None, vpc_tags=tags, subnet_tags=tags, route_table_tags=tags)

    assert endpoint(rows, "logs")["subnet_ids"] == ["subnet-a", "subnet-b"]
    assert endpoint(rows, "s3")["route_table_ids"] == ["rtb-tagged"]
    assert f'{RULE}.cidr["10.0.1.0/24/tcp-443"]' in rows


@pytest.mark.long
def test_subnet_of_another_vpc_is_refused() -> None:
    subnets = {"subnet-a": Subnet("10.0.1.0/24", "eu-west-1a", vpc="vpc-2")}

    assert "Subnet subnet-a is in vpc-2" in refusal(answers(subnets), subnet_ids=["subnet-a"])


@pytest.mark.long
@pytest.mark.parametrize("found", ["aws_subnets", "aws_route_tables"])
def test_tags_that_match_nothing_are_refused(found: str) -> None:
    empty = answers() | {found: [{"then": {"id": "x", "ids": []}}]}

    assert "has the tags of" in refusal(empty, subnet_tags={"a": "b"}, route_table_tags={"a": "b"})
