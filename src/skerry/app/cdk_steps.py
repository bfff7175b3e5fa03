"""The changes of a plan as steps for the code of an AWS CDK app, with TypeScript where the CDK has a method.

Each synthesis writes the assembly again, so that a patch of it would be lost.
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ec2-readme.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from skerry.app.edited_files import ManualStep
from skerry.plan.changes import (
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    ModifyEndpoint,
    ProposeStatement,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)
from skerry.plan.records import Plan
from skerry.render.plan import title_of
from skerry.sources.cloudformation.mapping.templates import Templates
from skerry.sources.cloudformation.mapping.writing import name_of

_ID: Final = re.compile(r"arn:[\w:/.-]+|[a-z]+(?:-[a-z]+)*-[0-9a-f]{17}")
_UNSAFE: Final = re.compile(r"[^\w./-]")
"""The marks that names of constructs have no need of: one of them would end a comment."""
_ATTRIBUTES: Final = {"enable_dns_support": "enableDnsSupport", "enable_dns_hostnames": "enableDnsHostnames"}


def steps_of(plan: Plan, templates: Templates) -> Iterator[ManualStep]:
    """Yield a step for each change that somebody has to write into the app."""
    names = _names(templates)
    for planned in plan.in_order:
        if not _follows(planned.change):
            title = _ID.sub(lambda match: names.get(match[0], match[0]), title_of(planned.change))
            yield ManualStep(title, code_of(planned.change, names))


def _names(templates: Templates) -> Mapping[str, str]:
    """Return the construct of each resource, by its id and its ARN."""
    return {text: name_of(made) for made in templates.all() for text in (made.id, made.arn) if text}


def _follows(change: Change) -> bool:
    """Tell whether the CDK makes a change by itself with another one.

    An interface endpoint has a group that lets in the VPC, and a NAT gateway is in the routes of private subnets:
    https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ec2.InterfaceVpcEndpointOptions.html
    """
    match change:
        case CreateSecurityGroup():
            return True
        case AuthorizeRule():
            return is_new(change.group_id)
        case RouteToNat():
            return is_new(change.nat_gateway_id)
        case _:
            return False


def code_of(change: Change, names: Mapping[str, str]) -> str:
    """Return TypeScript for a change; empty where the app decides how to write it."""
    match change:
        case CreateInterfaceEndpoint():
            service = f"new ec2.InterfaceVpcEndpointService({_quoted(change.service_name)}, 443)"
            # Without a word a service by its name has no private DNS.
            dns = f"privateDnsEnabled: {str(change.private_dns).lower()}"
            return _call("vpc.addInterfaceEndpoint", change.service_name, f"service: {service}, {dns}")
        case CreateGatewayEndpoint():
            service = change.service_name.rpartition(".")[2].upper()
            return _call(
                "vpc.addGatewayEndpoint", change.service_name, f"service: ec2.GatewayVpcEndpointAwsService.{service}"
            )
        case CreateNatGateway():
            return "new ec2.Vpc(this, …, { natGateways: 1 })  // with subnets of ec2.SubnetType.PRIVATE_WITH_EGRESS"
        case SetVpcAttribute():
            return f"new ec2.Vpc(this, …, {{ {_ATTRIBUTES[change.attribute]}: true }})"
        case AuthorizeRule():
            return _rule(change, names)
        case ModifyEndpoint() if change.private_dns:
            return "vpc.addInterfaceEndpoint(…, { privateDnsEnabled: true, … })"
        case ProposeStatement():
            return _statement("taskDefinition.addToExecutionRolePolicy", json.loads(change.statement))
        case ConfigureService() if change.assign_public_ip:
            return "new ecs.FargateService(this, …, { assignPublicIp: true, … })"
        case _:
            return ""


def _call(method: str, service: str, argument: str) -> str:
    label = "".join(word.title() for word in re.split(r"[.-]", service.partition("amazonaws.")[2].partition(".")[2]))
    return f"{method}({_quoted(label or 'Endpoint')}, {{ {argument} }});"


def _quoted(text: str) -> str:
    """Return a text as a string of TypeScript, whatever is in it."""
    return "'" + json.dumps(text)[1:-1].replace("'", "\\'") + "'"


def _rule(change: AuthorizeRule, names: Mapping[str, str]) -> str:
    rule, is_in = change.rule, change.direction == "in"
    peers = {
        "cidr": f"ec2.Peer.ipv4({_quoted(rule.peer)})",
        "group": f"group /* {_UNSAFE.sub('_', names.get(rule.peer, rule.peer))} */",
        "prefix-list": f"ec2.Peer.prefixList({_quoted(rule.peer)})",
    }
    method = "addIngressRule" if is_in else "addEgressRule"
    return f"securityGroup.{method}({peers[rule.kind]}, ec2.Port.{rule.protocol}({rule.port}));"


def _statement(method: str, statement: Mapping[str, Any]) -> str:
    if "Principal" in statement:
        return json.dumps(statement)
    return f"{method}(iam.PolicyStatement.fromJson({json.dumps(statement)}));"
