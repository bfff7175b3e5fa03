"""The picture of a map as SVG: self-contained, without script, with a title and description for screen readers."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from markupsafe import escape

from skerry.draw.picture import Callout, Dot, Picture, PictureBox, PictureLine, PictureText, Point, Ring, StepPicture
from skerry.render.svg_style import GLYPHS, STYLE, SYMBOLS, TOKENS, VERDICT_CLASSES, file_style
from skerry.render.text import clean

__all__ = ["STYLE", "SYMBOLS", "TOKENS", "map_svg", "write_svg_file"]

_SIZES = {12: "", 11.5: "e", 11: "s", 10.5: "xs"}
_ANCHORS = {"start": "", "middle": "m", "end": "r"}
_RADIUS = 5
_FRAMES = frozenset({"vpc", "zone", "subnet", "fold"})
_GLYPH, _MARK = 16, 22


def map_svg(picture: Picture, *, prefix: str, title: str, description: str, step: int | None = None) -> str:
    """Write the picture for a page, which has `STYLE` and `SYMBOLS` once.

    Each step's path is in groups of the classes ``p`` and ``p-N``; with ``step`` only that one is drawn. ``prefix``
    makes the ids of title and description unique in the page.
    """
    head = (
        f'<svg class="map {picture.shape}" role="img" '
        f'aria-labelledby="{escape(prefix)}-t" aria-describedby="{escape(prefix)}-d" '
        f'viewBox="0 0 {_number(picture.width)} {_number(picture.height)}" '
        f'width="{_number(picture.width)}" height="{_number(picture.height)}">'
    )
    return head + "".join(_body(picture, prefix, title, description, step)) + "</svg>"


def write_svg_file(picture: Picture, *, title: str, description: str, step: int | None = None) -> str:
    """Write the picture as a file of its own, with its style."""
    svg = map_svg(picture, prefix="map", title=title, description=description, step=step)
    start = svg.index(">") + 1
    head = svg[:start].replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    ground = f'<rect class="ground" width="{_number(picture.width)}" height="{_number(picture.height)}"/>'
    titles, _, drawing = svg[start:].partition("</desc>")
    return f"{head}{titles}</desc><style>{file_style()}</style><defs>{GLYPHS}</defs>{ground}{drawing}\n"


def _body(picture: Picture, prefix: str, title: str, description: str, step: int | None) -> Iterator[str]:
    yield f'<title id="{escape(prefix)}-t">{_escape(title)}</title>'
    yield f'<desc id="{escape(prefix)}-d">{_escape(description)}</desc>'
    # Some browsers would give screen readers each word of the picture, and the words of steps that are not shown.
    yield '<g aria-hidden="true">'
    yield from map(_box, picture.frames)
    yield from (f'<path class="hair" d="{_corners(points, 0)}"/>' for points in picture.hairs)
    shown = [item for item in picture.steps if step is None or item.number == step]
    yield from map(_lines, shown)
    yield from map(_box, picture.chips)
    yield from map(_text, picture.texts)
    yield from map(_marks, shown)
    yield "</g>"


def _lines(step: StepPicture) -> str:
    """Return what stands below the boxes: the path, and the line from the first failing hop to its words."""
    parts = [*map(_line, step.lines)]
    if step.callout is not None and step.callout.tie:
        style = VERDICT_CLASSES[step.callout.verdict]
        parts.append(f'<path class="tie {style}" d="{_corners(step.callout.tie, 0)}"/>')
    return f'<g class="p p-{step.number}">{"".join(parts)}</g>' if parts else ""


def _marks(step: StepPicture) -> str:
    """Return what stands above the boxes: rings, dots, notes and the words at the first failing hop."""
    parts = [*map(_ring, step.rings), *map(_text, step.texts), *map(_dot, step.dots)]
    if step.callout is not None:
        parts.append(_callout(step.callout))
    return f'<g class="p p-{step.number}">{"".join(parts)}</g>' if parts else ""


def _box(box: PictureBox) -> str:
    rect = box.rect
    classes: list[str] = [box.kind] if box.kind in _FRAMES else ["chip", box.kind]
    if box.kind == "subnet":
        classes += [box.style, *(["lands"] if box.verdict is not None else [])]
    if box.is_new:
        classes.append("new")
    place = f"{_place(rect.x, rect.y)} {_size(rect.width, rect.height)}"
    shape = f'<rect class="{" ".join(classes)}" {place} rx="{box.radius}"/>'
    glyph = "" if box.glyph is None or box.verdict is None else _glyph(box.glyph, box.verdict, _GLYPH)
    return shape + glyph + "".join(map(_text, box.texts))


def _text(text: PictureText) -> str:
    marks = (_SIZES.get(text.size, ""), "b" if text.bold else "", text.style, _ANCHORS[text.anchor])
    classes = " ".join(mark for mark in marks if mark)
    attribute = f' class="{classes}"' if classes else ""
    title = f"<title>{_escape(text.title)}</title>" if text.title and text.title != text.words else ""
    return f"<text{attribute} {_place(text.at.x, text.at.y)}>{_escape(text.words)}{title}</text>"


def _line(line: PictureLine) -> str:
    style = VERDICT_CLASSES.get(line.style, "")
    path = f'<path class="{f"{line.kind} {style}".strip()}" d="{_corners(line.points, _RADIUS)}"/>'
    return path + (_arrow(line.points, style) if line.arrow else "")


def _arrow(points: Sequence[Point], style: str) -> str:
    """Return the head of an arrow at the end of a line."""
    start, end = points[-2], points[-1]
    if start.x == end.x:
        back = -7 if end.y > start.y else 7
        corners = f"M{_number(end.x - 4)} {_number(end.y + back)}h8L{_number(end.x)} {_number(end.y)}Z"
    else:
        back = -7 if end.x > start.x else 7
        corners = f"M{_number(end.x + back)} {_number(end.y - 4)}v8L{_number(end.x)} {_number(end.y)}Z"
    return f'<path class="f-{style}" d="{corners}"/>'


def _ring(ring: Ring) -> str:
    rect = ring.rect
    style = VERDICT_CLASSES[ring.verdict]
    return f'<rect class="ring {style}" {_place(rect.x, rect.y)} {_size(rect.width, rect.height)} rx="{ring.radius}"/>'


def _dot(dot: Dot) -> str:
    if dot.verdict is not None:
        return _glyph(dot.at, dot.verdict, _MARK)
    x, y = _number(dot.at.x), _number(dot.at.y)
    number = f'<text class="num" x="{x}" y="{_number(dot.at.y + 3.5)}">{dot.number}</text>'
    return f'<circle class="dot" cx="{x}" cy="{y}" r="7.5"/>{number}'


def _callout(callout: Callout) -> str:
    rect = callout.rect
    fill = f"f-{VERDICT_CLASSES[callout.verdict]}"
    box = f'<rect class="{fill}" {_place(rect.x, rect.y)} {_size(rect.width, rect.height)} rx="4"/>'
    return box + "".join(map(_text, callout.lines))


def _glyph(at: Point, verdict: str, size: float) -> str:
    return f'<use href="#g-{verdict}" {_place(at.x - size / 2, at.y - size / 2)} {_size(size, size)}/>'


def _corners(points: Sequence[Point], radius: float) -> str:
    """Return the data of a path with round corners."""
    parts = [f"M{_number(points[0].x)} {_number(points[0].y)}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        turn = min(radius, _distance(before, corner) / 2, _distance(corner, after) / 2)
        start, end = _towards(corner, before, turn), _towards(corner, after, turn)
        parts.append(f"L{_pair(start)}" + (f"Q{_pair(corner)} {_pair(end)}" if turn else ""))
    return "".join([*parts, f"L{_pair(points[-1])}"])


def _distance(start: Point, end: Point) -> float:
    return abs(start.x - end.x) + abs(start.y - end.y)


def _towards(point: Point, other: Point, far: float) -> Point:
    whole = _distance(point, other)
    share = far / whole if whole else 0
    return Point(point.x + (other.x - point.x) * share, point.y + (other.y - point.y) * share)


def _pair(point: Iterable[float]) -> str:
    return " ".join(map(_number, point))


def _place(x: float, y: float) -> str:
    return f'x="{_number(x)}" y="{_number(y)}"'


def _size(width: float, height: float) -> str:
    return f'width="{_number(width)}" height="{_number(height)}"'


@lru_cache(maxsize=4096)
def _number(value: float) -> str:
    return f"{round(value, 1):g}"


@lru_cache(maxsize=4096)
def _escape(text: str) -> str:
    return str(escape(clean(text)))
