"""Text on a terminal: words from the user's files are made harmless before they are shown."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby

import click

from skerry.masking import mask

_COLOURS = {
    "ok": "green",
    "blocked": "red",
    "intermittent": "yellow",
    "unknown": "magenta",
    "kept": "green",
    "lost": "red",
    "part lost": "yellow",
    "undecided": "magenta",
    "error": "red",
    "warning": "yellow",
    "note": "blue",
}
# Categories Cc, Cf, Cs, Co, Cn, Zl, Zp: what moves the cursor, turns the direction of text, or cannot be printed.
_HARMFUL = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
# https://www.unicode.org/reports/tr11/
_WIDE = {"W", "F"}
_ZERO_WIDTH = {"Mn", "Me"}

_STYLE = re.compile(r"(\x1b\[[0-9;]*m)")
_RESET = "\x1b[0m"
# An item's mark, under whose text the item goes on: a number, a letter, a severity.
_LEAD = re.compile(r" *(?:\d+\. |[?~] |[A-Z]\d*  |(?:error|warning|note)  )?")
_SEPARATORS = "/:,&?="
_WORD = 16
_NARROWEST = 12
_NARROWEST_TEXT = 24
_MOST_REMEMBERED = 200


def clean(text: str) -> str:
    """Make text safe to show: secrets are masked, control and formatting characters become visible escapes."""
    return _remembered(text) if len(text) <= _MOST_REMEMBERED else _clean(text)


@lru_cache(maxsize=8_192)
def _remembered(text: str) -> str:
    return _clean(text)


def _clean(text: str) -> str:
    text = mask(text)
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        letter if unicodedata.category(letter) not in _HARMFUL else letter.encode("unicode_escape").decode()
        for letter in text
    )


def style_word(name: str, width: int = 0) -> str:
    """Return a verdict or disposition in its colour, padded."""
    return click.style(clean(name).ljust(width), fg=_COLOURS.get(name))


def bold(text: str) -> str:
    """Return text in bold."""
    return click.style(clean(text), bold=True) if text else ""


def dim(text: str) -> str:
    """Return dimmed text."""
    return click.style(clean(text), dim=True) if text else ""


def red(text: str) -> str:
    """Return text in red."""
    return click.style(clean(text), fg="red") if text else ""


def width_of(text: str) -> int:
    """Return the columns that text takes on a terminal, without its styles; wide characters take two."""
    plain = click.unstyle(text)
    return len(plain) if plain.isascii() else sum(map(_columns_of, plain))


def _columns_of(letter: str) -> int:
    if letter.isascii():
        return 1
    if unicodedata.category(letter) in _ZERO_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(letter) in _WIDE else 1


def unstyle(text: str) -> str:
    """Return text without its styles."""
    return click.unstyle(text)


def align_columns(rows: Iterable[tuple[str, ...]], indent: str = "  ", width: int | None = None) -> list[str]:
    """Return rows of cells as aligned lines; cells may already be styled.

    A last column that is too wide is wrapped in its place. Without room for it, the overflowing columns go to a second
    line of their row.
    """
    table = list(rows)
    widths = [max(map(width_of, column)) for column in zip(*table, strict=True)]
    room = None if width is None else width - len(indent) - sum(widths[:-1]) - 2 * (len(widths) - 1)
    if width is None or room is None or room >= min(widths[-1], _NARROWEST_TEXT):
        lasts = [[row[-1]] if room is None else list(_wrap(row[-1], room, 0)) for row in table]
        return [
            line for row, last in zip(table, lasts, strict=True) for line in _join_wrapped(row, last, widths, indent)
        ]
    count = _count_fitting(widths, width - len(indent))
    lines = []
    for row in table:
        lines.append(indent + _join_cells(row[:count], widths))
        overflow = "  ".join(cell for cell in row[count:] if cell)
        if overflow:
            lines.append(f"{indent}    {overflow}")
    return lines


def _join_wrapped(row: Sequence[str], last: Sequence[str], widths: Sequence[int], indent: str) -> Iterator[str]:
    """Yield the lines of a row with a last cell of several lines."""
    for number, piece in enumerate(last):
        cells = [*(row[:-1] if number == 0 else [""] * (len(row) - 1)), piece]
        yield indent + _join_cells(cells, widths)


def _count_fitting(widths: Sequence[int], room: int) -> int:
    """Return the number of columns that fit, at least one."""
    ends = [sum(widths[: count + 1]) + 2 * count for count in range(len(widths))]
    return max(1, sum(end <= room for end in ends))


def _join_cells(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (width - width_of(cell)) for cell, width in zip(cells, widths, strict=False)).rstrip()


def fit_lines(lines: Iterable[str], width: int, hang: int = 2) -> str:
    """Return lines as one text in which none is wider than the width; the rest of a long line hangs below its start.

    Words are kept whole where they fit on a line. A style goes on over the break.
    """
    return "".join(f"{piece}\n" for line in lines for piece in _wrap(line, width, hang))


def _wrap(line: str, width: int, extra: int) -> Iterator[str]:
    if width_of(line) <= width:
        yield line
        return
    plain, styles = _split_styles(line)
    mark = _LEAD.match(plain)
    lead = mark.end() if mark else 0
    hang = min(lead if lead > len(plain) - len(plain.lstrip()) else lead + extra, width // 2)
    start, indent = 0, ""
    while start < len(plain):
        end = _break(plain, start, max(start, lead), width - len(indent))
        yield indent + _restyle(plain, styles, start, start + len(plain[start:end].rstrip()))
        start = end + len(plain[end:]) - len(plain[end:].lstrip(" "))
        indent = " " * hang


def _break(plain: str, start: int, first: int, room: int) -> int:
    """Return the end of a line that begins at ``start``: at a space, else after a separator, else at the margin."""
    end = start
    while end < len(plain) and (room := room - _columns_of(plain[end])) >= 0:
        end += 1
    if end == len(plain):
        return end
    space = plain.rfind(" ", first + 1, end + 1)
    if space > 0:
        return space
    separator = max(plain.rfind(mark, first + 1, end) for mark in _SEPARATORS)
    return separator + 1 if separator > 0 else max(end, start + 1)


def _split_styles(line: str) -> tuple[str, list[str]]:
    """Return the text without its styles, and the style of each character."""
    plain, styles, style = "", [], ""
    for part in _STYLE.split(line):
        if _STYLE.fullmatch(part):
            style = "" if part == _RESET else style + part
        else:
            plain += part
            styles += [style] * len(part)
    return plain, styles


def _restyle(plain: str, styles: Sequence[str], start: int, end: int) -> str:
    """Return a part of a text with its styles."""
    parts = groupby(range(start, end), key=lambda place: styles[place])
    texts = ((style, "".join(plain[place] for place in places)) for style, places in parts)
    return "".join(f"{style}{text}{_RESET}" if style else text for style, text in texts)


def shorten_middle(text: str, room: int) -> str:
    """Return a text that fits into so many columns: of a longer one the beginning and the last third."""
    if width_of(text) <= room:
        return text
    tail = (room - 3) // 3
    head = text[: room - 3 - tail]
    space, end = head.rfind(" "), text[-tail:]
    # Whole words, if that costs no more than a word.
    head = head[:space] if space > len(head) - _WORD else head
    space = end.find(" ")
    return f"{head.rstrip()} … {end[space + 1 if 0 <= space < _WORD else 0 :]}"


def shorten_column(rows: Sequence[tuple[str, ...]], column: int, width: int) -> list[tuple[str, ...]]:
    """Return rows of a table in which one column is as narrow as the width of the table demands."""
    widths = [max(map(width_of, cells)) for cells in zip(*rows, strict=True)]
    room = max(_NARROWEST, width - sum(widths) - 2 * (len(widths) - 1) + widths[column])
    return [(*row[:column], shorten_middle(row[column], room), *row[column + 1 :]) for row in rows]


def list_names(names: Sequence[str], most: int) -> str:
    """Return the first names in one text, with the number of the others."""
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


def pluralize(count: int, noun: str) -> str:
    """Return a number with its noun: ``1 service``, ``2 services``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
