"""Patches of moto for security groups and their rules, by AWS's documented rules.

moto adds the rules of a request one by one until one is refused, tells rules apart by their descriptions, and changes
only the IPv4 blocks of rules.
"""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

import re
from collections.abc import Iterable, Iterator
from ipaddress import ip_network
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.responses.security_groups import SecurityGroups

from skerry.embedded.group_rule_records import (
    PEERS,
    duplicate_error,
    key_of,
    kind_of,
    permission_entry,
    revoked_entry,
    text_of,
)
from skerry.embedded.patching import Correction
from skerry.embedded.quotas import require_quota
from skerry.embedded.transit_gateways import can_reference_groups

_TEXT = re.compile(r"[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{0,255}")
_OF_TEXT = "strings less than 256 characters from the following set: a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
_WITH_PORTS = {"tcp", "udp", "6", "17"}

# AWS-managed prefix lists that count as one rule each.
# https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
_OF_WEIGHT_ONE = (".s3", ".dynamodb")


def _create(original: Any, response: Any) -> Any:
    """Refuse invalid names and descriptions, an unknown VPC, and a name in use, in whatever case.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    """
    backend, get_parameter = response.ec2_backend, response._get_param
    name, description, vpc = get_parameter("GroupName"), get_parameter("Description"), get_parameter("VpcId")
    if vpc is not None:
        backend.get_vpc(vpc)
    if name.lower() == "default":
        raise EC2ClientError("InvalidGroup.Reserved", "The security group name 'default' is reserved")
    if name.startswith("sg-"):
        raise _invalid("Group names may not be in the format sg-*")
    for text, label in ((name, "name"), (description, "description")):
        if not _TEXT.fullmatch(text):
            raise _invalid(f"Invalid security group {label}. Valid {label}s are {_OF_TEXT}.")
    place = backend.groups.get(vpc or backend.default_vpc.id, {})
    if any(group.name.lower() == name.lower() for group in place.values()):
        message = f"The security group '{name}' already exists for VPC '{vpc}'"
        raise EC2ClientError("InvalidGroup.Duplicate", message)
    require_quota("L-E79EC296", sum(map(len, backend.groups.values())) + 1, "security groups of the Region")
    return original(response)


def _authorize(original: Any, response: Any, *, egress: bool) -> Any:
    """Add all rules of a request, or none of them.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
    """
    group = _group_of(response)
    response.params["IpPermissions"] = list(_permissions_of(response))
    rules = list(_rules_of(response, group, egress=egress))
    if not rules:
        raise EC2ClientError("MissingParameter", "The request must contain at least one rule.")
    keys = [key_of(rule) for rule in rules]
    if len(set(keys)) < len(keys):
        raise _invalid("The same permission must not appear multiple times")
    standing = group.egress_rules if egress else group.ingress_rules
    for rule in rules:
        _check(response.ec2_backend, group, rule)
        if rule in standing:
            raise duplicate_error(rule)
    _require_room(response.ec2_backend, group, [*standing, *rules], egress=egress)
    answer = original(response)
    made = [rule for rule in (group.egress_rules if egress else group.ingress_rules) if key_of(rule) in keys]
    answer.result["SecurityGroupRules"] = made
    for rule in made:
        rule.prefix_text = next(each.prefix_text for each in rules if each == rule)
    return answer


def _revoke(_original: Any, response: Any, *, egress: bool) -> Any:
    """Remove all rules of a request, or none of them; in a default VPC those that exist.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html
    """
    group = _group_of(response)
    standing = group.egress_rules if egress else group.ingress_rules
    ids = response._get_param("SecurityGroupRuleIds", [])
    unknown: list[Any] = []
    if ids:
        by_id = {rule.id: rule for rule in standing}
        for name in ids:
            if name not in by_id:
                message = f"The security group rule ID '{name}' does not exist"
                raise EC2ClientError("InvalidSecurityGroupRuleId.NotFound", message)
        gone = [by_id[name] for name in ids]
    else:
        response.params["IpPermissions"] = list(_permissions_of(response))
        wanted = list(_rules_of(response, group, egress=egress))
        gone = [rule for rule in standing if rule in wanted]
        unknown = [rule for rule in wanted if rule not in standing]
        if unknown and not response.ec2_backend.get_vpc(group.vpc_id).is_default:
            message = "The specified rule does not exist in this security group."
            raise EC2ClientError("InvalidPermission.NotFound", message)
    standing[:] = [rule for rule in standing if rule not in gone]
    result = {
        "Return": True,
        "RevokedSecurityGroupRules": [revoked_entry(rule) for rule in gone],
        "UnknownIpPermissions": [permission_entry(rule) for rule in unknown],
    }
    return ActionResult(result)


def _modify(_original: Any, response: Any) -> Any:
    """Change all rules of a request, or none of them; refuse a change into a rule that exists.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html
    """
    group, backend = _group_of(response), response.ec2_backend
    changed: dict[str, Any] = {}
    for update in response._get_param("SecurityGroupRules", []):
        name, new = update["SecurityGroupRuleId"], update["SecurityGroupRule"]
        standing = group.get_rule(name)
        if standing is None:
            message = f"The security group rule ID '{name}' does not exist"
            raise EC2ClientError("InvalidSecurityGroupRuleId.NotFound", message)
        rule = _rule_of_update(backend, group, standing, new)
        _check(backend, group, rule)
        changed[name] = rule
    after = [changed.get(rule.id, rule) for rule in (*group.egress_rules, *group.ingress_rules)]
    keys = [key_of(rule) for rule in after]
    for rule in changed.values():
        if keys.count(key_of(rule)) > 1:
            raise duplicate_error(rule)
    for name, rule in changed.items():
        standing = group.get_rule(name)
        for field in (
            "ip_protocol",
            "from_port",
            "to_port",
            "ip_range",
            "source_group",
            "prefix_list_id",
            "prefix_text",
        ):
            setattr(standing, field, getattr(rule, field))
    return ActionResult({"Return": True})


def _rule_of_update(backend: Any, group: Any, standing: Any, new: dict[str, Any]) -> Any:
    kinds = {
        "CidrIpv4": "CidrIp",
        "CidrIpv6": "CidrIpv6",
        "PrefixListId": "PrefixListId",
        "ReferencedGroupId": "GroupId",
    }
    given = [name for name in kinds if new.get(name)]
    if len(given) != 1:
        code = "MissingParameter" if not given else "InvalidParameterCombination"
        raise EC2ClientError(code, f"The request must contain exactly one of: {', '.join(kinds)}")
    [name] = given
    peer = {kinds[name]: new[name]}
    if new.get("Description") is not None:
        peer["Description"] = new["Description"]
    key = next(place for place, field in PEERS.items() if field == kinds[name])
    permission = {field: new[field] for field in ("IpProtocol", "FromPort", "ToPort") if field in new} | {key: [peer]}
    [rule] = _rules_from(backend, group, [permission], egress=standing.is_egress)
    if kind_of(rule) != kind_of(standing):
        message = f"You may not specify {name} for an existing rule of another type."
        raise _invalid(f"Invalid rule type for security group rule '{standing.id}'. {message}")
    return rule


def _group_of(response: Any) -> Any:
    name = response._get_param("GroupId") or response._get_param("GroupName")
    group = response.ec2_backend.get_security_group_by_name_or_id(name)
    if group is None:
        raise EC2ClientError("InvalidGroup.NotFound", f"The security group '{name}' does not exist")
    return group


def _permissions_of(response: Any) -> Iterator[dict[str, Any]]:
    """Yield the permissions of a request, that of the short form without IpPermissions too."""
    params = response.params
    yield from params.get("IpPermissions", ())
    if "IpProtocol" in params:
        short = {name: params.pop(name) for name in ("IpProtocol", "FromPort", "ToPort") if name in params}
        for place, field in (("IpRanges", "CidrIp"), ("Ipv6Ranges", "CidrIpv6")):
            if field in params:
                short[place] = [{field: params.pop(field)}]
        yield short


def _rules_of(response: Any, group: Any, *, egress: bool) -> Iterator[Any]:
    yield from _rules_from(response.ec2_backend, group, response.params["IpPermissions"], egress=egress)


def _rules_from(backend: Any, group: Any, permissions: Iterable[dict[str, Any]], *, egress: bool) -> Iterator[Any]:
    """Yield the rules of permissions, with canonical blocks.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
    """
    for permission in permissions:
        protocol = permission.get("IpProtocol")
        if protocol is None:
            raise _invalid(
                "Invalid value 'null' for protocol. VPC security group rules must specify protocols explicitly."
            )
        ports = (permission.get("FromPort"), permission.get("ToPort"))
        if str(protocol).lower() in _WITH_PORTS and None in ports:
            raise _invalid("Invalid value for portRange. Must specify both from and to ports with TCP/UDP.")
        # moto reads ports of every protocol but all, and ICMP without any is all of it.
        first, last = (-1 if port is None else port for port in ports)
        for place, field in PEERS.items():
            for peer in permission.get(place, ()):
                _complete(backend, peer, field)
                range_, other, prefixes = _fields(place, peer)
                rule: Any = SecurityGroupRule(
                    backend, protocol, group.id, str(first), str(last), range_, other, prefixes, is_egress=egress
                )
                rule.prefix_text = peer.get("Description") if rule.prefix_list_id else None
                yield rule


def _complete(backend: Any, peer: dict[str, Any], field: str) -> None:
    """Write a block in its canonical form, and a group with its id and account."""
    if field in {"CidrIp", "CidrIpv6"}:
        try:
            peer[field] = str(ip_network(peer[field], strict=False))
        except (KeyError, ValueError) as error:
            message = f"CIDR block {peer.get(field)} is malformed"
            raise EC2ClientError("InvalidParameterValue", message) from error
    elif field == "GroupId":
        if "GroupName" in peer:
            named = backend.get_security_group_by_name_or_id(peer.pop("GroupName"))
            peer["GroupId"] = named.id if named else None
        peer.setdefault("UserId", backend.account_id)
        peer.setdefault("OwnerId", peer["UserId"])


def _fields(place: str, peer: dict[str, Any]) -> tuple[Any, Any, Any]:
    if place == "UserIdGroupPairs":
        return None, dict(peer), None
    if place == "PrefixListIds":
        return None, None, peer
    return dict(peer), None, None


def _check(backend: Any, group: Any, rule: Any) -> None:
    """Refuse a rule with an unknown peer or an invalid description.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UserIdGroupPair.html
    """
    if not _TEXT.fullmatch(text_of(rule) or ""):
        raise _invalid(f"Invalid rule description. Valid descriptions are {_OF_TEXT}")
    if rule.prefix_list_id and rule.prefix_list_id not in backend.managed_prefix_lists:
        message = f"The prefix list ID '{rule.prefix_list_id}' does not exist"
        raise EC2ClientError("InvalidPrefixListID.NotFound", message)
    if rule.source_group and rule.source_group.get("UserId") == backend.account_id:
        peer = backend.get_security_group_from_id(rule.source_group.get("GroupId"))
        if peer is None or not _can_name(backend, peer.vpc_id, group.vpc_id):
            message = f"The security group '{rule.source_group.get('GroupId')}' does not exist in VPC {group.vpc_id}"
            raise EC2ClientError("InvalidGroup.NotFound", message)


def _can_name(backend: Any, first: str, second: str) -> bool:
    """Return whether a rule of one VPC can name a group of another: https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html."""
    return first == second or _are_peered(backend, first, second) or can_reference_groups(backend, first, second)


def _are_peered(backend: Any, first: str, second: str) -> bool:
    return any(
        {peering.vpc.id, peering.peer_vpc.id} == {first, second} and peering._status.code == "active"
        for peering in backend.vpc_pcxs.values()
    )


def _require_room(backend: Any, group: Any, rules: list[Any], *, egress: bool) -> None:
    """Require the quota for IPv4 rules and for IPv6 rules, which AWS counts separately."""
    side = "outbound" if egress else "inbound"
    for skipped in ("CidrIpv6", "CidrIp"):
        count = sum(_weight(backend, rule) for rule in rules if kind_of(rule) != skipped)
        require_quota("L-0EA8095F", count, f"{side} rules of {group.id}")


def _weight(backend: Any, rule: Any) -> int:
    prefixes = backend.managed_prefix_lists.get(rule.prefix_list_id)
    if prefixes is None or prefixes.prefix_list_name.endswith(_OF_WEIGHT_ONE):
        return 1
    return int(prefixes.max_entries or 1)


def _no_limit(_original: Any, *_arguments: Any, **_named: Any) -> None:
    """Leave the quota to ``_require_room``. moto counts IPv6 rules with those of IPv4, and no prefix list."""


def _invalid(message: str) -> EC2ClientError:
    return EC2ClientError("InvalidParameterValue", message)


def _ingress(original: Any, response: Any) -> Any:
    return _authorize(original, response, egress=False)


def _egress(original: Any, response: Any) -> Any:
    return _authorize(original, response, egress=True)


def _revoke_ingress(original: Any, response: Any) -> Any:
    return _revoke(original, response, egress=False)


def _revoke_egress(original: Any, response: Any) -> Any:
    return _revoke(original, response, egress=True)


CORRECTIONS = (
    Correction(SecurityGroups, "create_security_group", _create),
    Correction(SecurityGroups, "authorize_security_group_ingress", _ingress),
    Correction(SecurityGroups, "authorize_security_group_egress", _egress),
    Correction(SecurityGroups, "revoke_security_group_ingress", _revoke_ingress),
    Correction(SecurityGroups, "revoke_security_group_egress", _revoke_egress),
    Correction(SecurityGroups, "modify_security_group_rules", _modify),
    Correction(SecurityGroupBackend, "_verify_group_will_respect_rule_count_limit", _no_limit),
)
"""The patches of this module."""
