"""The commands: the parameters and the use case of each."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from skerry.cli.next_commands import view_of_snapshot, view_with_commands
from skerry.cli.options import (
    LaunchOptions,
    OutputPath,
    PathOf,
    ResultOptions,
    add_color_option,
    add_input_options,
    add_launch_options,
    add_network_only_option,
    add_output_options,
    add_reading_options,
    hand_over,
)
from skerry.cli.output import complain, drop_note, flush, leave, say, write
from skerry.cli.reading import WIDEST, InputSource, ReadOptions, gather, print_notes, world_of
from skerry.cli.terminal import text_width
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.reach.trace_request import TraceRequest


@click.command()
@add_reading_options
@add_output_options(formats.DIAGNOSIS)
@add_launch_options
@add_network_only_option
def diagnose(source: InputSource, result: ResultOptions, launch: LaunchOptions) -> None:
    """Tell for each Fargate service whether its tasks can start, and name all blockers.

    Without --from, of the live account, by boto3's own chain of credentials.
    """
    launch.refuse_conflicts()
    from skerry import app

    world = world_of(source, launch.scope(source))
    if (hypothetical := launch.hypothetical) is not None:
        diagnosis = app.diagnose_hypothetical(world, hypothetical)
    else:
        diagnosis = app.diagnose(world, launch.selection)
    text = formats.DIAGNOSIS[result.form](diagnosis, world, view_with_commands("diagnose", source, launch.words()))
    write(source.shown(text), result.output, quiet=source.quiet)
    leave(diagnosis.verdict, allow_unknown=result.allow_unknown)


class FlowOptions(NamedTuple):
    """The flow to trace: its source, its destination, and its port."""

    to: str
    port: int
    protocol: str
    subnet: str | None
    interface: str | None
    instance: str | None
    internet: bool
    groups: tuple[str, ...]
    source_address: str | None
    public_address: str | None

    @property
    def request(self) -> "TraceRequest":
        """Return the request for the trace."""
        from skerry.reach.trace_request import TraceRequest

        return TraceRequest(*self)


_FLOW = [
    click.option("--subnet", help="The source: a new interface in this subnet, by id or Name."),
    click.option("--security-group", "groups", multiple=True, help="The source's groups, by id or Name; repeatable."),
    click.option("--source-address", help="The source's address, if it is to be a certain one."),
    click.option("--public-address", help="The public address of the source."),
    click.option("--eni", "interface", help="The source: this network interface."),
    click.option("--instance", help="The source: this instance."),
    click.option(
        "--source",
        "internet",
        type=click.Choice(["internet"]),
        callback=lambda _context, _option, given: given is not None,
        help="The source: the internet.",
    ),
    click.option("--to", required=True, metavar="HOST|ADDRESS|SERVICE|ID", help="Where to."),
    click.option("--port", type=click.IntRange(1, 65535), default=443, show_default=True, help="The port."),
    click.option(
        "--protocol", type=click.Choice(["tcp", "udp"]), default="tcp", show_default=True, help="The protocol."
    ),
]


@click.command()
@add_reading_options
@add_output_options(formats.TRACE)
@hand_over("flow", FlowOptions, _FLOW)
def trace(source: InputSource, result: ResultOptions, flow: FlowOptions) -> None:
    """Follow one flow hop by hop, there and back.

    Without --from, in the live account, by boto3's own chain of credentials.
    """
    from skerry import app

    world = world_of(source, WIDEST["trace"])
    traced = app.trace(world, flow.request)
    text = formats.TRACE[result.form](traced, world, view_with_commands("trace", source))
    write(source.shown(text), result.output, quiet=source.quiet)
    leave(traced.verdict, allow_unknown=result.allow_unknown)


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
@add_color_option
@click.option("--force", is_flag=True, help="Replace the snapshot that is there.")
@click.option("-v", "--verbose", is_flag=True, help="Also how many calls it took.")
def snapshot(source: InputSource, output: Path, *, force: bool) -> None:
    """Save the input of the other commands, without secrets: for --from, or to share.

    Values of environment variables, commands, overrides and the like are replaced. With --from, the same is done to
    answers that were saved before.
    """
    from skerry import app
    from skerry.render import console
    from skerry.writing.targets import is_stream

    gathered = gather(source, ReadOptions(network_only=source.network_only))
    flush()
    saved = app.snapshot(gathered, output, force=force, note=drop_note if source.quiet else say)
    print_notes(gathered.world.facts.notes, quiet=source.quiet)
    view = source.view if is_stream(output) else view_of_snapshot(source, output)
    text = console.format_snapshot(gathered.world, str(output), saved.count, saved.left_out, view)
    if not is_stream(output):
        write(text)
    elif not source.quiet:
        # The snapshot itself may be on stdout.
        complain(click.unstyle(text).rstrip("\n"))


@click.command()
@add_network_only_option
@click.argument("command", type=click.Choice(list(WIDEST)))
def iam_policy(command: str, *, network_only: bool) -> None:
    """Print the IAM policy that allows a command all its calls to a live account, and nothing else.

    It is that of the widest use: one service or task takes fewer calls. No call changes anything.
    """
    from skerry.render import iam_policy
    from skerry.sources import live

    calls = live.ReadScope(*WIDEST[command]._replace(network_only=network_only)).may_call
    write(iam_policy.write_policy(call.action for call in calls), None)


@click.command()
@add_color_option
@click.option("--save", type=PathOf(file_okay=False), help="Keep what was read in this folder.")
def demo(save: Path | None) -> None:
    """Show the whole story on an AWS inside this process: no account, no credentials, no network."""
    from skerry import app
    from skerry.render import console, plan
    from skerry.render.text import bold, clean
    from skerry.render.view import View

    view = View(width=text_width())
    chapters = []
    for number, chapter in enumerate(app.demo(), 1):
        chapters.append(chapter)
        write(console.format_chapter(number, chapter.title, chapter.lines, chapter.diagnosis, view) + "\n", None)
        if chapter.plan.changes:
            write(f"The plan, of skerry plan:\n\n{plan.format_plan(chapter.plan, view=view)}\n", None)
    if save is not None:
        for folder in app.keep_chapters(chapters, save):
            write(f"Saved: skerry diagnose --from {clean(str(folder))}\n", None)
    else:
        write(f"{bold('Next:')} skerry demo --save demo\n", None)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell, for example: skerry completion bash >> ~/.bashrc."""
    from click.shell_completion import get_completion_class

    from skerry.cli.command_group import cli

    shell_class = get_completion_class(shell)
    assert shell_class is not None  # noqa: S101 -- the choice allows only shells that click has
    write(shell_class(cli, {}, "skerry", "_SKERRY_COMPLETE").source() + "\n")
