"""The results of an apply and of an undo as JSON, version 1: the shapes that programs rely on."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Literal

import msgspec

from skerry.apply.preflight.results import ApplyRefusal, CheckResult
from skerry.apply.preflight.undo_effects import UndoBreak, UndoneChange
from skerry.apply.results import Loss, RunResult, Stopped
from skerry.diagnose.diagnosis import Diagnosis
from skerry.errors import Argument
from skerry.model.world import World
from skerry.plan.changes import Change, Disposition, resource_of
from skerry.plan.records import Planned
from skerry.render.json import DiagnosisOut, diagnosis_out
from skerry.render.json_document import write
from skerry.render.plan import title_of

VERSION = 1

End = Literal["refused", "nothing-to-do", "stopped", "done"]
"""The end of a command: a check refused it, there was nothing to do, a step stopped it, or every step ended."""


class ApplyCheckOut(msgspec.Struct, frozen=True):
    """A result of the checks before the first change."""

    kind: str
    code: str
    resource: str
    message: str
    advice: str
    allowance: str | None


class ApplyStepOut(msgspec.Struct, frozen=True):
    """A change of the plan with its end."""

    kind: str
    resource: str
    title: str
    disposition: str
    note: str
    end: str


class StoppedStepOut(msgspec.Struct, frozen=True):
    """The step that stopped a command, with the reason and a remedy."""

    resource: str
    title: str
    reason: str
    remedy: str


class UndoBreakOut(msgspec.Struct, frozen=True):
    """A call that works before an undo, and not after it."""

    clients: list[str]
    subnet: str
    host: str
    step: str
    message: str


class UndoLossOut(msgspec.Struct, frozen=True):
    """Something that the undo of a change does not restore."""

    resource: str
    title: str
    message: str


class ApplyOut(msgspec.Struct, frozen=True):
    """The document of ``apply``, also of one that goes on."""

    version: int
    end: str
    account: str
    region: str
    services: list[str]
    journal: str | None
    checks: list[ApplyCheckOut]
    steps: list[ApplyStepOut]
    stopped: StoppedStepOut | None
    verdict: str | None
    diagnosis: DiagnosisOut | None
    unread: str
    by_hand: str
    next_command: str | None
    skerry_version: str


class UndoOut(msgspec.Struct, frozen=True):
    """The document of ``undo``."""

    version: int
    end: str
    account: str
    region: str
    services: list[str]
    journal: str
    checks: list[ApplyCheckOut]
    managed: list[str]
    breaks: list[UndoBreakOut]
    losses: list[UndoLossOut]
    steps: list[ApplyStepOut]
    stopped: StoppedStepOut | None
    verdict: str | None
    unread: str
    next_command: str | None
    skerry_version: str


class CommandResult(msgspec.Struct, frozen=True):
    """The result of a command that changes an account, as far as it came.

    ``ids`` are AWS's ids of the resources of the plan. ``verdict`` stands in for a diagnosis of the account.
    ``by_hand`` are the steps for somebody else, as commands. ``next_command`` goes on with a stopped command, or takes
    back a whole one.
    """

    end: End
    account: str
    region: str
    services: tuple[str, ...]
    journal: str | None = None
    checks: tuple[CheckResult, ...] = ()
    run: RunResult = RunResult(())
    diagnosis: Diagnosis | None = None
    world: World | None = None
    verdict: str | None = None
    unread: str = ""
    ids: Mapping[str, str] = {}
    by_hand: str = ""
    next_command: str | None = None


class UndoForecast(msgspec.Struct, frozen=True):
    """The changes that an undo takes back, with the effects as they were judged before its first step."""

    managed: tuple[str, ...] = ()
    breaks: tuple[UndoBreak, ...] = ()
    losses: tuple[Loss, ...] = ()
    changes: tuple[Change, ...] = ()
    effects: tuple[UndoneChange, ...] = ()


def encode_apply(result: CommandResult, rows: Iterable[Planned], version: str, spell: Callable[[Argument], str]) -> str:
    """Write the result of an apply for programs; ``spell`` returns the option of an argument."""
    document = ApplyOut(
        version=VERSION,
        end=result.end,
        account=result.account,
        region=result.region,
        services=list(result.services),
        journal=result.journal,
        checks=[_check_out(check, spell) for check in result.checks],
        steps=_steps(result, ((row.change, row.disposition, row.note) for row in rows)),
        stopped=_stopped_out(result.run.stopped),
        verdict=_verdict_of(result),
        diagnosis=None
        if result.diagnosis is None or result.world is None
        else diagnosis_out(result.world, result.diagnosis),
        unread=result.unread,
        by_hand=result.by_hand,
        next_command=result.next_command,
        skerry_version=version,
    )
    return write(document)


def encode_undo(result: CommandResult, forecast: UndoForecast, version: str, spell: Callable[[Argument], str]) -> str:
    """Write the result of an undo for programs; ``spell`` returns the option of an argument."""
    document = UndoOut(
        version=VERSION,
        end=result.end,
        account=result.account,
        region=result.region,
        services=list(result.services),
        journal=result.journal or "",
        checks=[_check_out(check, spell) for check in result.checks],
        managed=list(forecast.managed),
        breaks=[_break_out(row) for row in forecast.breaks],
        losses=[UndoLossOut(resource_of(row.change), title_of(row.change), row.message) for row in forecast.losses],
        steps=_steps(result, _undone_rows(forecast)),
        stopped=_stopped_out(result.run.stopped),
        verdict=_verdict_of(result),
        unread=result.unread,
        next_command=result.next_command,
        skerry_version=version,
    )
    return write(document)


def _steps(result: CommandResult, rows: Iterable[tuple[Change, Disposition, str]]) -> list[ApplyStepOut]:
    """Return all changes with their ends; a step that was not reached is ``open``."""
    ends = {step.change: step.end for step in result.run.steps}
    return [
        ApplyStepOut(
            kind=str(change.__struct_config__.tag),
            resource=result.ids.get(resource_of(change), resource_of(change)),
            title=title_of(change),
            disposition=disposition,
            note=note,
            end=ends.get(change) or ("manual" if disposition == "manual" else "open"),
        )
        for change, disposition, note in rows
    ]


def _undone_rows(forecast: UndoForecast) -> Iterator[tuple[Change, Disposition, str]]:
    for change, effect in zip_longest(forecast.changes, forecast.effects):
        yield change, "safe" if effect is None else effect.disposition, "" if effect is None else effect.note


def _check_out(check: CheckResult, spell: Callable[[Argument], str]) -> ApplyCheckOut:
    return ApplyCheckOut(
        kind="refusal" if isinstance(check, ApplyRefusal) else "remark",
        code=check.code,
        resource=check.resource,
        message=check.message,
        advice="".join(spell(part) if isinstance(part, Argument) else part for part in check.advice),
        allowance=check.allowance if isinstance(check, ApplyRefusal) else None,
    )


def _stopped_out(stopped: Stopped | None) -> StoppedStepOut | None:
    if stopped is None:
        return None
    change = stopped.change
    return StoppedStepOut(resource_of(change), title_of(change), stopped.reason, stopped.remedy)


def _break_out(row: UndoBreak) -> UndoBreakOut:
    return UndoBreakOut(list(row.clients), row.subnet, row.host, row.step, row.message)


def _verdict_of(result: CommandResult) -> str | None:
    return result.verdict if result.diagnosis is None else str(result.diagnosis.verdict)
