"""Sets of packets: boxes over source addresses, destination addresses and source ports.

A box is a product of three sets of numbers; a set of packets is a tuple of disjoint boxes. The protocol and the
destination port are fixed for a flow, so they are no dimensions.
"""

from collections.abc import Iterable

import msgspec

from skerry.net.intervals import Intervals, count_numbers, intersect, subtract


class Box(msgspec.Struct, frozen=True, gc=False):
    """All packets whose three coordinates lie in the three sets."""

    source: Intervals
    destination: Intervals
    ports: Intervals


Packets = tuple[Box, ...]

NONE: Packets = ()


def is_empty(box: Box) -> bool:
    """Tell whether the box holds no packet."""
    return not (box.source and box.destination and box.ports)


def count(packets: Packets) -> int:
    """Return the number of packets in the set."""
    return sum(count_numbers(box.source) * count_numbers(box.destination) * count_numbers(box.ports) for box in packets)


def meet(left: Box, right: Box) -> Box:
    """Return the packets that are in both boxes; possibly an empty box."""
    return Box(
        intersect(left.source, right.source),
        intersect(left.destination, right.destination),
        intersect(left.ports, right.ports),
    )


def cut(box: Box, away: Box) -> Packets:
    """Return the packets of ``box`` that are not in ``away``, as at most three disjoint boxes."""
    common = meet(box, away)
    if is_empty(common):
        return (box,)
    if common == box:
        return NONE
    pieces = (
        Box(subtract(box.source, common.source), box.destination, box.ports),
        Box(common.source, subtract(box.destination, common.destination), box.ports),
        Box(common.source, common.destination, subtract(box.ports, common.ports)),
    )
    return tuple(piece for piece in pieces if not is_empty(piece))


def subtract_boxes(packets: Packets, away: Iterable[Box]) -> Packets:
    """Return the packets of the set that are in none of the boxes ``away``."""
    for other in away:
        packets = tuple(piece for box in packets for piece in cut(box, other))
    return packets


def restrict_to_box(packets: Packets, box: Box) -> Packets:
    """Return the packets of the set that are in the box."""
    pieces = (meet(piece, box) for piece in packets)
    return tuple(piece for piece in pieces if not is_empty(piece))
