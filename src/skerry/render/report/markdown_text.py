"""Texts of the input in Markdown: nothing in them has a meaning there, as GitHub renders it.

https://github.github.com/gfm/
"""

import re
from html import escape

from skerry.render.text import clean

# https://github.github.com/gfm/#backslash-escapes
_PUNCTUATION = re.compile(r"(?<![^\s])([#+-])|(?<=\d)([.)])(?=\s)|([\\`*_\[\]|~$])")
_RUNS = re.compile(r"`+")
# GitHub looks for these in the text of a page, however they are escaped: mentions, issues, addresses and emoji.
# https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls
_LINKED = re.compile(r"(@|#(?=\d)|GH-(?=\d)|://|www\.|:(?=[\w+-]+:))", re.IGNORECASE)
_BREAK = "<!-- -->"
"""A comment of HTML: nothing is shown, and what it is within is no name any more."""


def escape_markdown(text: str) -> str:
    """Return a text as prose of Markdown, in a table too."""
    pieces = _LINKED.split(clean(text))
    escaped = [_PUNCTUATION.sub(r"\\\g<0>", escape(piece, quote=False)) for piece in pieces]
    return "".join(f"{piece}{_BREAK}" if place % 2 else piece for place, piece in enumerate(escaped))


def code_span(text: str) -> str:
    """Return a text as code, in a table too: GitHub links nothing in code."""
    shown = clean(text).replace("|", "\\|")
    if not shown.strip():
        return ""
    fence = "`" * (1 + max((len(run) for run in _RUNS.findall(shown)), default=0))
    space = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{space}{shown}{space}{fence}"


def code_block(text: str, language: str = "") -> str:
    """Return lines as a block of code that nothing in them ends."""
    fence = "`" * max(3, 1 + max((len(run) for run in _RUNS.findall(text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
