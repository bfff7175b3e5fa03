"""Resources of tasks outside the network: roles with their policies, and log groups.

A created resource is there after the apply. A resource that the configuration only names may be there or not: no
document is written for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from skerry.catalogue.managed_policies import document_of_managed_policy
from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, is_known, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.values import Instance, texts_of


def roles_left_out(configuration: Configuration) -> list[str]:
    """Return the roles that tasks name and the configuration does not create; their policies are not known."""
    if configuration.is_change:
        return []
    own = {role.get("arn") for role in configuration.of("aws_iam_role")}
    names = (
        definition.get(key)
        for definition in configuration.of("aws_ecs_task_definition")
        for key in ("execution_role_arn", "task_role_arn")
    )
    return sorted({name for name in names if isinstance(name, str)} - own)


def write_roles(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of roles and of the policies of the account's own."""
    inline, is_open = group_by(configuration.of("aws_iam_role_policy"), "role")
    attached, is_loose = _attachments(configuration)
    roles: list[dict[str, Value]] = []
    for role in configuration.of("aws_iam_role"):
        name = role.get("name", role.id)
        own = role.get("inline_policy", [])
        rows = _inline(own, inline.get(name, ()))
        arns = [] if is_loose else _attached(role, attached.get(name, ()))
        is_whole = role.is_new or configuration.is_change or configuration.is_whole
        boundary = role.get("permissions_boundary")
        if boundary is UNKNOWN:
            continue
        roles.append(
            known_row(
                {
                    "Arn": role.get("arn"),
                    "RoleName": name,
                    "AssumeRolePolicyDocument": role.get("assume_role_policy", UNKNOWN),
                    "RolePolicyList": UNKNOWN if is_open or not is_whole else rows,
                    "AttachedManagedPolicies": UNKNOWN if is_loose or not is_whole else arns,
                    "PermissionsBoundary": None if boundary is None else {"PermissionsBoundaryArn": boundary},
                }
            )
        )
    yield "RoleDetailList", write_open_list("RoleDetailList", roles)
    policies = [
        {"Arn": policy.get("arn"), "PolicyVersionList": [{"IsDefaultVersion": True, "Document": document}]}
        for policy in configuration.of("aws_iam_policy")
        if (document := policy.get("policy", UNKNOWN)) is not UNKNOWN
    ]
    yield "Policies", write_open_list("Policies", [*policies, *_of_aws(roles)])


def _of_aws(roles: Iterable[Mapping[str, Value]]) -> Iterator[dict[str, Value]]:
    """Yield AWS's own policies that the roles have, as far as their documents are listed."""
    arns = {row["PolicyArn"] for role in roles for row in role.get("AttachedManagedPolicies", ())}
    for arn in sorted(arns):
        listed = document_of_managed_policy(arn)
        if listed is not None:
            yield {"Arn": arn, "PolicyVersionList": [{"IsDefaultVersion": True, "Document": listed.document}]}


def _attachments(configuration: Configuration) -> tuple[dict[str, list[Value]], bool]:
    """Return the policies that resources of their own attach to each role, and whether a role or list is not known.

    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_policy_attachment,
    https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_role_policy_attachments_exclusive
    """
    rows: list[tuple[Value, Value]] = [
        (one.get("role"), [one.get("policy_arn", UNKNOWN)])
        for one in configuration.of("aws_iam_role_policy_attachment")
    ]
    for one in configuration.of("aws_iam_policy_attachment"):
        roles = texts_of(one.get("roles"))
        names = roles if isinstance(roles, list) else [UNKNOWN]
        rows += [(name, [one.get("policy_arn", UNKNOWN)]) for name in names]
    for one in configuration.of("aws_iam_role_policy_attachments_exclusive"):
        rows.append((one.get("role_name"), texts_of(one.get("policy_arns"))))
    policies: dict[str, list[Value]] = {}
    for role, arns in rows:
        if isinstance(role, str) and isinstance(arns, list):
            policies.setdefault(role, []).extend(arns)
    return policies, any(UNKNOWN in row for row in rows)


def _attached(role: Instance, single: Iterable[Value]) -> Value:
    """Return the managed policies of a role."""
    arns: Value = texts_of(role.get("managed_policy_arns"))
    return UNKNOWN if arns is UNKNOWN else [{"PolicyArn": arn} for arn in dict.fromkeys([*arns, *single])]


def _inline(own: Value, single: Iterable[Instance]) -> Value:
    if own is UNKNOWN:
        return UNKNOWN
    values = [*own, *(policy.values for policy in single)]
    if not all(is_known(row.get("policy")) for row in values):
        return UNKNOWN
    return [
        {"PolicyName": str(row.get("name")), "PolicyDocument": row["policy"]} for row in values if row.get("policy")
    ]


def write_named(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield an answer for each log group that the apply creates."""
    for group in configuration.of("aws_cloudwatch_log_group"):
        name = group.get("name", UNKNOWN)
        if name is not UNKNOWN:
            call = {"operation": "logs:DescribeLogGroups", "parameters": {"logGroupNamePrefix": name}}
            row = {"logGroupName": name, "arn": f"{group.get('arn')}:*"}
            yield f"log group {name}", {"Call": call, "Response": {"logGroups": [row]}}
