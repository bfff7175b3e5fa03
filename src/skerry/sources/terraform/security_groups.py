"""Security groups with their rules, inline and single, and the default group of each new VPC.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group
"""

from collections.abc import Mapping

from skerry.sources.planned.lists import Listed
from skerry.sources.planned.made_by_aws import default_group
from skerry.sources.planned.values import UNKNOWN, Value, is_known, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.values import Instance, texts_of
from skerry.sources.terraform.vpcs import ipv6_block_of

_DIRECTIONS = {"ingress": "IpPermissions", "egress": "IpPermissionsEgress"}
_ALL = "-1"
_WORDS = {"all": _ALL}


class _Rules:
    """The single rules of a configuration, by direction and group."""

    def __init__(self, configuration: Configuration) -> None:
        older = configuration.of("aws_security_group_rule")
        self._older = {way: group_by((r for r in older if r.get("type") == way), "security_group_id")
                       for way in _DIRECTIONS}  # fmt: skip
        self._newer = {
            way: group_by(configuration.of(f"aws_vpc_security_group_{way}_rule"), "security_group_id")
            for way in _DIRECTIONS
        }

    def row(self, group: Instance | None, vpc: Value, made: Mapping[str, Value]) -> dict[str, Value]:
        """Return the row of a group; a direction is left out unless each of its rules is known.

        ``made`` is the identity of the group, with the rules that AWS gives it if the configuration has no such group.
        """
        rules = {way: self._permissions(group, made, way) for way in _DIRECTIONS}
        return known_row({**made, "VpcId": vpc, **{_DIRECTIONS[way]: rows for way, rows in rules.items()}})

    def _permissions(self, group: Instance | None, made: Mapping[str, Value], way: str) -> Value:
        older, is_open = self._older[way]
        newer, is_newer_open = self._newer[way]
        inline = [] if group is None else group.get(way, [])
        name = str(made["GroupId"])
        if is_open or is_newer_open or inline is UNKNOWN:
            return UNKNOWN
        # Without rules of its own a group of Terraform has none: the provider takes AWS's open one away.
        rows = [*made.get(_DIRECTIONS[way], ()), *(_older_permission(rule, name) for rule in inline)]
        rows += [_older_permission(rule.values, name) for rule in older.get(name, ())]
        rows += [_newer_permission(rule.values) for rule in newer.get(name, ())]
        return _without_repeats(rows) if is_known(rows) else UNKNOWN


def list_security_groups(configuration: Configuration) -> Listed:
    """Return the groups of the configuration, and the default group that AWS makes with each new VPC."""
    rules = _Rules(configuration)
    adopted, _ = group_by(configuration.of("aws_default_security_group"), "vpc_id")
    rows: list[tuple[Value, dict[str, Value]]] = []
    for vpc in configuration.vpcs.values():
        name = vpc.get("default_security_group_id", UNKNOWN)
        if not vpc.is_new or name is UNKNOWN:
            continue
        own = adopted.get(vpc.id)
        made = default_group(name, vpc.id, has_ipv6=ipv6_block_of(configuration, vpc) is not None)
        if own:
            made = {key: value for key, value in made.items() if key not in _DIRECTIONS.values()}
        rows.append((vpc.id, rules.row(own[0] if own else None, vpc.id, made)))
    for group in configuration.of("aws_security_group"):
        vpc_id = group.get("vpc_id", UNKNOWN)
        label = group.get("name", UNKNOWN)
        identity = {"GroupId": group.id, "GroupName": group.address if label is UNKNOWN else label}
        rows.append((vpc_id, rules.row(group, vpc_id, identity)))
    return Listed("DescribeSecurityGroups", "SecurityGroups", tuple(rows))


def _older_permission(rule: Value, name: str) -> Value:
    """Return a rule that lists its peers: a block of a group, or an `aws_security_group_rule`."""
    if rule is UNKNOWN:
        return UNKNOWN
    source = rule.get("source_security_group_id")
    groups = texts_of(rule.get("security_groups"))
    if not isinstance(groups, list) or source is UNKNOWN or rule.get("self") is UNKNOWN:
        return UNKNOWN
    groups = [*groups, *([source] if source else []), *([name] if rule.get("self") else [])]
    lists = {key: texts_of(rule.get(key)) for key in ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids")}
    peers = {
        "IpRanges": _each("CidrIp", lists["cidr_blocks"]),
        "Ipv6Ranges": _each("CidrIpv6", lists["ipv6_cidr_blocks"]),
        "PrefixListIds": _each("PrefixListId", lists["prefix_list_ids"]),
        "UserIdGroupPairs": [_pair(group) for group in groups],
    }
    return _permission(rule.get("protocol", UNKNOWN), rule, peers)


def _newer_permission(rule: Mapping[str, Value]) -> Value:
    """Return a rule of one peer: an `aws_vpc_security_group_ingress_rule`, or one for egress."""
    group = rule.get("referenced_security_group_id")
    peers = {
        "IpRanges": _each("CidrIp", [rule.get("cidr_ipv4")]),
        "Ipv6Ranges": _each("CidrIpv6", [rule.get("cidr_ipv6")]),
        "PrefixListIds": _each("PrefixListId", [rule.get("prefix_list_id")]),
        "UserIdGroupPairs": UNKNOWN if group is UNKNOWN else [_pair(group)] if group else [],
    }
    return _permission(rule.get("ip_protocol", UNKNOWN), rule, peers)


def _permission(protocol: Value, rule: Mapping[str, Value], peers: Mapping[str, Value]) -> Value:
    if protocol is UNKNOWN or not is_known(dict(peers)):
        return UNKNOWN
    # A rule without peers would admit nobody: its peers are not known, and so is the rule.
    if not any(peers.values()):
        return UNKNOWN
    name = str(protocol).lower()
    row: dict[str, Value] = {"IpProtocol": _WORDS.get(name, name), **{k: v for k, v in peers.items() if v}}
    if row["IpProtocol"] != _ALL:
        row |= {"FromPort": rule.get("from_port"), "ToPort": rule.get("to_port")}
    return row


def _each(key: str, values: Value) -> Value:
    if values is UNKNOWN or UNKNOWN in values:
        return UNKNOWN
    return [{key: value} for value in values if value]


def _pair(group: str) -> dict[str, str]:
    """Return a group in a rule; one of a peer's account is written ``account/group``."""
    account, slash, name = group.rpartition("/")
    return {"GroupId": name, "UserId": account} if slash else {"GroupId": group}


def _without_repeats(rows: list[Value]) -> list[Value]:
    """Return each rule once: a refreshed group holds its single rules too."""
    return [row for position, row in enumerate(rows) if row not in rows[:position]]
