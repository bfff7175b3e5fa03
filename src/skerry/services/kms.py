"""KMS: keys, their policies and their grants.

https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantListEntry.html
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import UNSET, UnsetType, field

from skerry.model.api_call import ApiCall
from skerry.model.arns import ResourceArn, parse_arn
from skerry.model.facts import Missing
from skerry.model.record import Pascal
from skerry.model.resource_lookup import Resources
from skerry.policy.request import Request
from skerry.policy.resources import Resource
from skerry.services.attached_policy import ResourceBasedPolicy, read_policy
from skerry.services.call_request import AnswerRow, CallRequest, pick_nothing
from skerry.services.encryption import OF_AWS, EncryptedWith
from skerry.services.problems import Problem, ResourceFault, UnknownResource, problems_by_answer
from skerry.services.resource_read import ResourceRead, about_one
from skerry.services.service import ReadContext, RequestScope, ResourceReference, ResourceService

PREFIX = "kms"
ALIAS = "alias/"
_ENABLED = "Enabled"


class KeyMetadata(Pascal, frozen=True):
    """A key of KMS, with its state and its manager: AWS or the customer."""

    arn: ResourceArn
    key_state: str | UnsetType = UNSET
    key_manager: str | UnsetType = UNSET


class Key(Pascal, frozen=True):
    """The answer that describes a key."""

    key_metadata: KeyMetadata


class KeyPolicy(Pascal, frozen=True):
    """The policy of a key."""

    policy: str


class Grant(Pascal, frozen=True):
    """A grant on a key, which allows operations in addition to the key policy, perhaps under ``constraints``."""

    grantee_principal: str | None = None
    operations: tuple[str, ...] = ()
    constraints: dict[str, dict[str, str]] = field(default_factory=dict)


class KeyGrants(Pascal, frozen=True):
    """The grants of a key."""

    grants: tuple[Grant, ...] = ()


KEY = ResourceRead(
    call=about_one(ApiCall(PREFIX, "DescribeKey", without=("KeyMetadata.Description",), always=("KeyMetadata",))),
    record=Key,
    fact="key {}",
    kind="keys",
    named_by=("KeyId",),
    describes=True,
)
KEY_POLICY = ResourceRead(
    call=about_one(ApiCall(PREFIX, "GetKeyPolicy", always=("Policy",))),
    record=KeyPolicy,
    fact="the policy of key {}",
    kind="policies of keys",
    named_by=("KeyId",),
    policy="policy",
)
GRANTS = ResourceRead(
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html#API_ListGrants_RequestParameters
    call=about_one(ApiCall(PREFIX, "ListGrants", "Grants", ("GrantId",), page=100, limit="Limit")),
    record=KeyGrants,
    fact="the grants of key {}",
    kind="grants of keys",
    named_by=("KeyId",),
)


# ---------------------------------------------------------------------------------------------------------- reads


class KeyReference(msgspec.Struct, frozen=True, gc=False):
    """A key by its reference; AWS returns no policies of other accounts' keys, nor of a key by its alias."""

    name: str
    own: bool

    def requests(self) -> Iterator[CallRequest]:
        """Request the key, and its policy and grants if this account may read them by this name."""
        alias = ALIAS in self.name
        yield CallRequest(
            KEY.call, {"KeyId": self.name}, self.name, _named_by_alias if alias and self.own else pick_nothing
        )
        if self.own and not alias:
            yield from OwnKey(self.name).requests()


class OwnKey(msgspec.Struct, frozen=True, gc=False):
    """A key of this account; only this account may read its policy and grants.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html
    """

    name: str

    def requests(self) -> Iterator[CallRequest]:
        """Request the policy and grants of the key."""
        yield CallRequest(KEY_POLICY.call, {"KeyId": self.name, "PolicyName": "default"}, self.name)
        yield CallRequest(GRANTS.call, {"KeyId": self.name}, self.name)


def _named_by_alias(row: AnswerRow) -> Iterator[OwnKey]:
    yield OwnKey(row["KeyMetadata"]["Arn"])


def find_key_references(name: str | None, account: str, *, own: bool) -> Iterator[KeyReference]:
    """Yield a key, unless it is AWS managed; a key id without ARN belongs to the resource's own account."""
    if not name or OF_AWS in name:
        return
    parsed = parse_arn(name)
    if parsed is not None:
        yield KeyReference(name, parsed.account == account)
    elif own:
        yield KeyReference(name, own=True)


def _requests_for(references: Sequence[ResourceReference], _context: ReadContext) -> Iterator[CallRequest]:
    """Request the keys of clusters; those of secrets are read after the secrets."""
    for reference in references:
        for key in find_key_references(reference.name, reference.account, own=True):
            yield from key.requests()


# ------------------------------------------------------------------------------------------------------- requests


def _resources_of(scope: RequestScope, _action: str, subject: str) -> Iterator[Resource]:
    """Yield a key by its ARN, also if it is named by its id or alias."""
    key = KEY.find(scope.resources, subject)
    name = key.key_metadata.arn if isinstance(key, Key) else subject
    if parse_arn(name) is None:
        kind = "" if name.startswith(ALIAS) else "key/"
        name = scope.arn_of(PREFIX, f"{kind}{name}", scope.account)
    owner = parse_arn(name)
    yield Resource(name, owner.account if owner else None)


def _policy_of(resources: Resources, _request: Request, subject: str) -> ResourceBasedPolicy:
    return read_policy(KEY_POLICY, resources, subject)


# ------------------------------------------------------------------------------------------------------ existence


def key_problems_of(resources: Resources, encryption: EncryptedWith) -> Iterator[Problem]:
    """Yield the problems of the key of a secret or parameter."""
    yield from state_problems_of(resources, encryption.key, f"with which {encryption.arn} is encrypted")


def state_problems_of(resources: Resources, name: str, use: str) -> Iterator[Problem]:
    """Yield the problems of a key, with its use in words: it must exist and be enabled."""
    key = KEY.find(resources, name)
    yield from problems_by_answer(key, name, f"key {name}, {use}", "KEY_NOT_FOUND", KEY.kind)
    if not isinstance(key, Key) or key.key_metadata.key_state == _ENABLED:
        return
    metadata = key.key_metadata
    if metadata.key_state is UNSET:
        missing = Missing(f"the state of key {name}", KEY.action)
        yield UnknownResource(name, missing)
    else:
        yield ResourceFault(metadata.arn, "KEY_NOT_USABLE", f"key {metadata.arn}, {use}, is {metadata.key_state}")


KMS = ResourceService(
    prefix=PREFIX,
    reads=(KEY, KEY_POLICY, GRANTS),
    requests_for=_requests_for,
    resources_of=_resources_of,
    policy_of=_policy_of,
    own_requests={},
    other_resources={},
)
