"""The calls about resources of tasks: roles, images, secrets, keys, log groups, files and file systems.

None of them changes anything, and none reads the value of a secret or parameter. Their shapes:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html,
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/, https://docs.aws.amazon.com/secretsmanager/latest/apireference/,
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html,
https://docs.aws.amazon.com/kms/latest/APIReference/, https://docs.aws.amazon.com/AmazonS3/latest/API/,
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html,
https://docs.aws.amazon.com/efs/latest/ug/api-reference.html and
https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html.
"""

import json
from typing import Any

from skerry.aws.api_call import ApiCall

_TASKS = "ecs-tasks"
_NOT_OF_SECRETS = (
    "Description",
    "Tags",
    "ReplicationStatus",
    "CrossAccountReplicas",
    "ExternalSecretRotationMetadata",
)
_OF_EVERY_ROLE = ("Arn", "RoleName", "AssumeRolePolicyDocument")


def _of_role(row: dict[str, Any]) -> dict[str, Any]:
    """Return a role; without its policies if its trust policy does not name ECS tasks."""
    if _TASKS in json.dumps(row.get("AssumeRolePolicyDocument")):
        return row
    return {key: row[key] for key in _OF_EVERY_ROLE if key in row}


def _of_policy(row: dict[str, Any]) -> dict[str, Any]:
    """Return a managed policy with only its default version."""
    versions = row.get("PolicyVersionList", ())
    return row | {"PolicyVersionList": [version for version in versions if version.get("IsDefaultVersion")]}


def _single(
    service: str, operation: str, rows: str | None = None, identity: tuple[str, ...] = (), **more: Any
) -> ApiCall:
    return ApiCall(service, operation, rows, identity, wrapped=True, optional=True, single=True, **more)


_ROLES = ApiCall(
    "iam",
    "GetAccountAuthorizationDetails",
    "RoleDetailList",
    ("Arn",),
    1000,
    "MaxItems",
    optional=True,
    without=("InstanceProfileList", "RoleLastUsed"),
    always=("IsTruncated",),
)
ROLES = _ROLES._replace(trim=_of_role)
MANAGED_POLICIES = _ROLES._replace(rows="Policies", without=("Description",), trim=_of_policy)
ORGANIZATION = ApiCall(
    "organizations",
    "DescribeOrganization",
    wrapped=True,
    optional=True,
    without=("Organization.MasterAccountEmail", "Organization.AvailablePolicyTypes"),
    always=("Organization",),
)

SERVICE_REVISIONS = ApiCall(
    "ecs",
    "DescribeServiceRevisions",
    "serviceRevisions",
    ("serviceRevisionArn",),
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html
    batch=20,
    ids="serviceRevisionArns",
    optional=True,
)

REPOSITORY_POLICY = _single("ecr", "GetRepositoryPolicy", always=("policyText",))
IMAGES = _single("ecr", "BatchGetImage", "images", ("imageId",), batch=100, ids="imageIds")
LAYER = _single("ecr", "GetDownloadUrlForLayer", link="downloadUrl", always=("downloadUrl",))
SECRET = _single("secretsmanager", "DescribeSecret", without=_NOT_OF_SECRETS, always=("ARN",))
SECRET_POLICY = _single("secretsmanager", "GetResourcePolicy", always=("ARN",))
PARAMETERS = _single(
    "ssm",
    "DescribeParameters",
    "Parameters",
    ("Name",),
    page=50,
    without=("LastModifiedUser", "Description", "AllowedPattern", "Policies"),
)
KEY = _single("kms", "DescribeKey", without=("KeyMetadata.Description",), always=("KeyMetadata",))
KEY_POLICY = _single("kms", "GetKeyPolicy", always=("Policy",))
# https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html#API_ListGrants_RequestParameters
GRANTS = _single("kms", "ListGrants", "Grants", ("GrantId",), page=100, limit="Limit")
# Both list names with a prefix, the exact name first: one row tells whether it exists.
LOG_GROUP = _single("logs", "DescribeLogGroups", "logGroups", ("logGroupName",), page=1, limit="limit", first=True)
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html: ListObjectsV2 has no action.
OBJECT = _single(
    "s3",
    "ListObjectsV2",
    "Contents",
    ("Key",),
    page=1,
    limit="MaxKeys",
    first=True,
    permission="ListBucket",
    without=("Owner",),
    # S3 leaves out an empty list: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
    always=("Name", "KeyCount"),
)
BUCKET_POLICY = _single("s3", "GetBucketPolicy", always=("Policy",))
FILE_SYSTEM_POLICY = _single("efs", "DescribeFileSystemPolicy", prefix="elasticfilesystem", always=("Policy",))
ACCESS_POINTS = _single(
    "efs",
    "DescribeAccessPoints",
    "AccessPoints",
    ("AccessPointId",),
    page=100,
    prefix="elasticfilesystem",
    without=("Tags",),
)

RESOURCE_CALLS = (
    ROLES,
    MANAGED_POLICIES,
    ORGANIZATION,
    SERVICE_REVISIONS,
    REPOSITORY_POLICY,
    IMAGES,
    LAYER,
    SECRET,
    SECRET_POLICY,
    PARAMETERS,
    KEY,
    KEY_POLICY,
    GRANTS,
    LOG_GROUP,
    OBJECT,
    BUCKET_POLICY,
    FILE_SYSTEM_POLICY,
    ACCESS_POINTS,
)
"""All calls of this module."""
