"""Roads: the free strips between boxes that lines are drawn in, and the way over them from one stop to the next.

A road is vertical or horizontal; a vertical one meets horizontal ones only. Each stop has ports at roads. The legs of a
path that use a road side by side take different slots of it.
"""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from skerry.draw.network_map import Stop

Side = str


class Road(NamedTuple):
    """A road by its kind and the box or row that it belongs to."""

    kind: str
    of: str = ""


class RoadPort(NamedTuple):
    """The side of a stop at a road."""

    side: Side
    road: Road


class Leg(NamedTuple):
    """The way from one stop to the next: the side of the first stop, the roads, and the side of the next stop."""

    leaves: Side
    roads: tuple[Road, ...]
    enters: Side


class RoadNetwork:
    """The roads of a map, the meetings of roads, and the ports of stops."""

    def __init__(self) -> None:
        """Start without roads."""
        self.ports: dict[Stop, list[RoadPort]] = {}
        self._meetings: dict[Road, list[Road]] = {}
        self._ways: dict[tuple[Stop, Stop], Leg] = {}

    def join(self, road: Road, other: Road) -> None:
        """Let two roads meet."""
        self._meetings.setdefault(road, []).append(other)
        self._meetings.setdefault(other, []).append(road)

    def add_port(self, stop: Stop, side: Side, road: Road) -> None:
        """Give a stop a port at a road; of ports that serve alike the first one is taken."""
        self.ports.setdefault(stop, []).append(RoadPort(side, road))

    def leg(self, start: Stop, end: Stop) -> Leg:
        """Return the way with the fewest roads."""
        key = (start, end)
        if key not in self._ways:
            self._ways[key] = self._find(start, end)
        return self._ways[key]

    def _find(self, start: Stop, end: Stop) -> Leg:
        goals = {port.road: port.side for port in reversed(self.ports[end])}
        origins: dict[Road, tuple[Road, ...]] = {}
        sides: dict[Road, Side] = {}
        waiting: deque[Road] = deque()
        for port in self.ports[start]:
            origins[port.road], sides[port.road] = (port.road,), port.side
            waiting.append(port.road)
        while waiting:
            road = waiting.popleft()
            if road in goals:
                roads = origins[road]
                return Leg(sides[roads[0]], roads, goals[road])
            for other in self._meetings.get(road, ()):
                if other not in origins:
                    origins[other] = (*origins[road], other)
                    waiting.append(other)
        raise AssertionError(f"no way from {start} to {end}")


class Stretch(NamedTuple):
    """The part of a road that a leg uses, from one coordinate to another."""

    low: float
    high: float


_APART = 14


def slots_of(uses: Iterable[tuple[Road, Stretch]]) -> list[int]:
    """Return a slot for each use of a road by one path: uses side by side get different ones."""
    taken: dict[Road, list[tuple[int, Stretch]]] = {}
    slots = []
    for road, stretch in uses:
        beside = {slot for slot, other in taken.get(road, ()) if _is_beside(stretch, other)}
        slot = next(number for number in range(len(beside) + 1) if number not in beside)
        taken.setdefault(road, []).append((slot, stretch))
        slots.append(slot)
    return slots


def _is_beside(stretch: Stretch, other: Stretch) -> bool:
    return stretch.low < other.high + _APART and other.low < stretch.high + _APART
