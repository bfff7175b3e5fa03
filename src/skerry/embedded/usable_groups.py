"""The security groups that the embedded account may use in a VPC: its own groups there. moto has no answer."""

from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import InvalidVPCIdError


def get_security_groups_for_vpc(response: Any) -> ActionResult:
    """Return the groups of a VPC; without the VPC, AWS's error.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetSecurityGroupsForVpc.html
    """
    backend = response.ec2_backend
    name = response._get_param("VpcId")  # noqa: SLF001 - moto's own reading of parameters
    if name not in backend.vpcs:
        return ActionResult(InvalidVPCIdError(name))
    rows = [
        {
            "GroupId": group.id,
            "GroupName": group.name,
            "Description": group.description,
            "OwnerId": group.owner_id,
            "PrimaryVpcId": group.vpc_id,
        }
        for group in backend.describe_security_groups()
        if group.vpc_id == name
    ]
    return ActionResult({"SecurityGroupForVpcs": rows})
