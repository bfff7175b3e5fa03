"""The use case of an apply that stopped and goes on, after the checks of its remaining changes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from skerry.app.account import read_account
from skerry.app.applying import (
    NO_AGREEMENT,
    NO_TARGET,
    Agreement,
    Applied,
    ApplyTarget,
    Watcher,
    carry_out,
    hold_vpcs,
    refuse_other_journal,
    settings_for,
    tools_for,
)
from skerry.app.planning import plan_options, scope_for
from skerry.app.selection import Hypothetical, all_launches, hypothetical_launch
from skerry.apply import journal as journals
from skerry.apply.journal_entries import Opened
from skerry.apply.preflight.account_reads import read_for_checks
from skerry.apply.preflight.check import PlanToApply, check_before
from skerry.apply.preflight.identity import check_caller
from skerry.apply.preflight.managed_objects import touched_resources_of
from skerry.apply.preflight.results import CheckResult, refusals_of
from skerry.apply.recorded_tasks import path_of
from skerry.apply.results import StepReport
from skerry.apply.run import begun_changes, ended_steps, remaining_changes
from skerry.apply.step_records import ids_of, is_undoing
from skerry.apply.steps import Tools
from skerry.apply.unrecorded import refuse_shortened
from skerry.apply.waiting import Timing
from skerry.aws.account_session import open_session
from skerry.aws.session import Account
from skerry.errors import InputError
from skerry.launch.launches import Launch
from skerry.model.world import World
from skerry.plan.changes import resource_of
from skerry.sources.live import ReadScope


class ResumeCheck(msgspec.Struct, frozen=True):
    """The state of an apply before it goes on: the ended steps, AWS's ids so far, and the results of the checks."""

    journal: Path
    opened: Opened
    steps: tuple[StepReport, ...]
    ids: dict[str, str]
    results: tuple[CheckResult, ...]


def resume_apply(
    account: Account,
    path: Path,
    target: ApplyTarget | None = None,
    watcher: Watcher | None = None,
    timing: Timing | None = None,
    agreement: Agreement = NO_AGREEMENT,
    report: Callable[[ResumeCheck], None] = lambda _: None,
) -> Applied | None:
    """Go on with an apply that stopped; None if a check of the remaining changes refuses them.

    ``report`` gets the results of the checks, before a change. ``agreement`` is in addition to that of the journal.
    Raises `InputError` for the journal of another account, for one without its last lines, and for an undone one.
    """
    with journals.reopen_journal(path) as journal:
        session = open_session(account)
        refuse_other_journal(session, journal)
        if is_undoing(journal.entries):
            raise InputError(f"the changes of {path} are being taken back", "Finish the undo, then plan again.")
        tools = tools_for(session, journal, watcher, timing)
        with hold_vpcs(journal.opened, path):
            refuse_shortened(tools)
            chosen = target if target is not None and target.hypothetical else recorded_target(journal.opened)
            remarks = check_caller(journal.opened.caller, session.caller)
            results = (*remarks, *check_remaining(tools, account, chosen, agreement))
            ended = ended_steps(tools)
            report(ResumeCheck(path, journal.opened, ended, ids_of(journal.entries), results))
            return None if refusals_of(results) else carry_out(tools, account, chosen, watcher)


def recorded_target(opened: Opened) -> ApplyTarget:
    """Return the task of a journal. Raises `InputError` if its file is gone or has changed."""
    task = opened.task
    if task is None:
        return NO_TARGET
    settings = (task.subnets, task.groups, task.public_address, task.platform_version)
    return ApplyTarget(hypothetical=Hypothetical(path_of(task), *settings))


def check_remaining(
    tools: Tools, account: Account, target: ApplyTarget, agreement: Agreement
) -> tuple[CheckResult, ...]:
    """Return the refusals and remarks before an apply goes on, in the account as it is now."""
    opened = tools.journal.opened
    rows = remaining_changes(tools)
    if all(row.disposition == "manual" for row in rows):
        return ()
    tools.notify("reading the account")
    world = read_account(account, ReadScope(planning=True)).world
    scope = scope_for(world, _launches(world, opened, target), plan_options(world, also=opened.also))
    begun = begun_changes(tools)
    plan = PlanToApply(
        opened.account,
        opened.region,
        tuple(row.planned for row in rows),
        opened.proof,
        after=opened.after,
        touched=frozenset(
            name for change in begun for name in (resource_of(change), *touched_resources_of(world, change))
        ),
    )
    both = Agreement(
        agreement.allowed | {*opened.allowed},
        tuple(dict.fromkeys((*agreement.managed_tags, *opened.managed_tags))),
    )
    return check_before(plan, read_for_checks(tools.session, plan, world, scope), settings_for(both))


def _launches(world: World, opened: Opened, target: ApplyTarget) -> Sequence[Launch]:
    """Return the launches of a journal. Raises `InputError` if one is gone."""
    if target.hypothetical is not None:
        return [hypothetical_launch(world, target.hypothetical)]
    wanted = {(launch.cluster, launch.name) for launch in opened.launches}
    chosen = [launch for launch in all_launches(world) if (launch.cluster, launch.name) in wanted]
    missing = sorted(wanted - {(launch.cluster, launch.name) for launch in chosen})
    if missing:
        names = ", ".join(f"{name} in {cluster}" if cluster else name for cluster, name in missing)
        raise InputError(f"the plan is for {names}, which is not in the account any more", "Take its changes back.")
    return chosen
