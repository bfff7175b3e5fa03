"""Records of a walk: pieces of packets lost or undecided, hops, segments, and the Trace with its verdict.

A flow's packets are a box over source addresses, destination addresses and source ports. Each of the three is a
*choice*: every member occurs (a subnet's addresses, a prefix list, the client's ports). Or it is *ignorance*: one
member occurs, unknown which (the public address of an AWS API). A hop keeps, loses or leaves undecided each packet; it
says only what it loses and leaves undecided, the rest is kept.
"""

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

import msgspec

from skerry.catalogue.data_files import Grade
from skerry.catalogue.services import ServiceRef
from skerry.model.facts import Missing
from skerry.net.addresses import ANY
from skerry.net.intervals import Intervals, intersect
from skerry.net.packets import Box, Packets, is_empty, restrict_to_box, subtract_boxes
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN, Verdict

Because = Literal["placement", "address", "ports"]
Direction = Literal["out", "in"]
Leg = Literal["there", "back"]
Kind = Literal[
    "dns",
    "security-group",
    "network-acl",
    "route",
    "endpoint",
    "gateway",
    "transit-gateway",
    "peering",
    "interface",
    "subnet",
    "fargate",
    "role",
    "resource",
]


class Destination(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Where a name or address leads. Compared by identity: a walker makes each of them once.

    ``groups``: its security groups, None if it has none. ``prefix_list``: AWS's list that holds just these addresses.
    ``elsewhere``: known to be in no prefix list of a gateway service. ``absent``: no interface has the address.
    ``behind``: the real destination of an address that NAT64 translates.
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
    absent: bool = False
    behind: "Destination | None" = None


NOWHERE = Destination("nowhere", ANY, choice=False, groups=Missing("where the name leads"))
"""Where a name leads that has no answer: any address, of whatever interface, and not known which."""


class Cut(NamedTuple):
    """A part of a flow's packets, by each of the three axes; None: all of it."""

    source: Intervals | None = None
    destination: Intervals | None = None
    ports: Intervals | None = None


WHOLE = Cut()


class AbsentEndpoint(NamedTuple):
    """The VPC endpoint that would serve packets without a route: its service name and its type."""

    service_name: str
    kind: Literal["Interface", "Gateway"]


class Piece(msgspec.Struct, frozen=True, gc=False):
    """Packets lost by one rule, or undecided for one missing fact.

    ``words``: what AWS answers instead; ``asked``: the action and the resource of a request that is refused, as a
    statement names them. ``denied``: how the statement of an explicit Deny has to change. ``absent_endpoint``: an
    endpoint that would serve the packets.
    """

    code: str
    resource: str
    rule: str
    message: str
    cut: Cut = WHOLE
    missing: Missing | None = None
    words: str = ""
    asked: tuple[str, str] | None = None
    denied: str = ""
    absent_endpoint: AbsentEndpoint | None = None

    def box(self, packets: Box) -> Box:
        """Return the packets of the flow that the piece is about."""
        source, destination, ports = self.cut
        return Box(
            packets.source if source is None else intersect(packets.source, source),
            packets.destination if destination is None else intersect(packets.destination, destination),
            packets.ports if ports is None else intersect(packets.ports, ports),
        )


class HopPlace(NamedTuple):
    """The VPC that a hop is in, and its subnet if it is in one."""

    vpc: str
    subnet: str | None = None


class Hop(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One decision about packets on a path; ``rule`` is the user's rule that let most of them pass.

    ``by_one_rule``: that rule is the first one asked and holds for every address, so it decides for any other too.
    ``at``: its place, None if it has none or another part of the Trace has it (see `Trace.place_of`). ``to``: the
    resource that packets are sent to next, of a route or a connection; empty if it sends them nowhere.
    """

    kind: Kind
    resource: str
    direction: Direction = "out"
    leg: Leg = "there"
    rule: str = ""
    lost: tuple[Piece, ...] = ()
    undecided: tuple[Piece, ...] = ()
    grade: Grade = "documented"
    by_one_rule: bool = False
    at: HopPlace | None = None
    to: str = ""

    @property
    def clean(self) -> bool:
        """Tell whether the hop keeps everything."""
        return not self.lost and not self.undecided


def are_clean(hops: Iterable[Hop]) -> bool:
    """Tell whether every hop keeps everything; a loop, as every path of every walk asks it."""
    for hop in hops:  # noqa: SIM110 -- a generator costs more than the question
        if hop.lost or hop.undecided:
            return False
    return True


class Segment(msgspec.Struct, frozen=True, gc=False):
    """A stretch of the way on which the packets' addresses and ports stay the same."""

    packets: Box
    choice: bool
    hops: tuple[Hop, ...]

    def judged(self) -> Iterator["JudgedPiece"]:
        """Yield every piece of every hop with the packets that it really loses or leaves undecided."""
        for hop in self.hops:
            if not hop.clean:
                yield from self._judge(hop)

    def disposition(self, hop: Hop) -> str:
        """Return the effect of the hop on the packets of this segment, in a word or two."""
        judged = list(self._judge(hop))
        lost = [box for item in judged if item.lost for box in item.packets]
        if lost:
            return "part lost" if subtract_boxes((self.packets,), lost) else "lost"
        return "undecided" if judged else "kept"

    def _judge(self, hop: Hop) -> Iterator["JudgedPiece"]:
        if any(piece.cut == WHOLE for piece in hop.lost):
            yield from (JudgedPiece(hop, piece, (self.packets,), lost=True) for piece in hop.lost if piece.cut == WHOLE)
            return
        boxes = [(piece, box) for piece in hop.lost if not is_empty(box := piece.box(self.packets))]
        spared = () if self.choice or not boxes else self._spared([box for _, box in boxes])
        for piece, box in boxes:
            if lost := subtract_boxes((box,), spared):
                yield JudgedPiece(hop, piece, lost, lost=True)
            # A cut along an ignorance: the one member there is may be on either side of it.
            if cut := restrict_to_box(spared, box):
                yield JudgedPiece(hop, piece, cut, lost=False)
        for piece in hop.undecided:
            box = piece.box(self.packets)
            if not is_empty(box):
                yield JudgedPiece(hop, piece, (box,), lost=False)

    def _spared(self, lost: list[Box]) -> Packets:
        """Return the packets with the same source and ports as one that the hop keeps."""
        surviving = subtract_boxes((self.packets,), lost)
        spread: Packets = ()
        for box in surviving:
            widened = Box(box.source, self.packets.destination, box.ports)
            spread += subtract_boxes((widened,), spread)
        return spread


class JudgedPiece(msgspec.Struct, frozen=True, gc=False):
    """A piece with the packets of a flow that it concerns."""

    hop: Hop
    piece: Piece
    packets: Packets
    lost: bool


class PathPart(msgspec.Struct, frozen=True, gc=False):
    """A segment between its ends, without the filters of the source and destination interfaces."""

    packets: Box
    there: tuple[Hop, ...]
    back: tuple[Hop, ...] = ()


class Guard(msgspec.Struct, frozen=True, gc=False):
    """The security groups of an interface and its place; ``seen``: whether they see the groups of the sender."""

    groups: tuple[str, ...] | Missing
    seen: bool | Missing = True
    at: HopPlace | None = None


class PacketPath(msgspec.Struct, frozen=True, eq=False, gc=False):
    """The way of some packets through the network; ``guard``: the security groups at the end of the first segment."""

    ways: tuple[PathPart, ...]
    choice: bool
    guard: Guard | None = None
    clean: bool = False

    @classmethod
    def of(cls, ways: tuple[PathPart, ...], guard: Guard | None, *, choice: bool) -> "PacketPath":
        """Return a passage that knows whether all of its hops are clean."""
        hops = [hop for way in ways for hop in (*way.there, *way.back)]
        return cls(ways, choice, guard, are_clean(hops))


class Trace(msgspec.Struct, frozen=True, gc=False):
    """One path of a flow with everything that decided about it.

    ``intended``: an endpoint that DNS does not lead to, walked for its blockers, not for the verdict. ``purpose``:
    the call itself, or the question to a DNS server that comes before it. ``vpc`` is the VPC of ``subnet``.
    """

    subnet: str
    destination: Destination
    first: tuple[Hop, ...]
    passage: PacketPath | None
    last: Hop | None
    verdict: Verdict
    because: tuple[Because, ...] = ()
    judged: tuple[JudgedPiece, ...] = ()
    intended: bool = False
    purpose: Literal["call", "dns"] = "call"
    vpc: str = ""

    def doubted(self, *, address: bool = False) -> "Trace":
        """Return the path as one of several alternatives, unknown which: nothing is certainly lost on it.

        ``address``: what is not known is whether the call is to this address.
        """
        if self.verdict is OK:
            return self
        if self.destination.choice and not address:
            # The unknown fact is not the address: the hop that misses a fact names it.
            doubtful = tuple(judged for judged in self.judged if not judged.lost)
        else:
            doubtful = tuple(msgspec.structs.replace(judged, lost=False) for judged in self.judged)
        return msgspec.structs.replace(self, verdict=UNKNOWN, because=(), judged=doubtful)

    def segments(self) -> tuple[Segment, ...]:
        """Return the segments with all of their hops."""
        return join_segments(self.first, self.passage, self.last, self.destination)

    def hops(self) -> Iterator[tuple[Hop, str]]:
        """Return every hop in the order of the way, there and back, with what it does to the packets."""
        return ((hop, self._disposition(part, hop)) for part, hop in self.way())

    def way(self) -> Iterator[tuple[Segment, Hop]]:
        """Yield every hop in the order of the way, there and back, with its segment."""
        parts = self.segments()
        for part in parts:
            yield from ((part, hop) for hop in part.hops if hop.leg == "there")
        for part in reversed(parts):
            yield from ((part, hop) for hop in part.hops if hop.leg == "back")

    def place_of(self, hop: Hop) -> HopPlace | None:
        """Return the place of a hop of this path; None for transit gateways and for hops without packets."""
        if hop.at is not None:
            return hop.at
        if hop is self.last:
            return self.passage.guard.at if self.passage is not None and self.passage.guard is not None else None
        match hop.kind:
            case "dns":
                return HopPlace(self.vpc) if self.vpc else None
            case "security-group" if hop.direction == "out":
                return HopPlace(self.vpc, self.subnet) if self.vpc else None
            case _:
                return None

    def _disposition(self, part: Segment, hop: Hop) -> str:
        disposition = part.disposition(hop)
        # On a path with this verdict nothing is certainly lost: see `doubted`.
        return "undecided" if self.verdict is UNKNOWN and disposition in {"lost", "part lost"} else disposition


def join_segments(
    first: tuple[Hop, ...], passage: PacketPath | None, last: Hop | None, destination: Destination
) -> tuple[Segment, ...]:
    """Put the hops of a path together: those of the source, of the network, and of the interface it comes to."""
    if passage is None:
        everything = Box(((0, 0),), destination.addresses or ((0, 0),), ((0, 0),))
        return (Segment(everything, destination.choice, first),)
    result = []
    for position, way in enumerate(passage.ways):
        start = first if position == 0 else ()
        end = (last,) if last is not None and position == 0 else ()
        result.append(Segment(way.packets, passage.choice, start + way.there + end + way.back))
    return tuple(result)


class Judgement(NamedTuple):
    """The verdict of a path, why it is intermittent, and every piece that is lost or undecided on it."""

    verdict: Verdict
    because: tuple[Because, ...]
    judged: tuple[JudgedPiece, ...]


def judge(parts: Iterable[Segment]) -> Judgement:
    """Judge a path: blocked if a segment loses everything, intermittent if it loses a part."""
    because: dict[Because, None] = {}
    everything: list[JudgedPiece] = []
    blocked = False
    for part in parts:
        judged_pieces = tuple(part.judged())
        everything.extend(judged_pieces)
        lost = [box for item in judged_pieces if item.lost for box in item.packets]
        surviving = subtract_boxes((part.packets,), lost) if lost and not blocked else ()
        blocked |= bool(lost) and not surviving
        because |= dict.fromkeys(_axes(part.packets, lost, surviving))
    if blocked:
        return Judgement(BLOCKED, (), tuple(everything))
    if any(item.lost for item in everything):
        return Judgement(INTERMITTENT, tuple(because), tuple(everything))
    return Judgement(UNKNOWN if everything else OK, (), tuple(everything))


def _axes(packets: Box, lost: list[Box], surviving: Packets) -> Iterator[Because]:
    """Yield the axes along which the lost packets are cut from kept ones, all else being equal."""
    if not surviving:
        return
    spread: tuple[tuple[Because, list[Box]], ...] = (
        ("placement", [msgspec.structs.replace(box, source=packets.source) for box in surviving]),
        ("address", [msgspec.structs.replace(box, destination=packets.destination) for box in surviving]),
        ("ports", [msgspec.structs.replace(box, ports=packets.ports) for box in surviving]),
    )
    for axis, reach in spread:
        if any(restrict_to_box((box,), other) for box in lost for other in reach):
            yield axis
