"""The console's text: the first line answers the question."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import click

from skerry.catalogue.blocker_codes import Code
from skerry.checks.check import Check
from skerry.diagnose.diagnosis import Cause, Diagnosis, Prediction, ServiceDiagnosis, TraceDiagnosis
from skerry.launch.needs import Call, Mount, Need, Placement
from skerry.model.facts import Missing, Refusal
from skerry.model.world import World
from skerry.net.addresses import spell
from skerry.reach.trace import NOWHERE, Trace
from skerry.render.origin_list import list_origins, list_origins_of_diagnosis
from skerry.render.stopped_tasks import describe_stopped_tasks
from skerry.render.text import align_columns, bold, clean, dim, pluralize, style_word
from skerry.render.unread_calls import format_refusals
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN

_BECAUSE = {
    "placement": "a share of the tasks fails, by where they land",
    "address": "it fails at some of the addresses; clients may try the next one (inferred)",
    "ports": "it fails for a share of the client's ports",
}
_MOST_MESSAGES = 6
_WELL = {OK, NOT_APPLICABLE}


def format_diagnosis(
    diagnosis: Diagnosis,
    *,
    refused: Iterable[Refusal] = (),
    source: str = "this input",
    verbose: bool = False,
    quiet: bool = False,
    errors: bool = False,
) -> str:
    """Write a Diagnosis for people; ``errors``: all the errors that would come one after another.

    ``refused`` are the calls that AWS did not answer, ``source`` is the name of the input.
    """
    lines = [_headline(diagnosis, source)]
    if quiet:
        return "\n".join(lines) + "\n"
    # Services without a problem take one line each, after the others.
    brief = [
        item for item in diagnosis.services if item.verdict in _WELL and len(diagnosis.services) > 1 and not verbose
    ]
    for service in diagnosis.services:
        if service not in brief:
            lines += ["", *_service(service, verbose=verbose, errors=errors or verbose)]
    if brief:
        lines += ["", *align_columns(_brief(item) for item in brief)]
    if diagnosis.findings:
        lines += ["", bold("Also found")]
        for item in diagnosis.findings:
            lines.append(f"  {style_word(item.severity)}  {clean(item.message)}  {dim(item.id)}")
    lines += list_origins_of_diagnosis(diagnosis) if verbose else ()
    lines += format_refusals(refused)
    if diagnosis.unexamined:
        lines += ["", dim(f"Not examined: {', '.join(diagnosis.unexamined)}.")]
    return "\n".join(lines) + "\n"


def _brief(service: ServiceDiagnosis) -> tuple[str, ...]:
    launch = service.launch
    return (clean(launch.name), clean(launch.cluster), style_word(service.verdict), dim(launch.not_applicable or ""))


def _headline(diagnosis: Diagnosis, source: str) -> str:
    counts = Counter(service.verdict for service in diagnosis.services)
    total = len(diagnosis.services)
    names = {
        BLOCKED: "cannot start",
        INTERMITTENT: "starts only at times, a share of its tasks cannot",
        UNKNOWN: "may or may not start, not enough data",
        OK: "can start",
        NOT_APPLICABLE: "does not run on Fargate",
    }
    of_several = names | {
        INTERMITTENT: "start only at times, a share of their tasks cannot",
        NOT_APPLICABLE: "do not run on Fargate",
    }
    parts = [
        f"{counts[verdict]} {text if counts[verdict] == 1 else of_several[verdict]}"
        for verdict, text in names.items()
        if counts[verdict]
    ]
    if total == 0:
        return f"{style_word(diagnosis.verdict)}: nothing in {clean(source)} starts a Fargate task"
    if total == 1:
        (service,) = diagnosis.services
        return f"{style_word(diagnosis.verdict)}: {bold(service.launch.name)} {names[service.verdict]}"
    return f"{style_word(diagnosis.verdict)}: of {pluralize(total, 'service')}, {'; '.join(parts)}"


def _service(service: ServiceDiagnosis, *, verbose: bool, errors: bool) -> Iterator[str]:
    launch = service.launch
    where = [f"cluster {launch.cluster}" if launch.cluster else "", f"task definition {launch.definition_name}"]
    yield f"{bold(launch.name)}  {dim(' · '.join(part for part in where if part))}"
    yield from (dim(f"  {clean(note)}") for note in launch.notes)
    if launch.not_applicable is not None:
        yield f"  {style_word(service.verdict)}: {clean(launch.not_applicable)}"
        return
    yield from (
        align_columns(
            (
                clean(item.subnet),
                clean(item.kind),
                clean(item.zone or ""),
                clean(item.name or ""),
                style_word(item.verdict),
            )
            for item in service.placements
        )
        if service.placements
        else ()
    )
    yield ""
    yield from align_columns(_rows(service))
    for why in service.because:
        yield f"  {style_word(INTERMITTENT)}: {_BECAUSE[why]}"
    yield from _blockers(service.causes)
    yield from _missing(service.missing_facts)
    yield from _inferred(service.inferred_facts)
    yield from _errors(service)
    if errors:
        yield from _later_errors(service.later_errors)
    if verbose:
        for need_diagnosis in service.needs:
            for path in need_diagnosis.traces:
                yield from ["", dim(f"  {need_diagnosis.need.step}"), *_trace(path)]


def _rows(service: ServiceDiagnosis) -> Iterator[tuple[str, ...]]:
    yield (dim("STEP"), dim("HOST"), dim("PORT"), dim("VERDICT"))
    for need_diagnosis in service.needs:
        note = " (after start)" if need_diagnosis.need.blocks == "runtime" else ""
        yield (
            clean(need_diagnosis.need.step),
            clean(host_of(need_diagnosis.need)),
            _port(need_diagnosis.need),
            style_word(need_diagnosis.verdict) + dim(note),
        )


def host_of(need: Need) -> str:
    """Return the label of a Need's row: the host of a call, else its subject."""
    match need:
        case Call():
            return need.host or need.note
        case Placement():
            return f"{need.family} platform {need.version}"
        case Mount():
            return need.file_system
        case _:
            return ""


def _port(need: Need) -> str:
    return str(need.port) if isinstance(need, Call | Mount) else ""


def _blockers(causes: Sequence[Cause]) -> Iterator[str]:
    if not causes:
        return
    yield ""
    yield bold(f"  {pluralize(len(causes), 'blocker')}")
    for number, cause in enumerate(causes, 1):
        steps = dim(", ".join(cause.steps))
        yield f"  {number}. {click.style(cause.code, fg='red')} {clean(cause.resource)}  {steps}"
        for message in cause.messages[:_MOST_MESSAGES]:
            yield f"     {clean(message)}"
        if len(cause.messages) > _MOST_MESSAGES:
            yield dim(f"     and {len(cause.messages) - _MOST_MESSAGES} more")


def _missing(facts: Mapping[Missing, tuple[str, ...]]) -> Iterator[str]:
    if not facts:
        return
    yield ""
    yield bold("  Not known")
    for fact, steps in facts.items():
        yield f"  ? {clean(fact.fact)}  {dim(', '.join(steps))}"
        if fact.action:
            yield dim(f"    supply the answer of {fact.action}")


def _inferred(notes: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    if notes:
        yield ""
        yield bold("  Inferred, not documented")
        yield from (f"  ~ {clean(note)}  {dim(', '.join(steps))}" for note, steps in notes.items())


def _errors(service: ServiceDiagnosis) -> Iterator[str]:
    for item in service.predictions:
        yield ""
        yield bold(f"  ECS will print, failing {_at(item)}:")
        yield f"    {clean(item.text)}" if item.text else dim("    (its wording for this is not known)")
    yield from describe_stopped_tasks(service)


def _later_errors(later: Sequence[Prediction]) -> Iterator[str]:
    if later:
        yield ""
        yield bold("  After each fix, ECS will report next:")
        yield from (f"    {clean(error.step)}: {clean(error.text or '')}" for error in later)


def _at(item: Prediction) -> str:
    return f"at or before {item.step}" if item.at_or_before else f"at {item.step}"


def format_trace(
    outcome: TraceDiagnosis, *, refused: Iterable[Refusal] = (), quiet: bool = False, verbose: bool = False
) -> str:
    """Write what a walk found, hop by hop; ``verbose``: with the addresses of each path, and places of records."""
    lines = [f"{style_word(outcome.verdict)}: {_answer(outcome)}"]
    if quiet:
        return "\n".join(lines) + "\n"
    for path in outcome.traces:
        lines += ["", *_trace(path)]
        if verbose:
            lines.append(dim(f"    for {spell(path.destination.addresses)}"))
    notes = [f"  {item.code} {clean(item.resource)}: {clean(item.message)}" for item in outcome.blockers]
    notes += [f"  ? {clean(str(fact))}" for fact in outcome.unknowns]
    lines += ["", *notes] if notes else []
    lines += list_origins(outcome.blockers) if verbose else ()
    lines += format_refusals(refused)
    return "\n".join(lines) + "\n"


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


def _trace(path: Trace) -> Iterator[str]:
    mark = dim(" (an endpoint that the name does not lead to)") if path.intended else ""
    mark += dim(" (the DNS server)") if path.purpose == "dns" else ""
    yield f"  {style_word(path.verdict)}  {clean(path.subnet)} → {clean(path.destination.label)}{mark}"
    rows = []
    for hop, disposition in path.hops():
        arrow = "→" if hop.leg == "there" else "←"
        codes = ", ".join(dict.fromkeys(piece.code for piece in hop.lost + hop.undecided))
        rows.append((arrow, clean(hop.kind), clean(hop.resource), style_word(disposition), clean(codes or hop.rule)))
    yield from align_columns(rows, indent="    ") if rows else ()


def format_chapter(number: int, title: str, lines: Iterable[str], diagnosis: Diagnosis) -> str:
    """Write one part of the demo: what was done, then the diagnosis."""
    done = "\n".join(f"   {clean(line)}" for line in lines)
    return f"{bold(f'{number}. {title}')}\n\n{done}\n\n{format_diagnosis(diagnosis, errors=True)}"


def format_code(meaning: Code | Check) -> str:
    """Write what a code or a check means."""
    if isinstance(meaning, Check):
        # The marks of code are for documents.
        text = meaning.text.replace("``", "")
        return f"{bold(meaning.id)}: {meaning.title}\n\n{text}\n"
    whose = "skerry's own" if meaning.own else "VPC Reachability Analyzer's"
    return (
        f"{bold(meaning.code)}: {meaning.title}\n\n{meaning.means}\n\nWhat to do: {meaning.remedy}\n\n"
        f"The code is {whose}. Source: {meaning.source}\n"
    )


def format_snapshot(world: World, place: str, count: int, left_out: Sequence[str], *, quiet: bool = False) -> str:
    """Write the content of a snapshot: the number of documents, their origin, and the documents left out."""
    facts = world.facts
    of = f"account {world.account or 'not known'} in Region {world.region or 'not known'}"
    lines = [f"saved: {pluralize(count, 'document')} of {clean(of)} in {clean(place)}"]
    if quiet:
        return lines[0] + "\n"
    lines.append(dim("  without values of environment variables, commands, overrides and the like"))
    if left_out:
        lines.append(f"  left out, as skerry reads nothing in it: {', '.join(clean(name) for name in left_out)}")
    lines += format_refusals(facts.refused)
    return "\n".join(lines) + "\n"
