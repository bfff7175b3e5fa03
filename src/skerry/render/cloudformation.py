"""A plan as a CloudFormation template: parameters for what is the user's, a resource for each change, outputs.

CloudFormation manages only resources of its own: changes of existing endpoints, VPCs and default routes are refused.
Manual steps and unproven parts stand at the top, as comments for people. Each resource waits for those of the stages
before it, so that the stack is made in the safe order of the plan.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-reference.html
"""

import json
import re
from typing import Any, Literal

from skerry.catalogue.services import service_of_endpoint
from skerry.errors import Argument, InputError
from skerry.masking import mask_json
from skerry.model.world import World
from skerry.plan.change_calls import description_of, name_of_nat_gateway
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    ModifyEndpoint,
    ReplaceRoute,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)
from skerry.plan.records import Plan, Planned
from skerry.render import cloudformation_yaml, iac_common
from skerry.render.cloudformation_parameters import Parameters
from skerry.render.hcl import format_comment
from skerry.render.iac_names import Names, split_at_region
from skerry.render.plan import title_of

_VERSION = "2010-09-09"
_MOST_DESCRIBED = 1_024
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-description-structure.html"""
_MOST_IN_A_TAG = 256
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions"""
_MOST_INLINE = 51_200
_MOST = {"Parameters": 200, "Resources": 500, "Outputs": 200}
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
_TCP = 6
_PEERS = {"cidr": "CidrIp", "group": "SourceSecurityGroupId", "prefix-list": "SourcePrefixListId"}
_OUT_PEERS = {"cidr": "CidrIp", "group": "DestinationSecurityGroupId", "prefix-list": "DestinationPrefixListId"}
_NOTHING_OUT = {"Description": "Nothing goes out", "IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}
"""The rule in place of AWS's own, which lets everything out: an endpoint opens no connection.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
"""
_PLAIN = re.compile(r"[A-Za-z0-9.-]+")

Json = dict[str, Any]
_Stage = Literal["group", "filter", "endpoint", "route"]
_WAITS_FOR: dict[_Stage, tuple[_Stage, ...]] = {
    "group": (),
    "filter": (),
    "endpoint": ("filter",),
    "route": ("filter", "endpoint"),
}
"""The stages that must be complete before one begins: who is admitted comes before where names and routes lead."""


def render(world: World, plan: Plan) -> str:
    """Write a plan as a template. Raises `InputError` if it changes a resource outside CloudFormation."""
    iac_common.refuse_unless_something(plan, "CloudFormation")
    iac_common.refuse_unwritable_changes(plan, "CloudFormation")
    rows = iac_common.expressible_changes_of(plan)
    iac_common.refuse(
        [
            planned.change
            for planned in rows
            if isinstance(planned.change, ModifyEndpoint | SetVpcAttribute | ReplaceRoute)
        ],
        "CloudFormation cannot change what it has not created",
        "Use ",
        Argument.FORMAT,
        " terraform, or make these changes by hand first and plan again.",
    )
    template = _Template(world, Names(rows))
    for planned in rows:
        template.add(planned)
    document = mask_json(template.whole(iac_common.summary_of(plan)))
    text = cloudformation_yaml.dump_template(document)
    # A description has too little room for all that there is to say.
    heading = cloudformation_yaml.escape_references(iac_common.heading_of(plan))
    return format_comment(heading + _size_note(text)) + text


def _size_note(text: str) -> str:
    if len(text.encode()) < _MOST_INLINE:
        return ""
    return f"\nLonger than the {_MOST_INLINE:,} bytes that a request may have: deploy it from a bucket (--s3-bucket)."


class _Template:
    """A template under construction: parameters by what they stand for, resources by their logical ids."""

    def __init__(self, world: World, names: Names) -> None:
        self._world = world
        self._names = names
        self._parameters = Parameters()
        self._resources: dict[str, Json] = {}
        self._stages: dict[str, _Stage] = {}
        self._outputs: dict[str, Json] = {}
        self._groups: dict[str, str] = {}
        self._nat_gateways: dict[str, Json] = {}

    def whole(self, description: str) -> Json:
        """Return the template."""
        document: Json = {"AWSTemplateFormatVersion": _VERSION, "Description": _short(description)}
        document |= self._parameters.sections()
        # A template must have a resource: without changes, one that creates nothing.
        document["Resources"] = self._ordered() or {"Nothing": {"Type": "AWS::CloudFormation::WaitConditionHandle"}}
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

    def _ordered(self) -> Json:
        """Return the resources, each with those that it must wait for."""
        ordered: Json = {}
        for name, resource in self._resources.items():
            stages = _WAITS_FOR[self._stages[name]]
            earlier = [other for other in self._resources if self._stages[other] in stages]
            kind = {"Type": resource["Type"]}
            ordered[name] = (kind | {"DependsOn": earlier} if earlier else kind) | resource
        return ordered

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
            case CreateNatGateway():
                self._nat_gateway(row, change)
            case RouteToNat():
                target = self._nat_gateways.get(change.nat_gateway_id, change.nat_gateway_id)
                self._default_route(row, change.route_table_id, {"NatGatewayId": target})
            case RouteToInternetGateway():
                self._default_route(row, change.route_table_id, {"GatewayId": change.internet_gateway_id})
            case _:
                message = f"CloudFormation cannot say this: {title_of(change)}"
                raise InputError(message, "Use ", Argument.FORMAT, " terraform.")

    def _security_group(self, row: Planned, change: CreateSecurityGroup) -> None:
        properties = {
            "GroupDescription": change.description,
            "VpcId": self._parameters.vpc(change.vpc_id),
            "SecurityGroupEgress": [_NOTHING_OUT],
            "Tags": _named(change.name),
        }
        name = self._resource("EndpointSecurityGroup", "AWS::EC2::SecurityGroup", properties, row, "group")
        self._groups[change.group_id] = name
        self._output(f"{name}Id", f"The security group {change.name}.", {"Fn::GetAtt": [name, "GroupId"]})

    def _rule(self, row: Planned, change: AuthorizeRule) -> None:
        rule, inward = change.rule, change.direction == "in"
        properties = {
            "GroupId": self._group(change.group_id),
            "Description": description_of(row),
            "IpProtocol": rule.protocol,
            "FromPort": rule.port,
            "ToPort": rule.port,
            (_PEERS if inward else _OUT_PEERS)[rule.kind]: self._peer(rule.peer),
        }
        kind = "Ingress" if inward else "Egress"
        wanted = f"{kind}{rule.protocol.title()}{rule.port}"
        self._resource(wanted, f"AWS::EC2::SecurityGroup{kind}", properties, row, "filter")

    def _interface(self, row: Planned, change: CreateInterfaceEndpoint) -> None:
        properties: Json = {
            "VpcEndpointType": "Interface",
            "ServiceName": self._service_name(change.service_name),
            "VpcId": self._parameters.vpc(change.vpc_id),
            "SubnetIds": self._parameters.subnets(change.subnets),
            "SecurityGroupIds": [self._group(group_id) for group_id in change.groups],
            "PrivateDnsEnabled": change.private_dns,
            "IpAddressType": change.ip_address_type,
        }
        self._endpoint(row, change, properties)

    def _gateway(self, row: Planned, change: CreateGatewayEndpoint) -> None:
        properties: Json = {
            "VpcEndpointType": "Gateway",
            "ServiceName": self._service_name(change.service_name),
            "VpcId": self._parameters.vpc(change.vpc_id),
            "RouteTableIds": self._parameters.route_tables(change.route_tables),
        }
        self._endpoint(row, change, properties)

    def _endpoint(
        self, row: Planned, change: CreateInterfaceEndpoint | CreateGatewayEndpoint, properties: Json
    ) -> None:
        if change.policy is not None:
            properties["PolicyDocument"] = json.loads(change.policy)
            cloudformation_yaml.refuse_functions(properties["PolicyDocument"], f"the policy of {change.service_name}")
        properties["Tags"] = _named(self._names.endpoint_key(change))
        ref = service_of_endpoint(change.service_name)
        service = ref.key if ref else change.service_name
        name = self._resource(f"{_logical(service)}Endpoint", "AWS::EC2::VPCEndpoint", properties, row, "endpoint")
        self._output(f"{name}Id", f"The endpoint of {service}.", {"Ref": name})

    def _service_name(self, service_name: str) -> Json | str:
        """Return the name of an endpoint service, in the Region of the stack where it is AWS's own."""
        parts = split_at_region(service_name, self._world.region)
        if parts is None or not _PLAIN.fullmatch(service_name):
            return service_name
        return {"Fn::Sub": f"{parts[0]}.${{AWS::Region}}.{parts[1]}"}

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
        self._resource(f"{side}Entry{change.number}", "AWS::EC2::NetworkAclEntry", properties, row, "filter")

    def _nat_gateway(self, row: Planned, change: CreateNatGateway) -> None:
        tags = _named(name_of_nat_gateway(change))
        address = self._resource("NatAddress", "AWS::EC2::EIP", {"Domain": "vpc", "Tags": tags}, row, "group")
        allocation = {"Fn::GetAtt": [address, "AllocationId"]}
        properties = {"AllocationId": allocation, "SubnetId": change.subnet_id, "Tags": tags}
        name = self._resource("NatGateway", "AWS::EC2::NatGateway", properties, row, "group")
        self._nat_gateways[change.nat_gateway_id] = {"Ref": name}
        self._output(f"{name}Id", f"The NAT gateway in {change.subnet_id}.", {"Ref": name})

    def _default_route(self, row: Planned, table_id: str, target: Json) -> None:
        properties = {"RouteTableId": table_id, "DestinationCidrBlock": "0.0.0.0/0", **target}
        self._resource("DefaultRoute", "AWS::EC2::Route", properties, row, "route")

    def _resource(self, wanted: str, kind: str, properties: Json, row: Planned, stage: _Stage) -> str:
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
        self._stages[name] = stage
        return name

    def _output(self, name: str, description: str, output: Json) -> None:
        self._outputs[name] = {"Description": _short(description), "Value": output}

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
        return self._parameters.prefix_list(f"{_logical(service)}PrefixList", service)


def _named(name: str) -> list[Json]:
    """Return the tags of a resource; CloudFormation adds those of the stack."""
    return [{"Key": "Name", "Value": name[:_MOST_IN_A_TAG]}]


def _logical(text: str) -> str:
    """Return text as a part of a logical id: letters and digits."""
    words = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text).split()
    return "".join(word[:1].upper() + word[1:] for word in words) or "It"


def _short(text: str) -> str:
    """Return text that CloudFormation takes as a description."""
    text = cloudformation_yaml.escape_references(text)
    raw = text.encode()
    return text if len(raw) <= _MOST_DESCRIBED else raw[: _MOST_DESCRIBED - 3].decode(errors="ignore") + "…"
