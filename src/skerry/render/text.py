"""Text on a terminal: words from the user's files are made harmless before they are shown."""

import unicodedata
from collections.abc import Iterable

import click

from skerry.masking import mask

_COLOURS = {
    "ok": "green",
    "blocked": "red",
    "intermittent": "yellow",
    "unknown": "magenta",
    "not-applicable": "bright_black",
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


def clean(text: str) -> str:
    """Make text safe to show: secrets are masked, control and formatting characters become visible escapes."""
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
    return click.style(clean(text), bold=True)


def dim(text: str) -> str:
    """Return dimmed text."""
    return click.style(clean(text), fg="bright_black")


def align_columns(rows: Iterable[tuple[str, ...]], indent: str = "  ") -> list[str]:
    """Return rows of cells as aligned lines; cells may already be styled."""
    table = list(rows)
    widths = [max(len(click.unstyle(cell)) for cell in column) for column in zip(*table, strict=True)]
    return [
        indent + "  ".join(_pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
    ]


def _pad(cell: str, width: int) -> str:
    return cell + " " * (width - len(click.unstyle(cell)))


def pluralize(count: int, noun: str) -> str:
    """Return a number with its noun: ``1 service``, ``2 services``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
