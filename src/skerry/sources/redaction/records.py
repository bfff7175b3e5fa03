"""Allow-lists of documents, derived from the types of their records.

A field of a record is kept by construction, and everything else is omitted. A value of a wrong type keeps a wrong
type, so an unreadable row does not become readable.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from msgspec import Raw, inspect

from skerry.masking import Node
from skerry.model.iam import Role
from skerry.model.record import Tag
from skerry.sources.redaction.pseudonyms import Pseudonyms
from skerry.sources.redaction.values import OMITTED, RULES, RedactionRule, keep_tag, make_unreadable

Keep: TypeAlias = Callable[[Node, Pseudonyms], Node]
"""A function that returns the kept part of a value."""


@cache
def keep_record(kind: Any) -> Keep:  # noqa: ANN401 -- the type of a record
    """Return a function that keeps only the fields of a record; of tags, only names keep their values."""
    return _struct(kind, {"value": keep_tag} if kind is Tag else {})


def _struct(kind: Any, rules: dict[str, RedactionRule]) -> Keep:  # noqa: ANN401 -- the type of a record
    table = {
        field.encode_name: rules.get(field.name) or RULES.get((kind, field.name)) or _plain(_of(kind, field.type))
        for field in _info(kind).fields
    }

    def keep(node: Node, people: Pseudonyms) -> Node:
        if not isinstance(node, dict):
            return make_unreadable(node)
        kept = {key: table[key](value, node, people) for key, value in node.items() if key in table}
        return {key: value for key, value in kept.items() if value is not OMITTED}

    return keep


def _info(kind: Any) -> inspect.StructType:  # noqa: ANN401 -- the type of a record
    struct = inspect.type_info(kind)
    assert isinstance(struct, inspect.StructType)  # noqa: S101 -- a record
    return struct


def keep_rows(item: Keep) -> Keep:
    """Return a function that keeps each row of a list."""

    def keep(node: Node, people: Pseudonyms) -> Node:
        return [item(row, people) for row in node] if isinstance(node, list) else make_unreadable(node)

    return keep


def keep_one_or_rows(item: Keep) -> Keep:
    """Return a function that keeps a row, or each row of a list."""
    several = keep_rows(item)

    def keep(node: Node, people: Pseudonyms) -> Node:
        return several(node, people) if isinstance(node, list) else item(node, people)

    return keep


def keep_text(node: Node, people: Pseudonyms) -> Node:
    """Keep a text."""
    return people.replace_all(node) if isinstance(node, str) else make_unreadable(node)


def _plain(keep: Keep) -> RedactionRule:
    return lambda node, _row, people: keep(node, people)


def _of(kind: Any, field: inspect.Type) -> Keep:  # noqa: ANN401 -- the type of a record
    """Return a function that keeps a field's value. Tags of roles keep their values: policies compare them."""
    match field:
        case inspect.Metadata():
            return _of(kind, field.type)
        case inspect.StructType():
            return _struct(Tag, {}) if kind is Role and field.cls is Tag else keep_record(field.cls)
        case inspect.VarTupleType():
            return keep_rows(_of(kind, field.item_type))
        case inspect.DictType():
            return _mapping(_of(kind, field.value_type))
        case inspect.UnionType():
            return _either([_of(kind, member) for member in field.types], tuple(map(_bare, field.types)))
        case inspect.StrType() | inspect.CustomType():
            return keep_text
        case inspect.IntType() | inspect.FloatType():
            return _number
        case inspect.BoolType():
            return _boolean
        case inspect.NoneType():
            return _null
        case _:
            raise TypeError(f"no rule for {field} of {kind}")


def _bare(field: inspect.Type) -> inspect.Type:
    """Return a type without the required form of its values."""
    return field.type if isinstance(field, inspect.Metadata) else field


def _mapping(value: Keep) -> Keep:
    def keep(node: Node, people: Pseudonyms) -> Node:
        if not isinstance(node, dict):
            return make_unreadable(node)
        return {people.replace_all(key): value(item, people) for key, item in node.items()}

    return keep


def _number(node: Node, _people: Pseudonyms) -> Node:
    return node if isinstance(node, int | Raw) and not isinstance(node, bool) else make_unreadable(node)


def _boolean(node: Node, _people: Pseudonyms) -> Node:
    return node if isinstance(node, bool) else make_unreadable(node)


def _null(node: Node, _people: Pseudonyms) -> Node:
    return make_unreadable(node)


_JSON: dict[type, tuple[type[inspect.Type], ...]] = {
    str: (inspect.StrType, inspect.CustomType),
    dict: (inspect.StructType, inspect.DictType),
    list: (inspect.VarTupleType,),
    bool: (inspect.BoolType,),
    int: (inspect.IntType, inspect.FloatType),
    Raw: (inspect.FloatType, inspect.IntType),
}


def _either(keeps: list[Keep], kinds: tuple[inspect.Type, ...]) -> Keep:
    """Return a function that keeps a value by the matching member of a union."""
    table = {
        python: next((keep for keep, kind in zip(keeps, kinds, strict=True) if isinstance(kind, member_type)), None)
        for python, member_type in _JSON.items()
    }

    def keep(node: Node, people: Pseudonyms) -> Node:
        keep_member = table.get(type(node))
        return make_unreadable(node) if keep_member is None else keep_member(node, people)

    return keep
