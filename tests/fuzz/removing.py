"""Removing facts from a network: what AWS always prints and is absent is not known, so no verdict may become surer."""

import random
import types
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec

from skerry.model.record_kinds import KINDS
from tests.forgetting import JUDGED, UNEXAMINED
from tests.fuzz.rows import Rows

KEPT = JUDGED | UNEXAMINED
# Where the mode of Block Public Access was not read, it is listed as unexamined.
UNEXAMINED_FIELDS = {"InternetGatewayBlockMode"}
RECORDS = {kind.key: kind.record for kind in KINDS if kind.key not in KEPT}


@cache
def _hints(record: type[msgspec.Struct]) -> dict[str, Any]:
    return typing.get_type_hints(record)


def _records(hint: Any) -> Iterator[type[msgspec.Struct]]:
    """Yield the records in a type, such as the one in ``tuple[Route, ...] | UnsetType``."""
    if isinstance(hint, type) and not isinstance(hint, types.GenericAlias):
        if issubclass(hint, msgspec.Struct):
            yield hint
        return
    for part in typing.get_args(hint):
        yield from _records(part)


def facts(record: type[msgspec.Struct], row: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield the keys of a row that AWS always prints: the object that holds each, and the key."""
    for item in row if isinstance(row, list) else ():
        yield from facts(record, item)
    if not isinstance(row, dict):
        return
    for field in msgspec.structs.fields(record):
        name = field.encode_name
        if name not in row:
            continue
        if field.default is msgspec.UNSET and name not in UNEXAMINED_FIELDS:
            yield row, name
        for inner in _records(_hints(record)[field.name]):
            yield from facts(inner, row[name])


def remove(rows: Rows, draw: random.Random) -> str:
    """Remove a whole kind, make a row unreadable, or remove fields that AWS always prints; return how."""
    kinds = [key for key in rows if key in RECORDS]
    how = draw.random()
    if not kinds:
        return "nothing"
    key = draw.choice(kinds)
    if how < 0.2 and len(rows.keys() - JUDGED) > 1:
        del rows[key]
        return "whole kind"
    if how < 0.4 and rows[key] and key != "VpcAttributes":
        rows[key][draw.randrange(len(rows[key]))] = 7
        return "unreadable row"
    known = [fact for key in kinds for fact in facts(RECORDS[key], rows[key])]
    for node, name in draw.sample(known, min(len(known), draw.choice([1, 1, 2, 5]))):
        node.pop(name, None)
    return "fields"
