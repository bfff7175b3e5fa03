"""Paths of packets as text, hop by hop."""

from collections.abc import Iterable, Iterator

from skerry.diagnose.diagnosis import TraceDiagnosis
from skerry.model.facts import Refusal
from skerry.net.addresses import spell
from skerry.reach.trace import NOWHERE, Trace
from skerry.render.origin_list import list_origins
from skerry.render.text import align_columns, bold, clean, dim, style_word
from skerry.render.unread_calls import format_refusals
from skerry.render.view import DEFAULT_VIEW, View, format_next
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN


def format_trace(outcome: TraceDiagnosis, *, refused: Iterable[Refusal] = (), view: View = DEFAULT_VIEW) -> str:
    """Write the paths of a flow hop by hop; a verbose view has also addresses and places of records."""
    lines = [f"{style_word(outcome.verdict)}: {_answer(outcome)}"]
    if view.quiet:
        return f"{lines[0]}\n"
    for path in outcome.traces:
        lines += ["", *describe_path(path, view.width)]
        if view.verbose:
            lines.append(dim(f"    for {spell(path.destination.addresses)}"))
    notes = [f"  {bold(item.code)} {clean(item.resource)}: {clean(item.message)}" for item in outcome.blockers]
    notes += [f"  ? {clean(str(fact))}" for fact in outcome.unknowns]
    lines += ["", *notes] if notes else []
    lines += list_origins(outcome.blockers, view.width) if view.verbose else ()
    lines += format_refusals(refused, view.width)
    return view.fit(lines) + format_next(view, outcome.next_step, *(item.code for item in outcome.blockers[:1]))


def _answer(outcome: TraceDiagnosis) -> str:
    paths = [path for path in outcome.traces if not path.intended]
    where = clean(" or ".join(dict.fromkeys(path.destination.label for path in paths)))
    if all(path.destination is NOWHERE for path in paths):
        return "the name leads nowhere" if outcome.verdict is BLOCKED else "where the name leads cannot be told"
    answers = {
        OK: f"packets reach {where}, and replies come back",
        BLOCKED: f"no packet reaches {where} and comes back",
        UNKNOWN: f"whether packets reach {where} cannot be told",
        INTERMITTENT: "some packets get there and back, others do not",
    }
    return answers[outcome.verdict]


def describe_path(path: Trace, width: int) -> Iterator[str]:
    """Yield the lines about one path: its verdict, then a line for each hop."""
    mark = dim(" (an endpoint that the name does not lead to)") if path.intended else ""
    mark += dim(" (the DNS server)") if path.purpose == "dns" else ""
    yield f"  {style_word(path.verdict)}  {clean(path.subnet)} → {clean(path.destination.label)}{mark}"
    rows = []
    for hop, disposition in path.hops():
        arrow = "→" if hop.leg == "there" else "←"
        codes = ", ".join(dict.fromkeys(piece.code for piece in hop.lost + hop.undecided))
        rows.append((arrow, clean(hop.kind), clean(hop.resource), style_word(disposition), clean(codes or hop.rule)))
    yield from align_columns(rows, indent="    ", width=width) if rows else ()
