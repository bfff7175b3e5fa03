"""The picture of one step: the line of its path, the dots of its hops, and the words at the first failing hop."""

from itertools import pairwise

import msgspec

from skerry.diagnose.shown_paths import NumberedHop
from skerry.draw import polyline
from skerry.draw.boxes import SMALL, steps_of
from skerry.draw.callouts import place_callout
from skerry.draw.courses import Course, lines_of, passages_of
from skerry.draw.frame import REPLY, Frame
from skerry.draw.network_map import ChipStop, LinkStop, MapPath, MapService, MapStep, ServiceStop, Stop, TableStop
from skerry.draw.picture import Callout, Dot, PictureLine, PictureText, Point, Rect, Ring, StepPicture
from skerry.draw.sentences import HOP_VERDICTS, words_of_hop, words_of_step
from skerry.draw.stops import KEPT
from skerry.draw.text_width import fit, width_of
from skerry.reach.trace import Trace
from skerry.verdicts import BLOCKED, OK

_LIVE = "live"
_BESIDE = 16
_ALONG = 20
_ASIDE = ((0, 0), (0, 18), (-18, 0), (18, 0), (0, -18), (-18, 18), (18, 18), (0, 36), (-36, 0), (36, 0))


class Placed(msgspec.Struct):
    """A hop at a distance from the start of the line, or at a point near it."""

    hop: NumberedHop
    far: float | None
    at: Point | None = None


class StepDrawer:
    """Draws the steps of a map in a frame; ``obstacles`` are what words must not cover."""

    def __init__(self, frame: Frame, services: tuple[MapService, ...], obstacles: list[Rect]) -> None:
        """Draw in a frame."""
        self.frame, self.services, self.obstacles = frame, services, obstacles

    def draw(self, step: MapStep, course: Course | None, landings: list[str]) -> StepPicture:
        """Return the picture of a step; of one without packets, rings around the subnets of the tasks."""
        if step.path is None or course is None:
            rects = [self.frame.subnets[name] for name in landings]
            rings = tuple(Ring(rect, 4, step.verdict) for rect in rects)
            return StepPicture(step.number, (), rings, (), (), None)
        line = _PathLine(self.frame, step.path, course)
        callout = self._callout(step, line)
        return StepPicture(
            step.number,
            tuple(line.lines()),
            tuple(self._rings(step, step.path)),
            tuple(line.dots),
            tuple(self._notes(step.path)),
            callout,
        )

    def _rings(self, step: MapStep, path: MapPath) -> list[Ring]:
        rings = []
        end = path.stops[-1]
        if isinstance(end.stop, ChipStop) and end.is_reached and path.trace.verdict is OK and len(path.stops) > 1:
            rings.append(Ring(self.frame.stops[end.stop], 13 if path.trace.destination.endpoint else 4, OK))
        rings.append(Ring(self.frame.stops[ServiceStop(path.service)], 6, step.verdict))
        return rings

    def _notes(self, path: MapPath) -> list[PictureText]:
        """Return the words in the service's box for a path that ends at an endpoint."""
        if path.trace.destination.endpoint is None:
            return []
        rect = self.frame.stops[ServiceStop(path.service)]
        own = next(service for service in self.services if service.id == path.service)
        room = rect.width - 45 - width_of(steps_of(own), SMALL)
        words = fit("by its endpoint", room, SMALL)
        return [PictureText(Point(rect.right - 7, rect.y + 30), words, SMALL, room, "muted", anchor="end")]

    def _callout(self, step: MapStep, line: "_PathLine") -> Callout | None:
        failing = line.first_failing()
        if failing is None:
            beyond = None if step.shown is None else step.shown.beyond
            return None if beyond is None else self._callout_beyond(step, line.path, beyond)
        verdict = HOP_VERDICTS[failing.hop.disposition]
        words, at = words_of_hop(step, failing.hop), line.point_of(failing)
        obstacles = [*self.obstacles, *(_around(dot.at) for dot in line.dots), *line.strips()]
        return place_callout(words, at, verdict, obstacles, Point(self.frame.width, self.frame.height))

    def _callout_beyond(self, step: MapStep, path: MapPath, beyond: Trace) -> Callout:
        words = words_of_step(step)
        rect = self.frame.stops[ServiceStop(path.service)]
        at = Point(rect.x, rect.middle.y)
        return place_callout(words, at, beyond.verdict, self.obstacles, Point(self.frame.width, self.frame.height))


def _free(point: Point, others: list[Point]) -> Point:
    """Return a point, moved aside if a mark is there already."""
    places = (Point(point.x + across, point.y + down) for across, down in _ASIDE)
    return next((place for place in places if all(_are_apart(place, other) for other in others)), point)


def _are_apart(point: Point, other: Point) -> bool:
    return abs(point.x - other.x) + abs(point.y - other.y) >= _BESIDE - 2


def _on_edge(rect: Rect, enters: Point, number: int, count: int) -> Point:
    """Return the place of one of several marks along the edge that a line enters by, off the words of the box."""
    if count == 1:
        return enters
    if enters.x in {rect.x, rect.right}:
        return Point(enters.x, enters.y + _ALONG * (number - (count - 1) / 2))
    return Point(rect.x + 2 + _ALONG * number, enters.y)


def _around(point: Point) -> Rect:
    return Rect(point.x - 9, point.y - 9, 18, 18)


class _PathLine:
    """The line of one path with the places of its hops."""

    def __init__(self, frame: Frame, path: MapPath, course: Course) -> None:
        self.frame, self.path, self.course = frame, path, course
        self.points: list[Point] = []
        self.placed: list[Placed] = []
        self.unreached: float | None = None
        self._follow()
        self._spread()
        self.corners = polyline.clean(self.points)
        self.back = self._back()
        self.dots = self._dots()

    def _follow(self) -> None:
        """Put the legs together, with the hops at stops and at the borders of subnets."""
        passages = passages_of(self.frame, self.path, self.course)
        lines = lines_of(self.frame, self.course, passages)
        for number, passage in enumerate(passages):
            if number:
                self._add_leg(passages[number - 1].hops.out, passage.hops.into, lines[number - 1], number)
            enters = passage.enters or passage.leaves
            if enters is None:
                enters = self.frame.port(passage.hops.stop, "right")
            if not self.points:
                self.points = [enters]
            self._add_hops(passage.hops.stop, passage.hops.at, enters)
            if passage.leaves is not None:
                self.points.append(passage.leaves)
                self.placed.extend(Placed(hop, None) for hop in passage.hops.after)

    def _add_hops(self, stop: Stop, hops: tuple[NumberedHop, ...], enters: Point) -> None:
        rect = self.frame.stops[stop]
        far = polyline.length(self.points)
        for number, hop in enumerate(hops):
            if isinstance(stop, ChipStop):
                # Side by side in the chip, which keeps room for them.
                across = number * (-_BESIDE if enters.x == rect.right else _BESIDE)
                at = Point(enters.x + across, rect.middle.y if len(hops) > 1 else enters.y)
            else:
                at = _on_edge(rect, enters, number, len(hops))
            self.placed.append(Placed(hop, far, at))

    def _add_leg(self, out: NumberedHop | None, into: NumberedHop | None, line: list[Point], number: int) -> None:
        start, end = self.path.stops[number - 1].stop, self.path.stops[number]
        base = polyline.length(self.points)
        if not end.is_reached:
            self.unreached = base
        if out is not None and isinstance(start, ChipStop):
            crossing = polyline.first_crossing(line, self.frame.subnets[start.subnet].y)
            place = None if crossing is None else base + crossing
            self._insert_before_after(Placed(out, place))
        if into is not None and isinstance(end.stop, ChipStop):
            crossing = polyline.first_crossing(line[::-1], self.frame.subnets[end.stop.subnet].y)
            whole = base + polyline.length(line)
            self.placed.append(Placed(into, None if crossing is None else whole - crossing))
        self.points.extend(line)

    def _insert_before_after(self, placed: Placed) -> None:
        """Put a hop before those that follow it: the hops after a stop are placed first."""
        position = next(
            (number for number, item in enumerate(self.placed) if item.hop.number > placed.hop.number), len(self.placed)
        )
        self.placed.insert(position, placed)

    def _spread(self) -> None:
        """Spread the hops without a place evenly between their neighbours."""
        whole = polyline.length(self.points)
        run: list[Placed] = []
        before: float = 0
        for item in (*self.placed, None):
            if item is not None and item.far is None:
                run.append(item)
                continue
            after = whole if item is None or item.far is None else item.far
            for number, waiting in enumerate(run, 1):
                waiting.far = before + (after - before) * number / (len(run) + 1)
            run, before = [], after

    def first_failing(self) -> Placed | None:
        """Return the first hop that does not keep all packets, lost ones before undecided ones."""
        hops = [*self.placed, *self.back]
        failing = [item for item in hops if item.hop.disposition != KEPT]
        lost = [item for item in failing if item.hop.disposition != "undecided"]
        return next(iter(lost or failing), None)

    def point_of(self, item: Placed) -> Point:
        """Return the point of a hop."""
        return item.at or polyline.point_at(self.points, item.far or 0)

    def lines(self) -> list[PictureLine]:
        """Return the lines of the way there, of its part without packets, and of the replies."""
        lost = [item for item in self.placed if item.hop.disposition == "lost"]
        verdict = self.path.trace.verdict
        style = _LIVE if verdict is BLOCKED else str(verdict)
        ends = [item.far for item in lost if item.far is not None]
        ends += [] if self.unreached is None else [self.unreached]
        lines = []
        solid, ghost = polyline.cut(self.corners, min(ends)) if ends else (self.corners, [])
        if len(ghost) > 1:
            lines.append(PictureLine("ghost", tuple(ghost), "ghost"))
        if len(solid) > 1:
            lines.append(PictureLine("there", tuple(solid), style, arrow=not ends))
        if not ends and len(self.corners) > 1:
            lost_back = any(item.hop.disposition == "lost" for item in self.back)
            back = [Point(point.x + REPLY, point.y + REPLY) for point in reversed(self.corners)]
            lines.append(PictureLine("back", tuple(back), str(BLOCKED if lost_back else verdict), arrow=True))
        return lines

    def strips(self) -> list[Rect]:
        """Return the stretches of the line as rectangles."""
        return [
            Rect(min(start.x, end.x) - 2, min(start.y, end.y) - 2, abs(start.x - end.x) + 9, abs(start.y - end.y) + 9)
            for start, end in pairwise(self.corners)
        ]

    def _dots(self) -> list[Dot]:
        """Return the marks of all hops that have one."""
        hops = [*self.placed, *self.back]
        points: list[Point] = []
        for item in hops:
            points.append(_free(self.point_of(item), points))
        return [
            Dot(point, item.hop.number, HOP_VERDICTS.get(item.hop.disposition))
            for point, item in zip(points, hops, strict=True)
        ]

    def _back(self) -> list[Placed]:
        """Return the hops of the replies that do not keep all packets, unless packets do not come so far."""
        if any(item.hop.disposition == "lost" for item in self.placed):
            return []
        return [Placed(hop, None, self._back_point(hop)) for hop in self.path.back]

    def _back_point(self, numbered: NumberedHop) -> Point:
        hop = numbered.hop
        place = self.path.trace.place_of(hop)
        for stop, rect in self.frame.stops.items():
            if isinstance(stop, TableStop) and stop.table == hop.resource:
                return Point(rect.right - 8, rect.bottom)
        if place is not None and place.subnet in self.frame.subnets:
            rect = self.frame.subnets[place.subnet]
            return Point(rect.right - 20, rect.y + 21)
        stops = [item.stop for item in self.path.stops]
        rect = self.frame.stops[next((stop for stop in stops if isinstance(stop, LinkStop)), stops[-1])]
        return Point(rect.right, rect.middle.y)
