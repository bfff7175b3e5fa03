"""Options that several commands share, and the rules for combining them."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skerry.writing.targets import STDOUT, target_of

if TYPE_CHECKING:
    from skerry.sources.redaction import Redaction


class PathOf(click.Path):
    """The path of an option: no name with a NUL, which no system can open."""

    def __init__(self, **more: bool) -> None:
        super().__init__(path_type=Path, **more)

    def convert(self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path."""
        if "\0" in os.fspath(value):
            self.fail(f"{os.fspath(value)!r} is no path: it holds a NUL.", param, ctx)
        converted = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not self.file_okay and converted.exists() and not converted.is_dir():
            self.fail(f"{os.fspath(value)!r} is no folder.", param, ctx)
        return converted


class OutputPath(PathOf):
    """The path of a result: ``-`` is standard output; a socket or a block device is refused before anything is read."""

    def convert(self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path. Raises `OutputError` where nothing can be written."""
        target = super().convert(value, param, ctx)
        if target == STDOUT:
            return target if os.fspath(value) == "-" else self._in_here(target, param, ctx)
        if not target.is_dir():
            target_of(target)
        return target

    def _in_here(self, name: Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path of a file that is called ``-``: a relative one would drop its "./"."""
        try:
            return Path.cwd() / name
        except OSError:
            self.fail("the current folder is gone.", param, ctx)


OUTPUT = click.option(
    "--output", type=OutputPath(dir_okay=False), metavar="FILE", help="Write to a file, pipe or device; - is stdout."
)

_SOURCE = [
    click.option("--from", "path", type=PathOf(), metavar="PATH",
                 help="A folder of saved AWS answers, or one file of them; without it, the live account."),
    click.option("--profile", help="The profile of the live account's credentials."),
    click.option("--region", help="The live account's Region, or that of saved answers without one."),
    click.option("-q", "--quiet", is_flag=True, help="Only the first line."),
]  # fmt: skip


def add_input_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command that reads AWS's answers, saved or live."""
    return _decorate(command, _SOURCE)


def add_redaction_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option of every command that prints names out of AWS's answers."""
    what = "Replace user names, session names and e-mail addresses with pseudonyms."
    return click.option("--redact", "redaction", is_flag=True, callback=_redaction, help=what)(command)


def _redaction(_context: click.Context, _option: click.Parameter, wanted: bool) -> "Redaction | None":  # noqa: FBT001
    """Return one run of redaction, where it is asked for."""
    if not wanted:
        return None
    from skerry.sources.redaction import Redaction

    return Redaction()


def add_reading_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command that judges a network."""
    options = [
        *_SOURCE,
        click.option("--allow-unknown", is_flag=True, help="Exit 0, not 4, if a verdict is unknown."),
        click.option("-v", "--verbose", is_flag=True, help="Show every hop of every path."),
    ]
    return _decorate(add_redaction_option(command), options)


def add_network_only_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option of every command that can do without the answers beyond the network."""
    return _decorate(command, [network_only])


network_only = click.option(
    "--network-only",
    is_flag=True,
    help="Do not examine roles, policies, images, secrets, keys, log groups and files.",
)


def add_output_options(formats: Iterable[str]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the options of every command that prints a result: one of its formats, and a file."""
    choice = click.Choice(list(formats))
    options = [
        click.option("--format", "form", type=choice, default="text", show_default=True, help="The output's format."),
        OUTPUT,
    ]
    return lambda command: _decorate(command, options)


def add_launch_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options for selecting launches: existing services or a task, or a hypothetical task."""
    options = [
        click.option("--cluster", help="Only services of this cluster."),
        click.option("--service", help="Only this service."),
        click.option("--task", help="One task, by id or ARN, in the subnets of its launch."),
        click.option("--task-definition", "definition", type=PathOf(), help="JSON file of a task to test."),
        click.option("--subnet", "subnets", multiple=True, help="Its subnet; repeatable."),
        click.option("--security-group", "groups", multiple=True, help="Its security group; repeatable."),
        click.option("--assign-public-ip", is_flag=True, help="It gets a public IP address."),
        click.option("--platform-version", help="Its platform version; default: LATEST."),
    ]
    return _decorate(command, options)


def _decorate(command: Callable[..., Any], options: list[Callable[..., Any]]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command


def agree(*, hypothetical: bool, placed: bool, asked: bool, selected: bool) -> None:
    """Raise a usage error for options of a hypothetical task together with options that select existing ones.

    ``placed``: a subnet is given; ``asked``: any option of the task that does not exist is.
    """
    if hypothetical and selected:
        raise click.UsageError(
            "--task-definition is for a task that does not exist: leave out --cluster, --service, --task"
        )
    if asked and not hypothetical:
        raise click.UsageError(
            "--subnet, --security-group, --assign-public-ip and --platform-version need --task-definition"
        )
    if hypothetical and not placed:
        raise click.UsageError("--task-definition needs at least one --subnet")
