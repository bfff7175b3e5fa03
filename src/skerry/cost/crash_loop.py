"""The cost of a crash loop: tasks that start, pull their images, fail, and start again, for some hours.

ECS throttles only tasks that never reach RUNNING: the pauses between their starts grow to 27 minutes, in unpublished
steps. A task that stops after it was RUNNING is replaced at once:
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html

Fargate bills from the start of the image download until the task ends, by the second, at least one minute on Linux and
five on Windows: https://aws.amazon.com/fargate/pricing/
"""

from datetime import date
from decimal import Decimal
from math import ceil
from typing import Literal, TypeAlias, get_args

import msgspec

from skerry.cost.design_costs import price_design
from skerry.cost.designs import Design, MonthlyTraffic, PathBytes, ZonalNat
from skerry.cost.monthly import Amount
from skerry.cost.prices import Price, PriceItem, PriceTable, is_stale
from skerry.model.missing import Missing

FargatePlatform: TypeAlias = Literal["linux-x86", "linux-arm", "windows"]
PLATFORMS: tuple[FargatePlatform, ...] = get_args(FargatePlatform)

_THROTTLE = Decimal(27 * 60)
_LEAST_SECONDS = {"linux-x86": Decimal(60), "linux-arm": Decimal(60), "windows": Decimal(300)}
_HOUR = Decimal(3600)
_PERIOD = Decimal(900)
_BYTES = Decimal(1024) ** 3
_MONTH = Decimal(30 * 24 * 3600)
_ONE = Decimal(1)
_ITEMS: dict[FargatePlatform, tuple[tuple[PriceItem, PriceItem], Decimal]] = {
    "linux-x86": (("fargate-x86-vcpu-hour", "fargate-x86-gb-hour"), _HOUR),
    "linux-arm": (("fargate-arm-vcpu-hour", "fargate-arm-gb-hour"), _HOUR),
    "windows": (("fargate-windows-vcpu-second", "fargate-windows-gb-second"), _ONE),
}
_WINDOWS: PriceItem = "fargate-windows-os-vcpu-second"
_NAT = Design("nat", "NAT gateway in the tasks' zone", (ZonalNat(0, 0),))
_OTHER_ZONE = Design("nat-other-zone", "NAT gateway in another zone", (ZonalNat(0, 0),), crossing=_ONE)
_GATEWAY = Design("s3-gateway", "gateway endpoint of S3", gateways=("s3",))


class RestartLoop(msgspec.Struct, frozen=True):
    """A crash loop: GB of the images of a task, seconds from start to start and in all, and the size of the tasks.

    ``tasks`` are those that restart side by side. ``reaches_running``: ECS has seen them RUNNING before they stop.
    """

    image_gb: Decimal
    restart_seconds: Decimal
    duration_seconds: Decimal
    tasks: int = 1
    reaches_running: bool = True
    platform: FargatePlatform = "linux-x86"
    vcpu: Decimal = Decimal("0.25")
    memory_gb: Decimal = Decimal("0.5")


class LoopPath(msgspec.Struct, frozen=True):
    """The cost of the layers on one path, of the loop's duration and of 30 days of it."""

    id: str
    title: str
    cost: Amount | Missing
    month: Amount | Missing
    formula: str


class LoopAlarm(msgspec.Struct, frozen=True):
    """The threshold of an alarm: bytes in each of some periods of seconds, half of those that the loop moves."""

    threshold: int
    period: int
    periods: int


class CrashLoopCost(msgspec.Struct, frozen=True):
    """The cost of a crash loop in a Region: starts and GB from the least to the most, each path, and Fargate's own."""

    loop: RestartLoop
    region: str
    starts: tuple[int, int]
    gb: tuple[Decimal, Decimal]
    paths: tuple[LoopPath, ...]
    fargate: LoopPath
    prices_of: str
    stale: bool
    notes: tuple[str, ...]
    alarm: LoopAlarm

    @property
    def is_priced(self) -> bool:
        """Return whether every part has a price."""
        return not any(isinstance(row.cost, Missing) for row in (*self.paths, self.fargate))

    @property
    def is_partly_priced(self) -> bool:
        """Return whether a NAT gateway or Fargate has a price; that of a gateway endpoint is none."""
        return any(isinstance(row.cost, Amount) for row in (self.paths[0], self.fargate))


def price_crash_loop(table: PriceTable, region: str, loop: RestartLoop, today: date) -> CrashLoopCost:
    """Return the cost of a crash loop by a NAT gateway and by a gateway endpoint, and that of its tasks."""
    starts = count_starts(loop)
    # A task that never reaches RUNNING may have failed before its pull.
    gb = (starts[0] * loop.image_gb if loop.reaches_running else Decimal(0), starts[1] * loop.image_gb)
    paths = tuple(_path(table, region, loop, design, gb) for design in (_NAT, _OTHER_ZONE, _GATEWAY))
    fargate = _fargate(table, region, loop, starts)
    day = table.date_of(region, ("nat-gb", "cross-zone-gb", *_ITEMS[loop.platform][0]))
    return CrashLoopCost(
        loop, region, starts, gb, paths, fargate, day, is_stale(day, today), tuple(_notes(loop)), alarm_of(loop)
    )


def count_starts(loop: RestartLoop) -> tuple[int, int]:
    """Return the least and the most starts in the duration; the first is at its beginning.

    Tasks that never reach RUNNING start at least once in 27 minutes, and at most as often as without a throttle.
    """
    most = ceil(loop.duration_seconds / loop.restart_seconds) * loop.tasks
    if loop.reaches_running:
        return most, most
    return ceil(loop.duration_seconds / max(loop.restart_seconds, _THROTTLE)) * loop.tasks, most


def alarm_of(loop: RestartLoop) -> LoopAlarm:
    """Return the threshold of an alarm for a loop, whose period has two starts at least.

    Periods are multiples of 60 seconds. Together they last at most a day, and seven days if each is an hour or longer:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    period = min(max(ceil(2 * loop.restart_seconds / _PERIOD) * _PERIOD, _PERIOD), _HOUR * 24)
    moved = loop.image_gb * loop.tasks * _BYTES * period / loop.restart_seconds
    return LoopAlarm(int(moved / 2), int(period), 2)


def _path(table: PriceTable, region: str, loop: RestartLoop, design: Design, gb: tuple[Decimal, Decimal]) -> LoopPath:
    """Return the cost of the layers by a design, without the hours of what exists anyhow."""
    low, high = (price_design(table, region, design, MonthlyTraffic((PathBytes("s3", amount),))) for amount in gb)
    cost = high.variable
    if isinstance(cost, Amount) and isinstance(low.variable, Amount):
        cost = Amount(low.variable.low, cost.high, cost.currency)
    starts = count_starts(loop)[1]
    formula = f"at most {starts} starts x {loop.image_gb.normalize():f} GB: {high.data_formula}"
    formula = formula.removeprefix("at most ") if loop.reaches_running else formula
    return LoopPath(design.id, design.title, cost, _of_month(cost, loop), formula)


def _of_month(cost: Amount | Missing, loop: RestartLoop) -> Amount | Missing:
    return cost if isinstance(cost, Missing) else cost.times(_MONTH / loop.duration_seconds)


def _fargate(table: PriceTable, region: str, loop: RestartLoop, starts: tuple[int, int]) -> LoopPath:
    """Return the cost of the tasks: each start is paid for the least time to the whole time between two starts."""
    items, unit = _ITEMS[loop.platform]
    sizes = [(items[0], loop.vcpu), (items[1], loop.memory_gb)]
    if loop.platform == "windows":
        sizes.append((_WINDOWS, loop.vcpu))
    least = _LEAST_SECONDS[loop.platform]
    most = max(least, loop.restart_seconds)
    seconds = f"{least:f}" if least == most else f"{least:f} to {most.normalize():f}"
    number = str(starts[1]) if starts[0] == starts[1] else f"{starts[0]} to {starts[1]}"
    prices = [(item, size, table.find(region, item)) for item, size in sizes]
    per = "h" if unit == _HOUR else "s"
    sums = " + ".join(f"{size} x {price.first if isinstance(price, Price) else item}" for item, size, price in prices)
    formula = f"{number} starts x {seconds} s x ({sums}) an {per}".replace("an s", "a second").replace(
        "an h", "an hour"
    )
    missing = next((price for _, _, price in prices if isinstance(price, Missing)), None)
    if missing is not None:
        return LoopPath("fargate", "Fargate", missing, missing, formula)
    rows = [(price, size) for _, size, price in prices if isinstance(price, Price)]
    second = sum((price.first * size for price, size in rows), Decimal(0)) / unit
    cost = Amount(starts[0] * least * second, starts[1] * most * second, rows[0][0].currency)
    return LoopPath("fargate", "Fargate", cost, _of_month(cost, loop), formula)


def _notes(loop: RestartLoop) -> list[str]:
    """Return the assumptions of the figures."""
    if loop.reaches_running:
        first = "Tasks that reach RUNNING are replaced at once: ECS does not throttle them."
    else:
        first = "Tasks that never reach RUNNING are throttled: pauses grow to 27 minutes, in unpublished steps."
    return [
        first,
        "Each start pulls every image in full; images with a SOCI index pull at most that.",
        "The hours of NAT gateways and endpoints come on top; they are the same without a loop.",
    ]
