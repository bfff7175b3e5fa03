"""The root of all texts whose type promises their form."""

from typing import Self


class Checked(str):
    """A text that cannot exist in another form than `canonical` gives it.

    The constructor raises `ValueError` for a text that is not canonical; `parse` returns None for one that has no
    canonical form.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Self:
        """Hold the text to the promise of its type."""
        if cls.canonical(text) != text:
            raise ValueError(f"not a valid {cls.__name__}: {text[:80]!r}")
        return super().__new__(cls, text)

    @classmethod
    def canonical(cls, text: str) -> str | None:
        """Return the one form of a text that counts; None where the text is not valid."""
        raise NotImplementedError

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Read a text; None where it is not valid."""
        canonical_text = cls.canonical(text)
        return None if canonical_text is None else super().__new__(cls, canonical_text)
