"""The reads of an account for the checks before the first change: quotas, and permissions of the calls."""

from collections.abc import Iterable, Iterator

from skerry.apply.preflight.applied_quotas import read_quotas
from skerry.apply.preflight.check import AccountNow, PlanToApply
from skerry.apply.preflight.identity import CallerIdentity, check_identity
from skerry.apply.preflight.named_objects import check_objects
from skerry.apply.preflight.permissions import check_permissions
from skerry.aws.account_session import AccountSession
from skerry.model.arns import NameOrArn
from skerry.model.world import World
from skerry.plan.api_calls import NewId, Parameter, PlannedCall
from skerry.plan.change_calls import CallTexts, calls_for, description_of, services_of_prefix_lists
from skerry.plan.former_values import former_in
from skerry.plan.quotas import quota_uses_of
from skerry.plan.records import Planned
from skerry.plan.scope import Scope
from skerry.plan.world_after import apply_changes
from skerry.plan.world_before import MadeChange


def read_for_checks(session: AccountSession, plan: PlanToApply, world: World, scope: Scope) -> AccountNow:
    """Return the account as the checks need it.

    A plan for another account, or for objects that are gone, tries no call.
    Raises `SkerryError` if AWS carries out a call although only a dry run was asked for.
    """
    identity = CallerIdentity(session.account, NameOrArn(session.caller), session.region)
    changes = tuple(row.change for row in plan.rows)
    is_elsewhere = any(check_identity(identity, plan.account, plan.region))
    if is_elsewhere or any(check_objects(world, changes)):
        return AccountNow(identity, world, scope)
    quotas = read_quotas(session, quota_uses_of(apply_changes(world, changes), changes))
    permissions = check_permissions(session, world, calls_of(world, plan.rows, session.region))
    return AccountNow(identity, world, scope, quotas, permissions)


def reversals_of(made: Iterable[MadeChange], region: str) -> Iterator[PlannedCall]:
    """Yield the calls that take changes back, with the ids of AWS."""
    for row in made:
        calls = calls_for(row.change, row.former, CallTexts("skerry", "For ECS tasks"), region)
        for call in calls.reversal if calls else ():
            if isinstance(call, PlannedCall):
                yield call._replace(parameters={name: _with_ids(value) for name, value in call.parameters.items()})


def _with_ids(value: Parameter) -> Parameter:
    """Return a parameter with ids in place of new resources: they exist now."""
    match value:
        case NewId():
            return value.resource
        case list():
            return [_with_ids(item) for item in value]
        case dict():
            return {key: _with_ids(item) for key, item in value.items()}
        case _:
            return value


def calls_of(world: World, rows: Iterable[Planned], region: str) -> Iterator[PlannedCall]:
    """Yield the calls of a plan's changes."""
    planned = list(rows)
    prefix_lists = services_of_prefix_lists(world, planned)
    for row in planned:
        texts = CallTexts("skerry", description_of(row), prefix_lists)
        made = calls_for(row.change, former_in(world, row.change), texts, region)
        yield from (call for call in (made.calls if made else ()) if isinstance(call, PlannedCall))
