"""The command that explains error texts, and every id in an output."""

import re
import sys
from typing import TYPE_CHECKING, NamedTuple

import click

from skerry.cli.next_commands import view_with_commands, words_of
from skerry.cli.options import (
    ResultOptions,
    add_input_options,
    add_network_only_option,
    add_output_options,
    add_redaction_option,
    hand_over,
)
from skerry.cli.output import complain, say, write
from skerry.cli.reading import InputSource, ReadOptions, world_of
from skerry.errors import EXIT_BLOCKED
from skerry.render import formats

if TYPE_CHECKING:
    from skerry.render.explanations import ComparedExplanation
    from skerry.render.formats import Meaning

_STDIN = "-"
_CHUNK = 1 << 16
_MOST_BYTES = 1_000_000
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9,_-]*(?: [A-Za-z0-9,_-]+){0,3}")
_WANTED = (
    "Give what ECS printed: stoppedReason or a container's reason (aws ecs describe-tasks), a service event, a log."
)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class ComparisonOptions(NamedTuple):
    """The diagnosis to compare an error text with."""

    live: bool
    cluster: str | None
    service: str | None
    task: str | None

    def words(self) -> list[str]:
        """Return the selection as words of a command line."""
        return words_of({"--cluster": self.cluster, "--service": self.service, "--task": self.task})

    def compares(self, source: InputSource) -> bool:
        """Return whether a diagnosis is asked for: by saved answers, or by any option of a live account."""
        return source.path is not None or self.live or source.profile is not None or source.region is not None


_COMPARISON = [
    click.option("--live", is_flag=True, help="Compare with the live account, as --profile or --region do."),
    click.option("--cluster", help="Compare with the services of this cluster only."),
    click.option("--service", help="Compare with this service only."),
    click.option("--task", help="Compare with this task only, by id or ARN."),
]


@click.command()
@add_input_options
@add_network_only_option
@add_output_options(formats.EXPLANATIONS)
@add_redaction_option
@hand_over("comparison", ComparisonOptions, _COMPARISON)
@click.option("--list", "listing", is_flag=True, help="List all error texts and ids.")
@click.argument("text", nargs=-1, metavar="TEXT|-|ID")
def explain(
    source: InputSource, result: ResultOptions, comparison: ComparisonOptions, text: tuple[str, ...], *, listing: bool
) -> None:
    """Explain an error text of ECS, or an id in an output: a code, a check, a step, a change.

    TEXT is one error or a screenful of log, - reads it from stdin. With --from, or of a live account, the text is
    compared with today's diagnosis.
    """
    if listing:
        from skerry.checks import CHECKS

        write(formats.CATALOGUE[result.form](CHECKS, source.view), result.output, quiet=source.quiet)
        return
    given = " ".join(text) if text else _asked()
    if given == _STDIN:
        given = _stdin(quiet=source.quiet)
    if not given.strip():
        raise click.UsageError("there is no text: give an error text, a code, or - to read it from stdin")
    given = given if source.redaction is None else source.redaction.redact_text(given)
    if comparison.compares(source):
        _write(given, _laid(given, source, comparison), source, comparison, result)
    elif (code := _code(given)) is not None:
        write(formats.MEANING[result.form](code, source.view), result.output, quiet=source.quiet)
    elif comparison.cluster or comparison.service or comparison.task:
        raise click.UsageError("--cluster, --service and --task need --from, or a live account: --live")
    else:
        _write(given, _offline(given), source, comparison, result)


def _asked() -> str:
    """Return the text that somebody at a terminal types or pastes."""
    if not sys.stdin.isatty():
        raise click.UsageError("there is no text: give an error text, a code, or - to read it from stdin")
    complain("Paste the error text, then an empty line:")
    lines: list[str] = []
    for line in sys.stdin:
        if not line.strip() and lines:
            break
        lines.append(line)
    return "".join(lines)


def _stdin(*, quiet: bool) -> str:
    """Return the last part of what stdin holds, whatever it is."""
    stream = sys.stdin.buffer
    tail, size, mark = b"", 0, b""
    while chunk := stream.read(_CHUNK):
        mark = mark or chunk[:2]
        size += len(chunk)
        tail = (tail + chunk)[-_MOST_BYTES:]
    if size > _MOST_BYTES and not quiet:
        say(f"of {size} bytes the last {_MOST_BYTES} are read: errors stand at the end")
    return tail.decode("utf-16" if mark in _UTF16 else "utf-8-sig", errors="replace")


def _code(given: str) -> "Meaning | None":
    """Return the meaning of an id; None where a text is none."""
    name = given.strip()
    if len(name) > _LONGEST_ID or not _NAME.fullmatch(name):
        return None
    from skerry.catalogue.blocker_codes import load_codes

    if (code := load_codes().get(name.upper())) is not None:
        return code
    from skerry import app

    return app.explain_code(name)


def _offline(given: str) -> "list[ComparedExplanation]":
    # Bypass `app`: it loads modules that a text alone does not need, and the whole process takes a tenth of a second.
    from skerry.errortext.explain import explain as explain_text
    from skerry.render.explanations import ComparedExplanation

    return [ComparedExplanation(explanation) for explanation in explain_text(given)]


def _laid(given: str, source: InputSource, comparison: ComparisonOptions) -> "list[ComparedExplanation]":
    from skerry import app
    from skerry.render.explanations import ComparedExplanation

    selected = (comparison.cluster, comparison.service, comparison.task)
    world = world_of(source, ReadOptions(*selected, network_only=source.network_only))
    explained = app.explain_with_diagnosis(world, given, app.Selection(*selected))
    return [ComparedExplanation(*item) for item in explained]


def _write(
    given: str,
    laid: "list[ComparedExplanation]",
    source: InputSource,
    comparison: ComparisonOptions,
    result: ResultOptions,
) -> None:
    view = view_with_commands("explain", source, comparison.words())
    text = formats.EXPLANATIONS[result.form](laid, view)
    if text:
        write(text, result.output, quiet=source.quiet)
    if not laid:
        _no_match(given)


def _no_match(given: str) -> None:
    shown = " ".join(given.split())
    name = shown if len(shown) <= _SHOWN else shown[:_SHOWN] + "..."
    say(f"{name} is not a known error text or id")
    complain(f"  {_similar(shown) or _WANTED}")
    sys.exit(EXIT_BLOCKED)


def _similar(name: str) -> str:
    """Return a question for ids that a mistyped one may mean; empty for a text, or if no id is similar."""
    if len(name) > _LONGEST_ID or not _NAME.fullmatch(name):
        return ""
    from skerry import app
    from skerry.suggestions import suggest

    question = suggest(name, app.list_ids())
    return f"{question} All ids: skerry explain --list." if question else ""


_SHOWN = 120
_LONGEST_ID = 60
