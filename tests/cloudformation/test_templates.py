"""The CloudFormation templates: cfn-lint finds nothing, and they make what the Terraform module makes."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from skerry.verdicts import BLOCKED, OK
from tests.cloudformation.resolving import Stack
from tests.networks import Row, allow
from tests.terraforming import ROOT
from tests.written import Endpoint, Made, Written

FOLDER = ROOT / "cloudformation"
TEMPLATES = sorted(FOLDER.glob("*.yaml"))
GIVEN = {
    "VpcId": "vpc-1",
    "SubnetIds": "subnet-a,subnet-b",
    "RouteTableIds": "rtb-private",
    "ClientCidr1": "10.0.1.0/24",
    "ClientCidr2": "10.0.2.0/24",
}
LISTS = {
    "RepositoryArns": "arn:aws:ecr:eu-west-1:111122223333:repository/web",
    "LogGroupArns": "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/web:*",
}
ENDPOINT = "AWS::EC2::VPCEndpoint"


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


def services(stack: Stack) -> set[str]:
    return {row["ServiceName"] for row in stack.of(ENDPOINT).values()}


def test_template_folder_has_the_three_templates() -> None:
    assert [path.name for path in TEMPLATES] == ["central-zones.yaml", "endpoints.yaml", "first-service.yaml"]


def test_templates_pass_cfn_lint() -> None:
    assert lint(*TEMPLATES) == (0, "")


def test_cfn_lint_reports_a_misspelt_property(tmp_path: Path) -> None:
    text = (FOLDER / "endpoints.yaml").read_text(encoding="utf-8")
    broken = tmp_path / "broken.yaml"
    broken.write_text(text.replace("PrivateDnsEnabled", "PrivateDns", 1), encoding="utf-8")

    code, said = lint(broken)

    assert code != 0
    assert "E3002 Additional properties are not allowed ('PrivateDns' was unexpected" in said


# ------------------------------------------------------------------------------------------------------------ endpoints


def test_default_stack_creates_startup_endpoints_and_opens_only_443() -> None:
    stack = endpoints()

    assert stack.refused == []
    assert services(stack) == {f"com.amazonaws.eu-west-1.{name}" for name in ("ecr.api", "ecr.dkr", "logs", "s3")}
    assert opened(stack) == {("10.0.1.0/24", "tcp", 443, 443), ("10.0.2.0/24", "tcp", 443, 443)}
    assert {row.get("PrivateDnsEnabled") for row in stack.of(ENDPOINT).values()} == {True, None}
    assert not any("PolicyDocument" in row for row in stack.of(ENDPOINT).values())


def test_article_ingress_opens_ports_80_443_and_53() -> None:
    ports = {(protocol, port, port) for protocol, port in (("tcp", 80), ("tcp", 443), ("udp", 53))}

    assert opened(endpoints(Ingress="article")) == {
        (GIVEN[cidr], *port) for cidr in ("ClientCidr1", "ClientCidr2") for port in ports
    }


def test_from_tasks_ingress_and_egress_use_the_task_security_group() -> None:
    stack = endpoints(
        Ingress="from-tasks", TaskSecurityGroupId="sg-0a1b2c3d", TaskEgress="true", GatewayPrefixListId="pl-6da54004"
    )

    assert opened(stack) == {("sg-0a1b2c3d", "tcp", 443, 443)}
    assert {row.get("DestinationPrefixListId") for row in stack.of("AWS::EC2::SecurityGroupEgress").values()} == {
        "pl-6da54004",
        None,
    }


def test_service_parameters_select_the_endpoints() -> None:
    switches = dict.fromkeys(("SecretsManager", "Ssm", "SsmMessages", "Kms", "DynamoDb"), "true")
    stack = endpoints(**switches, Logs="false", OtherService1="com.amazonaws.eu-west-1.sqs", PlatformVersion="1.3.0")

    assert services(stack) == {
        f"com.amazonaws.eu-west-1.{name}"
        for name in ("ecr.dkr", "secretsmanager", "ssm", "ssmmessages", "kms", "dynamodb", "s3", "sqs")
    }


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

    assert stack.resources["S3Gateway"]["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*",
        }
    ]
    assert stack.resources["EcrDkrEndpoint"]["PolicyDocument"]["Statement"][1]["Resource"] == [LISTS["RepositoryArns"]]
    assert stack.resources["LogsEndpoint"]["PolicyDocument"]["Statement"][0]["Resource"] == [LISTS["LogGroupArns"]]


def test_s3_policy_allows_environment_files() -> None:
    files = {"FileArns": "arn:aws:s3:::settings/web.env", "FileBucketArns": "arn:aws:s3:::settings"}
    statements = endpoints(LeastPrivilege="true", **LISTS, **files).resources["S3Gateway"]["PolicyDocument"][
        "Statement"
    ]

    assert [(row["Action"], row["Resource"]) for row in statements[1:]] == [
        ("s3:GetObject", [files["FileArns"]]),
        ("s3:GetBucketLocation", [files["FileBucketArns"]]),
    ]


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"ClientCidr1": ""}, "Give the CIDR blocks of the tasks' subnets"),
        ({"Ingress": "from-tasks"}, "are about TaskSecurityGroupId"),
        ({"TaskEgress": "true", "GatewayPrefixListId": "pl-6da54004"}, "are about TaskSecurityGroupId"),
        ({"TaskEgress": "true", "TaskSecurityGroupId": "sg-0a1b2c3d"}, "TaskEgress needs GatewayPrefixListId"),
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
    stack = endpoints(Central="true")

    assert {row.get("PrivateDnsEnabled") for row in stack.of(ENDPOINT).values()} == {False, None}


def test_central_zones_have_apex_wildcard_and_spoke_vpcs() -> None:
    entry = "Z38GZ743OKFT7T:vpce-0a-x.dkr.ecr.eu-west-1.vpce.amazonaws.com"
    given = {"VpcId": "vpc-1", "SpokeVpcId2": "vpc-0b", "EcrDkrDnsEntry": entry}
    stack = Stack(FOLDER / "central-zones.yaml", given)

    assert set(stack.resources) == {"EcrDkrZone", "EcrDkrRecords"}
    assert [vpc["VPCId"] for vpc in stack.resources["EcrDkrZone"]["VPCs"]] == ["vpc-1", "vpc-0b"]
    records = stack.resources["EcrDkrRecords"]["RecordSets"]
    assert [row["Name"] for row in records] == ["dkr.ecr.eu-west-1.amazonaws.com", "*.dkr.ecr.eu-west-1.amazonaws.com"]
    assert {(row["AliasTarget"]["HostedZoneId"], row["AliasTarget"]["DNSName"]) for row in records} == {
        ("Z38GZ743OKFT7T", "vpce-0a-x.dkr.ecr.eu-west-1.vpce.amazonaws.com")
    }


# -------------------------------------------------------------------------------------------------------- first service


def first_service() -> Stack:
    return Stack(FOLDER / "first-service.yaml", {"DesiredCount": "2"})


def rules(rows: list[Row], group: str) -> list[Row]:
    return [
        allow(
            row["IpProtocol"],
            row["FromPort"],
            row["ToPort"],
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
