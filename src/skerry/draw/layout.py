"""The picture of a map: places for boxes, roads for lines, and the steps' paths in them.

`layout(network_map, shape)` is pure geometry. With the map of the network after a plan as ``planned``, or that of
the network before it as ``current``, both pictures have the same frame: nothing moves from one to the other.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from skerry.draw.boxes import BoxWriter, map_parts
from skerry.draw.courses import course_of, demand_of
from skerry.draw.frame import Frame
from skerry.draw.network_map import NetworkMap, Stop
from skerry.draw.picture import Picture, Rect, Shape
from skerry.draw.steps import StepDrawer
from skerry.draw.tall import TallFrame
from skerry.draw.text_width import width_of
from skerry.draw.union import union_of
from skerry.draw.wide import WideFrame

_TITLE_ROWS = 34
_FRAMES: Mapping[Shape, type[TallFrame] | type[WideFrame]] = {"tall": TallFrame, "wide": WideFrame}


class _Plot:
    """A map in a rough frame, with the course of each step there: what its pictures share."""

    def __init__(self, shape: Shape, network: NetworkMap) -> None:
        self.shape, self.network = shape, network
        self._rough = _FRAMES[shape](network, {}).frame
        self.courses = {
            step.number: course_of(self._rough, step.path) for step in network.steps if step.path is not None
        }
        self._frames: dict[frozenset[Stop], Frame] = {}

    def frame(self, hidden: frozenset[Stop]) -> Frame:
        """Return the frame whose roads are as wide as the paths need."""
        if hidden not in self._frames:
            demand = demand_of(self.courses.values())
            is_final = not hidden and max(demand.values(), default=1) == 1
            self._frames[hidden] = self._rough if is_final else _FRAMES[self.shape](self.network, demand, hidden).frame
        return self._frames[hidden]


def layout(
    network: NetworkMap, shape: Shape = "wide", *, planned: NetworkMap | None = None, current: NetworkMap | None = None
) -> Picture:
    """Return the picture of a map; ``planned`` or ``current``: the map after or before a plan."""
    if planned is not None:
        return layout_pair(network, planned, shape)[0]
    if current is not None:
        return layout_pair(current, network, shape)[1]
    return _picture(network, _Plot(shape, network))


def layout_pair(current: NetworkMap, planned: NetworkMap, shape: Shape = "wide") -> tuple[Picture, Picture]:
    """Return the pictures of a network before and after a plan: what both have stands in the same place."""
    plot = _Plot(shape, union_of(current, planned))
    new = map_parts(planned) - map_parts(current)
    # The steps of the planned map come after the others.
    return _picture(current, plot), _picture(planned, plot, new, len(current.steps))


def _picture(network: NetworkMap, plot: _Plot, new: AbstractSet[Stop] = frozenset(), behind: int = 0) -> Picture:
    """Return the picture of one of the maps of a plot; ``behind`` are the steps of the other map before its own."""
    if plot.network.is_empty:
        return Picture(plot.shape, 0, 0, (), (), (), (), ())
    frame = plot.frame(frozenset(map_parts(plot.network) - map_parts(network)))
    courses = {step.number: plot.courses[step.number + behind] for step in network.steps if step.path is not None}
    writer = BoxWriter(frame, network, new, _crowds(plot.network))
    frames, chips = tuple(writer.frames()), tuple(writer.chips())
    texts = tuple(writer.texts())
    obstacles = [box.rect for box in chips] + [_title(box.rect) for box in frames if box.kind in {"subnet", "vpc"}]
    obstacles += [Rect(text.at.x, text.at.y - 12, width_of(text.words, text.size), 16) for text in frame.headings]
    drawer = StepDrawer(frame, network.services, obstacles)
    landings = [subnet.id for vpc in network.vpcs for subnet in vpc.subnets if subnet.verdict is not None]
    steps = tuple(drawer.draw(step, courses.get(step.number), landings) for step in network.steps)
    return Picture(plot.shape, frame.width, frame.height, frames, writer.hairs(), chips, texts, steps)


def _crowds(network: NetworkMap) -> dict[Stop, int]:
    crowds: dict[Stop, int] = {}
    for step in network.steps:
        for item in () if step.path is None else step.path.stops:
            crowds[item.stop] = max(len(item.at), crowds.get(item.stop, 1))
    return crowds


def _title(rect: Rect) -> Rect:
    return rect._replace(height=min(rect.height, _TITLE_ROWS))
