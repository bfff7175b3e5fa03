"""Options of commands whose problems a user can accept, and the way from their result to output and exit code."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from skerry.cli.options import Command, Decorator, OutputPath, PathOf, ResultOptions, hand_over
from skerry.cli.output import leave, say, write

if TYPE_CHECKING:
    from skerry.app import RepositorySettings, TriageOptions
    from skerry.diagnose.diagnosis import Severity
    from skerry.problems.records import TriagedResult
    from skerry.render.formats import TriagedFormats
    from skerry.render.view import View
    from skerry.settings.settings_file import FailOn


class _FormatFile(click.ParamType):  # type: ignore[type-arg]
    """A format and a file: ``sarif=skerry.sarif``."""

    name = "format=file"

    def __init__(self, formats: Sequence[str]) -> None:
        self._formats = formats

    def convert(
        self, value: str | tuple[str, Path], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path]:
        """Return the format and the file."""
        if isinstance(value, tuple):
            return value
        form, mark, path = value.partition("=")
        if not mark or form not in self._formats:
            self.fail(f"{value!r} is not FORMAT=FILE, with a format of {', '.join(self._formats)}.", param, ctx)
        return form, OutputPath(dir_okay=False).convert(path, param, ctx)


class TriageArguments(NamedTuple):
    """The user's words on settings, severities, the baseline, and further outputs."""

    config: Path | None
    no_config: bool
    baseline: Path | None
    write_baseline: Path | None
    min_severity: "Severity | None"
    fail_on: "FailOn | None"
    copies: tuple[tuple[str, Path], ...]

    def settings(self, *, quiet: bool) -> "RepositorySettings | None":
        """Return the repository's settings. They are named on stderr: whoever wrote the folder wrote them."""
        from skerry import app

        settings = None if self.no_config else app.load_settings(Path.cwd(), self.config)
        if settings is not None and not quiet:
            say(f"settings of {settings.content.source}")
        return settings

    def allows_unknown(self, result: ResultOptions, settings: "RepositorySettings | None") -> bool:
        """Tell whether an unknown verdict is no failure. --fail-on decides, then --allow-unknown, then the settings."""
        if self.fail_on is not None or result.allow_unknown:
            return self.fail_on != "unknown"
        return settings is not None and settings.content.fail_on == "blocked"

    def options(self, inputs: Sequence[Path], settings: "RepositorySettings | None") -> "TriageOptions":
        """Return the options of the use case. With a baseline to write, an old one does not count."""
        from skerry import app

        baseline = self.baseline
        if baseline is None and settings is not None and self.write_baseline is None:
            baseline = settings.baseline
        return app.TriageOptions(Path.cwd(), tuple(inputs), settings, baseline, self.min_severity)


def add_triage_options(formats: Sequence[str]) -> Decorator:
    """Add the options for accepting problems, and for further outputs: ``triage``."""
    options = [
        click.option("--config", type=PathOf(dir_okay=False), metavar="FILE",
                     help="Settings in place of the repository's skerry.toml."),
        click.option("--no-config", is_flag=True, help="Do not read skerry.toml."),
        click.option("--baseline", type=PathOf(dir_okay=False), metavar="FILE",
                     help="Problems that were there before: they do not count."),
        click.option("--write-baseline", type=OutputPath(dir_okay=False), metavar="FILE",
                     help="Write the problems of now as a baseline, and exit 0."),
        click.option("--min-severity", type=click.Choice(["error", "warning", "note"]),
                     help="List no problem below it; the verdict stays."),
        click.option("--fail-on", type=click.Choice(["blocked", "unknown"]),
                     help="Exit with a failure for blocked only, or for unknown too (default); "
                          "it goes before --allow-unknown."),
        click.option("--write", "copies", type=_FormatFile(formats), multiple=True, metavar="FORMAT=FILE",
                     help="Write the result in another format too; repeatable."),
    ]  # fmt: skip

    def decorate(command: Command) -> Command:
        return hand_over("triage", TriageArguments, options)(command)

    return decorate


def write_triaged(
    triaged: "TriagedResult",
    formats: "TriagedFormats",
    arguments: TriageArguments,
    result: ResultOptions,
    view: "View",
) -> None:
    """Write a triaged result in all forms that the user wants, and its problems as a baseline."""
    for complaint in triaged.complaints:
        say(complaint)
    if {result.form, *(form for form, _ in arguments.copies)} - {"text", "json"}:
        for name in triaged.outside:
            say(f"{name} is in no file of this repository: its problems have no place")
    for form, path in ((result.form, result.output), *arguments.copies):
        rendered = formats[form](triaged, view)
        for note in rendered.left_out:
            say(f"{form}: {note}")
        write(view.rewrite(rendered.text), path, quiet=view.quiet)
    if arguments.write_baseline is not None:
        from skerry.render import json_document, json_triage

        content = json_document.write(json_triage.baseline_of(triaged))
        write(view.rewrite(content), arguments.write_baseline, quiet=view.quiet)


def leave_triaged(
    triaged: "TriagedResult", arguments: TriageArguments, result: ResultOptions, settings: "RepositorySettings | None"
) -> None:
    """Leave with the exit code of what counts. After a baseline was written nothing does."""
    if arguments.write_baseline is not None:
        leave("ok", allow_unknown=True)
    leave(triaged.triage.verdict, allow_unknown=arguments.allows_unknown(result, settings))
