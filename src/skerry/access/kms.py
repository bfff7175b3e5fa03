"""KMS keys that encrypt secrets and parameters; a reader needs permission to decrypt with them.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
"""

from typing import Literal

import msgspec

from skerry.access.requests import AccessRequest, partition_name_of
from skerry.catalogue.partitions import partition_of
from skerry.model import resource_answers
from skerry.model.arns import parse_arn
from skerry.model.facts import Missing
from skerry.model.resource_lookup import Resources
from skerry.policy.context_keys import OF_ENDPOINTS
from skerry.policy.evaluate import Decision
from skerry.policy.request import ABSENT, Request, Values
from skerry.policy.resources import Resource

DECRYPT = "kms:Decrypt"
_READS = {"secretsmanager:GetSecretValue", "ssm:GetParameters"}
_OF_AWS = "alias/aws/"
_ALIAS = "alias/"
_SECURE = "SecureString"
_LIST = "kms:ListGrants"
GRANTS_UNREAD = "grants of keys"
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encryption-context
_CONTEXT = {
    "secretsmanager": "kms:EncryptionContext:SecretARN",
    "ssm": "kms:EncryptionContext:PARAMETER_ARN",
}


class EncryptedWith(msgspec.Struct, frozen=True, gc=False):
    """A secret or parameter and its encryption key; ``key`` is empty for an AWS managed key."""

    arn: str
    key: str
    service: Literal["secretsmanager", "ssm"]


def encryption_of(resources: Resources, access: AccessRequest) -> EncryptedWith | None:
    """Return the encrypted secret or parameter that a request reads; None if it is not encrypted or unknown.

    AWS managed keys need no permission.
    """
    if access.request.action not in _READS:
        return None
    if access.request.action.startswith("secretsmanager"):
        secret = resources.find_secret(access.subject)
        if not isinstance(secret, resource_answers.SecretDescription):
            return None
        return EncryptedWith(secret.arn, _customer_key_of(secret.kms_key_id), "secretsmanager")
    parameter = resources.find_parameter(access.subject)
    if not isinstance(parameter, resource_answers.Parameter) or parameter.type != _SECURE:
        return None
    return EncryptedWith(parameter.arn or access.request.resource.arn, _customer_key_of(parameter.key_id), "ssm")


def _customer_key_of(key: str | None) -> str:
    """Return the key, empty for an AWS managed key."""
    return "" if key is None or _OF_AWS in key else key


def decrypt_request_for(resources: Resources, access: AccessRequest) -> AccessRequest | None:
    """Return the request to decrypt a secret or parameter; its service makes it in the name of the role.

    https://docs.aws.amazon.com/kms/latest/developerguide/services-secrets-manager.html
    """
    encryption = encryption_of(resources, access)
    if encryption is None or not encryption.key:
        return None
    key = resources.find_key(encryption.key)
    metadata = key.key_metadata if isinstance(key, resource_answers.Key) else None
    if metadata is not None and metadata.key_manager == "AWS":
        return None
    parsed = parse_arn(encryption.arn)
    if parsed is None:
        return None
    name = metadata.arn if metadata else encryption.key
    if parse_arn(name) is None:
        kind = "" if name.startswith(_ALIAS) else "key/"
        name = f"arn:{partition_name_of(parsed.region)}:kms:{parsed.region}:{parsed.account}:{kind}{name}"
    owner = parse_arn(name)
    partition = partition_of(parsed.region)
    suffix = partition.suffix if partition else "amazonaws.com"
    # The service calls KMS in the name of the role, from a network of its own:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
    context: dict[str, Values] = {
        **dict.fromkeys((*OF_ENDPOINTS, "aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip"), ABSENT),
        "aws:viaawsservice": ("true",),
        "aws:requestedregion": (parsed.region,),
        "kms:viaservice": (f"{encryption.service}.{parsed.region}.{suffix}",),
        _CONTEXT[encryption.service].lower(): (encryption.arn,),
    }
    resource = Resource(name, owner.account if owner else None)
    # AWS does not return the policy and the grants of a key for an alias.
    subject = metadata.arn if metadata is not None and _ALIAS in encryption.key else encryption.key
    return AccessRequest(subject, Request(access.request.principal, DECRYPT, resource, context))


def apply_grants(resources: Resources, access: AccessRequest, decision: Decision) -> Decision:
    """Return the decision on the use of a key with its grants: a grant lifts an implicit deny, not an explicit one.

    If the caller may not list the grants, the use of the key is not checked: `GRANTS_UNREAD` is assumed.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    if decision.verdict != "denied" or any(denial.statement for denial in decision.denials):
        return decision
    grants = resources.grants_of(access.subject)
    if grants is None and resources.is_denied(_LIST):
        return Decision("allowed", assumed=(*decision.assumed, GRANTS_UNREAD))
    if not isinstance(grants, resource_answers.KeyGrants):
        missing = grants if isinstance(grants, Missing) else Missing(f"the grants of key {access.subject}", _LIST)
        return Decision("unknown", missing=(missing,), assumed=decision.assumed)
    of_principal = [grant for grant in grants.grants if grant.grantee_principal == access.request.principal.arn]
    fitting = [grant for grant in of_principal if "Decrypt" in grant.operations]
    if not fitting:
        return decision
    if any(not grant.constraints for grant in fitting):
        return Decision("allowed", assumed=decision.assumed)
    return Decision("unknown", missing=(Missing(f"whether a grant of key {access.subject} covers it"),))
