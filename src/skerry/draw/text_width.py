"""Texts in boxes: their width, and texts cut to the room there is.

The width is counted by the advance widths of Arial; nothing is measured in a browser.
"""

import unicodedata
from functools import lru_cache

# The advance widths of Arial in thousandths of the font size, of the characters from space to tilde.
_REGULAR = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 "
    "556 278 278 584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 "
    "722 667 611 722 667 944 667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 "
    "500 222 833 556 556 556 556 333 500 278 556 500 722 500 500 500 334 260 334 584 "
)
_BOLD = (
    "278 333 474 556 556 889 722 238 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 "
    "556 333 333 584 584 584 611 975 722 722 722 722 667 611 778 722 278 556 722 611 833 722 778 667 778 "
    "722 667 611 722 667 944 667 667 611 333 278 333 584 556 333 556 611 556 611 556 333 611 611 278 278 "
    "556 278 889 611 611 611 611 389 556 333 611 556 778 556 556 500 389 280 389 584 "
)
_WIDTHS = tuple(tuple(map(int, widths.split())) for widths in (_REGULAR, _BOLD))
_FIRST = 32
# Other fonts are a little wider.
_SAFETY = 1.02
_ELLIPSIS = "…"
_SHORTEST = 4
_LONG_TAIL = 10
_ENDS = 4
_LATIN = 0x2E80
_OTHER, _WIDE = 780, 1050
_LONGEST = 200
# Invisible characters, and those of the direction of text.
_HARMFUL = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text at a font size."""
    return _thousandths(text, bold) * size * _SAFETY / 1000


@lru_cache(maxsize=8192)
def _thousandths(text: str, bold: bool) -> int:  # noqa: FBT001 -- a part of the cache's key
    return sum(_advance(character, bold) for character in text)


@lru_cache(maxsize=1024)
def _advance(character: str, bold: bool) -> int:  # noqa: FBT001 -- a part of the cache's key
    place = ord(character) - _FIRST
    widths = _WIDTHS[bold]
    if 0 <= place < len(widths):
        return widths[place]
    if character == _ELLIPSIS:
        return 1000
    return _OTHER if ord(character) < _LATIN else _WIDE


def fit(text: str, room: float, size: float, *, bold: bool = False) -> str:
    """Return the text, cut in the middle if it is wider than the room; the end is kept, as names differ there."""
    text = visible(text if len(text) <= _LONGEST else text[:_LONGEST] + _ELLIPSIS + text[-_LONGEST:])
    if width_of(text, size, bold=bold) <= room:
        return text
    for length in range(min(len(text) - 1, _LONGEST), _SHORTEST, -1):
        tail = max(3, length // 3)
        cut = text[: length - tail].rstrip() + _ELLIPSIS + text[-tail:]
        if width_of(cut, size, bold=bold) <= room:
            return cut
    return _ELLIPSIS


def visible(text: str) -> str:
    """Return the text with a sign in the place of each character that is not seen."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_REPLACEMENT if unicodedata.category(letter) in _HARMFUL else letter for letter in text)


def short_id(name: str) -> str:
    """Return an id of AWS in its short form, such as ``vpce-862e…ff5c``; other names as they are.

    The ids that plans give to new resources hold the word ``new``.
    """
    head, new, tail = name.partition("-new-")
    if new and head and tail:
        return f"new {tail.split('-vpc-')[0]}"
    head, dash, tail = name.rpartition("-")
    if dash and len(tail) > _LONG_TAIL and all(character in "0123456789abcdef" for character in tail):
        return f"{head}-{tail[:_ENDS]}{_ELLIPSIS}{tail[-_ENDS:]}"
    return name


def wrap(text: str, room: float, size: float, lines: int, *, bold: bool = False) -> tuple[str, ...]:
    """Return the text in at most so many lines that fit into the room."""
    result = [""]
    for word in text.split():
        longer = f"{result[-1]} {word}".strip()
        if result[-1] and width_of(longer, size, bold=bold) > room and len(result) < lines:
            result.append(word)
        else:
            result[-1] = longer
    return tuple(fit(line, room, size, bold=bold) for line in result)
