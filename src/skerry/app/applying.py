"""The use cases of `skerry apply`: a plan is carried out in a live account, read back and diagnosed."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from skerry import __version__
from skerry.app.account import read_account
from skerry.app.diagnosis import diagnose_hypothetical
from skerry.app.planning import plan as plan_launches
from skerry.app.planning import plan_hypothetical, plan_options, scope_for
from skerry.app.selection import Hypothetical, Selection, all_launches, hypothetical_launch, launches
from skerry.apply import journal as journals
from skerry.apply.journal_entries import VERSION, Closed, Opened, RecordedChange
from skerry.apply.plan_file import PlanFile
from skerry.apply.preflight.account_reads import read_for_checks
from skerry.apply.preflight.check import ApplySettings, PlanToApply, check_before
from skerry.apply.preflight.lock import LockHolder, LockScope, hold_locks, lock_folder
from skerry.apply.preflight.managed_objects import DEFAULT_TAGS, ManagedTag
from skerry.apply.preflight.named_objects import vpcs_of
from skerry.apply.preflight.results import Allowance, CheckResult
from skerry.apply.recorded_tasks import RecordedTask, digest_of
from skerry.apply.results import RunResult, StepReport
from skerry.apply.run import make_changes
from skerry.apply.step_records import ids_of
from skerry.apply.steps import Tools
from skerry.apply.waiting import Timing
from skerry.aws.account_session import AccountSession, open_session
from skerry.aws.session import Account
from skerry.diagnose.diagnose import diagnose as diagnose_launches
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errors import Argument, InputError, OutputError, SkerryError
from skerry.launch.launches import Launch
from skerry.model.world import World
from skerry.plan.change_calls import description_of, names_of_endpoints, services_of_prefix_lists
from skerry.plan.changes import resource_of
from skerry.plan.records import Options, Plan, Planned
from skerry.plan.scope import Scope
from skerry.reach.walk import Walker
from skerry.sources.live import ReadScope
from skerry.verdicts import OK

MOST_SECONDS = 900
"""The longest time between the reading of an account and the first change."""


class ApplyTarget(msgspec.Struct, frozen=True):
    """The launches of a plan: a selection, or a hypothetical task."""

    selection: Selection | None = None
    hypothetical: Hypothetical | None = None


class Agreement(msgspec.Struct, frozen=True):
    """The user's agreement: the allowed kinds of change, and the tags of objects that another program manages."""

    allowed: frozenset[Allowance] = frozenset()
    managed_tags: tuple[ManagedTag, ...] = DEFAULT_TAGS


NO_TARGET, NO_AGREEMENT = ApplyTarget(), Agreement()


class Watcher(msgspec.Struct, frozen=True):
    """The listeners of an apply or an undo: ``step`` gets each ended step, ``notify`` a few words about waits."""

    step: Callable[[StepReport], None] = lambda _: None
    notify: Callable[[str], None] = lambda _: None


class Preparation(msgspec.Struct, frozen=True):
    """A plan with the account that it is for, as it was read now."""

    account: Account
    session: AccountSession
    world: World
    plan: Plan
    target: ApplyTarget
    scope: Scope
    made_for: tuple[str | None, str | None]
    read_at: float = msgspec.field(default_factory=time.time)

    @property
    def is_done(self) -> bool:
        """Whether the launches of a plan file can start without it, as after an earlier apply."""
        return bool(self.plan.changes) and self.scope.look(self.world).verdict is OK

    def check(self, agreement: Agreement = NO_AGREEMENT) -> tuple[CheckResult, ...]:
        """Return the refusals and remarks before the first change, with the permissions and quotas read for them.

        Raises `SkerryError` if AWS carries out a call although only a dry run was asked for.
        """
        account, region = self.made_for
        plan, session = self.plan, self.session
        given = PlanToApply(account, region, plan.changes, plan.fingerprint, plan.made_at, plan.made_by, plan.after)
        settings = settings_for(agreement)
        return check_before(given, read_for_checks(session, given, self.world, self.scope), settings)


class Applied(msgspec.Struct, frozen=True):
    """The result of an apply: its journal, its steps, and the diagnosis of the account that was read back.

    ``diagnosis`` is None if a step stopped, if the launches of the plan are not known any more, or if the account could
    not be read back: ``unread`` says why. ``rows`` are the changes of the plan, ``world`` is the account that was read
    back; None without one. ``opened`` is the first entry of the journal, ``ids`` are AWS's ids of the plan's resources.
    """

    journal: Path
    services: tuple[str, ...]
    run: RunResult
    diagnosis: Diagnosis | None
    rows: tuple[Planned, ...] = ()
    world: World | None = None
    unread: str = ""
    opened: Opened | None = None
    ids: dict[str, str] = {}


def prepare_apply(
    account: Account,
    target: ApplyTarget,
    plan_file: PlanFile | None = None,
    options: Callable[[World], Options] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Preparation:
    """Read the account, and plan for the launches unless there is a plan already.

    Raises `InputError` if the launches of the plan are not in the account.
    """
    session = open_session(account)
    world = read_account(account, ReadScope(planning=True), progress).world
    chosen_options = None if options is None else options(world)
    if plan_file is not None:
        chosen_options = plan_options(world, also=plan_file.plan.also)
    scope = scope_for(world, _launches(world, target, plan_file), chosen_options)
    if plan_file is not None:
        return Preparation(
            account, session, world, plan_file.plan, target, scope, (plan_file.account, plan_file.region)
        )
    if target.hypothetical is not None:
        plan = plan_hypothetical(world, target.hypothetical, chosen_options)
    else:
        plan = plan_launches(world, target.selection, chosen_options)
    return Preparation(account, session, world, plan, target, scope, (session.account, session.region))


def _launches(world: World, target: ApplyTarget, plan_file: PlanFile | None) -> Sequence[Launch]:
    """Return the launches of a plan. Raises `InputError` if those of a plan file are not in the account."""
    if target.hypothetical is not None:
        return [hypothetical_launch(world, target.hypothetical)]
    if plan_file is None:
        return launches(world, target.selection or Selection())
    wanted = {(launch.cluster, launch.name) for launch in plan_file.plan.launches}
    chosen = [launch for launch in all_launches(world) if (launch.cluster, launch.name) in wanted]
    missing = sorted(wanted - {(launch.cluster, launch.name) for launch in chosen})
    if missing or not wanted:
        names = ", ".join(f"{name} in {cluster}" if cluster else name for cluster, name in missing) or "no launch"
        what = f"the plan is for {names}, and nothing in the account has this name"
        raise InputError(what, "For a task that does not exist yet, give its ", Argument.DEFINITION, " again.")
    return chosen


def new_journal_path(preparation: Preparation) -> Path:
    """Return the path of a new journal in the user's state folder."""
    session = preparation.session
    return journals.new_path(session.account, session.region, datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"))


def settings_for(agreement: Agreement) -> ApplySettings:
    """Return the settings of the checks before a change, as of now."""
    return ApplySettings(datetime.now(UTC), __version__, agreement.allowed, agreement.managed_tags)


def start_apply(
    preparation: Preparation,
    path: Path,
    watcher: Watcher | None = None,
    timing: Timing | None = None,
    agreement: Agreement = NO_AGREEMENT,
) -> Applied:
    """Carry out a prepared plan with a new journal, then read the account and diagnose the launches.

    The journal keeps ``agreement`` for an apply that goes on later.

    Raises `OutputError` if the journal cannot be written, and `LockHeldError` if another process of this machine
    changes one of the VPCs; then nothing was changed.
    """
    session, plan = preparation.session, preparation.plan
    _refuse_stale(preparation)
    opened = opened_for(session, preparation.world, plan, preparation.target, agreement)
    with hold_vpcs(opened, path), journals.create_journal(path, opened) as journal:
        tools = tools_for(session, journal, watcher, timing)
        return carry_out(tools, preparation.account, preparation.target, watcher)


def _refuse_stale(preparation: Preparation) -> None:
    """Raise `SkerryError` if the account was read long ago: whoever was asked may have answered hours later."""
    age = abs(time.time() - preparation.read_at)
    if age > MOST_SECONDS:
        what = f"the account was read {age / 60:.0f} minutes ago, and may have changed"
        raise SkerryError(what, "Run the command again: it compares the account with the plan again.")


def hold_vpcs(opened: Opened, journal: Path) -> AbstractContextManager[None]:
    """Hold the locks of the VPCs of a journal for the time of a block.

    Raises `LockHeldError` if another process of this machine changes one of them.
    """
    scopes = [LockScope(opened.account, opened.region, vpc_id) for vpc_id in opened.vpcs or ("all",)]
    holder = LockHolder(os.getpid(), datetime.now(UTC).replace(microsecond=0).isoformat(), str(journal))
    try:
        folder = lock_folder(journals.state_folder(), journal)
    except OutputError:
        folder = journal.parent
    return hold_locks(folder, scopes, holder)


def diagnose_launches_of(world: World, opened: Opened, target: ApplyTarget) -> Diagnosis | None:
    """Diagnose the launches of a journal; None if they are not in the account any more."""
    if target.hypothetical is not None:
        return diagnose_hypothetical(world, target.hypothetical)
    names = {(launch.cluster, launch.name) for launch in opened.launches}
    chosen = [launch for launch in all_launches(world) if (launch.cluster, launch.name) in names]
    return diagnose_launches(Walker(world), chosen, world.facts.tasks) if chosen else None


def refuse_other_journal(session: AccountSession, journal: journals.Journal) -> None:
    """Raise `InputError` for the journal of another account or Region."""
    opened = journal.opened
    if (opened.account, opened.region) != (session.account, session.region):
        what = f"{journal.path} is of account {opened.account} in {opened.region}, "
        now = f"and these credentials are of {session.account} in {session.region}"
        raise InputError(what + now, "Give ", Argument.PROFILE, " and ", Argument.REGION, " of that account.")


def tools_for(
    session: AccountSession, journal: journals.Journal, watcher: Watcher | None, timing: Timing | None
) -> Tools:
    """Return the tools of the steps."""
    return Tools(session, journal, timing or Timing(), (watcher or Watcher()).notify)


def carry_out(tools: Tools, account: Account, target: ApplyTarget, watcher: Watcher | None) -> Applied:
    """Make the steps of a journal, then read the account and diagnose the launches."""
    opened = tools.journal.opened
    run = make_changes(tools, (watcher or Watcher()).step)
    rows = tuple(row.planned for row in opened.changes)
    ids = ids_of(tools.journal.entries)
    applied = Applied(tools.journal.path, opened.services, run, None, rows, opened=opened, ids=ids)
    if run.stopped is not None:
        return applied
    tools.notify("reading the account again")
    try:
        world = read_account(account, ReadScope(planning=True)).world
    except SkerryError as error:
        # All steps are made: that must not be lost behind an error of the reading.
        return msgspec.structs.replace(applied, unread=f"{error.what}. {error.remedy}")
    diagnosis = diagnose_launches_of(world, opened, target)
    tools.journal.write(Closed("applied", "unknown" if diagnosis is None else diagnosis.verdict))
    return msgspec.structs.replace(applied, diagnosis=diagnosis, world=world)


def opened_for(
    session: AccountSession,
    world: World,
    plan: Plan,
    target: ApplyTarget = NO_TARGET,
    agreement: Agreement = NO_AGREEMENT,
) -> Opened:
    """Return the first entry of a journal for a plan."""
    names = names_of_endpoints(plan.changes)
    return Opened(
        version=VERSION,
        skerry=__version__,
        journal=journals.new_name(),
        account=session.account,
        region=session.region,
        caller=session.caller,
        fingerprint="" if plan.fingerprint is None else plan.fingerprint.digest,
        services=plan.services,
        changes=tuple(
            RecordedChange(
                row.change,
                row.disposition,
                names.get(resource_of(row.change), ""),
                description_of(row),
                row.note,
                tuple(dict.fromkeys(reason.code for reason in row.why)),
                row.by,
            )
            for row in plan.changes
        ),
        prefix_lists=services_of_prefix_lists(world, plan.changes),
        vpcs=vpcs_of(world, (row.change for row in plan.changes)),
        proof=plan.fingerprint,
        launches=plan.launches,
        also=plan.also,
        task=None if target.hypothetical is None else _recorded(target.hypothetical),
        after=plan.after,
        allowed=tuple(sorted(agreement.allowed)),
        managed_tags=agreement.managed_tags,
    )


def _recorded(task: Hypothetical) -> RecordedTask:
    path = task.definition.absolute()
    settings = (task.subnets, task.groups, task.public_address, task.platform_version)
    return RecordedTask(str(path), digest_of(path), *settings)
