"""A plan as a CloudFormation template: parameters for what is the user's, a resource for each change, outputs.

CloudFormation manages only resources of its own: changes of existing endpoints, VPCs and default routes are refused.
Manual steps and unproven parts stand at the top, as comments for people.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-reference.html
"""

import json
from typing import Any

from skerry.catalogue.services import service_of_endpoint
from skerry.errors import Argument, InputError
from skerry.masking import mask_json
from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    ModifyEndpoint,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)
from skerry.plan.records import Plan, Planned
from skerry.render import cloudformation_yaml, iac_common
from skerry.render.hcl import format_comment
from skerry.render.plan import title_of

_VERSION = "2010-09-09"
_MOST_DESCRIBED = 1_024
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-description-structure.html"""
_MOST_IN_A_NAME = 255
_MOST = {"Parameters": 200, "Resources": 500, "Outputs": 200}
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
_TCP = 6
_PEERS = {"cidr": "CidrIp", "group": "SourceSecurityGroupId", "prefix-list": "SourcePrefixListId"}
_OUT_PEERS = {"cidr": "CidrIp", "group": "DestinationSecurityGroupId", "prefix-list": "DestinationPrefixListId"}
_OF_TABLES, _OF_SUBNETS = "List<String>", "List<AWS::EC2::Subnet::Id>"

Json = dict[str, Any]


def render(world: World, plan: Plan) -> str:
    """Write a plan as a template. Raises `InputError` if it changes a resource outside CloudFormation."""
    iac_common.refuse_unless_something(plan, "CloudFormation")
    rows = iac_common.expressible_changes_of(plan)
    iac_common.refuse(
        [planned.change for planned in rows if _is_of_others(world, planned.change)],
        "CloudFormation cannot change what it has not created",
        "Use ",
        Argument.FORMAT,
        " terraform, or make these changes by hand first and plan again.",
    )
    template = _Template(world)
    for planned in rows:
        template.add(planned)
    document = mask_json(template.whole(iac_common.summary_of(plan)))
    # A description has too little room for all that there is to say.
    return format_comment(
        cloudformation_yaml.escape_references(iac_common.heading_of(plan))
    ) + cloudformation_yaml.dump_template(document)


def _is_of_others(world: World, change: Change) -> bool:
    """Return whether a change modifies an existing resource instead of adding one."""
    if isinstance(change, RouteToNat):
        return iac_common.replaces_route(world, change)
    return isinstance(change, ModifyEndpoint | SetVpcAttribute)


class _Template:
    """A template under construction: parameters by what they stand for, resources by their logical ids."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._parameters: dict[str, Json] = {}
        self._by_value: dict[str, str] = {}
        self._resources: dict[str, Json] = {}
        self._outputs: dict[str, Json] = {}
        self._groups: dict[str, str] = {}

    def whole(self, description: str) -> Json:
        """Return the template."""
        document: Json = {"AWSTemplateFormatVersion": _VERSION, "Description": _short(description)}
        if self._parameters:
            document["Parameters"] = self._parameters
        # A template must have a resource: without changes, one that creates nothing.
        document["Resources"] = self._resources or {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
        if self._outputs:
            document["Outputs"] = self._outputs
        for part, most in _MOST.items():
            if len(document.get(part, ())) > most:
                message = f"the plan needs {len(document[part])} {part.lower()}, and a template may have {most}"
                fewer = (
                    "Plan fewer services at once (",
                    Argument.SERVICE,
                    "), or use ",
                    Argument.FORMAT,
                    " terraform.",
                )
                raise InputError(message, *fewer)
        return document

    def add(self, row: Planned) -> None:
        """Write one change."""
        change = row.change
        match change:
            case CreateSecurityGroup():
                self._security_group(row, change)
            case AuthorizeRule():
                self._rule(row, change)
            case CreateInterfaceEndpoint():
                self._interface(row, change)
            case CreateGatewayEndpoint():
                self._gateway(row, change)
            case AddAclEntry():
                self._entry(row, change)
            case RouteToNat():
                properties = {
                    "RouteTableId": change.route_table_id,
                    "DestinationCidrBlock": "0.0.0.0/0",
                    "NatGatewayId": change.nat_gateway_id,
                }
                self._resource("DefaultRoute", "AWS::EC2::Route", properties, row)
            case _:
                message = f"CloudFormation cannot say this: {title_of(change)}"
                raise InputError(message, "Use ", Argument.FORMAT, " terraform.")

    def _security_group(self, row: Planned, change: CreateSecurityGroup) -> None:
        properties = {
            "GroupDescription": change.description,
            "GroupName": change.name[:_MOST_IN_A_NAME],
            "VpcId": self._vpc(change.vpc_id),
        }
        name = self._resource("EndpointSecurityGroup", "AWS::EC2::SecurityGroup", properties, row)
        self._groups[change.group_id] = name
        self._output(f"{name}Id", f"The security group {change.name}.", {"Fn::GetAtt": [name, "GroupId"]})

    def _rule(self, row: Planned, change: AuthorizeRule) -> None:
        rule, inward = change.rule, change.direction == "in"
        properties = {
            "GroupId": self._group(change.group_id),
            "IpProtocol": rule.protocol,
            "FromPort": rule.port,
            "ToPort": rule.port,
            (_PEERS if inward else _OUT_PEERS)[rule.kind]: self._peer(rule.peer),
        }
        kind = "Ingress" if inward else "Egress"
        self._resource(f"{kind}{rule.protocol.title()}{rule.port}", f"AWS::EC2::SecurityGroup{kind}", properties, row)

    def _interface(self, row: Planned, change: CreateInterfaceEndpoint) -> None:
        properties: Json = {
            "VpcEndpointType": "Interface",
            "ServiceName": change.service_name,
            "VpcId": self._vpc(change.vpc_id),
            "SubnetIds": self._list("EndpointSubnets", change.subnets, _OF_SUBNETS, "one for each zone of the tasks"),
            "SecurityGroupIds": [self._group(group_id) for group_id in change.groups],
            "PrivateDnsEnabled": change.private_dns,
            "IpAddressType": change.ip_address_type,
        }
        self._endpoint(row, change, properties)

    def _gateway(self, row: Planned, change: CreateGatewayEndpoint) -> None:
        tables = self._list("RouteTables", change.route_tables, _OF_TABLES, "those of the tasks' subnets")
        properties: Json = {
            "VpcEndpointType": "Gateway",
            "ServiceName": change.service_name,
            "VpcId": self._vpc(change.vpc_id),
            "RouteTableIds": tables,
        }
        self._endpoint(row, change, properties)

    def _endpoint(
        self, row: Planned, change: CreateInterfaceEndpoint | CreateGatewayEndpoint, properties: Json
    ) -> None:
        if change.policy is not None:
            properties["PolicyDocument"] = json.loads(change.policy)
            cloudformation_yaml.refuse_functions(properties["PolicyDocument"], f"the policy of {change.service_name}")
        ref = service_of_endpoint(change.service_name)
        label = _logical(ref.key if ref else change.service_name)
        name = self._resource(f"{label}Endpoint", "AWS::EC2::VPCEndpoint", properties, row)
        self._output(f"{name}Id", f"The endpoint of {change.service_name}.", {"Ref": name})

    def _entry(self, row: Planned, change: AddAclEntry) -> None:
        properties = {
            "NetworkAclId": change.acl_id,
            "RuleNumber": change.number,
            "Egress": change.direction == "out",
            "RuleAction": "allow",
            "Protocol": _TCP,
            "CidrBlock": change.cidr,
            "PortRange": {"From": change.ports[0], "To": change.ports[1]},
        }
        side = "Outbound" if change.direction == "out" else "Inbound"
        self._resource(f"{side}Entry{change.number}", "AWS::EC2::NetworkAclEntry", properties, row)

    def _resource(self, wanted: str, kind: str, properties: Json, row: Planned) -> str:
        """Add a resource under a logical id that none has yet; the id."""
        name, number = wanted, 2
        while name in self._resources:
            name, number = f"{wanted}x{number}", number + 1
        reasons = iac_common.reasons_of_change(row)
        metadata = (
            {"Metadata": {"Reasons": cloudformation_yaml.escape_references(reasons).splitlines()}} if reasons else {}
        )
        cloudformation_yaml.refuse_what_is_evaluated(properties, title_of(row.change))
        self._resources[name] = {"Type": kind, **metadata, "Properties": properties}
        return name

    def _output(self, name: str, description: str, output: Json) -> None:
        self._outputs[name] = {"Description": _short(description), "Value": output}

    def _vpc(self, vpc_id: str) -> Json:
        return self._parameter("VpcId", "AWS::EC2::VPC::Id", "The VPC.", vpc_id)

    def _list(self, wanted: str, ids: tuple[str, ...], kind: str, which: str) -> Json:
        """Return a parameter of several ids."""
        what = "Subnets of the interface endpoints" if kind == _OF_SUBNETS else "Route tables of the gateway endpoints"
        return self._parameter(wanted, kind, f"{what}: {which}.", ",".join(ids))

    def _parameter(self, wanted: str, kind: str, description: str, default: str) -> Json:
        """Return a parameter with the planned value as its default; the same value is the same parameter."""
        key = f"{wanted} {default}"
        if key not in self._by_value:
            taken = sum(name.rstrip("0123456789") == wanted for name in self._parameters)
            name = wanted if not taken else f"{wanted}{taken + 1}"
            cloudformation_yaml.refuse_what_is_evaluated(default, f"the parameter {name}")
            self._parameters[name] = {"Type": kind, "Description": description, "Default": default}
            self._by_value[key] = name
        return {"Ref": self._by_value[key]}

    def _group(self, group_id: str) -> Json | str:
        name = self._groups.get(group_id)
        return {"Fn::GetAtt": [name, "GroupId"]} if name else group_id

    def _peer(self, peer: str) -> Json | str:
        """Return a peer of a rule; AWS's prefix list, whose id is not known, is asked for when the stack is made."""
        if not is_new(peer):
            return peer
        if peer in self._groups:
            return self._group(peer)
        service = peer.partition("-new-")[2]
        name = f"{_logical(service)}PrefixList"
        how = (
            f"aws ec2 describe-managed-prefix-lists tells it, by the name com.amazonaws.{self._world.region}.{service}."
        )
        self._parameters[name] = {"Type": "String", "Description": f"AWS's prefix list of {service}: {how}"}
        return {"Ref": name}


def _logical(text: str) -> str:
    """Return text as a part of a logical id: letters and digits."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text).split()
    return "".join(word[:1].upper() + word[1:] for word in words) or "It"


def _short(text: str) -> str:
    """Return text that CloudFormation takes as a description."""
    text = cloudformation_yaml.escape_references(text)
    raw = text.encode()
    return text if len(raw) <= _MOST_DESCRIBED else raw[: _MOST_DESCRIBED - 3].decode(errors="ignore") + "…"
