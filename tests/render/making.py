"""What a plan makes, and what Terraform makes of the file that it was written as: the same, if nothing was lost."""

import json
from typing import Any

from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    ModifyEndpoint,
    ReplaceRoute,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)
from skerry.plan.records import Plan

Json = dict[str, Any]
Mark = tuple[object, ...]

LISTED = "pl-0123abcd"
"""The prefix list that the look-up of one finds."""
_PEERS = ("cidr_ipv4", "referenced_security_group_id", "prefix_list_id")
_SIDES = {"in": "aws_vpc_security_group_ingress_rule", "out": "aws_vpc_security_group_egress_rule"}


def answers(world: World) -> Json:
    """What there is: all that could be imported, with settings that the network's own facts do not tell."""
    vpcs = {
        row.vpc_id: {
            "cidr_block": row.cidr_block,
            "instance_tenancy": "dedicated",
            "assign_generated_ipv6_cidr_block": True,
            "enable_dns_support": world.dns_attribute_of(row.vpc_id, "enable_dns_support") is True,
            "enable_dns_hostnames": world.dns_attribute_of(row.vpc_id, "enable_dns_hostnames") is True,
            "tags": {"Name": "the user's"},
        }
        for row in world.facts.vpcs
    }
    endpoints = {
        row.vpc_endpoint_id: {
            "vpc_id": row.vpc_id,
            "service_name": row.service_name,
            "vpc_endpoint_type": row.vpc_endpoint_type,
            "subnet_ids": list(row.subnet_ids),
            "security_group_ids": [group.group_id for group in row.groups or ()],
            "route_table_ids": list(row.route_table_ids),
            "private_dns_enabled": row.private_dns_enabled is True,
            "policy": "{}",
            "tags": {"Name": "the user's"},
        }
        for row in world.facts.vpc_endpoints
    }
    routes = {
        f"{row.route_table_id}_0.0.0.0/0": {
            "route_table_id": row.route_table_id,
            "destination_cidr_block": "0.0.0.0/0",
            "nat_gateway_id": "nat-that-failed",
        }
        for row in world.facts.route_tables
    }
    exists = {"aws_vpc": vpcs, "aws_vpc_endpoint": endpoints, "aws_route": routes}
    return {"exists": exists, "aws_prefix_list": [{"then": {"id": LISTED}}]}


def of_plan(plan: Plan) -> list[Mark]:
    """What a plan makes, of each thing all that is known of it before it is made."""
    return sorted((mark for row in plan.changes for mark in _of_change(row.change)), key=repr)


def _of_change(change: Change) -> list[Mark]:
    match change:
        case CreateSecurityGroup():
            return [("group", change.name, change.description, change.vpc_id)]
        case AuthorizeRule():
            rule = change.rule
            return [(_SIDES[change.direction], _known(change.group_id), rule.protocol, rule.port, _known(rule.peer))]
        case CreateInterfaceEndpoint():
            groups = None if any(map(is_new, change.groups)) else sorted(change.groups)
            where, policy = sorted(change.subnets), _policy(change.policy)
            return [("endpoint", change.service_name, change.vpc_id, where, groups, change.private_dns, policy)]
        case CreateGatewayEndpoint():
            return [
                ("gateway", change.service_name, change.vpc_id, sorted(change.route_tables), _policy(change.policy))
            ]
        case ModifyEndpoint():
            return _of_modified(change)
        case SetVpcAttribute():
            return [("changed", "aws_vpc", change.attribute, True)]
        case AddAclEntry():
            return [("entry", change.acl_id, change.number, change.direction == "out", change.cidr, *change.ports)]
        case _:
            return _of_route(change)


def _of_route(change: Change) -> list[Mark]:
    match change:
        case RouteToNat():
            return [("route", change.route_table_id, _known(change.nat_gateway_id))]
        case RouteToInternetGateway():
            return [("route", change.route_table_id, change.internet_gateway_id)]
        case ReplaceRoute():
            return [("route", change.route_table_id, _known(change.target))]
        case CreateNatGateway():
            return [("address",), ("nat gateway", change.subnet_id)]
        case _:
            return []


def _of_modified(change: ModifyEndpoint) -> list[Mark]:
    more = (*change.subnets, *change.route_tables, *change.groups)
    found: list[Mark] = [("more", change.endpoint_id, _known(one)) for one in more]
    if change.private_dns:
        found.append(("changed", "aws_vpc_endpoint", "private_dns_enabled", True))
    if change.policy:
        found.append(("policy", change.endpoint_id, _policy(change.policy)))
    return found


def _known(name: str) -> str | None:
    """An id as it is known before anything is made."""
    if is_new(name):
        return LISTED if name.startswith("pl-") else None
    return name


def _policy(text: str | None) -> Any:
    return json.loads(text) if text else None


def of_terraform(document: Json) -> list[Mark]:
    """The same of what Terraform plans; of what it imports, just what it changes."""
    rows = [row for row in document["resource_changes"] if row["mode"] == "managed"]
    return sorted((mark for row in rows for mark in _of_resource(row["type"], row["change"])), key=repr)


def _of_resource(kind: str, change: Json) -> list[Mark]:
    row = change["after"]
    if kind == "aws_route":
        return [("route", row["route_table_id"], row.get("nat_gateway_id") or row.get("gateway_id"))]
    if kind == "aws_eip":
        return [("address",)]
    if kind == "aws_nat_gateway":
        return [("nat gateway", row["subnet_id"])]
    if "importing" in change:
        return [mark for name in row for mark in _of_imported(kind, name, change)]
    if kind == "aws_security_group":
        return [("group", row["name"], row["description"], row["vpc_id"])]
    if kind in _SIDES.values():
        peer = next((row[name] for name in _PEERS if row.get(name)), None)
        return [(kind, row.get("security_group_id"), row["ip_protocol"], row["from_port"], peer)]
    if kind == "aws_network_acl_rule":
        ports = (row["from_port"], row["to_port"])
        return [("entry", row["network_acl_id"], row["rule_number"], row["egress"], row["cidr_block"], *ports)]
    if kind == "aws_vpc_endpoint":
        return [_of_endpoint(row)]
    raise AssertionError(kind)


def _of_imported(kind: str, name: str, change: Json) -> list[Mark]:
    """The new members of a list, the missing ones, or another value of an imported resource."""
    before, after = change["before"].get(name), change["after"][name]
    if before == after:
        return []
    if isinstance(before, list):
        resource = change["importing"]["id"]
        added: list[Mark] = [("more", resource, member) for member in after if member not in before]
        return added + [("less", resource, member) for member in before if member not in after]
    if name == "policy":
        return [("policy", change["importing"]["id"], _policy(after))]
    return [("changed", kind, name, after)]


def _of_endpoint(row: Json) -> Mark:
    policy = _policy(row.get("policy"))
    if row["vpc_endpoint_type"] == "Gateway":
        return ("gateway", row["service_name"], row["vpc_id"], sorted(row["route_table_ids"]), policy)
    groups = row.get("security_group_ids")
    known = None if groups is None or None in groups else sorted(groups)
    where = sorted(row["subnet_ids"])
    return ("endpoint", row["service_name"], row["vpc_id"], where, known, row["private_dns_enabled"], policy)
