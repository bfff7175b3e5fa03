"""JSON documents: how every one of them is written, with secrets masked."""

import re

import msgspec

from skerry.masking import masked

# What a terminal acts on or hides behind, beyond what JSON escapes by itself: C1 controls, and the marks that turn the
# direction of text.
_HARMFUL = re.compile("[\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def write(document: msgspec.Struct) -> str:
    """Write a document: secrets are masked, and what a terminal would act on is escaped."""
    content = msgspec.json.encode(masked(msgspec.to_builtins(document)))
    text = msgspec.json.format(content, indent=2).decode() + "\n"
    return _HARMFUL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
