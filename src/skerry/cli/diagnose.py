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
from skerry.cli.reading import InputSource, world_of
from skerry.cli.triage import TriageArguments, add_triage_options, leave_triaged, write_triaged
from skerry.render import formats


@click.command()
@add_reading_options
@add_output_options(formats.DIAGNOSIS)
@add_triage_options(tuple(formats.DIAGNOSIS))
@add_launch_options
@add_network_only_option
def diagnose(source: InputSource, result: ResultOptions, launch: LaunchOptions, triage: TriageArguments) -> None:
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
    view = view_with_commands("diagnose", source, launch.words())

    settings = triage.settings(quiet=source.quiet)
    triaged = app.triage_diagnosis(world, diagnosis, triage.options(source.paths, settings))
    write_triaged(triaged, formats.DIAGNOSIS, triage, result, view)
    leave_triaged(triaged, triage, result, settings)
