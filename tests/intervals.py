"""Membership in sets of numbers, for tests of their arithmetic."""

from skerry.net.intervals import Intervals


def contains(numbers: Intervals, number: int) -> bool:
    """Return whether the number is in the set."""
    return any(low <= number <= high for low, high in numbers)
