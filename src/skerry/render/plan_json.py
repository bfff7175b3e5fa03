"""A plan as JSON, version 1: the shapes that programs rely on."""

import json as jsons
from typing import Any

import msgspec

from skerry.catalogue.services import service_of_endpoint
from skerry.cost.monthly import Amount, MonthlyCost
from skerry.model.missing import Missing
from skerry.model.world import World
from skerry.plan.changes import CreateGatewayEndpoint, CreateInterfaceEndpoint, resource_of
from skerry.plan.records import Fingerprint, Plan, Planned, Remaining
from skerry.render.json_document import OriginOut, encode_origin, spell, write
from skerry.render.plan import title_of

VERSION = 1


class WhyOut(msgspec.Struct, frozen=True):
    """A blocker that a change removes."""

    code: str
    resource: str
    message: str
    steps: list[str]
    services: list[str]
    origin: OriginOut | None


class AmountOut(msgspec.Struct, frozen=True):
    """Money as a range: both ends are equal where it is exactly known."""

    low: float
    high: float
    currency: str


class CostOut(msgspec.Struct, frozen=True):
    """The cost of a change a month; an amount is null where no price is known."""

    fixed: AmountOut | None
    per_gb: AmountOut | None
    formula: str
    data_formula: str
    grade: str
    missing: list[str]


class ChangeOut(msgspec.Struct, frozen=True):
    """A change: what it is, in words and as data, and why; ``details`` depend on the kind."""

    kind: str
    resource: str
    title: str
    disposition: str
    note: str
    only_by: str | None
    why: list[WhyOut]
    details: dict[str, Any]
    origin: OriginOut | None
    cost: CostOut | None


class RemainingOut(msgspec.Struct, frozen=True):
    """A remaining blocker."""

    services: list[str]
    step: str
    subnets: list[str]
    verdict: str
    code: str
    resource: str
    message: str
    origin: OriginOut | None


class BreakOut(msgspec.Struct, frozen=True):
    """Somebody else's flow that would not work any more."""

    client: str
    host: str
    message: str


class FactOut(msgspec.Struct, frozen=True):
    """A missing fact, and the call that supplies it."""

    fact: str
    action: str


class NoteOut(msgspec.Struct, frozen=True):
    """A finding about the plan."""

    id: str
    severity: str
    message: str
    resource: str
    origin: OriginOut | None


class RunnerUpOut(msgspec.Struct, frozen=True):
    """A proven plan that was not chosen."""

    strategy: str
    changes: int
    monthly: AmountOut | None
    because: str


class CrossedObjectOut(msgspec.Struct, frozen=True):
    """An existing object on a walk of the proof."""

    resource: str
    kind: str
    digest: str
    values: list[str]


class FingerprintOut(msgspec.Struct, frozen=True):
    """The objects that the plan was proven with: the account must still have them with these digests."""

    digest: str
    objects: list[CrossedObjectOut]


class PlannedLaunchOut(msgspec.Struct, frozen=True):
    """A launch of the plan; a task that does not exist yet has no cluster."""

    name: str
    cluster: str


class PlanOut(msgspec.Struct, frozen=True):
    """The whole answer of ``plan``."""

    version: int
    source: str
    account: str | None
    region: str | None
    services: list[str]
    before: str
    after: str
    proven: bool
    changes: list[ChangeOut]
    remaining: list[RemainingOut]
    breaks: list[BreakOut]
    facts: list[FactOut]
    limits: list[str]
    findings: list[NoteOut]
    monthly: AmountOut | None
    prices_of: str
    strategy: str | None
    because: str
    runners_up: list[RunnerUpOut]
    skerry_version: str
    made_at: str
    fingerprint: FingerprintOut | None
    launches: list[PlannedLaunchOut]
    also: list[str]


def encode_plan(world: World, plan: Plan) -> str:
    """Write a plan for programs."""
    return write(plan_out(world, plan))


def plan_out(world: World, plan: Plan) -> PlanOut:
    """Return a plan as a part of a document."""
    return PlanOut(
        version=VERSION,
        source=world.facts.source,
        account=world.account,
        region=world.region,
        services=list(plan.services),
        before=plan.before,
        after=plan.after,
        proven=plan.proven,
        changes=[encode_change(entry) for entry in plan.changes],
        remaining=[_remaining_out(entry) for entry in plan.remaining],
        breaks=[BreakOut(entry.client, entry.host, entry.message) for entry in plan.breaks],
        facts=[FactOut(entry.fact, entry.action) for entry in plan.facts],
        limits=list(plan.limits),
        findings=[
            NoteOut(entry.id, entry.severity, entry.message, entry.resource, encode_origin(entry.origin))
            for entry in plan.findings
        ],
        monthly=None if plan.monthly is None else encode_amount(plan.monthly),
        prices_of=plan.prices_of,
        strategy=plan.strategy,
        because=plan.because,
        runners_up=[
            RunnerUpOut(second.strategy, second.changes, encode_amount(second.monthly), second.because)
            for second in plan.runners_up
        ],
        skerry_version=plan.made_by,
        made_at=plan.made_at,
        fingerprint=None if plan.fingerprint is None else _fingerprint_out(plan.fingerprint),
        launches=[PlannedLaunchOut(launch.name, launch.cluster) for launch in plan.launches],
        also=list(plan.also),
    )


def _remaining_out(entry: Remaining) -> RemainingOut:
    return RemainingOut(
        list(entry.services),
        entry.step,
        list(entry.subnets),
        entry.verdict,
        entry.code,
        entry.resource,
        entry.message,
        encode_origin(entry.origin),
    )


def _fingerprint_out(fingerprint: Fingerprint) -> FingerprintOut:
    objects = [
        CrossedObjectOut(crossed.resource, crossed.kind, crossed.digest, list(crossed.values))
        for crossed in fingerprint.objects
    ]
    return FingerprintOut(fingerprint.digest, objects)


def encode_change(row: Planned) -> ChangeOut:
    """Return a planned change for a document."""
    details = msgspec.to_builtins(row.change, enc_hook=spell)
    kind = details.pop("type")
    if "policy" in details:
        details["policy_document"] = details["policy"]
    for key in ("policy", "statement"):
        # Documents are JSON within JSON: as objects they can be read.
        if details.get(key):
            details[key] = jsons.loads(details[key])
    if isinstance(row.change, CreateInterfaceEndpoint | CreateGatewayEndpoint):
        ref = service_of_endpoint(row.change.service_name)
        details["service"] = ref.key if ref else None
    return ChangeOut(
        kind=kind,
        resource=resource_of(row.change),
        title=title_of(row.change),
        disposition=row.disposition,
        note=row.note,
        only_by=row.by,
        why=[
            WhyOut(
                reason.code,
                reason.resource,
                reason.message,
                list(reason.steps),
                list(reason.services),
                encode_origin(reason.origin),
            )
            for reason in row.why
        ],
        details=details,
        origin=encode_origin(row.origin),
        cost=None if row.cost is None else encode_cost(row.cost),
    )


def encode_amount(amount: Amount | Missing) -> AmountOut | None:
    """Return an amount for a document; None if it is not known."""
    if isinstance(amount, Missing):
        return None
    return AmountOut(float(amount.low), float(amount.high), amount.currency)


def encode_cost(cost: MonthlyCost) -> CostOut:
    """Return the cost of a change or an endpoint for a document."""
    return CostOut(
        fixed=encode_amount(cost.fixed),
        per_gb=None if cost.per_gb is None else encode_amount(cost.per_gb),
        formula=cost.formula,
        data_formula=cost.data_formula,
        grade=cost.grade,
        missing=[part.fact for part in (cost.fixed, cost.per_gb) if isinstance(part, Missing)],
    )
