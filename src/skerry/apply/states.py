"""The present state of a change: the values that it makes or replaces, as JSON.

A step compares states: before it, after it, and again before it is taken back. A value of somebody else in the same
resource is in no state.
"""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias, assert_never

from skerry.apply.group_states import group_state, rule_state
from skerry.apply.lookups import Marks, read_one
from skerry.apply.results import State
from skerry.aws.account_session import AccountSession
from skerry.errors import InputError
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    Manual,
    ModifyEndpoint,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
    is_new,
)
from skerry.plan.former_values import ROUTE_TARGETS

AutomaticChange: TypeAlias = (
    CreateSecurityGroup
    | AuthorizeRule
    | RevokeRule
    | CreateInterfaceEndpoint
    | CreateGatewayEndpoint
    | ModifyEndpoint
    | DeleteEndpoint
    | SetVpcAttribute
    | AddAclEntry
    | CreateNatGateway
    | DeleteRoute
    | ReplaceRoute
    | RouteToInternetGateway
    | RouteToNat
)
"""The changes that `apply` makes itself."""

GONE = frozenset({"deleted", "deleting"})
_DEFAULT = "0.0.0.0/0"
_ATTRIBUTES = {"enable_dns_support": "EnableDnsSupport", "enable_dns_hostnames": "EnableDnsHostnames"}


class Place(NamedTuple):
    """The account of a step: its session, the ids that AWS gave so far, and the tags of the journal."""

    session: AccountSession
    ids: Mapping[str, str]
    marks: Marks

    def id_of(self, resource: str) -> str:
        """Return the id that AWS gave to a resource of the plan, or the id of an existing one."""
        return self.ids.get(resource, resource)


def automatic(change: Change) -> AutomaticChange | None:
    """Return a change that `apply` makes itself; None for a manual one."""
    return None if isinstance(change, Manual) else change


def read_state(place: Place, change: AutomaticChange) -> State:
    """Read the present state of what a change is about."""
    match change:
        case CreateSecurityGroup():
            return group_state(place.session, change, place.ids.get(change.group_id), place.marks)
        case AuthorizeRule() | RevokeRule():
            peer = place.id_of(change.rule.peer)
            return rule_state(place.session, place.id_of(change.group_id), change.direction, change.rule, peer)
        case CreateInterfaceEndpoint() | CreateGatewayEndpoint():
            return _made_endpoint(place, change.endpoint_id)
        case ModifyEndpoint():
            return _modified_endpoint(place, change)
        case DeleteEndpoint():
            return _endpoint(place, change.endpoint_id)
        case SetVpcAttribute():
            return _attribute(place, change)
        case AddAclEntry():
            return _entry(place, change)
        case CreateNatGateway():
            return _nat_gateway(place, change)
        case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
            destination = change.destination if isinstance(change, DeleteRoute | ReplaceRoute) else _DEFAULT
            return _route(place, change.route_table_id, destination)
        case _:
            assert_never(change)


def _made_endpoint(place: Place, endpoint_id: str) -> State:
    """Return a new endpoint; one without the journal's tag is somebody else's, whatever its id."""
    if endpoint_id in place.ids:
        row = _endpoint_row(place, place.ids[endpoint_id])
    else:
        row = place.marks.find(place.session, "vpc-endpoint")
    return None if row is None else {**_endpoint_values(row), "others": not place.marks.are_on(row)}


def _endpoint(place: Place, endpoint_id: str) -> State:
    row = _endpoint_row(place, endpoint_id)
    return None if row is None else _endpoint_values(row)


def _endpoint_row(place: Place, endpoint_id: str) -> dict[str, Any] | None:
    row = read_one(place.session, "DescribeVpcEndpoints", "VpcEndpointIds", endpoint_id, "VpcEndpoints")
    return None if row is None or str(row.get("State", "")).lower() in GONE else row


def _endpoint_values(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["VpcEndpointId"],
        "service": row["ServiceName"],
        "vpc": row["VpcId"],
        "subnets": sorted(row.get("SubnetIds") or ()),
        "groups": sorted(group["GroupId"] for group in row.get("Groups") or ()),
        "route_tables": sorted(row.get("RouteTableIds") or ()),
        "private_dns": bool(row.get("PrivateDnsEnabled")),
        "policy": row.get("PolicyDocument"),
        "works": str(row.get("State", "")).lower() in {"available", "pending"},
    }


def _modified_endpoint(place: Place, change: ModifyEndpoint) -> State:
    """Return the part of an endpoint that a change is about."""
    values = _endpoint(place, change.endpoint_id)
    if values is None:
        return None
    groups = {place.id_of(group) for group in change.groups}
    part: dict[str, Any] = {
        "subnets": [subnet for subnet in values["subnets"] if subnet in change.subnets],
        "groups": [group for group in values["groups"] if group in groups],
        "route_tables": [table for table in values["route_tables"] if table in change.route_tables],
    }
    if change.private_dns is not None:
        part["private_dns"] = values["private_dns"]
    if change.policy is not None:
        part["policy"] = values["policy"]
    return part


def _attribute(place: Place, change: SetVpcAttribute) -> State:
    name = _ATTRIBUTES[change.attribute]
    parameters = {"VpcId": change.vpc_id, "Attribute": name[0].lower() + name[1:]}
    answer = place.session.call("ec2", "DescribeVpcAttribute", parameters)
    return {"value": bool(answer[name]["Value"])}


def _entry(place: Place, change: AddAclEntry) -> State:
    row = _required(place, "DescribeNetworkAcls", "NetworkAclIds", change.acl_id, "NetworkAcls")
    for entry in row["Entries"]:
        if entry["RuleNumber"] == change.number and entry["Egress"] == (change.direction == "out"):
            ports = entry.get("PortRange") or {}
            return {
                "block": entry.get("CidrBlock") or entry.get("Ipv6CidrBlock"),
                "ports": [ports.get("From"), ports.get("To")],
                "protocol": entry["Protocol"],
                "action": entry["RuleAction"],
            }
    return None


def _nat_gateway(place: Place, change: CreateNatGateway) -> State:
    session, ids = place.session, place.ids
    if change.nat_gateway_id in ids:
        made = ids[change.nat_gateway_id]
        nat = read_one(session, "DescribeNatGateways", "NatGatewayIds", made, "NatGateways")
    else:
        nat = place.marks.find(session, "natgateway")
    if change.allocation_id in ids:
        made = ids[change.allocation_id]
        address = read_one(session, "DescribeAddresses", "AllocationIds", made, "Addresses")
    else:
        address = place.marks.find(session, "elastic-ip")
    if nat is not None and nat["State"] in {*GONE, "failed"}:
        nat = None
    if nat is None and address is None:
        return None
    return {
        "nat": None if nat is None else {"id": nat["NatGatewayId"], "subnet": nat["SubnetId"]},
        "address": None if address is None else {"id": address["AllocationId"]},
        "others": any(row is not None and not place.marks.are_on(row) for row in (nat, address)),
    }


def _route(place: Place, table_id: str, destination: str) -> State:
    row = _required(place, "DescribeRouteTables", "RouteTableIds", table_id, "RouteTables")
    for route in row["Routes"]:
        if destination in {route.get("DestinationCidrBlock"), route.get("DestinationPrefixListId")}:
            name = next((key for key in ROUTE_TARGETS if route.get(key)), "")
            return {"target": [name, route.get(name, "")], "black_hole": route.get("State") == "blackhole"}
    return None


def is_without_place(place: Place, change: AutomaticChange) -> bool:
    """Tell whether the existing resource that a change modified is gone: then nothing is left to take back."""
    match change:
        case ModifyEndpoint():
            return _endpoint_row(place, change.endpoint_id) is None
        case AuthorizeRule() | RevokeRule():
            group = place.id_of(change.group_id)
            return (
                is_new(group)
                or read_one(place.session, "DescribeSecurityGroups", "GroupIds", group, "SecurityGroups") is None
            )
        case SetVpcAttribute():
            return read_one(place.session, "DescribeVpcs", "VpcIds", change.vpc_id, "Vpcs") is None
        case AddAclEntry():
            return read_one(place.session, "DescribeNetworkAcls", "NetworkAclIds", change.acl_id, "NetworkAcls") is None
        case DeleteRoute() | ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
            table = change.route_table_id
            return read_one(place.session, "DescribeRouteTables", "RouteTableIds", table, "RouteTables") is None
        case (
            CreateSecurityGroup()
            | CreateInterfaceEndpoint()
            | CreateGatewayEndpoint()
            | CreateNatGateway()
            | DeleteEndpoint()
        ):
            return False
        case _:
            assert_never(change)


def _required(place: Place, operation: str, parameter: str, resource: str, rows: str) -> dict[str, Any]:
    """Return the record of an existing resource. Raises `InputError` if it is gone."""
    row = read_one(place.session, operation, parameter, resource, rows)
    if row is None:
        raise InputError(f"{resource} does not exist any more", "Plan again.")
    return row


def same_policy(first: str | None, second: str | None) -> bool:
    """Tell whether two policies are the same document, however AWS spaces it."""
    if first is None or second is None:
        return first == second
    try:
        return bool(json.loads(first) == json.loads(second))
    except ValueError:
        return first == second
