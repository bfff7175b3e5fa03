"""Tasks start in the network that the templates make, and not where an endpoint is missing."""

from typing import Any

import pytest

from skerry.verdicts import BLOCKED, OK
from tests.cloudformation.resolving import Stack
from tests.cloudformation.stacks import ENDPOINT, GROUPS, REPOSITORY, endpoints, first_service
from tests.networks import Row, allow
from tests.written import Endpoint, Made, Written


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


FULL_ACCESS = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}
"""https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#default-endpoint-policy"""


def endpoint(row: Row) -> Endpoint:
    return Endpoint(
        row["VpcEndpointType"],
        row["ServiceName"],
        row.get("RouteTableIds") or row["SubnetIds"],
        row.get("PolicyDocument", FULL_ACCESS),
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


def with_endpoints(**parameters: str) -> Made:
    """The network of the first service, with the endpoints of endpoints.yaml in place of its own."""
    base = written(first_service())
    blocks = ",".join(cidr for cidr, _ in base.subnets.values())
    stack = endpoints(**{"SubnetIds": ",".join(base.subnets), "ClientCidrs": blocks, **parameters})
    assert stack.refused == []
    rows = stack.of(ENDPOINT)
    for row in rows.values():
        if "RouteTableIds" in row:
            row["RouteTableIds"] = ["RouteTable"]
    group = stack.resources["EndpointGroup"]
    admitted = [
        rule | {"SourceSecurityGroupId": "TaskGroup"} if "SourceSecurityGroupId" in rule else rule
        for rule in group["SecurityGroupIngress"]
    ]
    return Made(
        base._replace(
            inbound={"TaskGroup": [], "EndpointGroup": rules(admitted, "SourceSecurityGroupId")},
            outbound=base.outbound | {"EndpointGroup": rules(group["SecurityGroupEgress"], "")},
            endpoints={f"vpce-{name}": endpoint(row) for name, row in rows.items()},
        )
    )


LEAST = {
    "LeastPrivilege": "true",
    "RepositoryArns": "arn:aws:ecr:eu-west-1:111122223333:repository/first",
    "LogGroupArns": "arn:aws:logs:eu-west-1:111122223333:log-group:/ecs/first",
}


@pytest.mark.parametrize(
    "parameters",
    [{}, {"Ingress": "article"}, {**GROUPS, "TaskSecurityGroupIds": "sg-0a"}, LEAST],
    ids=["default", "article", "from-tasks", "least-privilege"],
)
def test_tasks_start_with_the_endpoints(parameters: dict[str, str]) -> None:
    assert with_endpoints(**parameters).bad() == {}


@pytest.mark.parametrize(
    ("parameters", "bad"),
    [
        ({"S3": "false"}, {"layers"}),
        ({"Logs": "false"}, {"logs"}),
        ({"EcrApi": "false"}, {"registry-auth"}),
        ({"EcrDkr": "false"}, {"manifest"}),
        (LEAST | {"RepositoryArns": f"{REPOSITORY}-2"}, {"manifest"}),
    ],
    ids=["S3", "Logs", "EcrApi", "EcrDkr", "another repository"],
)
def test_tasks_are_blocked_without_an_endpoint_or_its_permission(parameters: dict[str, str], bad: set[str]) -> None:
    verdicts = with_endpoints(**parameters).bad()

    assert {step for step, verdict in verdicts.items() if verdict is BLOCKED} == bad
