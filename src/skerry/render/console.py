"""The console's text: the first line answers the question."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from skerry.catalogue.blocker_codes import Code
from skerry.checks.check import Check
from skerry.diagnose.diagnosis import Diagnosis, NotExamined, ServiceGroup
from skerry.launch.needs import Call
from skerry.model.facts import Refusal
from skerry.model.world import World
from skerry.render.service_groups import describe_group
from skerry.render.text import align_columns, bold, clean, dim, list_names, pluralize, style_word
from skerry.render.unread_calls import format_refusals
from skerry.render.view import DEFAULT_VIEW, View, format_next
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, OK, UNKNOWN

_MOST_NAMES = 6
# The kinds of facts that a headline names.
_GAPS: Mapping[NotExamined, str] = {"permissions": "permissions", "images": "images", "dns-rules": "DNS rules"}
_MOST_UNEXAMINED = 3
_WRAPPED = 90
"""The columns above which a docstring's line goes on in the next one."""


def format_diagnosis(
    diagnosis: Diagnosis,
    *,
    refused: Iterable[Refusal] = (),
    source: str = "this input",
    view: View = DEFAULT_VIEW,
    errors: bool = False,
) -> str:
    """Write a Diagnosis for people; ``errors``: all the errors that would come one after another.

    ``refused`` are the calls that AWS did not answer, ``source`` is the name of the input.
    """
    if view.quiet:
        return f"{_headline(diagnosis, source)}\n"
    lines = [_headline(diagnosis, source)]
    alone = [ServiceGroup((service,)) for service in diagnosis.services]
    for group in alone if view.verbose else diagnosis.failing_groups:
        shown = {"verbose": view.verbose, "errors": errors or view.verbose, "names_calls": not view.supply}
        lines += ["", *describe_group(group, view.width, **shown)]
        if view.verbose:
            lines += _paths(group, view.width)
    lines += _missing_reads(diagnosis, view)
    brief = () if view.verbose else diagnosis.working_groups
    if brief:
        lines += ["", *align_columns((_brief(group) for group in brief), width=view.width)]
    if diagnosis.findings:
        lines += ["", bold("Also found")]
        for item in diagnosis.findings:
            lines.append(f"  {style_word(item.severity)}  {dim(f'{item.id}:')} {clean(item.message)}")
    lines += (
        ["", dim(f"Facts about AWS older than a year: {', '.join(diagnosis.old_data)}.")] if diagnosis.old_data else []
    )
    lines += _origins(diagnosis, view.width) if view.verbose or view.places else ()
    lines += [*format_refusals(refused, view.width), *_unexamined(diagnosis, view)]
    return view.fit(lines) + format_next(view, diagnosis.next_step)


def _origins(diagnosis: Diagnosis, width: int) -> Iterator[str]:
    from skerry.render.origin_list import list_origins_of_diagnosis  # noqa: PLC0415 -- only for verbose texts

    return list_origins_of_diagnosis(diagnosis, width)


def _missing_reads(diagnosis: Diagnosis, view: View) -> Iterator[str]:
    """Yield the calls that supply all missing facts at once, if they are several; or the other way to supply them."""
    if diagnosis.missing_reads and view.supply:
        yield ""
        yield f"{bold('Supply them')} with {view.supply}."
    elif len(diagnosis.missing_reads) > 1:
        yield ""
        yield f"{bold('Supply at once')} the answers of {', '.join(map(clean, diagnosis.missing_reads))}."


def _paths(group: ServiceGroup, width: int) -> Iterator[str]:
    from skerry.render.paths import describe_path  # noqa: PLC0415 -- only for verbose texts

    for service in group.services:
        for need_diagnosis in service.needs:
            for path in need_diagnosis.traces:
                host = f" {need_diagnosis.need.host or ''}" if isinstance(need_diagnosis.need, Call) else ""
                yield from ["", dim(f"  {need_diagnosis.need.step}{host}"), *describe_path(path, width)]


def _brief(group: ServiceGroup) -> tuple[str, ...]:
    launch = group.services[0].launch
    names = list_names([service.launch.name for service in group.services], _MOST_NAMES)
    return (
        style_word(group.services[0].verdict),
        clean(launch.cluster),
        clean(names),
        dim(launch.not_applicable or ""),
    )


def _unexamined(diagnosis: Diagnosis, view: View) -> Iterator[str]:
    kinds = diagnosis.unexamined
    if len(kinds) > _MOST_UNEXAMINED and not view.verbose:
        hint = f" ({view.more_hint})" if view.more_hint else ""
        yield from ["", dim(f"Not examined: {len(kinds)} kinds of answers that were not given{hint}.")]
    elif kinds:
        yield from ["", dim(f"Not examined: {', '.join(kinds)}.")]


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
    fails = diagnosis.verdict in {BLOCKED, INTERMITTENT}
    causes = pluralize(diagnosis.cause_count, "cause") if fails else ""
    verdict = style_word(diagnosis.verdict) + _basis(diagnosis)
    if total == 0:
        return f"{style_word(diagnosis.verdict)}: nothing in {clean(source)} starts a Fargate task"
    if total == 1:
        (service,) = diagnosis.services
        return f"{verdict}: {bold(service.launch.name)} {names[service.verdict]}{causes and f', {causes}'}"
    return f"{verdict}: {causes and f'{causes}; '}of {pluralize(total, 'service')}, {'; '.join(parts)}"


def _basis(diagnosis: Diagnosis) -> str:
    """Return what an ok rests on, if policies, images or DNS rules were not examined."""
    gaps = [noun for kind, noun in _GAPS.items() if kind in diagnosis.not_examined]
    if diagnosis.verdict is not OK or not gaps:
        return ""
    listed = " and ".join(filter(None, [", ".join(gaps[:-1]), gaps[-1]]))
    of_network = " on the network" if {"permissions", "images"} & set(diagnosis.not_examined) else ""
    return f"{of_network}; {listed} not examined"


def format_chapter(
    number: int, title: str, lines: Iterable[str], diagnosis: Diagnosis, view: View = DEFAULT_VIEW
) -> str:
    """Write one part of the demo: what was done, then the diagnosis."""
    done = view.fit([bold(f"{number}. {title}"), "", *(f"   {clean(line)}" for line in lines)])
    return f"{done}\n{format_diagnosis(diagnosis, view=view, errors=True)}"


def format_code(meaning: Code | Check, view: View = DEFAULT_VIEW) -> str:
    """Write what a code or a check means."""
    if isinstance(meaning, Check):
        # The marks of code are for documents.
        text = meaning.text.replace("``", "")
        return view.fit([f"{bold(meaning.id)}: {meaning.title}", "", *_paragraphs(text)], hang=0)
    whose = "skerry's own" if meaning.own else "VPC Reachability Analyzer's"
    parts = (meaning.means, f"What to do: {meaning.remedy}", f"The code is {whose}. Source: {meaning.source}")
    lines = [f"{bold(meaning.code)}: {meaning.title}", *(line for part in parts for line in ("", part))]
    return view.fit(lines, hang=0)


def _paragraphs(text: str) -> Iterator[str]:
    """Yield a docstring's lines, those of one wrapped paragraph as one line."""
    previous = ""
    for line in text.split("\n"):
        indent, before = (len(one) - len(one.lstrip()) for one in (line, previous))
        if len(previous) > _WRAPPED and line and indent == before and "://" not in line:
            previous = f"{previous} {line.strip()}"
        else:
            yield from [previous] if previous else ()
            yield from [] if line else [""]
            previous = line
    yield previous


def format_snapshot(world: World, place: str, count: int, left_out: Sequence[str], view: View = DEFAULT_VIEW) -> str:
    """Write the content of a snapshot: the number of documents, their origin, and the documents left out."""
    facts = world.facts
    of = f"account {world.account or 'not known'} in Region {world.region or 'not known'}"
    lines = [f"saved: {pluralize(count, 'document')} of {clean(of)} in {clean(place)}"]
    if view.quiet:
        return lines[0] + "\n"
    lines.append(dim("  without values of environment variables, commands, overrides and the like"))
    if left_out:
        lines.append(f"  left out, as skerry reads nothing in it: {', '.join(clean(name) for name in left_out)}")
    lines += format_refusals(facts.refused, view.width)
    return view.fit(lines) + format_next(view, "diagnose")
