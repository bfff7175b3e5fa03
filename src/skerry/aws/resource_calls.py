"""The calls about resources of tasks: roles and service revisions here, all others in `skerry.services`.

None of them changes anything, and none reads the value of a secret or parameter.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html
"""

import json
from typing import Any

from skerry.services import READS
from skerry.services.api_call import ApiCall
from skerry.services.organizations import ORGANIZATION

_TASKS = "ecs-tasks"
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

RESOURCE_CALLS = (
    ROLES,
    MANAGED_POLICIES,
    ORGANIZATION.call,
    SERVICE_REVISIONS,
    *(read.call for read in READS),
)
"""All calls about resources of tasks."""
