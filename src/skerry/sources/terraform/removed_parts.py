"""Parts of resources that a plan removes, although the values of their resource still name them.

A refreshed table, group, ACL, role or endpoint holds its single resources too, and a plan repeats it:
https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route_table.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from skerry.sources.planned.values import UNKNOWN, Value
from skerry.sources.terraform.values import Instance

_DESTINATIONS: Final = {
    "destination_cidr_block": "cidr_block",
    "destination_ipv6_cidr_block": "ipv6_cidr_block",
    "destination_prefix_list_id": "destination_prefix_list_id",
}
_PEERS: Final = ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups")
_ITEMS: Final = {
    "aws_iam_policy_attachment": ("managed_policy_arns", "policy_arn"),
    "aws_iam_role_policy_attachment": ("managed_policy_arns", "policy_arn"),
    "aws_network_acl_association": ("subnet_ids", "subnet_id"),
    "aws_vpc_endpoint_route_table_association": ("route_table_ids", "route_table_id"),
    "aws_vpc_endpoint_security_group_association": ("security_group_ids", "security_group_id"),
    "aws_vpc_endpoint_subnet_association": ("subnet_ids", "subnet_id"),
}
"""The list of ids to which a part adds one, and the attribute of the part."""
_ROWS: Final = {
    "aws_ec2_managed_prefix_list_entry": ("entry", "cidr"),
    "aws_iam_role_policy": ("inline_policy", "name"),
    "aws_route53_zone_association": ("vpc", "vpc_id"),
}
"""The list of blocks to which a part adds one, and the attribute that names it in both."""
_VALUES: Final[Mapping[str, tuple[str, Value]]] = {
    "aws_internet_gateway_attachment": ("vpc_id", None),
    "aws_vpc_dhcp_options_association": ("dhcp_options_id", UNKNOWN),
    "aws_vpc_endpoint_policy": ("policy", None),
    "aws_vpc_endpoint_private_dns": ("private_dns_enabled", UNKNOWN),
    "aws_vpn_gateway_attachment": ("vpc_id", None),
}
"""The value that a part gives, and the one without it: an endpoint gets the policy that allows all.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcEndpoint.html, ResetPolicy. AWS documents no DNS
server of a VPC without DHCP options, and the provider no private DNS of an endpoint after its part.
"""
_PARENTS: Final = {
    "aws_ec2_managed_prefix_list_entry": "prefix_list_id",
    "aws_iam_policy_attachment": "roles",
    "aws_iam_role_policy": "role",
    "aws_iam_role_policy_attachment": "role",
    "aws_internet_gateway_attachment": "internet_gateway_id",
    "aws_network_acl_association": "network_acl_id",
    "aws_network_acl_rule": "network_acl_id",
    "aws_route": "route_table_id",
    "aws_route53_zone_association": "zone_id",
    "aws_security_group_rule": "security_group_id",
    "aws_vpc_dhcp_options_association": "vpc_id",
    "aws_vpc_endpoint_policy": "vpc_endpoint_id",
    "aws_vpc_endpoint_private_dns": "vpc_endpoint_id",
    "aws_vpc_endpoint_route_table_association": "vpc_endpoint_id",
    "aws_vpc_endpoint_security_group_association": "vpc_endpoint_id",
    "aws_vpc_endpoint_subnet_association": "vpc_endpoint_id",
    "aws_vpc_security_group_egress_rule": "security_group_id",
    "aws_vpc_security_group_ingress_rule": "security_group_id",
    "aws_vpn_gateway_attachment": "vpn_gateway_id",
}
_LISTS: Final = (
    *("egress", "entry", "ingress", "inline_policy", "managed_policy_arns", "route", "route_table_ids"),
    *("security_group_ids", "subnet_ids", "vpc"),
)
_Row = Mapping[str, Any]


def without_removed_parts(after: Iterable[Instance], former: Iterable[Instance]) -> tuple[Instance, ...]:
    """Return instances without the parts in their values that an apply removes or changes.

    A value that the plan itself changes is its own.
    """
    before, instances = tuple(former), tuple(after)
    same = {(one.address, one.id): one for one in instances}
    parts: dict[str, list[Instance]] = {}
    for part in before:
        parent = part.values.get(_PARENTS.get(part.type, ""))
        now = same.get((part.address, part.id))
        if now is None or dict(now.values) != dict(part.values):
            for name in parent if isinstance(parent, list) else [parent]:
                if isinstance(name, str):
                    parts.setdefault(name, []).append(part)
    if not parts:
        return instances
    own = {(one.type, one.id): one for one in before if one.mode == "managed" and one.type not in _PARENTS}
    return tuple(_without(one, own.get((one.type, one.id)), parts.get(one.id, [])) for one in instances)


def _without(instance: Instance, was: Instance | None, parts: Iterable[Instance]) -> Instance:
    values = dict(instance.values)
    for name in _LISTS:
        rows = values.get(name)
        if was is None or not isinstance(rows, list) or was.values.get(name) != rows:
            continue
        for part in parts:
            rows = _rows_without(rows, name, part)
        values[name] = rows
    for name, without in (_VALUES[part.type] for part in parts if part.type in _VALUES):
        if was is not None and name in values and was.values.get(name) == values[name]:
            values[name] = without
    return msgspec.structs.replace(instance, values=values)


def _rows_without(rows: list[Value], name: str, part: Instance) -> list[Value]:
    match part.type:
        case "aws_route" if name == "route":
            return [row for row in rows if not _is_route(row, part)]
        case "aws_network_acl_rule" if name == ("egress" if part.get("egress") is True else "ingress"):
            return [row for row in rows if row.get("rule_no") != part.get("rule_number")]
        case "aws_security_group_rule" if part.get("type") == name:
            source = part.get("source_security_group_id")
            more = [source] if isinstance(source, str) else []
            lists = {key: [*(part.get(key) or []), *(more if key == "security_groups" else [])] for key in _PEERS}
            return _without_peers(rows, part.get("protocol"), part, lists, is_self=part.get("self") is True)
        case "aws_vpc_security_group_egress_rule" | "aws_vpc_security_group_ingress_rule" if f"_{name}_" in part.type:
            single = dict(zip(_PEERS, ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"),
                              strict=True))  # fmt: skip
            lists = {key: [part.get(attribute)] for key, attribute in single.items() if part.get(attribute)}
            is_self = part.get("referenced_security_group_id") == part.get("security_group_id")
            return _without_peers(rows, part.get("ip_protocol"), part, lists, is_self=is_self)
        case kind if kind in _ITEMS and _ITEMS[kind][0] == name:
            return [item for item in rows if item != part.get(_ITEMS[kind][1])]
        case kind if kind in _ROWS and _ROWS[kind][0] == name:
            return [row for row in rows if row is UNKNOWN or row.get(_ROWS[kind][1]) != part.get(_ROWS[kind][1])]
        case _:
            return rows


def _is_route(row: _Row, part: Instance) -> bool:
    return any(part.get(key) and row.get(name) == part.get(key) for key, name in _DESTINATIONS.items())


def _without_peers(
    rows: list[Value], protocol: Value, ports: Instance, lists: Mapping[str, list[Value]], *, is_self: bool
) -> list[Value]:
    """Return rules without some peers of one protocol and range of ports; a rule without any peer is gone."""
    left = []
    for row in rows:
        if row is UNKNOWN or not _is_of(row, protocol, ports):
            left.append(row)
            continue
        smaller = dict(row)
        for key in _PEERS:
            if isinstance(row.get(key), list):
                smaller[key] = [peer for peer in row[key] if peer not in lists.get(key, ())]
        smaller["self"] = row.get("self") is True and not is_self
        if any(smaller.get(key) for key in (*_PEERS, "self")):
            left.append(smaller)
    return left


def _is_of(row: _Row, protocol: Value, ports: Instance) -> bool:
    if str(row.get("protocol")) != str(protocol):
        return False
    ends = ((row.get(name), ports.get(name)) for name in ("from_port", "to_port"))
    return str(protocol) == "-1" or all(one == other for one, other in ends)
