"""Values of templates: every scalar is text, and a part that the input does not tell is symbolic.

CloudFormation converts scalars between text, numbers and booleans as a property needs them. So a value keeps the text.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

import msgspec


class Unresolved(msgspec.Struct, frozen=True):
    """A value that the input does not tell; equal to every other value of the same expression.

    ``reason``: why, in words for the user. ``expression`` names parameters, stacks and functions, and never a secret.
    """

    expression: str
    reason: str


class Identifier(Unresolved, frozen=True):
    """An unresolved text of letters, digits and hyphens: a Region, an account, the id of a resource of EC2."""


class ZoneOfList(Identifier, frozen=True):
    """An element of the list of Fn::GetAZs; ``region`` is empty where the Region is not known."""

    region: str
    index: int


class ZoneList(Unresolved, frozen=True):
    """The list of Fn::GetAZs: its length and its order belong to the account."""

    region: str


class JoinedList(Unresolved, frozen=True):
    """The text that joins the elements of an unresolved list."""

    delimiter: str
    items: Unresolved


class AttributeReference(msgspec.Struct, frozen=True):
    """An attribute of a resource, known only after deployment; ``attribute`` is "Ref" for the value of Ref."""

    stack: str
    logical_id: str
    attribute: str

    @property
    def expression(self) -> str:
        """The attribute with its stack, for comparison."""
        return f"{self.stack}.{self.logical_id}.{self.attribute}"

    @property
    def reason(self) -> str:
        """Return why the value is not known."""
        return f"{self.logical_id}.{self.attribute} is known only after deployment"


Symbol: TypeAlias = Unresolved | AttributeReference


class PartialText(msgspec.Struct, frozen=True):
    """A text with at least one symbolic piece; no two pieces of text are neighbours."""

    pieces: tuple[str | Symbol, ...]

    @property
    def expression(self) -> str:
        """The text with each symbolic piece as an expression in braces."""
        return "".join(piece if isinstance(piece, str) else f"${{{piece.expression}}}" for piece in self.pieces)

    @property
    def reason(self) -> str:
        """Return why the first symbolic piece is not known."""
        return next(piece.reason for piece in self.pieces if not isinstance(piece, str))


Symbolic: TypeAlias = Symbol | PartialText
Value: TypeAlias = str | Symbolic | list["Value"] | dict[str, "Value"]
SYMBOLIC: Final = (Unresolved, AttributeReference, PartialText)


class NoValue:
    """The mark of AWS::NoValue: its key or element is left out."""

    def __repr__(self) -> str:
        """Return the name of the pseudo parameter."""
        return "AWS::NoValue"


NO_VALUE: Final = NoValue()


class SourcePosition(msgspec.Struct, frozen=True, order=True):
    """A character of a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        """Return the position as compilers write it."""
        return f"{self.file}:{self.line}:{self.column}"


class Remark(msgspec.Struct, frozen=True):
    """A sentence about a template; ``position`` is None for one about an argument of the call."""

    position: SourcePosition | None
    text: str

    def __str__(self) -> str:
        """Return the text after its position."""
        return self.text if self.position is None else f"{self.position}: {self.text}"


def is_resolved(value: Value) -> bool:
    """Return whether no part of a value is symbolic."""
    if isinstance(value, str):
        return True
    if isinstance(value, dict):
        return all(map(is_resolved, value.values()))
    return all(map(is_resolved, value)) if isinstance(value, list) else False


def reason_of(value: Value) -> str:
    """Return why a value is not resolved: the reason of its first symbolic part; empty for a resolved value."""
    if isinstance(value, SYMBOLIC):
        return value.reason
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(reason_of, parts)), "")


def expression_of(value: Value | NoValue) -> str:
    """Return an expression that only equal values share."""
    if isinstance(value, SYMBOLIC):
        return value.expression
    if isinstance(value, list):
        return f"[{', '.join(map(expression_of, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {expression_of(item)}' for key, item in value.items())}}}"
    return repr(value)


_LONGEST_EXPRESSION: Final = 2_000


def shorten(expression: str) -> str:
    """Return an expression of bounded length; a long one ends in a digest of the whole."""
    if len(expression) <= _LONGEST_EXPRESSION:
        return expression
    digest = hashlib.sha256(expression.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{expression[:200]}… {digest}"


def join_texts(pieces: Iterable[Value]) -> str | Symbolic:
    """Return pieces as one text; a single piece stays what it is, and a list or a mapping makes no text."""
    joined: list[str | Symbol] = []
    for piece in pieces:
        if isinstance(piece, list | dict):
            return Unresolved(shorten(f"text {expression_of(piece)}"), "a list or a mapping stands for a text")
        for part in piece.pieces if isinstance(piece, PartialText) else (piece,):
            if isinstance(part, str) and joined and isinstance(joined[-1], str):
                joined[-1] += part
            elif part:
                joined.append(part)
    if len(joined) > 1:
        return PartialText(tuple(joined))
    return joined[0] if joined else ""


def unresolved_function(name: str, arguments: Sequence[Value] | Mapping[str, Value], reason: str = "") -> Unresolved:
    """Return the unresolved value of a function; equal arguments make equal values."""
    values = dict(arguments) if isinstance(arguments, Mapping) else list(arguments)
    return Unresolved(shorten(f"{name} {expression_of(values)}"), reason or reason_of(values))
