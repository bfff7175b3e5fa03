"""The command that carries out a plan in a live account."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import click

from skerry.cli.change_documents import (
    FORMATS,
    JSON,
    refuse_questions,
    write_applied,
    write_refused,
    write_unapplied,
)
from skerry.cli.hints import OPTIONS
from skerry.cli.next_commands import words_of
from skerry.cli.options import (
    Command,
    LaunchOptions,
    PathOf,
    add_account_options,
    add_color_option,
    add_launch_options,
    format_option,
    hand_over,
)
from skerry.cli.output import complain, leave, say, write
from skerry.cli.plan import PreferenceOptions, add_preference_options
from skerry.cli.reading import InputSource, show_progress
from skerry.errors import EXIT_BLOCKED
from skerry.verdicts import OK

if TYPE_CHECKING:
    from skerry.app import Agreement, Applied, ApplyTarget, Preparation, ResumeCheck, Watcher
    from skerry.apply.plan_file import PlanFile
    from skerry.apply.preflight.managed_objects import ManagedTag
    from skerry.apply.preflight.results import Allowance, CheckResult
    from skerry.cli.reading import Progress

ALLOWANCES: tuple["Allowance", ...] = ("disruptive", "managed")
_ALLOW = "--allow"


class AgreementOptions(NamedTuple):
    """The user's agreement before a question, and the path of the journal."""

    yes: bool
    allowed: tuple[str, ...]
    managed_tags: tuple["ManagedTag", ...]
    journal: Path | None


class _TagOption(click.ParamType["ManagedTag"]):
    """A tag with its value, such as ManagedBy=terraform."""

    name = "tag"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> "ManagedTag":  # noqa: ANN401 -- click's own signature
        """Return the tag, or fail with a usage error."""
        from skerry.apply.preflight.managed_objects import ManagedTag

        key, sign, text = str(value).partition("=")
        if not (key and sign):
            self.fail(f"{value!r} is no tag with a value, such as ManagedBy=terraform", param, ctx)
        return ManagedTag(key, text)


def managed_tags_option() -> Command:
    """Return the option for the tags of objects that another program manages: ``managed_tags``."""
    return click.option(
        "--managed-tag",
        "managed_tags",
        type=_TagOption(),
        multiple=True,
        metavar="KEY=VALUE",
        default=("ManagedBy=terraform", "terraform=true"),
        show_default=True,
        help="A tag of objects that another program manages; repeatable.",
    )


def allow_option() -> Command:
    """Return the option for kinds of change that are refused otherwise: ``allowed``."""
    return click.option(
        "--allow",
        "allowed",
        type=click.Choice(ALLOWANCES),
        multiple=True,
        help="Also disruptive changes, or changes of objects that another program manages; repeatable.",
    )


def add_agreement_options(command: Command) -> Command:
    """Add the options of the commands that change an account: ``agreement``."""
    options = [
        click.option("--yes", is_flag=True, help="Do not ask; for pipelines."),
        allow_option(),
        managed_tags_option(),
        click.option("--journal", type=PathOf(dir_okay=False), metavar="PATH", help="The journal's path."),
    ]
    return hand_over("agreement", AgreementOptions, options)(command)


@click.command()
@click.argument("plan_path", type=PathOf(dir_okay=False), required=False, metavar="[PLAN.json]")
@add_account_options
@add_color_option
@add_launch_options
@add_preference_options
@add_agreement_options
@format_option(FORMATS)
@click.option("--resume", type=PathOf(dir_okay=False), metavar="JOURNAL", help="Go on with an apply that stopped.")
def apply(
    plan_path: Path | None,
    source: InputSource,
    launch: LaunchOptions,
    preferences: PreferenceOptions,
    agreement: AgreementOptions,
    form: str,
    resume: Path | None,
) -> None:
    """Carry out a plan in the live account, then read it back: a plan's JSON, or the plan of skerry plan.

    Every step is in a journal before it is made: skerry undo takes it back. Exit code 0: the tasks can start now.
    """
    launch.refuse_conflicts()
    preferences.refuse_conflicts()
    if resume is not None:
        if plan_path is not None or agreement.journal is not None:
            raise click.UsageError("--resume goes on with a journal: leave out the plan and --journal")
        _resume(source, launch, agreement, resume, form)
        return
    refuse_questions(form, yes=agreement.yes)
    from skerry.apply.plan_file import read_plan_file

    plan_file = None if plan_path is None else read_plan_file(plan_path)
    preparation = _prepared(source, launch, preferences, plan_file)
    _start(source, preparation, agreement, form, from_file=plan_file is not None)


def refuse_without_terminal() -> None:
    """Raise a usage error if there is nobody to ask."""
    if not (sys.stdin is not None and sys.stdin.isatty()):
        raise click.UsageError("nobody can be asked here: give --yes")


def agrees(question: str) -> bool:
    """Ask on the terminal; an interrupt is a no, and ends the command."""
    return bool(click.confirm(question, err=True))


def _target(launch: LaunchOptions) -> "ApplyTarget":
    from skerry import app

    hypothetical = launch.hypothetical
    return app.ApplyTarget(None if hypothetical else launch.selection, hypothetical)


def _prepared(
    source: InputSource, launch: LaunchOptions, preferences: PreferenceOptions, plan_file: "PlanFile | None"
) -> "Preparation":
    from skerry import app
    from skerry.aws.session import Account

    with show_progress(quiet=source.quiet) as progress:
        account = Account(source.profile, source.region)
        return app.prepare_apply(account, _target(launch), plan_file, preferences.plan_options, progress)


def _start(
    source: InputSource, preparation: "Preparation", agreement: AgreementOptions, form: str, *, from_file: bool
) -> None:
    from skerry import app
    from skerry.render import plan as plan_texts
    from skerry.render.manual_steps import format_manual_steps

    plan = preparation.plan
    view = source.view
    if from_file and preparation.is_done:
        if form == JSON:
            write_unapplied(preparation, "nothing-to-do", verdict=OK)
        else:
            write(plan_texts.format_done(plan))
        return
    if form != JSON:
        write(source.shown(plan_texts.format_plan(plan, refused=preparation.world.facts.refused, view=view)))
    if not any(row.disposition != "manual" for row in plan.changes):
        verdict = plan_texts.verdict_of(plan)
        if form == JSON:
            write_unapplied(preparation, "nothing-to-do", verdict=verdict)
        elif not view.quiet:
            write(source.shown(format_manual_steps(preparation.world, plan.changes)))
        leave(verdict, allow_unknown=False)
    agreed, results = _agree(source, preparation, agreement, form)
    with show_progress(quiet=source.quiet) as progress:
        watcher = watcher_for(progress)
        path = app.new_journal_path(preparation) if agreement.journal is None else agreement.journal
        say(f"journal {path}")
        with tell_if_interrupted(path, resume_command(source, path)):
            applied = app.start_apply(preparation, path, watcher, agreement=agreed)
    _finish(applied, source, form, results)


def watcher_for(progress: "Progress | None") -> "Watcher":
    """Return a listener that shows each step and wait on a line of progress, if there is one."""
    from skerry import app
    from skerry.render.plan import title_of

    if progress is None:
        return app.Watcher()
    return app.Watcher(lambda report: progress(f"{report.step + 1}. {title_of(report.change)}"), progress)


def _agree(
    source: InputSource, preparation: "Preparation", agreement: AgreementOptions, form: str
) -> tuple["Agreement", tuple["CheckResult", ...]]:
    """Return the agreement to every change, with the results of the checks; leave unless the user gives it."""
    # A terminal is asked about disruptive changes; a pipeline has to allow them.
    agreed = _agreement(agreement, asked=not agreement.yes)
    from skerry.render.applied import is_refused

    results = preparation.check(agreed)
    if form == JSON and is_refused(results):
        write_unapplied(preparation, "refused", results)
    _leave_if_refused(source, results)
    if agreement.yes:
        return agreed, results
    refuse_without_terminal()
    session = preparation.session
    if not agrees(f"Make these changes in account {session.account} in {session.region}?"):
        complain("skerry: nothing was changed")
        sys.exit(EXIT_BLOCKED)
    return agreed, results


def _agreement(agreement: AgreementOptions, *, asked: bool) -> "Agreement":
    from skerry import app

    allowed = {*agreement.allowed, "disruptive"} if asked else {*agreement.allowed}
    return app.Agreement(frozenset(name for name in ALLOWANCES if name in allowed), agreement.managed_tags)


def _leave_if_refused(source: InputSource, results: tuple["CheckResult", ...]) -> None:
    """Write the results of the checks before a change, and leave if one refuses it."""
    from skerry.render import applied as texts

    complain(texts.format_checks(results, source.view, OPTIONS.__getitem__, _ALLOW), nl=False)
    if texts.is_refused(results):
        complain("skerry: nothing was changed")
        sys.exit(EXIT_BLOCKED)


def _resume(source: InputSource, launch: LaunchOptions, agreement: AgreementOptions, path: Path, form: str) -> None:
    from skerry import app
    from skerry.aws.session import Account

    checks: list[ResumeCheck] = []
    with show_progress(quiet=source.quiet) as progress, tell_if_interrupted(path, resume_command(source, path)):
        applied = app.resume_apply(
            Account(source.profile, source.region),
            path,
            _target(launch),
            watcher_for(progress),
            agreement=_agreement(agreement, asked=False),
            report=checks.append,
        )
    [check] = checks
    if applied is None and form == JSON:
        write_refused(check)
    _leave_if_refused(source, check.results)
    assert applied is not None  # noqa: S101 -- only refusals keep it back
    _finish(applied, source, form, check.results)


def resume_command(source: InputSource, path: Path) -> str:
    """Return the command line that goes on with an apply."""
    words = words_of({"--profile": source.profile, "--region": source.region})
    return shlex.join(["skerry", "apply", "--resume", str(path), *words])


@contextmanager
def tell_if_interrupted(journal: Path, command: str) -> Iterator[None]:
    """Say how to go on if a signal ends the block; everything that was done is in the journal."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        if journal.exists():
            complain("")
            say(f"interrupted; the account may be between two steps. Go on with: {command}")
        raise


def _finish(applied: "Applied", source: InputSource, form: str, results: tuple["CheckResult", ...]) -> None:
    import msgspec

    from skerry.render import applied as texts
    from skerry.render.manual_steps import format_manual_steps
    from skerry.render.text import clean

    words = words_of({"--profile": source.profile, "--region": source.region})
    commands = {
        "stopped": resume_command(source, applied.journal),
        "done": shlex.join(["skerry", "undo", str(applied.journal), *words]),
    }
    if form == JSON:
        write_applied(applied, results, commands)
        _exit(applied)
    view = msgspec.structs.replace(source.view, commands=commands)
    manual = "" if applied.world is None else format_manual_steps(applied.world, applied.rows)
    write(texts.format_applied(applied.services, applied.run, applied.diagnosis, manual, view))
    if applied.unread:
        complain(f"skerry: the account could not be read back: {clean(applied.unread)}")
    _exit(applied)


def _exit(applied: "Applied") -> NoReturn:
    if applied.run.stopped is not None:
        sys.exit(EXIT_BLOCKED)
    leave("unknown" if applied.diagnosis is None else applied.diagnosis.verdict, allow_unknown=False)
