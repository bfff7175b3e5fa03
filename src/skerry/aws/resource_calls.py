"""The calls about resources of tasks: roles and service revisions here, all others in `skerry.services`.

None of them changes anything, and none reads the value of a secret or parameter.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html
"""

import json
from typing import Any

from skerry.model.record_kinds import CALL_OF
from skerry.services import READS
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


ROLES = CALL_OF["roles"]._replace(without=("InstanceProfileList", "RoleLastUsed"), trim=_of_role)
MANAGED_POLICIES = CALL_OF["managed_policies"]._replace(without=("Description",), trim=_of_policy)

SERVICE_REVISIONS = CALL_OF["service_revisions"]

RESOURCE_CALLS = (
    ROLES,
    MANAGED_POLICIES,
    ORGANIZATION.call,
    SERVICE_REVISIONS,
    *(read.call for read in READS),
)
"""All calls about resources of tasks."""
