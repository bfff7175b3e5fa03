"""The picture of a map: places for boxes, roads for lines, and the steps' paths in them.

`layout(network_map, shape)` is pure geometry. With the map of the network after a plan as ``planned``, or that of
the network before it as ``current``, both pictures have the same frame: nothing moves from one to the other.
"""

from skerry.draw.boxes import BoxWriter, map_parts
from skerry.draw.courses import Course, course_of, demand_of
from skerry.draw.frame import Frame
from skerry.draw.network_map import NetworkMap, Stop
from skerry.draw.picture import Picture, Rect, Shape
from skerry.draw.steps import StepDrawer
from skerry.draw.tall import TallFrame
from skerry.draw.text_width import width_of
from skerry.draw.union import union_of
from skerry.draw.wide import WideFrame

_TITLE_ROWS = 34


def layout(
    network: NetworkMap, shape: Shape = "wide", *, planned: NetworkMap | None = None, current: NetworkMap | None = None
) -> Picture:
    """Return the picture of a map; ``planned`` or ``current``: the map after or before a plan."""
    both = network
    if planned is not None:
        both = union_of(network, planned)
    elif current is not None:
        both = union_of(current, network)
    if both.is_empty:
        return Picture(shape, 0, 0, (), (), (), (), ())
    frame, every = _frame(shape, both, map_parts(both) - map_parts(network))
    # The steps of the other map are before these ones, or after them.
    behind = 0 if current is None or planned is not None else len(current.steps)
    courses = {step.number: every[step.number + behind] for step in network.steps if step.path is not None}
    new: set[Stop] = map_parts(network) - map_parts(current) if current is not None else set()
    writer = BoxWriter(frame, network, new, _crowds(both))
    frames, chips = tuple(writer.frames()), tuple(writer.chips())
    texts = tuple(writer.texts())
    obstacles = [box.rect for box in chips] + [_title(box.rect) for box in frames if box.kind in {"subnet", "vpc"}]
    obstacles += [Rect(text.at.x, text.at.y - 12, width_of(text.words, text.size), 16) for text in frame.headings]
    drawer = StepDrawer(frame, network.services, obstacles)
    landings = [subnet.id for vpc in network.vpcs for subnet in vpc.subnets if subnet.verdict is not None]
    steps = tuple(drawer.draw(step, courses.get(step.number), landings) for step in network.steps)
    return Picture(shape, frame.width, frame.height, frames, writer.hairs(), chips, texts, steps)


def _frame(shape: Shape, network: NetworkMap, hidden: set[Stop]) -> tuple[Frame, dict[int, Course]]:
    """Return the frame whose roads are as wide as the paths need, with the course of each step."""
    make = TallFrame if shape == "tall" else WideFrame
    rough = make(network, {}).frame
    courses = {step.number: course_of(rough, step.path) for step in network.steps if step.path is not None}
    demand = demand_of(courses.values())
    is_final = not hidden and max(demand.values(), default=1) == 1
    return rough if is_final else make(network, demand, hidden).frame, courses


def _crowds(network: NetworkMap) -> dict[Stop, int]:
    crowds: dict[Stop, int] = {}
    for step in network.steps:
        for item in () if step.path is None else step.path.stops:
            crowds[item.stop] = max(len(item.at), crowds.get(item.stop, 1))
    return crowds


def _title(rect: Rect) -> Rect:
    return rect._replace(height=min(rect.height, _TITLE_ROWS))
