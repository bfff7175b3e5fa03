"""Decoding of documents into records, with errors that name the document and the key."""

import codecs
from typing import TypeVar

import msgspec
from msgspec import Raw

from skerry.errors import InputError
from skerry.sources.json_repair import repair
from skerry.sources.text_types import parse_value

_Row = TypeVar("_Row")

UNREADABLE = (msgspec.MsgspecError, RecursionError, UnicodeError)
QUERY_HINT = "Save the whole answer, without --query."
_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_top_level(name: str, content: bytes) -> dict[str, Raw]:
    """Return the values of a document by key, undecoded.

    Values outside the JSON standard are marked as unreadable. Raises `InputError` if the document is no JSON object
    in UTF-8 or UTF-16.
    """
    text = utf8_of(name, content)
    if not text.strip():
        message = f"{name} is empty"
        raise InputError(message, "Save the answer again; the call that printed it may have failed.")
    if text.lstrip()[:1] == b"[":
        message = f"{name} is a list, so its top-level key is lost"
        raise InputError(message, QUERY_HINT)
    try:
        values = msgspec.json.decode(text, type=dict[str, Raw])
    except UNREADABLE:
        return decode(name, "the document", repair(name, text), dict[str, Raw])
    if _is_whole(text, values):
        return values
    return decode(name, "the document", repair(name, text), dict[str, Raw])


def _is_whole(text: bytes, values: dict[str, Raw]) -> bool:
    """Return whether a document holds its values and nothing more, so that no top-level key is repeated.

    The remaining characters are two quotes and a colon for each key, the commas between them, and the braces.
    """
    keys = sum(_size(key.encode()) + len('"":') for key in values)
    return _size(text) == sum(map(_size, values.values())) + keys + max(len(values) - 1, 0) + len("{}")


def _size(text: bytes | Raw) -> int:
    return len(bytes(text).translate(None, b" \t\r\n"))


def utf8_of(name: str, content: bytes) -> bytes:
    """Return a text in UTF-8 without a mark at its beginning. Raises `InputError` for what is no text."""
    encoding = _encoding(content)
    if encoding is None:
        return content
    try:
        return content.decode(encoding).encode()
    except UnicodeError as error:
        message = f"{name} is neither UTF-8 nor UTF-16 text"
        raise InputError(message, "Save it as JSON text.") from error


def _encoding(content: bytes) -> str | None:
    """Return the encoding of a document if it is not plain UTF-8: by its byte order mark, or UTF-16 without one."""
    for mark, encoding in _ENCODINGS:
        if content.startswith(mark):
            return encoding
    if b"\0" not in content[:4]:
        return None
    return "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"


def decode(name: str, key: str, value: bytes | Raw, record: type[_Row]) -> _Row:
    """Decode one value of a document; raises `InputError` with document and key if it cannot be read."""
    try:
        return msgspec.json.decode(value, type=record, dec_hook=parse_value)
    except RecursionError as error:
        message = f"{name}: {key} is nested too deeply to be an answer of AWS"
        raise InputError(message, "Save the answer again.") from error
    except (msgspec.MsgspecError, UnicodeError) as error:
        message = f"{name}: {key} cannot be read: {error}"
        raise InputError(message, "Save the answer again, as JSON and complete.") from error
