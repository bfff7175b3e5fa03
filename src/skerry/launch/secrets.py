"""The source of a secret's value: its service and Region."""

from typing import NamedTuple

from skerry.catalogue.services import ServiceRef
from skerry.model.arns import parse_arn

_SERVICES = {"secretsmanager", "ssm"}
_SECRET_PARTS = 2


def source_of(value_from: str, region: str) -> ServiceRef | None:
    """Return the service that a ``valueFrom`` is read from; None if the ARN belongs to neither.

    A name that is no ARN is a parameter in the task's Region:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
    """
    parsed = parse_arn(value_from)
    if parsed is None:
        return None if value_from.startswith("arn:") else ServiceRef("ssm", region)
    return ServiceRef(parsed.service, parsed.region) if parsed.service in _SERVICES else None


def bare_reference_of(value_from: str) -> str:
    """Return the reference without ``:json-key:stage:version``, which is not part of a secret's ARN.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    parsed = parse_arn(value_from)
    if parsed is None or parsed.service != "secretsmanager":
        return value_from
    resource = ":".join(parsed.resource.split(":")[:_SECRET_PARTS])
    return f"arn:{parsed.partition}:secretsmanager:{parsed.region}:{parsed.account}:{resource}"


class SecretVersion(NamedTuple):
    """The requested part and version of a secret; ``id`` is empty if a label selects the version."""

    json_key: str = ""
    stage: str = "AWSCURRENT"
    id: str = ""


def version_of(value_from: str) -> SecretVersion:
    """Return the parts of ``:json-key:stage:version`` at the end of a reference to a secret; all of it may be left out.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    parsed = parse_arn(value_from)
    if parsed is None:
        return SecretVersion()
    key, stage, version = (*parsed.resource.split(":")[_SECRET_PARTS:], "", "", "")[:3]
    return SecretVersion(key, stage or "AWSCURRENT", version)
