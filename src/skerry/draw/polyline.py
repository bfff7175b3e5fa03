"""Lines of right angles as sequences of corners: lengths, points on them, and cuts."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

from skerry.draw.picture import Point


def clean(points: Iterable[Point]) -> list[Point]:
    """Return the corners without repeated ones and without those in the middle of a straight stretch."""
    corners: list[Point] = []
    for point in points:
        if corners and corners[-1] == point:
            continue
        if len(corners) > 1 and _is_straight(corners[-2], corners[-1], point):
            corners[-1] = point
        else:
            corners.append(point)
    return corners


def _is_straight(first: Point, middle: Point, last: Point) -> bool:
    if first.x == middle.x == last.x:
        return (middle.y - first.y) * (last.y - middle.y) > 0
    return first.y == middle.y == last.y and (middle.x - first.x) * (last.x - middle.x) > 0


def length(points: Sequence[Point]) -> float:
    """Return the length of a line."""
    return sum(distance(start, end) for start, end in pairwise(points))


def distance(start: Point, end: Point) -> float:
    """Return the distance of two points along right angles."""
    return abs(start.x - end.x) + abs(start.y - end.y)


def point_at(points: Sequence[Point], far: float) -> Point:
    """Return the point of a line at a distance from its start."""
    for start, end in pairwise(points):
        step = distance(start, end)
        if far <= step and step:
            share = far / step
            return Point(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)
        far -= step
    return points[-1]


def cut(points: Sequence[Point], far: float) -> tuple[list[Point], list[Point]]:
    """Return the part of a line up to a distance from its start, and the rest."""
    before: list[Point] = [points[0]]
    after: list[Point] = []
    for start, end in pairwise(points):
        step = distance(start, end)
        if after:
            after.append(end)
        elif far >= step:
            before.append(end)
            far -= step
        else:
            at = point_at((start, end), far) if far else start
            before.append(at)
            after += [at, end]
    return clean(before), clean(after)


def first_crossing(points: Sequence[Point], y: float) -> float | None:
    """Return the distance from the start at which the line first comes to a height on a vertical stretch."""
    far: float = 0
    for start, end in pairwise(points):
        if start.x == end.x and min(start.y, end.y) <= y <= max(start.y, end.y) and start.y != end.y:
            return far + abs(y - start.y)
        far += distance(start, end)
    return None
