"""The algebra of packet sets agrees with single packets, drawn from a small universe and written out."""

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from skerry.net.intervals import Intervals, normalise
from skerry.net.packets import NONE, Box, Packets, count, cut, is_empty, meet, restrict_to_box, subtract_boxes

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
    return set(product(*map(members, structs.astuple(box))))


def of_all(packets: Packets) -> set[tuple[int, ...]]:
    return set().union(*map(of_box, packets))


def are_disjoint(packets: Packets) -> bool:
    return all(not of_box(left) & of_box(right) for left, right in combinations(packets, 2))


@given(boxes, boxes)
def test_packet_meet_returns_the_packets_in_both_boxes(left: Box, right: Box) -> None:
    assert of_box(meet(left, right)) == of_box(left) & of_box(right)


@given(boxes)
def test_packet_box_is_empty_if_any_of_its_sets_is_empty(box: Box) -> None:
    assert is_empty(box) == (not of_box(box))


@given(boxes, boxes)
def test_packet_cut_returns_at_most_three_disjoint_boxes(box: Box, away: Box) -> None:
    pieces = cut(box, away)
    assert of_all(pieces) == of_box(box) - of_box(away)
    assert len(pieces) <= 3
    assert are_disjoint(pieces)


@given(boxes, boxes)
def test_packet_cut_returns_no_empty_box(box: Box, away: Box) -> None:
    if not is_empty(box):
        assert not any(map(is_empty, cut(box, away)))


@given(boxes, boxes)
def test_packet_cut_keeps_a_box_that_does_not_overlap(box: Box, away: Box) -> None:
    if is_empty(meet(box, away)):
        assert cut(box, away) == (box,)


@given(boxes, st.lists(boxes, max_size=4))
def test_packet_minus_removes_every_box_and_keeps_the_rest_disjoint(box: Box, away: list[Box]) -> None:
    found = subtract_boxes((box,), away)
    assert of_all(found) == of_box(box) - of_all(tuple(away))
    assert are_disjoint(found)


@given(boxes, st.lists(boxes, max_size=3), boxes)
def test_packet_within_keeps_only_packets_in_the_box(whole: Box, away: list[Box], window: Box) -> None:
    packets = subtract_boxes((whole,), away)
    found = restrict_to_box(packets, window)
    assert of_all(found) == of_all(packets) & of_box(window)
    assert not any(map(is_empty, found))


@given(boxes, st.lists(boxes, max_size=3))
def test_packet_count_returns_the_number_of_packets(whole: Box, away: list[Box]) -> None:
    packets = subtract_boxes((whole,), away)
    assert count(packets) == len(of_all(packets))


def test_packet_cut_of_the_whole_box_leaves_nothing() -> None:
    box = Box(((1, 2),), ((3, 4),), ((5, 5),))
    assert cut(box, box) == NONE
    assert cut(box, Box(((0, 9),), ((0, 9),), ((0, 9),))) == NONE


def test_packet_cut_of_a_box_with_other_ports_keeps_the_box() -> None:
    box = Box(((1, 2),), ((3, 4),), ((5, 5),))
    assert cut(box, Box(((1, 2),), ((3, 4),), ((6, 9),))) == (box,)


def test_packet_count_multiplies_the_sizes_and_adds_the_boxes() -> None:
    assert count((Box(((1, 2),), ((3, 4), (6, 6)), ((5, 5),)), Box(((7, 7),), ((0, 9),), ((1, 1),)))) == 16
