"""Stacks of the templates in the folder cloudformation, and views of what they make."""

from typing import Any

from tests.cloudformation.resolving import Json, Stack
from tests.terraforming import ROOT

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
ARNS = {
    "SecretArns": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
    "ParameterArns": "arn:aws:ssm:eu-west-1:111122223333:parameter/web/db",
    "KeyArns": "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab",
}
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


def central(**parameters: str) -> Stack:
    return Stack(FOLDER / "central-zones.yaml", {"VpcId": "vpc-1", **parameters})


def first_service() -> Stack:
    return Stack(FOLDER / "first-service.yaml", {"DesiredCount": "2"})


def opened(stack: Stack) -> set[tuple[Any, ...]]:
    return {
        (rule.get("CidrIp") or rule["SourceSecurityGroupId"], rule["IpProtocol"], rule["FromPort"], rule["ToPort"])
        for rule in stack.resources["EndpointGroup"]["SecurityGroupIngress"]
    }


def named(*names: str) -> set[str]:
    return {f"com.amazonaws.eu-west-1.{name}" for name in names}


def services(stack: Stack) -> set[str]:
    return {row["ServiceName"] for row in stack.of(ENDPOINT).values()}


def statements(stack: Stack, name: str) -> list[Json]:
    found: list[Json] = stack.resources[name]["PolicyDocument"]["Statement"]
    return found


GROUPS = {"Ingress": "from-tasks", "TaskSecurityGroupIds": "sg-0a,sg-0b", "ClientCidrs": ""}
