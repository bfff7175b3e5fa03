"""The standing of a change: to do, done already, or in conflict with what is there."""

from typing import Any, assert_never

from msgspec.structs import replace

from skerry.apply.lookups import TAG
from skerry.apply.results import State
from skerry.apply.states import AutomaticChange, Place, same_policy
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    ModifyEndpoint,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
)
from skerry.plan.former_values import Former

_RESERVED = "aws:"
"""https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html#tag-restrictions"""


def is_done(place: Place, change: AutomaticChange, state: State) -> bool:
    """Tell whether a change is made already."""
    match change:
        case CreateSecurityGroup():
            return state is not None and not state["others"]
        case AuthorizeRule() | CreateInterfaceEndpoint() | CreateGatewayEndpoint():
            return state is not None
        case RevokeRule() | DeleteEndpoint() | DeleteRoute():
            return state is None
        case ModifyEndpoint():
            return state is not None and _is_modified(place, change, state)
        case SetVpcAttribute():
            return state == {"value": True}
        case AddAclEntry():
            return state == _wanted_entry(change)
        case CreateNatGateway():
            return state is not None and state["nat"] is not None and state["address"] is not None
        case ReplaceRoute() | RouteToInternetGateway() | RouteToNat():
            return state is not None and state["target"] == _wanted_target(place, change)
        case _:
            assert_never(change)


def conflict_of(change: AutomaticChange, state: State) -> str | None:
    """Return why a change that is not done cannot be made; None if it can."""
    match change:
        case CreateSecurityGroup() if state is not None:
            return f"{change.vpc_id} has another security group with the name {change.name}"
        case ModifyEndpoint() if state is None:
            return f"{change.endpoint_id} does not exist any more"
        case DeleteEndpoint() if state is not None and state["works"]:
            return f"{change.endpoint_id} works now"
        case AddAclEntry() if state is not None:
            return f"{change.acl_id} has another entry with the number {change.number}"
        case DeleteRoute() if state is not None and not state["black_hole"]:
            return f"the route to {change.destination} in {change.route_table_id} leads somewhere now"
        case ReplaceRoute() if state is None:
            return f"{change.route_table_id} has no route to {change.destination} any more"
        case RouteToInternetGateway() | RouteToNat() if state is not None:
            return f"{change.route_table_id} has a default route already"
        case _:
            return None


def effective(place: Place, change: AutomaticChange, state: State) -> AutomaticChange:
    """Return the part of a change that is not done yet: taking it back must leave the other part."""
    if not isinstance(change, ModifyEndpoint) or state is None:
        return change
    return replace(
        change,
        subnets=tuple(subnet for subnet in change.subnets if subnet not in state["subnets"]),
        groups=tuple(group for group in change.groups if place.id_of(group) not in state["groups"]),
        route_tables=tuple(table for table in change.route_tables if table not in state["route_tables"]),
        private_dns=None if state.get("private_dns") == change.private_dns else change.private_dns,
        policy=None if same_policy(state.get("policy"), change.policy) else change.policy,
    )


def former_of(change: AutomaticChange, state: State) -> Former:
    """Return the values of a state that a change replaces."""
    if state is None:
        return Former()
    match change:
        case ModifyEndpoint():
            return Former(policy=state.get("policy"))
        case ReplaceRoute():
            name, resource = state["target"]
            return Former(target=(name, resource) if name else None)
        case RevokeRule():
            tags = tuple((key, value) for key, value in state["tags"] if not key.startswith(_RESERVED))
            return Former(description=state["description"], tags=tags)
        case _:
            return Former()


def without_ids(state: State) -> State:
    """Return a state without the values that AWS gives again to a restored rule, and the journal's own tag."""
    if state is None or "tags" not in state:
        return state
    tags = [[key, value] for key, value in state["tags"] if key != TAG]
    return {**state, "id": "", "tags": tags}


def _is_modified(place: Place, change: ModifyEndpoint, state: dict[str, Any]) -> bool:
    return effective(place, change, state) == replace(
        change, subnets=(), groups=(), route_tables=(), private_dns=None, policy=None
    )


def _wanted_entry(change: AddAclEntry) -> dict[str, Any]:
    return {"block": change.cidr, "ports": list(change.ports), "protocol": "6", "action": "allow"}


def _wanted_target(place: Place, change: ReplaceRoute | RouteToInternetGateway | RouteToNat) -> list[str]:
    match change:
        case RouteToNat():
            return ["NatGatewayId", place.id_of(change.nat_gateway_id)]
        case RouteToInternetGateway():
            return ["GatewayId", change.internet_gateway_id]
        case ReplaceRoute():
            name = "NatGatewayId" if change.target_kind == "nat-gateway" else "GatewayId"
            return [name, place.id_of(change.target)]
        case _:
            assert_never(change)
