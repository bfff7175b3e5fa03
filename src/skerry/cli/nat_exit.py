"""The command for the exit from NAT: whether it can go, and what must be done first."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from skerry.cli.next_commands import view_with_commands, words_of
from skerry.cli.options import (
    PathOf,
    ResultOptions,
    add_network_only_option,
    add_output_options,
    add_reading_options,
    hand_over,
)
from skerry.cli.output import leave, write
from skerry.cli.reading import InputSource, ReadOptions, metrics_of, world_of
from skerry.errors import InputError
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.model.world import World
    from skerry.nat_exit.records import NatExitReport

_OF_PLAN = ("terraform", "cloudformation", "aws-cli")


class ExitOptions(NamedTuple):
    """The VPCs, and the facts that a user knows."""

    vpcs: tuple[str, ...]
    also: tuple[str, ...]
    calls_known: bool
    prices: Path | None
    flow_logs: Path | None
    metrics: bool

    def words(self) -> list[str]:
        """Return the options as words of a command line."""
        return words_of({"--in-vpc": self.vpcs, "--also": self.also, "--calls-known": self.calls_known})


_OPTIONS = [
    click.option("--in-vpc", "vpcs", multiple=True, help="Only this VPC, by id; repeatable."),
    click.option("--also", multiple=True, metavar="SERVICE", help="Another service that tasks call; repeatable."),
    click.option("--calls-known", is_flag=True, help="Definitions and --also name every call of every workload."),
    click.option("--flow-logs", type=PathOf(), metavar="PATH", help="A file or folder of VPC flow logs."),
    click.option("--metrics", is_flag=True, help="Read CloudWatch's metrics of NAT gateways and endpoints."),
    click.option("--prices", type=PathOf(dir_okay=False), metavar="FILE", help="Your prices, before skerry's."),
]  # fmt: skip


@click.command()
@add_reading_options
@add_output_options([*formats.NAT_EXIT, *_OF_PLAN])
@hand_over("chosen", ExitOptions, _OPTIONS)
@add_network_only_option
def nat_exit(source: InputSource, result: ResultOptions, chosen: ExitOptions) -> None:
    """Tell whether the NAT gateways of a VPC can go, with the proof, the plan, the steps and the saving.

    The network is walked without NAT for every launch and every interface behind it. Exit code 0: it can go; 1: after
    the plan, or never; 4: unknown, for example without flow logs.
    """
    from skerry import app

    world = world_of(source, ReadOptions(planning=True, network_only=source.network_only, clients=True))
    metrics = metrics_of(source, world, wanted=chosen.metrics)
    options = app.NatExitOptions(chosen.vpcs, chosen.also, chosen.calls_known, chosen.prices, chosen.flow_logs, metrics)
    report = app.nat_exit(world, options)
    view = view_with_commands("nat-exit", source, preferences=chosen.words())
    if result.form in formats.NAT_EXIT:
        text = formats.NAT_EXIT[result.form](report, world, view)
    else:
        text = _plan_as(result.form, report, world)
    write(source.shown(text), result.output, quiet=source.quiet)
    leave(report.verdict, allow_unknown=result.allow_unknown)


def _plan_as(form: str, report: "NatExitReport", world: "World") -> str:
    """Return the plan of the only VPC with one, in a language of files.

    Raises `InputError` where no VPC has a plan, or several have.
    """
    plans = [vpc.plan for vpc in report.vpcs if vpc.plan is not None]
    if not plans:
        raise InputError("no VPC has a plan to write", "Leave out --format to see why.")
    if len(plans) > 1:
        raise InputError(f"{len(plans)} VPCs have a plan", "Name one of them by --in-vpc.")
    from skerry.render.view import DEFAULT_VIEW

    return formats.PLAN[form](plans[0], world, DEFAULT_VIEW)
