"""Organizations: the organization of an account, and the control policies on the account, its units and the root.

https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html
https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListPoliciesForTarget.html
"""

from typing import Literal, TypeAlias

from skerry.model.api_call import ApiCall
from skerry.model.facts import Missing
from skerry.model.record import Pascal
from skerry.model.resource_lookup import Found, Resources
from skerry.services.resource_read import Parameters, ResourceRead, about_one

ControlKind = Literal["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"]
Level: TypeAlias = tuple[tuple[str, str], ...]
"""The policies that are attached to one target, each by name with its text."""

PREFIX = "organizations"
_KIND = "service and resource control policies"
# A root, and five levels of units below it:
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
_DEEPEST = 7
_ROOT = "r-"


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


def _own_account(_parameters: Parameters) -> list[str]:
    return [""]


ORGANIZATION = ResourceRead(
    call=ApiCall(
        PREFIX,
        "DescribeOrganization",
        wrapped=True,
        optional=True,
        without=("Organization.MasterAccountEmail", "Organization.AvailablePolicyTypes"),
        always=("Organization",),
    ),
    record=Organization,
    fact="the organization",
    kind=_KIND,
    named_by=(),
    names_in=_own_account,
)
PARENTS = ResourceRead(
    call=about_one(ApiCall(PREFIX, "ListParents", "Parents", ("Id",))),
    record=Parents,
    fact="what {} belongs to",
    kind=_KIND,
    named_by=("ChildId",),
)
ATTACHED_POLICIES = ResourceRead(
    call=about_one(ApiCall(PREFIX, "ListPoliciesForTarget", "Policies", ("Id",))),
    record=AttachedPolicies,
    fact="the policies of {}",
    kind=_KIND,
    named_by=("TargetId", "Filter"),
)
CONTROL_POLICY = ResourceRead(
    call=about_one(ApiCall(PREFIX, "DescribePolicy")),
    record=ControlPolicy,
    fact="policy {} of the organization",
    kind=_KIND,
    named_by=("PolicyId",),
)
SAVED_READS = (PARENTS, ATTACHED_POLICIES, CONTROL_POLICY)
"""Calls that only the management account and delegated administrators may make: their answers come from files."""


def find_organization(resources: Resources) -> Found[Organization]:
    """Return the organization of the account; `Absent` if it is in none."""
    return ORGANIZATION.find(resources, "")


def control_policies_of(resources: Resources, account: str, kind: ControlKind) -> tuple[Level, ...] | Missing | None:
    """Return the organization's policies on the account, its units and the root, level by level.

    Return None without an answer: only the management account and delegated administrators may read them.
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
    """
    levels: list[Level] = []
    target = account
    while len(levels) <= _DEEPEST:
        level = _level_of(resources, target, kind)
        if not isinstance(level, tuple):
            return level if levels else None
        levels.append(level)
        parents = PARENTS.find(resources, target)
        if not isinstance(parents, Parents):
            reached_root = target.startswith(_ROOT)
            return tuple(levels) if reached_root else Missing(PARENTS.fact.format(target), PARENTS.action)
        if not parents.parents:
            return tuple(levels)
        target = parents.parents[0].id
    return Missing(f"to which root account {account} belongs", PARENTS.action)


def _level_of(resources: Resources, target: str, kind: ControlKind) -> Level | Missing:
    fact = ATTACHED_POLICIES.fact.format(target)
    attached = ATTACHED_POLICIES.find(resources, f"{target}/{kind}", fact)
    if not isinstance(attached, AttachedPolicies):
        return Missing(fact, ATTACHED_POLICIES.action)
    texts = []
    for policy in attached.policies:
        name = policy.name or policy.id
        answer = CONTROL_POLICY.find(resources, policy.id)
        if not isinstance(answer, ControlPolicy):
            return Missing(CONTROL_POLICY.fact.format(name), CONTROL_POLICY.action)
        texts.append((name, answer.policy.content))
    return tuple(texts)
