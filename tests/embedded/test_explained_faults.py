"""Refusals and throttling of every service of the embedded AWS are explained with the right class."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from skerry.embedded.fault_injection import Faults
from skerry.embedded.http_server import serve_over_http
from skerry.errortext.explain import explain

READS = (
    ("ec2", "describe_vpcs", "ec2:DescribeVpcs"),
    ("ecs", "list_clusters", "ecs:ListClusters"),
    ("ecr", "describe_repositories", "ecr:DescribeRepositories"),
    ("efs", "describe_file_systems", "elasticfilesystem:DescribeFileSystems"),
    ("events", "list_rules", "events:ListRules"),
    ("iam", "list_roles", "iam:ListRoles"),
    ("kms", "list_keys", "kms:ListKeys"),
    ("logs", "describe_log_groups", "logs:DescribeLogGroups"),
    ("route53", "list_hosted_zones", "route53:ListHostedZones"),
    ("scheduler", "list_schedules", "scheduler:ListSchedules"),
    ("secretsmanager", "list_secrets", "secretsmanager:ListSecrets"),
    ("ssm", "describe_parameters", "ssm:DescribeParameters"),
    ("sts", "get_caller_identity", "sts:GetCallerIdentity"),
)


@pytest.fixture(scope="module")
def faults() -> Iterator[Faults]:
    faults = Faults()
    with serve_over_http("eu-west-1", faults):
        yield faults


def explained(service: str, call: str) -> tuple[Any, ...]:
    """Return the error's text, and its classes and confidences."""
    client = boto3.client(service, config=Config(retries={"total_max_attempts": 1}))
    with pytest.raises(ClientError) as caught:
        getattr(client, call)()
    return (str(caught.value), *((answer.kind, answer.rule) for answer in explain(str(caught.value))))


def test_denied_calls_of_every_service_are_permission_errors(faults: Faults) -> None:
    faults.clear()
    faults.denied = {action for _, _, action in READS}
    answers = [explained(service, call) for service, call, _ in READS]
    assert [answer for answer in answers if [kind for kind, _ in answer[1:]] != ["permission"]] == []


def test_throttled_calls_of_every_service_are_capacity_errors(faults: Faults) -> None:
    faults.clear()
    faults.throttle = 1
    answers = [explained(service, call) for service, call, _ in READS]
    assert [answer for answer in answers if answer[1:] != (("capacity", "throttled"),)] == []
