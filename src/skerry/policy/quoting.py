"""Pieces of policies in messages."""

_MOST = 160  # characters; ARNs in full, as a rule


def short(text: str) -> str:
    """The text, or its beginning if it is long."""
    return text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
