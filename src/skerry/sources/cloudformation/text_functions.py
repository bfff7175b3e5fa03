"""Functions of text and lists, on values.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import re
from typing import Final

from skerry.sources.cloudformation.values import (
    Identifier,
    JoinedList,
    PartialText,
    Symbol,
    Symbolic,
    Unresolved,
    Value,
    ZoneList,
    ZoneOfList,
    expression_of,
    is_resolved,
    join_texts,
    shorten,
    unresolved_function,
)


class FunctionError(Exception):
    """Arguments with which CloudFormation refuses a template."""


def join(delimiter: str, values: Value) -> str | Symbolic:
    """Return the elements of a list as one text."""
    if isinstance(values, Unresolved):
        return JoinedList(shorten(f"Fn::Join {delimiter!r} {values.expression}"), values.reason, delimiter, values)
    if isinstance(values, str | dict) or not isinstance(values, list):
        raise FunctionError("Fn::Join takes a list of texts")
    pieces: list[str | Symbolic] = []
    for index, item in enumerate(values):
        if isinstance(item, list | dict):
            raise FunctionError("Fn::Join takes a list of texts")
        pieces += [delimiter, item] if index else [item]
    return bounded(join_texts(pieces))


_LONGEST_TEXT: Final = 1_048_576


def bounded(text: str | Symbolic) -> str | Symbolic:
    """Return a text; raise FunctionError for one that is longer than any template."""
    pieces = text.pieces if isinstance(text, PartialText) else (text,)
    if sum(len(piece) if isinstance(piece, str) else 1 for piece in pieces) > _LONGEST_TEXT:
        raise FunctionError(f"a text of more than {_LONGEST_TEXT:,} characters")
    return text


def split(delimiter: str, text: Value) -> Value:
    """Return the parts of a text between the delimiters; unresolved if a symbolic part may contain a delimiter."""
    if isinstance(text, str):
        return list(text.split(delimiter)) if delimiter else _no_delimiter()
    if isinstance(text, JoinedList) and text.delimiter == delimiter:
        return text.items
    if isinstance(text, PartialText) and all(_is_free_of(piece, delimiter) for piece in text.pieces):
        return _split_pieces(delimiter, text.pieces)
    if isinstance(text, Identifier) and _is_free_of(text, delimiter):
        return [text]
    if isinstance(text, list | dict):
        raise FunctionError("Fn::Split takes a text")
    return unresolved_function("Fn::Split", [delimiter, text])


def _no_delimiter() -> Value:
    raise FunctionError("Fn::Split takes a delimiter")


def _is_free_of(piece: str | Symbol, delimiter: str) -> bool:
    """Return whether no delimiter can begin or end inside a symbolic piece."""
    return isinstance(piece, str) or (
        isinstance(piece, Identifier) and len(delimiter) == 1 and not delimiter.isalnum() and delimiter != "-"
    )


def _split_pieces(delimiter: str, pieces: tuple[str | Symbol, ...]) -> list[Value]:
    parts: list[list[str | Symbolic]] = [[]]
    for piece in pieces:
        first, *others = piece.split(delimiter) if isinstance(piece, str) else [piece]
        parts[-1].append(first)
        parts += [[other] for other in others]
    return [join_texts(part) for part in parts]


def select(index: Value, values: Value) -> Value:
    """Return the element of a list at an index."""
    if isinstance(values, str | dict):
        raise FunctionError("Fn::Select takes a list")
    if not isinstance(index, str):
        return unresolved_function("Fn::Select", [index, values])
    if not index.isdecimal():
        raise FunctionError(f"{index[:40]} is no index of Fn::Select, which counts from 0")
    if isinstance(values, ZoneList):
        return ZoneOfList(
            f"zone {int(index)} of {values.region or 'the Region'}", values.reason, values.region, int(index)
        )
    if not isinstance(values, list):
        return Unresolved(shorten(f"{values.expression}[{int(index)}]"), values.reason)
    if int(index) >= len(values):
        raise FunctionError(f"Fn::Select takes element {int(index)} of a list of {len(values)}")
    return values[int(index)]


def length(values: Value) -> Value:
    """Return the number of elements of a list."""
    if isinstance(values, list):
        return str(len(values))
    if isinstance(values, str | dict):
        raise FunctionError("Fn::Length takes a list")
    return unresolved_function("Fn::Length", [values])


VARIABLE: Final = re.compile(r"\$\{([^{}]*)\}")
"""A variable of Fn::Sub, and its literal form with an exclamation mark."""

_DYNAMIC: Final = re.compile(r"\{\{resolve:([a-z-]+):([^{}]*)\}\}")


def resolve_dynamic(value: str | Symbolic) -> str | Symbolic:
    """Return a text with each dynamic reference as a symbol; only the service and the name are kept.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
    """
    if not isinstance(value, str):
        if "{{resolve:" in expression_of(value):
            return Unresolved(f"dynamic reference {value.expression}", "a dynamic reference is read at deployment")
        return value
    pieces: list[str | Symbolic] = []
    end = 0
    for match in _DYNAMIC.finditer(value):
        reason = f"{match[1]} {match[2]} is read at deployment"
        pieces += [value[end : match.start()], Unresolved(f"{{{{resolve:{match[1]}:{match[2]}}}}}", reason)]
        end = match.end()
    return join_texts([*pieces, value[end:]])


def equals(first: Value, second: Value) -> bool | None:
    """Return whether two values are equal; None if that is not known."""
    if first == second:
        return True
    if is_resolved(first) and is_resolved(second):
        return False
    if isinstance(first, str):
        first, second = second, first
    if isinstance(first, PartialText) and isinstance(second, str) and not _may_match(first, second):
        return False
    return None


def _may_match(partial: PartialText, text: str) -> bool:
    """Return whether a text has the literal pieces of a partial one in their order."""
    first, *others = partial.pieces
    start = 0
    if isinstance(first, str):
        if not text.startswith(first):
            return False
        start = len(first)
    end = len(text)
    if isinstance(last := others[-1], str):
        if not text.endswith(last):
            return False
        end -= len(last)
        others.pop()
    for piece in others:
        if isinstance(piece, str):
            place = text.find(piece, start, max(start, end))
            if place < 0:
                return False
            start = place + len(piece)
    return start <= end
