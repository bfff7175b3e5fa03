"""The API calls that create, change and delete VPC endpoints, and those of the reversal.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html,
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html
and https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html
"""

from typing import assert_never

from skerry.plan.api_calls import ChangeCalls, NewId, Parameter, PlannedCall, PlannedCalls, PlannedWait, ec2_call
from skerry.plan.changes import (
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    DeleteEndpoint,
    EndpointChange,
    ModifyEndpoint,
    is_new,
)
from skerry.plan.former_values import Former


def calls_for_endpoint(change: EndpointChange, former: Former, name: str) -> ChangeCalls:
    """Return the calls of a change of an endpoint; a new one gets the tag Name."""
    match change:
        case CreateInterfaceEndpoint():
            more: dict[str, Parameter] = {
                "SubnetIds": list(change.subnets),
                "SecurityGroupIds": [id_of(group) for group in change.groups],
                "PrivateDnsEnabled": change.private_dns,
                "IpAddressType": change.ip_address_type,
            }
            return _created(change, "Interface", more, name)
        case CreateGatewayEndpoint():
            return _created(change, "Gateway", {"RouteTableIds": list(change.route_tables)}, name)
        case ModifyEndpoint():
            return _modified(change, former)
        case DeleteEndpoint():
            return ChangeCalls(_deletion(change.endpoint_id), (), f"{change.endpoint_id} cannot be restored.")
        case _:
            assert_never(change)


def id_of(resource: str) -> str | NewId:
    """Return the id of a resource as a parameter."""
    return NewId(resource) if is_new(resource) else resource


def _created(
    change: CreateInterfaceEndpoint | CreateGatewayEndpoint, kind: str, more: dict[str, Parameter], name: str
) -> ChangeCalls:
    tags: list[Parameter] = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": name}]}]
    parameters: dict[str, Parameter] = {
        "VpcId": change.vpc_id,
        "ServiceName": change.service_name,
        "VpcEndpointType": kind,
        **more,
        **({} if change.policy is None else {"PolicyDocument": change.policy}),
        "TagSpecifications": tags,
    }
    made = NewId(change.endpoint_id)
    create = PlannedCall(
        "ec2",
        "CreateVpcEndpoint",
        parameters,
        change.endpoint_id,
        ("VpcEndpoint", "VpcEndpointId"),
        resource_type="vpc-endpoint",
        has_token=True,
    )
    return ChangeCalls((create, PlannedWait("endpoint-available", made)), _deletion(made))


def _deletion(endpoint: str | NewId) -> PlannedCalls:
    return (
        ec2_call("DeleteVpcEndpoints", {"VpcEndpointIds": [endpoint]}),
        PlannedWait("endpoint-deleted", endpoint),
    )


def _modified(change: ModifyEndpoint, former: Former) -> ChangeCalls:
    members: dict[str, list[Parameter]] = {
        "SubnetIds": list(change.subnets),
        "SecurityGroupIds": [id_of(group) for group in change.groups],
        "RouteTableIds": list(change.route_tables),
    }
    endpoint: dict[str, Parameter] = {"VpcEndpointId": change.endpoint_id}
    later, back = dict(endpoint), dict(endpoint)
    for name, ids in members.items():
        if ids:
            later[f"Add{name}"] = ids
            back[f"Remove{name}"] = ids
    if change.private_dns is not None:
        later["PrivateDnsEnabled"] = change.private_dns
        back["PrivateDnsEnabled"] = not change.private_dns
    if change.policy is not None:
        later["PolicyDocument"] = change.policy
        # AWS's default policy is the one that a reset restores.
        back |= {"ResetPolicy": True} if former.policy is None else {"PolicyDocument": former.policy}
    wait = PlannedWait("endpoint-available", change.endpoint_id)
    return ChangeCalls((ec2_call("ModifyVpcEndpoint", later), wait), (ec2_call("ModifyVpcEndpoint", back),))
