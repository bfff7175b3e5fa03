"""The formats of a drawing; each imports its own modules."""

from typing import TYPE_CHECKING, NamedTuple

from skerry.errors import OutputError
from skerry.render.view import DEFAULT_WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from skerry.draw.drawing import Drawing
    from skerry.draw.picture import Shape


class Paper(NamedTuple):
    """The form of the output: the shape of a picture, the width of a text, and whether it has only ASCII."""

    shape: "Shape" = "wide"
    width: int = DEFAULT_WIDTH
    ascii_only: bool = False


def _svg(drawing: "Drawing", paper: Paper) -> str:
    from skerry.draw.layout import layout
    from skerry.draw.sentences import answer_of, describe_step
    from skerry.render.svg import write_svg_file

    network, step = drawing.network, drawing.step
    picture = layout(network, paper.shape, current=drawing.current)
    if picture.is_empty:
        raise OutputError(f"no VPC of {network.service} is known, so there is nothing to draw", "Write text instead.")
    description = "" if step is None else describe_step(network, step)
    number = 0 if step is None else step.number
    return write_svg_file(picture, title=answer_of(network), description=description, step=number)


def _png(drawing: "Drawing", paper: Paper) -> bytes:
    from skerry.render.png import convert_to_png

    return convert_to_png(_svg(drawing, paper))


def _mermaid(drawing: "Drawing", _paper: Paper) -> str:
    from skerry.render.mermaid import write_mermaid

    return write_mermaid(drawing.network)


def _text(drawing: "Drawing", paper: Paper) -> str:
    from skerry.render.map_text import ASCII, UNICODE, format_map

    signs = ASCII if paper.ascii_only else UNICODE
    return format_map(drawing.network, paper.width, signs, planned=drawing.current is not None)


def _json(drawing: "Drawing", _paper: Paper) -> str:
    from skerry.render.map_json import encode_map

    return encode_map(drawing.network)


DRAWING: "Mapping[str, Callable[[Drawing, Paper], str | bytes]]" = {
    "text": _text,
    "svg": _svg,
    "png": _png,
    "mermaid": _mermaid,
    "json": _json,
}
