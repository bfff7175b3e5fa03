"""AWS's answers about single resources of tasks: a record, "there is none", or no answer.

The record of each answer is in the module of its service (`skerry.services`).
"""

from typing import TypeAlias

import msgspec

from skerry.model.arns import ResourceArn
from skerry.model.record import Camel

Answer: TypeAlias = msgspec.Struct
"""The record of an answer."""


class PullThroughCacheRule(Camel, frozen=True):
    """A pull-through cache rule of ECR: repositories with its prefix are filled from another registry at first pull.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PullThroughCacheRule.html
    """

    ecr_repository_prefix: str
    upstream_registry_url: str
    registry_id: str | None = None
    credential_arn: ResourceArn | None = None


class Absent(msgspec.Struct, frozen=True, gc=False):
    """AWS's answer that a resource does not exist, with its error code."""

    code: str


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A call without an answer, with AWS's error code: mostly a missing permission of the caller."""

    code: str


class ResourceAnswer(msgspec.Struct, frozen=True, gc=False):
    """AWS's answer about one resource: the IAM action of the call, the resource, and the answer."""

    action: str
    about: str
    answer: Answer | Absent | Refused
