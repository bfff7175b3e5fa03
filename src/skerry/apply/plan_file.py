"""A plan read back from its JSON.

A file may come from anywhere: types are checked, and only changes are read that skerry itself could have written. Ids,
blocks and names have AWS's forms, every new resource is created before it is used, and nothing is a path.
"""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import msgspec

from skerry.apply.plan_values import refuse_values
from skerry.catalogue.data_files import Grade
from skerry.cost.monthly import Amount, MonthlyCost
from skerry.errors import Argument, InputError
from skerry.model.missing import Missing
from skerry.plan.changes import (
    Change,
    Disposition,
)
from skerry.plan.records import Break, Fingerprint, Plan, Planned, PlannedLaunch, Remaining, StrategyName, Why
from skerry.verdicts import Verdict

VERSION = 1
MOST_BYTES = 16 * 1024 * 1024
MOST_CHANGES = 1000
_DOCUMENTS = ("policy", "statement")
_ADDED = frozenset({"policy_document"})
"""Details that repeat others for readers of the file."""


class PlanFile(msgspec.Struct, frozen=True):
    """A plan with its account and Region; None if the plan does not know them."""

    account: str | None
    region: str | None
    plan: Plan


class _WhyIn(msgspec.Struct, frozen=True):
    code: str
    resource: str
    message: str
    steps: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


class _AmountIn(msgspec.Struct, frozen=True):
    low: Decimal
    high: Decimal
    currency: str

    def amount(self) -> Amount:
        return Amount(self.low, self.high, self.currency)


class _CostIn(msgspec.Struct, frozen=True):
    fixed: _AmountIn | None
    per_gb: _AmountIn | None
    formula: str
    data_formula: str
    grade: Grade
    missing: tuple[str, ...] = ()

    def cost(self) -> MonthlyCost:
        unknown = Missing(self.missing[0] if self.missing else "the price")
        fixed = unknown if self.fixed is None else self.fixed.amount()
        per_gb = None if self.per_gb is None else self.per_gb.amount()
        return MonthlyCost(fixed, per_gb, self.formula, self.data_formula, self.grade)


class _ChangeIn(msgspec.Struct, frozen=True):
    kind: str
    disposition: Disposition
    details: dict[str, Any]
    note: str = ""
    only_by: str | None = None
    why: tuple[_WhyIn, ...] = ()
    cost: _CostIn | None = None


class _RemainingIn(msgspec.Struct, frozen=True):
    services: tuple[str, ...]
    step: str
    subnets: tuple[str, ...]
    verdict: Verdict
    code: str
    resource: str
    message: str


class _PlanIn(msgspec.Struct, frozen=True):
    version: int
    account: str | None
    region: str | None
    services: tuple[str, ...]
    before: Verdict
    after: Verdict
    proven: bool
    changes: tuple[_ChangeIn, ...]
    remaining: tuple[_RemainingIn, ...] = ()
    breaks: tuple[Break, ...] = ()
    facts: tuple[Missing, ...] = ()
    limits: tuple[str, ...] = ()
    monthly: _AmountIn | None = None
    prices_of: str = ""
    strategy: StrategyName | None = None
    because: str = ""
    skerry_version: str = ""
    made_at: str = ""
    fingerprint: Fingerprint | None = None
    launches: tuple[PlannedLaunch, ...] = ()
    also: tuple[str, ...] = ()


_FIELDS: dict[str, frozenset[str]] = {
    str(kind.__struct_config__.tag): frozenset(kind.__struct_fields__) for kind in get_args(Change)
}


def read_plan_file(path: Path) -> PlanFile:
    """Read a plan. Raises `InputError` for a file that is no plan of skerry."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > MOST_BYTES:
        raise InputError(f"{path} is larger than {MOST_BYTES // 1024 // 1024} MB: no plan is", "Check the path.")
    return decode_plan(content, str(path))


def decode_plan(content: bytes, name: str) -> PlanFile:
    """Return the plan in a JSON document with this name. Raises `InputError` for any other document."""
    try:
        document = msgspec.json.decode(content, type=_PlanIn)
        if document.version != VERSION:
            what = f"{name} is a plan of version {document.version}, and this skerry reads version {VERSION}"
            raise InputError(what, "Use the skerry that wrote it, or plan again.")
        if len(document.changes) > MOST_CHANGES:
            raise InputError(f"{name} has {len(document.changes)} changes: no plan has more than {MOST_CHANGES}")
        rows = tuple(_planned(change) for change in document.changes)
    except (msgspec.MsgspecError, RecursionError, UnicodeError, _UnknownDetailError) as error:
        what = f"{name} is no plan of skerry: {_first_line(error)}"
        raise InputError(what, "Give what skerry plan writes with ", Argument.FORMAT, " json.") from error
    refuse_values([row.change for row in rows], name)
    return PlanFile(document.account, document.region, _plan(document, rows))


class _UnknownDetailError(Exception):
    pass


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def _planned(row: _ChangeIn) -> Planned:
    fields = _FIELDS.get(row.kind)
    if fields is None:
        raise _UnknownDetailError(f"there is no change of the kind {row.kind!r}")
    allowed = fields | _ADDED | (frozenset() if "service" in fields else {"service"})
    unknown = sorted(row.details.keys() - allowed)
    if unknown:
        raise _UnknownDetailError(f"a change of the kind {row.kind} has no detail {unknown[0]!r}")
    details: dict[str, Any] = {key: value for key, value in row.details.items() if key in fields}
    for key in _DOCUMENTS:
        if isinstance(details.get(key), dict):
            details[key] = json.dumps(details[key], separators=(",", ":"))
    change: Change = msgspec.convert({**details, "type": row.kind}, type=Change)
    why = tuple(Why(one.code, one.resource, one.message, one.steps, one.services) for one in row.why)
    cost = None if row.cost is None else row.cost.cost()
    return Planned(change, row.disposition, why, row.note, row.only_by, None, cost)


def _plan(document: _PlanIn, rows: tuple[Planned, ...]) -> Plan:
    return Plan(
        services=document.services,
        before=document.before,
        after=document.after,
        proven=document.proven,
        changes=rows,
        remaining=tuple(
            Remaining(row.services, row.step, row.subnets, row.verdict, row.code, row.resource, row.message)
            for row in document.remaining
        ),
        breaks=document.breaks,
        facts=document.facts,
        limits=document.limits,
        monthly=None if document.monthly is None else document.monthly.amount(),
        prices_of=document.prices_of,
        strategy=document.strategy,
        because=document.because,
        made_at=document.made_at,
        made_by=document.skerry_version,
        fingerprint=document.fingerprint,
        launches=document.launches,
        also=document.also,
    )
