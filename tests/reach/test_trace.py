"""What a hop does to a set of packets, and what a path's verdict is. The oracles look at single packets."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from skerry.model.facts import Missing
from skerry.net.intervals import Intervals, normalise
from skerry.net.packets import Box, Packets
from skerry.reach.trace import (
    Cut,
    Destination,
    Hop,
    PacketPath,
    PathPart,
    Piece,
    Segment,
    Trace,
    join_segments,
    judge,
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
    return set(product(*map(numbers, structs.astuple(box))))


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


class TestHops:
    @given(hops, st.booleans())
    def test_hop_loses_and_leaves_undecided_the_packets_of_its_pieces(self, one: Hop, choice: bool) -> None:  # noqa: FBT001
        found = list(Segment(PACKETS, choice, (one,)).judged())
        away, open_ = fate(one, choice=choice)
        assert of_all(tuple(box for item in found if item.lost for box in item.packets)) == away
        # Where all is lost, it does not matter what is undecided besides.
        if away != of_box(PACKETS):
            assert of_all(tuple(box for item in found if not item.lost for box in item.packets)) == open_

    @given(hops, st.booleans())
    def test_hop_disposition_matches_its_effect_on_packets(self, one: Hop, choice: bool) -> None:  # noqa: FBT001
        away, open_ = fate(one, choice=choice)
        word = "undecided" if open_ else "kept"
        if away:
            word = "lost" if away == of_box(PACKETS) else "part lost"
        assert Segment(PACKETS, choice, (one,)).disposition(one) == word

    def test_hop_cut_by_address_loses_part_if_any_address_may_be_used(self) -> None:
        (found,) = Segment(PACKETS, choice=True, hops=(hop(lost(Cut(destination=LOW))),)).judged()
        assert (found.lost, found.packets) == (True, (structs.replace(PACKETS, destination=LOW),))

    def test_hop_cut_by_address_is_undecided_if_address_is_unknown(self) -> None:
        (found,) = Segment(PACKETS, choice=False, hops=(hop(lost(Cut(destination=LOW))),)).judged()
        assert (found.lost, found.packets) == (False, (structs.replace(PACKETS, destination=LOW),))

    def test_hop_loses_unknown_address_if_all_addresses_are_lost(self) -> None:
        whole = hop(lost(Cut(destination=LOW)), lost(Cut(destination=HIGH)))
        found = list(Segment(PACKETS, choice=False, hops=(whole,)).judged())
        assert [item.lost for item in found] == [True, True]

    def test_hop_cut_by_port_loses_part_even_if_address_is_unknown(self) -> None:
        (found,) = Segment(PACKETS, choice=False, hops=(hop(lost(Cut(ports=LOW))),)).judged()
        assert (found.lost, found.packets) == (True, (structs.replace(PACKETS, ports=LOW),))

    def test_hop_ignores_pieces_outside_the_flow(self) -> None:
        elsewhere = hop(lost(Cut(source=((8, 9),))), undecided(Cut(ports=((8, 9),))))
        assert list(Segment(PACKETS, choice=True, hops=(elsewhere,)).judged()) == []

    def test_hop_is_clean_only_without_pieces(self) -> None:
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


class TestPathVerdicts:
    @given(paths)
    def test_path_verdict_agrees_with_single_packet_oracle(self, drawn: list[Segment]) -> None:
        assert judge(drawn).verdict is expected(drawn)

    @given(paths)
    def test_path_gives_a_cause_only_if_intermittent(self, drawn: list[Segment]) -> None:
        found = judge(drawn)
        assert bool(found.because) == (found.verdict is INTERMITTENT)

    @given(paths, hops)
    def test_path_verdict_does_not_improve_with_an_added_hop(self, drawn: list[Segment], one: Hop) -> None:
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
    def test_path_verdict_follows_from_pieces_of_a_single_hop(self, pieces: list[Piece], verdict: Verdict) -> None:
        assert judge([Segment(PACKETS, choice=True, hops=(hop(*pieces),))]).verdict is verdict

    def test_path_is_blocked_if_two_hops_together_lose_everything(self) -> None:
        two = (hop(lost(Cut(ports=LOW))), hop(lost(Cut(ports=HIGH))))
        assert judge([Segment(PACKETS, choice=True, hops=two)]).verdict is BLOCKED

    def test_path_is_intermittent_if_two_segments_each_lose_a_part(self) -> None:
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
    def test_path_causes_are_the_axes_of_the_cut(self, cut: Cut, because: tuple[str, ...]) -> None:
        assert judge([Segment(PACKETS, choice=True, hops=(hop(lost(cut)),))]).because == because

    @given(st.lists(hops, max_size=3).map(tuple))
    def test_path_causes_are_axes_that_alone_separate_lost_and_kept_packets(self, drawn: Any) -> None:
        part = Segment(PACKETS, choice=True, hops=drawn)
        away: set[Packet] = set().union(*(fate(one, choice=True)[0] for one in drawn))
        found = judge([part])
        if found.verdict is INTERMITTENT:
            kept = of_box(PACKETS) - away
            assert set(found.because) == {axis for place, axis in enumerate(AXES) if differ_only(away, kept, place)}

    def test_path_causes_omit_address_if_all_addresses_fail_alike(self) -> None:
        alike = hop(lost(Cut(destination=LOW, ports=LOW)), lost(Cut(destination=HIGH, ports=LOW)))
        assert judge([Segment(PACKETS, choice=True, hops=(alike,))]).because == ("ports",)

    def test_path_lists_lost_and_undecided_pieces(self) -> None:
        two = (hop(lost(Cut(ports=LOW))), hop(undecided(Cut())))
        found = judge([Segment(PACKETS, choice=True, hops=two)])
        assert [(item.hop, item.lost) for item in found.judged] == [(two[0], True), (two[1], False)]


class TestDoubtedTraces:
    """One of several of which it is not known which one holds: nothing is certainly lost on it."""

    def trace(self, *pieces: Piece, choice: bool = True) -> Trace:
        destination = Destination("there", ALL, choice=choice)
        way = PacketPath.of((PathPart(PACKETS, (hop(*pieces),)),), None, choice=destination.choice)
        return Trace("subnet-a", destination, (), way, None, *judge(join_segments((), way, None, destination)))

    def test_doubted_trace_is_unknown_and_keeps_only_undecided_pieces(self) -> None:
        before = self.trace(lost(Cut(ports=LOW)), undecided(Cut(ports=HIGH)))
        after = before.doubted()
        assert (before.verdict, after.verdict, after.because) == (INTERMITTENT, UNKNOWN, ())
        assert [(item.piece.missing, item.lost) for item in after.judged] == [(FACT, False)]

    def test_doubted_trace_of_unknown_address_keeps_all_pieces_as_undecided(self) -> None:
        before = self.trace(lost(Cut(ports=LOW)), undecided(Cut(ports=HIGH)), choice=False)
        after = before.doubted()
        assert after.verdict is UNKNOWN
        assert [(item.piece, item.lost) for item in after.judged] == [(item.piece, False) for item in before.judged]

    def test_doubted_trace_by_address_turns_lost_pieces_undecided(self) -> None:
        before = self.trace(lost(Cut()))
        after = before.doubted(address=True)
        assert [(item.piece, item.lost) for item in after.judged] == [(before.judged[0].piece, False)]
        assert before.doubted().judged == ()

    def test_doubted_trace_without_pieces_is_unchanged(self) -> None:
        before = self.trace()
        assert before.doubted() is before


class TestSegments:
    first, there, back, last = hop(), hop(), hop(), hop()

    def test_segment_of_single_part_orders_source_end_and_return_hops(self) -> None:
        way = PathPart(PACKETS, (self.there,), (self.back,))
        destination = Destination("there", ALL)
        (only,) = join_segments(
            (self.first,), PacketPath.of((way,), None, choice=destination.choice), self.last, destination
        )
        assert only == Segment(PACKETS, choice=True, hops=(self.first, self.there, self.last, self.back))

    def test_segments_of_two_parts_put_source_and_end_filter_in_the_first(self) -> None:
        ways = (PathPart(PACKETS, (self.there,)), PathPart(PACKETS, (self.back,)))
        destination = Destination("there", ALL, choice=False)
        one, other = join_segments(
            (self.first,), PacketPath.of(ways, None, choice=destination.choice), self.last, destination
        )
        assert (one.hops, other.hops) == ((self.first, self.there, self.last), (self.back,))
        assert (one.choice, other.choice) == (False, False)

    def test_segment_without_end_filter_has_only_passage_hops(self) -> None:
        destination = Destination("there", ALL)
        passage = PacketPath.of((PathPart(PACKETS, (self.there,), (self.back,)),), None, choice=destination.choice)
        (only,) = join_segments((), passage, None, destination)
        assert only.hops == (self.there, self.back)

    def test_segment_without_passage_holds_the_blocking_source_hop(self) -> None:
        stopped = hop(lost(Cut()))
        (only,) = join_segments((stopped,), None, None, Destination("nowhere", ()))
        assert only.hops == (stopped,)
        assert judge([only]).verdict is BLOCKED

    def test_passage_is_clean_only_if_all_hops_are_clean(self) -> None:
        destination = Destination("there", ALL)
        assert PacketPath.of((PathPart(PACKETS, (hop(),), (hop(),)),), None, choice=destination.choice).clean
        assert not PacketPath.of(
            (PathPart(PACKETS, (hop(),), (hop(undecided(Cut())),)),), None, choice=destination.choice
        ).clean

    def test_trace_lists_hops_in_path_order_through_nat_gateway(self) -> None:
        """Through a NAT gateway packets cross two segments, and replies cross them in reverse."""
        out, far = Hop("route", "rtb-a"), Hop("route", "rtb-b")
        home, near = Hop("network-acl", "acl-b", leg="back"), Hop("network-acl", "acl-a", "in", "back")
        ways = (PathPart(PACKETS, (out,), (near,)), PathPart(PACKETS, (far,), (home,)))
        destination = Destination("there", ALL)
        dns = Hop("dns", "vpc-1")
        trace = Trace("subnet-a", destination, (dns,), PacketPath.of(ways, None, choice=destination.choice), None, OK)
        assert [one for one, _ in trace.hops()] == [dns, out, far, home, near]
        assert {does for _, does in trace.hops()} == {"kept"}
