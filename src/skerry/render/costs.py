"""The costs of a network's designs for people: a table, the arithmetic, break-evens and their curve."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from skerry.cost.break_even import BreakEven, BreakEvenPoint
from skerry.cost.comparison import CostReport, CurvePoint, VpcCost
from skerry.cost.design_costs import DesignCost
from skerry.cost.monthly import Amount
from skerry.model.facts import Refusal
from skerry.model.missing import Missing
from skerry.render.money import format_amount
from skerry.render.text import align_columns, bold, clean, dim, pluralize, style_word
from skerry.render.unread_calls import format_refusals
from skerry.render.view import DEFAULT_VIEW, View, format_next
from skerry.verdicts import NOT_APPLICABLE, UNKNOWN

_CHART = 44
_UNKNOWN = "unknown"


def format_costs(report: CostReport, *, refused: Iterable[Refusal] = (), view: View = DEFAULT_VIEW) -> str:
    """Write the costs for people; each VPC's first line has today's cost and the cheapest design."""
    lines = [_headline(vpc) for vpc in report.vpcs]
    if not lines:
        lines = [f"{style_word(NOT_APPLICABLE)}: nothing starts a Fargate task, so no network is priced"]
    if view.quiet:
        return "".join(f"{line}\n" for line in lines)
    for vpc in report.vpcs:
        lines += ["", f"{bold(vpc.vpc_id)}  {pluralize(vpc.zones, 'zone')}, {report.region}"]
        lines += _paths(vpc, view)
        lines += _measured(vpc, view)
        lines += _designs(vpc, view)
        lines += _formulas(vpc, view)
        lines += _break_evens(vpc)
        lines += _curve(vpc)
        lines += _assumptions(vpc)
    if report.vpcs:
        lines += ["", *format_prices_date(report.prices_of, stale=report.stale)]
    lines += format_refusals(refused, view.width)
    return view.fit(lines) + format_next(view, "plan" if _has_plan(report) else None)


def format_prices_date(prices_of: str, *, stale: bool) -> Iterator[str]:
    """Write the date of the prices, and that they are old if they are."""
    yield dim(f"List prices as of {prices_of}, without discounts and taxes; a month has 730 hours.")
    if stale:
        yield f"{style_word('warning')}  these prices are older than 180 days"


def format_ends(amount: Amount | Missing) -> str:
    """Write an amount without its currency: ``16.06``, a range, or that it is unknown."""
    if isinstance(amount, Missing):
        return _UNKNOWN
    return format_amount(amount).removesuffix(f" {amount.currency}").replace(" to ", "-")


def _headline(vpc: VpcCost) -> str:
    today = vpc.designs[0].monthly
    name = clean(vpc.vpc_id)
    if isinstance(today, Missing):
        return f"{style_word(UNKNOWN)}: the cost of {name} today depends on {clean(today.fact)}"
    best = next((row for row in vpc.designs if row.design.id == vpc.cheapest), None)
    now = f"{name} costs {bold(format_amount(today))} a month for its tasks' way to AWS"
    if best is None or best.design.id == vpc.designs[0].design.id:
        return f"{now}; no design here costs less" if best is not None else now
    return f"{now}; {best.design.title}: {format_ends(best.monthly)}"


def _has_plan(report: CostReport) -> bool:
    return any(row.design.id == "planned" for vpc in report.vpcs for row in vpc.designs)


def _paths(vpc: VpcCost, view: View) -> Iterator[str]:
    rows = [("GB A MONTH", "BASIS", "PATH", "FROM")]
    rows += [(f"{path.gb:.2f}", path.basis, clean(path.path), clean(path.reason)) for path in vpc.paths]
    yield from ["", bold("Bytes"), *align_columns(rows, width=view.width)]


def _measured(vpc: VpcCost, view: View) -> Iterator[str]:
    """Write the traffic by CloudWatch's metrics, and which of them are not known."""
    if not vpc.measured:
        return
    rows = [("GB A MONTH", "OUT", "COST", "RESOURCE")]
    for row in vpc.measured:
        out = "" if row.gb_out is None else _gb(row.gb_out)
        rows.append((_gb(row.gb), out, format_ends(row.cost), clean(row.resource)))
    yield from ["", f"{bold('Measured')}  by CloudWatch, in 30 days", *align_columns(rows, width=view.width)]
    unknown = dict.fromkeys(row.gb for row in vpc.measured if isinstance(row.gb, Missing))
    yield from (f"  ? {clean(str(missing))}" for missing in unknown)


def _gb(gb: Decimal | Missing) -> str:
    return _UNKNOWN if isinstance(gb, Missing) else f"{gb:.2f}"


def currency_of(vpc: VpcCost) -> str:
    """Return the currency of a VPC's amounts."""
    amounts = (row.monthly for row in vpc.designs)
    return next((amount.currency for amount in amounts if isinstance(amount, Amount) and amount.high), "USD")


def _designs(vpc: VpcCost, view: View) -> Iterator[str]:
    yield from ["", f"{bold('Designs')}  {currency_of(vpc)}"]
    rows: list[tuple[str, ...]] = [("FIXED", "VARIABLE", "A MONTH", "A YEAR", "DESIGN")]
    for row in vpc.designs:
        cells = tuple(format_ends(amount) for amount in (row.fixed, row.variable, row.monthly, row.yearly))
        title = clean(row.design.title)
        if row.unreachable:
            title += f"; no way to {', '.join(map(clean, row.unreachable))}"
        if row.design.id == vpc.cheapest:
            title = f"{bold(title)}; costs least"
        rows.append((*cells, title))
    yield from align_columns(rows, width=view.width)


def _formulas(vpc: VpcCost, view: View) -> Iterator[str]:
    """Write the arithmetic of today's, the planned and the cheapest design, and of those without a price.

    Where no design has a price, only those of today and the plan are written.
    """
    yield from ["", bold("Arithmetic a month")]
    shown = {"today", "planned", vpc.baseline, vpc.cheapest}
    unknown = {row.design.id for row in vpc.designs if isinstance(row.monthly, Missing)}
    if len(unknown) < len(vpc.designs):
        shown |= unknown
    for row in vpc.designs:
        if view.verbose or row.design.id in shown:
            yield f"  {clean(row.design.title)}"
            yield from _formula(row)


def _formula(row: DesignCost) -> Iterator[str]:
    for name, amount, formula in (("fixed", row.fixed, row.formula), ("variable", row.variable, row.data_formula)):
        yield dim(f"    {name}: {clean(formula)} = {format_ends(amount)}")
        if isinstance(amount, Missing):
            yield f"    ? {clean(amount.fact)}"


def _break_evens(vpc: VpcCost) -> Iterator[str]:
    titles = {row.design.id: clean(row.design.title) for row in vpc.designs}
    yield from ["", f"{bold('Break-even')}  against {titles[vpc.baseline]}, with the same mix of bytes"]
    for even in vpc.break_evens:
        yield f"  {titles[even.alternative]}: {describe_break_even(even)}"
    zones = next((even for even in vpc.break_evens if even.endpoint_zones is not None), None)
    if zones is None or zones.endpoint_zones is None:
        return
    yield f"  its fixed cost pays for {zones.endpoint_zones:.2f} endpoints x zones"
    if zones.endpoint_zones_at_traffic is not None:
        yield f"  with the bytes above, for {zones.endpoint_zones_at_traffic:.2f}"


def describe_break_even(even: BreakEven) -> str:
    """Return a break-even in words: a volume, or that there is none."""
    if even.missing or even.best is None or even.worst is None:
        return f"not compared: {clean(even.missing)}"
    if even.best == even.worst:
        return _point(even.best)
    return f"at best {_point(even.best)}; at worst {_point(even.worst)}"


def _point(point: BreakEvenPoint) -> str:
    match point.outcome:
        case "cheaper-always":
            return "costs less at every volume, there is no break-even"
        case "dearer-always":
            return "costs more at every volume, there is no break-even"
        case "same":
            return "costs the same at every volume"
        case "cheaper-above":
            return f"costs less above {point.gb:.0f} GB a month"
        case "cheaper-below":
            return f"costs less below {point.gb:.0f} GB a month"


def _curve(vpc: VpcCost) -> Iterator[str]:
    """Write a chart: a line for each volume, with a letter at the cost of either design."""
    if not vpc.curve:
        return
    titles = {row.design.id: clean(row.design.title) for row in vpc.designs}
    most = max(max(point.baseline.high, point.alternative.high) for point in vpc.curve)
    yield from ["", f"{bold('Curve')}  N {titles[vpc.baseline]}, E {titles['endpoints']}; X both"]
    yield f"  {'GB a month':>10}  0{f'{most:.2f}'.rjust(_CHART - 1)} {currency_of(vpc)} a month"
    for point in vpc.curve:
        yield f"  {point.gb:>10.0f}  {_chart_line(point, float(most))}"


def _chart_line(point: CurvePoint, most: float) -> str:
    places = {
        letter: round(float(amount.high) / most * (_CHART - 1)) if most else 0
        for letter, amount in (("N", point.baseline), ("E", point.alternative))
    }
    row = ["."] * _CHART
    row[places["N"]] = "N"
    row[places["E"]] = "X" if places["E"] == places["N"] else "E"
    return "".join(row)


def _assumptions(vpc: VpcCost) -> Iterator[str]:
    if not vpc.assumptions:
        return
    yield from ["", f"{bold('Assumptions')}  by their weight: the change of the saving a month, if twice as high"]
    for row in vpc.assumptions:
        yield f"  {row.name}: {format_amount(row.swing)}"
