"""The algebra of packet sets agrees with single packets, drawn from a small universe and written out."""

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st

from skerry.net.intervals import Intervals, normalise
from skerry.net.packets import NONE, Box, Packets, count, cut, is_empty, meet, minus, within

UNIVERSE = 6

numbers = st.integers(0, UNIVERSE - 1)
pairs = st.tuples(numbers, numbers).map(lambda pair: (min(pair), max(pair)))
some = st.lists(pairs, min_size=1, max_size=3).map(normalise)
# Boxes that are empty meet nothing and would be most of all, if every set could be empty.
sets = st.sampled_from(range(8)).flatmap(lambda one: st.just(()) if one == 0 else some)
boxes = st.builds(Box, some, some, some) | st.builds(Box, sets, sets, sets)


def members(numbers: Intervals) -> set[int]:
    return {number for low, high in numbers for number in range(low, high + 1)}


def of_box(box: Box) -> set[tuple[int, ...]]:
    return set(product(*map(members, box)))


def of_all(packets: Packets) -> set[tuple[int, ...]]:
    return set().union(*map(of_box, packets))


def are_disjoint(packets: Packets) -> bool:
    return all(not of_box(left) & of_box(right) for left, right in combinations(packets, 2))


@given(boxes, boxes)
def test_meet_holds_what_is_in_both_boxes(left: Box, right: Box) -> None:
    assert of_box(meet(left, right)) == of_box(left) & of_box(right)


@given(boxes)
def test_a_box_is_empty_where_any_of_its_sets_is(box: Box) -> None:
    assert is_empty(box) == (not of_box(box))


@given(boxes, boxes)
def test_cut_leaves_at_most_three_disjoint_boxes_of_what_is_not_cut_away(box: Box, away: Box) -> None:
    pieces = cut(box, away)
    assert of_all(pieces) == of_box(box) - of_box(away)
    assert len(pieces) <= 3
    assert are_disjoint(pieces)


@given(boxes, boxes)
def test_cut_leaves_no_empty_box(box: Box, away: Box) -> None:
    if not is_empty(box):
        assert not any(map(is_empty, cut(box, away)))


@given(boxes, boxes)
def test_cut_leaves_a_box_alone_that_it_does_not_meet(box: Box, away: Box) -> None:
    if is_empty(meet(box, away)):
        assert cut(box, away) == (box,)


@given(boxes, st.lists(boxes, max_size=4))
def test_minus_takes_every_box_away_and_keeps_the_rest_disjoint(box: Box, away: list[Box]) -> None:
    found = minus((box,), away)
    assert of_all(found) == of_box(box) - of_all(tuple(away))
    assert are_disjoint(found)


@given(boxes, st.lists(boxes, max_size=3), boxes)
def test_within_keeps_what_is_in_the_box(whole: Box, away: list[Box], window: Box) -> None:
    packets = minus((whole,), away)
    found = within(packets, window)
    assert of_all(found) == of_all(packets) & of_box(window)
    assert not any(map(is_empty, found))


@given(boxes, st.lists(boxes, max_size=3))
def test_count_counts_single_packets(whole: Box, away: list[Box]) -> None:
    packets = minus((whole,), away)
    assert count(packets) == len(of_all(packets))


def test_nothing_is_left_of_a_box_that_is_cut_away_whole() -> None:
    box = Box(((1, 2),), ((3, 4),), ((5, 5),))
    assert cut(box, box) == NONE
    assert cut(box, Box(((0, 9),), ((0, 9),), ((0, 9),))) == NONE
