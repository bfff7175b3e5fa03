"""The command that rehearses a launch, with a table of its steps while clients are under way."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skerry.cli.options import (
    LaunchOptions,
    PathOf,
    ResultOptions,
    add_launch_options,
    add_network_only_option,
    add_output_options,
    add_reading_options,
)
from skerry.cli.output import complain, leave, say, write
from skerry.cli.reading import InputSource, gathered_of
from skerry.errors import EXIT_FAULT
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.diagnose.rehearsal import RehearsalStep

_EVERY = 0.25


@click.command()
@add_reading_options
@add_output_options(formats.REHEARSAL)
@add_launch_options
@add_network_only_option
@click.option("--probe", is_flag=True, help="TCP connects and DNS questions alone, which takes a second or two.")
@click.option("--with-plan", "planned", is_flag=True, help="On the network that skerry plan makes for the launch.")
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
    archive: Path | None,
) -> None:
    """Rehearse a launch on a replica of the network, with real packets and real clients.

    Of one service or task; --subnet chooses one of its subnets. Exit code 3: packets and prediction disagree, a fault
    of skerry's; the input is then saved without secrets.
    """
    launch.refuse_conflicts(subnets_select=True)
    if probe and archive:
        raise click.UsageError("--probe pulls no image: leave out --image-archive")
    if archive is not None and not (archive.is_file() or archive.is_dir()):
        raise click.UsageError("--image-archive is neither a file nor a folder")
    from skerry.lab.requirements import require

    require(clients=not probe)
    from skerry import app

    gathered = gathered_of(source, launch.scope(source))
    request = app.RehearsalRequest(launch.selection, launch.hypothetical, launch.subnets, probe, archive, planned)
    with _table(quiet=source.quiet) as watch:
        rehearsal = app.rehearse(gathered.world, request, watch)
    snapshot_path = app.save_disagreement(gathered) if rehearsal.disagreements else None
    view = formats.View(quiet=source.quiet, snapshot=None if snapshot_path is None else str(snapshot_path))
    write(source.shown(formats.REHEARSAL[result.form](rehearsal, view)), result.output, quiet=source.quiet)
    if snapshot_path is not None:
        say(f"what was read is saved in {snapshot_path}: please report it, if you may share that")
        sys.exit(EXIT_FAULT)
    leave(rehearsal.verdict, allow_unknown=result.allow_unknown)


class _Table:
    """Lines on a terminal, written again and again in their place."""

    def __init__(self) -> None:
        self._lines = 0
        self._last = 0.0

    def __call__(self, steps: "Sequence[RehearsalStep]") -> None:
        """Show the steps in the place of the ones before."""
        from shutil import get_terminal_size

        from skerry.render import rehearsal

        if time.monotonic() - self._last < _EVERY:
            return
        self._last = time.monotonic()
        self.clear()
        width, height = get_terminal_size()
        lines = rehearsal.format_progress(steps)
        if len(lines) >= height:
            # The cursor cannot go back to what has left the screen.
            answered_count = sum(step.observed.worked is not None for step in steps)
            lines = [f"{answered_count} steps answered"]
        if any(len(click.unstyle(line)) >= width for line in lines):
            lines = [click.unstyle(line)[: width - 1] for line in lines]
        complain("\n".join(lines))
        self._lines = len(lines)

    def clear(self) -> None:
        """Take the lines away."""
        if self._lines:
            complain(f"\x1b[{self._lines}A\x1b[J", nl=False)
            self._lines = 0


@contextmanager
def _table(*, quiet: bool) -> Iterator[Any]:
    """Show a table on a terminal, unless the user asked for quiet."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    table = _Table()
    try:
        yield table
    finally:
        table.clear()
