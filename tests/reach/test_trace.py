"""What a hop does to a set of packets, and what a path's verdict is. The oracles look at single packets."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.model.facts import Missing
from skerry.net.intervals import Intervals, normalise
from skerry.net.packets import Box, Packets
from skerry.reach.trace import (
    Cut,
    Destination,
    Hop,
    Passage,
    PathPart,
    Piece,
    Segment,
    Trace,
    judge,
    segments,
)
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict

UNIVERSE = 4
ALL: Intervals = ((0, UNIVERSE - 1),)
LOW: Intervals = ((0, 1),)
HIGH: Intervals = ((2, 3),)
PACKETS = Box(ALL, ALL, ALL)
FACT = Missing("a fact")

Packet = tuple[int, ...]


def lost(cut: Cut) -> Piece:
    return Piece("CODE", "resource", "a rule", "a message", cut)


def undecided(cut: Cut) -> Piece:
    return Piece("UNKNOWN_RESOURCE", "resource", "", "a message", cut, FACT)


def hop(*pieces: Piece) -> Hop:
    return Hop(
        "network-acl",
        "acl-1",
        lost=tuple(piece for piece in pieces if piece.missing is None),
        undecided=tuple(piece for piece in pieces if piece.missing is not None),
    )


def numbers(intervals: Intervals) -> list[int]:
    return [number for low, high in intervals for number in range(low, high + 1)]


def of_box(box: Box) -> set[Packet]:
    return set(product(*map(numbers, box)))


def of_all(packets: Packets) -> set[Packet]:
    return set().union(*map(of_box, packets))


def others(packet: Packet) -> set[Packet]:
    """The packet with each destination that it might be for."""
    source, _, port = packet
    return {(source, destination, port) for destination in range(UNIVERSE)}


def fate(one: Hop, *, choice: bool) -> tuple[set[Packet], set[Packet]]:
    """What a hop loses and leaves undecided, packet by packet."""
    cut_away = of_all(tuple(piece.box(PACKETS) for piece in one.lost))
    open_ = of_all(tuple(piece.box(PACKETS) for piece in one.undecided))
    if choice:
        return cut_away, open_
    certain = {packet for packet in cut_away if others(packet) <= cut_away}
    return certain, open_ | (cut_away - certain)


parts = st.none() | st.lists(st.tuples(*[st.integers(0, UNIVERSE - 1)] * 2), min_size=1, max_size=2).map(
    lambda pairs: normalise((min(pair), max(pair)) for pair in pairs)
)
cuts = st.builds(Cut, parts, parts, parts)
pieces = cuts.map(lost) | cuts.map(undecided)
hops = st.lists(pieces, max_size=3).map(lambda drawn: hop(*drawn))


class TestAHop:
    @given(hops, st.booleans())
    def test_loses_and_leaves_undecided_each_packet_by_its_pieces(self, one: Hop, choice: bool) -> None:  # noqa: FBT001
        found = list(Segment(PACKETS, choice, (one,)).judged())
        away, open_ = fate(one, choice=choice)
        assert of_all(tuple(box for item in found if item.lost for box in item.packets)) == away
        # Where all is lost, it does not matter what is undecided besides.
        if away != of_box(PACKETS):
            assert of_all(tuple(box for item in found if not item.lost for box in item.packets)) == open_

    @given(hops, st.booleans())
    def test_is_said_to_do_in_a_word_what_it_does(self, one: Hop, choice: bool) -> None:  # noqa: FBT001
        away, open_ = fate(one, choice=choice)
        word = "undecided" if open_ else "kept"
        if away:
            word = "lost" if away == of_box(PACKETS) else "part lost"
        assert Segment(PACKETS, choice, (one,)).disposition(one) == word

    def test_that_cuts_along_a_choice_loses_a_part(self) -> None:
        (found,) = Segment(PACKETS, choice=True, hops=(hop(lost(Cut(destination=LOW))),)).judged()
        assert (found.lost, found.packets) == (True, (PACKETS._replace(destination=LOW),))

    def test_that_cuts_along_an_ignorance_leaves_the_part_undecided(self) -> None:
        (found,) = Segment(PACKETS, choice=False, hops=(hop(lost(Cut(destination=LOW))),)).judged()
        assert (found.lost, found.packets) == (False, (PACKETS._replace(destination=LOW),))

    def test_that_loses_all_of_an_ignorance_loses_it(self) -> None:
        whole = hop(lost(Cut(destination=LOW)), lost(Cut(destination=HIGH)))
        found = list(Segment(PACKETS, choice=False, hops=(whole,)).judged())
        assert [item.lost for item in found] == [True, True]

    def test_that_cuts_along_a_choice_beside_an_ignorance_loses_a_part(self) -> None:
        (found,) = Segment(PACKETS, choice=False, hops=(hop(lost(Cut(ports=LOW))),)).judged()
        assert (found.lost, found.packets) == (True, (PACKETS._replace(ports=LOW),))

    def test_says_nothing_of_packets_that_the_flow_does_not_have(self) -> None:
        elsewhere = hop(lost(Cut(source=((8, 9),))), undecided(Cut(ports=((8, 9),))))
        assert list(Segment(PACKETS, choice=True, hops=(elsewhere,)).judged()) == []

    def test_is_clean_where_it_keeps_everything(self) -> None:
        assert hop().clean
        assert not hop(lost(Cut())).clean
        assert not hop(undecided(Cut())).clean


def expected(parts: list[Segment]) -> Verdict:
    """The verdict of a path by the letter of the design."""
    verdicts = []
    for part in parts:
        fates = [fate(one, choice=part.choice) for one in part.hops]
        away: set[Packet] = set().union(*(each for each, _ in fates))
        if away == of_box(part.packets):
            return BLOCKED
        verdicts.append(INTERMITTENT if away else UNKNOWN if any(open_ for _, open_ in fates) else OK)
    return next((verdict for verdict in (INTERMITTENT, UNKNOWN) if verdict in verdicts), OK)


AXES = ("placement", "address", "ports")


def differ_only(left: set[Packet], right: set[Packet], place: int) -> bool:
    """Whether a packet of one set and one of the other differ only in one coordinate."""
    rest = [{packet[:place] + packet[place + 1 :] for packet in packets} for packets in (left, right)]
    return bool(rest[0] & rest[1])


paths = st.lists(
    st.builds(Segment, st.just(PACKETS), st.booleans(), st.lists(hops, max_size=3).map(tuple)), min_size=1, max_size=2
)


class TestAPath:
    @given(paths)
    def test_is_judged_by_what_its_hops_keep_together(self, drawn: list[Segment]) -> None:
        assert judge(drawn).verdict is expected(drawn)

    @given(paths)
    def test_says_why_only_where_it_is_intermittent(self, drawn: list[Segment]) -> None:
        found = judge(drawn)
        assert bool(found.because) == (found.verdict is INTERMITTENT)

    @given(paths, hops)
    def test_is_no_better_for_another_hop(self, drawn: list[Segment], one: Hop) -> None:
        order = (OK, UNKNOWN, INTERMITTENT, BLOCKED)
        first = Segment(drawn[0].packets, drawn[0].choice, (*drawn[0].hops, one))
        assert order.index(judge([first, *drawn[1:]]).verdict) >= order.index(judge(drawn).verdict)

    @pytest.mark.parametrize(
        ("pieces", "verdict"),
        [
            ([], OK),
            ([undecided(Cut())], UNKNOWN),
            ([undecided(Cut(ports=LOW))], UNKNOWN),
            ([lost(Cut(ports=LOW))], INTERMITTENT),
            ([lost(Cut(ports=LOW)), undecided(Cut(ports=HIGH))], INTERMITTENT),
            ([lost(Cut(ports=LOW)), lost(Cut(ports=HIGH))], BLOCKED),
            ([lost(Cut())], BLOCKED),
        ],
        ids=["clean", "undecided", "part undecided", "part lost", "the rest undecided", "in parts", "whole"],
    )
    def test_through_one_hop(self, pieces: list[Piece], verdict: Verdict) -> None:
        assert judge([Segment(PACKETS, choice=True, hops=(hop(*pieces),))]).verdict is verdict

    def test_is_blocked_where_two_hops_leave_nothing_between_them(self) -> None:
        two = (hop(lost(Cut(ports=LOW))), hop(lost(Cut(ports=HIGH))))
        assert judge([Segment(PACKETS, choice=True, hops=two)]).verdict is BLOCKED

    def test_is_intermittent_where_two_segments_each_leave_something(self) -> None:
        parts = [
            Segment(PACKETS, choice=True, hops=(hop(lost(Cut(ports=LOW))),)),
            Segment(PACKETS, choice=True, hops=(hop(lost(Cut(ports=HIGH))),)),
        ]
        assert judge(parts).verdict is INTERMITTENT

    @pytest.mark.parametrize(
        ("cut", "because"),
        [
            (Cut(source=LOW), ("placement",)),
            (Cut(destination=LOW), ("address",)),
            (Cut(ports=LOW), ("ports",)),
            (Cut(source=LOW, ports=HIGH), ("placement", "ports")),
        ],
    )
    def test_is_intermittent_because_of_the_axes_that_it_is_cut_along(self, cut: Cut, because: tuple[str, ...]) -> None:
        assert judge([Segment(PACKETS, choice=True, hops=(hop(lost(cut)),))]).because == because

    @given(st.lists(hops, max_size=3).map(tuple))
    def test_is_intermittent_because_of_what_alone_makes_the_difference_for_a_packet(self, drawn: Any) -> None:
        part = Segment(PACKETS, choice=True, hops=drawn)
        away: set[Packet] = set().union(*(fate(one, choice=True)[0] for one in drawn))
        found = judge([part])
        if found.verdict is INTERMITTENT:
            kept = of_box(PACKETS) - away
            assert set(found.because) == {axis for place, axis in enumerate(AXES) if differ_only(away, kept, place)}

    def test_is_not_intermittent_because_of_addresses_that_all_fail_alike(self) -> None:
        alike = hop(lost(Cut(destination=LOW, ports=LOW)), lost(Cut(destination=HIGH, ports=LOW)))
        assert judge([Segment(PACKETS, choice=True, hops=(alike,))]).because == ("ports",)

    def test_gives_every_piece_that_decided(self) -> None:
        two = (hop(lost(Cut(ports=LOW))), hop(undecided(Cut())))
        found = judge([Segment(PACKETS, choice=True, hops=two)])
        assert [(item.hop, item.lost) for item in found.judged] == [(two[0], True), (two[1], False)]


class TestADoubtedPath:
    """One of several of which it is not known which one holds: nothing is certainly lost on it."""

    def trace(self, *pieces: Piece, choice: bool = True) -> Trace:
        destination = Destination("there", ALL, choice=choice)
        way = Passage.of((PathPart(PACKETS, (hop(*pieces),)),), None, choice=destination.choice)
        return Trace("subnet-a", destination, (), way, None, *judge(segments((), way, None, destination)))

    def test_is_unknown_for_the_fact_that_is_missing(self) -> None:
        before = self.trace(lost(Cut(ports=LOW)), undecided(Cut(ports=HIGH)))
        after = before.doubted()
        assert (before.verdict, after.verdict, after.because) == (INTERMITTENT, UNKNOWN, ())
        assert [(item.piece.missing, item.lost) for item in after.judged] == [(FACT, False)]

    def test_is_unknown_for_all_of_its_pieces_where_the_address_is_not_known(self) -> None:
        before = self.trace(lost(Cut(ports=LOW)), undecided(Cut(ports=HIGH)), choice=False)
        after = before.doubted()
        assert after.verdict is UNKNOWN
        assert [(item.piece, item.lost) for item in after.judged] == [(item.piece, False) for item in before.judged]

    def test_is_unknown_for_all_of_its_pieces_where_it_is_not_known_to_be_taken(self) -> None:
        before = self.trace(lost(Cut()))
        after = before.doubted(address=True)
        assert [(item.piece, item.lost) for item in after.judged] == [(before.judged[0].piece, False)]
        assert before.doubted().judged == ()

    def test_is_as_good_as_it_was_where_nothing_is_lost(self) -> None:
        before = self.trace()
        assert before.doubted() is before


class TestSegments:
    first, there, back, last = hop(), hop(), hop(), hop()

    def test_of_one_way_begin_with_the_source_and_turn_at_the_end(self) -> None:
        way = PathPart(PACKETS, (self.there,), (self.back,))
        destination = Destination("there", ALL)
        (only,) = segments((self.first,), Passage.of((way,), None, choice=destination.choice), self.last, destination)
        assert only == Segment(PACKETS, choice=True, hops=(self.first, self.there, self.last, self.back))

    def test_of_two_ways_have_the_source_and_the_interface_that_it_comes_to_in_the_first(self) -> None:
        ways = (PathPart(PACKETS, (self.there,)), PathPart(PACKETS, (self.back,)))
        destination = Destination("there", ALL, choice=False)
        one, other = segments((self.first,), Passage.of(ways, None, choice=destination.choice), self.last, destination)
        assert (one.hops, other.hops) == ((self.first, self.there, self.last), (self.back,))
        assert (one.choice, other.choice) == (False, False)

    def test_without_a_filter_at_the_end_just_turn(self) -> None:
        destination = Destination("there", ALL)
        passage = Passage.of((PathPart(PACKETS, (self.there,), (self.back,)),), None, choice=destination.choice)
        (only,) = segments((), passage, None, destination)
        assert only.hops == (self.there, self.back)

    def test_of_a_way_that_does_not_even_begin_hold_what_stopped_it(self) -> None:
        stopped = hop(lost(Cut()))
        (only,) = segments((stopped,), None, None, Destination("nowhere", ()))
        assert only.hops == (stopped,)
        assert judge([only]).verdict is BLOCKED

    def test_a_passage_is_clean_where_all_of_its_hops_are(self) -> None:
        destination = Destination("there", ALL)
        assert Passage.of((PathPart(PACKETS, (hop(),), (hop(),)),), None, choice=destination.choice).clean
        assert not Passage.of(
            (PathPart(PACKETS, (hop(),), (hop(undecided(Cut())),)),), None, choice=destination.choice
        ).clean

    def test_a_trace_tells_its_hops_in_the_order_of_the_way(self) -> None:
        """Through a NAT gateway packets cross two segments, and replies cross them in reverse."""
        out, far = Hop("route", "rtb-a"), Hop("route", "rtb-b")
        home, near = Hop("network-acl", "acl-b", leg="back"), Hop("network-acl", "acl-a", "in", "back")
        ways = (PathPart(PACKETS, (out,), (near,)), PathPart(PACKETS, (far,), (home,)))
        destination = Destination("there", ALL)
        dns = Hop("dns", "vpc-1")
        trace = Trace("subnet-a", destination, (dns,), Passage.of(ways, None, choice=destination.choice), None, OK)
        assert [one for one, _ in trace.hops()] == [dns, out, far, home, near]
        assert {does for _, does in trace.hops()} == {"kept"}
