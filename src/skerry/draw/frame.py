"""The frame of a picture: the place of each box, and the course of each road."""

from collections.abc import Callable

import msgspec

from skerry.draw.network_map import MapVpc, Stop
from skerry.draw.picture import PictureText, Point, Rect
from skerry.draw.roads import Leg, Road, RoadNetwork, Side
from skerry.draw.rows import Row

VERTICAL = frozenset({"gutter", "left", "right", "services", "outer"})
SLOT = 10
"""The distance of lines side by side in a road."""
DOTS = 17
"""The distance of lines whose dots stand side by side."""
REPLY = 5
"""The distance of the replies' line from that of the way there, to the right and down."""
_APART = 5


class VpcFrame(msgspec.Struct):
    """The places of one VPC: its rows with the y of their upper edge, and the tables that are shown."""

    vpc: MapVpc
    zones: tuple[str, ...]
    rows: tuple[tuple[Row, float], ...]
    rect: Rect
    zone_rects: dict[str, Rect]
    tables: tuple[str, ...]
    tables_heading: Point
    closed: Rect | None = None


class Frame(msgspec.Struct):
    """The places of everything; ``course_of`` is the coordinate of a road's slot, near a point if the road is free."""

    roads: RoadNetwork
    course_of: Callable[[Road, int, Point], float]
    stops: dict[Stop, Rect] = {}
    subnets: dict[str, Rect] = {}
    vpcs: list[VpcFrame] = []
    headings: list[PictureText] = []
    hairs: list[tuple[Point, ...]] = []
    width: float = 0
    height: float = 0
    inset: float = 18
    """The room for the mark of a hop in a gateway."""

    def port(self, stop: Stop, side: Side, shift: float = 0) -> Point:
        """Return the point of a stop's side that lines start at; ``shift`` moves it along the side."""
        rect = self.stops[stop]
        middle = rect.middle
        match side:
            case "left":
                return Point(rect.x, middle.y + shift)
            case "right":
                return Point(rect.right, middle.y + shift)
            case "top":
                return Point(rect.x + self.inset / 2 + shift, rect.y)
            case _:
                return Point(rect.x + self.inset / 2 + shift, rect.bottom)

    def points(self, leg: Leg, slots: tuple[int, ...], start: Point, end: Point) -> list[Point]:
        """Return the corners of a leg between two ports."""
        courses = [self.course_of(road, slot, start) for road, slot in zip(leg.roads, slots, strict=True)]
        first, last = leg.roads[0], leg.roads[-1]
        points = [start, _onto(start, first, courses[0])]
        for (road, course), other in zip(zip(leg.roads, courses, strict=True), courses[1:], strict=False):
            points.append(Point(course, other) if road.kind in VERTICAL else Point(other, course))
        return [*points, _onto(end, last, courses[-1]), end]


def _onto(point: Point, road: Road, course: float) -> Point:
    return Point(course, point.y) if road.kind in VERTICAL else Point(point.x, course)


def shifts_of(enters: Side | None, leaves: Side | None) -> tuple[float, float]:
    """Return how far the ports of a stop are moved apart: those of one side, where a line enters and leaves."""
    return (-_APART, _APART) if enters is not None and enters == leaves else (0, 0)
