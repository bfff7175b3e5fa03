"""The source of a secret's value: its service and Region."""

from skerry.catalogue.services import ServiceRef
from skerry.model.arns import parse_arn
from skerry.services import SECRET_STORES
from skerry.services.ssm import PARAMETER_STORE


def source_of(value_from: str, region: str) -> ServiceRef | None:
    """Return the service that a ``valueFrom`` is read from; None for the ARN of another service.

    A name that is no ARN is a parameter in the task's Region:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
    """
    parsed = parse_arn(value_from)
    if parsed is None:
        return None if value_from.startswith("arn:") else ServiceRef(PARAMETER_STORE.prefix, region)
    return ServiceRef(parsed.service, parsed.region) if parsed.service in SECRET_STORES else None
