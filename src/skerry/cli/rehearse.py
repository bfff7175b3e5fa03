"""The command that rehearses a launch, with a table of its steps while clients are under way."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skerry.cli.next_commands import view_with_commands
from skerry.cli.options import (
    LaunchOptions,
    PathOf,
    ResultOptions,
    add_launch_options,
    add_network_only_option,
    add_output_options,
    add_prefer_option,
    add_reading_options,
)
from skerry.cli.output import complain, leave, say, write
from skerry.cli.reading import InputSource, gathered_of, print_notes
from skerry.cli.terminal import is_dumb, terminal_size
from skerry.errors import EXIT_FAULT
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.diagnose.rehearsal import RehearsalStep
    from skerry.model.world import World

_EVERY = 0.25
_ERASE_LINE = "\x1b[2K\n"


@click.command()
@add_reading_options
@add_output_options(formats.REHEARSAL)
@add_launch_options
@add_network_only_option
@click.option("--probe", is_flag=True, help="TCP connects and DNS questions alone, which takes a second or two.")
@click.option("--with-plan", "planned", is_flag=True, help="On the network that skerry plan makes for the launch.")
@add_prefer_option
@click.option(
    "--image-archive",
    "archive",
    type=PathOf(exists=True),
    help="The image to pull, as docker save or skopeo write it; without it, a tiny one is made.",
)
def rehearse(
    source: InputSource,
    result: ResultOptions,
    launch: LaunchOptions,
    *,
    probe: bool,
    planned: bool,
    prefer: str | None,
    archive: Path | None,
) -> None:
    """Rehearse a launch on a replica of the network, with real packets and real clients.

    Of one service or task; --subnet chooses one of its subnets. Exit code 3: packets and prediction disagree, a fault
    of skerry's; the input is then saved without secrets.
    """
    launch.refuse_conflicts(subnets_select=True)
    if probe and archive:
        raise click.UsageError("--probe pulls no image: leave out --image-archive")
    if prefer and not planned:
        raise click.UsageError("--prefer chooses among plans: add --with-plan")
    if archive is not None and not (archive.is_file() or archive.is_dir()):
        raise click.UsageError("--image-archive is neither a file nor a folder")
    from skerry.lab.requirements import require

    require(clients=not probe)
    from skerry import app

    world = _undeployed(source)
    gathered = None
    if world is None:
        gathered = gathered_of(source, launch.scope(source))
        world = gathered.world
    preferences = app.plan_options(world, nat=prefer == "nat", public=prefer == "public")
    request = app.RehearsalRequest(
        launch.selection, launch.hypothetical, launch.subnets, probe, archive, planned, preferences
    )
    with _table(quiet=source.quiet) as watch:
        rehearsal = app.rehearse(world, request, watch)
    snapshot_path = app.save_disagreement(gathered) if rehearsal.disagreements and gathered is not None else None
    # A plan is for every subnet of a service.
    selected = launch if launch.definition is not None else launch._replace(subnets=())
    view = source.view
    if gathered is not None:
        view = view_with_commands("rehearse", source, selected.words(), snapshot=snapshot_path)
    write(source.shown(formats.REHEARSAL[result.form](rehearsal, view)), result.output, quiet=source.quiet)
    if snapshot_path is not None:
        say(f"what was read is saved in {snapshot_path}: please report it, if you may share that")
    if rehearsal.disagreements:
        sys.exit(EXIT_FAULT)
    leave(rehearsal.verdict, allow_unknown=result.allow_unknown)


def _undeployed(source: InputSource) -> "World | None":
    """Return the network of an input that is not deployed yet; None for saved answers and a live account."""
    if source.path is None:
        return None
    from skerry.app.undeployed import read_undeployed

    world = read_undeployed(source.path, source.region)
    if world is not None:
        print_notes(world.facts.notes, quiet=source.quiet)
    return world


class _Table:
    """Lines on a terminal, written again and again in their place.

    Each line is erased alone. Erasing the whole screen at once would put it into the scrollback of some terminals.
    """

    def __init__(self) -> None:
        self._shown: list[str] = []
        self._last = 0.0

    def __call__(self, steps: "Sequence[RehearsalStep]") -> None:
        """Show the steps in the place of the ones before."""
        from skerry.render import rehearsal
        from skerry.render.text import width_of

        if time.monotonic() - self._last < _EVERY:
            return
        self._last = time.monotonic()
        width, height = terminal_size(sys.stderr)
        # The last column stays free: some terminals begin a new line after it.
        lines = rehearsal.format_progress(steps, width - 1)
        if len(lines) >= height:
            # The cursor cannot go back to what has left the screen.
            answered_count = sum(step.observed.worked is not None for step in steps)
            lines = [f"{answered_count} steps answered"]
        if any(width_of(line) >= width for line in lines):
            lines = [click.unstyle(line)[: width - 1] for line in lines]
        if lines == self._shown:
            return
        self.clear()
        complain("\n".join(lines))
        self._shown = lines

    def clear(self) -> None:
        """Take the lines away."""
        if self._shown:
            count = len(self._shown)
            up = f"\x1b[{count}A"
            complain(up + _ERASE_LINE * count + up, nl=False)
            self._shown = []


@contextmanager
def _table(*, quiet: bool) -> Iterator[Any]:
    """Show a table on a terminal, unless the user asked for quiet."""
    if quiet or not sys.stderr.isatty() or is_dumb():
        yield None
        return
    table = _Table()
    try:
        yield table
    finally:
        table.clear()
