"""Normalisation of pasted texts: remove escapes, quoting and borders, and split them into single errors."""

import re
from collections.abc import Iterator

MAX_LENGTH = 1_000_000
"""So many characters of a text are read, its last ones: what failed stands at the end of a log."""

_MOST_OF_ONE = 16_000
_MOST_ERRORS = 1_000
# CSI and OSC sequences, and the two-character ones: https://ecma-international.org/publications-and-standards/standards/ecma-48/
_ESCAPES = r"(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~]|\x1b\][^\x07\x1b]{0,512}(?:\x07|\x1b\\)|\x1b[@-_]"
_INVISIBLE = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffd]"
_QUOTED = r"\\(?:u([0-9a-fA-F]{4})|([\"'/\\nrt]))"
_LETTERS = {"n": "\n", "r": "\n", "t": " "}
_DEPTH = 3
# Borders of tables, boxes and quotations around a line.
_BORDERS = r"(?m)^[ \t]{0,40}[|│┃╷╵╎>#*]{1,8}[ \t]|[ \t]{1,200}[|│┃][ \t]{0,200}$"
_SPACE_AND_QUOTES = str.maketrans("", "", " \t\r\n\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\"'`\\")
_TYPOGRAPHY = str.maketrans(
    {
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT SINGLE QUOTATION MARK}": "'",
        "\N{LEFT DOUBLE QUOTATION MARK}": '"',
        "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
        "\N{HORIZONTAL ELLIPSIS}": "...",
        "\N{NO-BREAK SPACE}": " ",
        "\N{LINE SEPARATOR}": "\n",
        "\N{PARAGRAPH SEPARATOR}": "\n",
    }
)
_STAMP = r"\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\[?\d\d:\d\d:\d\d[ \].,]|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d "
_LINE = rf"(?m:^[ \t]{{0,40}}[-*•(]?[ \t]?(?:{_STAMP}))"
_KEY = r"[\"'](?:stoppedReason|reason|message|rolloutStateReason|StatusReason|ResourceStatusReason)[\"']\s{0,8}:"
_FAMILY = (
    r"(?:ResourceInitializationError|TaskFailedToStart|OutOfMemoryError|InternalError"
    r"|Cannot(?:Pull|Start|Stop|Inspect|Create)[A-Za-z]{0,24}(?:Error|Exception)"
    r"|ContainerRuntime(?:Timeout)?Error|DockerTimeoutError"
    r"|service \S{1,260} (?:was unable|is unable|deployment|failed to|\(task))"
)
# Each with the substring required before the search.
_STARTS = (
    ("\n", _LINE, False),
    (":", _KEY, False),
    ("", _FAMILY, True),
)
# After these words the start of an error continues the previous error, as its subject.
_GOES_ON = (":", "(", "=", "reason", "error")
_LOOK_BACK = 48


def tail_of(text: str) -> str:
    """Return the last `MAX_LENGTH` characters of a text."""
    return text[-MAX_LENGTH:]


def strip_formatting(text: str) -> str:
    """Return a text without terminal escapes, invisible characters, JSON and HTML quoting, and borders of tables.

    Line breaks stay, as a break may separate errors or split a word.
    """
    if text.isascii() and text.isprintable() and "\\" not in text and "&" not in text:
        return text
    if not text.isascii():
        text = text.translate(_TYPOGRAPHY)
    if not text.isprintable():
        text = re.sub(
            _INVISIBLE, "", re.sub(_ESCAPES, "", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
        )
    if "&" in text and ";" in text:
        # Its table of entities takes longer to load than most texts to explain.
        from html import unescape  # noqa: PLC0415

        text = unescape(text)
    for _ in range(_DEPTH):
        if "\\" not in text:
            break
        text = re.sub(_QUOTED, _unquoted, text)
    if not text.isascii():
        text = text.translate(_TYPOGRAPHY)
    if "\n" in text:
        text = re.sub(_BORDERS, "", text)
    return re.sub(_INVISIBLE, "", text)


def _unquoted(match: re.Match[str]) -> str:
    code, letter = match.groups()
    return chr(int(code, 16)) if code else _LETTERS.get(letter, letter)


def squeeze(text: str) -> str:
    """Return a text in lower case without spaces, quotes and backslashes, for searches regardless of wrapping."""
    return text.lower().translate(_SPACE_AND_QUOTES)


def split_errors(text: str) -> Iterator[str]:
    """Split a plain text into its errors, in their order; text without an error stays among the parts."""
    begin = 0
    for start, is_family in _starts(text)[:_MOST_ERRORS]:
        before = squeeze(text[max(begin, start - _LOOK_BACK) : start])
        if not before or (is_family and before.endswith(_GOES_ON)):
            continue
        yield text[begin:start][:_MOST_OF_ONE]
        begin = start
    yield text[begin:][:_MOST_OF_ONE]


def _starts(text: str) -> list[tuple[int, bool]]:
    """Return the positions of possible starts of errors, and whether each is an error's name."""
    positions = [
        (match.start(), family) for part, form, family in _STARTS if part in text for match in re.finditer(form, text)
    ]
    return sorted(positions)
