"""Interval arithmetic agrees with sets of numbers, drawn from a small universe and written out."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from skerry.net.intervals import (
    EMPTY,
    Interval,
    Intervals,
    covers,
    intersect,
    normalise,
    size,
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
def test_normal_form_holds_the_numbers_of_all_pairs(drawn: list[Interval]) -> None:
    found = normalise(drawn)
    assert is_normal(found)
    assert members(found) == {number for low, high in drawn for number in range(low, high + 1)}


@given(st.sets(numbers))
def test_one_set_of_numbers_has_one_normal_form(drawn: set[int]) -> None:
    assert normalise((number, number) for number in drawn) == normalise(
        (number, number) for number in sorted(drawn, reverse=True)
    )


def test_pairs_that_touch_are_one_and_an_inverted_pair_is_empty() -> None:
    assert normalise([(5, 9), (1, 4), (11, 10), (12, 12), (2, 3)]) == ((1, 9), (12, 12))


@given(st.lists(intervals, max_size=4))
def test_union_holds_what_is_in_any_of_the_sets(drawn: list[Intervals]) -> None:
    found = union(*drawn)
    assert is_normal(found)
    assert members(found) == set().union(*map(members, drawn))


@given(intervals, intervals)
def test_intersection_holds_what_is_in_both(left: Intervals, right: Intervals) -> None:
    found = intersect(left, right)
    assert is_normal(found)
    assert members(found) == members(left) & members(right)


@given(intervals, intervals)
def test_difference_holds_what_is_only_in_the_first(left: Intervals, right: Intervals) -> None:
    found = subtract(left, right)
    assert is_normal(found)
    assert members(found) == members(left) - members(right)


@given(intervals, intervals)
def test_covers_tells_whether_all_of_the_second_is_in_the_first(outer: Intervals, inner: Intervals) -> None:
    assert covers(outer, inner) == (members(outer) >= members(inner))


@given(intervals, st.integers(-1, UNIVERSE))
def test_contains_tells_whether_a_number_is_in_the_set(drawn: Intervals, number: int) -> None:
    assert contains(drawn, number) == (number in members(drawn))


@given(intervals)
def test_size_counts_the_numbers(drawn: Intervals) -> None:
    assert size(drawn) == len(members(drawn))


@given(intervals)
def test_a_set_with_itself(drawn: Intervals) -> None:
    assert union(drawn, drawn) == intersect(drawn, drawn) == drawn
    assert subtract(drawn, drawn) == EMPTY
    assert covers(drawn, drawn)


def test_a_set_that_ends_where_the_other_goes_on() -> None:
    # The ends decide which of the two advances: a case that random sets seldom make.
    assert intersect(((0, 5), (8, 9)), ((0, 8),)) == ((0, 5), (8, 8))
    assert subtract(((0, 9),), ((2, 3), (9, 12))) == ((0, 1), (4, 8))
    assert subtract(((0, 3), (6, 9)), ((2, 7),)) == ((0, 1), (8, 9))
