"""Secrets Manager: secrets, their versions and their policies.

https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetResourcePolicy.html
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial

import msgspec
from msgspec import field

from skerry.model.api_call import ApiCall
from skerry.model.arns import Arn, NameOrArn, ResourceArn, parse_arn
from skerry.model.record import Pascal
from skerry.model.resource_lookup import Resources
from skerry.policy.request import Request
from skerry.policy.resources import Resource
from skerry.services.attached_policy import ResourceBasedPolicy, read_policy
from skerry.services.call_request import AnswerRow, CallRequest
from skerry.services.encryption import EncryptedWith, customer_key_of
from skerry.services.kms import KeyReference, find_key_references
from skerry.services.problems import Problem, ResourceFault, UnreadKind, problems_by_answer
from skerry.services.resource_read import ResourceRead, about_one
from skerry.services.service import ClientCall, ReadContext, RequestScope, ResourceReference, SecretStore

PREFIX = "secretsmanager"
_SECRET_PARTS = 2
_CURRENT = "AWSCURRENT"
# Secrets Manager adds six random characters to a name in its ARN; a name should not end like this itself:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
_SUFFIXED = r"-([A-Za-z0-9]{6})$"
_SUFFIX = 6
_UNUSED = ("Description", "Tags", "ReplicationStatus", "CrossAccountReplicas", "ExternalSecretRotationMetadata")


class SecretDescription(Pascal, frozen=True):
    """A secret without its value: its key, its deletion date, and the staging labels of its versions."""

    arn: ResourceArn = field(name="ARN")
    kms_key_id: str | None = None
    deleted_date: str | float | None = None
    version_ids_to_stages: dict[str, tuple[str, ...]] = field(default_factory=dict)


class SecretPolicy(Pascal, frozen=True):
    """The policy of a secret, if it has one."""

    resource_policy: str | None = None


SECRET = ResourceRead(
    call=about_one(ApiCall(PREFIX, "DescribeSecret", without=_UNUSED, always=("ARN",))),
    record=SecretDescription,
    fact="secret {}",
    kind="secrets",
    named_by=("SecretId",),
    describes=True,
)
SECRET_POLICY = ResourceRead(
    call=about_one(ApiCall(PREFIX, "GetResourcePolicy", always=("ARN",))),
    record=SecretPolicy,
    fact="the policy of secret {}",
    kind="policies of secrets",
    named_by=("SecretId",),
    policy="resource_policy",
)


# ----------------------------------------------------------------------------------------------------- references


class SecretVersion(msgspec.Struct, frozen=True, gc=False):
    """The requested part and version of a secret; ``id`` is empty if a label selects the version."""

    json_key: str = ""
    stage: str = _CURRENT
    id: str = ""


def bare_reference_of(value_from: str) -> str:
    """Return the reference without ``:json-key:stage:version``, which is not part of a secret's ARN.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    parsed = value_from.arn if isinstance(value_from, NameOrArn) else parse_arn(value_from)
    if parsed is None or parsed.service != PREFIX:
        return value_from
    resource = ":".join(parsed.resource.split(":")[:_SECRET_PARTS])
    return f"arn:{parsed.partition}:{PREFIX}:{parsed.region}:{parsed.account}:{resource}"


def version_of(value_from: str) -> SecretVersion:
    """Return the parts of ``:json-key:stage:version`` at the end of a reference to a secret; all of it may be left out.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    parsed = parse_arn(value_from)
    if parsed is None:
        return SecretVersion()
    key, stage, version = (*parsed.resource.split(":")[_SECRET_PARTS:], "", "", "")[:3]
    return SecretVersion(key, stage or _CURRENT, version)


def _names_of(value_from: str, home: Arn) -> Iterator[str]:
    parsed = parse_arn(value_from)
    if value_from and (parsed is None or parsed.region == home.region):
        yield bare_reference_of(value_from)


# ---------------------------------------------------------------------------------------------------------- reads


def _requests_for(references: Sequence[ResourceReference], _context: ReadContext) -> Iterator[CallRequest]:
    for reference in references:
        parameters = {"SecretId": reference.name}
        parsed = parse_arn(reference.name)
        place = parsed.resource.removeprefix("secret:") if parsed else reference.name
        yield CallRequest(SECRET.call, parameters, place, partial(_key_of, reference.account))
        yield CallRequest(SECRET_POLICY.call, parameters, place)


def _key_of(account: str, row: AnswerRow) -> Iterator[KeyReference]:
    parsed = parse_arn(row.get("ARN", ""))
    yield from find_key_references(row.get("KmsKeyId"), account, own=parsed is not None and parsed.account == account)


# ------------------------------------------------------------------------------------------------------- requests


def _resources_of(scope: RequestScope, _action: str, subject: str) -> Iterator[Resource]:
    """Yield a secret by its ARN from DescribeSecret, else by its name or ARN in the task definition.

    Without the six random characters, or with a name only, just the beginning of the ARN is known. An ARN with a last
    word of six lowercase letters may be complete or not.
    """
    secret = SECRET.find(scope.resources, subject)
    parsed = parse_arn(subject)
    suffix = re.search(_SUFFIXED, subject)
    if isinstance(secret, SecretDescription):
        yield Resource(secret.arn, secret.arn.arn.account)
    elif parsed is None:
        start = scope.arn_of(PREFIX, f"secret:{subject}-", scope.account)
        yield Resource(start, scope.account, beginning=True, more_characters=_SUFFIX)
    elif suffix is None:
        yield Resource(f"{subject}-", parsed.account, beginning=True, more_characters=_SUFFIX)
    else:
        yield Resource(subject, parsed.account, beginning=suffix[1].islower() and suffix[1].isalpha())


def _policy_of(resources: Resources, _request: Request, subject: str) -> ResourceBasedPolicy:
    return read_policy(SECRET_POLICY, resources, subject)


def _encryption_of(resources: Resources, subject: str, _arn: str) -> EncryptedWith | None:
    secret = SECRET.find(resources, subject)
    if not isinstance(secret, SecretDescription):
        return None
    # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-encryption-context
    return EncryptedWith(secret.arn, customer_key_of(secret.kms_key_id), PREFIX, "kms:EncryptionContext:SecretARN")


# ------------------------------------------------------------------------------------------------------ existence


def _problems_of(resources: Resources, subject: str, references: Sequence[str]) -> Iterator[Problem]:
    secret = SECRET.find(resources, subject)
    yield from problems_by_answer(secret, subject, f"secret {subject}", "SECRET_NOT_FOUND", SECRET.kind)
    if not isinstance(secret, SecretDescription):
        return
    if secret.deleted_date is not None:
        message = f"secret {subject} is scheduled for deletion, and cannot be read"
        yield ResourceFault(subject, "SECRET_SCHEDULED_FOR_DELETION", message)
    for value_from in references:
        yield from _version_problems_of(value_from, subject, secret)


def _version_problems_of(value_from: str, subject: str, secret: SecretDescription) -> Iterator[Problem]:
    """Yield a problem if the secret lacks the requested version; a secret without a value has no version.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
    """
    requested = version_of(value_from)
    if requested.json_key:
        yield UnreadKind("JSON keys of secrets")
    stages = secret.version_ids_to_stages
    if requested.id:
        if requested.id not in stages:
            message = f"secret {subject} has no version {requested.id}"
            yield ResourceFault(subject, "SECRET_VERSION_NOT_FOUND", message)
    elif not any(requested.stage in labels for labels in stages.values()):
        message = f"secret {subject} has no version with the label {requested.stage}"
        yield ResourceFault(subject, "SECRET_VERSION_NOT_FOUND", message)


# ------------------------------------------------------------------------------------------------------- examples


def _client_call(subjects: Sequence[str]) -> ClientCall:
    return ClientCall("get_secret_value", {"SecretId": subjects[0]})


def _stored_name_of(subject: str) -> str:
    """Return the name by which the embedded AWS finds the secret of an ARN: the whole last part of the ARN."""
    parsed = parse_arn(subject)
    return parsed.resource.partition(":")[2] if parsed else subject


def _creation_of(name: str) -> ClientCall:
    return ClientCall("create_secret", {"Name": name, "SecretString": '{"password": "an example"}'})


SECRETS_MANAGER = SecretStore(
    prefix=PREFIX,
    reads=(SECRET, SECRET_POLICY),
    requests_for=_requests_for,
    resources_of=_resources_of,
    policy_of=_policy_of,
    own_requests={PREFIX: "GetSecretValue on its own secrets"},
    other_resources={
        "secretsmanager:GetSecretValue": "arn:{partition}:secretsmanager:{region}:{account}:secret:{other}-AbCdEf"
    },
    read_action="secretsmanager:GetSecretValue",
    bare_reference_of=bare_reference_of,
    names_of=_names_of,
    problems_of=_problems_of,
    encryption_of=_encryption_of,
    client_call=_client_call,
    stored_name_of=_stored_name_of,
    creation_of=_creation_of,
)
