"""Network ACLs with their entries, and the default one of each new VPC.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/network_acl
"""

from collections.abc import Iterable, Mapping

from skerry.sources.planned.lists import Listed
from skerry.sources.planned.made_by_aws import default_acl_entries, last_acl_entries
from skerry.sources.planned.values import UNKNOWN, Value, is_known, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.values import Instance, texts_of
from skerry.sources.terraform.vpcs import ipv6_block_of

# https://www.iana.org/assignments/protocol-numbers/
_NUMBERS = {"all": "-1", "icmp": "1", "tcp": "6", "udp": "17", "icmpv6": "58"}
_WAYS = {"ingress": False, "egress": True}


def list_network_acls(configuration: Configuration) -> Listed:
    """Return the network ACLs of the configuration, and the default one that AWS makes with each new VPC."""
    single, is_open = group_by(configuration.of("aws_network_acl_rule"), "network_acl_id")
    owners, is_loose = _owners(configuration)
    adopted, _ = group_by(configuration.of("aws_default_network_acl"), "default_network_acl_id")
    rows: list[tuple[Value, dict[str, Value]]] = []

    def row(acl: Instance | None, vpc: Value, name: str, *, is_default: bool) -> dict[str, Value]:
        """Return the row of a network ACL; None for a default one that nobody adopts."""
        owner = configuration.vpcs.get(vpc)
        has_ipv6 = owner is None or ipv6_block_of(configuration, owner) is not None
        entries = UNKNOWN if is_open else _entries(acl, single.get(name, ()), has_ipv6=has_ipv6)
        children = [
            {"SubnetId": subnet}
            for subnet in configuration.children(vpc)
            if owners.get(subnet, name if is_default else None) == name
        ]
        return known_row(
            {
                "NetworkAclId": name,
                "VpcId": vpc,
                "IsDefault": is_default,
                "Entries": entries,
                "Associations": UNKNOWN if is_loose else children,
            }
        )

    for vpc in configuration.vpcs.values():
        name = vpc.get("default_network_acl_id", UNKNOWN)
        if vpc.is_new and name is not UNKNOWN:
            own = adopted.get(name, [None])[0]
            rows.append((vpc.id, row(own, vpc.id, name, is_default=True)))
    for acl in configuration.of("aws_network_acl"):
        vpc_id = acl.get("vpc_id", UNKNOWN)
        rows.append((vpc_id, row(acl, vpc_id, acl.id, is_default=False)))
    return Listed("DescribeNetworkAcls", "NetworkAcls", tuple(rows))


def _owners(configuration: Configuration) -> tuple[dict[str, str], bool]:
    """Return the network ACL of each subnet that has one of the configuration, and whether some are not known."""
    owners: dict[str, str] = {}
    is_loose = False
    for acl in configuration.of("aws_network_acl"):
        subnets = texts_of(acl.get("subnet_ids"))
        if isinstance(subnets, list):
            owners |= dict.fromkeys(subnets, acl.id)
        else:
            is_loose = True
    for association in configuration.of("aws_network_acl_association"):
        subnet, name = association.get("subnet_id", UNKNOWN), association.get("network_acl_id", UNKNOWN)
        if subnet is UNKNOWN or name is UNKNOWN:
            is_loose = True
        else:
            owners[subnet] = name
    return owners, is_loose


def _entries(acl: Instance | None, single: Iterable[Instance], *, has_ipv6: bool) -> Value:
    """Return the entries of a network ACL; an adopted default one without blocks has only its last, which denies."""
    rows: list[Value] = []
    for way, is_egress in _WAYS.items():
        inline = [] if acl is None else acl.get(way, [])
        if inline is UNKNOWN:
            return UNKNOWN
        rows += [_entry(values, "rule_no", "action", is_egress=is_egress) for values in inline]
    for rule in single:
        is_egress = rule.get("egress", False)
        if is_egress is UNKNOWN:
            return UNKNOWN
        rows.append(_entry(rule.values, "rule_number", "rule_action", is_egress=bool(is_egress)))
    if not is_known(rows):
        return UNKNOWN
    rows += default_acl_entries(has_ipv6=has_ipv6) if acl is None else last_acl_entries(has_ipv6=has_ipv6)
    return [row for position, row in enumerate(rows) if row not in rows[:position]]


def _entry(values: Value, number: str, action: str, *, is_egress: bool) -> Value:
    if values is UNKNOWN or not is_known(dict(values)) or None in (values.get(number), values.get(action)):
        return UNKNOWN
    protocol = str(values.get("protocol")).lower()
    row = {
        "RuleNumber": int(values[number]),
        "Protocol": _NUMBERS.get(protocol, protocol),
        "RuleAction": str(values[action]).lower(),
        "Egress": is_egress,
        "CidrBlock": values.get("cidr_block") or None,
        "Ipv6CidrBlock": values.get("ipv6_cidr_block") or None,
        "PortRange": _ports(values, protocol),
    }
    return {key: value for key, value in row.items() if value is not None}


def _ports(values: Mapping[str, Value], protocol: str) -> dict[str, Value] | None:
    if _NUMBERS.get(protocol, protocol) not in {_NUMBERS["tcp"], _NUMBERS["udp"]}:
        return None
    return {"From": int(values.get("from_port") or 0), "To": int(values.get("to_port") or 0)}
