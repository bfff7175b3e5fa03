"""Suggestions for mistyped names."""

from collections.abc import Iterable

_MOST = 3
_FEWEST_LETTERS = 3
_LIKENESS = 0.65
"""The least similarity of a suggestion, from 0 to 1: two exchanged letters of three are similar enough."""


def similar_names(name: str, names: Iterable[str]) -> list[str]:
    """Return up to three names that begin with the given one, else up to three names with a similar spelling."""
    wanted = name.lower()
    by_spelling = {candidate.lower(): candidate for candidate in names}
    longer = [spelling for spelling in by_spelling if spelling.startswith(wanted)]
    if longer and len(wanted) >= _FEWEST_LETTERS:
        return [by_spelling[spelling] for spelling in sorted(longer, key=len)[:_MOST]]
    from difflib import get_close_matches  # noqa: PLC0415 -- for errors only

    return [by_spelling[spelling] for spelling in get_close_matches(wanted, by_spelling, _MOST, _LIKENESS)]


def suggest(name: str, names: Iterable[str]) -> str:
    """Return a question such as ``Did you mean web?``; empty if no name is similar."""
    similar = similar_names(name, names)
    return f"Did you mean {' or '.join(similar)}?" if similar else ""
