"""Sets of whole numbers as sorted, disjoint, non-adjacent closed intervals.

Addresses and ports are both such sets. A plain tuple of pairs is used, not a class: it is hashable, compares
by value, and the common operations on one or two pairs stay cheap.
"""

from collections.abc import Iterable

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]

EMPTY: Intervals = ()


def normalise(pairs: Iterable[Interval]) -> Intervals:
    """Sort the pairs and merge those that overlap or touch; pairs with low > high are empty."""
    merged: list[Interval] = []
    for low, high in sorted([pair for pair in pairs if pair[0] <= pair[1]]):
        if merged and low <= merged[-1][1] + 1:
            if high > merged[-1][1]:
                merged[-1] = (merged[-1][0], high)
        else:
            merged.append((low, high))
    return tuple(merged)


def union(*sets: Intervals) -> Intervals:
    """Return every number that is in at least one of the sets."""
    if len(sets) == 1:
        return sets[0]
    return normalise([pair for numbers in sets for pair in numbers])


def intersect(left: Intervals, right: Intervals) -> Intervals:
    """Return every number that is in both sets."""
    if left == right:
        return left
    result: list[Interval] = []
    i = j = 0
    while i < len(left) and j < len(right):
        low = max(left[i][0], right[j][0])
        high = min(left[i][1], right[j][1])
        if low <= high:
            result.append((low, high))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(result)


def subtract(left: Intervals, right: Intervals) -> Intervals:
    """Return every number of ``left`` that is not in ``right``."""
    result: list[Interval] = []
    j = 0
    for low, high in left:
        start = low
        while j < len(right) and right[j][1] < start:
            j += 1
        k = j
        while k < len(right) and right[k][0] <= high:
            if right[k][0] > start:
                result.append((start, right[k][0] - 1))
            start = right[k][1] + 1
            k += 1
        if start <= high:
            result.append((start, high))
    return tuple(result)


def covers(outer: Intervals, inner: Intervals) -> bool:
    """Tell whether every number of ``inner`` is in ``outer``."""
    j = 0
    for low, high in inner:
        while j < len(outer) and outer[j][1] < low:
            j += 1
        if j == len(outer) or outer[j][0] > low or outer[j][1] < high:
            return False
    return True


def count_numbers(numbers: Intervals) -> int:
    """Return the number of numbers in the set."""
    return sum(high - low + 1 for low, high in numbers)
