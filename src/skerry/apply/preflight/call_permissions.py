"""The IAM permissions of calls: the actions, and the resources that AWS asks for each of them.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html. A call that creates a resource
with tags also needs ``ec2:CreateTags``:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from skerry.plan.api_calls import NewId, Parameter, PlannedCall

TAGGING = "ec2:CreateTags"
WITHOUT_DRY_RUN = frozenset({"ModifyVpcAttribute"})
"""Calls of EC2 that change an account and take no ``DryRun``:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html
"""


class ResourceParameter(NamedTuple):
    """A type of resource in ARNs, and the parameters with the ids; without parameters the call creates the resource."""

    kind: str
    parameters: tuple[str, ...] = ()


CREATED = "*"
"""The id in the ARN of a resource that the call itself creates, as AWS writes it in messages and examples:
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ExamplePolicies_EC2.html
"""


class AskedResource(NamedTuple):
    """A resource of a permission: its type in ARNs, and its id; None for the id of a resource of the plan."""

    kind: str
    id: str | None

    @property
    def name(self) -> str:
        """Return the resource in words."""
        if not self.kind:
            return "all resources"
        return f"a new {self.kind}" if self.id in {None, CREATED} else str(self.id)


class AskedPermission(NamedTuple):
    """An action that a call needs on each of its resources; without resources it is for all.

    ``by`` is the operation that creates the tagged resource, for the condition key ``ec2:CreateAction``.
    """

    action: str
    resources: tuple[AskedResource, ...]
    by: str = ""


_GROUP = ResourceParameter("security-group", ("GroupId",))
_TABLE = ResourceParameter("route-table", ("RouteTableId",))
_ACL = ResourceParameter("network-acl", ("NetworkAclId",))
_MEMBERS = (
    ResourceParameter("subnet", ("AddSubnetIds", "RemoveSubnetIds")),
    ResourceParameter("security-group", ("AddSecurityGroupIds", "RemoveSecurityGroupIds")),
    ResourceParameter("route-table", ("AddRouteTableIds", "RemoveRouteTableIds")),
)
RESOURCES: Mapping[str, tuple[ResourceParameter, ...]] = {
    "CreateSecurityGroup": (ResourceParameter("security-group"), ResourceParameter("vpc", ("VpcId",))),
    "DeleteSecurityGroup": (_GROUP,),
    "AuthorizeSecurityGroupIngress": (_GROUP,),
    "AuthorizeSecurityGroupEgress": (_GROUP,),
    "RevokeSecurityGroupIngress": (_GROUP,),
    "RevokeSecurityGroupEgress": (_GROUP,),
    "CreateVpcEndpoint": (
        ResourceParameter("vpc-endpoint"),
        ResourceParameter("vpc", ("VpcId",)),
        ResourceParameter("subnet", ("SubnetIds",)),
        ResourceParameter("security-group", ("SecurityGroupIds",)),
        ResourceParameter("route-table", ("RouteTableIds",)),
    ),
    "ModifyVpcEndpoint": (ResourceParameter("vpc-endpoint", ("VpcEndpointId",)), *_MEMBERS),
    "DeleteVpcEndpoints": (ResourceParameter("vpc-endpoint", ("VpcEndpointIds",)),),
    "ModifyVpcAttribute": (ResourceParameter("vpc", ("VpcId",)),),
    "CreateNetworkAclEntry": (_ACL,),
    "DeleteNetworkAclEntry": (_ACL,),
    "CreateRoute": (_TABLE,),
    "DeleteRoute": (_TABLE,),
    "ReplaceRoute": (_TABLE,),
    "AllocateAddress": (ResourceParameter("elastic-ip"),),
    "ReleaseAddress": (ResourceParameter("elastic-ip", ("AllocationId",)),),
    "CreateNatGateway": (
        ResourceParameter("natgateway"),
        ResourceParameter("subnet", ("SubnetId",)),
        ResourceParameter("elastic-ip", ("AllocationId",)),
    ),
    "DeleteNatGateway": (ResourceParameter("natgateway", ("NatGatewayId",)),),
}
"""The resources of each call of EC2 that changes an account; other calls have none."""


def permissions_of(call: PlannedCall) -> tuple[AskedPermission, ...]:
    """Return the permissions of a call, with the resources that its parameters name."""
    action = f"{call.service}:{call.operation}"
    resources = tuple(
        AskedResource(resource.kind, name)
        for resource in RESOURCES.get(call.operation, ())
        for name in (_ids(call.parameters, resource.parameters) if resource.parameters else (CREATED,))
    )
    own = AskedPermission(action, resources)
    if not call.resource_type:
        return (own,)
    return (own, AskedPermission(TAGGING, (AskedResource(call.resource_type, CREATED),), call.operation))


def _ids(parameters: Mapping[str, Parameter], names: tuple[str, ...]) -> Iterator[str | None]:
    for name in names:
        value = parameters.get(name, [])
        for member in value if isinstance(value, list) else [value]:
            if isinstance(member, NewId):
                yield None
            elif isinstance(member, str):
                yield member
