"""JSON documents: how every one of them is written."""

import re
from typing import Any

import msgspec

# What a terminal acts on or hides behind, beyond what JSON escapes by itself: C1 controls, and the marks that turn the
# direction of text.
_HARMFUL = re.compile("[\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def write(document: msgspec.Struct) -> str:
    """Write a document; what a terminal would act on is escaped."""
    try:
        encoded = msgspec.json.encode(document)
    except UnicodeEncodeError:
        # A name of a file or an argument that is no text: JSON holds none.
        encoded = msgspec.json.encode(_encodable(msgspec.to_builtins(document)))
    text = msgspec.json.format(encoded, indent=2).decode() + "\n"
    return _HARMFUL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def _encodable(found: Any) -> Any:  # noqa: ANN401 -- a document
    """Return a document with escapes in the place of lone surrogates."""
    if isinstance(found, str):
        return found.encode(errors="backslashreplace").decode()
    if isinstance(found, dict):
        return {_encodable(key): _encodable(value) for key, value in found.items()}
    if isinstance(found, list | tuple):
        return [_encodable(value) for value in found]
    return found
