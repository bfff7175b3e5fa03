"""Rules of security groups: their identity, their descriptions, and how answers print them."""

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule

from skerry.embedded.patching import Correction

PEERS = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "UserIdGroupPairs": "GroupId",
    "PrefixListIds": "PrefixListId",
}


def kind_of(rule: Any) -> str:
    """Return the field of the rule's peer in permissions."""
    if rule.prefix_list_id:
        return "PrefixListId"
    if rule.source_group:
        return "GroupId"
    return "CidrIpv6" if "CidrIpv6" in rule.ip_range else "CidrIp"


def peer_of(rule: Any) -> str:
    """Return the block, group or prefix list of a rule."""
    other = rule.prefix_list_id or rule.source_group.get("GroupId")
    return str(other or rule.ip_range.get("CidrIpv6") or rule.ip_range.get("CidrIp"))


def key_of(rule: Any) -> tuple[object, ...]:
    """Return the identity of a rule: a description is no part of it."""
    return (bool(rule.is_egress), rule.ip_protocol, rule.from_port, rule.to_port, peer_of(rule))


def _equal(_original: Any, rule: Any, other: Any) -> bool:
    return key_of(rule) == key_of(other)


def duplicate_error(rule: Any) -> EC2ClientError:
    """Return the error for a rule that exists."""
    ports = f"from port: {rule.from_port}, to port: {rule.to_port}, " if rule.from_port is not None else ""
    protocol = "ALL" if rule.ip_protocol == "-1" else str(rule.ip_protocol).upper()
    message = f'the specified rule "peer: {peer_of(rule)}, {protocol}, {ports}ALLOW" already exists'
    return EC2ClientError("InvalidPermission.Duplicate", message)


def revoked_entry(rule: Any) -> dict[str, Any]:
    """Return a revoked rule: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokedSecurityGroupRule.html."""
    kinds = {
        "CidrIp": "CidrIpv4",
        "CidrIpv6": "CidrIpv6",
        "PrefixListId": "PrefixListId",
        "GroupId": "ReferencedGroupId",
    }
    fields = {
        "SecurityGroupRuleId": rule.id,
        "GroupId": rule.group_id,
        "IsEgress": bool(rule.is_egress),
        "IpProtocol": rule.ip_protocol,
        "FromPort": -1 if rule.from_port is None else rule.from_port,
        "ToPort": -1 if rule.to_port is None else rule.to_port,
        kinds[kind_of(rule)]: peer_of(rule),
    }
    return fields | ({"Description": text_of(rule)} if text_of(rule) else {})


def permission_entry(rule: Any) -> dict[str, Any]:
    """Return a rule as a permission of its own."""
    place = next(place for place, field in PEERS.items() if field == kind_of(rule))
    fields = {"IpProtocol": rule.ip_protocol, place: [{PEERS[place]: peer_of(rule)}]}
    return fields | ({} if rule.from_port is None else {"FromPort": rule.from_port, "ToPort": rule.to_port})


def text_of(rule: Any) -> str | None:
    """Return the description of a rule. moto keeps none of a rule with a prefix list."""
    text = rule.ip_range.get("Description") or rule.source_group.get("Description")
    description: str | None = text or getattr(rule, "prefix_text", None)
    return description


def _description(_original: Any, rule: Any) -> str | None:
    return text_of(rule)


def _flattened(original: Any, group: Any, rules: list[Any]) -> Any:
    """Print the descriptions of rules with a prefix list."""
    views = original(group, rules)
    texts = {(rule.ip_protocol, rule.from_port, rule.to_port, rule.prefix_list_id): text_of(rule) for rule in rules}
    for view in views:
        for entry in view.prefix_list_ids:
            text = texts[(view.ip_protocol, view.from_port, view.to_port, entry["PrefixListId"])]
            if text:
                entry["Description"] = text
    return views


CORRECTIONS = (
    Correction(SecurityGroupRule, "__eq__", _equal),
    Correction(SecurityGroupRule, "description", _description),
    Correction(SecurityGroup, "_flattened_rules", _flattened),
)
"""The patches of this module."""
