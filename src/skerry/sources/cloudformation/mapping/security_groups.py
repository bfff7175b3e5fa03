"""Security groups with their rules, in the group and apart, and the default group of each new VPC.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
"""

from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.cloudformation.mapping.attributes import made_with_vpc
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.templates import Grouped, Made, Templates
from skerry.sources.cloudformation.mapping.vpcs import has_ipv6
from skerry.sources.planned.lists import Listed, write_open_list
from skerry.sources.planned.made_by_aws import all_out, default_group, digest_of
from skerry.sources.planned.values import UNKNOWN, Value, known_row

GROUP: Final = "AWS::EC2::SecurityGroup"
_ALL: Final = "-1"
# https://www.iana.org/assignments/protocol-numbers/
_NAMES: Final = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "all": _ALL}
_WITH_PORTS: Final = frozenset({"icmp", "icmpv6", "tcp", "udp"})
_NEEDING_PORTS: Final = frozenset({"tcp", "udp"})
"""Protocols of a rule that EC2 refuses without a range of ports.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
"""
_ANYWHERE: Final = ({"CidrIp": "0.0.0.0/0"}, {"CidrIpv6": "::/0"})
_ANY_IPV6: Final = f"pl-{digest_of('any IPv6 of new groups')}"
_UNSURE: Final = [{"IpProtocol": _ALL, "PrefixListIds": [{"PrefixListId": _ANY_IPV6}]}]
_RESTRICTED: Final = "Custom::VpcRestrictDefaultSG"
"""The resource by which CDK empties default groups: it revokes both default rules.

https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_ec2.Vpc.html#restrictdefaultsecuritygroup
"""


class _Way:
    """One direction of rules: its properties, and its rules apart from groups."""

    def __init__(self, templates: Templates, name: str, peer: str) -> None:
        self.property = f"SecurityGroup{name}"
        self.peer = peer
        self.apart: Grouped = templates.group_by(f"AWS::EC2::SecurityGroup{name}", "GroupId")

    def rules_of(self, group: str) -> Value:
        """Return the rules apart from a group; `UNKNOWN` if it may have more."""
        if self.apart.may_have_more(group):
            return UNKNOWN
        return permissions_of([row.properties for row in self.apart.of(group)], self.peer)


class _Rules:
    """The rules of all groups."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self.into = _Way(templates, "Ingress", "Source")
        self.out = _Way(templates, "Egress", "Destination")

    def ingress_of(self, group: Made) -> Value:
        """Return the inbound rules of a group."""
        return _joined(_own(group.properties, self.into), self.into.rules_of(group.id))

    def egress_of(self, group: Made, vpc: str) -> Value:
        """Return the outbound rules of a group: its own, else AWS's open one.

        A rule apart from the group first takes the open ones away, whether they are AWS's or the group's:
        https://github.com/aws/aws-cdk/issues/22140.
        """
        own = _own(group.properties, self.out)
        if own == []:
            own = open_egress(self._templates, vpc)
        return _joined(self._without_open_rules(group.id, own), self.out.rules_of(group.id))

    def _without_open_rules(self, group: str, rules: Value) -> Value:
        if rules is UNKNOWN or not self.out.apart.of(group):
            return rules
        return [rule for rule in rules if not _is_open(rule)]

    def default_group(self, vpc: str) -> dict[str, Value]:
        """Return the default group of a VPC, with what the templates change of it."""
        name = made_with_vpc("sg", vpc, "DefaultSecurityGroup")
        row: dict[str, Value] = default_group(name, vpc, has_ipv6=False)
        ingress, egress = row["IpPermissions"], open_egress(self._templates, vpc)
        if self._is_restricted(name):
            ingress = []
            egress = _UNSURE if has_ipv6(self._templates, vpc) else []
        egress = self._without_open_rules(name, egress)
        return known_row(
            {
                **row,
                "IpPermissions": _joined(ingress, self.into.rules_of(name)),
                "IpPermissionsEgress": _joined(egress, self.out.rules_of(name)),
            }
        )

    def _is_restricted(self, group: str) -> bool:
        return any(row.properties.id("DefaultSecurityGroupId") == group for row in self._templates.of(_RESTRICTED))


def open_egress(templates: Templates, vpc: str) -> Value:
    """Return AWS's outbound rules of a new group: all IPv4, and perhaps all IPv6 where the VPC has some.

    AWS's pages promise both, and reports say that CloudFormation adds none for IPv6. The second rule
    has blocks that are not known. https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2241
    """
    return [*all_out(has_ipv6=False), *(_UNSURE if has_ipv6(templates, vpc) else [])]


def write_unsure_list(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the list of blocks in the place of ``::/0`` in groups that may let it out or not."""
    if any(has_ipv6(templates, vpc) for vpc in templates.vpcs):
        templates.stand_ins.expressions[_ANY_IPV6] = "of ::/0, which a new group may let out or not"
        rows = [{"PrefixListId": _ANY_IPV6, "PrefixListName": "any IPv6", "AddressFamily": "IPv6"}]
        yield "any IPv6", write_open_list("PrefixLists", rows)


def list_security_groups(templates: Templates) -> Listed:
    """Return the groups of the templates, and the default group that AWS makes with each new VPC."""
    rules = _Rules(templates)
    rows: list[tuple[Value, dict[str, Value]]] = [(vpc, rules.default_group(vpc)) for vpc in templates.vpcs]
    for group in templates.of(GROUP):
        vpc = group.properties.id("VpcId")
        if vpc is None:
            # It is in the account's default VPC, which no template makes.
            continue
        name = group.properties.text("GroupName")
        row = {
            "GroupId": group.id,
            "GroupName": name if isinstance(name, str) else group.name,
            "VpcId": vpc,
            "IpPermissions": rules.ingress_of(group),
            "IpPermissionsEgress": rules.egress_of(group, vpc),
        }
        rows.append((vpc, known_row(row)))
    return Listed("DescribeSecurityGroups", "SecurityGroups", tuple(rows))


def write_group_associations(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the document of groups in further VPCs."""
    rows = [
        {"GroupId": row.properties.id("GroupId"), "VpcId": row.properties.id("VpcId"), "State": "associated"}
        for row in templates.of("AWS::EC2::SecurityGroupVpcAssociation")
    ]
    if rows:
        yield "SecurityGroupVpcAssociations", write_open_list("SecurityGroupVpcAssociations", rows)


def _own(properties: Properties, way: _Way) -> Value:
    blocks = properties.blocks(way.property)
    return UNKNOWN if blocks is None else permissions_of(blocks, way.peer)


def _joined(*parts: Value) -> Value:
    """Return all rules, each once; `UNKNOWN` if one part is."""
    if any(part is UNKNOWN for part in parts):
        return UNKNOWN
    rows = [row for part in parts for row in part]
    return [row for position, row in enumerate(rows) if row not in rows[:position]]


def _is_open(rule: dict[str, Value]) -> bool:
    if rule in _UNSURE:
        return True
    peers = [*rule.get("IpRanges", ()), *rule.get("Ipv6Ranges", ())]
    others = rule.get("PrefixListIds") or rule.get("UserIdGroupPairs")
    return rule["IpProtocol"] == _ALL and not others and all(peer in _ANYWHERE for peer in peers)


def permissions_of(rules: list[Properties], peer: str) -> Value:
    """Return rules as AWS prints them; `UNKNOWN` if one is not known. A rule without a peer is not added.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroupingress.html
    """
    rows = [row for rule in rules if (row := _permission(rule, peer)) is not None]
    return UNKNOWN if any(row is UNKNOWN for row in rows) else rows


def _permission(rule: Properties, peer: str) -> Value:
    protocol = rule.text("IpProtocol", _ALL)
    peers = _peers(rule, peer)
    if protocol is UNKNOWN or peers is UNKNOWN:
        return UNKNOWN
    if not peers:
        return None
    name = _NAMES.get(str(protocol).lower(), str(protocol).lower())
    row: dict[str, Value] = {"IpProtocol": name, **peers}
    if name in _WITH_PORTS:
        first, last = rule.number("FromPort"), rule.number("ToPort")
        if first is UNKNOWN or last is UNKNOWN or (name in _NEEDING_PORTS and not _are_ports(first, last)):
            return UNKNOWN
        row |= {key: value for key, value in (("FromPort", first), ("ToPort", last)) if value is not None}
    return row


def _are_ports(*ports: Value) -> bool:
    return all(isinstance(port, int) and port >= 0 for port in ports)


def _peers(rule: Properties, peer: str) -> Value:
    """Return the peers of a rule by their keys; `UNKNOWN` if a block is not known."""
    blocks = {"IpRanges": ("CidrIp", "CidrIp"), "Ipv6Ranges": ("CidrIpv6", "CidrIpv6")}
    peers: dict[str, Value] = {}
    for key, (name, field) in blocks.items():
        block = rule.text(name)
        if block is UNKNOWN:
            return UNKNOWN
        if block:
            peers[key] = [{field: block}]
    prefix_list, group = rule.id(f"{peer}PrefixListId"), rule.id(f"{peer}SecurityGroupId")
    if prefix_list is not None:
        peers["PrefixListIds"] = [{"PrefixListId": prefix_list}]
    if group is not None:
        owner = rule.text(f"{peer}SecurityGroupOwnerId")
        peers["UserIdGroupPairs"] = [{"GroupId": group, **({"UserId": owner} if isinstance(owner, str) else {})}]
    if rule.text(f"{peer}SecurityGroupName") is not None:
        # Groups have names in the default VPC alone.
        return UNKNOWN
    return peers
