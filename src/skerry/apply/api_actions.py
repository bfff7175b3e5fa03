"""The IAM actions of an apply and of an undo, in addition to those that read the account.

A call that creates a resource with tags also needs ``ec2:CreateTags``:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
"""

from typing import NamedTuple

_BOTH = frozenset(
    {
        "AuthorizeSecurityGroupEgress",
        "AuthorizeSecurityGroupIngress",
        "CreateTags",
        "DeleteRoute",
        "DeleteVpcEndpoints",
        "ModifyVpcAttribute",
        "ModifyVpcEndpoint",
        "ReplaceRoute",
        "RevokeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
    }
)
_ONLY_APPLY = frozenset(
    {
        "AllocateAddress",
        "CreateNatGateway",
        "CreateNetworkAclEntry",
        "CreateRoute",
        "CreateSecurityGroup",
        "CreateVpcEndpoint",
    }
)
_ONLY_UNDO = frozenset({"DeleteNatGateway", "DeleteNetworkAclEntry", "DeleteSecurityGroup", "ReleaseAddress"})
_READS = frozenset(
    {
        "DescribeAddresses",
        "DescribeNatGateways",
        "DescribeNetworkAcls",
        "DescribeRouteTables",
        "DescribeSecurityGroupRules",
        "DescribeSecurityGroups",
        "DescribeVpcAttribute",
        "DescribeVpcEndpoints",
    }
)


class ChangingActions(NamedTuple):
    """The IAM actions of a changing command: those of reading single resources, and those of changes."""

    reads: frozenset[str]
    changes: frozenset[str]


def _of_ec2(operations: frozenset[str]) -> frozenset[str]:
    return frozenset(f"ec2:{operation}" for operation in operations)


CHANGING_ACTIONS = {
    "apply": ChangingActions(_of_ec2(_READS | {"DescribePrefixLists"}), _of_ec2(_BOTH | _ONLY_APPLY)),
    "undo": ChangingActions(_of_ec2(_READS), _of_ec2(_BOTH | _ONLY_UNDO)),
}
"""The actions of the commands that change an account."""
