"""What the Terraform module plans, in the words of Terraform's own plan."""

import json
from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef, endpoint_service, services
from tests.terraform.existing import SUBNETS, VPC, Subnet, answers
from tests.terraforming import ROOT, TerraformError, plan, planned

pytestmark = pytest.mark.usefixtures("needs_terraform")

Json = dict[str, Any]
MODULE = ROOT / "terraform"
INTERFACE, GATEWAY = "aws_vpc_endpoint.interface", "aws_vpc_endpoint.gateway"
RULE = "aws_vpc_security_group_ingress_rule"
TASKS = "sg-tasks"


def module(answering: Any = None, **variables: Any) -> dict[str, Json]:
    """What the module plans for the two subnets of the article, unless told otherwise."""
    return planned(whole(answering, **variables))


def whole(answering: Any = None, **variables: Any) -> Json:
    ways = {"subnets", "subnet_ids", "subnet_tags"} & set(variables)
    given = {"vpc_id": VPC, **({} if ways else {"subnet_ids": list(SUBNETS)}), **variables}
    return plan(MODULE, answering or answers(), **given)


def refusal(answering: Any = None, **variables: Any) -> str:
    with pytest.raises(TerraformError) as caught:
        module(answering, **variables)
    return " ".join(str(caught.value).replace("│", "").split())


def only(rows: dict[str, Json], start: str) -> dict[str, Json]:
    return {address: row for address, row in rows.items() if address.startswith(start)}


def opened(rows: dict[str, Json]) -> set[tuple[Any, ...]]:
    """Who is admitted by the endpoints' security group, on which ports."""
    return {
        (row["cidr_ipv4"] or row["referenced_security_group_id"], row["ip_protocol"], row["from_port"], row["to_port"])
        for row in only(rows, RULE).values()
    }


def endpoint(rows: dict[str, Json], service: str) -> Json:
    kind = GATEWAY if service in {"s3", "dynamodb"} else INTERFACE
    return rows[f'{kind}["{service}"]']


def policy(rows: dict[str, Json], service: str) -> list[Json]:
    statements: list[Json] = json.loads(endpoint(rows, service)["policy"])["Statement"]
    return statements


# -------------------------------------------------------------------------------------------------------- what it makes


def test_without_more_it_makes_what_a_task_calls_while_it_starts_and_opens_443_alone() -> None:
    rows = module()

    assert set(rows) == {
        "aws_security_group.endpoints[0]",
        f'{RULE}.cidr["000/tcp-443"]',
        f'{RULE}.cidr["001/tcp-443"]',
        f'{INTERFACE}["ecr.api"]',
        f'{INTERFACE}["ecr.dkr"]',
        f'{INTERFACE}["logs"]',
        f'{GATEWAY}["s3"]',
    }
    assert opened(rows) == {("10.0.1.0/24", "tcp", 443, 443), ("10.0.2.0/24", "tcp", 443, 443)}
    assert all(row["private_dns_enabled"] for row in only(rows, INTERFACE).values())
    assert endpoint(rows, "s3")["route_table_ids"] == ["rtb-private"]
    assert endpoint(rows, "s3")["service_name"] == "com.amazonaws.eu-west-1.s3"


def test_the_article_is_its_four_interface_endpoints_its_gateway_and_three_rules_for_each_subnet() -> None:
    document = plan(MODULE / "examples" / "article", answers(), vpc_id=VPC, private_subnet_ids=list(SUBNETS))
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


def test_platform_1_3_needs_no_ecr_api_and_is_said_to_be_retired() -> None:
    document = whole(platform_version="1.3.0")

    assert set(only(planned(document), INTERFACE)) == {f'{INTERFACE}["ecr.dkr"]', f'{INTERFACE}["logs"]'}
    assert failed_checks(document) == {
        "check.platform_version": "Platform version 1.3.0 is retired: no task starts on it since 15 June 2026. "
        "Use 1.4.0, which also needs ecr.api."
    }


def failed_checks(document: Json) -> dict[str, str]:
    return {
        row["address"]["to_display"]: instance["problems"][0]["message"]
        for row in document["checks"]
        for instance in row.get("instances", [])
        if instance["status"] == "fail"
    }


def test_other_services_are_made_by_name_or_by_whole_name() -> None:
    named = {"secretsmanager", "ssm", "ssmmessages", "kms", "logs", "com.amazonaws.eu-west-1.sqs"}
    rows = module(services=sorted(named))

    made = {row["service_name"].removeprefix("com.amazonaws.eu-west-1.") for row in only(rows, INTERFACE).values()}
    assert made == {"secretsmanager", "ssm", "ssmmessages", "kms", "logs", "sqs", "ecr.api", "ecr.dkr"}


def test_dynamodb_has_a_gateway() -> None:
    rows = module(gateways=["s3", "dynamodb"])

    assert set(only(rows, GATEWAY)) == {f'{GATEWAY}["s3"]', f'{GATEWAY}["dynamodb"]'}


def test_without_interface_endpoints_there_is_no_security_group() -> None:
    rows = module(ecr=False, services=[])

    assert set(rows) == {f'{GATEWAY}["s3"]'}


def test_tags_stand_on_everything() -> None:
    rows = module(tags={"Team": "blue"})

    assert {row["tags"]["Team"] for row in rows.values()} == {"blue"}
    assert endpoint(rows, "logs")["tags"]["Name"] == "endpoints-logs"


@pytest.mark.parametrize("region", ["cn-north-1", "eusc-de-east-1", "us-iso-east-1", "us-iso-west-1", "us-gov-west-1"])
def test_service_names_are_those_of_the_partition(region: str) -> None:
    known = {key: service for key, service in services().items() if "Interface" in service.types}
    named = {service.endpoint for key, service in known.items() if key not in {"s3", "dynamodb"}}
    subnets = {"subnet-a": Subnet("10.0.1.0/24", f"{region}a")}

    rows = module(
        answers(subnets, region=region, zones=[f"{region}a"]), services=sorted(named), subnet_ids=["subnet-a"]
    )

    assert {row["service_name"] for row in only(rows, INTERFACE).values()} == {
        endpoint_service(ServiceRef(key, region)) for key in known if key not in {"s3", "dynamodb"}
    }
    assert endpoint(rows, "s3")["service_name"] == f"com.amazonaws.{region}.s3"


# -------------------------------------------------------------------------------------------------- subnets and tables


def test_of_two_subnets_in_a_zone_an_endpoint_gets_the_first_and_both_are_admitted() -> None:
    subnets = {**SUBNETS, "subnet-c": Subnet("10.0.3.0/24", "eu-west-1a")}
    rows = module(answers(subnets), subnet_ids=["subnet-c", "subnet-b", "subnet-a"])

    assert endpoint(rows, "logs")["subnet_ids"] == ["subnet-b", "subnet-c"]
    assert {row[0] for row in opened(rows)} == {"10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"}


def test_an_endpoint_has_no_subnet_in_a_zone_where_its_service_is_not_offered() -> None:
    rows = module(answers(offered={"logs": ["eu-west-1b"]}))

    assert endpoint(rows, "logs")["subnet_ids"] == ["subnet-b"]
    assert endpoint(rows, "ecr.api")["subnet_ids"] == ["subnet-a", "subnet-b"]


def test_a_service_that_is_offered_in_none_of_the_zones_is_refused() -> None:
    why = refusal(answers(offered={"logs": ["eu-west-1c"]}))

    assert "com.amazonaws.eu-west-1.logs is offered in eu-west-1c" in why
    assert "the subnets are in eu-west-1a, eu-west-1b" in why


def test_subnets_and_route_tables_are_found_by_tags() -> None:
    tags = {"Environment": "test"}
    rows = module(vpc_id=None, vpc_tags=tags, subnet_tags=tags, route_table_tags=tags)

    assert endpoint(rows, "logs")["subnet_ids"] == ["subnet-a", "subnet-b"]
    assert endpoint(rows, "s3")["route_table_ids"] == ["rtb-tagged"]
    assert f'{RULE}.cidr["subnet-a/tcp-443"]' in rows


def test_subnets_without_a_table_of_their_own_are_on_the_main_one() -> None:
    subnets = {**SUBNETS, "subnet-c": Subnet("10.0.3.0/24", "eu-west-1c", table=None)}
    rows = module(answers(subnets), subnet_ids=list(subnets))

    assert set(endpoint(rows, "s3")["route_table_ids"]) == {"rtb-private", "rtb-main"}


def test_given_route_tables_are_taken_as_they_are() -> None:
    assert endpoint(module(route_table_ids=["rtb-x"]), "s3")["route_table_ids"] == ["rtb-x"]


def test_a_subnet_of_another_vpc_is_refused() -> None:
    subnets = {"subnet-a": Subnet("10.0.1.0/24", "eu-west-1a", vpc="vpc-2")}

    assert "Subnet subnet-a is in vpc-2" in refusal(answers(subnets), subnet_ids=["subnet-a"])


@pytest.mark.parametrize("found", ["aws_subnets", "aws_route_tables"])
def test_tags_that_find_nothing_are_refused(found: str) -> None:
    empty = answers() | {found: [{"then": {"id": "x", "ids": []}}]}

    assert "has the tags of" in refusal(empty, subnet_tags={"a": "b"}, route_table_tags={"a": "b"})


# ------------------------------------------------------------------------------------------------------------ refusals


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"ingress": "subnet"}, "ingress must be subnets, from-tasks or article"),
        ({"ingress": "from-tasks"}, "are about task_security_group_ids: give at least one"),
        ({"task_egress": True}, "are about task_security_group_ids: give at least one"),
        ({"platform_version": "1.5.0"}, "platform_version must be 1.3.0 or 1.4.0"),
        ({"services": ["s3"]}, "s3 and dynamodb belong into gateways"),
        ({"services": ["Logs "]}, "services holds names such as logs"),
        ({"gateways": ["sqs"]}, "no other service has a gateway endpoint"),
        ({"vpc_tags": {"a": "b"}}, "Give either vpc_id or vpc_tags"),
        ({"vpc_id": None}, "Give either vpc_id or vpc_tags"),
        ({"subnet_ids": []}, "Give the tasks' subnets in exactly one way"),
        ({"subnet_ids": ["subnet-a"], "subnet_tags": {"a": "b"}}, "Give the tasks' subnets in exactly one way"),
        ({"route_table_ids": ["rtb-1"], "route_table_tags": {"a": "b"}}, "Give either route_table_ids or"),
        ({"client_cidrs": ["10.0.0.0"]}, "client_cidrs holds IPv4 CIDR blocks"),
        ({"policies": {"logs": "{"}}, "policies holds JSON"),
        ({"spoke_vpcs": {"one": {"id": "vpc-2"}}}, "spoke_vpcs need central = true"),
        ({"name": "sg-1"}, "name must not start with sg-"),
        (
            {"subnets": {"a": {"id": "s", "availability_zone": "eu-west-1a", "cidr_block": "10.0.0.0/24"}}},
            "Give route_table_ids with subnets",
        ),
        (
            {"least_privilege": {"repositories": ["arn:r"]}},
            "an endpoint of logs, and least_privilege names no log_groups",
        ),
        ({"policies": {"logs": json.dumps("x" * 20_480)}}, "longer than the 20,480 characters"),
    ],
    ids=lambda value: json.dumps(value)[:40] if isinstance(value, dict) else None,
)
def test_what_cannot_be_is_refused_before_anything_is_made(variables: Json, why: str) -> None:
    assert why in refusal(**variables)


@pytest.mark.parametrize("dns", [(True, False), (False, True)], ids=["no host names", "no resolver"])
def test_a_vpc_without_its_dns_attributes_is_refused(dns: tuple[bool, bool]) -> None:
    assert "first set enable_dns_support and enable_dns_hostnames of vpc-1" in refusal(answers(dns=dns))


def test_a_service_that_aws_does_not_offer_is_refused() -> None:
    assert "com.amazonaws.eu-west-1.lgos" in refusal(services=["lgos"])


# ----------------------------------------------------------------------------------------------------- security groups


def test_tasks_are_admitted_by_their_security_group() -> None:
    rows = module(ingress="from-tasks", task_security_group_ids=[TASKS])

    assert opened(rows) == {(TASKS, "tcp", 443, 443)}
    assert only(rows, "aws_vpc_security_group_egress_rule") == {}


def test_tasks_are_let_out_to_the_endpoints_and_to_the_lists_of_the_gateways() -> None:
    document = whole(task_security_group_ids=[TASKS, "sg-2"], task_egress=True, gateways=["s3", "dynamodb"])
    rows = only(planned(document), "aws_vpc_security_group_egress_rule")

    assert {(row["security_group_id"], row["from_port"], row["to_port"]) for row in rows.values()} == {
        (TASKS, 443, 443),
        ("sg-2", 443, 443),
    }
    assert len(rows) == 2 * 3
    assert {row["cidr_ipv4"] for row in rows.values()} == {None}


def test_other_clients_are_admitted_on_443_alone() -> None:
    rows = module(ingress="article", client_cidrs=["10.9.0.0/16"])

    assert {row for row in opened(rows) if row[0] == "10.9.0.0/16"} == {("10.9.0.0/16", "tcp", 443, 443)}


# ------------------------------------------------------------------------------------------------------------- central


def test_central_endpoints_are_found_through_private_zones_with_an_apex_and_a_wildcard() -> None:
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


def test_a_service_without_a_private_name_cannot_be_central() -> None:
    nameless = answers()
    nameless["aws_vpc_endpoint_service"] = [
        row | {"then": row["then"] | {"private_dns_name": ""}} for row in nameless["aws_vpc_endpoint_service"]
    ]

    assert "com.amazonaws.eu-west-1.logs has no private DNS name" in refusal(nameless, central=True, ecr=False)


# ------------------------------------------------------------------------------------------------------------ policies


def test_without_least_privilege_no_endpoint_has_a_policy_of_its_own() -> None:
    assert not any(row.get("policy") for row in only(module(), "aws_vpc_endpoint").values())


USED = {
    "repositories": ["arn:aws:ecr:eu-west-1:111122223333:repository/web"],
    "log_groups": ["arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web:*"],
    "buckets": ["arn:aws:s3:::settings"],
    "tables": ["arn:aws:dynamodb:eu-west-1:111122223333:table/orders"],
}


def test_the_layer_bucket_is_allowed_without_conditions_and_own_buckets_beside_it() -> None:
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


def test_least_privilege_names_what_the_tasks_use() -> None:
    rows = module(least_privilege=USED, gateways=["s3", "dynamodb"])

    assert policy(rows, "ecr.api") == policy(rows, "ecr.dkr")
    assert [row["Resource"] for row in policy(rows, "ecr.dkr")] == [["*"], USED["repositories"]]
    group = USED["log_groups"][0].removesuffix(":*")
    assert policy(rows, "logs")[0]["Resource"] == [group, f"{group}:*"]
    assert policy(rows, "dynamodb")[0]["Resource"] == [*USED["tables"], f"{USED['tables'][0]}/index/*"]


def test_the_layer_bucket_is_in_the_partition_of_the_region() -> None:
    subnets = {"subnet-a": Subnet("10.0.1.0/24", "cn-north-1a")}
    here = answers(subnets, region="cn-north-1", zones=["cn-north-1a"])
    rows = module(here, subnet_ids=["subnet-a"], least_privilege=USED)

    assert "arn:aws-cn:s3:::prod-cn-north-1-starport-layer-bucket/*" in policy(rows, "s3")[-1]["Resource"]


def test_a_policy_of_the_callers_own_stands_before_all() -> None:
    own = json.dumps({"Version": "2012-10-17", "Statement": []})
    rows = module(policies={"logs": own}, least_privilege={"repositories": USED["repositories"]})

    assert endpoint(rows, "logs")["policy"] == own


def test_least_privilege_says_which_endpoint_still_lets_everything_through() -> None:
    document = whole(services=["logs", "sqs"], least_privilege=USED)

    assert failed_checks(document) == {
        "check.least_privilege": "least_privilege knows no policy for sqs, which therefore let everything through: "
        "give theirs in policies."
    }
