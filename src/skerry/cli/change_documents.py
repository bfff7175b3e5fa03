"""The JSON documents of the commands that change an account."""

from typing import TYPE_CHECKING

import click

from skerry import __version__
from skerry.cli.hints import OPTIONS
from skerry.cli.output import write

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from skerry.app import Applied, Preparation, ResumeCheck, Undone, UndoPlan
    from skerry.apply.preflight.results import CheckResult
    from skerry.model.world import World
    from skerry.plan.records import Planned
    from skerry.render.applied_json import CommandResult, End

JSON = "json"
FORMATS = ("text", JSON)


def refuse_questions(form: str, *, yes: bool) -> None:
    """Raise a usage error if a document is to be written and a question to be asked."""
    if form == JSON and not yes:
        raise click.UsageError("--format json asks nothing: give --yes")


def write_unapplied(
    preparation: "Preparation", end: "End", checks: "tuple[CheckResult, ...]" = (), verdict: str | None = None
) -> None:
    """Write the document of an apply without any change."""
    from skerry.render.applied_json import CommandResult

    session = preparation.session
    services = preparation.plan.services
    by_hand = "" if end == "refused" else by_hand_of(preparation.world, preparation.plan.changes)
    result = CommandResult(
        end, session.account, session.region, services, checks=checks, verdict=verdict, by_hand=by_hand
    )
    _write_apply(result, preparation.plan.changes)


def by_hand_of(world: "World", rows: "Sequence[Planned]") -> str:
    """Return the changes for somebody else, without colours."""
    from skerry.render.manual_steps import format_manual_steps

    return click.unstyle(format_manual_steps(world, rows))


def write_refused(check: "ResumeCheck") -> None:
    """Write the document of an apply that the checks of its remaining changes refused."""
    from skerry.apply.results import RunResult
    from skerry.render.applied_json import CommandResult

    opened, run = check.opened, RunResult(check.steps)
    place = (opened.account, opened.region, opened.services, str(check.journal))
    result = CommandResult("refused", *place, check.results, run, ids=check.ids)
    _write_apply(result, [row.planned for row in opened.changes])


def write_applied(applied: "Applied", checks: "tuple[CheckResult, ...]", commands: dict[str, str]) -> None:
    """Write the document of an apply; ``commands`` are the next ones if it stopped, and if it is done."""
    from skerry.render.applied_json import CommandResult

    assert applied.opened is not None  # noqa: S101 -- an apply has a journal
    end: End = "done" if applied.run.stopped is None else "stopped"
    _write_apply(
        CommandResult(
            end,
            applied.opened.account,
            applied.opened.region,
            applied.services,
            str(applied.journal),
            checks,
            applied.run,
            applied.diagnosis,
            applied.world,
            unread=applied.unread,
            ids=applied.ids,
            by_hand="" if applied.world is None else by_hand_of(applied.world, applied.rows),
            next_command=commands[end],
        ),
        applied.rows,
    )


def write_undone(planned: "UndoPlan", undone: "Undone | None", again: str) -> None:
    """Write the document of an undo; without a result it was refused."""
    from skerry.apply.results import RunResult
    from skerry.render.applied_json import CommandResult, UndoForecast, encode_undo

    assert planned.opened is not None  # noqa: S101 -- an undo has a journal
    end: End = "refused" if undone is None else "done" if undone.run.stopped is None else "stopped"
    result = CommandResult(
        "nothing-to-do" if undone is not None and not planned.changes else end,
        planned.opened.account,
        planned.opened.region,
        planned.services,
        str(planned.journal),
        planned.permissions,
        RunResult(()) if undone is None else undone.run,
        None if undone is None else undone.diagnosis,
        unread="" if undone is None else undone.unread,
        ids=planned.ids,
        next_command=again if end == "stopped" else None,
    )
    effects = planned.effects
    forecast = UndoForecast(planned.managed, effects.breaks, planned.losses, planned.changes, effects.changes)
    write(encode_undo(result, forecast, __version__, OPTIONS.__getitem__))


def _write_apply(result: "CommandResult", rows: "Iterable[Planned]") -> None:
    from skerry.render.applied_json import encode_apply

    write(encode_apply(result, rows, __version__, OPTIONS.__getitem__))
