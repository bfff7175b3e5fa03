"""The use case of `skerry nat-exit`."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from skerry.app.costs import read_prices
from skerry.app.planning import plan_options
from skerry.app.selection import all_launches
from skerry.cost.measured import FlowLogTotals, TrafficMetrics
from skerry.errors import Argument, InputError, UnknownNameError
from skerry.model.world import World
from skerry.nat_exit.examine import Question, examine
from skerry.nat_exit.records import NatExitReport
from skerry.nat_exit.settle import ExitEvidence
from skerry.sources.flow_logs import read_flow_logs


class NatExitOptions(msgspec.Struct, frozen=True):
    """Options of an exit from NAT.

    ``also`` are further services of the workloads, by short names or names of endpoint services. ``calls_known``:
    definitions, ``also`` and measurements name every call. ``vpcs``: only these VPCs. ``flow_logs`` are a file or a
    folder of VPC flow logs, or their totals.
    """

    vpcs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    calls_known: bool = False
    prices: Path | None = None
    flow_logs: Path | FlowLogTotals | None = None
    metrics: TrafficMetrics | None = None


def nat_exit(world: World, options: NatExitOptions | None = None, today: date | None = None) -> NatExitReport:
    """Return whether the VPCs of a World can do without NAT: each one with a NAT, or the chosen ones.

    Raises `InputError` for an unknown Region, an impossible service or unreadable prices, and `UnknownNameError` for an
    unknown VPC.
    """
    options = options or NatExitOptions()
    if world.region is None:
        raise InputError("the Region of the network is not known", "Give ", Argument.REGION, ".")
    flow_logs = options.flow_logs
    if isinstance(flow_logs, Path):
        flow_logs = read_flow_logs(flow_logs, world)
    evidence = ExitEvidence(flow_logs, options.metrics, options.calls_known)
    refs = plan_options(world, also=options.also).also
    question = Question(tuple(all_launches(world)), refs, evidence, read_prices(options.prices))
    return examine(world, _vpcs_of(world, options.vpcs), question, today or datetime.now(UTC).date())


def _vpcs_of(world: World, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the wanted VPCs, else all of the World."""
    subnets = [subnet.vpc_id for subnet in world.facts.subnets]
    existing = tuple(dict.fromkeys((*world.vpcs, *subnets)))
    for name in wanted:
        if name not in existing:
            raise UnknownNameError(f"there is no VPC {name}", name, {vpc_id: vpc_id for vpc_id in existing})
    return tuple(dict.fromkeys(wanted)) or existing
