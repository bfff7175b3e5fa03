"""The commands: the parameters and the use case of each."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skerry.cli.options import (
    OutputPath,
    PathOf,
    add_input_options,
    add_launch_options,
    add_network_only_option,
    add_output_options,
    add_reading_options,
    agree,
)
from skerry.cli.output import complain, drop_note, flush, leave, say, write
from skerry.cli.reading import WIDEST, InputSource, ReadOptions, gather, print_notes, world_of
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.sources.redaction import Redaction


@click.command()
@add_reading_options
@add_output_options(formats.DIAGNOSIS)
@add_launch_options
@add_network_only_option
def diagnose(
    path: Path | None,
    profile: str | None,
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
    network_only: bool,
    quiet: bool,
    verbose: bool,
    redaction: "Redaction | None",
) -> None:
    """Tell for each Fargate service whether its tasks can start, and name all blockers.

    Without --from, of the live account, by boto3's own chain of credentials.
    """
    has_launch_options = bool(subnets or groups or assign_public_ip or platform_version)
    selected = bool(cluster or service or task)
    agree(hypothetical=definition is not None, placed=bool(subnets), asked=has_launch_options, selected=selected)
    if task and service:
        raise click.UsageError("--task names one task: leave out --service")
    from skerry import app

    source = InputSource(path, profile, region, quiet, verbose, redaction)
    world = world_of(source, ReadOptions(cluster, service, task, definition is None, network_only=network_only))
    if definition is not None:
        hypothetical_launch = app.Hypothetical(
            definition, subnets, groups, assign_public_ip, platform_version or "LATEST"
        )
        diagnosis = app.diagnose_hypothetical(world, hypothetical_launch)
    else:
        diagnosis = app.diagnose(world, app.Selection(cluster, service, task))
    text = formats.DIAGNOSIS[form](diagnosis, world, formats.View(quiet=quiet, verbose=verbose))
    write(source.shown(text), output, quiet=quiet)
    leave(diagnosis.verdict, allow_unknown=allow_unknown)


@click.command()
@add_reading_options
@add_output_options(formats.TRACE)
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
    path: Path | None,
    profile: str | None,
    region: str | None,
    allow_unknown: bool,
    quiet: bool,
    verbose: bool,
    form: str,
    output: Path | None,
    redaction: "Redaction | None",
    source: str | None,
    **question: Any,
) -> None:
    """Follow one flow hop by hop, there and back.

    Without --from, in the live account, by boto3's own chain of credentials.
    """
    from skerry import app
    from skerry.reach.trace_request import TraceRequest

    given = InputSource(path, profile, region, quiet, verbose, redaction)
    world = world_of(given, WIDEST["trace"])
    traced = app.trace(world, TraceRequest(internet=source is not None, **question))
    text = formats.TRACE[form](traced, world, formats.View(quiet=quiet, verbose=verbose))
    write(given.shown(text), output, quiet=quiet)
    leave(traced.verdict, allow_unknown=allow_unknown)


@click.command()
@add_input_options
@add_network_only_option
@click.option(
    "--output",
    type=OutputPath(),
    required=True,
    metavar="PATH",
    help="A folder that does not exist yet; a file if its name ends in .json; a pipe, a device, or - for stdout.",
)
@click.option("--force", is_flag=True, help="Replace the snapshot that is there.")
@click.option("-v", "--verbose", is_flag=True, help="Also how many calls it took.")
def snapshot(
    path: Path | None,
    profile: str | None,
    region: str | None,
    network_only: bool,
    output: Path,
    force: bool,
    quiet: bool,
    verbose: bool,
) -> None:
    """Save the input of the other commands, without secrets: for --from, or to share.

    Values of environment variables, commands, overrides and the like are replaced. With --from, the same is done to
    answers that were saved before.
    """
    from skerry import app
    from skerry.render import console
    from skerry.writing.targets import is_stream

    gathered = gather(InputSource(path, profile, region, quiet, verbose), ReadOptions(network_only=network_only))
    flush()
    saved = app.snapshot(gathered, output, force=force, note=drop_note if quiet else say)
    print_notes(gathered.world.facts.notes, quiet=quiet)
    text = console.format_snapshot(gathered.world, str(output), saved.count, saved.left_out, quiet=quiet)
    if not is_stream(output):
        write(text)
    elif not quiet:
        # The snapshot itself may be on stdout.
        complain(click.unstyle(text).rstrip("\n"))


@click.command()
@add_network_only_option
@click.argument("command", type=click.Choice(list(WIDEST)))
def iam_policy(command: str, network_only: bool) -> None:
    """Print the IAM policy that allows a command all its calls to a live account, and nothing else.

    It is that of the widest use: one service or task takes fewer calls. No call changes anything.
    """
    from skerry.render import iam_policy
    from skerry.sources import live

    calls = live.ReadScope(*WIDEST[command]._replace(network_only=network_only)).may_call
    write(iam_policy.write_policy(call.action for call in calls), None)


@click.command()
@click.option("--save", type=PathOf(file_okay=False), help="Keep what was read in this folder.")
def demo(save: Path | None) -> None:
    """Show the whole story on an AWS inside this process: no account, no credentials, no network."""
    from skerry import app
    from skerry.render import console, plan
    from skerry.render.text import clean

    for number, chapter in enumerate(app.demo(), 1):
        write(console.format_chapter(number, chapter.title, chapter.lines, chapter.diagnosis) + "\n", None)
        if chapter.plan.changes:
            write(f"The plan, of skerry plan:\n\n{plan.format_plan(chapter.plan)}\n", None)
        if save is not None:
            app.keep_chapter(chapter, save / str(number))
            write(f"Saved: skerry diagnose --from {clean(str(save / str(number)))}\n\n", None)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell, for example: skerry completion bash >> ~/.bashrc."""
    from click.shell_completion import get_completion_class

    from skerry.cli.command_group import cli

    shell_class = get_completion_class(shell)
    assert shell_class is not None  # noqa: S101 -- the choice allows only shells that click has
    write(shell_class(cli, {}, "skerry", "_SKERRY_COMPLETE").source() + "\n")
