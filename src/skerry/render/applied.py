"""The results of an apply and of an undo for people: the verdict of the account read back, and each step."""

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import assert_never

from skerry.apply.preflight.results import ApplyRefusal, CheckResult
from skerry.apply.preflight.undo_effects import UndoBreak, UndoEffects
from skerry.apply.results import Loss, RunResult, StepEnd
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errors import Argument
from skerry.plan.changes import Change
from skerry.render import console
from skerry.render.plan import title_of
from skerry.render.text import bold, clean, dim, list_names, pluralize, style_word
from skerry.render.view import View, format_next
from skerry.verdicts import BLOCKED, OK, UNKNOWN

_MOST_NAMES = 3


def format_applied(
    services: tuple[str, ...], run: RunResult, diagnosis: Diagnosis | None, manual: str, view: View
) -> str:
    """Write the result of an apply; the first line says whether the tasks can start now.

    ``manual`` are the steps that remain for somebody, as `format_manual_steps` writes them.
    """
    names = list_names(services, _MOST_NAMES) or "the task"
    made = pluralize(sum(step.end == "made" for step in run.steps), "change")
    if run.stopped is not None:
        headline = f"{style_word(BLOCKED)}: stopped after {made}; nothing else was changed"
    elif diagnosis is None:
        headline = f"{style_word(UNKNOWN)}: {made} made, and {names} cannot be diagnosed in the account"
    elif diagnosis.verdict is OK:
        headline = f"{style_word(OK)}: {made} made, and {names} can start (read back)"
    else:
        headline = f"{style_word(diagnosis.verdict)}: {made} made, and {names} still cannot start (read back)"
    return _written(headline, run, diagnosis, manual, view)


def is_refused(results: Iterable[CheckResult]) -> bool:
    """Tell whether the checks before an apply refuse it."""
    return any(isinstance(result, ApplyRefusal) for result in results)


def format_checks(results: Iterable[CheckResult], view: View, spell: Callable[[Argument], str], allow: str) -> str:
    """Write the refusals and remarks before an apply.

    ``spell`` returns the option of an argument, ``allow`` is the option that allows a kind of change.
    """
    lines: list[str] = []
    for result in results:
        word = bold("refused") if isinstance(result, ApplyRefusal) else dim("note")
        first, *more = result.message.splitlines() or [""]
        lines += [f"{word}: {clean(first)}", *(f"  {clean(line)}" for line in more)]
        advice = "".join(spell(part) if isinstance(part, Argument) else part for part in result.advice)
        if isinstance(result, ApplyRefusal) and result.allowance is not None:
            advice = f"{advice} Give {allow} {result.allowance}."
        lines += [f"  {clean(advice)}"] if advice else []
    return view.fit(lines) if lines else ""


def format_undone(services: tuple[str, ...], run: RunResult, diagnosis: Diagnosis | None, view: View) -> str:
    """Write the result of an undo; the first line says whether all was taken back."""
    count = pluralize(sum(step.end == "taken-back" for step in run.steps), "change")
    if run.stopped is not None:
        headline = f"{style_word(BLOCKED)}: stopped after {count} taken back"
    else:
        verdict = (
            ""
            if diagnosis is None
            else f"; {list_names(services, _MOST_NAMES) or 'the task'}: {diagnosis.verdict} (read back)"
        )
        headline = f"{style_word(OK)}: {count} taken back{verdict}"
    return _written(headline, run, None, "", view)


def format_losses(losses: Iterable[Loss], changes: Iterable[Change], effects: UndoEffects, view: View) -> str:
    """Write the steps of an undo with their effects, the breaking calls, and the losses."""
    lines = [bold("Taken back, in this order")]
    for change, row in zip_longest(changes, effects.changes):
        note = f"  {row.disposition}: {clean(row.note)}" if row is not None and row.note else ""
        lines += [f"  {clean(title_of(change))}", *([f"  {note}"] if note else [])]
    if effects.breaks:
        lines += ["", bold("Works now, and not afterwards")]
        lines += [f"  {clean(text)}" for text in _break_texts(effects.breaks)]
    lost = [f"  {clean(loss.message)}" for loss in losses]
    lines += ["", bold("Not restored"), *lost, "  New ids of what is made again; connections that a step cuts."]
    return view.fit(lines)


def _break_texts(breaks: Iterable[UndoBreak]) -> Iterator[str]:
    """Yield a line for each host and its clients, with the reason in the first of the subnets."""
    by_host: dict[tuple[str, tuple[str, ...]], list[UndoBreak]] = {}
    for row in breaks:
        by_host.setdefault((row.host or row.step, row.clients), []).append(row)
    for (host, clients), rows in by_host.items():
        subnets = list_names([row.subnet for row in rows], _MOST_NAMES)
        yield f"{host} for {list_names(clients, _MOST_NAMES)} from {subnets}: {rows[0].message}"


def _written(headline: str, run: RunResult, diagnosis: Diagnosis | None, manual: str, view: View) -> str:
    if view.quiet:
        return f"{headline}\n"
    lines = [headline, ""]
    lines += [f"{_mark(step.end)}  {clean(title_of(step.change))}" for step in run.steps]
    if run.stopped is not None:
        lines += ["", f"{bold('Stopped')}  {clean(title_of(run.stopped.change))}", f"  {clean(run.stopped.reason)}"]
        lines += [f"  {clean(run.stopped.remedy)}"] if run.stopped.remedy else []
    text = view.fit(lines) + (f"\n{view.rewrite(manual)}" if manual else "")
    if diagnosis is not None and diagnosis.verdict is not OK:
        text += "\n" + console.format_diagnosis(diagnosis, view=view)
    return text + format_next(view, "stopped" if run.stopped is not None else "done")


def _mark(end: StepEnd) -> str:
    match end:
        case "made":
            return "made      "
        case "there":
            return "there     "
        case "taken-back":
            return "taken back"
        case "gone":
            return "gone      "
        case _:
            assert_never(end)
