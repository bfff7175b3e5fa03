"""The command for one web page with all that is known about services."""

import click

from skerry.cli.next_commands import view_with_commands
from skerry.cli.options import (
    LaunchOptions,
    ResultOptions,
    add_launch_options,
    add_network_only_option,
    add_output_options,
    add_report_reading_options,
)
from skerry.cli.output import leave, write
from skerry.cli.plan import PreferenceOptions, add_preference_options
from skerry.cli.reading import InputSource, ReadOptions, world_of
from skerry.render import formats


@click.command()
@add_report_reading_options
@add_output_options(formats.REPORT, default="html")
@add_launch_options
@add_network_only_option
@add_preference_options
def report(source: InputSource, result: ResultOptions, launch: LaunchOptions, preferences: PreferenceOptions) -> None:
    """Write the diagnosis, the map of the network and the plan as one web page, for a ticket or a pull request.

    The page has no script and loads nothing. The formats are html, markdown and json. Exit code: that of diagnose.
    """
    launch.refuse_conflicts()
    preferences.refuse_conflicts()
    if result.output is None:
        raise click.UsageError("--output FILE is needed: the page is long; - prints it")
    from skerry import app

    # Others' services share the VPC: they are read too, so that the plan does not break them.
    world = world_of(source, ReadOptions(task=launch.task, planning=True, network_only=source.network_only))
    options = preferences.plan_options(world)
    if (hypothetical := launch.hypothetical) is not None:
        made = app.report_hypothetical(world, hypothetical, options)
    else:
        made = app.report(world, launch.selection, options)
    view = view_with_commands("report", source, launch.words(), preferences.words())
    # Names are replaced within texts, before they are cut or escaped: never in the markup around them.
    write(formats.REPORT[result.form](made, world, view), result.output, quiet=source.quiet)
    leave(made.diagnosis.verdict, allow_unknown=result.allow_unknown)
