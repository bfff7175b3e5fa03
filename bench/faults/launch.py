"""What a launch has to call, as a label sees it: told by hand, not derived from a task definition by skerry."""

from typing import NamedTuple

from tests.networks import ACCOUNT, REGION

STORAGE = f"prod-{REGION}-starport-layer-bucket.s3.{REGION}.amazonaws.com"
S3_ADDRESSES = ("52.218.0.9", "52.218.100.7", "3.5.64.77", "3.5.70.1")


class Call(NamedTuple):
    """A connect that the launch cannot do without: a host that is resolved, or an address in each subnet.

    ``at``: the address for the tasks of a subnet; a subnet that is not in it has nothing to connect to.
    """

    host: str
    port: int = 443
    at: tuple[tuple[str, str], ...] = ()


SECRETS = Call(f"secretsmanager.{REGION}.amazonaws.com")
AUTHORIZATION = Call(f"api.ecr.{REGION}.amazonaws.com")
MANIFEST = Call(f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com")
LOGS = Call(f"logs.{REGION}.amazonaws.com")
LAYERS = Call(STORAGE)

LAUNCH = (SECRETS, AUTHORIZATION, MANIFEST, LOGS, LAYERS)
"""The calls of a Fargate task with an image in ECR, awslogs and a secret, on platform version 1.4.0.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
"""


def public_addresses(calls: tuple[Call, ...]) -> tuple[tuple[str, str], ...]:
    """Where public DNS leads each host; S3 has several addresses, each of which is handed out."""
    found: list[tuple[str, str]] = []
    for number, call in enumerate(calls, 1):
        if call.host == STORAGE:
            found.extend((call.host, address) for address in S3_ADDRESSES)
        else:
            found.append((call.host, f"54.1.2.{number}"))
    return tuple(found)
