"""AWS's answers about single resources of tasks: repositories, secrets, keys, log groups, buckets, file systems.

Shapes: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html,
https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html,
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterMetadata.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html,
https://docs.aws.amazon.com/kms/latest/APIReference/API_GrantListEntry.html,
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html,
https://docs.aws.amazon.com/efs/latest/ug/API_AccessPointDescription.html,
https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html,
https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html.
"""

import msgspec
from msgspec import UNSET, UnsetType, field

from skerry.model.record import Camel, Pascal


class PullThroughCacheRule(Camel, frozen=True):
    """A pull-through cache rule of ECR: repositories with its prefix are filled from another registry at first pull.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PullThroughCacheRule.html
    """

    ecr_repository_prefix: str
    upstream_registry_url: str
    registry_id: str | None = None


class RepositoryPolicy(Camel, frozen=True):
    """The policy of a repository of ECR."""

    policy_text: str


class ImageId(Camel, frozen=True):
    """An image of a repository, by tag, digest, or both."""

    image_tag: str | None = None
    image_digest: str | None = None


class RepositoryImage(Camel, frozen=True):
    """An existing image, with its manifest's text."""

    image_id: ImageId = ImageId()
    image_manifest: str | None = None


class ImageFailure(Camel, frozen=True):
    """A requested image that ECR did not return, with the failure code."""

    image_id: ImageId = ImageId()
    failure_code: str | None = None


class RepositoryImages(Camel, frozen=True):
    """The requested images of one repository."""

    images: tuple[RepositoryImage, ...] = ()
    failures: tuple[ImageFailure, ...] = ()


class ImageConfiguration(msgspec.Struct, frozen=True, gc=False):
    """The platform of an image, in the words of the OCI specification (``amd64``, ``linux``).

    https://github.com/opencontainers/image-spec/blob/main/config.md
    """

    architecture: str | None = None
    os: str | None = None


class SecretDescription(Pascal, frozen=True):
    """A secret without its value: its key, its deletion date, and the staging labels of its versions."""

    arn: str = field(name="ARN")
    kms_key_id: str | None = None
    deleted_date: str | float | None = None
    version_ids_to_stages: dict[str, tuple[str, ...]] = field(default_factory=dict)


class ResourcePolicy(Pascal, frozen=True):
    """The policy of a secret, if it has one."""

    resource_policy: str | None = None


class Parameter(Pascal, frozen=True):
    """A parameter of Parameter Store without its value."""

    name: str
    arn: str | None = field(name="ARN", default=None)
    type: str | None = None
    key_id: str | None = None


class KeyMetadata(Pascal, frozen=True):
    """A key of KMS, with its state and its manager: AWS or the customer."""

    arn: str
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


class LogGroup(Camel, frozen=True):
    """A log group."""

    log_group_name: str


class BucketPolicy(Pascal, frozen=True):
    """The policy of a bucket."""

    policy: str


class Object(Pascal, frozen=True):
    """An object of a bucket."""

    key: str


class FileSystemPolicy(Pascal, frozen=True):
    """The policy of an EFS file system."""

    policy: str


class AccessPoint(Pascal, frozen=True):
    """An access point of an EFS file system."""

    access_point_id: str
    life_cycle_state: str | None = None


class AccessPoints(Pascal, frozen=True):
    """The access points of a file system."""

    access_points: tuple[AccessPoint, ...] = ()


class OrganizationDetail(Pascal, frozen=True):
    """The organization of an account: its id, and the account that manages it."""

    id: str
    master_account_id: str | None = None


class Organization(Pascal, frozen=True):
    """The answer that describes the organization."""

    organization: OrganizationDetail


class OrganizationParent(Pascal, frozen=True):
    """The root or organizational unit above an account or unit."""

    id: str
    type: str | None = None


class Parents(Pascal, frozen=True):
    """The parents of an account or unit; AWS names one."""

    parents: tuple[OrganizationParent, ...] = ()


class PolicySummary(Pascal, frozen=True):
    """A policy of the organization, without its text."""

    id: str
    name: str | None = None


class AttachedPolicies(Pascal, frozen=True):
    """The policies of one type attached to a root, unit or account."""

    policies: tuple[PolicySummary, ...] = ()


class PolicyContent(Pascal, frozen=True):
    """The text of a policy of the organization."""

    content: str


class ControlPolicy(Pascal, frozen=True):
    """The answer that describes a policy of the organization."""

    policy: PolicyContent


Answer = (
    RepositoryPolicy
    | RepositoryImages
    | ImageConfiguration
    | SecretDescription
    | ResourcePolicy
    | Parameter
    | Key
    | KeyPolicy
    | KeyGrants
    | LogGroup
    | BucketPolicy
    | Object
    | FileSystemPolicy
    | AccessPoints
    | Organization
    | Parents
    | AttachedPolicies
    | ControlPolicy
)


class Absent(msgspec.Struct, frozen=True, gc=False):
    """AWS's answer that a resource does not exist, with its error code."""

    code: str


class Refused(msgspec.Struct, frozen=True, gc=False):
    """A call without an answer, with AWS's error code: mostly a missing permission of the caller."""

    code: str


class ResourceAnswer(msgspec.Struct, frozen=True, gc=False):
    """AWS's answer about one resource: the IAM action of the call, the resource, and the answer."""

    action: str
    about: str
    answer: Answer | Absent | Refused
