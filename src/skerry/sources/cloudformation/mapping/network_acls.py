"""Network ACLs with their entries, and the default one of each new VPC.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-networkacl.html
"""

from typing import Final

from skerry.sources.cloudformation.mapping.attributes import made_with_vpc
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.templates import Grouped, Templates
from skerry.sources.cloudformation.mapping.vpcs import has_ipv6
from skerry.sources.planned.lists import Listed
from skerry.sources.planned.made_by_aws import default_acl_entries, last_acl_entries
from skerry.sources.planned.values import UNKNOWN, Value, is_known, known_row

ACL: Final = "AWS::EC2::NetworkAcl"
_ASSOCIATION: Final = "AWS::EC2::SubnetNetworkAclAssociation"
# https://www.iana.org/assignments/protocol-numbers/
_NUMBERS: Final = {"all": "-1", "icmp": "1", "tcp": "6", "udp": "17", "icmpv6": "58"}
_WITH_PORTS: Final = frozenset({"6", "17"})


class _Associations:
    """The network ACL of each subnet."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._by_subnet: Grouped = templates.group_by(_ASSOCIATION, "SubnetId")

    def of(self, acl: str, vpc: str, *, is_default: bool) -> Value:
        """Return the subnets of an ACL; a subnet without an association has the default one of its VPC."""
        subnets = self._templates.subnets_of(vpc)
        if any(self._by_subnet.may_have_more(subnet) or self._has_several(subnet) for subnet in subnets):
            return UNKNOWN
        return [{"SubnetId": subnet} for subnet in subnets if self._acl_of(subnet, acl, is_default=is_default) == acl]

    def _has_several(self, subnet: str) -> bool:
        """Return whether resources give a subnet different ACLs: the last one that is made replaces the others.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceNetworkAclAssociation.html
        """
        return len({row.properties.id("NetworkAclId") for row in self._by_subnet.of(subnet)}) > 1

    def _acl_of(self, subnet: str, acl: str, *, is_default: bool) -> str | None:
        rows = self._by_subnet.of(subnet)
        return rows[-1].properties.id("NetworkAclId") if rows else acl if is_default else None


def list_network_acls(templates: Templates) -> Listed:
    """Return the network ACLs of the templates, and the default one that AWS makes with each new VPC."""
    entries = templates.group_by("AWS::EC2::NetworkAclEntry", "NetworkAclId")
    associations = _Associations(templates)
    rows: list[tuple[Value, dict[str, Value]]] = []

    def row(acl: str, vpc: str, *, is_default: bool) -> dict[str, Value]:
        ipv6 = has_ipv6(templates, vpc)
        last = default_acl_entries(has_ipv6=ipv6) if is_default else last_acl_entries(has_ipv6=ipv6)
        own = [entry_of(made.properties) for made in entries.of(acl)]
        return known_row(
            {
                "NetworkAclId": acl,
                "VpcId": vpc,
                "IsDefault": is_default,
                "Entries": UNKNOWN if entries.may_have_more(acl) or not is_known(own) else [*own, *last],
                "Associations": associations.of(acl, vpc, is_default=is_default),
            }
        )

    for vpc in templates.vpcs:
        name = made_with_vpc("acl", vpc, "DefaultNetworkAcl")
        rows.append((vpc, row(name, vpc, is_default=True)))
    for acl in templates.of(ACL):
        vpc_id = acl.properties.id("VpcId")
        if vpc_id is not None:
            rows.append((vpc_id, row(acl.id, vpc_id, is_default=False)))
    return Listed("DescribeNetworkAcls", "NetworkAcls", tuple(rows))


def entry_of(entry: Properties) -> Value:
    """Return an entry; without Egress it is for inbound packets, and all protocols have no ports.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-networkaclentry.html
    """
    protocol = entry.text("Protocol", "-1")
    ports = entry.block("PortRange")
    name = _NUMBERS.get(str(protocol).lower(), protocol)
    row = {
        "RuleNumber": entry.number("RuleNumber"),
        "Protocol": name,
        "RuleAction": entry.text("RuleAction"),
        "Egress": entry.flag("Egress", default=False),
        "CidrBlock": entry.text("CidrBlock"),
        "Ipv6CidrBlock": entry.text("Ipv6CidrBlock"),
    }
    if isinstance(row["RuleAction"], str):
        row["RuleAction"] = row["RuleAction"].lower()
    if name in _WITH_PORTS:
        row["PortRange"] = UNKNOWN if ports is None else {"From": ports.number("From"), "To": ports.number("To")}
    return {key: value for key, value in row.items() if value is not None} if is_known(row) else UNKNOWN
