"""The IAM permissions of an apply and of an undo, in addition to those that read the account.

AWS asks for an action only on its own types of resources. So one statement with all actions and the types of all of
them allows the same as a statement for each, and a policy stays within 6,144 characters:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from skerry.apply.preflight.call_permissions import RESOURCES, TAGGING

_RULES = (
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
)
_BOTH = (*_RULES, "DeleteRoute", "DeleteVpcEndpoints", "ModifyVpcAttribute", "ModifyVpcEndpoint", "ReplaceRoute")
_ONLY_APPLY = (
    "AllocateAddress",
    "CreateNatGateway",
    "CreateNetworkAclEntry",
    "CreateRoute",
    "CreateSecurityGroup",
    "CreateVpcEndpoint",
)
_ONLY_UNDO = ("DeleteNatGateway", "DeleteNetworkAclEntry", "DeleteSecurityGroup", "ReleaseAddress")
TAGGED = {
    "AllocateAddress": "elastic-ip",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "CreateNatGateway": "natgateway",
    "CreateSecurityGroup": "security-group",
    "CreateVpcEndpoint": "vpc-endpoint",
}
"""The types of resources that calls create with tags."""

_READS = frozenset(
    {
        "ec2:DescribeAddresses",
        "ec2:DescribeNatGateways",
        "ec2:DescribeNetworkAcls",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroupRules",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcEndpoints",
    }
)
_CHECKS = frozenset(
    {
        "iam:GetGroupPolicy",
        "iam:GetPolicy",
        "iam:GetPolicyVersion",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:GetUser",
        "iam:GetUserPolicy",
        "iam:ListAttachedGroupPolicies",
        "iam:ListAttachedRolePolicies",
        "iam:ListAttachedUserPolicies",
        "iam:ListGroupPolicies",
        "iam:ListGroupsForUser",
        "iam:ListRolePolicies",
        "iam:ListUserPolicies",
        "servicequotas:GetServiceQuota",
    }
)
"""The reads of the checks before the first change: the caller's own policies, and applied quotas."""


class ChangeStatement(NamedTuple):
    """Actions of EC2 with the types of their resources; ``by``: only as a part of these calls."""

    sid: str
    actions: tuple[str, ...]
    kinds: tuple[str, ...]
    by: tuple[str, ...] = ()


class ChangingActions(NamedTuple):
    """The permissions of a command that changes an account: reading actions, and changing calls."""

    reads: frozenset[str]
    calls: tuple[str, ...]

    @property
    def statements(self) -> tuple[ChangeStatement, ...]:
        """Return the statements for the calls, and for the tags of the resources that they create."""
        kinds = sorted({resource.kind for call in self.calls for resource in RESOURCES[call]})
        actions = tuple(f"ec2:{call}" for call in self.calls)
        return (ChangeStatement("SkerryChangesEc2", actions, tuple(kinds)), *_tagging(self.calls))

    @property
    def changes(self) -> frozenset[str]:
        """Return all actions that change the account."""
        return frozenset(action for statement in self.statements for action in statement.actions)


def _tagging(calls: Iterable[str]) -> Iterator[ChangeStatement]:
    """Yield the statement for tags of new resources.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    """
    tagged = tuple(call for call in calls if call in TAGGED)
    if tagged:
        kinds = tuple(sorted({TAGGED[call] for call in tagged}))
        yield ChangeStatement("SkerryTagsEc2", (TAGGING,), kinds, tagged)


CHANGING_ACTIONS = {
    "apply": ChangingActions(_READS | _CHECKS | {"ec2:DescribePrefixLists"}, tuple(sorted((*_BOTH, *_ONLY_APPLY)))),
    "undo": ChangingActions(_READS | _CHECKS - {"servicequotas:GetServiceQuota"}, tuple(sorted((*_BOTH, *_ONLY_UNDO)))),
}
"""The permissions of the commands that change an account."""
