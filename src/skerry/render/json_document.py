"""JSON documents: how every one of them is written, with secrets masked."""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias

import msgspec

from skerry.masking import mask_json
from skerry.model.origins import Origin
from skerry.net.parsed_text import ParsedText

# Characters to escape in addition to those of JSON.
_UNUSUAL = re.compile(r"[^\n -~]")


Document: TypeAlias = msgspec.Struct | Sequence[msgspec.Struct]
"""A document is an object, or a list of them."""


class OriginOut(msgspec.Struct, frozen=True):
    """The place where a resource is written; ``kind`` is the most precise part that is known."""

    kind: str
    arn: str
    document: str | None
    address: str | None
    file: str | None
    line: int | None
    column: int | None


def encode_origin(origin: Origin | None) -> OriginOut | None:
    """Return an origin for a document; None if it is unknown."""
    if origin is None:
        return None
    parts = {"address": origin.address, "arn": origin.arn, "file": origin.file, "document": origin.document}
    kind = next(name for name, part in parts.items() if part is not None)
    return OriginOut(kind, origin.arn or "", origin.document, origin.address, origin.file, origin.line, origin.column)


def format_time(time: datetime) -> str:
    """Return a time in UTC, to the second, in the form of ISO 8601."""
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def write(document: Document, **rows: Iterable[msgspec.Struct]) -> str:
    """Write a document: secrets are masked, and what a terminal would act on is escaped.

    ``rows`` are long lists by their names, empty ones in the document: each row is written before the next one is
    made, as the rows of a large account and copies of their text take gigabytes.
    """
    masked_texts: dict[str, str] = {}
    content = _write(document, masked_texts, b"\n") + b"\n"
    for name, listed in rows.items():
        texts = (_write(row, masked_texts, b"\n    ") for row in listed)
        content = _with_rows(content, name, texts)
    return content.decode()


def _with_rows(content: bytes, name: str, rows: Iterable[bytes]) -> bytes:
    """Return a written document with rows in an empty list of it."""
    # Texts hold no line breaks, so that only a key of the document itself begins a line like this.
    head, key, tail = content.partition(f'\n  "{name}": ['.encode())
    pieces = list(rows)
    return b"".join([head, key, b"\n    ", b",\n    ".join(pieces), b"\n  ", tail]) if pieces else content


def _write(part: Document, masked_texts: dict[str, str], line_break: bytes) -> bytes:
    content = mask_json(msgspec.to_builtins(part, enc_hook=spell), masked_texts)
    try:
        encoded = msgspec.json.encode(content)
    except UnicodeEncodeError:
        # A name of a file or an argument that is no text: JSON holds none.
        encoded = msgspec.json.encode(_encodable(content))
    text = msgspec.json.format(encoded, indent=2).replace(b"\n", line_break).decode()
    return _UNUSUAL.sub(_visible, text).encode()


def spell(value: object) -> str:
    """Return the plain text of one with a parsed value."""
    assert isinstance(value, ParsedText)  # noqa: S101 -- documents have no other types of their own
    return str(value)


def _visible(match: re.Match[str]) -> str:
    """Return a letter, or its escape where a terminal would act on it or show nothing."""
    letter = match[0]
    return letter if letter.isprintable() else json.dumps(letter)[1:-1]


def _encodable(node: Any) -> Any:  # noqa: ANN401 -- a document
    """Return a document with escapes in the place of lone surrogates."""
    if isinstance(node, str):
        return node.encode(errors="backslashreplace").decode()
    if isinstance(node, dict):
        return {_encodable(key): _encodable(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_encodable(value) for value in node]
    return node
