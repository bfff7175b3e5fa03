"""Routes, rules and entries that templates add to tables, groups and network ACLs outside of them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from msgspec import UNSET

from skerry.model.facts import Facts
from skerry.sources.cloudformation.mapping.endpoints import GatewayRoutes
from skerry.sources.cloudformation.mapping.network_acls import entry_of
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.mapping.route_tables import route_of
from skerry.sources.cloudformation.mapping.security_groups import permissions_of
from skerry.sources.cloudformation.mapping.templates import Templates
from skerry.sources.planned.lists import write_open_list
from skerry.sources.planned.made_by_aws import all_out
from skerry.sources.planned.values import UNKNOWN, Value

_OPEN: Final = all_out(has_ipv6=False)
Documents = dict[str, dict[str, Any]]


class Additions(NamedTuple):
    """Documents of existing resources, each with nothing but the parts in question: before and after."""

    before: Documents
    after: Documents


def additions_to(existing: Facts, templates: Templates) -> Additions:
    """Return the known additions of templates to the existing network."""
    before: Documents = {}
    after: Documents = {}
    kinds: Mapping[str, Callable[[Facts, Templates], Iterator[tuple[dict[str, Value], dict[str, Value]]]]] = {
        "RouteTables": _route_tables,
        "SecurityGroups": _security_groups,
        "NetworkAcls": _network_acls,
    }
    for key, pairs_of in kinds.items():
        pairs = list(pairs_of(existing, templates))
        if pairs:
            before[f"added {key}"] = write_open_list(key, (pair[0] for pair in pairs))
            after[f"added {key}"] = write_open_list(key, (pair[1] for pair in pairs))
    return Additions(before, after)


def _known(rows: Iterable[Value]) -> list[Value]:
    return [row for row in rows if row is not UNKNOWN]


def _route_tables(existing: Facts, templates: Templates) -> Iterator[tuple[dict[str, Value], dict[str, Value]]]:
    routes, gateways = templates.group_by("AWS::EC2::Route", "RouteTableId"), GatewayRoutes(templates)
    lists = {row.prefix_list_name: row.prefix_list_id for row in existing.prefix_lists}
    for table in existing.route_tables:
        name = table.route_table_id
        own = gateways.of(name)
        added = _known(route_of(made.properties) for made in routes.of(name))
        added += [] if own is UNKNOWN else [_through(row, gateways.services, lists) for row in own]
        if added:
            row = {"RouteTableId": name, "VpcId": table.vpc_id, "Associations": []}
            yield {**row, "Routes": []}, {**row, "Routes": added}


def _through(row: dict[str, Value], services: Mapping[str, str], lists: Mapping[str | None, str]) -> dict[str, Value]:
    """Return the route of a gateway endpoint with the id of AWS's list, if it was read."""
    name = lists.get(services.get(str(row["GatewayId"])))
    return row if name is None else {**row, "DestinationPrefixListId": name}


def _security_groups(existing: Facts, templates: Templates) -> Iterator[tuple[dict[str, Value], dict[str, Value]]]:
    into = templates.group_by("AWS::EC2::SecurityGroupIngress", "GroupId")
    out = templates.group_by("AWS::EC2::SecurityGroupEgress", "GroupId")
    for group in existing.security_groups:
        name = group.group_id
        inward = _permissions([made.properties for made in into.of(name)], "Source")
        outward = _permissions([made.properties for made in out.of(name)], "Destination")
        if (not inward and not outward) or group.vpc_id is UNSET:
            continue
        # The first rule apart takes the open ones away: https://github.com/aws/aws-cdk/issues/22140.
        is_open = group.ip_permissions_egress is not UNSET and any(
            str(rule.ip_protocol) == "-1" and rule.ip_ranges for rule in group.ip_permissions_egress
        )
        row = {"GroupId": name, "GroupName": group.group_name, "VpcId": group.vpc_id}
        open_rules = _OPEN if outward and is_open else []
        yield (
            {**row, "IpPermissions": [], "IpPermissionsEgress": open_rules},
            {**row, "IpPermissions": inward, "IpPermissionsEgress": outward},
        )


def _permissions(rules: list[Properties], peer: str) -> list[Value]:
    listed = [permissions_of([rule], peer) for rule in rules]
    return [row for rows in listed if rows is not UNKNOWN for row in rows]


def _network_acls(existing: Facts, templates: Templates) -> Iterator[tuple[dict[str, Value], dict[str, Value]]]:
    entries = templates.group_by("AWS::EC2::NetworkAclEntry", "NetworkAclId")
    for acl in existing.network_acls:
        added = _known(entry_of(made.properties) for made in entries.of(acl.network_acl_id))
        if added:
            row = {"NetworkAclId": acl.network_acl_id, "VpcId": acl.vpc_id, "IsDefault": acl.is_default}
            yield {**row, "Associations": [], "Entries": []}, {**row, "Associations": [], "Entries": added}
