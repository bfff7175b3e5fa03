"""The source of a secret's value, and the secrets that a platform version does not read."""

from collections.abc import Iterable, Iterator

from skerry.catalogue.platform_versions import Platform
from skerry.catalogue.services import ServiceRef
from skerry.launch.needs import Fault
from skerry.model.arns import NameOrArn
from skerry.services import SECRET_STORES
from skerry.services.secretsmanager import SecretVersion, version_of
from skerry.services.ssm import PARAMETER_STORE


def source_of(value_from: NameOrArn, region: str) -> ServiceRef | None:
    """Return the service that a ``valueFrom`` is read from; None for the ARN of another service.

    A name that is no ARN is a parameter in the task's Region:
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html
    """
    arn = value_from.arn
    if arn is None:
        return None if value_from.startswith("arn:") else ServiceRef(PARAMETER_STORE.prefix, region)
    return ServiceRef(arn.service, arn.region) if arn.service in SECRET_STORES else None


def unread_secrets_of(values: Iterable[str], platform: Platform) -> Iterator[Fault]:
    """Yield a fault for each secret that a platform version does not read: a part of one, or any.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    if platform.secrets == "parts":
        return
    for value in dict.fromkeys(values):
        is_part = version_of(value) != SecretVersion()
        if platform.secrets == "none" or is_part:
            what = "the JSON key or version of a secret" if is_part else "the secret"
            message = f"platform version {platform.version} does not read {what} in {value}"
            yield Fault("secrets", "SECRET_NOT_ON_PLATFORM", message)
