"""The order of changes, and several changes of one resource as one."""

import json
from collections.abc import Iterable

from msgspec.structs import replace

from skerry.plan import endpoint_policies
from skerry.plan.changes import (
    AddAclEntry,
    AddZoneRecord,
    Advise,
    AssociateZone,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
)
from skerry.plan.records import Why

_ORDER: tuple[type[Change], ...] = (
    CreateSecurityGroup,
    AuthorizeRule,
    AddAclEntry,
    DeleteEndpoint,
    DeleteRoute,
    SetVpcAttribute,
    CreateInterfaceEndpoint,
    CreateGatewayEndpoint,
    ModifyEndpoint,
    CreateNatGateway,
    RouteToInternetGateway,
    RouteToNat,
    ReplaceRoute,
    AddZoneRecord,
    AssociateZone,
    RevokeRule,
    MirrorImage,
    ProposeStatement,
    ConfigureService,
    Advise,
)


def sort_changes(changes: dict[Change, tuple[Why, ...]]) -> dict[Change, tuple[Why, ...]]:
    """Return the changes in a safe order; changes of one endpoint as one change.

    Rules and entries come before the changes of names and routes: no flow of others fails between two changes.
    Removals come last. An endpoint in a failed state goes before its successor, for it may hold the private name; so
    does a black hole, for AWS takes no second route to a destination.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    """
    pairs = list(_together(changes.items()))
    pairs.sort(key=lambda pair: _rank(pair[0]))
    return dict(pairs)


def _rank(change: Change) -> int:
    """Return the place of a change; an existing endpoint that only admits more goes with the network ACLs."""
    if isinstance(change, ModifyEndpoint) and change.private_dns is None and not change.route_tables:
        return _ORDER.index(AddAclEntry)
    return _ORDER.index(type(change))


def _together(pairs: Iterable[tuple[Change, tuple[Why, ...]]]) -> list[tuple[Change, tuple[Why, ...]]]:
    by_key: dict[object, tuple[Change, tuple[Why, ...]]] = {}
    for change, why in pairs:
        key: object = change
        if isinstance(change, CreateInterfaceEndpoint | CreateGatewayEndpoint | ModifyEndpoint):
            key = change.endpoint_id
        elif isinstance(change, ProposeStatement):
            key = (change.resource, _kind(change))
        earlier = by_key.get(key)
        if earlier is None:
            by_key[key] = (change, why)
        else:
            by_key[key] = (_as_one(earlier[0], change), tuple(dict.fromkeys((*earlier[1], *why))))
    return list(by_key.values())


def _kind(change: ProposeStatement) -> object:
    """Return the key of a proposed statement: proposals with the same principal and resource become one statement."""
    statement = json.loads(change.statement)
    return json.dumps({key: value for key, value in statement.items() if key != "Action"}, sort_keys=True)


def _as_one(first: Change, second: Change) -> Change:
    """Return a creation or modification of an endpoint, or a statement, with what a later one adds to it."""
    if isinstance(first, ProposeStatement) and isinstance(second, ProposeStatement):
        (statement,) = endpoint_policies.merge_statements([json.loads(first.statement), json.loads(second.statement)])
        return ProposeStatement(first.resource, json.dumps(statement), f"{first.message} {second.message}")
    assert isinstance(second, ModifyEndpoint)  # noqa: S101 -- an endpoint is created once
    match first:
        case CreateGatewayEndpoint():
            return replace(
                first, route_tables=(*first.route_tables, *second.route_tables), policy=second.policy or first.policy
            )
        case CreateInterfaceEndpoint():
            return replace(
                first,
                subnets=(*first.subnets, *second.subnets),
                groups=(*first.groups, *second.groups),
                policy=second.policy or first.policy,
            )
        case _:
            assert isinstance(first, ModifyEndpoint)  # noqa: S101 -- of one key there are only the three
            return ModifyEndpoint(
                first.endpoint_id,
                (*first.subnets, *second.subnets),
                (*first.groups, *second.groups),
                (*first.route_tables, *second.route_tables),
                second.private_dns if first.private_dns is None else first.private_dns,
                second.policy or first.policy,
                first.prefix_list or second.prefix_list,
            )
