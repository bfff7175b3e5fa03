"""The comparison of a VPC's design with the alternatives: costs, break-evens, the curve, and the assumptions."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import msgspec

from skerry.cost.break_even import BreakEven, find_break_even
from skerry.cost.design_costs import DesignCost, price_design
from skerry.cost.designs import Design, MonthlyTraffic, NatInstance, design_alternatives
from skerry.cost.measured_costs import MeasuredTraffic
from skerry.cost.monthly import Amount
from skerry.cost.prices import PriceTable, is_stale
from skerry.cost.volumes import Driver, PathVolume, Volumes
from skerry.model.missing import Missing

_STEPS = tuple(Decimal(step) for step in ("0", "0.25", "0.5", "1", "1.5", "2", "4"))
_TWICE = Decimal(2)
_LEAST_SCALE = Decimal(500)
_PER_ZONE, _ENDPOINTS = "nat-per-zone", "endpoints"
_COMPARED = (f"{_PER_ZONE}-s3", _ENDPOINTS, "endpoints-one-zone", "both")

Pricer: TypeAlias = Callable[[Design, MonthlyTraffic], DesignCost]


class CurvePoint(msgspec.Struct, frozen=True):
    """The monthly costs of the baseline and of the alternative at a volume."""

    gb: Decimal
    baseline: Amount
    alternative: Amount


class Assumption(msgspec.Struct, frozen=True):
    """An uncertain number, and by how much the saving changes a month if it is twice as high."""

    name: Driver
    swing: Amount


class VpcCost(msgspec.Struct, frozen=True):
    """The costs of a VPC's designs a month: today's, the planned one if there is one, and the alternatives.

    ``cheapest`` is the id of the cheapest design without NAT instances and with a way for all bytes; None without one.
    ``measured`` is the traffic by CloudWatch's metrics. ``assumptions`` are sorted by their weight in the saving by the
    cheapest design over the baseline.
    """

    vpc_id: str
    services: tuple[str, ...]
    zones: int
    paths: tuple[PathVolume, ...]
    designs: tuple[DesignCost, ...]
    baseline: str
    cheapest: str | None
    break_evens: tuple[BreakEven, ...]
    curve: tuple[CurvePoint, ...]
    assumptions: tuple[Assumption, ...]
    measured: tuple[MeasuredTraffic, ...] = ()


class CostReport(msgspec.Struct, frozen=True):
    """The costs of the VPCs in which launches start tasks, with the date of the prices."""

    region: str
    vpcs: tuple[VpcCost, ...]
    prices_of: str
    stale: bool

    @property
    def is_unpriced(self) -> bool:
        """Return whether no design of any VPC could be priced."""
        return all(isinstance(row.monthly, Missing) for vpc in self.vpcs for row in vpc.designs)

    @property
    def is_partial(self) -> bool:
        """Return whether the cost of a design as it is today is unknown."""
        return any(isinstance(vpc.designs[0].monthly, Missing) for vpc in self.vpcs)


class VpcCase(msgspec.Struct, frozen=True):
    """The facts of a VPC to compare designs for; ``own`` are the designs that it has and would have."""

    vpc_id: str
    own: tuple[Design, ...]
    services: tuple[str, ...]
    zones: int
    volumes: Volumes
    spokes: int = 0
    measured: tuple[MeasuredTraffic, ...] = ()


def compare_designs(table: PriceTable, region: str, case: VpcCase) -> VpcCost:
    """Return the costs of the designs of a VPC side by side."""
    traffic = case.volumes.traffic()

    def price(design: Design, amount: MonthlyTraffic) -> DesignCost:
        return price_design(table, region, design, amount)

    alternatives = {row.id: row for row in design_alternatives(case.services, case.zones, spokes=case.spokes)}
    designs = tuple(price(row, traffic) for row in (*case.own, *alternatives.values()))
    baseline = _baseline(case, alternatives)
    others = [alternatives[name] for name in _COMPARED if name in alternatives]
    break_evens = tuple(find_break_even(table, region, baseline, row, traffic) for row in others)
    cheapest = _cheapest(designs)
    return VpcCost(
        case.vpc_id,
        case.services,
        case.zones,
        case.volumes.paths(),
        designs,
        baseline.id,
        None if cheapest is None else cheapest.design.id,
        break_evens,
        _curve(price, baseline, alternatives[_ENDPOINTS], traffic, break_evens[1]),
        () if cheapest is None else _assumptions(price, baseline, cheapest.design, case.volumes),
        case.measured,
    )


def report_of(table: PriceTable, region: str, cases: tuple[VpcCase, ...], today: date) -> CostReport:
    """Return the report on VPCs of a Region."""
    rows = tuple(compare_designs(table, region, case) for case in cases)
    day = table.date_of(region, (item for row in rows for design in row.designs for item in design.items))
    return CostReport(region, rows, day, is_stale(day, today))


def _baseline(case: VpcCase, alternatives: dict[str, Design]) -> Design:
    """Return today's design if its tasks use a NAT gateway without a reason for an unknown cost, else one per zone."""
    today = case.own[0]
    return today if today.exits and today.used and not today.unpriced else alternatives[_PER_ZONE]


def _cheapest(rows: tuple[DesignCost, ...]) -> DesignCost | None:
    """Return the cheapest design, by the highest end of its cost, among those with a way for all bytes.

    NAT instances are left out: their user runs them, and one sustains little.
    """
    managed = [row for row in rows if not any(isinstance(way, NatInstance) for way in row.design.exits)]
    able = [(row.monthly.high, row) for row in managed if isinstance(row.monthly, Amount) and not row.unreachable]
    return min(able, key=lambda pair: pair[0])[1] if able else None


def _curve(
    price: Pricer, baseline: Design, alternative: Design, traffic: MonthlyTraffic, even: BreakEven
) -> tuple[CurvePoint, ...]:
    """Return the costs at volumes around the break-even, or else around the traffic."""
    if even.missing:
        return ()
    meets = even.best.gb if even.best is not None else None
    scale = meets or max(traffic.total, _LEAST_SCALE)
    mixes = [(scale * step, traffic.scale_to(scale * step)) for step in _STEPS]
    rows = ((gb, price(baseline, mix).monthly, price(alternative, mix).monthly) for gb, mix in mixes)
    return tuple(
        CurvePoint(gb, base, other)
        for gb, base, other in rows
        if isinstance(base, Amount) and isinstance(other, Amount)
    )


def _assumptions(price: Pricer, baseline: Design, cheapest: Design, volumes: Volumes) -> tuple[Assumption, ...]:
    """Return the uncertain numbers by the change of the saving if each is twice as high."""

    def saving(factors: dict[Driver, Decimal]) -> Amount | None:
        traffic = volumes.traffic(factors)
        base, other = price(baseline, traffic).monthly, price(cheapest, traffic).monthly
        return base + -other if isinstance(base, Amount) and isinstance(other, Amount) else None

    usual = saving({})
    rows = []
    for driver in volumes.uncertain_drivers():
        changed = saving({driver: _TWICE})
        if usual is not None and changed is not None:
            swing = max(abs(changed.low - usual.low), abs(changed.high - usual.high))
            rows.append(Assumption(driver, Amount(swing, swing, changed.currency)))
    return tuple(sorted(rows, key=lambda row: -row.swing.high))
