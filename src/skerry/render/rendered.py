"""A result in the form of a place that takes no more than so much."""

from typing import NamedTuple


class Rendered(NamedTuple):
    """A text, and notes on the part of the result for which its place has no room. The text has the notes too."""

    text: str
    left_out: tuple[str, ...] = ()
