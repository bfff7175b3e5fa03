"""All checks before the first change, as a pure function of what was read for it."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec

from skerry.apply.preflight.applied_quotas import check_quotas
from skerry.apply.preflight.effects import check_effects
from skerry.apply.preflight.fingerprint_check import check_fingerprint, check_untouched
from skerry.apply.preflight.identity import CallerIdentity, check_identity
from skerry.apply.preflight.managed_objects import DEFAULT_TAGS, ManagedTag, check_managed
from skerry.apply.preflight.named_objects import check_objects
from skerry.apply.preflight.openings import check_openings
from skerry.apply.preflight.plan_age import check_age
from skerry.apply.preflight.results import Allowance, ApplyRefusal, ApplyRemark, CheckResult
from skerry.model.world import World
from skerry.plan.changes import Manual
from skerry.plan.fingerprints import fingerprint_of
from skerry.plan.quotas import quota_uses_of
from skerry.plan.records import Fingerprint, Planned
from skerry.plan.scope import Scope
from skerry.plan.world_after import apply_changes
from skerry.verdicts import NOT_APPLICABLE, OK, Verdict


class PlanToApply(msgspec.Struct, frozen=True):
    """A plan as its file says it: its account and Region, its time and maker, and its changes.

    ``after`` is the verdict of the launches after all changes. ``touched`` are the resources that an apply has changed
    already, if it goes on with the other changes; None before the first one.
    """

    account: str | None
    region: str | None
    changes: tuple[Planned, ...]
    fingerprint: Fingerprint | None
    made_at: str = ""
    made_by: str = ""
    after: Verdict = OK
    touched: frozenset[str] | None = None

    @property
    def rows(self) -> tuple[Planned, ...]:
        """The changes that an apply makes itself, without manual steps and those of another account."""
        return tuple(row for row in self.changes if not isinstance(row.change, Manual) and row.disposition != "manual")


class AccountNow(msgspec.Struct, frozen=True):
    """The account as it was read for the apply: the caller, the World, and the applied quotas by their codes.

    ``scope`` are the launches of the plan in this World. ``permissions`` are the results about permissions.
    """

    identity: CallerIdentity
    world: World
    scope: Scope
    quotas: Mapping[str, float] = {}
    permissions: tuple[CheckResult, ...] = ()


class ApplySettings(msgspec.Struct, frozen=True):
    """The settings of an apply: the time, skerry's version, and the allowed kinds of change.

    ``managed_tags`` are the tags of objects that another program manages.
    """

    now: datetime
    version: str
    allowed: frozenset[Allowance] = frozenset()
    managed_tags: tuple[ManagedTag, ...] = DEFAULT_TAGS


def check_before(plan: PlanToApply, account: AccountNow, settings: ApplySettings) -> tuple[CheckResult, ...]:
    """Return all refusals and remarks before the first change; without a refusal the plan may be applied.

    If an object of the plan does not exist, the effects on others and the proof cannot be judged: the refusal about the
    object comes alone.
    """
    return tuple(dict.fromkeys(_results(plan, account, settings)))


def check_proof(world: World, scope: Scope, plan: PlanToApply) -> Iterator[CheckResult]:
    """Yield a result if the launches cannot start after all changes, manual ones among them.

    A plan with remaining blockers says so itself. A plan without any is then not the proven one.
    """
    every = tuple(row.change for row in plan.changes)
    verdict = scope.after(every).look(apply_changes(world, every)).verdict
    if verdict in {OK, NOT_APPLICABLE}:
        return
    message = f"after all changes the tasks are {verdict}: the plan does not let them start"
    if plan.after in {OK, NOT_APPLICABLE}:
        yield ApplyRefusal("NOT_PROVEN", "plan", f"{message}, though it says so", ("Plan again.",))
    else:
        yield ApplyRemark("STILL_BLOCKED", "plan", message, ("The plan above lists the remaining blockers.",))


def _results(plan: PlanToApply, account: AccountNow, settings: ApplySettings) -> Iterator[CheckResult]:
    if plan.touched is None:
        yield from check_age(plan.made_at, plan.made_by, settings.now, settings.version)
    other_account = tuple(check_identity(account.identity, plan.account, plan.region))
    yield from other_account
    if other_account:
        # Each object of the plan would be missing in another account, which says nothing.
        return
    world = account.world
    changes = tuple(row.change for row in plan.rows)
    missing: tuple[ApplyRefusal, ...] = tuple(check_objects(world, changes))
    yield from missing
    yield from check_managed(world, changes, settings.allowed, settings.managed_tags)
    if not missing:
        yield from check_openings(world, changes)
        yield from _differences(plan, account)
        yield from check_proof(world, account.scope, plan)
        yield from check_effects(world, account.scope, plan.rows, settings.allowed)
        yield from check_quotas(quota_uses_of(apply_changes(world, changes), changes), account.quotas)
    yield from account.permissions


def _differences(plan: PlanToApply, account: AccountNow) -> Iterator[ApplyRefusal]:
    """Yield the differences from the account that the plan was proven with."""
    world = account.world
    if plan.touched is None:
        every = tuple(row.change for row in plan.changes)
        yield from check_fingerprint(world, plan.fingerprint, fingerprint_of(world, account.scope, every))
    else:
        # The steps before changed the walks: the proof is repeated, and untouched records are compared.
        yield from check_untouched(world, plan.fingerprint, (row.change for row in plan.rows), plan.touched)
