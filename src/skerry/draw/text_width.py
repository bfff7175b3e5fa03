"""Texts in boxes: their width, and texts cut to the room there is.

The width is counted by the advance widths of Arial, rounded up; nothing is measured in a browser.
"""

import unicodedata

_NARROW = frozenset("iljtfrI.,:;|'!()[]·- ")
_WIDE = frozenset("mwMW@%")
_BOLD = 1.05
_ELLIPSIS = "…"
_SHORTEST = 4
_LONG_TAIL = 10
_ENDS = 4
_LATIN = 0x2E80
_LONGEST = 200
# Invisible characters, and those of the direction of text.
_HARMFUL = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a text at a font size."""
    ems = sum(_em(character) for character in text)
    return ems * size * (_BOLD if bold else 1)


def _em(character: str) -> float:
    if character in _NARROW:
        return 0.30
    if character in _WIDE:
        return 0.86
    if ord(character) >= _LATIN:
        return 1.05
    return 0.66 if character.isupper() else 0.57


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
