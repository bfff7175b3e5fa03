"""The changes of a plan as rows of a table, for the page and for Markdown."""

from collections.abc import Iterator

import msgspec

from skerry.model.missing import Missing
from skerry.plan.records import Plan, Planned
from skerry.render.money import format_amount, format_cost, format_monthly
from skerry.render.plan import details_of_change, title_of
from skerry.render.text import unstyle


class PlanRow(msgspec.Struct, frozen=True):
    """A change of the plan: its words, the steps that it is for, its price and its risk."""

    number: int
    title: str
    details: tuple[str, ...]
    note: str
    only_by: str
    steps: tuple[str, ...]
    price: str
    disposition: str


def plan_rows_of(plan: Plan) -> tuple[PlanRow, ...]:
    """Return a row for each change, in the order of their numbers."""
    return tuple(_row(number, planned) for number, planned in enumerate(plan.in_order, 1))


def _row(number: int, planned: Planned) -> PlanRow:
    change = planned.change
    note = "" if planned.note == getattr(change, "message", "") else planned.note
    details = tuple(unstyle(line) for line in details_of_change(change))
    formula = "" if planned.cost is None or planned.cost.data_formula == "" else format_cost(planned.cost)
    return PlanRow(
        number=number,
        title=title_of(change),
        details=(*details, formula) if formula else details,
        note=note,
        only_by=planned.by or "",
        steps=tuple(dict.fromkeys(step for why in planned.why for step in why.steps)),
        price=_price_of(planned),
        disposition=planned.disposition,
    )


def _price_of(planned: Planned) -> str:
    if planned.cost is None:
        return ""
    if isinstance(planned.cost.fixed, Missing):
        return "not known"
    if planned.cost.fixed.low == planned.cost.fixed.high == 0:
        return "free"
    return format_amount(planned.cost.fixed)


def cost_lines_of(plan: Plan) -> Iterator[str]:
    """Yield the fixed cost of all changes a month in a line; none without a price."""
    yield from (unstyle(line).replace("Cost  ", "Cost: ") for line in format_monthly(plan) if line)


def remaining_of(plan: Plan) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Return the code and message of each remaining blocker with its steps."""
    steps: dict[tuple[str, str], dict[str, None]] = {}
    for entry in plan.remaining:
        steps.setdefault((entry.code, entry.message), {})[entry.step] = None
    return tuple((code, message, tuple(names)) for (code, message), names in steps.items())


def against(plan: Plan) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the objections to a plan and its notes, by headings."""
    facts = (f"{fact.fact}{f'; supply the answer of {fact.action}' if fact.action else ''}" for fact in plan.facts)
    return (
        ("Missing facts", tuple(facts)),
        ("Would break", tuple(entry.message for entry in plan.breaks)),
        ("Beyond a limit", plan.limits),
        ("Notes on the plan", tuple(f"{item.severity}: {item.message}" for item in plan.findings)),
    )
