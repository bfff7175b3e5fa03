"""A plan as edits of CloudFormation templates: a resource or a property for each change that a template can make."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from skerry.app.edited_files import ManualStep
from skerry.app.template_policies import PolicyWords, added_statements
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    ModifyEndpoint,
    ProposeStatement,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
)
from skerry.plan.records import Plan
from skerry.render.plan import title_of
from skerry.sources.cloudformation.mapping.policies import document_of
from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.cloudformation.template_edits import TemplateEdits, UneditableTemplate
from skerry.sources.planned.values import UNKNOWN

_TCP: Final = 6
_NOTHING_OUT: Final = {"Description": "Nothing goes out", "IpProtocol": "-1", "CidrIp": "127.0.0.1/32"}
"""The rule in place of AWS's own, which lets everything out: an endpoint opens no connection.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
"""
_ATTRIBUTES: Final = {"enable_dns_support": "EnableDnsSupport", "enable_dns_hostnames": "EnableDnsHostnames"}
_LISTS: Final = {"subnets": "SubnetIds", "groups": "SecurityGroupIds", "route_tables": "RouteTableIds"}
_ID: Final = re.compile(r"[a-z]+(?:-[a-z]+)*-[0-9a-f]{17}")
_VPC: Final = ("NetworkConfiguration", "AwsvpcConfiguration")


class TemplateFixes:
    """The edits of all templates of one account and Region. ``manual`` are the changes that no edit makes."""

    def __init__(self, templates: Templates, texts: Mapping[str, str]) -> None:
        self._templates = templates
        self._texts = texts
        self._made = {name: made for made in templates.all() for name in _names_of(made)}
        self._logical_ids = {name: made.resource.logical_id for name, made in self._made.items()}
        self._new: dict[str, tuple[str, dict[str, Any]]] = {}
        self._edits: dict[str, TemplateEdits] = {}
        self._added: set[tuple[str, str]] = set()
        self.manual: list[ManualStep] = []

    @property
    def results(self) -> dict[str, str]:
        """The new text of each file with an edit."""
        return {file: edits.result for file, edits in self._edits.items()}

    def add(self, plan: Plan) -> None:
        """Add the edits of a plan."""
        for planned in plan.in_order:
            try:
                self._add(planned.change)
            except UneditableTemplate as reason:
                title = f"{self._named(title_of(planned.change))} ({reason})"
                self.manual.append(ManualStep(title, _policy_of(planned.change)))

    def _named(self, text: str) -> str:
        """Return a text with logical ids in place of made-up ones."""
        return _ID.sub(lambda match: self._logical_ids.get(match[0], match[0]), text)

    def _add(self, change: Change) -> None:
        match change:
            case CreateSecurityGroup():
                self._group(change)
            case AuthorizeRule():
                self._rule(change)
            case CreateInterfaceEndpoint() | CreateGatewayEndpoint():
                self._endpoint(change)
            case ModifyEndpoint():
                self._modify(change)
            case SetVpcAttribute():
                made = self._resource(change.vpc_id)
                self._edits_of(made).set_property(made.resource.entry.node, [_ATTRIBUTES[change.attribute]], value=True)
            case AddAclEntry():
                self._entry(change)
            case _:
                self._add_way(change)

    def _add_way(self, change: Change) -> None:
        """Add a way to the internet, or the settings of a service."""
        match change:
            case CreateNatGateway():
                self._nat_gateway(change)
            case RouteToNat():
                self._route(change.route_table_id, {"NatGatewayId": change.nat_gateway_id})
            case RouteToInternetGateway():
                self._route(change.route_table_id, {"GatewayId": change.internet_gateway_id})
            case ConfigureService() if change.has_settings:
                self._service(change)
            case _:
                raise UneditableTemplate("no edit of a template makes it")

    # ------------------------------------------------------------------------------------------------------ references

    def _resource(self, name: str) -> Made:
        made = self._made.get(name)
        if made is None:
            raise UneditableTemplate("it is not in these templates")
        if made.resource.entry.variables:
            raise UneditableTemplate("a loop makes it")
        return made

    def _reference(self, name: str, stack: str) -> Any:  # noqa: ANN401 -- JSON
        """Return a reference from a stack to a resource of it, of the plan, or outside all templates."""
        if name in self._new:
            owner, reference = self._new[name]
            if owner != stack:
                raise UneditableTemplate("it belongs to another stack")
            return reference
        made = self._made.get(name)
        default = self._default_of(name)
        if made is None and default is None:
            if self._templates.stand_ins.is_made_up(name) or name.startswith("pl-"):
                raise UneditableTemplate("it names a value that is known at the deployment")
            return name
        owner_of = made or default
        if owner_of is None or owner_of.resource.stack != stack:
            raise UneditableTemplate("it belongs to another stack")
        if made is None:
            return {"Fn::GetAtt": [owner_of.resource.logical_id, "DefaultSecurityGroup"]}
        return {"Ref": made.resource.logical_id}

    def _default_of(self, name: str) -> Made | None:
        """Return the VPC with this default group."""
        vpcs = self._templates.vpcs.values()
        return next((vpc for vpc in vpcs if vpc.attribute("DefaultSecurityGroup") == name), None)

    def _references(self, names: tuple[str, ...], stack: str) -> list[Any]:
        return [self._reference(name, stack) for name in names]

    def _edits_of(self, made: Made) -> TemplateEdits:
        template = made.resource.evaluator.template
        if template.file not in self._edits:
            self._edits[template.file] = TemplateEdits(template, self._texts[template.file])
        return self._edits[template.file]

    def _create(self, near: Made, wanted: str, kind: str, properties: dict[str, Any]) -> str:
        """Add a resource to the template of another one, under a logical id that none has yet."""
        edits = self._edits_of(near)
        file = near.resource.evaluator.template.file
        name, number = wanted, 2
        while edits.has_resource(name) or (file, name) in self._added:
            name, number = f"{wanted}{number}", number + 1
        self._added.add((file, name))
        edits.add_resource(name, {"Type": f"AWS::EC2::{kind}", "Properties": properties})
        return name

    # --------------------------------------------------------------------------------------------------------- changes

    def _group(self, change: CreateSecurityGroup) -> None:
        vpc = self._resource(change.vpc_id)
        stack = vpc.resource.stack
        properties = {
            "GroupDescription": change.description,
            "VpcId": self._reference(change.vpc_id, stack),
            "SecurityGroupEgress": [_NOTHING_OUT],
        }
        name = self._create(vpc, "EndpointSecurityGroup", "SecurityGroup", properties)
        self._new[change.group_id] = stack, {"Ref": name}

    def _rule(self, change: AuthorizeRule) -> None:
        stack, near = self._owner_of_group(change.group_id)
        rule, is_in = change.rule, change.direction == "in"
        side = "Source" if is_in else "Destination"
        keys = {"cidr": "CidrIp", "group": f"{side}SecurityGroupId", "prefix-list": f"{side}PrefixListId"}
        peer = rule.peer if rule.kind == "cidr" else self._reference(rule.peer, stack)
        properties = {
            "GroupId": self._reference(change.group_id, stack),
            "IpProtocol": rule.protocol,
            "FromPort": rule.port,
            "ToPort": rule.port,
            keys[rule.kind]: peer,
        }
        way = "Ingress" if is_in else "Egress"
        self._create(near, f"{way}{rule.protocol.title()}{rule.port}", f"SecurityGroup{way}", properties)

    def _owner_of_group(self, group: str) -> tuple[str, Made]:
        """Return the stack of a group, and a resource of that stack's template."""
        if group in self._new:
            stack = self._new[group][0]
            return stack, next(made for made in self._templates.vpcs.values() if made.resource.stack == stack)
        made = self._default_of(group) or self._resource(group)
        return made.resource.stack, made

    def _endpoint(self, change: CreateInterfaceEndpoint | CreateGatewayEndpoint) -> None:
        vpc = self._resource(change.vpc_id)
        stack = vpc.resource.stack
        region = self._templates.place.region
        name = change.service_name
        properties: dict[str, Any] = {
            "VpcEndpointType": "Interface",
            "VpcId": self._reference(change.vpc_id, stack),
            "ServiceName": {"Fn::Sub": name.replace(f".{region}.", ".${AWS::Region}.")} if region in name else name,
        }
        if isinstance(change, CreateInterfaceEndpoint):
            properties |= {
                "SubnetIds": self._references(change.subnets, stack),
                "SecurityGroupIds": self._references(change.groups, stack),
                "PrivateDnsEnabled": change.private_dns,
            }
        else:
            properties["VpcEndpointType"] = "Gateway"
            properties["RouteTableIds"] = self._references(change.route_tables, stack)
        if change.policy is not None:
            properties["PolicyDocument"] = PolicyWords(self._templates, stack).written(json.loads(change.policy))
        label = "".join(word.title() for word in name.partition(f"{region}.")[2].replace("-", ".").split("."))
        created = self._create(vpc, f"{label or 'Service'}Endpoint", "VPCEndpoint", properties)
        self._new[change.endpoint_id] = stack, {"Ref": created}

    def _modify(self, change: ModifyEndpoint) -> None:
        made = self._resource(change.endpoint_id)
        edits, node = self._edits_of(made), made.resource.entry.node
        stack = made.resource.stack
        statements = [] if change.policy is None else self._statements(made, change.policy)
        lists = {key: self._references(getattr(change, name), stack) for name, key in _LISTS.items()}
        for key, references in lists.items():
            for reference in references:
                edits.append(node, [key], reference)
        for statement in statements:
            edits.append(node, ["PolicyDocument", "Statement"], statement)
        if change.private_dns is not None:
            edits.set_property(node, ["PrivateDnsEnabled"], change.private_dns)

    def _statements(self, endpoint: Made, policy: str) -> list[Any]:
        """Return the statements that the policy of an endpoint lacks."""
        value = endpoint.properties.value("PolicyDocument")
        before = None if value is None else document_of(value, self._templates.stand_ins)
        written = PolicyWords(self._templates, endpoint.resource.stack).written(added_statements(before, policy))
        return list(written)

    def _entry(self, change: AddAclEntry) -> None:
        acl = self._resource(change.acl_id)
        is_out = change.direction == "out"
        properties = {
            "NetworkAclId": self._reference(change.acl_id, acl.resource.stack),
            "RuleNumber": change.number,
            "Egress": is_out,
            "RuleAction": "allow",
            "Protocol": _TCP,
            "CidrBlock": change.cidr,
            "PortRange": {"From": change.ports[0], "To": change.ports[1]},
        }
        self._create(acl, f"{'Outbound' if is_out else 'Inbound'}Entry{change.number}", "NetworkAclEntry", properties)

    def _nat_gateway(self, change: CreateNatGateway) -> None:
        subnet = self._resource(change.subnet_id)
        stack = subnet.resource.stack
        address = self._create(subnet, "NatAddress", "EIP", {"Domain": "vpc"})
        allocation = {"Fn::GetAtt": [address, "AllocationId"]}
        properties = {"SubnetId": self._reference(change.subnet_id, stack), "AllocationId": allocation}
        name = self._create(subnet, "NatGateway", "NatGateway", properties)
        self._new[change.nat_gateway_id] = stack, {"Ref": name}

    def _route(self, table: str, target: dict[str, str]) -> None:
        made = self._resource(table)
        stack = made.resource.stack
        (key, gateway), *_ = target.items()
        place = {"RouteTableId": self._reference(table, stack), "DestinationCidrBlock": "0.0.0.0/0"}
        self._create(made, "DefaultRoute", "Route", {**place, key: self._reference(gateway, stack)})

    def _service(self, change: ConfigureService) -> None:
        made = self._resource(change.service)
        if made.resource.type != "AWS::ECS::Service":
            raise UneditableTemplate("it is no service")
        edits, node = self._edits_of(made), made.resource.entry.node
        for key, names in (("Subnets", change.subnets), ("SecurityGroups", change.groups)):
            if names:
                self._keep(made, [*_VPC, key], names)
        if change.assign_public_ip is not None:
            word = "ENABLED" if change.assign_public_ip else "DISABLED"
            edits.set_property(node, [*_VPC, "AssignPublicIp"], word)
        if change.platform_version:
            edits.set_property(node, ["PlatformVersion"], change.platform_version)

    def _keep(self, service: Made, path: list[str], names: tuple[str, ...]) -> None:
        """Take the items out of a list that are not among these names."""
        block = service.properties.block(path[0])
        inner = None if block is None else block.block(path[1])
        written = UNKNOWN if inner is None else inner.ids(path[2])
        if not isinstance(written, list) or not set(names) < set(written):
            raise UneditableTemplate(f"the list {path[-1]} is not written out")
        removed = [position for position, name in enumerate(written) if name not in names]
        self._edits_of(service).remove(service.resource.entry.node, path, removed, len(written))


def _policy_of(change: Change) -> str:
    """Return the policy or the statement of a change as JSON; empty without one."""
    match change:
        case ProposeStatement():
            return change.statement
        case ModifyEndpoint() | CreateInterfaceEndpoint() | CreateGatewayEndpoint():
            return change.policy or ""
        case _:
            return ""


def _names_of(made: Made) -> Iterator[str]:
    yield made.id
    if made.resource.type == "AWS::ECS::Service":
        yield made.attribute("Name")


def read_texts(templates: Templates) -> dict[str, str]:
    """Return the text of each template file; a byte order mark stays."""
    files = {made.resource.evaluator.template.file for made in templates.all()}
    return {file: Path(file).read_bytes().decode() for file in sorted(files)}
