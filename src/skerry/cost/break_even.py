"""Break-even of two designs: the traffic at which one becomes cheaper than the other.

With the same mix of paths, the cost of a design is piecewise linear in the GB a month: it bends where a tier ends. With
NAT gateways removed, and f the share of bytes on the gateway endpoint of S3, the lines of the first tier meet at

    x = H x (services x zones x endpoint-zone-hour - gateways x (nat-hour + address-hour))
        / (nat-gb - (1 - f) x endpoint-gb)

Where the numerator is not positive, endpoints cost less at every volume, and there is no break-even.
"""

from decimal import Decimal
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from skerry.cost.design_costs import data_parts_of, price_design, unreachable_paths
from skerry.cost.designs import NOTHING, Design, MonthlyTraffic
from skerry.cost.monthly import HOURS
from skerry.cost.prices import Price, PriceTable
from skerry.model.missing import Missing

Outcome: TypeAlias = Literal["cheaper-always", "dearer-always", "cheaper-above", "cheaper-below", "same"]

_ONE = Decimal(1)


class BreakEvenPoint(msgspec.Struct, frozen=True):
    """The GB a month above or below which the alternative is cheaper; None where it always is, or never."""

    outcome: Outcome
    gb: Decimal | None = None


class BreakEven(msgspec.Struct, frozen=True):
    """The break-even of an alternative to a baseline.

    ``best`` and ``worst`` hold for the lowest and the highest cost of the alternative, if a cost is a range.
    ``endpoint_zones`` is the number of services x zones with the fixed cost of the baseline, and
    ``endpoint_zones_at_traffic`` the same with the given traffic; None if the alternative is not endpoints alone.
    ``missing`` is the reason for no result.
    """

    baseline: str
    alternative: str
    best: BreakEvenPoint | None = None
    worst: BreakEvenPoint | None = None
    endpoint_zones: Decimal | None = None
    endpoint_zones_at_traffic: Decimal | None = None
    missing: str = ""


class _Line(NamedTuple):
    """The ends of a design's cost, low and high, for each of some volumes."""

    low: list[Decimal]
    high: list[Decimal]


def find_break_even(
    table: PriceTable, region: str, baseline: Design, alternative: Design, traffic: MonthlyTraffic
) -> BreakEven:
    """Return where the alternative becomes cheaper than the baseline, at the mix of the traffic."""
    unreachable = unreachable_paths(alternative, traffic)
    if unreachable:
        return _without(baseline, alternative, f"it has no way for the bytes to {', '.join(unreachable)}")
    if not traffic.total:
        return _without(baseline, alternative, "there is no traffic whose mix is known")
    volumes = _bends(table, region, (baseline, alternative), traffic)
    lines = [_line(table, region, design, traffic, volumes) for design in (baseline, alternative)]
    for line in lines:
        if isinstance(line, Missing):
            return _without(baseline, alternative, f"{line.fact} is not known")
    base, other = (line for line in lines if isinstance(line, _Line))
    best = _cross(volumes, [a - b for a, b in zip(other.low, base.high, strict=True)])
    worst = _cross(volumes, [a - b for a, b in zip(other.high, base.low, strict=True)])
    replaces = alternative.services and not alternative.exits
    counted = count_endpoint_zones(table, region, baseline, alternative, traffic) if replaces else (None, None)
    paid, paid_at_traffic = counted
    return BreakEven(baseline.id, alternative.id, best, worst, paid, paid_at_traffic)


def count_endpoint_zones(
    table: PriceTable, region: str, baseline: Design, alternative: Design, traffic: MonthlyTraffic
) -> tuple[Decimal | None, Decimal | None]:
    """Return how many services x zones cost as much as the baseline: its fixed part, and with the traffic."""
    hour = table.find(region, "endpoint-zone-hour")
    base = price_design(table, region, baseline, traffic)
    data = price_design(table, region, alternative, traffic).variable
    if isinstance(hour, Missing) or isinstance(base.fixed, Missing):
        return None, None
    zone = hour.first * HOURS
    if isinstance(base.monthly, Missing) or isinstance(data, Missing):
        return base.fixed.low / zone, None
    return base.fixed.low / zone, (base.monthly.low - data.high) / zone


def _without(baseline: Design, alternative: Design, why: str) -> BreakEven:
    return BreakEven(baseline.id, alternative.id, missing=why)


def _bends(table: PriceTable, region: str, designs: tuple[Design, Design], traffic: MonthlyTraffic) -> list[Decimal]:
    """Return the volumes at which a cost bends, from none to one beyond the last."""
    bends = {NOTHING, _ONE}
    for design in designs:
        for part in data_parts_of(table, region, design, traffic):
            tiers = part.price.tiers if isinstance(part.price, Price) else ()
            bends |= {tier.up_to * traffic.total / part.most for tier in tiers if tier.up_to is not None}
    return [*sorted(bends), 2 * max(bends)]


def _line(
    table: PriceTable, region: str, design: Design, traffic: MonthlyTraffic, volumes: list[Decimal]
) -> _Line | Missing:
    ends = _Line([], [])
    for volume in volumes:
        monthly = price_design(table, region, design, traffic.scale_to(volume)).monthly
        if isinstance(monthly, Missing):
            return monthly
        ends.low.append(monthly.low)
        ends.high.append(monthly.high)
    return ends


def _cross(volumes: list[Decimal], differences: list[Decimal]) -> BreakEvenPoint:
    """Return the first volume at which the difference of the costs changes its sign; beyond the last it goes on."""
    begins = next((difference for difference in differences if difference), NOTHING)
    if not begins:
        return BreakEvenPoint("same")
    end = len(differences) - 1
    for index in range(end):
        left, right = differences[index], differences[index + 1]
        slope = (right - left) / (volumes[index + 1] - volumes[index])
        meets = right * begins < 0 if index < end - 1 else slope * begins < 0
        if meets:
            gb = volumes[index] - left / slope
            return BreakEvenPoint("cheaper-above" if begins > 0 else "cheaper-below", gb)
    return BreakEvenPoint("dearer-always" if begins > 0 else "cheaper-always")
