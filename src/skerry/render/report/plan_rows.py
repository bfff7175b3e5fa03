"""The changes of a plan as rows of a table, for the page and for Markdown."""

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

import msgspec

from skerry.model.missing import Missing
from skerry.plan.changes import Advise, AuthorizeRule
from skerry.plan.records import Plan, Planned
from skerry.render.money import format_amount, format_cost, format_monthly
from skerry.render.plan import details_of_change, title_of
from skerry.render.service_groups import ranges_of
from skerry.render.text import unstyle

# Words, and the marks after them.
_WORDS = re.compile(r"\s+|[:,.](?=\s|$)|(?:[^\s:,.]|[:,.](?!\s|$))+")


class PlanRow(msgspec.Struct, frozen=True):
    """A change of the plan, or several like manual steps: words, the steps that they are for, price and risk."""

    numbers: str
    title: str
    details: tuple[str, ...]
    note: str
    only_by: str
    steps: tuple[str, ...]
    price: str
    disposition: str


def plan_rows_of(plan: Plan) -> tuple[PlanRow, ...]:
    """Return a row for each change, in the order of their numbers; those that differ only in addresses are one row."""
    groups: dict[object, dict[int, Planned]] = {}
    for number, planned in enumerate(plan.in_order, 1):
        groups.setdefault(_likeness(number, planned), {})[number] = planned
    return tuple(_row(ranges_of(tuple(group)), tuple(group.values())) for group in groups.values())


def _likeness(number: int, planned: Planned) -> object:
    """Return what rows of one line have in common; the number for a change with a line of its own."""
    match planned.change:
        case Advise(resource, message):
            codes = tuple(dict.fromkeys(why.code for why in planned.why))
            return resource, codes, planned.by, len(_words_of(message))
        case AuthorizeRule(group_id, direction, rule):
            steps = tuple(step for why in planned.why for step in why.steps)
            return group_id, direction, rule.protocol, rule.port, steps, planned.disposition, planned.note, planned.by
        case _:
            return number


def _words_of(message: str) -> list[str]:
    return _WORDS.findall(message)


def join_messages(messages: Sequence[str]) -> str:
    """Return messages of as many words as one: words that differ are listed, each once."""
    words = [_words_of(message) for message in messages]
    first = words[0]
    start = _count_equal(words)
    while start > 1 and first[start - 2][:1].isupper():
        # A name such as Amazon ECR API stays whole.
        start -= 2
    end = len(first) - min(_count_equal([line[::-1] for line in words]), len(first) - start)
    middles = dict.fromkeys("".join(line[start:end]) for line in words)
    return "".join((*first[:start], ", ".join(middles), *first[end:]))


def _count_equal(lines: Sequence[Sequence[str]]) -> int:
    """Return the number of words that all lines begin with."""
    return len(list(takewhile(lambda column: len(set(column)) == 1, zip(*lines, strict=True))))


def _row(numbers: str, several: Sequence[Planned]) -> PlanRow:
    planned = several[0]
    change = planned.change
    note = "" if planned.note == getattr(change, "message", "") else planned.note
    details = tuple(unstyle(line) for line in details_of_change(change))
    formula = "" if planned.cost is None or planned.cost.data_formula == "" else format_cost(planned.cost)
    return PlanRow(
        numbers=numbers,
        title=title_of(change) if len(several) == 1 else _title_of_several(several),
        details=(*details, formula) if formula else details,
        note=note,
        only_by=planned.by or "",
        steps=tuple(dict.fromkeys(step for row in several for why in row.why for step in why.steps)),
        price=_price_of(planned),
        disposition=planned.disposition,
    )


def _title_of_several(several: Sequence[Planned]) -> str:
    changes = [row.change for row in several]
    advice = [change for change in changes if isinstance(change, Advise)]
    if not advice:
        return join_messages([title_of(change) for change in changes])
    # The title begins with the resource only where the message does not.
    return title_of(Advise(advice[0].resource, join_messages([change.message for change in advice])))


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
    """Return the code and message of each remaining blocker with its steps; none if no change was tried."""
    steps: dict[tuple[str, str], dict[str, None]] = {}
    if all(row.disposition == "manual" for row in plan.changes):
        # Nothing was tried, so that all blockers remain as they are listed already.
        return ()
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
