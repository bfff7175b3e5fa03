"""The report as Markdown for a pull request or a ticket: answer, steps, causes, map and plan."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from skerry.draw.build import network_map_of
from skerry.draw.rewriting import rewrite_map
from skerry.plan.report import Report
from skerry.render.json_document import format_time
from skerry.render.mermaid import write_mermaid
from skerry.render.rendered import Rendered
from skerry.render.report import answers
from skerry.render.report.groups import CauseView, GroupView, group_views_of
from skerry.render.report.markdown_text import code_block, code_span, escape_markdown
from skerry.render.report.plan_rows import PlanRow, against, cost_lines_of, plan_rows_of, remaining_of
from skerry.render.service_groups import ranges_of
from skerry.render.text import list_names, pluralize
from skerry.render.unread_calls import list_refusals
from skerry.render.view import DEFAULT_VIEW, View
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN, Verdict

MOST_BYTES = 60_000
"""GitHub takes comments of at most 65,536 characters: https://github.com/danger/danger/issues/424"""

_MARKS = {OK: "✓", BLOCKED: "✕", INTERMITTENT: "!", UNKNOWN: "?", NOT_APPLICABLE: "-"}
_MOST_NAMES = 6
_MOST_MESSAGES = 6
_LEFT_OUT = "Left out, as GitHub takes no longer comments"


def write_markdown(report: Report, view: View = DEFAULT_VIEW) -> str:
    """Write a report as Markdown; parts at the end are left out, by name, where it would be too long for GitHub."""
    return write_short_markdown(report, view, MOST_BYTES).text


def write_short_markdown(report: Report, view: View, most_bytes: int) -> Rendered:
    """Write a report as Markdown of at most so many bytes, but for a line with the names of the parts left out."""
    return _Writer(report, view).write(most_bytes)


class _Writer:
    """Writes one report; ``view.rewrite`` replaces names before they are escaped."""

    def __init__(self, report: Report, view: View) -> None:
        self._report = report
        self._view = view
        self._groups = group_views_of(report, view.rewrite)

    def _text(self, text: str) -> str:
        return escape_markdown(self._view.rewrite(text))

    def _code(self, text: str) -> str:
        return code_span(self._view.rewrite(text))

    def write(self, most_bytes: int) -> Rendered:
        parts: list[str] = []
        left_out: Counter[str] = Counter()
        size = 0
        for name, lines in self._parts():
            text = "\n".join(lines).strip()
            if not text:
                continue
            size += len(text.encode()) + 2
            if size > most_bytes:
                size -= len(text.encode()) + 2
                left_out[name] += 1
            else:
                parts.append(text)
        notes: tuple[str, ...] = ()
        if left_out:
            counted = ", ".join(name if count == 1 else f"{name} ({count} times)" for name, count in left_out.items())
            parts.append(f"{_LEFT_OUT}: {counted}.")
            notes = (f"left out, as GitHub takes no longer comments: {counted}",)
        return Rendered("\n\n".join(parts) + "\n", notes)

    def _parts(self) -> Iterator[tuple[str, Iterable[str]]]:
        """Yield the parts by their names, the most important first."""
        services = self._report.diagnosis.services
        yield "answer", self._answer()
        if len(services) == 1:
            yield from self._of_group(self._groups[0], alone=True)
        else:
            yield "all services", self._of_all()
        yield "plan", self._plan()
        if len(services) != 1:
            for group in self._groups:
                yield from self._of_group(group, alone=False)
        yield "findings", self._findings()
        yield "basis", self._basis()

    def _answer(self) -> Iterator[str]:
        diagnosis = self._report.diagnosis
        services = diagnosis.services
        mark = _MARKS[diagnosis.verdict]
        if len(services) == 1:
            (service,) = services
            group = self._groups[0]
            yield f"## {mark} {self._text(service.launch.name)} {answers.answer_of(service)}"
            yield ""
            lead, resource = group.lead
            yield self._text(lead) + (f"{self._code(resource)}." if resource else "")
        elif not services:
            yield f"## {mark} nothing in {self._code(self._report.world.facts.source)} starts a Fargate task"
        else:
            yield f"## {mark} {answers.answer_of_all(diagnosis)}"
            yield ""
            yield answers.lead_of_all(diagnosis)
        if fix := answers.fix_of(self._report):
            yield ""
            yield f"**{fix}**"

    def _of_all(self) -> Iterator[str]:
        if not self._report.diagnosis.services:
            return
        yield from _table(("", "service", "cluster", "cause"), self._rows_of_all())

    def _rows_of_all(self) -> Iterator[tuple[str, ...]]:
        for group in self._report.groups:
            first = group.services[0]
            names = self._names([service.launch.name for service in group.services])
            causes = "; ".join(dict.fromkeys(self._text(cause.title) for cause in group.causes))
            yield _marked(first.verdict), names, self._code(first.launch.cluster), causes
        for group in self._report.diagnosis.working_groups:
            first = group.services[0]
            names = self._names([service.launch.name for service in group.services])
            yield _marked(first.verdict), names, self._code(first.launch.cluster), ""

    def _names(self, names: Sequence[str]) -> str:
        more = len(names) - _MOST_NAMES
        shown = ", ".join(map(self._code, names[:_MOST_NAMES]))
        return f"{shown} and {more} more" if more > 0 else shown

    def _of_group(self, group: GroupView, *, alone: bool) -> Iterator[tuple[str, Iterable[str]]]:
        yield "steps", self._steps(group, alone=alone)
        yield "causes", self._causes(group.causes)
        yield "map", self._map(group)

    def _steps(self, group: GroupView, *, alone: bool) -> Iterator[str]:
        if not alone:
            yield f"### {self._names(group.names)}"
            yield ""
        if not group.steps:
            return
        causes = {step.number: " ".join(step.causes) for step in group.group.steps}
        planned = [step.summary.verdict for step in group.planned_steps]
        header = ("", "step", "calls", "verdict", *(["with the plan"] if planned else []), "cause")
        rows = (
            (
                str(step.summary.number),
                step.summary.step + (" (after start)" if step.summary.blocks == "runtime" else ""),
                self._text(step.summary.called),
                _marked(step.summary.verdict),
                *([_marked(planned[place])] if planned else []),
                causes.get(step.summary.number, ""),
            )
            for place, step in enumerate(group.steps)
        )
        yield from _table(header, rows)

    def _causes(self, causes: Sequence[CauseView]) -> Iterator[str]:
        if not causes:
            return
        yield f"### Blockers: {pluralize(len(causes), 'cause')}"
        yield ""
        for view in causes:
            cause = view.cause
            resources = [resource for resource in cause.resources if resource]
            where = f", at {self._names(resources)}" if resources else ""
            yield (
                f"- **{cause.label}:** {self._text(cause.title)}{where}: stops {ranges_of(cause.numbers)}. "
                f"`{cause.code}`{_remedy_of(view)}"
            )
            for endpoint, numbers in cause.absent_endpoints.items():
                kind = "gateway" if endpoint.kind == "Gateway" else "interface"
                yield f"  - {ranges_of(numbers)}: no {kind} endpoint {self._code(endpoint.service_name)}"
            for message in cause.messages[:_MOST_MESSAGES]:
                yield f"  - {self._text(message)}"
            if len(cause.messages) > _MOST_MESSAGES:
                yield f"  - and {len(cause.messages) - _MOST_MESSAGES} more"

    def _map(self, group: GroupView) -> Iterator[str]:
        network = network_map_of(self._report.world, group.service)
        if not network.is_empty:
            yield code_block(write_mermaid(rewrite_map(network, self._view.rewrite)), "mermaid")

    def _plan(self) -> Iterator[str]:
        plan = self._report.plan
        if plan is None or not plan.changes:
            return
        rows = plan_rows_of(plan)
        yield f"### The least change: {pluralize(len(plan.changes), 'change')}"
        yield ""
        yield answers.proof_of(plan)
        yield ""
        yield from _table(("", "change", "for", "a month", "risk"), map(self._change, rows))
        for line in cost_lines_of(plan):
            yield ""
            yield self._text(line)
        for code, message, steps in remaining_of(plan):
            yield ""
            yield f"Remaining: `{code}` {self._text(message)} ({', '.join(steps)})"
        for title, messages in against(plan):
            if messages:
                yield ""
                yield f"{title}:"
                yield from (f"- {self._text(message)}" for message in messages[:_MOST_MESSAGES])
        if plan.proven and (command := self._view.commands.get(plan.next_step or "")):
            yield ""
            yield code_block(self._view.rewrite(command), "sh")

    def _change(self, row: PlanRow) -> tuple[str, ...]:
        details = "".join(f"<br>{self._text(line)}" for line in row.details)
        note = f"<br>Note: {self._text(row.note)}" if row.note else ""
        return (
            row.numbers,
            f"{self._text(row.title)}{details}{note}",
            ", ".join(row.steps),
            row.price,
            row.disposition,
        )

    def _findings(self) -> Iterator[str]:
        findings = self._report.diagnosis.findings
        if findings:
            yield "### Also found"
            yield ""
            yield from (f"- {item.severity}: {self._text(item.message)} `{item.id}`" for item in findings)

    def _basis(self) -> Iterator[str]:
        report = self._report
        facts = report.world.facts
        yield "<details><summary>Sources and limits</summary>"
        yield ""
        yield f"- Source: {self._code(facts.source)}"
        account, region = report.world.account or "not known", report.world.region or "not known"
        yield f"- Account {self._code(account)}, Region {self._code(region)}"
        yield f"- Read: {format_time(facts.read_at) if facts.read_at else 'at a time that the input does not tell'}"
        yield f"- skerry {report.diagnosis.made_by}; no packet was sent"
        for fact in dict.fromkeys(fact for group in report.groups for fact in group.missing_facts):
            action = f"; supply the answer of {self._code(fact.action)}" if fact.action else ""
            yield f"- Unknown: {self._text(fact.fact)}{action}"
        for action, code, _ in list_refusals(facts.refused):
            yield f"- Not answered: {self._code(action)} ({self._code(code)})"
        if report.diagnosis.unexamined:
            yield f"- Not examined: {self._text(list_names(report.diagnosis.unexamined, 20))}"
        yield ""
        yield "</details>"


def _remedy_of(view: CauseView) -> str:
    if view.is_bypassed:
        return " With the plan it stops no step."
    how = "To do by hand:" if view.by_hand else "Fixed by"
    return f" {how} {'change' if view.changes.isdigit() else 'changes'} {view.changes}." if view.changes else ""


def _marked(verdict: Verdict) -> str:
    return f"{_MARKS[verdict]} {answers.VERDICTS[verdict]}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{' --- |' * len(header)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)
