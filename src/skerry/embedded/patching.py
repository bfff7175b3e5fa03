"""Patches of moto's methods, applied while the embedded AWS runs and removed afterwards."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import ModuleType
from typing import Any, NamedTuple


class Correction(NamedTuple):
    """A method, property or function of moto, and its replacement: ``around(original, *arguments)``.

    The first argument of a method or property is its object.
    """

    owner: type | ModuleType
    name: str
    around: Callable[..., Any]


@contextmanager
def apply_patches(corrections: Iterable[Correction]) -> Iterator[None]:
    """Apply the corrections for the time of the block.

    Raises KeyError if moto has no such method or function, so that no patch is lost silently after an upgrade.
    """
    originals: list[tuple[type | ModuleType, str, Any]] = []
    try:
        for owner, name, around in corrections:
            original = vars(owner)[name]
            setattr(owner, name, _around(original, around))
            originals.append((owner, name, original))
        yield
    finally:
        for owner, name, original in reversed(originals):
            setattr(owner, name, original)


def _around(original: Any, around: Callable[..., Any]) -> Any:
    if isinstance(original, property):
        return property(_around(original.fget, around), original.fset)

    @wraps(original)
    def replacement(*arguments: Any, **named: Any) -> Any:
        return around(original, *arguments, **named)

    return replacement
