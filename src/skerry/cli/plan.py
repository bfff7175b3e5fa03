"""The command for the smallest changes, printed or as Terraform or CloudFormation."""

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from skerry.cli.next_commands import view_with_commands, words_of
from skerry.cli.options import (
    Command,
    LaunchOptions,
    ResultOptions,
    add_launch_options,
    add_network_only_option,
    add_output_options,
    add_prefer_option,
    add_reading_options,
    hand_over,
)
from skerry.cli.output import leave, write
from skerry.cli.reading import InputSource, ReadOptions, world_of
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.model.world import World
    from skerry.plan.records import Options

_MOST_MONEY = 10**9
_INGRESSES = ["from-tasks", "subnets", "article"]


class PreferenceOptions(NamedTuple):
    """The preferences among several good plans."""

    ingress: str | None
    also: tuple[str, ...]
    least_privilege: bool
    prefer: str | None
    budget: Decimal | None

    def words(self) -> list[str]:
        """Return the options as words of a command line."""
        return words_of(
            {
                "--ingress": self.ingress,
                "--also": self.also,
                "--least-privilege": self.least_privilege,
                "--prefer": self.prefer,
                "--budget": None if self.budget is None else str(self.budget),
            }
        )

    def plan_options(self, world: "World") -> "Options":
        """Return the preferences for a plan in a World. Raises `InputError` for a service that cannot exist."""
        from skerry import app

        return app.plan_options(
            world,
            self.ingress,
            self.also,
            least_privilege=self.least_privilege,
            nat=self.prefer == "nat",
            public=self.prefer == "public",
            budget=self.budget,
        )

    def refuse_conflicts(self) -> None:
        """Raise a usage error for options that exclude each other."""
        if self.prefer == "nat" and (self.ingress or self.least_privilege):
            raise click.UsageError("--prefer nat makes no endpoints: leave out --ingress and --least-privilege")


class _Money(click.ParamType[Decimal]):
    """An amount of money, such as 50 or 49.90."""

    name = "amount"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Decimal:  # noqa: ANN401 -- click's own signature
        """Return the amount, or fail with a usage error."""
        try:
            amount = Decimal(str(value))
        except InvalidOperation:
            amount = Decimal(-1)
        if not amount.is_finite() or amount < 0 or amount > _MOST_MONEY:
            self.fail(f"{value!r} is no amount of money, such as 50 or 49.90", param, ctx)
        return amount


def add_preference_options(command: Command) -> Command:
    """Add the options for choosing among several good plans: ``preferences``."""
    options = [
        click.option(
            "--ingress",
            type=click.Choice(_INGRESSES),
            help="Endpoint ingress: task security groups, subnet CIDRs (default), or as in the article.",
        ),
        click.option("--also", multiple=True, metavar="SERVICE", help="Another service that tasks call; repeatable."),
        click.option("--least-privilege", is_flag=True, help="New endpoints get least-privilege policies."),
        add_prefer_option,
        click.option("--budget", type=_Money(), metavar="AMOUNT", help="The most that the changes may cost a month."),
    ]
    return hand_over("preferences", PreferenceOptions, options)(command)


@click.command()
@add_reading_options
@add_output_options(formats.PLAN)
@add_launch_options
@add_network_only_option
@add_preference_options
def plan(source: InputSource, result: ResultOptions, launch: LaunchOptions, preferences: PreferenceOptions) -> None:
    """Plan the smallest changes that let tasks start, proven on the changed network.

    Nothing is changed. Exit code 0: the plan is proven, or nothing is to do; 1: some blockers have no automatic fix.
    """
    launch.refuse_conflicts()
    preferences.refuse_conflicts()
    from skerry import app

    # Others' services share the VPC: they are read too, so that the plan does not break them.
    world = world_of(source, ReadOptions(task=launch.task, planning=True, network_only=source.network_only))
    options = preferences.plan_options(world)
    if (hypothetical := launch.hypothetical) is not None:
        change_plan = app.plan_hypothetical(world, hypothetical, options)
    else:
        change_plan = app.plan(world, launch.selection, options)
    view = view_with_commands("plan", source, launch.words(), preferences.words())
    text = formats.PLAN[result.form](change_plan, world, view)
    write(source.shown(text), result.output, quiet=source.quiet)
    from skerry.render.plan import verdict_of

    leave(verdict_of(change_plan), allow_unknown=result.allow_unknown)
