"""Limits of parameters: allowed values, lengths, numbers and patterns.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html#parameters-section-structure-properties
"""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from yaml import MappingNode, Node, SequenceNode

from skerry.sources.cloudformation.scalars import NumberFormat, plain_text
from skerry.sources.cloudformation.template import child_of, text_of
from skerry.sources.cloudformation.values import Value

OTHER_VALUE: Final = "a-value-of-its-own"
"""In place of all values that no condition names: it keeps within every limit but the allowed values."""
_MOST_STEPS: Final = 1_000_000
_LONGEST: Final = 200
_MOST_BITS: Final = 20
_SET: Final = re.compile(r"\^?(?!\])(?:[^\[\]\\&]|\\[^a-zA-Z0-9]|\\[dDwWsStnrf]|&(?!&))*\]")
_QUANTIFIER: Final = re.compile(r"([*+?]|\{(\d{1,4})(,)?(\d{1,4})?\})\??")
_SIMPLE_ESCAPES: Final = frozenset("dDwWsSbBtnrf")


def breaches(name: str, declaration: MappingNode, value: Value) -> Iterator[str]:
    """Yield the limits that the value of a parameter breaks, beyond the allowed values."""
    for text in _texts(value):
        if text != OTHER_VALUE:
            yield from (f"the parameter {name} {reason}, not {text[:60]!r}" for reason in _breaches(declaration, text))


def _texts(value: Value) -> list[str]:
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)]


def rejections(name: str, declaration: MappingNode, value: Value) -> Iterator[str]:
    """Yield the values of a parameter that are not among the allowed ones."""
    allowed = child_of(declaration, "AllowedValues")
    if not isinstance(allowed, SequenceNode):
        return
    values = [text for item in allowed.value if (text := _allowed(item)) is not None]
    for text in _texts(value):
        if text not in values and len(values) == len(allowed.value):
            yield f"the parameter {name} does not allow {text[:60]!r}: it takes {', '.join(values)[:200]}"


def _breaches(declaration: MappingNode, text: str) -> Iterator[str]:
    """Yield the limits that a value breaks. Other limits than numbers and simple patterns are not checked."""
    kind = text_of(child_of(declaration, "Type")) or "String"
    if kind in {"Number", "List<Number>"}:
        number = _number(text)
        if number is None:
            yield "takes a number"
            return
        yield from _outside(declaration, number, "Value", "")
    elif kind == "String":
        yield from _outside(declaration, Decimal(len(text)), "Length", " characters")
    pattern = text_of(child_of(declaration, "AllowedPattern"))
    if kind in {"String", "CommaDelimitedList"} and pattern is not None and _matches(pattern, text) is False:
        yield f"takes texts like {pattern[:120]}"


def _outside(declaration: MappingNode, number: Decimal, name: str, unit: str) -> Iterator[str]:
    least, most = (_number(text_of(child_of(declaration, f"{end}{name}")) or "") for end in ("Min", "Max"))
    if least is not None and number < least:
        yield f"takes at least {least}{unit}"
    if most is not None and number > most:
        yield f"takes at most {most}{unit}"


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _allowed(node: Node) -> str | None:
    source = text_of(node)
    if source is None or node.tag != "plain":
        return source
    try:
        return plain_text(source)
    except NumberFormat:
        return None


def allowed_texts(declaration: MappingNode) -> frozenset[str] | None:
    """Return the values that a parameter allows; None if it allows any."""
    allowed = child_of(declaration, "AllowedValues")
    if not isinstance(allowed, SequenceNode):
        return None
    texts = [_allowed(item) for item in allowed.value]
    return None if None in texts else frozenset(text for text in texts if text is not None)


# ------------------------------------------------------------------------------------------------------------ patterns


def _matches(pattern: str, text: str) -> bool | None:
    """Return whether a whole text matches a pattern; None for a pattern that Java reads otherwise, or a slow one.

    https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html
    """
    try:
        steps = _Steps(pattern, len(text)).all() if len(text) <= _LONGEST else None
        if steps is None or steps > _MOST_STEPS:
            return None
        return re.fullmatch(pattern, text, re.ASCII) is not None
    except (re.error, IndexError, ValueError, RecursionError):
        return None


class _Steps:
    """The ways in which a pattern can match, an upper bound; None for a part without a bound, or of Java's own."""

    def __init__(self, pattern: str, length: int) -> None:
        self._pattern = pattern
        self._length = length
        self._at = 0

    def all(self) -> int | None:
        """Return the steps of the whole pattern."""
        steps = self._alternatives()
        return steps if self._at == len(self._pattern) else None

    def _alternatives(self) -> int | None:
        total, steps = 0, 1
        while self._at < len(self._pattern) and self._pattern[self._at] != ")":
            if self._pattern[self._at] == "|":
                self._at += 1
                total, steps = total + steps, 1
                continue
            part = self._repeated(self._atom())
            if part is None or steps * part > _MOST_STEPS:
                return None
            steps *= part
        return total + steps

    def _atom(self) -> int | None:
        sign = self._pattern[self._at]
        self._at += 1
        if sign == "\\":
            escaped = self._pattern[self._at]
            self._at += 1
            return None if escaped.isalnum() and escaped not in _SIMPLE_ESCAPES else 1
        if sign == "[":
            return self._set()
        if sign != "(":
            return None if sign in "*+?{" else 1
        if self._pattern.startswith("?:", self._at):
            self._at += 2
        elif self._pattern[self._at] == "?":
            return None
        steps = self._alternatives()
        self._at += 1
        return steps

    def _set(self) -> int | None:
        """Pass a set of characters; None for one in another."""
        end = _SET.match(self._pattern, self._at)
        if end is None:
            return None
        self._at = end.end()
        return 1

    def _repeated(self, steps: int | None) -> int | None:
        """Return the steps of a part with its quantifier."""
        quantifier = _QUANTIFIER.match(self._pattern, self._at)
        if steps is None or quantifier is None:
            return steps
        self._at = quantifier.end()
        if self._pattern[self._at : self._at + 1] == "+":
            return None
        sign, least, comma, most = quantifier.groups()
        if sign in {"*", "+"} or (comma and most is None):
            return self._length + 1 if steps == 1 else None
        if sign == "?":
            return 1 + steps
        times = int(most or least)
        return steps**times * (times - int(least) + 1) if times * (steps.bit_length() - 1) <= _MOST_BITS else None
