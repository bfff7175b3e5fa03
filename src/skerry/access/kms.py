"""Permission to decrypt secrets and parameters with keys of KMS.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
"""

from skerry.access.requests import AccessRequest, partition_name_of
from skerry.catalogue.partitions import partition_of
from skerry.model.facts import Missing
from skerry.model.resource_lookup import Resources
from skerry.policy.context_keys import OF_ENDPOINTS
from skerry.policy.evaluate import Decision
from skerry.policy.request import ABSENT, Request, Values
from skerry.services import SECRET_STORES
from skerry.services.encryption import EncryptedWith
from skerry.services.kms import ALIAS, GRANTS, KEY, KMS, Key, KeyGrants
from skerry.services.service import RequestScope

DECRYPT = "kms:Decrypt"
GRANTS_UNREAD = GRANTS.kind


def encryption_of(resources: Resources, access: AccessRequest) -> EncryptedWith | None:
    """Return the encrypted secret or parameter that a request reads; None if it is not encrypted or unknown.

    AWS managed keys need no permission.
    """
    action = access.request.action
    store = SECRET_STORES.get(action.partition(":")[0])
    if store is None or action != store.read_action:
        return None
    return store.encryption_of(resources, access.subject, access.request.resource.arn)


def decrypt_request_for(resources: Resources, access: AccessRequest) -> AccessRequest | None:
    """Return the request to decrypt a secret or parameter; its service makes it in the name of the role.

    https://docs.aws.amazon.com/kms/latest/developerguide/services-secrets-manager.html
    """
    encryption = encryption_of(resources, access)
    if encryption is None or not encryption.key:
        return None
    key = KEY.find(resources, encryption.key)
    metadata = key.key_metadata if isinstance(key, Key) else None
    if metadata is not None and metadata.key_manager == "AWS":
        return None
    parsed = encryption.arn.arn
    if parsed is None:
        return None
    scope = RequestScope(resources, parsed.account, partition_name_of(parsed.region), parsed.region)
    (resource,) = KMS.resources_of(scope, DECRYPT, encryption.key)
    partition = partition_of(parsed.region)
    suffix = partition.suffix if partition else "amazonaws.com"
    # The service calls KMS in the name of the role, from a network of its own:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html
    context: dict[str, Values] = {
        **dict.fromkeys((*OF_ENDPOINTS, "aws:sourcevpce", "aws:sourcevpc", "aws:vpcsourceip"), ABSENT),
        "aws:viaawsservice": ("true",),
        "aws:requestedregion": (parsed.region,),
        "kms:viaservice": (f"{encryption.service}.{parsed.region}.{suffix}",),
        encryption.context.lower(): (encryption.arn,),
    }
    # AWS does not return the policy and the grants of a key for an alias.
    subject = metadata.arn if metadata is not None and ALIAS in encryption.key else encryption.key
    return AccessRequest(subject, Request(access.request.principal, DECRYPT, resource, context))


def apply_grants(resources: Resources, access: AccessRequest, decision: Decision) -> Decision:
    """Return the decision on the use of a key with its grants: a grant lifts an implicit deny, not an explicit one.

    If the caller may not list the grants, the use of the key is not checked: `GRANTS_UNREAD` is assumed.

    https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
    """
    if decision.verdict != "denied" or any(denial.statement for denial in decision.denials):
        return decision
    grants = GRANTS.find(resources, access.subject)
    if grants is None and resources.is_denied(GRANTS.action):
        return Decision("allowed", assumed=(*decision.assumed, GRANTS_UNREAD))
    if not isinstance(grants, KeyGrants):
        missing = grants if isinstance(grants, Missing) else Missing(GRANTS.fact.format(access.subject), GRANTS.action)
        return Decision("unknown", missing=(missing,), assumed=decision.assumed)
    of_principal = [grant for grant in grants.grants if grant.grantee_principal == access.request.principal.arn]
    fitting = [grant for grant in of_principal if "Decrypt" in grant.operations]
    if not fitting:
        return decision
    if any(not grant.constraints for grant in fitting):
        return Decision("allowed", assumed=decision.assumed)
    return Decision("unknown", missing=(Missing(f"whether a grant of key {access.subject} covers it"),))
