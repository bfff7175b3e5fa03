"""The fingerprint of a plan: the existing objects on the proof's walks, with a digest of the values that decided.

Whoever carries out a plan reads the account again, and walks it in the same way: an object with another digest is not
the one that the plan was proven with. A value that decided nothing, such as a tag, is in no digest.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec

from skerry.model.world import World
from skerry.plan.changes import Change, SetVpcAttribute, is_new, resource_of
from skerry.plan.records import CrossedObject, Fingerprint
from skerry.plan.scope import Scope
from skerry.plan.world_after import apply_changes
from skerry.reach.trace import Hop, Piece, Trace

_PLATFORM = "fargate"  # a platform version is no object of the account
_RECORD = "record"
"""The kind of an object with a digest of its whole record: a change starts from it."""


class _Crossing(NamedTuple):
    kind: str
    resource: str
    value: str


def fingerprint_of(world: World, scope: Scope, changes: Iterable[Change]) -> Fingerprint:
    """Return the fingerprint of a World: its walks before and after these changes, and the changed records."""
    ordered = tuple(changes)
    crossings = {*_crossings(world, scope), *_crossings(apply_changes(world, ordered), scope)}
    values: dict[tuple[str, str], set[str]] = {}
    for crossing in (*crossings, *_changed_records(world, ordered)):
        values.setdefault((crossing.resource, crossing.kind), set()).add(crossing.value)
    objects = tuple(CrossedObject(resource, kind, _digest(sorted(rows))) for (resource, kind), rows in values.items())
    objects = tuple(sorted(objects, key=lambda crossed: (crossed.resource, crossed.kind)))
    return Fingerprint(_digest([[crossed.resource, crossed.kind, crossed.digest] for crossed in objects]), objects)


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
    """Return the decision of a hop: its rule, and the pieces that it loses or leaves undecided."""
    pieces = [_name_of(piece) for piece in (*hop.lost, *hop.undecided)]
    return json.dumps([hop.leg, hop.direction, hop.rule, sorted(pieces)])


def _name_of(piece: Piece) -> str:
    return json.dumps([piece.code, piece.resource, piece.rule])


def _changed_records(world: World, changes: Iterable[Change]) -> Iterator[_Crossing]:
    """Yield the present records of changed resources."""
    for change in changes:
        resource = resource_of(change)
        if isinstance(change, SetVpcAttribute):
            value = str(world.dns_attribute_of(change.vpc_id, change.attribute))
            yield _Crossing(change.attribute, resource, value)
        elif (record := _record_of(world, resource)) is not None:
            yield _Crossing(_RECORD, resource, _written(record))


def _record_of(world: World, resource: str) -> msgspec.Struct | None:
    kinds = (world.security_groups, world.network_acls, world.vpc_endpoints, world.route_tables)
    return next((kind[resource] for kind in kinds if resource in kind), None)


def _written(record: msgspec.Struct) -> str:
    """Write a record without its tags, which decide nothing."""
    content: dict[str, Any] = msgspec.to_builtins(record, enc_hook=str)
    content.pop("Tags", None)
    return json.dumps(content, sort_keys=True)
