"""Repair of JSON that parsers treat differently: repeated keys, NaN, lone surrogates.

Each such value is replaced by a mark that fits no record: the record counts as lost, and the rest is read.
https://www.rfc-editor.org/rfc/rfc8259#section-4
"""

import json
from typing import Any, TypeAlias

import msgspec

from skerry.errors import InputError

Node: TypeAlias = Any
"""A value of JSON."""

_MARK = "skerry: unreadable value"
_MOST_DIGITS = 400


def has_repeated_keys(content: bytes) -> bool:
    """Return whether an object in a JSON text has a key twice.

    A text that decoding and encoding leave unchanged has none; other texts are read key by key. Raises an error of
    `UNREADABLE` if the text is no JSON.
    """
    if msgspec.json.encode(msgspec.json.decode(content)) == msgspec.json.format(content, indent=-1):
        return False
    repeated = False

    def note(pairs: list[tuple[str, Node]]) -> dict[str, Node]:
        nonlocal repeated
        members = dict(pairs)
        repeated |= len(members) < len(pairs)
        return members

    json.loads(content, object_pairs_hook=note)
    return repeated


def repair(name: str, content: bytes) -> bytes:
    """Return a document with a mark in place of each value outside the JSON standard.

    Raises `InputError` if the document is no JSON at all.
    """
    try:
        document = json.loads(content, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer)
        return msgspec.json.encode(document)
    except RecursionError as error:
        message = f"{name} is nested too deeply to be an answer of AWS"
        raise InputError(message, "Save the answer again.") from error
    except (ValueError, msgspec.MsgspecError) as error:
        message = f"{name} is no JSON: {_place(error)}"
        raise InputError(message, "Save the answer again, as JSON and complete.") from error


def _object(pairs: list[tuple[str, Node]]) -> dict[str, Node]:
    members: dict[str, Node] = {}
    for key, value in pairs:
        members[_text(key)] = [_MARK] if key in members else _plain(value)
    return members


def _plain(value: Node) -> Node:
    match value:
        case str():
            return value if _is_text(value) else [_MARK]
        case list():
            return [_plain(item) for item in value]
        case _:
            return value


def _constant(_name: str) -> Node:
    return [_MARK]


def _integer(digits: str) -> Node:
    return int(digits) if len(digits) <= _MOST_DIGITS else [_MARK]


def _text(key: str) -> str:
    return key if _is_text(key) else _MARK


def _is_text(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _place(error: Exception) -> str:
    """Return the position of a JSON error, without any content of the document."""
    if isinstance(error, json.JSONDecodeError):
        return f"line {error.lineno}, column {error.colno}"
    return type(error).__name__
