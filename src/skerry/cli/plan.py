"""The command for the smallest changes, printed or as Terraform or CloudFormation."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from skerry.cli.options import (
    add_launch_options,
    add_network_only_option,
    add_output_options,
    add_reading_options,
    agree,
)
from skerry.cli.output import leave, write
from skerry.cli.reading import InputSource, ReadOptions, world_of
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.sources.redaction import Redaction

_INGRESSES = ["from-tasks", "subnets", "article"]


def add_preference_options(command: Any) -> Any:
    """Add the options for choosing among several good plans."""
    options = [
        click.option(
            "--ingress",
            type=click.Choice(_INGRESSES),
            help="Endpoint ingress: task security groups, subnet CIDRs (default), or as in the article.",
        ),
        click.option("--also", multiple=True, metavar="SERVICE", help="Another service that tasks call; repeatable."),
        click.option("--least-privilege", is_flag=True, help="New endpoints get least-privilege policies."),
        click.option(
            "--prefer",
            type=click.Choice(["endpoints", "nat"]),
            help="Endpoints (default) or a NAT gateway.",
        ),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@add_reading_options
@add_output_options(formats.PLAN)
@add_launch_options
@add_network_only_option
@add_preference_options
def plan(
    path: Path | None,
    profile: str | None,
    region: str | None,
    allow_unknown: bool,
    quiet: bool,
    verbose: bool,
    redaction: "Redaction | None",
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
    ingress: str | None,
    also: tuple[str, ...],
    least_privilege: bool,
    prefer: str | None,
) -> None:
    """Plan the smallest changes that let tasks start, proven on the changed network.

    Nothing is changed. Exit code 0: the plan is proven, or nothing is to do; 1: some blockers have no automatic fix.
    """
    has_launch_options = bool(subnets or groups or assign_public_ip or platform_version)
    agree(
        hypothetical=definition is not None,
        placed=bool(subnets),
        asked=has_launch_options,
        selected=bool(cluster or service or task),
    )
    if task and service:
        raise click.UsageError("--task names one task: leave out --service")
    if prefer == "nat" and (ingress or least_privilege):
        raise click.UsageError("--prefer nat makes no endpoints: leave out --ingress and --least-privilege")
    from skerry import app

    # Others' services share the VPC: they are read too, so that the plan does not break them.
    scope = ReadOptions(task=task, planning=True, network_only=network_only)
    source = InputSource(path, profile, region, quiet, verbose, redaction)
    world = world_of(source, scope)
    options = app.plan_options(world, ingress, also, least_privilege=least_privilege, nat=prefer == "nat")
    if definition is not None:
        hypothetical_launch = app.Hypothetical(
            definition, subnets, groups, assign_public_ip, platform_version or "LATEST"
        )
        change_plan = app.plan_hypothetical(world, hypothetical_launch, options)
    else:
        change_plan = app.plan(world, app.Selection(cluster, service, task), options)
    write(source.shown(formats.PLAN[form](change_plan, world, formats.View(quiet=quiet))), output, quiet=quiet)
    from skerry.render.plan import verdict_of

    leave(verdict_of(change_plan), allow_unknown=allow_unknown)
