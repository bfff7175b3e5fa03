"""Stacks made in the embedded AWS, with the calls of CloudFormation's own resource handlers.

moto's CloudFormation makes endpoints past the rules of the embedded AWS, and has no Fn::ForEach.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-dependson.html
"""

import json
from typing import Any

from tests.cloudformation.resolving import Json, Stack

_EVERYTHING = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]


def deploy(ec2: Any, stack: Stack) -> None:
    """Make the resources of a stack; of those that may be made next, the last one of the template."""
    assert stack.refused == []
    waiting, made = dict(stack.resources), dict[str, str]()
    while waiting:
        name = next(name for name in reversed(waiting) if not _needed_by(stack, name) & set(waiting))
        made[name] = _make(ec2, name, _with_ids(waiting.pop(name), made))


def _needed_by(stack: Stack, name: str) -> set[str]:
    """Return the resources that one waits for: by its DependsOn, and by references."""
    about = stack.template["Resources"][name]
    groups = {other for other in stack.of("AWS::EC2::SecurityGroup") if other in json.dumps(about["Properties"])}
    return groups | set(about.get("DependsOn", []))


def _with_ids(node: Any, made: dict[str, str]) -> Any:
    if isinstance(node, dict):
        return {key: _with_ids(child, made) for key, child in node.items()}
    if isinstance(node, list):
        return [_with_ids(child, made) for child in node]
    return made.get(node, node) if isinstance(node, str) else node


def _make(ec2: Any, name: str, row: Json) -> str:
    match row["Type"].rpartition("::")[2]:
        case "SecurityGroup":
            return _make_group(ec2, name, row)
        case "SecurityGroupIngress":
            ec2.authorize_security_group_ingress(GroupId=row["GroupId"], IpPermissions=[_permission(row, "Source")])
        case "SecurityGroupEgress":
            ec2.authorize_security_group_egress(GroupId=row["GroupId"], IpPermissions=[_permission(row, "Destination")])
        case "NetworkAclEntry":
            keys = ("NetworkAclId", "RuleNumber", "Egress", "RuleAction", "CidrBlock", "PortRange")
            ec2.create_network_acl_entry(Protocol=str(row["Protocol"]), **{key: row[key] for key in keys})
        case "VPCEndpoint":
            return _make_endpoint(ec2, row)
        case kind:
            raise AssertionError(kind)
    return name


def _make_group(ec2: Any, name: str, row: Json) -> str:
    tags = [{"ResourceType": "security-group", "Tags": row["Tags"]}]
    description = row["GroupDescription"]
    made = ec2.create_security_group(
        GroupName=f"stack-{name}", Description=description, VpcId=row["VpcId"], TagSpecifications=tags
    )
    group: str = made["GroupId"]
    if "SecurityGroupEgress" in row:
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=_EVERYTHING)
    for rule in row.get("SecurityGroupEgress", []):
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[_permission(rule, "Destination")])
    for rule in row.get("SecurityGroupIngress", []):
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[_permission(rule, "Source")])
    return group


def _permission(rule: Json, side: str) -> Json:
    permission: Json = {key: rule[key] for key in ("IpProtocol", "FromPort", "ToPort") if key in rule}
    about = {"Description": rule["Description"]}
    if "CidrIp" in rule:
        return permission | {"IpRanges": [{"CidrIp": rule["CidrIp"], **about}]}
    if f"{side}PrefixListId" in rule:
        return permission | {"PrefixListIds": [{"PrefixListId": rule[f"{side}PrefixListId"], **about}]}
    return permission | {"UserIdGroupPairs": [{"GroupId": rule[f"{side}SecurityGroupId"], **about}]}


def _make_endpoint(ec2: Any, row: Json) -> str:
    given = {key: value for key, value in row.items() if key not in {"Type", "Tags", "PolicyDocument"}}
    if "PolicyDocument" in row:
        given["PolicyDocument"] = json.dumps(row["PolicyDocument"])
    tags = [{"ResourceType": "vpc-endpoint", "Tags": row["Tags"]}]
    endpoint: str = ec2.create_vpc_endpoint(**given, TagSpecifications=tags)["VpcEndpoint"]["VpcEndpointId"]
    return endpoint
