"""The keys that secrets and parameters are encrypted with, which whoever reads them must be allowed to use.

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
    """A secret or parameter with the key that it is encrypted with; ``key`` is empty where that is AWS's own."""

    arn: str
    key: str
    service: Literal["secretsmanager", "ssm"]


def encryption_of(holdings: Resources, asked: AccessRequest) -> EncryptedWith | None:
    """What a request reads that is encrypted, if it is known to be; AWS's own keys need no permission."""
    if asked.request.action not in _READS:
        return None
    if asked.request.action.startswith("secretsmanager"):
        secret = holdings.find_secret(asked.subject)
        if not isinstance(secret, resource_answers.SecretDescription):
            return None
        return EncryptedWith(secret.arn, _own(secret.kms_key_id), "secretsmanager")
    parameter = holdings.find_parameter(asked.subject)
    if not isinstance(parameter, resource_answers.Parameter) or parameter.type != _SECURE:
        return None
    return EncryptedWith(parameter.arn or asked.request.resource.arn, _own(parameter.key_id), "ssm")


def _own(key: str | None) -> str:
    """The key, unless it is AWS's own."""
    return "" if key is None or _OF_AWS in key else key


def decrypt_request_for(holdings: Resources, asked: AccessRequest) -> AccessRequest | None:
    """The request to decrypt what another reads, which the service makes in the name of the role.

    https://docs.aws.amazon.com/kms/latest/developerguide/services-secrets-manager.html
    """
    found = encryption_of(holdings, asked)
    if found is None or not found.key:
        return None
    key = holdings.find_key(found.key)
    metadata = key.key_metadata if isinstance(key, resource_answers.Key) else None
    if metadata is not None and metadata.key_manager == "AWS":
        return None
    parsed = parse_arn(found.arn)
    if parsed is None:
        return None
    name = metadata.arn if metadata else found.key
    if parse_arn(name) is None:
        kind = "" if name.startswith(_ALIAS) else "key/"
        name = f"arn:{partition_name_of(parsed.region)}:kms:{parsed.region}:{parsed.account}:{kind}{name}"
    owner = parse_arn(name)
    partition = partition_of(parsed.region)
    suffix = partition.suffix if partition else "amazonaws.com"
    # The service asks in the name of the role, from a network of its own:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
    context: dict[str, Values] = {
        **dict.fromkeys((*OF_ENDPOINTS, "aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip"), ABSENT),
        "aws:viaawsservice": ("true",),
        "aws:requestedregion": (parsed.region,),
        "kms:viaservice": (f"{found.service}.{parsed.region}.{suffix}",),
        _CONTEXT[found.service].lower(): (found.arn,),
    }
    resource = Resource(name, owner.account if owner else None)
    # The policy and the grants of a key are not told by an alias.
    subject = metadata.arn if metadata is not None and _ALIAS in found.key else found.key
    return AccessRequest(subject, Request(asked.request.principal, DECRYPT, resource, context))


def apply_grants(holdings: Resources, asked: AccessRequest, found: Decision) -> Decision:
    """A denial of the use of a key, unless a grant allows it; an explicit one holds in any case.

    Where the caller may not list the grants, the use of the key is not examined: `GRANTS_UNREAD` is assumed.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    if found.verdict != "denied" or any(denial.statement for denial in found.denials):
        return found
    grants = holdings.grants_of(asked.subject)
    if grants is None and holdings.is_denied(_LIST):
        return Decision("allowed", assumed=(*found.assumed, GRANTS_UNREAD))
    if not isinstance(grants, resource_answers.KeyGrants):
        missing = grants if isinstance(grants, Missing) else Missing(f"the grants of key {asked.subject}", _LIST)
        return Decision("unknown", missing=(missing,), assumed=found.assumed)
    mine = [one for one in grants.grants if one.grantee_principal == asked.request.principal.arn]
    fitting = [one for one in mine if "Decrypt" in one.operations]
    if not fitting:
        return found
    if any(not one.constraints for one in fitting):
        return Decision("allowed", assumed=found.assumed)
    return Decision("unknown", missing=(Missing(f"whether a grant of key {asked.subject} covers it"),))
