"""What a walk yields: pieces of packets lost or undecided, hops, segments, and the Trace with its verdict.

A flow's packets are a box of source addresses × destination addresses × source ports. Each of the three is a
*choice*, every member of which occurs (a subnet's addresses, a prefix list, the client's ports), or *ignorance*: it
is one member, and not known which (the public address of an AWS API). A hop keeps, loses or leaves undecided each
packet; it says only what it loses and leaves undecided, the rest is kept.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from skerry.catalogue.services import ServiceRef
from skerry.catalogue.table import Grade
from skerry.model.facts import Missing
from skerry.net.intervals import Intervals
from skerry.net.packets import Box, Packets, is_empty, meet, minus, within
from skerry.net.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict

Because = Literal["placement", "address", "ports"]
Direction = Literal["out", "in"]
Leg = Literal["there", "back"]
Kind = Literal["dns", "security-group", "network-acl", "route", "endpoint", "gateway", "interface", "subnet", "fargate"]


class Destination(msgspec.Struct, frozen=True, eq=False):
    """Where a name or address leads. Compared by identity: a walker makes each of them once.

    ``groups``: the security groups that guard it, None where none do. ``prefix_list``: AWS's list that holds just
    these addresses. ``elsewhere``: known to be in no prefix list of a gateway service.
    """

    label: str
    addresses: Intervals
    choice: bool = True
    service: ServiceRef | None = None
    prefix_list: str | None = None
    elsewhere: bool = False
    endpoint: str | None = None
    interface: str | None = None
    subnet: str | None = None
    groups: tuple[str, ...] | Missing | None = None


class Piece(msgspec.Struct, frozen=True):
    """Packets that one rule loses or that one missing fact leaves undecided; None on an axis: all of it."""

    code: str
    resource: str
    rule: str
    message: str
    source: Intervals | None = None
    destination: Intervals | None = None
    ports: Intervals | None = None
    missing: Missing | None = None

    def box(self, packets: Box) -> Box:
        """The packets of the flow that the piece is about."""
        mine = Box(
            packets.source if self.source is None else self.source,
            packets.destination if self.destination is None else self.destination,
            packets.ports if self.ports is None else self.ports,
        )
        return meet(packets, mine)


class Hop(msgspec.Struct, frozen=True, eq=False):
    """One thing on the way that decides about packets; ``rule`` is the user's rule that let most of them pass."""

    kind: Kind
    resource: str
    direction: Direction = "out"
    leg: Leg = "there"
    rule: str = ""
    lost: tuple[Piece, ...] = ()
    undecided: tuple[Piece, ...] = ()
    grade: Grade = "documented"

    @property
    def clean(self) -> bool:
        """Tell whether the hop keeps everything."""
        return not self.lost and not self.undecided


class Segment(msgspec.Struct, frozen=True):
    """A stretch of the way on which the packets' addresses and ports stay the same."""

    packets: Box
    choice: bool
    hops: tuple[Hop, ...]

    def judged(self) -> Iterator["Judged"]:
        """Every piece of every hop with the packets that it really loses or leaves undecided."""
        for hop in self.hops:
            if not hop.clean:
                yield from self._judge(hop)

    def disposition(self, hop: Hop) -> str:
        """What a hop does to the packets of this segment, in a word or two."""
        judged = list(self._judge(hop))
        lost = [box for item in judged if item.lost for box in item.packets]
        if lost:
            return "part lost" if minus((self.packets,), lost) else "lost"
        return "undecided" if judged else "kept"

    def _judge(self, hop: Hop) -> Iterator["Judged"]:
        boxes = [(piece, box) for piece in hop.lost if not is_empty(box := piece.box(self.packets))]
        spared = () if self.choice else self._spared([box for _, box in boxes])
        for piece, box in boxes:
            if lost := minus((box,), spared):
                yield Judged(hop, piece, lost, lost=True)
            # A cut along an ignorance: the one member there is may be on either side of it.
            if cut := within(spared, box):
                yield Judged(hop, piece, cut, lost=False)
        for piece in hop.undecided:
            box = piece.box(self.packets)
            if not is_empty(box):
                yield Judged(hop, piece, (box,), lost=False)

    def _spared(self, lost: list[Box]) -> Packets:
        """The packets that share source and ports with one that the hop does not lose."""
        kept = minus((self.packets,), lost)
        spread: Packets = ()
        for box in kept:
            whole = Box(box.source, self.packets.destination, box.ports)
            spread += minus((whole,), spread)
        return spread


class Judged(msgspec.Struct, frozen=True):
    """A piece with the packets of a flow that it concerns."""

    hop: Hop
    piece: Piece
    packets: Packets
    lost: bool


class Way(msgspec.Struct, frozen=True):
    """A segment between its ends, without the filters of the source and destination interfaces."""

    packets: Box
    there: tuple[Hop, ...]
    back: tuple[Hop, ...] = ()


class Passage(msgspec.Struct, frozen=True, eq=False):
    """The way of some packets through the network; ``guard``: the groups of the interface where it ends."""

    ways: tuple[Way, ...]
    choice: bool
    guard: tuple[str, ...] | Missing | None = None
    clean: bool = False

    @classmethod
    def of(cls, ways: tuple[Way, ...], destination: Destination, guard: tuple[str, ...] | Missing | None) -> "Passage":
        """A passage that knows whether all of its hops are clean."""
        clean = all(hop.clean for way in ways for hop in way.there + way.back)
        return cls(ways, destination.choice, guard, clean)


class Trace(msgspec.Struct, frozen=True):
    """One path of a flow with everything that decided about it.

    ``intended``: an endpoint that DNS does not lead to, walked for its blockers, not for the verdict.
    """

    subnet: str
    destination: Destination
    first: tuple[Hop, ...]
    passage: Passage | None
    last: Hop | None
    verdict: Verdict
    because: tuple[Because, ...] = ()
    intended: bool = False

    def segments(self) -> tuple[Segment, ...]:
        """The segments with all of their hops, in the order of the way."""
        return segments(self.first, self.passage, self.last, self.destination)


def segments(
    first: tuple[Hop, ...], passage: Passage | None, last: Hop | None, destination: Destination
) -> tuple[Segment, ...]:
    """Put the hops of a path together: those of the source, of the network, and of the interface at the end."""
    if passage is None:
        everything = Box(((0, 0),), destination.addresses or ((0, 0),), ((0, 0),))
        return (Segment(everything, destination.choice, first),)
    result = []
    for position, way in enumerate(passage.ways):
        start = first if position == 0 else ()
        end = (last,) if last is not None and position == len(passage.ways) - 1 else ()
        result.append(Segment(way.packets, passage.choice, start + way.there + end + way.back))
    return tuple(result)


def verdict_of(parts: Iterable[Segment]) -> tuple[Verdict, tuple[Because, ...]]:
    """Judge a path: blocked where a segment loses everything, intermittent where anything is lost."""
    because: dict[Because, None] = {}
    blocked = lossy = open_questions = False
    for part in parts:
        lost: list[Box] = []
        for judged in part.judged():
            if judged.lost:
                lost.extend(judged.packets)
            else:
                open_questions = True
        if lost:
            lossy = True
            blocked |= not minus((part.packets,), lost)
            because |= dict.fromkeys(_axes(part.packets, lost))
    if blocked:
        return BLOCKED, ()
    if lossy:
        return INTERMITTENT, tuple(because)
    return (UNKNOWN if open_questions else OK), ()


def _axes(packets: Box, lost: list[Box]) -> Iterator[Because]:
    if any(box.source != packets.source for box in lost):
        yield "placement"
    if any(box.destination != packets.destination for box in lost):
        yield "address"
    if any(box.ports != packets.ports for box in lost):
        yield "ports"
