"""Faults of a picture: what must never be in one, found by its numbers alone."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from skerry.draw.network_map import ChipStop, GatewayStop, LinkStop, MapPath, NetworkMap, ServiceStop, Stop, TableStop
from skerry.draw.picture import Picture, PictureBox, PictureLine, PictureText, Point, Rect, StepPicture
from skerry.draw.text_width import width_of

INSIDE = 0.5
DOTS = 9


def faults(network: NetworkMap, picture: Picture) -> list[str]:
    """Diagonals, lines through boxes, overlaps, texts that do not fit, and parts outside the picture."""
    paths = {step.number: step.path for step in network.steps}
    found = [*of_boxes(picture), *of_texts(picture)]
    for step in picture.steps:
        if (path := paths[step.number]) is not None:
            found += [f"step {step.number}: {fault}" for fault in of_step(picture, step, path)]
    return found


def of_boxes(picture: Picture) -> Iterator[str]:
    canvas = Rect(0, 0, picture.width, picture.height)
    for box in (*picture.frames, *picture.chips):
        if not holds(canvas, box.rect):
            yield f"{box.kind} {box.id} is outside"
    for group in (picture.chips, [box for box in picture.frames if box.kind in {"subnet", "fold"}]):
        for first, other in combinations(group, 2):
            if first.rect.overlaps(other.rect):
                yield f"{first.kind} {first.id} and {other.kind} {other.id} overlap"


def of_texts(picture: Picture) -> Iterator[str]:
    for box in (*picture.frames, *picture.chips):
        spans = [(text, span(text)) for text in box.texts]
        for text, (start, end) in spans:
            if not fits(text) or start < box.rect.x or end > box.rect.right:
                yield f"{text.words!r} is wider than {box.kind} {box.id}"
        for (first, one), (other, two) in combinations(spans, 2):
            if first.at.y == other.at.y and one[0] < two[1] and two[0] < one[1]:
                yield f"{first.words!r} and {other.words!r} overlap"
    yield from (f"{text.words!r} is too wide" for text in picture.texts if not fits(text))


def of_step(picture: Picture, step: StepPicture, path: MapPath) -> Iterator[str]:
    stops = [item.stop for item in path.stops]
    foreign = [box for box in picture.chips if box.kind != "closed" and not any(is_of(stop, box) for stop in stops)]
    homes = {stop.subnet for stop in stops if isinstance(stop, ChipStop)}
    foreign += [box for box in picture.frames if box.kind in {"subnet", "fold"} and box.id not in homes]
    for line in step.lines:
        yield from of_line(picture, line, foreign)
    for first, other in combinations(step.dots, 2):
        if abs(first.at.x - other.at.x) + abs(first.at.y - other.at.y) < DOTS:
            yield f"dots {first.number} and {other.number} touch"
    canvas = Rect(0, 0, picture.width, picture.height)
    rects = [Rect(dot.at.x - 7, dot.at.y - 7, 14, 14) for dot in step.dots]
    if step.callout is not None:
        rects.append(step.callout.rect)
        yield from (f"{text.words!r} is too wide" for text in step.callout.lines if not fits(text))
    if not all(holds(canvas, rect) for rect in rects):
        yield "a mark is outside"


def of_line(picture: Picture, line: PictureLine, foreign: list[PictureBox]) -> Iterator[str]:
    for start, end in pairwise(line.points):
        if start.x != end.x and start.y != end.y:
            yield f"{line.kind} has a diagonal at {start}"
        stretch = Rect(min(start.x, end.x), min(start.y, end.y), abs(start.x - end.x), abs(start.y - end.y))
        if not holds(Rect(0, 0, picture.width, picture.height), stretch):
            yield f"{line.kind} leaves the picture"
        yield from (f"{line.kind} goes through {box.kind} {box.id}" for box in foreign if meets(stretch, box.rect))


def is_of(stop: Stop, box: PictureBox) -> bool:
    match stop:
        case ChipStop(chip=name) | TableStop(table=name) | GatewayStop(gateway=name):
            return name == box.id
        case LinkStop(link=name) | ServiceStop(service=name):
            return name == box.id


def meets(stretch: Rect, rect: Rect) -> bool:
    across = stretch.x < rect.right - INSIDE and stretch.right > rect.x + INSIDE
    return across and stretch.y < rect.bottom - INSIDE and stretch.bottom > rect.y + INSIDE


def holds(canvas: Rect, rect: Rect) -> bool:
    return rect.x >= canvas.x and rect.y >= canvas.y and rect.right <= canvas.right and rect.bottom <= canvas.bottom


def fits(text: PictureText) -> bool:
    return width_of(text.words, text.size, bold=text.bold) <= text.room + 0.01


def span(text: PictureText) -> Point:
    """The left and right end of a text."""
    width = width_of(text.words, text.size, bold=text.bold)
    start = text.at.x - {"start": 0, "middle": width / 2, "end": width}[text.anchor]
    return Point(start, start + width)
