"""The terminal: its width, and whether it shows colours and moves its cursor."""

import os
from typing import TextIO

_NARROWEST = 40
_WIDEST = 120
"""Longer lines are hard to read."""
_DEFAULT = os.terminal_size((80, 24))
_NO = {"", "0", "false"}
_MOST_DIGITS = 4


def text_width() -> int:
    """Return the width of text on stdout: COLUMNS, else that of the terminal, else 80."""
    import sys

    asked = _asked_width()
    if asked is not None:
        return max(_NARROWEST, asked)
    return max(_NARROWEST, min(_WIDEST, terminal_size(sys.stdout).columns))


def terminal_size(stream: TextIO | None) -> os.terminal_size:
    """Return columns and lines of a stream's terminal; 80 by 24 for a file or a pipe."""
    try:
        size = os.get_terminal_size(stream.fileno()) if stream is not None else _DEFAULT
    except (OSError, ValueError):
        return _DEFAULT
    # A terminal without a size, a serial line for example, reports 0.
    return size if size.columns > 0 and size.lines > 0 else _DEFAULT


def _asked_width() -> int | None:
    asked = os.environ.get("COLUMNS", "")
    # A number of thousands of digits is no width, and Python refuses to read it.
    usable = asked.isascii() and asked.isdigit() and len(asked) <= _MOST_DIGITS
    return int(asked) or None if usable else None


def is_dumb() -> bool:
    """Tell whether the terminal understands no control sequences."""
    return os.environ.get("TERM") == "dumb"


def asked_color() -> bool | None:
    """Return whether the environment asks for colours; None: on a terminal only.

    https://no-color.org, https://force-color.org
    """
    if os.environ.get("NO_COLOR"):
        return False
    if any(os.environ.get(name, "").lower() not in _NO for name in ("FORCE_COLOR", "CLICOLOR_FORCE")):
        return True
    return False if is_dumb() else None
