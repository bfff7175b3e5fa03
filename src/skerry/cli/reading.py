"""The input of a command: saved answers, or the live account, with a line of progress."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from skerry.cli.output import complain, say
from skerry.cli.terminal import text_width
from skerry.errors import SkerryError
from skerry.render.view import View

if TYPE_CHECKING:
    from skerry.app import Gathered
    from skerry.cost.measured import TrafficMetrics
    from skerry.model.world import World
    from skerry.sources.redaction import Redaction


class InputSource(NamedTuple):
    """The input and the verbosity: options of every reading command."""

    path: Path | None = None
    profile: str | None = None
    region: str | None = None
    quiet: bool = False
    verbose: bool = False
    redaction: "Redaction | None" = None
    network_only: bool = False

    @property
    def view(self) -> View:
        """Return how much of a result to show."""
        return View(
            quiet=self.quiet,
            verbose=self.verbose,
            width=text_width(),
            more_hint="-v names them",
            rewrite=self.shown,
        )

    @property
    def paths(self) -> tuple[Path, ...]:
        """The saved answers, if they are the input."""
        return () if self.path is None else (self.path,)

    def shown(self, text: str) -> str:
        """Return a result with stand-ins for the names of people, where they are asked for."""
        return text if self.redaction is None else self.redaction.replace_names(text)


class ReadOptions(NamedTuple):
    """The part of a live account to read, as `skerry.sources.live.Scope`; saved answers do without it."""

    cluster: str | None = None
    service: str | None = None
    task: str | None = None
    containers: bool = True
    planning: bool = False
    network_only: bool = False
    metrics: bool = False
    prices: bool = False
    clients: bool = False


WIDEST = {
    "apply": ReadOptions(planning=True),
    "check": ReadOptions(),
    "cost": ReadOptions(planning=True, metrics=True),
    "diagnose": ReadOptions(),
    "draw": ReadOptions(planning=True),
    "explain": ReadOptions(),
    "nat-exit": ReadOptions(planning=True, metrics=True, clients=True),
    "plan": ReadOptions(planning=True),
    "prices": ReadOptions(prices=True),
    "rehearse": ReadOptions(),
    "report": ReadOptions(planning=True),
    "snapshot": ReadOptions(clients=True),
    "trace": ReadOptions(containers=False),
    "undo": ReadOptions(planning=True),
}
"""The commands that may read a live account, with the most that each reads of it."""


class Progress:
    """One line on a terminal, written again and again in its place."""

    def __init__(self) -> None:
        self._width = 0

    def __call__(self, text: str) -> None:
        """Show the text in the place of the one before."""
        from skerry.render.text import clean

        line = clean(text)
        # Spaces, not control sequences: they clear the rest of the line on every terminal.
        complain(f"\r{line.ljust(self._width)}", nl=False)
        self._width = len(line)

    def clear(self) -> None:
        """Leave the line empty, as if nothing had been there."""
        if self._width:
            complain(f"\r{' ' * self._width}\r", nl=False)
            self._width = 0


def world_of(source: InputSource, scope: ReadOptions) -> "World":
    """Return the World of saved answers, or of what ``scope`` names of the live account; its notes go to stderr."""
    return gathered_of(source, scope).world


def metrics_of(source: InputSource, world: "World", *, wanted: bool) -> "TrafficMetrics | None":
    """Return CloudWatch's metrics of a live account, where they are wanted."""
    if not wanted:
        return None
    if source.path is not None:
        raise click.UsageError("--metrics is for the live account: leave it out, or leave out --from")
    from skerry import app
    from skerry.aws.session import Account

    return app.read_metrics(Account(source.profile, source.region), world)


def gathered_of(source: InputSource, scope: ReadOptions) -> "Gathered":
    """Return the documents of saved answers, or of the live account within ``scope``; their notes go to stderr."""
    from skerry import app

    try:
        gathered = gather(source, scope)
    except SkerryError as error:
        raise error if source.redaction is None else source.redaction.redact_error(error) from None
    if source.redaction is not None:
        gathered = app.redact(gathered, source.redaction)
    print_notes(gathered.world.facts.notes, quiet=source.quiet)
    return gathered


def gather(source: InputSource, scope: ReadOptions) -> "Gathered":
    """Read the documents of saved answers, or of a part of the live account."""
    from skerry import app

    _agree(source)
    if source.path is not None:
        return app.read_files(source.path, source.region, network_only=scope.network_only)
    return _live(source, scope)


def _agree(source: InputSource) -> None:
    if source.path is not None and source.profile is not None:
        raise click.UsageError("--profile is for the live account: leave it out, or leave out --from")


def _live(source: InputSource, scope: ReadOptions) -> "Gathered":
    from skerry import app
    from skerry.aws.session import Account
    from skerry.sources import live

    with show_progress(quiet=source.quiet) as progress:
        reading = app.read_account(Account(source.profile, source.region), live.ReadScope(*scope), progress)
    if source.verbose:
        from skerry.render.text import pluralize

        say(f"{pluralize(reading.calls, 'call')} in {pluralize(reading.rounds, 'round')}")
    return reading


@contextmanager
def show_progress(*, quiet: bool) -> Iterator[Progress | None]:
    """Show a line of progress on a terminal, unless the user asked for quiet."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    progress = Progress()
    try:
        yield progress
    finally:
        progress.clear()


def print_notes(lines: tuple[str, ...], *, quiet: bool) -> None:
    """Tell on stderr what the reader should know of the input."""
    for note in () if quiet else lines:
        say(note)
