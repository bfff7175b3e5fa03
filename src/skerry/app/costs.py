"""The use cases of `skerry cost`: the designs of a network side by side, and the night of a crash loop."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from skerry.app.planning import plan
from skerry.app.selection import Selection, launches
from skerry.cost.comparison import CostReport, VpcCase, report_of
from skerry.cost.crash_loop import CrashLoopCost, RestartLoop, price_crash_loop
from skerry.cost.exit_ways import Load, subnets_of
from skerry.cost.launch_volumes import GivenVolumes, called_services_of, tasks_of, volumes_of
from skerry.cost.measured import TrafficMetrics
from skerry.cost.measured_costs import price_metrics
from skerry.cost.network_designs import design_of_network, vpcs_of, zones_of
from skerry.cost.prices import PriceTable, decode_prices, load_prices
from skerry.errors import Argument, InputError
from skerry.launch.launches import Launch
from skerry.model.world import World
from skerry.plan.world_after import apply_changes
from skerry.sources import files


class CostOptions(msgspec.Struct, frozen=True):
    """Options of a comparison: given volumes, VPCs with central endpoints, a file of prices, and measured traffic."""

    given: GivenVolumes = GivenVolumes()
    spokes: int = 0
    prices: Path | None = None
    metrics: TrafficMetrics | None = None


def cost(
    world: World, selection: Selection | None = None, options: CostOptions | None = None, today: date | None = None
) -> CostReport:
    """Return the monthly costs of the network of launches: as it is, as planned, and of the alternatives.

    Raises `InputError` where the Region is not known or the prices cannot be read, and `NothingFoundError` as `plan`.
    """
    options = options or CostOptions()
    if world.region is None:
        raise InputError("the Region of the network is not known", "Give ", Argument.REGION, ".")
    table = read_prices(options.prices)
    chosen = [launch for launch in launches(world, selection or Selection()) if launch.not_applicable is None]
    after = _planned(world, selection) if chosen else None
    cases = tuple(_case(world, after, vpc_id, chosen, options, table) for vpc_id in vpcs_of(world, chosen))
    return report_of(table, world.region, cases, today or _today())


def crash_loop_cost(
    region: str, loop: RestartLoop, prices: Path | None = None, today: date | None = None
) -> CrashLoopCost:
    """Return the cost of a crash loop in a Region. Raises `InputError` where the prices cannot be read."""
    table = read_prices(prices)
    return price_crash_loop(table, region, loop, today or _today())


def _today() -> date:
    return datetime.now(UTC).date()


def read_prices(path: Path | None) -> PriceTable:
    """Return the prices that come with skerry, after those of a file. Raises `InputError` if it cannot be read."""
    if path is None:
        return load_prices()
    content = next(iter(files.read(path).values()))
    return load_prices().with_prices(decode_prices(content, str(path)))


def _planned(world: World, selection: Selection | None) -> World | None:
    """Return the World after the planned changes; None without any."""
    changes = [row.change for row in plan(world, selection).changes]
    return apply_changes(world, changes) if changes else None


def _case(
    world: World, after: World | None, vpc_id: str, chosen: list[Launch], options: CostOptions, table: PriceTable
) -> VpcCase:
    subnets = {subnet.subnet_id for subnet in subnets_of(world, vpc_id, chosen)}
    own = [launch for launch in chosen if subnets.intersection(launch.subnets)]
    # A user gives the volumes of all tasks, and each VPC has its launches' part of them.
    volumes = volumes_of(world, own, options.given.part(Decimal(len(own)) / len(chosen)))
    loads = [
        Load(launch, int(tasks_of(world, launch)), volume.pulled_gb)
        for launch, volume in zip(own, volumes.launches, strict=True)
    ]
    designs = [design_of_network(world, vpc_id, loads)]
    if after is not None:
        planned = design_of_network(after, vpc_id, loads, name="planned", title="after skerry plan")
        if msgspec.structs.replace(planned, id="today", title="today") != designs[0]:
            designs.append(planned)
    services = tuple(dict.fromkeys(key for launch in own for key in called_services_of(launch)))
    zones = max(zones_of(subnets_of(world, vpc_id, own)), 1)
    metrics = options.metrics
    measured = () if metrics is None else tuple(price_metrics(table, world, vpc_id, metrics))
    return VpcCase(vpc_id, tuple(designs), services, zones, volumes, options.spokes, measured)
