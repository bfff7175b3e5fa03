"""The CloudFormation templates: cfn-lint finds nothing, and they make what their parameters ask for."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skerry.verdicts import BLOCKED, OK
from tests.cloudformation.resolving import Json, Stack, read
from tests.networks import Row, allow
from tests.terraforming import ROOT
from tests.written import Endpoint, Made, Written

FOLDER = ROOT / "cloudformation"
TEMPLATES = sorted(FOLDER.glob("*.yaml"))
CIDRS = ["10.0.1.0/24", "10.0.2.0/24"]
GIVEN = {
    "VpcId": "vpc-1",
    "SubnetIds": "subnet-a,subnet-b",
    "RouteTableIds": "rtb-0c3",
    "ClientCidrs": ",".join(CIDRS),
}
REPOSITORY = "arn:aws:ecr:eu-west-1:111122223333:repository/web"
LOG_GROUP = "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web"
LISTS = {"RepositoryArns": REPOSITORY, "LogGroupArns": LOG_GROUP}
ENDPOINT = "AWS::EC2::VPCEndpoint"
SWITCHES = {
    "EcrApi": "ecr.api",
    "EcrDkr": "ecr.dkr",
    "Logs": "logs",
    "SecretsManager": "secretsmanager",
    "Ssm": "ssm",
    "SsmMessages": "ssmmessages",
    "Kms": "kms",
    "S3": "s3",
    "DynamoDb": "dynamodb",
}
"""Every switch of endpoints.yaml, with the service of its endpoint."""
MOST_INLINE = 51_200
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""


def endpoints(**parameters: str) -> Stack:
    return Stack(FOLDER / "endpoints.yaml", GIVEN | parameters)


def lint(*paths: Path) -> tuple[int, str]:
    """The exit code of cfn-lint, and what it says."""
    command = [sys.executable, "-c", "import cfnlint.runner, sys; sys.exit(cfnlint.runner.main())"]
    options = ["--non-zero-exit-code", "informational", "--template", *map(str, paths)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def opened(stack: Stack) -> set[tuple[Any, ...]]:
    return {
        (rule.get("CidrIp") or rule["SourceSecurityGroupId"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"])
        for rule in stack.resources["EndpointGroup"]["SecurityGroupIngress"]
    }


def named(*names: str) -> set[str]:
    return {f"com.amazonaws.eu-west-1.{name}" for name in names}


def services(stack: Stack) -> set[str]:
    return {row["ServiceName"] for row in stack.of(ENDPOINT).values()}


def test_template_folder_has_the_three_templates() -> None:
    assert [path.name for path in TEMPLATES] == ["central-zones.yaml", "endpoints.yaml", "first-service.yaml"]


def test_templates_pass_cfn_lint() -> None:
    assert lint(*TEMPLATES) == (0, "")


def test_cfn_lint_reports_a_misspelt_property(tmp_path: Path) -> None:
    text = (FOLDER / "first-service.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace("PrivateDnsEnabled", "PrivateDns", 1), encoding="utf-8")

    code, said = lint(broken)

    assert code != 0
    assert "E3002 Additional properties are not allowed ('PrivateDns' was unexpected" in said


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_template_fits_into_a_request(path: Path) -> None:
    assert len(path.read_bytes()) < MOST_INLINE


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_every_parameter_stands_in_one_group_and_has_a_label(path: Path) -> None:
    template = read(path)
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = [name for group in interface["ParameterGroups"] for name in group["Parameters"]]

    assert sorted(grouped) == sorted(template["Parameters"])
    assert set(interface["ParameterLabels"]) == set(template["Parameters"])
    assert len({label["default"] for label in interface["ParameterLabels"].values()}) == len(grouped)


def each_resource(node: Any, name: str = "") -> list[tuple[str, Json]]:
    """Return every resource of a section with its logical id, those in loops too."""
    if isinstance(node, list):
        return each_resource(node[2], name)
    if "Type" in node:
        return [(name, node)]
    return [pair for key, child in node.items() for pair in each_resource(child, key)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_resources_have_name_tags_and_no_security_group_has_a_name(path: Path) -> None:
    bare = {"SecurityGroupEgress", "SubnetRouteTableAssociation", "RecordSetGroup"}
    for name, resource in each_resource(read(path)["Resources"]):
        properties, kind = resource["Properties"], resource["Type"].rpartition("::")[2]
        tags = properties.get("HostedZoneTags" if kind == "HostedZone" else "Tags", [])
        assert [tag["Key"] for tag in tags] == ([] if kind in bare else ["Name"]), name
        assert "GroupName" not in properties


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_condition_is_never_the_first_key_of_a_resource_in_a_loop(path: Path) -> None:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach-example-conditions.html
    assert all(next(iter(resource)) == "Type" for _, resource in each_resource(read(path)["Resources"]))


@pytest.mark.parametrize("template", ["endpoints", "first-service"])
def test_security_group_rules_have_descriptions_and_endpoints_let_nothing_out(template: str) -> None:
    stack = first_service() if template == "first-service" else endpoints(Ingress="article")
    group = stack.resources["EndpointGroup"]
    rules = [
        rule
        for row in stack.of("AWS::EC2::SecurityGroup").values()
        for rule in (*row.get("SecurityGroupIngress", []), *row.get("SecurityGroupEgress", []))
    ]

    assert rules
    assert all(rule["Description"] for rule in rules)
    assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["127.0.0.1/32"]


# ------------------------------------------------------------------------------------------------------------ endpoints


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


GROUPS = {"Ingress": "from-tasks", "TaskSecurityGroupIds": "sg-0a,sg-0b", "ClientCidrs": ""}


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


def statements(stack: Stack, name: str) -> list[Json]:
    found: list[Json] = stack.resources[name]["PolicyDocument"]["Statement"]
    return found


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
    stack = endpoints(LeastPrivilege="true", **LISTS, **{switch: "true", lists: "arn:aws:x:1,arn:aws:x:2"})

    assert stack.refused == []
    assert [row["Resource"] for row in statements(stack, f"{switch}Endpoint")] == [["arn:aws:x:1", "arn:aws:x:2"]]


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


# -------------------------------------------------------------------------------------------------------------- central


def test_central_endpoints_have_private_dns_off() -> None:
    stack = endpoints(Central="true", OtherServices="sqs")

    assert {row.get("PrivateDnsEnabled") for row in stack.of(ENDPOINT).values()} == {False, None}


def central(**parameters: str) -> Stack:
    return Stack(FOLDER / "central-zones.yaml", {"VpcId": "vpc-1", **parameters})


ENTRY = "Z38GZ743OKFT7T:vpce-0a-x.dkr.ecr.eu-west-1.vpce.amazonaws.com"


def test_central_zones_have_apex_wildcard_and_spoke_vpcs() -> None:
    stack = central(SpokeVpcIds="vpc-0b,vpc-0c", EcrDkrDnsEntry=ENTRY)

    assert set(stack.resources) == {"EcrDkrZone", "EcrDkrRecords"}
    assert [vpc["VPCId"] for vpc in stack.resources["EcrDkrZone"]["VPCs"]] == ["vpc-1", "vpc-0b", "vpc-0c"]
    assert stack.resources["EcrDkrZone"]["HostedZoneTags"] == [{"Key": "Name", "Value": "endpoints-ecr.dkr"}]
    records = stack.resources["EcrDkrRecords"]["RecordSets"]
    assert [row["Name"] for row in records] == ["dkr.ecr.eu-west-1.amazonaws.com", "*.dkr.ecr.eu-west-1.amazonaws.com"]
    assert {(row["AliasTarget"]["HostedZoneId"], row["AliasTarget"]["DNSName"]) for row in records} == {
        ("Z38GZ743OKFT7T", "vpce-0a-x.dkr.ecr.eu-west-1.vpce.amazonaws.com")
    }


@pytest.mark.parametrize(
    ("service", "host"),
    [("EcrApi", "api.ecr"), ("EcrDkr", "dkr.ecr")]
    + [(name, SWITCHES[name]) for name in ("Logs", "SecretsManager", "Ssm", "SsmMessages", "Kms")],
)
def test_output_of_the_endpoints_makes_the_zone_of_its_service_alone(service: str, host: str) -> None:
    made = endpoints(**dict.fromkeys(SWITCHES, "true"), Central="true").outputs[f"{service}DnsEntry"]
    stack = central(**{f"{service}DnsEntry": made})

    assert {row["Name"] for row in stack.of("AWS::Route53::HostedZone").values()} == {f"{host}.eu-west-1.amazonaws.com"}
    assert set(stack.outputs) == {f"{service}ZoneId"}


@pytest.mark.parametrize("count", [0, 20])
def test_central_zones_are_associated_with_up_to_twenty_spokes(count: int) -> None:
    spokes = [f"vpc-0{number}" for number in range(count)]
    stack = central(SpokeVpcIds=",".join(spokes), LogsDnsEntry=ENTRY)

    assert [vpc["VPCId"] for vpc in stack.resources["LogsZone"]["VPCs"]] == ["vpc-1", *spokes]


def test_central_zones_refuse_a_spoke_without_a_place_and_a_stack_of_nothing() -> None:
    with pytest.raises(AssertionError, match="SpokeVpcIds"):
        central(SpokeVpcIds=",".join(f"vpc-0{number}" for number in range(21)), LogsDnsEntry=ENTRY)
    assert central().refused == ["Give at least one output DnsEntry of endpoints.yaml."]


# -------------------------------------------------------------------------------------------------------- first service


def first_service() -> Stack:
    return Stack(FOLDER / "first-service.yaml", {"DesiredCount": "2"})


def rules(rows: list[Row], group: str) -> list[Row]:
    return [
        allow(
            row["IpProtocol"],
            row.get("FromPort"),
            row.get("ToPort"),
            **({"cidr": row["CidrIp"]} if "CidrIp" in row else {"group": row[group]}),
        )
        for row in rows
    ]


def written(stack: Stack) -> Written:
    vpc, definition = stack.resources["Vpc"], stack.resources["TaskDefinition"]
    network = stack.resources["Service"]["NetworkConfiguration"]["AwsvpcConfiguration"]
    groups = stack.of("AWS::EC2::SecurityGroup")
    roles = {stack.value({"Fn::GetAtt": [name, "Arn"]}): row for name, row in stack.of("AWS::IAM::Role").items()}
    links = stack.of("AWS::EC2::SubnetRouteTableAssociation").values()
    return Written(
        cidr=vpc["CidrBlock"],
        dns=(vpc["EnableDnsSupport"], vpc["EnableDnsHostnames"]),
        subnets={
            name: (row["CidrBlock"], row["AvailabilityZone"]) for name, row in stack.of("AWS::EC2::Subnet").items()
        },
        tables={
            name: [link["SubnetId"] for link in links if link["RouteTableId"] == name]
            for name in stack.of("AWS::EC2::RouteTable")
        },
        inbound={
            name: rules(row.get("SecurityGroupIngress", []), "SourceSecurityGroupId") for name, row in groups.items()
        },
        outbound={name: rules(row.get("SecurityGroupEgress", []), "") for name, row in groups.items()},
        endpoints={f"vpce-{name}": endpoint(row) for name, row in stack.of(ENDPOINT).items()},
        trusts={arn: row["AssumeRolePolicyDocument"] for arn, row in roles.items()},
        statements={
            arn: [statement for own in row.get("Policies", []) for statement in own["PolicyDocument"]["Statement"]]
            for arn, row in roles.items()
        },
        repository=stack.resources["Repository"]["RepositoryName"],
        log_group=stack.resources["LogGroup"]["LogGroupName"],
        definition={
            "containerDefinitions": [camel(row) for row in definition["ContainerDefinitions"]],
            "executionRoleArn": definition["ExecutionRoleArn"],
            "taskRoleArn": definition["TaskRoleArn"],
        },
        network={"subnets": network["Subnets"], "groups": network["SecurityGroups"]},
    )


def camel(row: Any) -> Any:
    """Keys as ECS's API has them."""
    if not isinstance(row, dict):
        return row
    return {key[0].lower() + key[1:]: camel(value) for key, value in row.items()}


def endpoint(row: Row) -> Endpoint:
    return Endpoint(
        row["VpcEndpointType"],
        row["ServiceName"],
        row.get("RouteTableIds") or row["SubnetIds"],
        row["PolicyDocument"],
        row.get("SecurityGroupIds", []),
        row.get("PrivateDnsEnabled", False),
    )


def test_first_service_tasks_start() -> None:
    made = Made(written(first_service()))

    assert made.bad() == {}
    assert made.found().verdict is OK
    assert {row.need.step for row in made.found().needs} >= {"registry-auth", "manifest", "logs", "layers"}


@pytest.mark.parametrize(
    ("left_out", "bad"),
    [
        ("S3Gateway", {"layers"}),
        ("LogsEndpoint", {"logs"}),
        ("EcrApiEndpoint", {"registry-auth"}),
        ("EcrDkrEndpoint", {"manifest"}),
    ],
)
def test_first_service_tasks_are_blocked_if_an_endpoint_is_missing(left_out: str, bad: set[str]) -> None:
    stack = first_service()
    del stack.resources[left_out]

    made = Made(written(stack))

    assert {step for step, verdict in made.bad().items() if verdict is BLOCKED} == bad


def test_first_service_depends_on_endpoints_and_route_associations() -> None:
    stack = first_service()

    assert set(stack.template["Resources"]["Service"]["DependsOn"]) == {
        *stack.of(ENDPOINT),
        *stack.of("AWS::EC2::SubnetRouteTableAssociation"),
    }
