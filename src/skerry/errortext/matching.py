"""Search for many words in one text."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

_LETTERS = 4
# In a text that is cut every four letters, so many of them hold one whole piece, wherever they begin.
_LONG = 2 * _LETTERS - 1
_CUT = f"(?s).{{{_LETTERS}}}"


class PhraseIndex(NamedTuple):
    """Index of words by four-letter pieces: a word is searched only in texts with one of its pieces."""

    pieces: dict[str, tuple[str, ...]]
    short: tuple[str, ...]

    def find(self, text: str) -> set[str]:
        """Return the words contained in a text."""
        cut = self.pieces.keys() & set(re.findall(_CUT, text))
        contained = {word for piece in cut for word in self.pieces[piece] if word in text}
        contained.update([word for word in self.short if word in text])
        return contained


def build_index(phrases: Iterable[str]) -> PhraseIndex:
    """Build an index of words by their rarest pieces."""
    every = tuple(dict.fromkeys(phrases))
    shared = Counter(piece for word in every for piece in _pieces(word))
    pieces: dict[str, list[str]] = {}
    for word in every:
        of = _pieces(word)
        begins = range(len(word) - _LONG + 1)
        if not begins:
            continue
        rarest = min(begins, key=lambda begin: sum(shared[piece] for piece in of[begin : begin + _LETTERS]))
        for piece in of[rarest : rarest + _LETTERS]:
            pieces.setdefault(piece, []).append(word)
    short = tuple(word for word in every if len(word) < _LONG)
    return PhraseIndex({piece: tuple(of) for piece, of in pieces.items()}, short)


def _pieces(word: str) -> list[str]:
    return [word[at : at + _LETTERS] for at in range(len(word) - _LETTERS + 1)]
