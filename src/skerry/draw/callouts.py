"""The words at the failing hop, near its mark and over as little else as possible."""

import math
from collections.abc import Iterable
from functools import cache

from skerry.draw.picture import Callout, PictureText, Point, Rect
from skerry.draw.text_width import width_of, wrap
from skerry.verdicts import Verdict

_SIZE = 11.5
_ROOM, _NARROWEST, _LINES = 150, 80, 3
_LINE = 15
_FAR = 16
_EDGE = 4
_AROUND = 2
# The radius of a mark, and the distance of words that are plainly at it.
_MARK, _NEAR = 11, 20
# No place for the words is farther away.
_REACH = 270


def place_callout(words: str, at: Point, verdict: Verdict, obstacles: list[Rect], canvas: Point) -> Callout:
    """Return the words at the free place nearest to a mark."""
    lines = _balanced(words)
    width = max(width_of(line, _SIZE, bold=True) for line in lines) + 18
    height = 8 + _LINE * len(lines)
    reach = Rect(at.x - _REACH, at.y - _REACH, 2 * _REACH, 2 * _REACH)
    near = [other for other in obstacles if other.overlaps(reach)]
    rect = _freest((_inside(rect, canvas) for rect in _candidates(at, width, height)), near)
    texts = tuple(
        PictureText(
            Point(rect.middle.x, rect.y + 15 + _LINE * number),
            line,
            _SIZE,
            width - 14,
            "call",
            bold=True,
            anchor="middle",
        )
        for number, line in enumerate(lines)
    )
    return Callout(rect, texts, verdict, _tie(at, rect))


def _tie(at: Point, rect: Rect) -> tuple[Point, ...]:
    """Return the line from the edge of a mark to words that are not near it, of right angles."""
    aside = _MARK if rect.x > at.x else -_MARK
    below = _MARK if rect.y > at.y else -_MARK
    x = rect.x if rect.x > at.x else rect.right
    y = rect.y if rect.y > at.y else rect.bottom
    if rect.x <= at.x <= rect.right:
        return (Point(at.x, at.y + below), Point(at.x, y)) if abs(y - at.y) > _NEAR else ()
    if rect.y <= at.y <= rect.bottom:
        return (Point(at.x + aside, at.y), Point(x, at.y)) if abs(x - at.x) > _NEAR else ()
    corner = Point(at.x, rect.middle.y)
    return (Point(at.x, at.y + below), corner, Point(x, corner.y))


def _freest(rects: Iterable[Rect], obstacles: list[Rect]) -> Rect:
    """Return the first free place, else the one over the smallest area of obstacles."""
    best, least = None, math.inf
    for rect in rects:
        area = _covered(rect, obstacles, least)
        if area < least:
            best, least = rect, area
        if not least:
            break
    assert best is not None  # noqa: S101 -- there are always places around a mark
    return best


@cache
def _balanced(words: str) -> tuple[str, ...]:
    """Return the words in as few lines as they need, of about the same length."""
    fewest = wrap(words, _ROOM, _SIZE, _LINES, bold=True)
    rooms = range(_NARROWEST, _ROOM, 10)
    narrow = (wrap(words, room, _SIZE, _LINES, bold=True) for room in rooms)
    return next((lines for lines in narrow if len(lines) == len(fewest) and _is_whole(lines, words)), fewest)


def _is_whole(lines: tuple[str, ...], words: str) -> bool:
    return " ".join(lines) == words


def _candidates(at: Point, width: float, height: float) -> Iterable[Rect]:
    """Yield the places around a mark, the nearer ones first."""
    for far in (_FAR, _FAR + 10, _FAR + 22, _FAR + 40, _FAR + 64, _FAR + 84):
        yield Rect(at.x - 14, at.y + far, width, height)
        yield Rect(at.x - width - far, at.y - height / 2, width, height)
        yield Rect(at.x - 14, at.y - far - height, width, height)
        yield Rect(at.x - width + 14, at.y + far, width, height)
        yield Rect(at.x - width + 14, at.y - far - height, width, height)
        yield Rect(at.x + far, at.y - height / 2, width, height)
        yield Rect(at.x - width - far, at.y - height - 4, width, height)
        yield Rect(at.x - width - far, at.y + 4, width, height)
        yield Rect(at.x + far, at.y + 4, width, height)
        yield Rect(at.x + far, at.y + far, width, height)
        yield Rect(at.x - width - far, at.y + far, width, height)
        yield Rect(at.x + far, at.y - far - height, width, height)


def _inside(rect: Rect, canvas: Point) -> Rect:
    x = min(max(_EDGE, rect.x), canvas.x - rect.width - _EDGE)
    y = min(max(_EDGE, rect.y), canvas.y - rect.height - _EDGE)
    return Rect(x, y, rect.width, rect.height)


def _covered(rect: Rect, obstacles: Iterable[Rect], most: float) -> float:
    """Return the area of obstacles under a place, rounded: of equal places the first is taken.

    Areas beyond ``most`` are not summed up to their end.
    """
    area: float = 0
    left, top, right, bottom = rect.x - _AROUND, rect.y - _AROUND, rect.right + _AROUND, rect.bottom + _AROUND
    for x, y, width, height in obstacles:
        if x < right and y < bottom and x + width > left and y + height > top:
            area += (min(right, x + width) - max(left, x)) * (min(bottom, y + height) - max(top, y))
            if area > most + 1:
                break
    return round(area)
