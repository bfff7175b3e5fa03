"""The result of a check as Markdown for a pull request: each network as a report, and the accepted problems."""

from collections.abc import Iterator
from typing import Final

import msgspec

from skerry.model.address_writer import write_addresses
from skerry.plan.report import Report
from skerry.problems.records import Triage, TriagedResult
from skerry.render.rendered import Rendered
from skerry.render.report.answers import VERDICTS
from skerry.render.report.markdown import MOST_BYTES, write_short_markdown
from skerry.render.report.markdown_text import code_span, escape_markdown
from skerry.render.text import list_names, pluralize
from skerry.render.view import View

_MOST_ROWS: Final = 10
_MOST_CAUSES: Final = 6
_MOST_LETTERS: Final = 300


def write_markdown(triaged: TriagedResult, view: View) -> Rendered:
    """Write a result as Markdown that fits a comment of GitHub; longer parts are left out, by name."""
    head = "\n".join([*_breaks(triaged), *_verdict(triaged)])
    tail = "\n".join(_triage(triaged.triage))
    room = MOST_BYTES - len(head.encode()) - len(tail.encode())
    texts: list[str] = []
    notes: list[str] = []
    networks = triaged.result.networks
    for place, network in enumerate(networks):
        shown = msgspec.structs.replace(view, rewrite=write_addresses(network.world))
        report = write_short_markdown(Report(network.world, network.diagnosis), shown, room // (len(networks) - place))
        room -= len(report.text.encode())
        texts.append(report.text)
        notes += report.left_out
    return Rendered("\n".join(filter(None, [head, *texts, tail])), tuple(dict.fromkeys(notes)))


def _breaks(triaged: TriagedResult) -> Iterator[str]:
    """Yield the services that a change breaks, with its actions."""
    breaks = triaged.result.breaks
    if not breaks:
        return
    yield f"## ✕ the change breaks {pluralize(len(breaks), 'service')}"
    yield ""
    for one in breaks[:_MOST_ROWS]:
        steps = ", ".join(dict.fromkeys(step.step for step in one.steps))
        actions = [f"{code_span(_short(action.address))} ({action.kind})" for action in one.causes]
        because = f", because of {list_names(actions, _MOST_CAUSES)}" if actions else ""
        yield f"- {code_span(_short(one.service))} at {steps}{because}"
    yield from _more(len(breaks))
    yield ""


def _verdict(triaged: TriagedResult) -> Iterator[str]:
    """Yield the verdict without accepted problems, if the networks have another one."""
    triage = triaged.triage
    if triage.verdict != triaged.result.verdict and (triage.accepted or triage.in_baseline):
        yield f"**{VERDICTS[triage.verdict]} without what is accepted**"
        yield ""


def _triage(triage: Triage) -> Iterator[str]:
    """Yield the accepted problems, and words on settings that are out of date."""
    lines = [*_accepted(triage), *_counts(triage), *_settings(triage)]
    if lines:
        yield from ("### Accepted", "", *lines, "")


def _accepted(triage: Triage) -> Iterator[str]:
    for row in triage.accepted[:_MOST_ROWS]:
        until = "" if row.acceptance.until is None else f" until {row.acceptance.until}"
        reason = escape_markdown(_short(row.acceptance.reason))
        yield f"- `{row.problem.rule}` {code_span(_short(row.problem.name))}{until}: {reason}"
    yield from _more(len(triage.accepted))


def _counts(triage: Triage) -> Iterator[str]:
    if triage.in_baseline:
        yield f"- {pluralize(len(triage.in_baseline), 'problem')} of the baseline"
    if triage.fixed:
        yield f"- {pluralize(triage.fixed, 'problem')} of the baseline are gone: write it again"


def _settings(triage: Triage) -> Iterator[str]:
    expired = [problem for problem in triage.problems if problem.kind == "setting"]
    for problem in expired[:_MOST_ROWS]:
        yield f"- {code_span(str(problem.place))}: {escape_markdown(_short(problem.message))}"
    yield from _more(len(expired))
    for one in triage.unused[:_MOST_ROWS]:
        yield f"- {code_span(str(one.written))}: no problem is accepted by `{one.rule}` here"
    yield from _more(len(triage.unused))


def _more(count: int) -> Iterator[str]:
    if count > _MOST_ROWS:
        yield f"- and {count - _MOST_ROWS} more"


def _short(text: str) -> str:
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"
