"""The steps of a journal taken back, the last one first: new resources are removed, former values are restored.

A step is taken back only if the account still has what the step left. Where somebody changed it since, nothing is
overwritten.
"""

from collections.abc import Iterator
from functools import partial

from skerry.apply.journal_entries import Reverted, Reverting
from skerry.apply.lookups import TAG, Marks
from skerry.apply.preflight.undo_effects import with_ids
from skerry.apply.results import Conflict, Loss, RunResult, State, StepReport, Stopped, Watch
from skerry.apply.run import guarded, step_calls
from skerry.apply.standings import effective, former_of, is_done, without_ids
from skerry.apply.states import AutomaticChange, automatic, is_without_place, read_state
from skerry.apply.step_records import StepRecord, ids_of, record_of
from skerry.apply.steps import StepCalls, Tools
from skerry.apply.waiting import StepError, until
from skerry.plan.changes import AuthorizeRule, CreateNatGateway
from skerry.plan.world_before import MadeChange


def standing_steps(tools: Tools) -> Iterator[tuple[int, AutomaticChange, StepRecord]]:
    """Yield the steps that can be taken back, the last one first."""
    entries = tools.journal.entries
    for number, recorded in reversed(list(enumerate(tools.journal.opened.changes))):
        change, record = automatic(recorded.change), record_of(entries, number)
        if change is not None and record.stands:
            yield number, change, record


def conflicts_of(tools: Tools) -> tuple[Conflict, ...]:
    """Return the steps that somebody else changed since: no undo may overwrite them."""
    ids = ids_of(tools.journal.entries)
    return tuple(
        Conflict(number, change, record.finished.left if record.finished else None, present)
        for number, change, record in standing_steps(tools)
        if not is_without_place(StepCalls(tools, number, ids, undo=True).place, change)
        for present in (read_state(StepCalls(tools, number, ids, undo=True).place, change),)
        if not _left_nothing(StepCalls(tools, number, ids, undo=True).marks, change, record, present)
        if _is_changed(tools, number, change, record, present, ids)
    )


def losses_of(tools: Tools) -> tuple[Loss, ...]:
    """Return everything that an undo of the journal cannot restore."""
    losses = []
    for number, change, record in standing_steps(tools):
        former = record.started.former if record.started else None
        calls = step_calls(tools, number, change, former)
        if calls.loss:
            losses.append(Loss(number, change, calls.loss))
    return tuple(losses)


def standing_changes(tools: Tools) -> tuple[MadeChange, ...]:
    """Return the changes that can be taken back, in the order of the apply, with AWS's ids and the former values."""
    ids = ids_of(tools.journal.entries)
    changes = []
    for number, change, record in standing_steps(tools):
        former = record.started.former if record.started else None
        part = effective(StepCalls(tools, number, ids, undo=True).place, change, former)
        changes.append(MadeChange(with_ids(part, ids), former_of(change, former)))
    return tuple(reversed(changes))


def take_back(tools: Tools, watch: Watch) -> RunResult:
    """Take back the steps of a journal, the last one first."""
    reports: list[StepReport] = []
    ids = ids_of(tools.journal.entries)
    for number, change, record in list(standing_steps(tools)):
        report = guarded(number, change, partial(_revert, tools, number, change, record, ids))
        if isinstance(report, Stopped):
            return RunResult(tuple(reports), report)
        reports.append(report)
        watch(report)
    return RunResult(tuple(reports))


def _is_changed(
    tools: Tools, number: int, change: AutomaticChange, record: StepRecord, present: State, ids: dict[str, str]
) -> bool:
    """Tell whether a step has neither the state that it left nor the one before it."""
    former = record.started.former if record.started else None
    if without_ids(present) == without_ids(former):
        return False
    if _is_of_others(StepCalls(tools, number, ids, undo=True).marks, change, present):
        return True
    if record.finished is not None:
        between = record.reverting and isinstance(change, CreateNatGateway)
        return present != record.finished.left and not between
    # The apply stopped in this step: its call took effect or did not, and nothing else is ours.
    place = StepCalls(tools, number, ids, undo=True).place
    return not (is_done(place, change, present) or isinstance(change, CreateNatGateway))


def _left_nothing(marks: Marks, change: AutomaticChange, record: StepRecord, present: State) -> bool:
    """Tell whether a step that the apply did not finish made nothing, and somebody else made the same."""
    return record.finished is None and _is_of_others(marks, change, present)


def _is_of_others(marks: Marks, change: AutomaticChange, present: State) -> bool:
    """Tell whether a resource lacks the journal's tag: an edited journal must not lead to somebody else's."""
    if present is None:
        return False
    if isinstance(change, AuthorizeRule):
        return [TAG, marks.value] not in present["tags"]
    return bool(present.get("others"))


def _revert(tools: Tools, number: int, change: AutomaticChange, record: StepRecord, ids: dict[str, str]) -> StepReport:
    former = record.started.former if record.started else None
    calls = StepCalls(tools, number, ids, undo=True)
    part = effective(calls.place, change, former)
    planned = step_calls(tools, number, part, former)
    if record.finished is None:
        calls.find_lost(planned.calls)
    if is_without_place(calls.place, change):
        tools.journal.write(Reverted(number, "absent"))
        return StepReport(number, change, "gone")
    present = read_state(calls.place, change)
    if _left_nothing(calls.marks, change, record, present):
        tools.journal.write(Reverted(number, "absent"))
        return StepReport(number, change, "gone")

    def is_former() -> bool:
        return without_ids(read_state(calls.place, change)) == without_ids(former)

    if is_former() or not planned.reversal:
        tools.journal.write(Reverted(number, "absent"))
        return StepReport(number, change, "gone")
    if _is_changed(tools, number, change, record, present, ids):
        raise StepError("somebody changed it since; it is left as it is")
    tools.journal.write(Reverting(number))
    reversal = tuple(call for call in planned.reversal if calls.can_make(call))
    calls.make(reversal, is_former)
    if not until(tools.timing, tools.timing.settle, is_former):
        raise StepError("AWS answered that it was taken back, and still shows it")
    tools.journal.write(Reverted(number, "reverted"))
    return StepReport(number, change, "taken-back")
