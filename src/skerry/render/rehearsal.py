"""A rehearsal as text and as JSON: observed packets and predicted ones."""

from collections.abc import Iterator, Sequence

import msgspec

from skerry.diagnose.rehearsal import Rehearsal, RehearsalStep, SubnetGroup, port_of
from skerry.launch.needs import Call, Mount
from skerry.render.json_document import write
from skerry.render.text import align_columns, bold, clean, dim, pluralize, style_word, width_of
from skerry.render.view import DEFAULT_VIEW, View, format_next
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN

_VERSION = 1
_SAID = {
    OK: "can start: all that was rehearsed works",
    BLOCKED: "cannot start",
    INTERMITTENT: "starts only at times",
    UNKNOWN: "may or may not start, not enough data, and packets alone cannot tell",
}
_PENDING = "…"
_FEWEST_COLUMNS = 3


def format_rehearsal(rehearsal: Rehearsal, view: View = DEFAULT_VIEW) -> str:
    """Write a Rehearsal for people; its first line answers the question."""
    if view.quiet:
        return f"{_headline(rehearsal)}\n"
    lines = [
        _headline(rehearsal),
        *_tables(rehearsal.subnet_groups, view.width),
        *_disagreements(rehearsal),
        *(dim(f"Note: {clean(note)}") for note in rehearsal.notes),
    ]
    return view.fit(lines) + format_next(view, rehearsal.next_step)


def format_progress(steps: Sequence[RehearsalStep], width: int) -> list[str]:
    """Return the steps as far as they are, a line each: for a table that is shown while clients are under way."""
    subnets = dict.fromkeys(step.subnet for step in steps)
    tables = (_table(subnet, [step for step in steps if step.subnet == subnet], width) for subnet in subnets)
    return [line for table in tables for line in table]


def _headline(rehearsal: Rehearsal) -> str:
    if rehearsal.disagreements:
        many = pluralize(len(rehearsal.disagreements), "step")
        return f"{style_word('error')}: prediction and packets disagree about {bold(clean(rehearsal.name))} at {many}"
    outcome_text = _SAID.get(rehearsal.verdict, "does not run on Fargate")
    return f"{style_word(rehearsal.verdict)}: {bold(clean(rehearsal.name))} {outcome_text}"


def _tables(groups: Sequence[SubnetGroup], width: int) -> Iterator[str]:
    for group in groups:
        yield ""
        yield from _table(", ".join(group.subnets), group.steps, width)
        for step in group.steps:
            yield from _said(step)


def _table(title: str, steps: Sequence[RehearsalStep], width: int) -> list[str]:
    """Return the table of a subnet; the columns at its end are left out where they do not fit."""
    rows = [tuple(map(dim, ("STEP", "PREDICTED", "PACKETS", "TIME", "CLIENT"))), *map(_row, steps)]
    while max(map(width_of, lines := align_columns(rows))) > width and len(rows[0]) > _FEWEST_COLUMNS:
        rows = [row[:-1] for row in rows]
    return [f"  {bold(clean(title))}", *lines]


def _row(step: RehearsalStep) -> tuple[str, ...]:
    seen = step.observed
    took = f"{seen.seconds:.1f} s" if seen.seconds else ""
    return (clean(step.need.step), style_word(step.predicted), _packets(step), took, clean(seen.tool))


def _packets(step: RehearsalStep) -> str:
    if step.observed.worked is None:
        return dim("not rehearsed" if step.observed.why_not else _PENDING)
    return style_word(OK if step.observed.worked else BLOCKED)


def _said(step: RehearsalStep) -> Iterator[str]:
    """Return the message of a failed client or of the AWS side, and the filter that dropped its packets."""
    seen = step.observed
    if seen.worked is None and seen.why_not and isinstance(step.need, Call | Mount):
        yield f"  {bold(step.need.step)}: not rehearsed: {clean(seen.why_not)}"
    if seen.words:
        yield f"  {bold(f'{step.need.step} {clean(step.host)}')}"
        yield f"    {clean(seen.words)}"
    for dropper in seen.droppers:
        filter_text = ": ".join(filter(None, [f"{dropper.kind} {dropper.resource}".strip(), dropper.rule]))
        yield f"    {dim('dropped by')} {clean(filter_text)}"


def _disagreements(rehearsal: Rehearsal) -> Iterator[str]:
    for step in rehearsal.disagreements:
        packets = OK if step.observed.worked else BLOCKED
        yield ""
        where = f"{step.need.step} in {clean(step.subnet)}"
        yield f"  {style_word('error')}: {where}: predicted {step.predicted}, packets {packets}"


class DropperOut(msgspec.Struct, frozen=True):
    """The user's filter that dropped packets."""

    kind: str
    resource: str
    rule: str


class StepOut(msgspec.Struct, frozen=True):
    """A Need in a subnet; ``packets`` is None where it was not rehearsed, ``why_not`` says why."""

    subnet: str
    step: str
    host: str | None
    port: int | None
    blocks: str
    predicted: str
    packets: str | None
    why_not: str
    client: str
    words: str
    seconds: float
    addresses: tuple[str, ...]
    dropped_by: tuple[DropperOut, ...]
    disagrees: bool


class RehearsalOut(msgspec.Struct, frozen=True):
    """A whole rehearsal; ``snapshot`` is where a disagreement was saved."""

    version: int
    name: str
    verdict: str
    steps: tuple[StepOut, ...]
    notes: tuple[str, ...]
    snapshot: str | None


def encode_rehearsal(rehearsal: Rehearsal, snapshot: str | None = None) -> str:
    """Write a Rehearsal for programs."""
    steps = tuple(_step(step) for step in rehearsal.steps)
    out = RehearsalOut(_VERSION, rehearsal.name, rehearsal.verdict, steps, rehearsal.notes, snapshot)
    return write(out)


def _step(step: RehearsalStep) -> StepOut:
    seen = step.observed
    packets = None if seen.worked is None else OK if seen.worked else BLOCKED
    dropped = tuple(DropperOut(item.kind, item.resource, item.rule) for item in seen.droppers)
    return StepOut(
        step.subnet,
        step.need.step,
        step.host or None,
        port_of(step.need),
        step.need.blocks,
        step.predicted,
        packets,
        seen.why_not,
        seen.tool,
        seen.words,
        seen.seconds,
        seen.addresses,
        dropped,
        step.disagrees,
    )
