"""The command that draws the map of a service."""

import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from skerry.cli.options import (
    LaunchOptions,
    ResultOptions,
    add_launch_options,
    add_network_only_option,
    add_output_options,
    add_reading_options,
    hand_over,
)
from skerry.cli.output import leave, say, write, write_bytes
from skerry.cli.reading import InputSource, ReadOptions, world_of
from skerry.cli.terminal import text_width
from skerry.render.drawings import DRAWING, Paper

if TYPE_CHECKING:
    from skerry.draw.drawing import Drawing
    from skerry.draw.picture import Shape
    from skerry.model.world import World


class DrawOptions(NamedTuple):
    """The part of the launch to draw: the step, with or without the plan, and the shape of a picture."""

    step: str | None
    planned: bool
    shape: "Shape"


_DRAW = [
    click.option("--step", metavar="STEP", help="The step with the drawn path, by number or name; default: the worst."),
    click.option("--planned", is_flag=True, help="Draw the network with the plan of skerry plan."),
    click.option(
        "--shape",
        type=click.Choice(["wide", "tall"]),
        default="wide",
        show_default=True,
        help="The shape of a picture; tall ones are for narrow screens.",
    ),
]


@click.command()
@add_reading_options
@add_output_options(DRAWING)
@add_launch_options
@add_network_only_option
@hand_over("options", DrawOptions, _DRAW)
def draw(source: InputSource, result: ResultOptions, launch: LaunchOptions, options: DrawOptions) -> None:
    """Draw the network of one service with the path of a step, there and back, and the hop that stops it.

    PNG needs rsvg-convert, chromium or the package cairosvg. Exit code: that of diagnose.
    """
    launch.refuse_conflicts()
    drawing = _drawing(world_of(source, _scope(source, launch, options)), launch, options)
    if options.planned and drawing.current is None and not source.quiet:
        say(f"no plan changes the network of {drawing.network.service}, so it is drawn as it is")
    paper = Paper(options.shape, text_width(), ascii_only=result.output is None and not _prints_unicode())
    written = DRAWING[result.form](drawing, paper)
    if isinstance(written, bytes):
        write_bytes(written, result.output, quiet=source.quiet)
    else:
        write(source.shown(written), result.output, quiet=source.quiet)
    leave(drawing.network.verdict, allow_unknown=result.allow_unknown)


def _scope(source: InputSource, launch: LaunchOptions, options: DrawOptions) -> ReadOptions:
    """Return the part of a live account to read; a plan needs all services, so that it breaks none of them."""
    if options.planned:
        return ReadOptions(task=launch.task, planning=True, network_only=source.network_only)
    return launch.scope(source)


def _drawing(world: "World", launch: LaunchOptions, options: DrawOptions) -> "Drawing":
    from skerry import app

    if (hypothetical := launch.hypothetical) is not None:
        return app.draw_hypothetical(world, hypothetical, step=options.step, planned=options.planned)
    return app.draw(world, launch.selection, step=options.step, planned=options.planned)


def _prints_unicode() -> bool:
    return sys.stdout is not None and "utf" in (sys.stdout.encoding or "").lower()
