"""The fingerprint of a plan: the existing objects on the proof's walks, with a digest of the values that decided.

Whoever carries out a plan reads the account again, and walks it in the same way: an object with another digest is not
the one that the plan was proven with. A value that decided nothing, such as a tag or a description, is in no digest,
nor is the order of AWS's lists.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, get_args

import msgspec

from skerry.model.world import World
from skerry.plan.changes import Attribute, Change, SetVpcAttribute, is_new, resource_of
from skerry.plan.records import CrossedObject, Fingerprint
from skerry.plan.scope import Scope
from skerry.plan.world_after import apply_changes
from skerry.reach.trace import Hop, Piece, Trace

_PLATFORM = "fargate"  # a platform version is no object of the account
_RECORD = "record"
"""The kind of an object with a digest of its whole record: a change starts from it."""
_INERT = {"Tags", "Description", "LastError"}
_LONG = {"PolicyDocument"}
_PERMISSIONS = {"IpPermissions", "IpPermissionsEgress"}


class _Crossing(NamedTuple):
    kind: str
    resource: str
    value: str


def fingerprint_of(world: World, scope: Scope, changes: Iterable[Change]) -> Fingerprint:
    """Return the fingerprint of a World: its walks before and after these changes, and the changed records."""
    ordered = tuple(changes)
    crossings = {*_crossings(world, scope), *_crossings(apply_changes(world, ordered), scope)}
    objects = _joined((*crossings, *_changed_records(world, ordered)))
    return Fingerprint(_digest([[crossed.resource, crossed.kind, crossed.digest] for crossed in objects]), objects)


def records_of(world: World, changes: Iterable[Change]) -> tuple[CrossedObject, ...]:
    """Return the part of a fingerprint that changes start from: the present records of the changed resources."""
    return _joined(_changed_records(world, changes))


def is_record(crossed: CrossedObject) -> bool:
    """Tell whether an object of a fingerprint is a record that a change starts from, not a hop of a walk."""
    return crossed.kind == _RECORD or crossed.kind in get_args(Attribute)


def _joined(crossings: Iterable[_Crossing]) -> tuple[CrossedObject, ...]:
    values: dict[tuple[str, str], set[str]] = {}
    for crossing in crossings:
        values.setdefault((crossing.resource, crossing.kind), set()).add(crossing.value)
    return tuple(_crossed(resource, kind, values[resource, kind]) for resource, kind in sorted(values))


def _crossed(resource: str, kind: str, values: set[str]) -> CrossedObject:
    ordered = tuple(sorted(values))
    return CrossedObject(resource, kind, _digest(ordered), ordered)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, separators=(",", ":")).encode()).hexdigest()


def _crossings(world: World, scope: Scope) -> Iterator[_Crossing]:
    for outcome in scope.outcomes(world):
        for trace in outcome.traces:
            for hop in _hops(trace):
                if hop.kind != _PLATFORM and hop.resource and not is_new(hop.resource):
                    yield _Crossing(hop.kind, hop.resource, _value_of(hop))


def _hops(trace: Trace) -> Iterator[Hop]:
    for segment in trace.segments():
        yield from segment.hops


def _value_of(hop: Hop) -> str:
    """Return the decision of a hop: its rule, and the pieces that it loses or leaves undecided.

    The rule of a subnet counts its free addresses, which change with each task: a subnet without any has a piece.
    """
    pieces = sorted(_name_of(piece) for piece in (*hop.lost, *hop.undecided))
    rule = "room for the task" if hop.kind == "subnet" else hop.rule or "no rule"
    return "; ".join([f"{hop.leg} {hop.direction}: {rule}", *pieces])


def _name_of(piece: Piece) -> str:
    return f"{piece.code} at {piece.resource or 'no resource'} by {piece.rule or 'no rule'}"


def _changed_records(world: World, changes: Iterable[Change]) -> Iterator[_Crossing]:
    """Yield the present records of changed resources, value by value."""
    for change in changes:
        resource = resource_of(change)
        if isinstance(change, SetVpcAttribute):
            value = str(world.dns_attribute_of(change.vpc_id, change.attribute))
            yield _Crossing(change.attribute, resource, value)
        elif (record := _record_of(world, resource)) is not None:
            yield from (_Crossing(_RECORD, resource, value) for value in list_values(record))


def _record_of(world: World, resource: str) -> msgspec.Struct | None:
    kinds = (world.security_groups, world.network_acls, world.vpc_endpoints, world.route_tables)
    return next((kind[resource] for kind in kinds if resource in kind), None)


def list_values(record: msgspec.Struct) -> tuple[str, ...]:
    """Return the values of a record that may decide: one for each member of a list, and one for each peer of a rule."""
    content = _without_empty(msgspec.json.decode(msgspec.json.encode(record, enc_hook=str)))
    return tuple(sorted(value for key in content for value in _values_under(key, content[key])))


def _without_empty(value: Any) -> Any:  # noqa: ANN401 -- a part of AWS's answer
    """Return a value without keys that have none, and without tags and descriptions."""
    if isinstance(value, list):
        return [_without_empty(member) for member in value]
    if not isinstance(value, dict):
        return value
    return {key: _without_empty(member) for key, member in value.items() if member is not None and key not in _INERT}


def _values_under(key: str, value: Any) -> Iterator[str]:  # noqa: ANN401 -- a part of AWS's answer
    if key in _LONG and value:
        yield f"{key}: SHA-256 {_digest(value)}"
    elif not isinstance(value, list):
        yield f"{key}: {_spell(value)}"
    elif not value:
        yield f"{key}: none"
    for member in value if isinstance(value, list) else ():
        if key in _PERMISSIONS:
            yield from (f"{key}: {row}" for row in _rules_of(member))
        else:
            yield f"{key}: {_spell(member)}"


def _rules_of(permission: dict[str, Any]) -> Iterator[str]:
    """Yield the rules of one protocol and port range, one for each peer: AWS joins them as it likes."""
    traffic = {key: value for key, value in permission.items() if not isinstance(value, list)}
    for key, peers in permission.items():
        yield from (_spell(traffic | {key: peer}) for peer in (peers if isinstance(peers, list) else ()))


def _spell(value: object) -> str:
    return json.dumps(value, sort_keys=True)
