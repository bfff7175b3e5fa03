"""Services that fail alike, as text: their subnets, their steps, the causes, and the errors of ECS."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from skerry.diagnose.causes import Cause
from skerry.diagnose.diagnosis import Prediction, ServiceDiagnosis, ServiceGroup, StepSummary
from skerry.model.facts import Missing
from skerry.render.stopped_tasks import describe_stopped_tasks
from skerry.render.text import (
    align_columns,
    bold,
    clean,
    dim,
    list_names,
    pluralize,
    red,
    shorten_column,
    shorten_middle,
    style_word,
)
from skerry.verdicts import INTERMITTENT

_BECAUSE = {
    "placement": "a share of the tasks fails, by where they land",
    "address": "it fails at some of the addresses; clients may try the next one (inferred)",
    "ports": "it fails for a share of the client's ports",
}
_MOST_MESSAGES = 6
_MOST_NAMES = 6
_MOST_ROWS = 20
_ERROR_LINES = 4
_DESTINATION = 2
"""The column of a table of steps for its destinations, which may be long host names."""


def describe_group(
    group: ServiceGroup, width: int, *, verbose: bool, errors: bool, names_calls: bool = True
) -> Iterator[str]:
    """Yield the lines about services that fail alike; ``errors``: with the errors that would come one after another."""
    service = group.services[0]
    yield from _heading(group)
    yield from (dim(f"  {clean(note)}") for note in service.launch.notes)
    if service.launch.not_applicable is not None:
        yield f"  {style_word(service.verdict)}: {clean(service.launch.not_applicable)}"
        return
    yield from _placements(group, width, verbose=verbose)
    yield ""
    yield from _steps(group, width, verbose=verbose)
    for why in service.because:
        yield f"  {style_word(INTERMITTENT)}: {_BECAUSE[why]}"
    yield from _causes(group.causes, width)
    yield from _missing(group.missing_facts, verbose=verbose, names_calls=names_calls)
    yield from _inferred(group.inferred_facts)
    yield from _errors(service, width, whole=verbose or errors)
    if errors or verbose:
        yield from _later_errors(service.later_errors)


def _heading(group: ServiceGroup) -> Iterator[str]:
    launch = group.services[0].launch
    if len(group.services) == 1:
        where = [f"cluster {launch.cluster}" if launch.cluster else "", f"{launch.kind} {launch.definition_name}"]
        yield f"{bold(launch.name)}  {dim(' · '.join(part for part in where if part))}"
        return
    clusters = Counter(service.launch.cluster for service in group.services)
    # A job of AWS Batch has no cluster: AWS Batch chooses one of its own.
    outside = clusters.pop("", 0)
    is_counted = len(clusters) + bool(outside) > 1
    where = [f"cluster {name} ({count})" if is_counted else f"cluster {name}" for name, count in clusters.items()]
    if outside and clusters:
        where.append(f"no cluster ({outside})")
    shown = f"  {dim(list_names(where, _MOST_NAMES))}" if where else ""
    yield f"{bold(f'{len(group.services)} services fail alike')}{shown}"
    names = list_names([service.launch.name for service in group.services], _MOST_NAMES)
    yield f"  {clean(names)}"
    yield dim(f"  The errors of ECS below are those of {launch.name}.")


def _placements(group: ServiceGroup, width: int, *, verbose: bool) -> Iterator[str]:
    zones_in_names = all(item.zone and item.name and item.zone in item.name for item in group.placements)
    rows = [
        (
            style_word(item.verdict),
            clean(item.name or item.subnet),
            clean(item.kind),
            *([] if zones_in_names else [clean(item.zone or "")]),
            clean(item.subnet) if item.name else "",
        )
        for item in group.placements
    ]
    shown = rows if verbose else rows[:_MOST_ROWS]
    yield from align_columns(shown, width=width) if shown else ()
    if len(rows) > len(shown):
        yield dim(f"  and {pluralize(len(rows) - len(shown), 'subnet')} more")


def _steps(group: ServiceGroup, width: int, *, verbose: bool) -> Iterator[str]:
    steps = group.steps
    shown = steps if verbose else steps[:_MOST_ROWS]
    header = ("", *map(dim, ("STEP", "CALLS", "VERDICT", "CAUSE" if group.causes else "")))
    rows = [header, *(_row(step) for step in shown)]
    yield from align_columns(shorten_column(rows, _DESTINATION, width), indent="")
    if len(steps) > len(shown):
        yield dim(f"   and {pluralize(len(steps) - len(shown), 'step')} more")


def _row(step: StepSummary) -> tuple[str, ...]:
    mark = ">" if step.fails_first else " "
    note = dim(" (after start)") if step.blocks == "runtime" else ""
    return (
        f"{mark}{step.number:>2}",
        clean(step.step),
        clean(step.called),
        style_word(step.verdict) + note,
        red(" ".join(step.causes)),
    )


def _causes(causes: Sequence[Cause], width: int) -> Iterator[str]:
    if not causes:
        return
    yield ""
    yield bold(f"Blockers: {pluralize(len(causes), 'cause')}")
    for cause in causes:
        yield f"  {red(cause.label)}  {bold(cause.title)}"
        resources = [list_names(cause.resources, _MOST_NAMES)] if any(cause.resources) else []
        yield f"     {clean(' · '.join([*resources, cause.code, _stops(cause.numbers)]))}"
        yield from _details(cause, width)


def _stops(numbers: Sequence[int]) -> str:
    return f"stops {'step' if len(numbers) == 1 else 'steps'} {ranges_of(numbers)}"


def ranges_of(numbers: Sequence[int]) -> str:
    """Return numbers with runs joined: ``1, 3-5``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)


def _details(cause: Cause, width: int) -> Iterator[str]:
    for message in cause.messages[:_MOST_MESSAGES]:
        yield f"     {clean(message)}"
    if len(cause.messages) > _MOST_MESSAGES:
        yield dim(f"     and {len(cause.messages) - _MOST_MESSAGES} more")
    if cause.dead_ends:
        yield f"     So names lead to public addresses, and {clean(', '.join(cause.dead_ends))} has no route to them."
    if cause.absent_endpoints:
        yield "     No route to their public addresses, and no endpoint answers for:"
        yield from align_columns(
            (
                (ranges_of(numbers), clean(endpoint.service_name), dim("gateway") if endpoint.kind == "Gateway" else "")
                for endpoint, numbers in cause.absent_endpoints.items()
            ),
            indent=" " * 7,
            width=width,
        )


def _missing(facts: Mapping[Missing, tuple[str, ...]], *, verbose: bool, names_calls: bool) -> Iterator[str]:
    if not facts:
        return
    yield ""
    yield bold("Not known")
    shown = list(facts) if verbose else list(facts)[:_MOST_MESSAGES]
    for fact in shown:
        yield f"  ? {clean(fact.fact)}  {dim(', '.join(facts[fact]))}"
        if fact.action and names_calls:
            yield dim(f"    supply the answer of {fact.action}")
    if len(facts) > len(shown):
        yield dim(f"    and {len(facts) - len(shown)} more")


def _inferred(notes: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    if notes:
        yield ""
        yield bold("Inferred, not documented")
        yield from (f"  ~ {clean(note)}  {dim(', '.join(steps))}" for note, steps in notes.items())


def _errors(service: ServiceDiagnosis, width: int, *, whole: bool) -> Iterator[str]:
    room = _ERROR_LINES * (width - 8)
    for item in service.predictions:
        yield ""
        yield bold(f"ECS will print, failing {_at(item)}:")
        text = clean(item.text) if item.text else ""
        yield f"  {text if whole else shorten_middle(text, room)}" if text else dim("  (its wording is not known)")
    yield from describe_stopped_tasks(service, None if whole else room)


def _at(item: Prediction) -> str:
    return f"at or before {item.step}" if item.at_or_before else f"at {item.step}"


def _later_errors(later: Iterable[Prediction]) -> Iterator[str]:
    texts = [f"  {clean(error.step)}: {clean(error.text or '')}" for error in later]
    if texts:
        yield from ["", bold("After each fix, ECS will report next:"), *texts]
