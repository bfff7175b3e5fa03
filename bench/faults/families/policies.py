"""Policies of endpoints. No packet shows them: the connection is made, and the request is refused.

Default and conditions: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
"""

import json
from typing import Any

from bench.faults.cases import Case, Fault, one
from bench.faults.launch import AUTHORIZATION, LAYERS, LOGS, MANIFEST, SECRETS
from bench.faults.shapes import Change, Sound
from tests.networks import ACCOUNT, REGION

_FAMILY = "endpoint policies"
_REGISTRY = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"
_PERIMETER = (
    "https://github.com/aws-samples/data-perimeter-policy-examples/blob/main/"
    "service_specific_guidance/ecr-specific-guidance.md"
)
_LOGS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch-logs-and-interface-VPC.html"
_SECRETS = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/vpc-endpoint-overview.html"
BUCKET = f"arn:aws:s3:::prod-{REGION}-starport-layer-bucket/*"


def statement(
    action: str | list[str], resource: str | list[str] = "*", effect: str = "Allow", **more: Any
) -> dict[str, Any]:
    """A statement of a policy, about everybody."""
    return {"Effect": effect, "Principal": "*", "Action": action, "Resource": resource} | more


def policy(endpoint: str, *statements: dict[str, Any]) -> Change:
    """Give an endpoint a policy."""

    def change(network: Sound) -> None:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        network.row("VpcEndpoints", endpoint)["PolicyDocument"] = document

    return change


def _of(says: str, endpoint: str, *statements: dict[str, Any]) -> Fault:
    return Fault(says, policy(endpoint, *statements), ((endpoint,),))


def _case(shape: str, name: str, source: str, failing: tuple[str, ...], fault: Fault) -> Case:
    return one(shape, _FAMILY, name, (fault,), source=source, verdict="blocked", failing=failing)


_OWN: dict[str, Any] = {"Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}}
_OWN_RESOURCES: dict[str, Any] = {"Condition": {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}}

CASES: list[Case] = [
    _case(
        "two zones",
        "s3-without-layer-bucket",
        _REGISTRY,
        (LAYERS.host,),
        _of(
            "the S3 gateway's policy allows the user's bucket alone",
            "vpce-93",
            statement("s3:*", "arn:aws:s3:::settings/*"),
        ),
    ),
    _case(
        "endpoints apart",
        "s3-own-principals",
        _PERIMETER,
        (LAYERS.host,),
        _of("the S3 gateway's policy asks for principals of the account", "vpce-93", statement("s3:*", **_OWN)),
    ),
    _case(
        "one zone",
        "s3-own-resources",
        _PERIMETER,
        (LAYERS.host,),
        _of("the S3 gateway's policy asks for buckets of the account", "vpce-93", statement("s3:*", **_OWN_RESOURCES)),
    ),
    _case(
        "two zones",
        "s3-put-only",
        _REGISTRY,
        (LAYERS.host,),
        _of("the S3 gateway's policy allows no s3:GetObject", "vpce-93", statement("s3:PutObject")),
    ),
    _case(
        "two zones",
        "ecr-without-token",
        _REGISTRY,
        (AUTHORIZATION.host,),
        _of(
            "the policy of the endpoint for ecr.api allows no GetAuthorizationToken",
            "vpce-a0",
            statement(["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]),
        ),
    ),
    _case(
        "endpoints apart",
        "ecr-other-repository",
        _REGISTRY,
        (MANIFEST.host,),
        _of(
            "the policy of the endpoint for ecr.dkr denies the pull",
            "vpce-d0",
            statement("*"),
            statement(["ecr:BatchGetImage"], effect="Deny"),
        ),
    ),
    _case(
        "one zone",
        "logs-without-stream",
        _LOGS,
        (LOGS.host,),
        _of("the policy of the endpoint for logs allows no CreateLogStream", "vpce-10", statement("logs:PutLogEvents")),
    ),
    _case(
        "two zones",
        "secret-of-others",
        _SECRETS,
        (SECRETS.host,),
        _of(
            "the policy of the endpoint for secretsmanager allows another secret alone",
            "vpce-5e",
            statement("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:other-*"),
        ),
    ),
]
