"""How much long tests do: a part with ``make test-long``, all of it with ``make test-long WHOLE=1``."""

import os
from collections.abc import Sequence
from typing import TypeVar

_Item = TypeVar("_Item")

WHOLE = os.environ.get("SKERRY_TEST_WHOLE") == "1"
"""Whether the long tests do all that they can."""


def amount(whole: int, part: int) -> int:
    """Return how often something is done."""
    return whole if WHOLE else part


def some(items: Sequence[_Item], every: int) -> Sequence[_Item]:
    """Return all items, or one of so many."""
    return items if WHOLE else items[::every]
