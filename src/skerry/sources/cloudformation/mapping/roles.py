"""Roles with their policies, and managed policies.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-role.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from skerry.catalogue.managed_policies import document_of_managed_policy
from skerry.sources.cloudformation.mapping.policies import document_of
from skerry.sources.cloudformation.mapping.properties import Properties, StandIns
from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.values import UNKNOWN, Value, known_row

ROLE, MANAGED = "AWS::IAM::Role", "AWS::IAM::ManagedPolicy"
_POLICY, _ROLE_POLICY = "AWS::IAM::Policy", "AWS::IAM::RolePolicy"


class _Attached:
    """The policies that resources of their own attach to roles, by the name of the role."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._inline: dict[str, list[Properties]] = {}
        self._managed: dict[str, list[str]] = {}
        self._open: set[str] = set(templates.touched)
        self.is_open = templates.is_open(_POLICY, _ROLE_POLICY, MANAGED)
        for made in templates.of(_POLICY, _ROLE_POLICY):
            for role in self._roles_of(made):
                self._inline.setdefault(role, []).append(made.properties)
        for made in templates.of(MANAGED):
            for role in self._roles_of(made):
                self._managed.setdefault(role, []).append(made.id)
        for made in templates.perhaps(_POLICY, _ROLE_POLICY, MANAGED):
            self._open.update(self._roles_of(made))

    def _roles_of(self, made: Made) -> list[str]:
        name, names = made.properties.id("RoleName"), made.properties.ids("Roles")
        if names is UNKNOWN:
            self.is_open = True
            return []
        return [*names, *([] if name is None or made.resource.type != _ROLE_POLICY else [name])]

    def may_have_more(self, role: str) -> bool:
        """Return whether a role may have policies that nobody can list."""
        return self.is_open or role in self._open

    def inline_of(self, role: str) -> list[Properties]:
        """Return the inline policies of a role."""
        return self._inline.get(role, [])

    def managed_of(self, role: str) -> list[str]:
        """Return the managed policies of a role."""
        return self._managed.get(role, [])


def write_roles(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of roles and of managed policies."""
    if not templates.of(ROLE, MANAGED):
        return
    attached = _Attached(templates)
    roles = [_role(role, attached, templates.stand_ins) for role in templates.of(ROLE)]
    yield "RoleDetailList", write_open_list("RoleDetailList", [row for row in roles if row is not None])
    own = [_managed(made, templates.stand_ins) for made in templates.of(MANAGED)]
    yield "Policies", write_open_list("Policies", [*own, *_of_aws(row for row in roles if row is not None)])


def _role(made: Made, attached: _Attached, stand_ins: StandIns) -> dict[str, Value] | None:
    properties = made.properties
    if properties.is_open("PermissionsBoundary") and properties.text("PermissionsBoundary") is UNKNOWN:
        # A row without a boundary has none.
        return None
    own, arns, boundary = (
        properties.blocks("Policies"),
        properties.ids("ManagedPolicyArns"),
        properties.text("PermissionsBoundary"),
    )
    is_open = attached.may_have_more(made.id)
    trust = properties.value("AssumeRolePolicyDocument")
    return known_row(
        {
            "Arn": made.arn,
            "RoleName": made.id,
            "AssumeRolePolicyDocument": UNKNOWN if trust is None else document_of(trust, stand_ins) or UNKNOWN,
            "RolePolicyList": UNKNOWN
            if is_open or own is None
            else [_inline(policy, stand_ins) for policy in [*own, *attached.inline_of(made.id)]],
            "AttachedManagedPolicies": UNKNOWN
            if is_open or arns is UNKNOWN
            else [{"PolicyArn": arn} for arn in [*arns, *attached.managed_of(made.id)]],
            "PermissionsBoundary": None if boundary is None else {"PermissionsBoundaryArn": boundary},
        }
    )


def _inline(policy: Properties, stand_ins: StandIns) -> dict[str, Value]:
    document = policy.value("PolicyDocument")
    row = {"PolicyName": policy.id("PolicyName") or "", "PolicyDocument": None}
    return known_row(row | {"PolicyDocument": None if document is None else document_of(document, stand_ins)})


def _managed(made: Made, stand_ins: StandIns) -> dict[str, Value]:
    document = made.properties.value("PolicyDocument")
    text = None if document is None else document_of(document, stand_ins)
    versions = [] if text is None else [{"IsDefaultVersion": True, "Document": text}]
    return {"Arn": made.id, "PolicyVersionList": versions}


def _of_aws(roles: Iterable[Mapping[str, Value]]) -> Iterator[dict[str, Value]]:
    """Yield AWS's own policies that the roles have, as far as their documents are listed."""
    rows = list(roles)
    arns = {row["PolicyArn"] for role in rows for row in role.get("AttachedManagedPolicies", ())}
    arns |= {role["PermissionsBoundary"]["PermissionsBoundaryArn"] for role in rows if "PermissionsBoundary" in role}
    for arn in sorted(arns):
        listed = document_of_managed_policy(arn)
        if listed is not None:
            yield {"Arn": arn, "PolicyVersionList": [{"IsDefaultVersion": True, "Document": listed.document}]}


ROLE_KEYS: Final = ("ExecutionRoleArn", "TaskRoleArn", "JobRoleArn")
"""Properties that name the role of a task."""
