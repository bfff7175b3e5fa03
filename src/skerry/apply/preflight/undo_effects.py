"""Effects of an undo: the workloads that would break, judged by walks in the World with the changes taken back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from skerry.launch.launches import Launch
from skerry.model.world import World
from skerry.plan import impact
from skerry.plan.changes import (
    Change,
    DeleteRoute,
    Disposition,
    Manual,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    resource_of,
)
from skerry.plan.route_effects import list_briefly
from skerry.plan.scope import Failing, Scope
from skerry.plan.world_before import MadeChange, take_back
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Walker

_EVERYWHERE = "0.0.0.0/0"


class UndoBreak(msgspec.Struct, frozen=True):
    """A call that works now, and not after an undo: its clients, the subnet, the host, and why."""

    clients: tuple[str, ...]
    subnet: str
    host: str
    step: str
    message: str


class UndoneChange(msgspec.Struct, frozen=True):
    """A change to take back, with the effect of that; ``note`` describes a disruption."""

    change: Change
    disposition: Disposition
    note: str = ""


class UndoEffects(msgspec.Struct, frozen=True):
    """The effects of an undo: its changes, the last one first, and the calls that break."""

    changes: tuple[UndoneChange, ...]
    breaks: tuple[UndoBreak, ...]


def what_undo_breaks(world: World, launches: Iterable[Launch], made: Iterable[MadeChange]) -> UndoEffects:
    """Return the effects of taking changes back, the last one first, in a World that has them.

    A call breaks if it works now, at least in part, and fails without the changes. The calls of launches, and those of
    other interfaces to services whose way changes, are walked after each step.
    """
    rows = tuple(row for row in made if not isinstance(row.change, Manual))
    scope = Scope(launches)
    flows = impact.find_working_flows(Walker(world), Scope((), (), scope.launches), tuple(_reversals(rows)))
    failing_now = {_key(failing) for failing in scope.look(world).failing}
    seen, failing, state = set(failing_now), dict[object, Failing](), world
    undone: list[UndoneChange] = []
    for row in reversed(rows):
        state = take_back(state, [row])
        failing = {_key(item): item for item in (*scope.look(state).failing, *impact.find_broken_flows(state, flows))}
        broken = [item for key, item in failing.items() if key not in seen]
        seen |= failing.keys()
        undone.append(_undone(world, row, broken, flows))
    breaks = {(item.kind.names, item.subnet, _host_of(item)): item for item in reversed(failing.values())}
    lasting = (item for item in reversed(breaks.values()) if _key(item) not in failing_now)
    return UndoEffects(tuple(undone), tuple(map(_break, lasting)))


def with_ids(change: Change, ids: Mapping[str, str]) -> Change:
    """Return a change with the ids that AWS gave to the resources of its plan."""
    fields: dict[str, Any] = {}
    for name, value in msgspec.structs.asdict(change).items():
        match value:
            case str():
                fields[name] = ids.get(value, value)
            case tuple():
                fields[name] = tuple(ids.get(item, item) if isinstance(item, str) else item for item in value)
            case Rule():
                fields[name] = msgspec.structs.replace(value, peer=ids.get(value.peer, value.peer))
            case _:
                pass
    return msgspec.structs.replace(change, **fields)


def _reversals(made: tuple[MadeChange, ...]) -> Iterator[Change]:
    """Yield changes that touch the same services as the reversal of these."""
    for row in made:
        match row.change:
            case RouteToNat() | RouteToInternetGateway():
                yield DeleteRoute(row.change.route_table_id, _EVERYWHERE)
            case _:
                yield row.change


def _undone(world: World, made: MadeChange, broken: list[Failing], flows: Iterable[impact.Flow]) -> UndoneChange:
    """Return the disposition of taking one change back: disruptive if calls break, or go another way."""
    name = resource_of(made.change)
    if broken:
        clients = list_briefly({client for item in broken for client in item.kind.names})
        return UndoneChange(made.change, "disruptive", f"calls of {clients} fail without {name}")
    services = {ref for _, ref in impact.touched_services_of(world, tuple(_reversals((made,))))}
    clients = list_briefly({client for flow in flows if flow.need.service in services for client in flow.client.names})
    if clients:
        note = f"calls of {clients} go another way without {name}, and open connections are cut"
        return UndoneChange(made.change, "disruptive", note)
    return UndoneChange(made.change, "safe")


def _key(failing: Failing) -> object:
    return failing.kind.names, failing.need, failing.subnet


def _host_of(failing: Failing) -> str:
    host = getattr(failing.need, "host", None)
    return host if isinstance(host, str) else ""


def _break(failing: Failing) -> UndoBreak:
    message = _reason(failing.outcome)
    return UndoBreak(failing.kind.names, failing.subnet, _host_of(failing), failing.need.step, message)


def _reason(outcome: Outcome) -> str:
    judged = [judged for trace in outcome.traces for judged in trace.judged]
    lost = next((row.piece.message for row in judged if row.lost), None)
    missing = next((str(row.piece.missing) for row in judged if row.piece.missing is not None), None)
    return lost or missing or "no way is left"
