"""Flows that fail for a time: they work before a plan and after it, and not between two of its changes."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from skerry.model.world import World
from skerry.plan import impact
from skerry.plan.changes import (
    AddZoneRecord,
    AssociateZone,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    DeleteEndpoint,
    DeleteRoute,
    ModifyEndpoint,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    SetVpcAttribute,
)
from skerry.plan.impact import Flow
from skerry.plan.scope import Failing, Scope
from skerry.plan.world_after import apply_changes
from skerry.reach.walk import Walker

_DIVERTING = (
    CreateInterfaceEndpoint
    | CreateGatewayEndpoint
    | ModifyEndpoint
    | SetVpcAttribute
    | DeleteEndpoint
    | DeleteRoute
    | ReplaceRoute
    | RouteToInternetGateway
    | RouteToNat
    | AssociateZone
    | AddZoneRecord
    | RevokeRule
)
"""Changes with an effect on working paths: all others only admit."""


class Outage(NamedTuple):
    """A failing flow after the change with the first number, until the change with the last; numbers begin at 1."""

    failing: Failing
    first: int
    last: int


def find_outages(walker: Walker, scope: Scope, changes: Iterable[Change]) -> Iterator[Outage]:
    """Yield the failing flows between two changes of a walker's World, also those of the launches in scope.

    A flow that fails after all changes is broken, and no outage.
    """
    ordered, world = tuple(changes), walker.world
    flows = impact.find_working_flows(walker, scope, ordered, own=True)
    if not flows:
        return
    lasting = {_key(failing) for failing in impact.find_broken_flows(apply_changes(world, ordered), flows)}
    temporary: dict[object, Outage] = {}
    for number, failing in _failing_after_each(world, ordered, flows):
        key = _key(failing)
        if key not in lasting:
            earlier = temporary.get(key)
            temporary[key] = Outage(failing, earlier.first if earlier else number, number + 1)
    yield from temporary.values()


def _failing_after_each(
    world: World, changes: tuple[Change, ...], flows: tuple[Flow, ...]
) -> Iterator[tuple[int, Failing]]:
    """Yield each failing flow after a change, with the number of the change."""
    failing: tuple[Failing, ...] = ()
    for number in range(1, len(changes)):
        if failing or isinstance(changes[number - 1], _DIVERTING):
            failing = tuple(impact.find_broken_flows(apply_changes(world, changes[:number]), flows))
        yield from ((number, item) for item in failing)


def _key(failing: Failing) -> object:
    return failing.kind.names, failing.need, failing.subnet
