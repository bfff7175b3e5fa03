"""Remembering what was judged: the one place where a walk keeps anything."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

_Made = TypeVar("_Made")
_NEVER = object()


class Memo:
    """Makes a thing once for each key; where it is not to remember, each time anew."""

    def __init__(self, *, remember: bool = True) -> None:
        self.remember = remember
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """What was made for this key, or what ``make`` makes now."""
        found = self._made.get(key, _NEVER)
        if found is _NEVER:
            found = make()
            if self.remember:
                self._made[key] = found
        made: _Made = found
        return made
