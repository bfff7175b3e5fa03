"""The course of each path: its legs from stop to stop, and their slots in the roads."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from skerry.draw.frame import VERTICAL, Frame, shifts_of
from skerry.draw.network_map import MapPath, Stop, StopHops
from skerry.draw.picture import Point
from skerry.draw.roads import Leg, Road, Stretch, slots_of

_AGAIN = 14


class Course(NamedTuple):
    """The legs of a path, one fewer than its stops, with the slots of their roads."""

    legs: tuple[Leg, ...]
    slots: tuple[tuple[int, ...], ...]


class Passage(NamedTuple):
    """A stop of a path with the points of its line on the way in and out; None at the ends."""

    hops: StopHops
    enters: Point | None
    leaves: Point | None


def course_of(frame: Frame, path: MapPath) -> Course:
    """Return the course of a path in a frame."""
    stops = [item.stop for item in path.stops]
    legs = tuple(frame.roads.leg(start, end) for start, end in pairwise(stops))
    flat = Course(legs, tuple((0,) * len(leg.roads) for leg in legs))
    uses = list(_uses(frame, path, flat))
    slots = iter(slots_of(uses))
    return Course(legs, tuple(tuple(next(slots) for _ in leg.roads) for leg in legs))


def demand_of(courses: Iterable[Course]) -> dict[Road, int]:
    """Return the number of slots that courses need of each road."""
    demand: dict[Road, int] = {}
    for course in courses:
        for leg, slots in zip(course.legs, course.slots, strict=True):
            for road, slot in zip(leg.roads, slots, strict=True):
                demand[road] = max(demand.get(road, 1), slot + 1)
    return demand


def _uses(frame: Frame, path: MapPath, course: Course) -> Iterable[tuple[Road, Stretch]]:
    lines = lines_of(frame, course, passages_of(frame, path, course))
    for (leg, _), points in zip(zip(*course, strict=True), lines, strict=True):
        for number, road in enumerate(leg.roads, 1):
            start, end = points[number], points[number + 1]
            ends = sorted((start.y, end.y) if road.kind in VERTICAL else (start.x, end.x))
            yield road, Stretch(*ends)


def passages_of(frame: Frame, path: MapPath, course: Course) -> list[Passage]:
    """Return each stop with the points where the line enters and leaves it."""
    passages = []
    visits = Counter(hops.stop for hops in path.stops)
    seen: Counter[Stop] = Counter()
    for number, hops in enumerate(path.stops):
        # A stop that a path comes to again has its ports side by side.
        aside = _AGAIN * (seen[hops.stop] - (visits[hops.stop] - 1) / 2)
        seen[hops.stop] += 1
        enters = course.legs[number - 1].enters if number else None
        leaves = course.legs[number].leaves if number < len(course.legs) else None
        into, out = shifts_of(enters, leaves)
        passages.append(
            Passage(
                hops,
                None if enters is None else frame.port(hops.stop, enters, aside + into),
                None if leaves is None else frame.port(hops.stop, leaves, aside + out),
            )
        )
    return passages


def lines_of(frame: Frame, course: Course, passages: list[Passage]) -> list[list[Point]]:
    """Return the corners of each leg."""
    lines = []
    for leg, slots, start, end in zip(*course, passages, passages[1:], strict=False):
        assert start.leaves is not None  # noqa: S101 -- a leg starts at each stop but the last
        assert end.enters is not None  # noqa: S101
        lines.append(frame.points(leg, slots, start.leaves, end.enters))
    return lines
