"""The IAM permissions of `apply` and `undo` beyond reading an account: their calls, with the resources of each.

A statement names types of resources wherever AWS asks for resources:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from collections.abc import Iterable, Iterator

import msgspec

from skerry.apply.preflight.call_permissions import RESOURCES, TAGGING

_RULES = (
    "AuthorizeSecurityGroupEgress",
    "AuthorizeSecurityGroupIngress",
    "RevokeSecurityGroupEgress",
    "RevokeSecurityGroupIngress",
)
APPLYING = (
    *_RULES,
    "AllocateAddress",
    "CreateNatGateway",
    "CreateNetworkAclEntry",
    "CreateRoute",
    "CreateSecurityGroup",
    "CreateVpcEndpoint",
    "DeleteRoute",
    "DeleteVpcEndpoints",
    "ModifyVpcAttribute",
    "ModifyVpcEndpoint",
    "ReplaceRoute",
)
"""The calls of EC2 that make the changes of plans."""

UNDOING = (
    *_RULES,
    "DeleteNatGateway",
    "DeleteNetworkAclEntry",
    "DeleteRoute",
    "DeleteSecurityGroup",
    "DeleteVpcEndpoints",
    "ModifyVpcAttribute",
    "ModifyVpcEndpoint",
    "ReleaseAddress",
    "ReplaceRoute",
)
"""The calls of EC2 that take changes back."""

_TAGGED = {
    "AllocateAddress": "elastic-ip",
    "AuthorizeSecurityGroupEgress": "security-group-rule",
    "AuthorizeSecurityGroupIngress": "security-group-rule",
    "CreateNatGateway": "natgateway",
    "CreateSecurityGroup": "security-group",
    "CreateVpcEndpoint": "vpc-endpoint",
}
"""The types of resources that calls create with tags."""

READS = ("ec2:DescribeAddresses", "ec2:DescribePrefixLists", "ec2:DescribeSecurityGroupRules")
"""The reads of each step, beyond those of a plan."""

CHECK_READS = (
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
)
"""The reads of the checks before the first change: the caller's own policies, and applied quotas."""


class NeededStatement(msgspec.Struct, frozen=True):
    """Actions with the types of resources that they are allowed on, for a policy.

    ``by`` are the calls that create a resource with tags: tags are allowed with these calls alone.
    """

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    by: tuple[str, ...] = ()


def statements_for(operations: Iterable[str]) -> tuple[NeededStatement, ...]:
    """Return the statements for calls of EC2: one for the calls, and one for the tags of new resources.

    AWS asks for an action only on its own types of resources. So one statement with the types of all actions allows
    the same as one for each action, and a policy stays within 6,144 characters:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    ordered = sorted(operations)
    kinds = sorted({resource.kind for operation in ordered for resource in RESOURCES[operation]})
    actions = tuple(f"ec2:{operation}" for operation in ordered)
    return (NeededStatement("SkerryChangesNetworks", actions, tuple(kinds)), *_tagging(ordered))


def _tagging(operations: list[str]) -> Iterator[NeededStatement]:
    """Yield the statement for tags: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html."""
    tagged = tuple(operation for operation in operations if operation in _TAGGED)
    if tagged:
        kinds = tuple(sorted({_TAGGED[operation] for operation in tagged}))
        yield NeededStatement("SkerryTagsNewResources", (TAGGING,), kinds, tagged)
