"""The command line: parse, call the use case, render, choose the exit code. No logic of its own."""

import gc
import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import click

from skerry import __version__
from skerry.errors import EXIT_BLOCKED, EXIT_FAULT, EXIT_UNKNOWN, EXIT_USAGE, SkerryError

_INTERRUPTED = 130

_FORMATS = click.Choice(["text", "json"])
_EXITS = {"ok": 0, "not-applicable": 0, "blocked": EXIT_BLOCKED, "intermittent": EXIT_BLOCKED, "unknown": EXIT_UNKNOWN}


def _reading(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that reads a network."""
    options = [
        click.option("--from", "path", type=click.Path(path_type=Path), required=True, metavar="PATH",
                     help="A folder of saved AWS answers, or one file of them."),
        click.option("--region", help="The Region, where the input does not tell it."),
        click.option("--allow-unknown", is_flag=True, help="Leave with 0 instead of 4 where a verdict is unknown."),
        click.option("-q", "--quiet", is_flag=True, help="Only the first line."),
        click.option("-v", "--verbose", is_flag=True, help="All that is known of every path."),
    ]  # fmt: skip
    return _decorate(command, options)


def _writing(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every command that prints a result."""
    options = [
        click.option("--format", "form", type=_FORMATS, default="text", show_default=True, help="The output's format."),
        click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file."),
    ]
    return _decorate(command, options)


def _decorate(command: Callable[..., Any], options: list[Callable[..., Any]]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="skerry")
def cli() -> None:
    """Tell whether an ECS/Fargate task can start in an isolated subnet, and what stands in the way if not.

    Exit codes: 0 all ok or not applicable, 1 blocked or intermittent, 2 usage or unreadable input, 3 a fault of
    skerry's, 4 unknown remains.
    """


@cli.command()
@_reading
@_writing
@click.option("--cluster", help="Only services of this cluster.")
@click.option("--service", help="Only this service.")
@click.option("--task", help="One task, by id or ARN, where it was launched.")
@click.option(
    "--task-definition", "definition", type=click.Path(path_type=Path), help="A task that does not exist yet."
)
@click.option("--subnet", "subnets", multiple=True, help="Where the hypothetical task would run; repeatable.")
@click.option("--security-group", "groups", multiple=True, help="Its security groups; repeatable.")
@click.option("--assign-public-ip", is_flag=True, help="Whether it gets a public address.")
@click.option("--platform-version", help="Its platform version; LATEST where none is given.")
def diagnose(
    path: Path,
    region: str | None,
    allow_unknown: bool,
    form: str,
    output: Path | None,
    cluster: str | None,
    service: str | None,
    task: str | None,
    definition: Path | None,
    subnets: tuple[str, ...],
    groups: tuple[str, ...],
    assign_public_ip: bool,
    platform_version: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Tell for each Fargate service whether its tasks can start, and all that stands in the way."""
    from skerry import app

    asked = bool(subnets or groups or assign_public_ip or platform_version)
    _agree(hypothetical=definition is not None, asked=asked, selected=bool(cluster or service or task))
    if task and (cluster or service):
        raise click.UsageError("--task names one task: leave out --cluster and --service")
    world = app.load(path, region)
    _notes(world.facts.notes, quiet=quiet)
    if definition is not None:
        if not subnets:
            raise click.UsageError("--task-definition needs at least one --subnet")
        wanted = app.Hypothetical(definition, subnets, groups, assign_public_ip, platform_version or "LATEST")
        found = app.diagnose_hypothetical(world, wanted)
    else:
        found = app.diagnose(world, app.Selection(cluster, service, task))
    if form == "json":
        from skerry.render import json

        text = json.diagnosis(world, found)
    else:
        from skerry.render import console

        text = console.diagnosis(found, verbose=verbose, quiet=quiet)
    _write(text, output)
    _leave(found.verdict, allow_unknown=allow_unknown)


@cli.command()
@_reading
@_writing
@click.option("--subnet", help="The source: a new interface in this subnet.")
@click.option("--security-group", "groups", multiple=True, help="The source's security groups; repeatable.")
@click.option("--source-address", help="The source's address, if it is to be a certain one.")
@click.option("--public-address", help="The public address of the source.")
@click.option("--eni", "interface", help="The source: this network interface.")
@click.option("--instance", help="The source: this instance.")
@click.option("--source", type=click.Choice(["internet"]), help="The source: the internet.")
@click.option("--to", required=True, metavar="HOST|ADDRESS|SERVICE|ID", help="Where to.")
@click.option("--port", type=click.IntRange(1, 65535), default=443, show_default=True, help="The port.")
@click.option("--protocol", type=click.Choice(["tcp", "udp"]), default="tcp", show_default=True, help="The protocol.")
def trace(
    path: Path,
    region: str | None,
    allow_unknown: bool,
    quiet: bool,
    verbose: bool,
    form: str,
    output: Path | None,
    source: str | None,
    **question: Any,
) -> None:
    """Follow one flow hop by hop, there and back."""
    from skerry import app
    from skerry.reach.question import Question

    world = app.load(path, region)
    _notes(world.facts.notes, quiet=quiet)
    found = app.trace(world, Question(internet=source is not None, **question))
    if form == "json":
        from skerry.render import json

        text = json.trace(world, found)
    else:
        from skerry.render import console

        text = console.trace(found, quiet=quiet, verbose=verbose)
    _write(text, output)
    _leave(found.verdict, allow_unknown=allow_unknown)


@cli.command()
@_writing
@click.argument("code")
def explain(form: str, output: Path | None, code: str) -> None:
    """Say what a code of skerry's or the id of a check means."""
    from skerry import app

    found = app.explain(code)
    if form == "json":
        from skerry.render import json

        _write(json.explanation(found), output)
    elif found is not None:
        from skerry.render import console

        _write(console.explanation(found), output)
    if found is None:
        from skerry.render.text import clean

        click.echo(f"skerry: no match: {clean(code)} is no code of a blocker and no id of a check", err=True)
        sys.exit(EXIT_BLOCKED)


@cli.command()
@click.option("--save", type=click.Path(path_type=Path, file_okay=False), help="Keep what was read in this folder.")
def demo(save: Path | None) -> None:
    """Show the whole story on an AWS inside this process: no account, no credentials, no network."""
    from skerry import app
    from skerry.render import console

    for number, chapter in enumerate(app.demo(), 1):
        click.echo(console.chapter(number, chapter.title, chapter.lines, chapter.diagnosis))
        if save is not None:
            _save(save / str(number), chapter.documents)
            click.echo(f"Saved: skerry diagnose --from {save / str(number)}\n")


@cli.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell, for example: skerry completion bash >> ~/.bashrc."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None  # noqa: S101 -- the choice allows only shells that click has
    click.echo(found(cli, {}, "skerry", "_SKERRY_COMPLETE").source())


def _agree(*, hypothetical: bool, asked: bool, selected: bool) -> None:
    """Options of a task that does not exist and options that choose among those that do exclude each other."""
    if hypothetical and selected:
        raise click.UsageError(
            "--task-definition is for a task that does not exist: leave out --cluster, --service, --task"
        )
    if asked and not hypothetical:
        raise click.UsageError(
            "--subnet, --security-group, --assign-public-ip and --platform-version need --task-definition"
        )


def _notes(notes: tuple[str, ...], *, quiet: bool) -> None:
    from skerry.render.text import clean

    for note in () if quiet else notes:
        click.echo(f"skerry: {clean(note)}", err=True)


def _write(text: str, output: Path | None) -> None:
    """Print, or write a file whole or not at all."""
    from tempfile import NamedTemporaryFile

    if output is None:
        try:
            click.echo(text, nl=False)
        except BrokenPipeError:
            # The reader of a pipe left early, as `head` does; the exit code still tells the verdict.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=output.parent, prefix=".skerry-", delete=False) as draft:
            name = Path(draft.name)
            draft.write(click.unstyle(text))
        # A temporary file is for its owner alone; the result has the rights that any new file gets.
        name.chmod(0o666 & ~_umask())
        _put(name, output)
    except OSError as error:
        message = f"{output} cannot be written: {error.strerror or error}"
        raise SkerryError(message, "Give a file in a folder that exists and that you may write to.") from error


def _put(draft: Path, output: Path) -> None:
    """Give a finished draft its name, or take it away."""
    try:
        draft.replace(output)
    except OSError:
        draft.unlink()
        raise


def _umask() -> int:
    """The rights that new files do not get; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _save(folder: Path, documents: dict[str, bytes]) -> None:
    """Write documents below a folder."""
    try:
        for name, content in documents.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror or error}"
        raise SkerryError(message, "Give a folder that you may write to.") from error


def _leave(verdict: str, *, allow_unknown: bool) -> None:
    code = _EXITS[verdict]
    if code == EXIT_UNKNOWN and allow_unknown:
        code = 0
    sys.exit(code)


def main() -> None:
    """Run the command line. Every error is said in words; a traceback is only for faults, with SKERRY_DEBUG set."""
    # A run is short and makes no cycles to speak of: looking for them would cost a tenth of its time.
    gc.disable()
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another encoding gets escapes for what it cannot show.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        # https://no-color.org
        cli.main(standalone_mode=False, color=False if os.environ.get("NO_COLOR") else None)
    except SkerryError as error:
        _complain(error.what, error.remedy, error.exit_code)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(_INTERRUPTED)
    except Exception as fault:  # noqa: BLE001 -- the last resort: a fault is said, not thrown at the user
        _fault(fault)


def _complain(what: str, remedy: str, code: int) -> None:
    from skerry.render.text import clean

    click.echo(f"skerry: {clean(what)}", err=True)
    if remedy:
        click.echo(f"  {clean(remedy)}", err=True)
    sys.exit(code)


def _fault(fault: Exception) -> None:
    import traceback

    if os.environ.get("SKERRY_DEBUG"):
        traceback.print_exception(fault)
    what = f"a fault of skerry itself: {type(fault).__name__}: {fault}"
    _complain(what, "Please report it with the input, if you may share that. SKERRY_DEBUG=1 shows where.", EXIT_FAULT)
