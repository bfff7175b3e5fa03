"""The API calls of each change, and those of its reversal, for `apply` and for commands of the AWS CLI.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
and https://docs.aws.amazon.com/Route53/latest/APIReference/API_AssociateVPCWithHostedZone.html
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, assert_never

from skerry.catalogue.services import service_of_endpoint
from skerry.model.world import World
from skerry.plan.api_calls import (
    ChangeCalls,
    NewId,
    Parameter,
    PlannedCall,
    PlannedCalls,
    PlannedWait,
    ec2_call,
)
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    Advise,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteChange,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)
from skerry.plan.endpoint_calls import calls_for_endpoint, id_of
from skerry.plan.former_values import Former
from skerry.plan.records import Planned

_DEFAULT = "0.0.0.0/0"
_MOST_IN_A_TAG = 256
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions"""


class CallTexts(NamedTuple):
    """The texts of calls: Name of an endpoint, description of a rule, names of prefix lists with unknown ids."""

    name: str = ""
    description: str = ""
    prefix_lists: Mapping[str, str] = {}


def calls_for(change: Change, former: Former, texts: CallTexts, region: str = "") -> ChangeCalls | None:
    """Return the calls of a change, and those that restore the former values; None for a manual step."""
    match change:
        case CreateSecurityGroup() | AuthorizeRule() | RevokeRule():
            return _of_group(change, former, texts)
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint() | ModifyEndpoint() | DeleteEndpoint():
            return calls_for_endpoint(change, former, texts.name)
        case SetVpcAttribute():
            return ChangeCalls((_attribute(change, value=True),), (_attribute(change, value=False),))
        case AddAclEntry():
            return _entry(change)
        case CreateNatGateway():
            return _nat_gateway(change)
        case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
            return _of_route(change, former)
        case AssociateZone():
            return _association(change, region)
        case ConfigureService() | AddZoneRecord() | ProposeStatement() | MirrorImage() | Advise():
            return None
        case _:
            assert_never(change)


def names_of_endpoints(rows: Iterable[Planned]) -> dict[str, str]:
    """Return the names of new endpoints: the service, with the VPC if there are several."""
    changes = [row.change for row in rows if isinstance(row.change, CreateInterfaceEndpoint | CreateGatewayEndpoint)]
    several = len({change.vpc_id for change in changes}) > 1
    return {
        change.endpoint_id: f"{change.vpc_id} {_service_name(change)}" if several else _service_name(change)
        for change in changes
    }


def _service_name(change: CreateInterfaceEndpoint | CreateGatewayEndpoint) -> str:
    ref = service_of_endpoint(change.service_name)
    return ref.key if ref else change.service_name


def name_of_nat_gateway(change: CreateNatGateway) -> str:
    """Return the tag Name of a new NAT gateway and of its address."""
    return f"nat-{change.subnet_id}"[:_MOST_IN_A_TAG]


def services_of_prefix_lists(world: World, rows: Iterable[Planned]) -> dict[str, str]:
    """Return the names of AWS's prefix lists with unknown ids: those of their services.

    https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    """
    services: dict[str, str] = {}
    for planned in rows:
        change = planned.change
        if isinstance(change, CreateGatewayEndpoint) and is_new(change.prefix_list):
            services[change.prefix_list] = change.service_name
        elif isinstance(change, ModifyEndpoint) and change.prefix_list is not None and is_new(change.prefix_list):
            services[change.prefix_list] = str(world.vpc_endpoints[change.endpoint_id].service_name)
    return services


def description_of(row: Planned) -> str:
    """Return the description of a rule: the steps that need it, in characters of AWS's list.

    https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
    """
    steps = dict.fromkeys(step for why in row.why for step in why.steps)
    return f"For ECS tasks: {', '.join(steps)}" if steps else "For ECS tasks"


def _of_group(
    change: CreateSecurityGroup | AuthorizeRule | RevokeRule, former: Former, texts: CallTexts
) -> ChangeCalls:
    match change:
        case CreateSecurityGroup():
            return _group(change)
        case AuthorizeRule():
            return _rule(change, texts)
        case RevokeRule():
            return _revoked(change, former)
        case _:
            assert_never(change)


def _group(change: CreateSecurityGroup) -> ChangeCalls:
    parameters: dict[str, Parameter] = {
        "GroupName": change.name,
        "Description": change.description,
        "VpcId": change.vpc_id,
    }
    create = PlannedCall(
        "ec2", "CreateSecurityGroup", parameters, change.group_id, ("GroupId",), resource_type="security-group"
    )
    made = NewId(change.group_id)
    back = ec2_call("DeleteSecurityGroup", {"GroupId": made})
    return ChangeCalls((create, PlannedWait("group-exists", made)), (back,))


def _named(resource_type: str, name: str) -> list[Parameter]:
    """Return the tag Name in the call that creates a resource."""
    return [{"ResourceType": resource_type, "Tags": [{"Key": "Name", "Value": name}]}]


def _rule(change: AuthorizeRule, texts: CallTexts) -> ChangeCalls:
    permissions = _permissions(change, texts.description)
    calls = (*_look_up(change.rule.peer, texts), _of_side("Authorize", change, permissions))
    goes_with = change.group_id if is_new(change.group_id) else ""
    return ChangeCalls(calls, (_of_side("Revoke", change, permissions),), goes_with=goes_with)


def _revoked(change: RevokeRule, former: Former) -> ChangeCalls:
    back = _of_side("Authorize", change, _permissions(change, former.description))
    if former.tags:
        tags: list[Parameter] = [{"Key": key, "Value": value} for key, value in former.tags]
        specification: list[Parameter] = [{"ResourceType": "security-group-rule", "Tags": tags}]
        back = back._replace(parameters={**back.parameters, "TagSpecifications": specification})
    return ChangeCalls((_of_side("Revoke", change, _permissions(change)),), (back,), "The rule's tags are lost.")


def _of_side(verb: str, change: AuthorizeRule | RevokeRule, permissions: list[Parameter]) -> PlannedCall:
    side = "Ingress" if change.direction == "in" else "Egress"
    parameters: dict[str, Parameter] = {"GroupId": id_of(change.group_id), "IpPermissions": permissions}
    kind = "security-group-rule" if verb == "Authorize" else ""
    return PlannedCall("ec2", f"{verb}SecurityGroup{side}", parameters, resource_type=kind)


def _permissions(change: AuthorizeRule | RevokeRule, description: str = "") -> list[Parameter]:
    rule = change.rule
    kinds = {
        "cidr": ("IpRanges", "CidrIp"),
        "group": ("UserIdGroupPairs", "GroupId"),
        "prefix-list": ("PrefixListIds", "PrefixListId"),
    }
    peers, name = kinds[rule.kind]
    peer: dict[str, Parameter] = {name: id_of(rule.peer)}
    if description:
        peer["Description"] = description
    return [{"IpProtocol": rule.protocol, "FromPort": rule.port, "ToPort": rule.port, peers: [peer]}]


def _look_up(peer: str, texts: CallTexts) -> PlannedCalls:
    """Return the look-up of a prefix list with unknown id, by the name of its service."""
    if peer not in texts.prefix_lists:
        return ()
    filters: list[Parameter] = [{"Name": "prefix-list-name", "Values": [texts.prefix_lists[peer]]}]
    answer = ("PrefixLists", 0, "PrefixListId")
    return (PlannedCall("ec2", "DescribePrefixLists", {"Filters": filters}, peer, answer),)


def _attribute(change: SetVpcAttribute, *, value: bool) -> PlannedCall:
    name = {"enable_dns_support": "EnableDnsSupport", "enable_dns_hostnames": "EnableDnsHostnames"}[change.attribute]
    return ec2_call("ModifyVpcAttribute", {"VpcId": change.vpc_id, name: {"Value": value}})


def _entry(change: AddAclEntry) -> ChangeCalls:
    place: dict[str, Parameter] = {
        "NetworkAclId": change.acl_id,
        "RuleNumber": change.number,
        "Egress": change.direction == "out",
    }
    content: dict[str, Parameter] = {
        "Protocol": "6",
        "PortRange": {"From": change.ports[0], "To": change.ports[1]},
        "CidrBlock": change.cidr,
        "RuleAction": "allow",
    }
    create = ec2_call("CreateNetworkAclEntry", place | content)
    return ChangeCalls((create,), (ec2_call("DeleteNetworkAclEntry", place),))


def _nat_gateway(change: CreateNatGateway) -> ChangeCalls:
    """Return the calls for an Elastic IP address and a NAT gateway with it.

    https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html
    """
    nat, address = NewId(change.nat_gateway_id), NewId(change.allocation_id)
    name = name_of_nat_gateway(change)
    allocate = PlannedCall(
        "ec2",
        "AllocateAddress",
        {"Domain": "vpc", "TagSpecifications": _named("elastic-ip", name)},
        change.allocation_id,
        ("AllocationId",),
        resource_type="elastic-ip",
    )
    create = PlannedCall(
        "ec2",
        "CreateNatGateway",
        {
            "SubnetId": change.subnet_id,
            "AllocationId": address,
            "TagSpecifications": _named("natgateway", name),
        },
        change.nat_gateway_id,
        ("NatGateway", "NatGatewayId"),
        resource_type="natgateway",
        has_token=True,
    )
    back = (
        ec2_call("DeleteNatGateway", {"NatGatewayId": nat}),
        PlannedWait("nat-gateway-deleted", nat),
        ec2_call("ReleaseAddress", {"AllocationId": address}),
    )
    return ChangeCalls((allocate, create, PlannedWait("nat-gateway-available", nat)), back)


def _of_route(change: RouteChange, former: Former) -> ChangeCalls:
    match change:
        case DeleteRoute():
            gone = f"The black hole for {change.destination} in {change.route_table_id} cannot be restored."
            route = _route(change.route_table_id, change.destination)
            return ChangeCalls((ec2_call("DeleteRoute", route),), (), gone)
        case RouteToNat():
            return _create_route(change.route_table_id, "NatGatewayId", id_of(change.nat_gateway_id))
        case RouteToInternetGateway():
            return _create_route(change.route_table_id, "GatewayId", change.internet_gateway_id)
        case ReplaceRoute():
            return _replace_route(change, former)
        case _:
            assert_never(change)


def _replace_route(change: ReplaceRoute, former: Former) -> ChangeCalls:
    route = _route(change.route_table_id, change.destination)
    target = "NatGatewayId" if change.target_kind == "nat-gateway" else "GatewayId"
    calls = (ec2_call("ReplaceRoute", route | {target: id_of(change.target)}),)
    if former.target is None:
        lost = f"The former target of {change.destination} in {change.route_table_id} is not known."
        return ChangeCalls(calls, (), lost)
    name, resource = former.target
    return ChangeCalls(calls, (ec2_call("ReplaceRoute", route | {name: resource}),))


def _route(table_id: str, destination: str) -> dict[str, Parameter]:
    """Return the parameters that name a route."""
    is_list = destination.startswith("pl-")
    return {
        "RouteTableId": table_id,
        "DestinationPrefixListId" if is_list else "DestinationCidrBlock": destination,
    }


def _create_route(table_id: str, target: str, resource: str | NewId) -> ChangeCalls:
    route = _route(table_id, _DEFAULT)
    create = ec2_call("CreateRoute", route | {target: resource})
    return ChangeCalls((create,), (ec2_call("DeleteRoute", route),))


def _association(change: AssociateZone, region: str) -> ChangeCalls:
    vpc: dict[str, Parameter] = {"VPCRegion": region, "VPCId": change.vpc_id}
    parameters: dict[str, Parameter] = {"HostedZoneId": change.zone_id, "VPC": vpc}
    return ChangeCalls(
        (PlannedCall("route53", "AssociateVPCWithHostedZone", parameters),),
        (PlannedCall("route53", "DisassociateVPCFromHostedZone", parameters),),
    )
