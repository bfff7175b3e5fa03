"""Permission of Fargate to encrypt ephemeral storage with a key of the cluster.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html
"""

from collections.abc import Iterator

from skerry.access.requests import AccessRequest, partition_name_of
from skerry.launch.launches import Launch
from skerry.model.resource_lookup import Resources
from skerry.policy.request import Request, Values, principal_of_service
from skerry.services.kms import KMS
from skerry.services.service import RequestScope

_ACTIONS = ("kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant")
_FARGATE = principal_of_service("fargate.amazonaws.com")
_OF_CLUSTER = "kms:encryptioncontext:aws:ecs:cluster"


def storage_key_of(launch: Launch) -> str | None:
    """Return the key for the ephemeral storage of a task; tasks for Windows use none."""
    if launch.cluster_configuration is None or launch.family == "windows":
        return None
    return launch.cluster_configuration.managed_storage_configuration.fargate_ephemeral_storage_kms_key_id


def unsupported_kind_of(key: str) -> str | None:
    """Return the kind of a key that Fargate does not support for ephemeral storage; None for other keys.

    The id of a multi-Region key begins with mrk-:
    https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
    """
    name = key.rpartition(":")[2].removeprefix("key/")
    if name.startswith("mrk-"):
        return "a multi-Region key"
    return "an alias" if name.startswith("alias/") else None


def requests_for_storage(resources: Resources, launch: Launch) -> Iterator[AccessRequest]:
    """Yield the requests of Fargate about the key, with the encryption context and the grant that AWS documents."""
    key, account = storage_key_of(launch), launch.account
    if key is None or launch.region is None:
        return
    scope = RequestScope(resources, account, partition_name_of(launch.region), launch.region)
    context: dict[str, Values] = {f"{_OF_CLUSTER}name": (launch.cluster,), "kms:grantoperations": ("Decrypt",)}
    if account is not None:
        context[f"{_OF_CLUSTER}account"] = (account,)
    for action in _ACTIONS:
        for resource in KMS.resources_of(scope, action, key):
            yield AccessRequest(key, Request(_FARGATE, action, resource, context))
