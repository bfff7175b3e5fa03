"""The command that takes back the changes of a journal."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from skerry.cli.apply import (
    agrees,
    allow_option,
    managed_tags_option,
    refuse_without_terminal,
    tell_if_interrupted,
    watcher_for,
)
from skerry.cli.change_documents import FORMATS, JSON, refuse_questions, write_undone
from skerry.cli.hints import OPTIONS
from skerry.cli.next_commands import words_of
from skerry.cli.options import PathOf, add_account_options, add_color_option, format_option
from skerry.cli.output import complain, write
from skerry.cli.reading import InputSource, show_progress
from skerry.errors import EXIT_BLOCKED

if TYPE_CHECKING:
    from skerry.app import UndoPlan
    from skerry.apply.preflight.managed_objects import ManagedTag


@click.command()
@click.argument("journal", type=PathOf(dir_okay=False), required=False)
@add_account_options
@add_color_option
@click.option("--yes", is_flag=True, help="Do not ask; for pipelines.")
@allow_option()
@managed_tags_option()
@format_option(FORMATS)
def undo(
    journal: Path | None,
    source: InputSource,
    *,
    form: str,
    yes: bool,
    allowed: tuple[str, ...],
    managed_tags: tuple["ManagedTag", ...],
) -> None:
    """Take back the changes of an apply, by its journal; without one, the latest of this user.

    New resources are removed, and former values are restored. Nothing that others changed is overwritten.
    """
    import msgspec

    from skerry import app
    from skerry.aws.session import Account
    from skerry.render import applied as texts
    from skerry.render.text import clean

    refuse_questions(form, yes=yes)
    path = app.latest_journal() if journal is None else journal
    view = source.view
    words = words_of({"--profile": source.profile, "--region": source.region})
    again = shlex.join(["skerry", "undo", str(path), *words])

    plans: list[UndoPlan] = []

    def agree(planned: "UndoPlan") -> bool:
        plans.append(planned)
        return _agrees(planned, source, form, yes=yes, allowed=allowed)

    with show_progress(quiet=source.quiet) as progress:
        watcher = watcher_for(progress)
        with tell_if_interrupted(path, again):
            undone = app.undo(Account(source.profile, source.region), path, agree, watcher, managed_tags=managed_tags)
    if form == JSON:
        write_undone(plans[0], undone, again)
    if undone is None:
        complain("skerry: nothing was taken back")
        sys.exit(EXIT_BLOCKED)
    commands = {"stopped": again}
    view = msgspec.structs.replace(view, commands=commands)
    if form != JSON:
        write(texts.format_undone(undone.services, undone.run, undone.diagnosis, view))
    if undone.unread:
        complain(f"skerry: the account could not be read back: {clean(undone.unread)}")
    sys.exit(EXIT_BLOCKED if undone.run.stopped is not None else 0)


def _agrees(planned: "UndoPlan", source: InputSource, form: str, *, yes: bool, allowed: tuple[str, ...]) -> bool:
    """Show an undo with its effects, and return whether the user agrees to it."""
    from skerry.render import applied as texts
    from skerry.render.text import clean

    if form != JSON:
        write(texts.format_losses(planned.losses, planned.changes, planned.effects, source.view))
    complain(texts.format_checks(planned.permissions, source.view, OPTIONS.__getitem__, "--allow"), nl=False)
    if texts.is_refused(planned.permissions):
        return False
    for sentence in planned.managed:
        complain(f"skerry: {clean(sentence)}")
    refusal = _refusal_of(planned, yes=yes, allowed=allowed)
    if refusal:
        if form == JSON:
            write_undone(planned, None, "")
        raise click.UsageError(refusal)
    if yes or not planned.changes:
        return True
    refuse_without_terminal()
    return agrees("Take these changes back?")


def _refusal_of(planned: "UndoPlan", *, yes: bool, allowed: tuple[str, ...]) -> str:
    """Return why an undo needs another option; empty if it does not."""
    if planned.managed and "managed" not in allowed:
        return "another program manages these objects: give --allow managed"
    if yes and planned.is_disruptive and "disruptive" not in allowed:
        return "the undo is disruptive: give --allow disruptive with --yes"
    return ""
