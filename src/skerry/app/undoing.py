"""The use cases of `skerry undo`: the changes of a journal are taken back, and the account is read again."""

from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec

from skerry.app.account import read_account
from skerry.app.applying import ApplyTarget, Watcher, diagnose_launches_of, hold_vpcs, refuse_other_journal
from skerry.app.resuming import recorded_target
from skerry.app.selection import all_launches
from skerry.apply import journal as journals
from skerry.apply.journal_entries import Closed, Opened
from skerry.apply.preflight.account_reads import reversals_of
from skerry.apply.preflight.identity import check_caller
from skerry.apply.preflight.managed_objects import DEFAULT_TAGS, ManagedTag, managed_after
from skerry.apply.preflight.permissions import check_permissions
from skerry.apply.preflight.results import CheckResult
from skerry.apply.preflight.undo_effects import UndoEffects, what_undo_breaks
from skerry.apply.results import Conflict, Loss, RunResult
from skerry.apply.step_records import ids_of
from skerry.apply.steps import Tools
from skerry.apply.undo import conflicts_of, losses_of, standing_changes, standing_steps, take_back
from skerry.apply.unrecorded import refuse_shortened
from skerry.apply.waiting import Timing
from skerry.aws.account_session import open_session
from skerry.aws.session import Account
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errors import InputError, SkerryError
from skerry.plan.changes import Change, resource_of
from skerry.sources.live import ReadScope


class UndoPlan(msgspec.Struct, frozen=True):
    """The steps of an undo, the last change first, with its losses and its conflicts with later changes of others.

    ``effects`` are those on workloads that use the changes now. ``managed`` are the objects that another program
    manages since, each in a sentence. ``permissions`` are the results about the caller and its permissions.

    ``opened`` is the first entry of the journal, ``ids`` are AWS's ids of the plan's resources.
    """

    journal: Path
    services: tuple[str, ...]
    changes: tuple[Change, ...]
    losses: tuple[Loss, ...]
    conflicts: tuple[Conflict, ...]
    effects: UndoEffects = UndoEffects((), ())
    managed: tuple[str, ...] = ()
    permissions: tuple[CheckResult, ...] = ()
    opened: Opened | None = None
    ids: dict[str, str] = {}

    @property
    def is_disruptive(self) -> bool:
        """Whether calls of a workload break, or open connections are cut."""
        return bool(self.effects.breaks) or any(row.disposition == "disruptive" for row in self.effects.changes)


class Undone(msgspec.Struct, frozen=True):
    """The result of an undo: its steps, and the diagnosis of the account that was read back.

    ``unread`` says why the account could not be read back.
    """

    journal: Path
    services: tuple[str, ...]
    run: RunResult
    diagnosis: Diagnosis | None
    unread: str = ""


def latest_journal() -> Path:
    """Return the newest journal in the user's state folder. Raises `InputError` if there is none."""
    paths = journals.list_journals()
    if not paths:
        raise InputError(f"there is no journal in {journals.state_folder()}", "Give the path of one.")
    return paths[-1]


def undo(
    account: Account,
    path: Path,
    agree: Callable[[UndoPlan], bool],
    watcher: Watcher | None = None,
    timing: Timing | None = None,
    managed_tags: Iterable[ManagedTag] = DEFAULT_TAGS,
) -> Undone | None:
    """Take back the changes of a journal, if ``agree`` says so; None if it does not.

    ``managed_tags`` are the tags of objects that another program manages.

    Raises `InputError` for the journal of another account, for one without its last lines, and for conflicts with later
    changes. Raises
    `LockHeldError` if another process of this machine changes one of the VPCs.
    """
    watcher = watcher or Watcher()
    with journals.reopen_journal(path) as journal:
        session = open_session(account)
        refuse_other_journal(session, journal)
        tools = Tools(session, journal, timing or Timing(), watcher.notify)
        with hold_vpcs(journal.opened, path):
            refuse_shortened(tools)
            planned = _planned(tools)
            if planned.conflicts:
                raise _changed_since(planned)
            if planned.changes:
                made = standing_changes(tools)
                watcher.notify("reading the account")
                world = read_account(account, ReadScope(planning=True)).world
                effects = what_undo_breaks(world, all_launches(world), made)
                managed = tuple(managed_after(world, made, managed_tags))
                permissions = (
                    *check_caller(journal.opened.caller, session.caller),
                    *check_permissions(session, world, reversals_of(made, session.region)),
                )
                planned = msgspec.structs.replace(planned, effects=effects, managed=managed, permissions=permissions)
            return _take_back(tools, account, watcher) if agree(planned) else None


def _take_back(tools: Tools, account: Account, watcher: Watcher) -> Undone:
    journal = tools.journal
    run = take_back(tools, watcher.step)
    services = journal.opened.services
    if run.stopped is not None:
        return Undone(journal.path, services, run, None)
    watcher.notify("reading the account again")
    try:
        world = read_account(account, ReadScope(planning=True)).world
    except SkerryError as error:
        return Undone(journal.path, services, run, None, f"{error.what}. {error.remedy}")
    diagnosis = diagnose_launches_of(world, journal.opened, _target(journal.opened))
    journal.write(Closed("undone", "unknown" if diagnosis is None else diagnosis.verdict))
    return Undone(journal.path, services, run, diagnosis)


def _target(opened: Opened) -> ApplyTarget:
    """Return the task of a journal; none if its file is gone, which does not hold an undo back."""
    try:
        return recorded_target(opened)
    except InputError:
        return ApplyTarget()


def _planned(tools: Tools) -> UndoPlan:
    changes = tuple(change for _, change, _ in standing_steps(tools))
    opened = tools.journal.opened
    ids = ids_of(tools.journal.entries)
    return UndoPlan(
        tools.journal.path, opened.services, changes, losses_of(tools), conflicts_of(tools), opened=opened, ids=ids
    )


def _changed_since(planned: UndoPlan) -> InputError:
    names = ", ".join(dict.fromkeys(resource_of(conflict.change) for conflict in planned.conflicts))
    what = f"somebody changed since what would be taken back: {names}"
    return InputError(what, "Nothing was taken back. Restore what the journal left, or undo the others' change first.")
