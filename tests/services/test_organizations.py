"""Organizations and their control policies."""

import pytest

from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent
from skerry.services.organizations import (
    ATTACHED_POLICIES,
    CONTROL_POLICY,
    ORGANIZATION,
    PARENTS,
    AttachedPolicies,
    ControlKind,
    ControlPolicy,
    OrganizationParent,
    Parents,
    PolicyContent,
    PolicySummary,
    control_policies_of,
    find_organization,
)
from tests.services.answers import ACCOUNT, Answers, resources

KIND: ControlKind = "SERVICE_CONTROL_POLICY"
FULL = ControlPolicy(policy=PolicyContent(content="{}"))
LEVEL = (("Full", "{}"),)


def attached(target: str, *policies: PolicySummary) -> Answers:
    return {(ATTACHED_POLICIES, f"{target}/{KIND}"): AttachedPolicies(policies=policies)}


def parent(target: str, *parents: str) -> Answers:
    return {(PARENTS, target): Parents(parents=tuple(OrganizationParent(id=each) for each in parents))}


POLICY = PolicySummary(id="p-1", name="Full")
OF_ACCOUNT = attached(ACCOUNT, POLICY) | {(CONTROL_POLICY, "p-1"): FULL}


def test_organization_is_absent_by_the_answer_of_aws() -> None:
    assert ORGANIZATION.about({}) == [""]
    assert find_organization(resources({(ORGANIZATION, ""): Absent("NotInUse")})) == Absent("NotInUse")
    assert find_organization(resources()) is None


@pytest.mark.parametrize(
    ("answers", "levels"),
    [
        ({}, None),
        (OF_ACCOUNT | parent(ACCOUNT, "r-1") | attached("r-1"), (LEVEL, ())),
        (OF_ACCOUNT | parent(ACCOUNT), (LEVEL,)),
        (OF_ACCOUNT, Missing(f"what {ACCOUNT} belongs to", PARENTS.action)),
        (OF_ACCOUNT | parent(ACCOUNT, "ou-1"), Missing("the policies of ou-1", ATTACHED_POLICIES.action)),
        (attached(ACCOUNT, POLICY), None),
        (
            OF_ACCOUNT | parent(ACCOUNT, "ou-1") | attached("ou-1", PolicySummary(id="p-2")),
            Missing("policy p-2 of the organization", CONTROL_POLICY.action),
        ),
        (
            OF_ACCOUNT | parent(ACCOUNT, ACCOUNT),
            Missing(f"to which root account {ACCOUNT} belongs", PARENTS.action),
        ),
    ],
    ids=["unread", "root", "no parent", "parent unread", "level unread", "text unread", "unit's text unread", "circle"],
)
def test_control_policies_are_known_only_level_by_level_up_to_the_root(answers: Answers, levels: object) -> None:
    assert control_policies_of(resources(answers), ACCOUNT, KIND) == levels
