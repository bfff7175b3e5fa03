"""Money for people: the monthly costs of changes, with their arithmetic."""

from collections.abc import Iterator

from skerry.cost.monthly import Amount, MonthlyCost
from skerry.model.missing import Missing
from skerry.plan.records import Plan
from skerry.render.text import bold, clean


def format_amount(amount: Amount) -> str:
    """Write an amount with two digits: ``16.06 USD``, or a range."""
    low, high = (f"{end:.2f}" for end in (amount.low, amount.high))
    return f"{low if low == high else f'{low} to {high}'} {amount.currency}"


def format_cost(cost: MonthlyCost) -> str:
    """Write the monthly cost of a change in a line: the fixed part with its formula, and the part by data."""
    if isinstance(cost.fixed, Missing):
        fixed = f"unknown a month: {clean(cost.fixed.fact)} is not known"
        return f"{fixed} ({cost.formula})" if cost.formula else fixed
    if cost.fixed.low == cost.fixed.high == 0 and not cost.data_formula:
        return "free, with its data"
    each = f", and {cost.data_formula}" if cost.data_formula else ""
    return f"{format_amount(cost.fixed)} a month ({cost.formula}){each}"


def format_monthly(plan: Plan) -> Iterator[str]:
    """Write the fixed cost of all changes; nothing if there are none, or only manual steps without a price."""
    if plan.monthly is None or all(row.disposition == "manual" and row.cost is None for row in plan.changes):
        return
    yield ""
    dated = f"list prices as of {plan.prices_of}"
    if isinstance(plan.monthly, Missing):
        yield f"{bold('Cost')}  unknown: {clean(plan.monthly.fact)} is not known ({dated})"
        return
    data = any(row.cost is not None and row.cost.data_formula for row in plan.changes)
    more = ", and what data costs" if data else ""
    yield f"{bold('Cost')}  {format_amount(plan.monthly)} a month{more} ({dated})"
