"""JSON documents: how every one of them is written."""

import re

import msgspec

# What a terminal acts on or hides behind, beyond what JSON escapes by itself: C1 controls, and the marks that turn the
# direction of text.
_HARMFUL = re.compile("[\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def write(document: msgspec.Struct) -> str:
    """Write a document; what a terminal would act on is escaped."""
    text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    return _HARMFUL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
