"""The command for one web page with all that is known about services."""

from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

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

if TYPE_CHECKING:
    from skerry.model.world import World


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
    if source.redaction is not None:
        world, source = _without_places(world, source)
    options = preferences.plan_options(world)
    # Pages do not show it, and it takes as long as two diagnoses.
    marked = result.form == "json"
    if (hypothetical := launch.hypothetical) is not None:
        made = app.report_hypothetical(world, hypothetical, options, fingerprint=marked)
    else:
        made = app.report(world, launch.selection, options, fingerprint=marked)
    view = view_with_commands("report", source, launch.words(), preferences.words())
    # Names are replaced within texts, before they are cut or escaped: never in the markup around them.
    write(formats.REPORT[result.form](made, world, view), result.output, quiet=source.quiet)
    leave(made.diagnosis.verdict, allow_unknown=result.allow_unknown)


def _without_places(world: "World", source: InputSource) -> "tuple[World, InputSource]":
    """Return the network and its source without path and profile: both may name a customer."""
    profile = None if source.profile is None else "PROFILE"
    if source.path is None:
        return world, source._replace(profile=profile)
    facts = msgspec.structs.replace(world.facts, source="INPUT")
    return type(world)(facts), source._replace(path=Path("INPUT"), profile=profile)
