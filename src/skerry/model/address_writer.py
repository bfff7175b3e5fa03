"""Addresses of resources in code, written in place of the ids that stand for them."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from skerry.model.world import World


def write_addresses(world: World, spell: Callable[[str], str] = str) -> Callable[[str], str]:
    """Return a function that replaces ids in a text by the addresses of their resources.

    ``spell`` makes an address, which is a text of the input, fit for the text.
    """
    addresses = {
        resource: origin.address
        for table in world.facts.origins.values()
        for resource, origin in table.items()
        if origin.address is not None
    }
    return _Replacement(addresses, spell) if addresses else str


class _Replacement:
    """The replacement of whole ids, the longest one at each place.

    The ids are looked up by their first words: one pattern of thousands of ids would take long to compile.
    """

    def __init__(self, addresses: Mapping[str, str], spell: Callable[[str], str]) -> None:
        self._addresses, self._spell = addresses, spell
        self._by_word: dict[str, list[tuple[str, int]]] = {}
        for name in sorted(addresses, key=len, reverse=True):
            word = _WORD.search(name)
            if word is not None:
                self._by_word.setdefault(word[0], []).append((name, word.start()))

    def __call__(self, text: str) -> str:
        parts, end = [], 0
        for word in _WORD.finditer(text):
            name = next((name for name, offset in self._by_word.get(word[0], ())
                         if _is_whole(text, name, word.start() - offset, end)), None)  # fmt: skip
            if name is not None:
                start = text.index(name, end)
                parts += [text[end:start], self._spell(self._addresses[name])]
                end = start + len(name)
        return "".join((*parts, text[end:]))


_WORD: Final = re.compile(r"[\w-]+")


def _is_whole(text: str, name: str, start: int, end: int) -> bool:
    """Return whether a name stands at a place after the replaced part of a text, and nothing continues it."""
    after = start + len(name)
    return start >= end and text.startswith(name, start) and _WORD.match(text, after) is None
