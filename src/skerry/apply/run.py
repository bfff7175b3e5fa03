"""The steps of a plan, made one after another, each in the journal; a stopped run goes on where it was."""

from collections.abc import Callable
from functools import partial

from msgspec.structs import replace

from skerry.apply.journal_entries import Finished, RecordedChange, Started
from skerry.apply.lookups import TAG
from skerry.apply.preflight.undo_effects import with_ids
from skerry.apply.results import RunResult, State, StepReport, Stopped, Watch
from skerry.apply.standings import conflict_of, effective, former_of, is_done
from skerry.apply.states import AutomaticChange, automatic, read_state
from skerry.apply.step_records import ids_of, record_of
from skerry.apply.steps import StepCalls, Tools
from skerry.apply.waiting import StepError, until
from skerry.aws.account_session import LostCallError
from skerry.aws.errors import RefusedError
from skerry.errors import SkerryError
from skerry.plan.api_calls import ChangeCalls
from skerry.plan.change_calls import CallTexts, calls_for
from skerry.plan.changes import AuthorizeRule, Change


def make_changes(tools: Tools, watch: Watch) -> RunResult:
    """Make the steps of a journal that are not made yet. A change of the account's owner alone is left out."""
    reports: list[StepReport] = []
    ids = ids_of(tools.journal.entries)
    for number, recorded in enumerate(tools.journal.opened.changes):
        change = automatic(recorded.change)
        if change is None or recorded.disposition == "manual":
            continue
        report = guarded(number, change, partial(_step, tools, number, change, ids))
        if isinstance(report, Stopped):
            return RunResult(tuple(reports), report)
        reports.append(report)
        watch(report)
    return RunResult(tuple(reports))


def remaining_changes(tools: Tools) -> tuple[RecordedChange, ...]:
    """Return the changes that are not made yet, the manual ones too, with AWS's ids.

    The result of a lost call is looked for, and of a half-made change only the other part is returned.
    """
    entries, ids = tools.journal.entries, ids_of(tools.journal.entries)
    remaining = []
    for number, recorded in enumerate(tools.journal.opened.changes):
        change, record = automatic(recorded.change), record_of(entries, number)
        if record.finished is not None:
            continue
        part: Change = recorded.change
        if change is not None and recorded.disposition != "manual" and record.started is not None:
            calls = StepCalls(tools, number, ids)
            calls.find_lost(step_calls(tools, number, change, record.started.former).calls)
            present = read_state(calls.place, change)
            if is_done(calls.place, change, present):
                continue
            part = effective(calls.place, change, present)
        remaining.append(replace(recorded, change=with_ids(part, ids)))
    return tuple(remaining)


def begun_changes(tools: Tools) -> tuple[Change, ...]:
    """Return the changes of the steps that were begun, with AWS's ids."""
    entries, ids = tools.journal.entries, ids_of(tools.journal.entries)
    records = [record_of(entries, number) for number in range(len(tools.journal.opened.changes))]
    rows = zip(records, tools.journal.opened.changes, strict=True)
    return tuple(with_ids(row.change, ids) for record, row in rows if record.started is not None)


def ended_steps(tools: Tools) -> tuple[StepReport, ...]:
    """Return the steps that earlier runs ended."""
    reports = []
    for number, recorded in enumerate(tools.journal.opened.changes):
        finished = record_of(tools.journal.entries, number).finished
        if finished is not None:
            reports.append(StepReport(number, recorded.change, "there" if finished.unchanged else "made"))
    return tuple(reports)


def guarded(number: int, change: AutomaticChange, action: Callable[[], StepReport]) -> StepReport | Stopped:
    """Return the report of a step, or why it stopped."""
    try:
        return action()
    except StepError as error:
        return Stopped(number, change, str(error))
    except RefusedError as error:
        return Stopped(number, change, f"AWS refused: {error.code}: {error.message}")
    except LostCallError as error:
        return Stopped(number, change, f"no answer to {error.call.action}: {error.message}")
    except SkerryError as error:
        return Stopped(number, change, error.what, error.remedy)


def step_calls(tools: Tools, number: int, change: AutomaticChange, former: State) -> ChangeCalls:
    """Return the calls of a step, and those that restore its former state."""
    opened = tools.journal.opened
    recorded = opened.changes[number]
    texts = CallTexts(recorded.name, recorded.description, opened.prefix_lists)
    calls = calls_for(change, former_of(change, former), texts, opened.region)
    assert calls is not None  # noqa: S101 -- automatic changes have calls
    return calls


def _step(tools: Tools, number: int, change: AutomaticChange, ids: dict[str, str]) -> StepReport:
    record = record_of(tools.journal.entries, number)
    made = StepReport(number, change, "made")
    there = StepReport(number, change, "there")
    if record.finished is not None:
        return there if record.finished.unchanged else made
    calls = StepCalls(tools, number, ids)

    def done() -> bool:
        return is_done(calls.place, change, read_state(calls.place, change))

    if record.started is None:
        former = read_state(calls.place, change)
        if is_done(calls.place, change, former):
            tools.journal.write(Finished(number, former, unchanged=True))
            return there
        _refuse_conflict(change, former)
        tools.journal.write(Started(number, former))
    else:
        former = record.started.former
    part = effective(calls.place, change, former)
    planned = step_calls(tools, number, part, former)
    if record.started is not None:
        present = read_state(calls.place, change)
        if not is_done(calls.place, change, present):
            _refuse_conflict(change, present)
    calls.make(planned.calls, done, resumed=None if record.started is None else record.lost)
    left = _left(tools, calls, change)
    tools.journal.write(Finished(number, left, unchanged=_is_of_others(calls, change, left)))
    return made


def _refuse_conflict(change: AutomaticChange, present: State) -> None:
    if (conflict := conflict_of(change, present)) is not None:
        raise StepError(conflict)


def _left(tools: Tools, calls: StepCalls, change: AutomaticChange) -> State:
    """Return the state after a step, as soon as AWS shows it. Raises `StepError` if it does not."""
    states: list[State] = []

    def attempt() -> bool:
        states.append(read_state(calls.place, change))
        return is_done(calls.place, change, states[-1])

    if not until(tools.timing, tools.timing.settle, attempt):
        raise StepError("AWS answered that it was done, and does not show it")
    return states[-1]


def _is_of_others(calls: StepCalls, change: AutomaticChange, left: State) -> bool:
    """Tell whether somebody else made the same rule at the same time: it is not taken back."""
    if not isinstance(change, AuthorizeRule) or left is None:
        return False
    return [TAG, calls.marks.value] not in left["tags"]
