"""The command that tells whether tasks can start."""

import click

from skerry.cli.next_commands import view_with_commands
from skerry.cli.options import (
    LaunchOptions,
    ResultOptions,
    add_launch_options,
    add_network_only_option,
    add_output_options,
    add_reading_options,
)
from skerry.cli.output import leave, write
from skerry.cli.reading import InputSource, world_of
from skerry.render import formats


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
