"""The cache of results: a walk keeps nothing anywhere else."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

_Made = TypeVar("_Made")
_NEVER = object()


class Memo:
    """Makes a value once for each key; with the cache off, at every call."""

    def __init__(self, *, remember: bool = True) -> None:
        self.remember = remember
        self._made: dict[Hashable, Any] = {}

    def once(self, key: Hashable, make: Callable[[], _Made]) -> _Made:
        """Return the cached value for this key, or the value that ``make`` returns now."""
        cached = self._made.get(key, _NEVER)
        if cached is _NEVER:
            cached = make()
            if self.remember:
                self._made[key] = cached
        made: _Made = cached
        return made
