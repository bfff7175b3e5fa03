"""The template of endpoints makes what its parameters ask for, and refuses what would let nothing through."""

import json

import pytest

from tests.cloudformation.resolving import Stack
from tests.cloudformation.stacks import (
    ARNS,
    CIDRS,
    ENDPOINT,
    FOLDER,
    GIVEN,
    GROUPS,
    LISTS,
    LOG_GROUP,
    MOST_INLINE,
    REPOSITORY,
    SWITCHES,
    endpoints,
    named,
    opened,
    services,
    statements,
)


def test_default_stack_creates_startup_endpoints_and_opens_only_443() -> None:
    stack = endpoints()

    assert stack.refused == []
    assert services(stack) == named("ecr.api", "ecr.dkr", "logs", "s3")
    assert opened(stack) == {(cidr, "tcp", 443, 443) for cidr in CIDRS}
    assert {row.get("PrivateDnsEnabled") for row in stack.of(ENDPOINT).values()} == {True, None}
    assert not any("PolicyDocument" in row for row in stack.of(ENDPOINT).values())


@pytest.mark.parametrize("switch", SWITCHES)
def test_each_switch_makes_and_leaves_out_its_own_endpoint(switch: str) -> None:
    others = {name: "false" for name in SWITCHES if name != switch}

    assert services(endpoints(**others, **{switch: "true"})) == named(SWITCHES[switch])
    assert services(endpoints(**dict.fromkeys(others, "true"), **{switch: "false"})) == named(
        *(SWITCHES[name] for name in others)
    )


def test_expanded_template_with_everything_on_fits_into_a_request() -> None:
    stack = endpoints(
        **dict.fromkeys(SWITCHES, "true"),
        ClientCidrs=",".join(f"10.0.{number}.0/24" for number in range(12)),
        TaskSecurityGroupIds=",".join(f"sg-0a{number}" for number in range(10)),
        OtherServices="sqs,sns",
    )

    assert len(json.dumps(stack.template, separators=(",", ":")).encode()) < MOST_INLINE


def test_vpc_with_ecr_dkr_and_s3_gets_the_other_endpoints() -> None:
    stack = endpoints(EcrDkr="false", S3="false", RouteTableIds="")

    assert stack.refused == []
    assert services(stack) == named("ecr.api", "logs")
    assert set(stack.outputs) == {
        "SecurityGroupId",
        *(f"{name}{suffix}" for name in ("EcrApi", "Logs") for suffix in ("EndpointId", "DnsEntry")),
    }


def test_gateways_alone_need_neither_a_security_group_nor_callers() -> None:
    stack = endpoints(EcrApi="false", EcrDkr="false", Logs="false", DynamoDb="true", ClientCidrs="")

    assert stack.refused == []
    assert {row["Type"] for row in stack.resources.values()} == {ENDPOINT}
    assert services(stack) == named("s3", "dynamodb")


def test_platform_version_1_3_0_needs_no_endpoint_of_the_api() -> None:
    assert services(endpoints(PlatformVersion="1.3.0")) == named("ecr.dkr", "logs", "s3")


def test_other_services_are_lists_by_short_and_by_whole_names() -> None:
    whole = "com.amazonaws.vpce.eu-west-1.vpce-svc-0a1b2c"
    stack = endpoints(OtherServices="sqs,kinesis-streams", OtherServiceNames=whole)

    assert services(stack) == {*named("ecr.api", "ecr.dkr", "logs", "s3", "sqs", "kinesis-streams"), whole}
    assert {"OthersqsEndpointId", "OtherkinesisstreamsEndpointId"} <= set(stack.outputs)
    assert stack.resources["OthersqsEndpoint"]["Tags"] == [{"Key": "Name", "Value": "endpoints-sqs"}]


def test_article_ingress_opens_ports_80_443_and_53() -> None:
    ports = {(protocol, port, port) for protocol, port in (("tcp", 80), ("tcp", 443), ("udp", 53))}

    assert opened(endpoints(Ingress="article")) == {(cidr, *port) for cidr in CIDRS for port in ports}


@pytest.mark.parametrize("count", [1, 12])
def test_client_cidrs_admit_each_block(count: int) -> None:
    blocks = [f"10.0.{number}.0/24" for number in range(count)]

    assert opened(endpoints(ClientCidrs=",".join(blocks))) == {(block, "tcp", 443, 443) for block in blocks}


@pytest.mark.parametrize(
    "cidrs", ["10.0.1.0/24, 10.0.2.0/24", "10.0.1.0/24,", "10.0.1.0/33", ",".join(["10.0.0.0/8"] * 13)]
)
def test_malformed_or_too_many_client_cidrs_are_refused(cidrs: str) -> None:
    with pytest.raises(AssertionError, match="ClientCidrs"):
        endpoints(ClientCidrs=cidrs)


def test_from_tasks_ingress_admits_each_task_security_group() -> None:
    stack = endpoints(**GROUPS)

    assert stack.refused == []
    assert opened(stack) == {(group, "tcp", 443, 443) for group in ("sg-0a", "sg-0b")}
    assert stack.of("AWS::EC2::SecurityGroupEgress") == {}


def test_task_egress_lets_each_group_out_to_endpoints_and_gateways() -> None:
    stack = endpoints(**GROUPS, TaskEgress="true", GatewayPrefixListIds="pl-6d,pl-6e")
    rules = stack.of("AWS::EC2::SecurityGroupEgress").values()

    assert {
        (rule["GroupId"], rule.get("DestinationSecurityGroupId") or rule["DestinationPrefixListId"]) for rule in rules
    } == {(group, peer) for group in ("sg-0a", "sg-0b") for peer in ("EndpointGroup", "pl-6d", "pl-6e")}
    assert len(rules) == 6


def test_more_than_ten_task_groups_are_refused_by_the_first_resource() -> None:
    groups = ",".join(f"sg-0{number}" for number in range(11))
    ingress = endpoints(**GROUPS | {"TaskSecurityGroupIds": groups}).resources["EndpointGroup"]["SecurityGroupIngress"]

    assert [rule["IpProtocol"] for rule in ingress[:10]] == ["tcp"] * 10
    assert [rule["IpProtocol"] for rule in ingress[10:]] == ["more than 10 TaskSecurityGroupIds"]


def test_ecr_endpoint_names_in_china_have_the_cn_prefix() -> None:
    stack = Stack(FOLDER / "endpoints.yaml", GIVEN, region="cn-north-1", partition="aws-cn")

    assert services(stack) == {
        "cn.com.amazonaws.cn-north-1.ecr.api",
        "cn.com.amazonaws.cn-north-1.ecr.dkr",
        "com.amazonaws.cn-north-1.logs",
        "com.amazonaws.cn-north-1.s3",
    }


def test_least_privilege_allows_the_layer_bucket_without_conditions() -> None:
    stack = endpoints(LeastPrivilege="true", **LISTS)

    assert statements(stack, "S3Gateway") == [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
        }
    ]
    assert statements(stack, "EcrDkrEndpoint")[1]["Resource"] == [REPOSITORY]


def test_least_privilege_allows_log_groups_and_their_streams() -> None:
    second = f"{LOG_GROUP}-2"
    stack = endpoints(LeastPrivilege="true", **LISTS | {"LogGroupArns": f"{LOG_GROUP},{second}"})
    (logs,) = statements(stack, "LogsEndpoint")
    (creates,) = statements(endpoints(LeastPrivilege="true", CreateLogGroups="true", **LISTS), "LogsEndpoint")

    assert logs["Resource"] == [LOG_GROUP, second, f"{LOG_GROUP}:*", f"{second}:*"]
    assert logs["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    assert creates["Action"][2:] == ["logs:CreateLogGroup"]


def test_log_group_arn_with_wildcard_is_refused() -> None:
    with pytest.raises(AssertionError, match="LogGroupArns"):
        endpoints(LeastPrivilege="true", **LISTS | {"LogGroupArns": f"{LOG_GROUP}:*"})


@pytest.mark.parametrize(
    ("switch", "lists"), [("SecretsManager", "SecretArns"), ("Ssm", "ParameterArns"), ("Kms", "KeyArns")]
)
def test_least_privilege_allows_the_named_resources(switch: str, lists: str) -> None:
    stack = endpoints(LeastPrivilege="true", **LISTS, **{switch: "true", lists: f"{ARNS[lists]},{ARNS[lists]}-2"})

    assert stack.refused == []
    assert [row["Resource"] for row in statements(stack, f"{switch}Endpoint")] == [[ARNS[lists], f"{ARNS[lists]}-2"]]


@pytest.mark.parametrize("lists", [*LISTS, *ARNS, "FileArns", "FileBucketArns"])
def test_name_in_place_of_an_arn_is_refused(lists: str) -> None:
    with pytest.raises(AssertionError, match=lists):
        endpoints(LeastPrivilege="true", **LISTS | {lists: "web"})


def test_s3_policy_allows_environment_files() -> None:
    files = {"FileArns": "arn:aws:s3:::settings/web.env", "FileBucketArns": "arn:aws:s3:::settings"}
    rows = statements(endpoints(LeastPrivilege="true", **LISTS, **files), "S3Gateway")

    assert [(row["Action"], row["Resource"]) for row in rows[1:]] == [
        ("s3:GetObject", [files["FileArns"]]),
        ("s3:GetBucketLocation", [files["FileBucketArns"]]),
    ]


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"ClientCidrs": ""}, "Give the CIDR blocks of the tasks' subnets"),
        ({"Ingress": "from-tasks"}, "are about TaskSecurityGroupIds"),
        ({"TaskEgress": "true", "GatewayPrefixListIds": "pl-6da54004"}, "are about TaskSecurityGroupIds"),
        ({"TaskEgress": "true", "TaskSecurityGroupIds": "sg-0a1b2c3d"}, "TaskEgress needs GatewayPrefixListIds"),
        ({"RouteTableIds": ""}, "need RouteTableIds"),
        ({"LeastPrivilege": "true", **LISTS, "RepositoryArns": ""}, "LeastPrivilege needs RepositoryArns"),
        ({"LeastPrivilege": "true", **LISTS, "LogGroupArns": ""}, "needs LogGroupArns"),
        ({"LeastPrivilege": "true", **LISTS, "SecretsManager": "true"}, "needs SecretArns"),
        ({"LeastPrivilege": "true", **LISTS, "Ssm": "true"}, "needs ParameterArns"),
        ({"LeastPrivilege": "true", **LISTS, "Kms": "true"}, "needs KeyArns"),
        ({"FileArns": "arn:aws:s3:::settings/web.env"}, "FileArns need FileBucketArns"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_template_rules_refuse_invalid_parameters(parameters: dict[str, str], why: str) -> None:
    (refused,) = endpoints(**parameters).refused

    assert why in refused
