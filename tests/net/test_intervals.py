"""Interval arithmetic agrees with sets of numbers, drawn from a small universe and written out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from skerry.net.intervals import (
    EMPTY,
    Interval,
    Intervals,
    count_numbers,
    covers,
    intersect,
    normalise,
    subtract,
    union,
)
from tests.intervals import contains

UNIVERSE = 24

numbers = st.integers(0, UNIVERSE - 1)
pairs = st.tuples(numbers, numbers)
intervals = st.lists(pairs, max_size=6).map(normalise)


def members(found: Intervals) -> set[int]:
    return {number for low, high in found for number in range(low, high + 1)}


def is_normal(found: Intervals) -> bool:
    """Sorted, disjoint, with a gap between neighbours, none empty."""
    gaps = all(left[1] + 1 < right[0] for left, right in pairwise(found))
    return gaps and all(low <= high for low, high in found)


@given(st.lists(pairs))
def test_interval_normal_form_holds_the_numbers_of_all_pairs(drawn: list[Interval]) -> None:
    found = normalise(drawn)
    assert is_normal(found)
    assert members(found) == {number for low, high in drawn for number in range(low, high + 1)}


@given(st.sets(numbers))
def test_interval_normal_form_is_independent_of_order(drawn: set[int]) -> None:
    assert normalise((number, number) for number in drawn) == normalise(
        (number, number) for number in sorted(drawn, reverse=True)
    )


def test_interval_normal_form_joins_touching_and_drops_inverted_pairs() -> None:
    assert normalise([(5, 9), (1, 4), (11, 10), (12, 12), (2, 3)]) == ((1, 9), (12, 12))


@given(st.lists(intervals, max_size=4))
def test_interval_union_holds_the_numbers_of_all_sets(drawn: list[Intervals]) -> None:
    found = union(*drawn)
    assert is_normal(found)
    assert members(found) == set().union(*map(members, drawn))


@given(intervals, intervals)
def test_interval_intersection_holds_the_common_numbers(left: Intervals, right: Intervals) -> None:
    found = intersect(left, right)
    assert is_normal(found)
    assert members(found) == members(left) & members(right)


@given(intervals, intervals)
def test_interval_difference_holds_the_numbers_only_in_the_first_set(left: Intervals, right: Intervals) -> None:
    found = subtract(left, right)
    assert is_normal(found)
    assert members(found) == members(left) - members(right)


@given(intervals, intervals)
def test_interval_covers_is_true_only_for_a_superset(outer: Intervals, inner: Intervals) -> None:
    assert covers(outer, inner) == (members(outer) >= members(inner))


@given(intervals, st.integers(-1, UNIVERSE))
def test_interval_contains_is_true_only_for_members(drawn: Intervals, number: int) -> None:
    assert contains(drawn, number) == (number in members(drawn))


@given(intervals)
def test_interval_size_counts_the_numbers(drawn: Intervals) -> None:
    assert count_numbers(drawn) == len(members(drawn))


@given(intervals)
def test_interval_set_combined_with_itself_is_unchanged_or_empty(drawn: Intervals) -> None:
    assert union(drawn, drawn) == intersect(drawn, drawn) == drawn
    assert subtract(drawn, drawn) == EMPTY
    assert covers(drawn, drawn)


def test_interval_operations_handle_overlapping_ends() -> None:
    # The ends decide which of the two advances: a case that random sets seldom make.
    assert intersect(((0, 5), (8, 9)), ((0, 8),)) == ((0, 5), (8, 8))
    assert subtract(((0, 9),), ((2, 3), (9, 12))) == ((0, 1), (4, 8))
    assert subtract(((0, 3), (6, 9)), ((2, 7),)) == ((0, 1), (8, 9))
