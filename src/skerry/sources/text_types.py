"""Decoding of texts with a parsed value: CIDR blocks, addresses, DNS names and ARNs."""

from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from skerry.net.parsed_text import ParsedText

_CACHED_TEXTS = 65_536

Value: TypeAlias = Any
"""A value of a field, of any type."""


def parse_value(kind: type, value: Value) -> ParsedText:
    """Parse a text of a type that msgspec does not know; raises `ValueError` if it is invalid."""
    assert issubclass(kind, ParsedText)  # noqa: S101 -- records have no other types of their own
    if kind.may_be_secret:
        # One of another type is no public value either, and its record stays valid.
        return kind(value if isinstance(value, str) else "")
    try:
        text = msgspec.convert(value, str)
    except msgspec.ValidationError as error:
        raise ValueError(str(error)) from error
    return _parse_text(kind, text)


def forget_texts() -> None:
    """Forget the parsed texts: they are shared within one reading, and the cache takes more memory than they do."""
    _parse_text.cache_clear()


@lru_cache(maxsize=_CACHED_TEXTS)
def _parse_text(kind: type[ParsedText], text: str) -> ParsedText:
    try:
        return kind(text)
    except ValueError as error:
        raise ValueError(f" is no {kind.form}") from error
