"""The command that saves the input of the other commands."""

from pathlib import Path

import click

from skerry.cli.next_commands import view_of_snapshot
from skerry.cli.options import OutputPath, add_color_option, add_input_options, add_network_only_option
from skerry.cli.output import complain, drop_note, flush, say, write
from skerry.cli.reading import InputSource, ReadOptions, gather, print_notes


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

    gathered = gather(source, ReadOptions(network_only=source.network_only, clients=True))
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
