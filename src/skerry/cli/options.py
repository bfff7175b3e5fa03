"""Options that several commands share, each declared once, and the rules for combining them.

A decorator adds a group of options to a command, and hands the command their values as one frozen object.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import click

from skerry.cli.next_commands import words_of
from skerry.cli.reading import InputSource, ReadOptions
from skerry.writing.targets import STDOUT, target_of

if TYPE_CHECKING:
    from skerry.app import Hypothetical, Selection
    from skerry.sources.redaction import Redaction

Command: TypeAlias = Callable[..., Any]
Decorator: TypeAlias = Callable[[Command], Command]


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


_SOURCE = [
    click.option("--from", "path", type=PathOf(), metavar="PATH",
                 help="A folder of saved AWS answers, or one file of them; without it, the live account."),
    click.option("--profile", help="The profile of the live account's credentials."),
    click.option("--region", help="The live account's Region, or that of saved answers without one."),
    click.option("-q", "--quiet", is_flag=True, help="Only the first line."),
]  # fmt: skip


_JUDGING = [
    *_SOURCE,
    click.option("--allow-unknown", is_flag=True, help="Exit 0, not 4, if a verdict is unknown."),
    click.option("-v", "--verbose", is_flag=True, help="Show every hop of every path."),
]


class ResultOptions(NamedTuple):
    """The form and the place of a result, and whether an unknown verdict is accepted."""

    form: str
    output: Path | None
    allow_unknown: bool = False


class LaunchOptions(NamedTuple):
    """The launches that a command is for: existing ones, or a hypothetical task."""

    cluster: str | None
    service: str | None
    task: str | None
    definition: Path | None
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]
    assign_public_ip: bool
    platform_version: str | None
    job_definition: str | None = None
    job_queue: str | None = None
    launched_by: str | None = None

    @property
    def selection(self) -> "Selection":
        """Return the selection among existing launches."""
        from skerry import app

        return app.Selection(
            self.cluster, self.service, self.task, self.job_definition, self.job_queue, self.launched_by
        )

    @property
    def hypothetical(self) -> "Hypothetical | None":
        """Return the hypothetical task, or None."""
        if self.definition is None:
            return None
        from skerry import app

        version = self.platform_version or "LATEST"
        return app.Hypothetical(self.definition, self.subnets, self.security_groups, self.assign_public_ip, version)

    def words(self) -> list[str]:
        """Return the options as words of a command line."""
        return words_of(
            {
                "--cluster": self.cluster,
                "--service": self.service,
                "--task": self.task,
                "--job-definition": self.job_definition,
                "--job-queue": self.job_queue,
                "--launched-by": self.launched_by,
                "--task-definition": self.definition,
                "--subnet": self.subnets,
                "--security-group": self.security_groups,
                "--assign-public-ip": self.assign_public_ip,
                "--platform-version": self.platform_version,
            }
        )

    def scope(self, source: InputSource) -> ReadOptions:
        """Return the part of a live account to read; a hypothetical task needs no containers of others."""
        containers = self.definition is None
        return ReadOptions(self.cluster, self.service, self.task, containers, network_only=source.network_only)

    def refuse_conflicts(self, *, subnets_select: bool = False) -> None:
        """Raise a usage error for options that exclude each other.

        ``subnets_select``: subnets also choose among those of an existing launch.
        """
        jobs = self.job_definition or self.job_queue
        selected = bool(self.cluster or self.service or self.task or jobs or self.launched_by)
        subnets = () if subnets_select else self.subnets
        if self.definition is not None and selected:
            raise click.UsageError(
                "--task-definition is for a task that does not exist: leave out options that select existing launches"
            )
        if self.definition is None and (
            subnets or self.security_groups or self.assign_public_ip or self.platform_version
        ):
            raise click.UsageError(
                "--subnet, --security-group, --assign-public-ip and --platform-version need --task-definition"
            )
        if self.job_definition and (self.cluster or self.service or self.task):
            raise click.UsageError("--job-definition names jobs: leave out --cluster, --service, --task")
        if self.launched_by and (self.service or self.task or jobs):
            raise click.UsageError("--launched-by names launches of its own: leave out options for services and jobs")
        if self.job_queue and not self.job_definition:
            raise click.UsageError("--job-queue needs --job-definition")
        if self.definition is not None and not self.subnets:
            raise click.UsageError("--task-definition needs at least one --subnet")
        if self.task and self.service and not subnets_select:
            raise click.UsageError("--task names one task: leave out --service")


def hand_over(name: str, group: Any, options: Sequence[Decorator]) -> Decorator:
    """Return a decorator that adds options to a command, and hands it those named as the group's fields as one object.

    An option of another decorator may give a field of the group too, whatever the order of the decorators.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def call(**values: object) -> object:
            own = {field: values.pop(field) for field in group._fields if field in values}
            return command(**{name: group(**own)}, **values)

        return _decorate(call, options)

    return decorate


def add_input_options(command: Command) -> Command:
    """Add the options of every command that reads AWS's answers, saved or live: ``source``."""
    return hand_over("source", InputSource, _SOURCE)(command)


def add_account_options(command: Command) -> Command:
    """Add the options of a command that changes a live account: ``source`` without saved answers."""
    options = [
        click.option("--profile", help="The profile of the live account's credentials."),
        click.option("--region", help="The live account's Region, or that of saved answers without one."),
        click.option("-q", "--quiet", is_flag=True, help="Only the first line."),
        click.option("-v", "--verbose", is_flag=True, help="Show every hop of every path."),
    ]
    return hand_over("source", InputSource, options)(command)


def add_redaction_option(command: Command) -> Command:
    """Add the option of every command that prints names out of AWS's answers."""
    what = "Replace user names, session names and e-mail addresses with pseudonyms."
    return click.option("--redact", "redaction", is_flag=True, callback=_redaction, help=what)(command)


def _add_network_redaction_option(command: Command) -> Command:
    """Add the option of a command whose result is for others: names of the network are replaced too."""
    what = "Replace accounts, names of resources and people, addresses and CIDR blocks with stand-ins."
    return click.option("--redact", "redaction", is_flag=True, callback=_network_redaction, help=what)(command)


def _redaction(_context: click.Context, _option: click.Parameter, wanted: bool) -> "Redaction | None":  # noqa: FBT001
    """Return one run of redaction, where it is asked for."""
    return _redaction_of(network=False) if wanted else None


def _network_redaction(_context: click.Context, _option: click.Parameter, wanted: bool) -> "Redaction | None":  # noqa: FBT001
    """Return one run of redaction of people and networks, where it is asked for."""
    return _redaction_of(network=True) if wanted else None


def _redaction_of(*, network: bool) -> "Redaction":
    from skerry.sources.redaction import Redaction

    return Redaction(of_network=network)


def add_reading_options(command: Command) -> Command:
    """Add the options of every command that judges a network: ``source``."""
    return hand_over("source", InputSource, _JUDGING)(add_redaction_option(command))


def add_report_reading_options(command: Command) -> Command:
    """Add the options of a command that judges a network for others to read: ``source``."""
    return hand_over("source", InputSource, _JUDGING)(_add_network_redaction_option(command))


add_network_only_option = click.option(
    "--network-only",
    is_flag=True,
    help="Do not examine roles, policies, images, secrets, keys, log groups and files.",
)

add_prefer_option = click.option(
    "--prefer",
    type=click.Choice(["endpoints", "nat", "public"]),
    help="Endpoints (default), a NAT gateway, or public addresses of tasks.",
)


def _set_color(context: click.Context, _option: click.Parameter, when: str) -> None:
    """Let the user's word on colours go before that of the environment; all output of the command follows it."""
    if when != "auto":
        context.color = when == "always"


add_color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    expose_value=False,
    callback=_set_color,
    help="Colours: on a terminal only (auto), always, or never.",
)


def add_output_options(formats: Iterable[str], default: str = "text") -> Decorator:
    """Add the options of every command that prints a result, one of its formats and a file: ``result``."""
    options = [
        format_option(formats, default),
        click.option(
            "--output",
            type=OutputPath(dir_okay=False),
            metavar="FILE",
            help="Write to a file, pipe or device; - is stdout.",
        ),
        add_color_option,
    ]
    return hand_over("result", ResultOptions, options)


def format_option(formats: Iterable[str], default: str = "text") -> Decorator:
    """Return the option for the form of a result: ``form``."""
    choice = click.Choice(list(formats))
    return click.option(
        "--format", "form", type=choice, default=default, show_default=True, help="The output's format."
    )


def add_launch_options(command: Command) -> Command:
    """Add the options for selecting existing launches, or a hypothetical task: ``launch``."""
    options = [
        click.option("--cluster", help="Only services of this cluster."),
        click.option("--service", help="Only this service."),
        click.option("--task", help="One task, by id or ARN, in the subnets of its launch."),
        click.option("--job-definition", help="Jobs of AWS Batch: a name, with or without its revision."),
        click.option("--job-queue", help="The queue of these jobs; default: each that they go to."),
        click.option("--launched-by", help="Tasks of a rule, schedule, pipe or state machine, by its name or ARN."),
        click.option("--task-definition", "definition", type=PathOf(), help="JSON file of a task to test."),
        click.option("--subnet", "subnets", multiple=True, help="Its subnet, by id or Name; repeatable."),
        click.option(
            "--security-group", "security_groups", multiple=True, help="Its group, by id or Name; repeatable."
        ),
        click.option("--assign-public-ip", is_flag=True, help="It gets a public IP address."),
        click.option("--platform-version", help="Its platform version; default: LATEST."),
    ]
    return hand_over("launch", LaunchOptions, options)(command)


def _decorate(command: Command, options: Sequence[Decorator]) -> Command:
    for option in reversed(options):
        command = option(command)
    return command
