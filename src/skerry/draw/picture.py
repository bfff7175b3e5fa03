"""Records of a picture: boxes, texts and lines with their classes, in the user units of an SVG."""

from typing import Literal, NamedTuple

import msgspec

from skerry.verdicts import Verdict

Shape = Literal["wide", "tall"]
PictureBoxKind = Literal[
    "vpc",
    "zone",
    "subnet",
    "fold",
    "task",
    "endpoint",
    "nat",
    "interface",
    "firewall",
    "more",
    "table",
    "gateway",
    "link",
    "service",
    "closed",
]
LineKind = Literal["there", "ghost", "back"]
Anchor = Literal["start", "middle", "end"]


class Point(NamedTuple):
    """A point of the picture."""

    x: float
    y: float


class Rect(NamedTuple):
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.y + self.height

    @property
    def middle(self) -> Point:
        """The point in the middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def overlaps(self, other: "Rect", margin: float = 0) -> bool:
        """Whether two rectangles have an area in common."""
        across = self.x < other.right + margin and other.x < self.right + margin
        return across and self.y < other.bottom + margin and other.y < self.bottom + margin


class PictureText(NamedTuple):
    """A text; ``title`` is the whole of one that was cut. ``room``: the width that it may take."""

    at: Point
    words: str
    size: float
    room: float
    style: str = ""
    bold: bool = False
    anchor: Anchor = "start"
    title: str = ""


class PictureBox(msgspec.Struct, frozen=True):
    """A box with its texts; ``style`` names its variant, such as the kind of a subnet. ``is_new``: a plan adds it."""

    kind: PictureBoxKind
    id: str
    rect: Rect
    radius: float
    texts: tuple[PictureText, ...] = ()
    style: str = ""
    is_new: bool = False
    verdict: Verdict | None = None
    glyph: Point | None = None


class PictureLine(msgspec.Struct, frozen=True):
    """A line of right angles; ``style``: ``live`` as far as packets get on a failing path, else the verdict."""

    kind: LineKind
    points: tuple[Point, ...]
    style: str
    arrow: bool = False


class Dot(msgspec.Struct, frozen=True):
    """The mark of a hop: its number, or the glyph of a verdict if it does not keep all packets."""

    at: Point
    number: int
    verdict: Verdict | None = None


class Callout(msgspec.Struct, frozen=True):
    """The words at the first hop that fails; ``tie`` is the line to its mark if they are not near it."""

    rect: Rect
    lines: tuple[PictureText, ...]
    verdict: Verdict
    tie: tuple[Point, ...] = ()


class Ring(msgspec.Struct, frozen=True):
    """The outline of a box that a step is about."""

    rect: Rect
    radius: float
    verdict: Verdict


class StepPicture(msgspec.Struct, frozen=True):
    """The part of a picture for one step: lines below the boxes of the map, and marks above them."""

    number: int
    lines: tuple[PictureLine, ...]
    rings: tuple[Ring, ...]
    dots: tuple[Dot, ...]
    texts: tuple[PictureText, ...]
    callout: Callout | None


class Picture(msgspec.Struct, frozen=True):
    """A whole picture: containers first, then fine lines from tables to gateways, then chips, then the steps."""

    shape: Shape
    width: float
    height: float
    frames: tuple[PictureBox, ...]
    hairs: tuple[tuple[Point, ...], ...]
    chips: tuple[PictureBox, ...]
    texts: tuple[PictureText, ...]
    steps: tuple[StepPicture, ...]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.frames
