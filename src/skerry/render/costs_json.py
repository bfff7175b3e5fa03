"""The costs of a network, and of a crash loop, as JSON, version 1: the shapes that programs rely on."""

from decimal import Decimal

import msgspec

from skerry.cost.break_even import BreakEven, BreakEvenPoint
from skerry.cost.comparison import CostReport, VpcCost
from skerry.cost.crash_loop import CrashLoopCost, LoopPath
from skerry.cost.design_costs import DesignCost
from skerry.cost.measured_costs import MeasuredTraffic
from skerry.cost.monthly import Amount
from skerry.model.missing import Missing
from skerry.model.world import World
from skerry.render.json_document import write
from skerry.render.plan_json import AmountOut, encode_amount

VERSION = 1


class PathBytesOut(msgspec.Struct, frozen=True):
    """The bytes on a path a month."""

    path: str
    gb: float
    basis: str
    reason: str


class DesignOut(msgspec.Struct, frozen=True):
    """The cost of a design; an amount is null where no price is known."""

    id: str
    title: str
    fixed: AmountOut | None
    variable: AmountOut | None
    monthly: AmountOut | None
    yearly: AmountOut | None
    formula: str
    data_formula: str
    grade: str
    missing: list[str]
    unreachable: list[str]


class BreakEvenPointOut(msgspec.Struct, frozen=True):
    """The volume above or below which a design costs less."""

    outcome: str
    gb: float | None


class BreakEvenOut(msgspec.Struct, frozen=True):
    """The break-even of a design against the baseline."""

    baseline: str
    alternative: str
    best: BreakEvenPointOut | None
    worst: BreakEvenPointOut | None
    endpoint_zones: float | None
    endpoint_zones_at_traffic: float | None
    reason: str


class CurvePointOut(msgspec.Struct, frozen=True):
    """The monthly costs of the baseline and of endpoints at a volume."""

    gb: float
    baseline: AmountOut
    endpoints: AmountOut


class AssumptionOut(msgspec.Struct, frozen=True):
    """An uncertain number, and its weight."""

    name: str
    swing: AmountOut


class MeasuredTrafficOut(msgspec.Struct, frozen=True):
    """The measured traffic of a NAT gateway or an endpoint; null where it is not known."""

    resource: str
    gb: float | None
    gb_out: float | None
    cost: AmountOut | None
    missing: list[str]


class VpcCostOut(msgspec.Struct, frozen=True):
    """The costs of a VPC's designs."""

    vpc: str
    zones: int
    services: list[str]
    paths: list[PathBytesOut]
    designs: list[DesignOut]
    baseline: str
    cheapest: str | None
    break_evens: list[BreakEvenOut]
    curve: list[CurvePointOut]
    assumptions: list[AssumptionOut]
    measured: list[MeasuredTrafficOut]


class CostReportOut(msgspec.Struct, frozen=True):
    """The whole answer of ``cost``."""

    version: int
    source: str
    account: str | None
    region: str | None
    prices_of: str
    stale: bool
    vpcs: list[VpcCostOut]


class LoopPathOut(msgspec.Struct, frozen=True):
    """The cost of a crash loop on one path, or of its tasks."""

    id: str
    title: str
    cost: AmountOut | None
    month: AmountOut | None
    formula: str
    missing: list[str]


class RestartLoopOut(msgspec.Struct, frozen=True):
    """A crash loop."""

    image_gb: float
    restart_seconds: float
    duration_seconds: float
    tasks: int
    reaches_running: bool
    platform: str
    vcpu: float
    memory_gb: float


class AlarmOut(msgspec.Struct, frozen=True):
    """The numbers of an alarm for a crash loop."""

    threshold: int
    period: int
    periods: int


class CrashLoopOut(msgspec.Struct, frozen=True):
    """The whole answer about a crash loop."""

    version: int
    region: str
    loop: RestartLoopOut
    least_starts: int
    most_starts: int
    least_gb: float
    most_gb: float
    paths: list[LoopPathOut]
    fargate: LoopPathOut
    notes: list[str]
    alarm: AlarmOut
    prices_of: str
    stale: bool


def encode_costs(world: World, report: CostReport) -> str:
    """Write the costs of a network for programs."""
    document = CostReportOut(
        version=VERSION,
        source=world.facts.source,
        account=world.account,
        region=report.region,
        prices_of=report.prices_of,
        stale=report.stale,
        vpcs=[_vpc(vpc) for vpc in report.vpcs],
    )
    return write(document)


def encode_crash_loop(result: CrashLoopCost) -> str:
    """Write the cost of a crash loop for programs."""
    loop = result.loop
    document = CrashLoopOut(
        version=VERSION,
        region=result.region,
        loop=RestartLoopOut(
            float(loop.image_gb),
            float(loop.restart_seconds),
            float(loop.duration_seconds),
            loop.tasks,
            loop.reaches_running,
            loop.platform,
            float(loop.vcpu),
            float(loop.memory_gb),
        ),
        least_starts=result.starts[0],
        most_starts=result.starts[1],
        least_gb=float(result.gb[0]),
        most_gb=float(result.gb[1]),
        paths=[_loop_path(row) for row in result.paths],
        fargate=_loop_path(result.fargate),
        notes=list(result.notes),
        alarm=AlarmOut(result.alarm.threshold, result.alarm.period, result.alarm.periods),
        prices_of=result.prices_of,
        stale=result.stale,
    )
    return write(document)


def _vpc(vpc: VpcCost) -> VpcCostOut:
    return VpcCostOut(
        vpc=vpc.vpc_id,
        zones=vpc.zones,
        services=list(vpc.services),
        paths=[PathBytesOut(row.path, float(row.gb), row.basis, row.reason) for row in vpc.paths],
        designs=[_design(row) for row in vpc.designs],
        baseline=vpc.baseline,
        cheapest=vpc.cheapest,
        break_evens=[_break_even(row) for row in vpc.break_evens],
        curve=[
            CurvePointOut(float(point.gb), _amount(point.baseline), _amount(point.alternative)) for point in vpc.curve
        ],
        assumptions=[AssumptionOut(row.name, _amount(row.swing)) for row in vpc.assumptions],
        measured=[_measured(row) for row in vpc.measured],
    )


def _measured(row: MeasuredTraffic) -> MeasuredTrafficOut:
    parts = (row.gb, row.gb_out, row.cost)
    missing = [part.fact for part in parts if isinstance(part, Missing)]
    return MeasuredTrafficOut(
        row.resource, _gb(row.gb), _gb(row.gb_out), encode_amount(row.cost), list(dict.fromkeys(missing))
    )


def _gb(gb: Decimal | Missing | None) -> float | None:
    return None if gb is None or isinstance(gb, Missing) else float(gb)


def _amount(amount: Amount) -> AmountOut:
    return AmountOut(float(amount.low), float(amount.high), amount.currency)


def _design(row: DesignCost) -> DesignOut:
    missing = [amount.fact for amount in (row.fixed, row.variable) if isinstance(amount, Missing)]
    return DesignOut(
        id=row.design.id,
        title=row.design.title,
        fixed=encode_amount(row.fixed),
        variable=encode_amount(row.variable),
        monthly=encode_amount(row.monthly),
        yearly=encode_amount(row.yearly),
        formula=row.formula,
        data_formula=row.data_formula,
        grade=row.grade,
        missing=list(dict.fromkeys(missing)),
        unreachable=list(row.unreachable),
    )


def _break_even(row: BreakEven) -> BreakEvenOut:
    return BreakEvenOut(
        row.baseline,
        row.alternative,
        _point(row.best),
        _point(row.worst),
        None if row.endpoint_zones is None else float(row.endpoint_zones),
        None if row.endpoint_zones_at_traffic is None else float(row.endpoint_zones_at_traffic),
        row.missing,
    )


def _point(point: BreakEvenPoint | None) -> BreakEvenPointOut | None:
    if point is None:
        return None
    return BreakEvenPointOut(point.outcome, None if point.gb is None else float(point.gb))


def _loop_path(row: LoopPath) -> LoopPathOut:
    missing = [row.cost.fact] if isinstance(row.cost, Missing) else []
    return LoopPathOut(row.id, row.title, encode_amount(row.cost), encode_amount(row.month), row.formula, missing)
