"""The Terraform module's settings beyond the default: existing groups, single endpoints, S3 twice, other Regions."""

import pytest

from tests.terraform.existing import SUBNETS, VPC, Subnet, answers
from tests.terraform.planning import (
    GATEWAY,
    INTERFACE,
    RULE,
    TASKS,
    Json,
    endpoint,
    failed_checks,
    module,
    only,
    refusal,
    whole,
)
from tests.terraforming import planned

pytestmark = [pytest.mark.usefixtures("needs_terraform"), pytest.mark.long]
GROUP = "aws_security_group.endpoints[0]"


def test_gateway_alone_needs_no_subnets() -> None:
    rows = module(subnet_ids=[], ecr=False, services=[], route_table_ids=["rtb-1"])

    assert set(rows) == {f'{GATEWAY}["s3"]'}
    assert rows[f'{GATEWAY}["s3"]']["route_table_ids"] == ["rtb-1"]


def test_nothing_is_created_if_create_is_off() -> None:
    document = whole(create=False, vpc_id=None, subnet_ids=[])

    assert document["planned_values"].get("root_module", {}) == {}


def test_existing_security_groups_take_the_place_of_the_own_one() -> None:
    rows = module(create_security_group=False, security_group_ids=["sg-1", "sg-2"])

    assert only(rows, RULE) == {}
    assert only(rows, "aws_security_group") == {}
    assert {tuple(row["security_group_ids"]) for row in only(rows, INTERFACE).values()} == {("sg-1", "sg-2")}


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({}, "the module needs security_group_ids"),
        ({"security_group_ids": ["sg-1"], "client_cidrs": ["10.9.0.0/16"]}, "are about the module's own security"),
        (
            {"security_group_ids": ["sg-1"], "task_egress": True, "task_security_group_ids": [TASKS]},
            "are about the module's own security",
        ),
    ],
    ids=["no group", "client CIDRs", "task egress"],
)
def test_module_without_own_group_refuses_what_needs_one(arguments: Json, why: str) -> None:
    assert why in refusal(create_security_group=False, **arguments)


def test_single_endpoint_has_its_own_settings() -> None:
    settings = {
        "subnet_ids": ["subnet-z"],
        "security_group_ids": ["sg-9"],
        "private_dns_enabled": False,
        "ip_address_type": "dualstack",
        "dns_options": {"dns_record_ip_type": "ipv4"},
        "tags": {"Cost": "logs"},
        "timeouts": {"create": "20m"},
    }
    rows = module(endpoint_settings={"logs": settings}, timeouts={"create": "5m"}, tags={"Team": "blue"})
    logs, other = endpoint(rows, "logs"), endpoint(rows, "ecr.api")

    assert logs["subnet_ids"] == ["subnet-z"]
    assert logs["security_group_ids"] == ["sg-9"]
    assert (logs["private_dns_enabled"], logs["ip_address_type"]) == (False, "dualstack")
    assert logs["dns_options"][0]["dns_record_ip_type"] == "ipv4"
    assert logs["tags"] == {"Name": "endpoints-logs", "Team": "blue", "Cost": "logs"}
    assert (logs["timeouts"]["create"], other["timeouts"]["create"]) == ("20m", "5m")
    assert other["subnet_ids"] == list(SUBNETS)
    assert (other["private_dns_enabled"], other["dns_options"]) == (True, [])


def test_gateway_has_its_own_route_tables() -> None:
    rows = module(
        gateways=["s3", "dynamodb"],
        route_table_ids=["rtb-private"],
        endpoint_settings={"dynamodb": {"route_table_ids": ["rtb-2"]}},
    )

    assert endpoint(rows, "s3")["route_table_ids"] == ["rtb-private"]
    assert endpoint(rows, "dynamodb")["route_table_ids"] == ["rtb-2"]


def test_dns_options_of_the_module_and_of_an_endpoint_are_combined() -> None:
    rows = module(
        s3_interface=True,
        dns_options={"dns_record_ip_type": "ipv4"},
        endpoint_settings={"s3": {"dns_options": {"private_dns_only_for_inbound_resolver_endpoint": False}}},
    )
    options = {key: rows[f'{INTERFACE}["{key}"]']["dns_options"][0] for key in ("s3", "logs")}

    assert {key: row["dns_record_ip_type"] for key, row in options.items()} == {"s3": "ipv4", "logs": "ipv4"}
    assert {key: row["private_dns_only_for_inbound_resolver_endpoint"] for key, row in options.items()} == {
        "s3": False,
        "logs": None,
    }


@pytest.mark.parametrize(("gateways", "inbound_only"), [(["s3"], True), ([], False)])
def test_s3_interface_leaves_the_gateway_to_the_vpc(gateways: list[str], *, inbound_only: bool) -> None:
    rows = module(s3_interface=True, gateways=gateways)
    s3 = rows[f'{INTERFACE}["s3"]']

    assert s3["private_dns_enabled"]
    assert s3["dns_options"][0]["private_dns_only_for_inbound_resolver_endpoint"] is inbound_only
    assert (f'{GATEWAY}["s3"]' in rows) is bool(gateways)


DUAL = {
    "subnet-a": Subnet("10.0.1.0/24", "eu-west-1a", cidr6="2001:db8:0:1::/64"),
    "subnet-b": Subnet("10.0.2.0/24", "eu-west-1b", cidr6="2001:db8:0:2::/64"),
}


@pytest.mark.parametrize(
    ("kind", "cidrs"),
    [
        ("dualstack", {"10.0.1.0/24", "10.0.2.0/24", "2001:db8:0:1::/64", "2001:db8:0:2::/64"}),
        ("ipv6", {"2001:db8:0:1::/64", "2001:db8:0:2::/64"}),
        ("ipv4", {"10.0.1.0/24", "10.0.2.0/24"}),
    ],
)
def test_endpoints_admit_the_addresses_that_they_have(kind: str, cidrs: set[str]) -> None:
    rows = module(answers(DUAL), ip_address_type=kind)

    assert {row["cidr_ipv4"] or row["cidr_ipv6"] for row in only(rows, RULE).values()} == cidrs
    assert endpoint(rows, "logs")["ip_address_type"] == kind


def test_address_type_that_a_service_lacks_is_refused() -> None:
    here = answers(DUAL)
    for row in here["aws_vpc_endpoint_service"]:
        row["then"]["supported_ip_address_types"] = ["ipv4"]

    assert "is not offered with ip_address_type dualstack, only with ipv4" in refusal(here, ip_address_type="dualstack")


def test_service_without_private_name_gets_no_private_dns() -> None:
    name = "com.amazonaws.vpce.eu-west-1.vpce-svc-1"
    here = answers()
    here["aws_vpc_endpoint_service"].append(
        {"when": {"service_name": name}, "then": {"id": name, "availability_zones": ["eu-west-1a"]}}
    )

    document = whole(here, services=[name])

    assert planned(document)[f'{INTERFACE}["{name}"]']["private_dns_enabled"] is False
    assert f"{name} has no private DNS name: clients must call" in failed_checks(document)["check.private_dns"]
    settings = {name: {"private_dns_enabled": False}}
    assert failed_checks(whole(here, services=[name], endpoint_settings=settings)) == {}
    assert f"{name} has no private DNS name" in refusal(
        here, services=[name], endpoint_settings={name: {"private_dns_enabled": True}}
    )


def test_other_region_is_set_on_every_resource() -> None:
    here = answers({"subnet-a": Subnet("10.0.1.0/24", "us-east-1a")})
    rows = module(here, region="us-east-1", subnet_ids=["subnet-a"])

    assert {row["region"] for row in rows.values()} == {"us-east-1"}
    assert endpoint(rows, "logs")["service_name"] == "com.amazonaws.us-east-1.logs"
    assert endpoint(rows, "logs")["subnet_ids"] == ["subnet-a"]
    assert endpoint(rows, "logs")["private_dns_enabled"]


def test_rules_beyond_the_quota_are_refused() -> None:
    clients = [f"10.{number}.0.0/16" for number in range(1, 60)]

    why = refusal(client_cidrs=clients)

    assert "61 rules go beyond the 60 that a security group may have" in why
    assert len(only(module(client_cidrs=clients, rule_quota=100), RULE)) == 61
    assert len(only(module(client_cidrs=clients[:58]), RULE)) == 60


ARN = "arn:aws:{}:eu-west-1:111122223333:{}"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ({"policies": {"log": "{}"}}, "policies is about log, of which no endpoint is created"),
        ({"endpoint_settings": {"sqs": {}}}, "endpoint_settings is about sqs, of which no endpoint is created"),
        ({"services": ["com.amazonaws.eu-west-1.s3"]}, "s3 and dynamodb belong into gateways"),
        ({"services": ["cn.com.amazonaws.cn-north-1.s3"]}, "s3 and dynamodb belong into gateways"),
        ({"services": ["logs", "com.amazonaws.eu-west-1.logs"]}, "by its short and by its whole name"),
        ({"client_cidrs": ["10.1.2.3/16"]}, "without bits beyond their prefix"),
        ({"task_security_groups": {"a": TASKS}, "task_security_group_ids": [TASKS]}, "is given twice"),
        (
            {
                "subnets": {
                    key: {"id": "subnet-a", "availability_zone": "eu-west-1a", "cidr_block": "10.0.1.0/24"}
                    for key in ("a", "b")
                },
                "route_table_ids": ["rtb-1"],
            },
            "subnets names a subnet twice",
        ),
        ({"ip_address_type": "IPv4"}, "ip_address_type must be ipv4, ipv6 or dualstack"),
        ({"endpoint_settings": {"logs": {"ip_address_type": "x"}}}, "ip_address_type must be ipv4, ipv6 or dualstack"),
        ({"central": True, "endpoint_settings": {"logs": {"private_dns_enabled": True}}}, "in place of private DNS"),
        ({"central": True, "region": "us-east-1"}, "central needs a provider of that Region"),
        ({"name": "x" * 229}, "have at most 228 characters"),
        ({"least_privilege": {"repositories": ["app"]}}, "least_privilege.repositories holds ARNs"),
        ({"least_privilege": {"log_groups": ["/ecs/web"]}}, "least_privilege.log_groups holds ARNs"),
        ({"least_privilege": {"secrets": ["db"]}}, "least_privilege.secrets holds ARNs"),
        ({"least_privilege": {"parameters": ["/web/db"]}}, "least_privilege.parameters holds ARNs"),
        ({"least_privilege": {"keys": [ARN.format("kms", "alias/a")]}}, "least_privilege.keys holds ARNs"),
        ({"least_privilege": {"buckets": ["arn:aws:s3:::a/*"]}}, "least_privilege.buckets holds ARNs"),
        ({"least_privilege": {"tables": [ARN.format("s3", "table/a")]}}, "least_privilege.tables holds ARNs"),
    ],
)
def test_inputs_that_aws_would_refuse_later_are_refused(arguments: Json, why: str) -> None:
    assert why in refusal(**arguments)


@pytest.mark.parametrize("create", [True, False])
def test_awslogs_create_group_is_allowed_on_request(*, create: bool) -> None:
    used = {
        "repositories": [ARN.format("ecr", "repository/web")],
        "log_groups": [ARN.format("logs", "log-group:/ecs/web")],
        "create_log_groups": create,
    }
    policy = module(least_privilege=used)[f'{INTERFACE}["logs"]']["policy"]

    assert ("logs:CreateLogGroup" in policy) is create


def test_outputs_have_ids_and_arns() -> None:
    document = whole()
    outputs = set(document["planned_values"]["outputs"])

    assert {
        "interface_endpoint_arns",
        "gateway_endpoint_arns",
        "security_group_arn",
        "network_interface_ids",
    } <= outputs
    assert document["planned_values"]["outputs"]["vpc_id"]["value"] == VPC


def test_rules_are_created_before_the_endpoints() -> None:
    document = whole()
    config = {row["address"]: row for row in document["configuration"]["root_module"]["resources"]}

    assert set(config[INTERFACE]["depends_on"]) >= {f"{RULE}.cidr", f"{RULE}.tasks", GATEWAY}
    assert planned(document)[GROUP]["name_prefix"] == "endpoints-"
