"""Records of IAM: roles with their policies, as GetAccountAuthorizationDetails prints them.

Shapes: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from typing import Any, TypeAlias

from msgspec import UNSET, UnsetType

from skerry.model.arns import ResourceArn
from skerry.model.record import Pascal, Tag

Document: TypeAlias = dict[str, Any] | str
"""A policy document: JSON text, or the object decoded from it by boto3 and the AWS CLI."""


class InlinePolicy(Pascal, frozen=True):
    """A policy that is a part of its role."""

    policy_name: str
    policy_document: Document | UnsetType = UNSET


class AttachedPolicy(Pascal, frozen=True):
    """A managed policy attached to a role, by its ARN."""

    policy_arn: str


class PermissionsBoundary(Pascal, frozen=True):
    """The managed policy that limits the permissions of a role."""

    permissions_boundary_arn: str | None = None


class Role(Pascal, frozen=True):
    """A role, with its trust policy and its permissions policies."""

    arn: ResourceArn
    role_name: str
    assume_role_policy_document: Document | UnsetType = UNSET
    role_policy_list: tuple[InlinePolicy, ...] | UnsetType = UNSET
    attached_managed_policies: tuple[AttachedPolicy, ...] | UnsetType = UNSET
    permissions_boundary: PermissionsBoundary = PermissionsBoundary()
    tags: tuple[Tag, ...] = ()


class PolicyVersion(Pascal, frozen=True):
    """A version of a managed policy; the default one is in force."""

    is_default_version: bool = False
    document: Document | UnsetType = UNSET


class ManagedPolicy(Pascal, frozen=True):
    """A managed policy, AWS's or the account's own; lists of policies leave its versions out."""

    arn: str
    policy_version_list: tuple[PolicyVersion, ...] | UnsetType = UNSET
