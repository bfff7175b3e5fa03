"""The triage of problems as text: the code at the causes, and the problems that a user accepts."""

from collections.abc import Iterable, Iterator, Sequence

from skerry.problems.records import CodePlace, Problem, ProblemRule, Triage, TriagedResult
from skerry.render.text import bold, clean, dim, style_word
from skerry.render.view import View

_MARGIN = 5
_MOST_FRAMES = 20


def add_triage(text: str, triaged: TriagedResult, view: View) -> str:
    """Return the text of a result with the lines of code of its problems, and the problems that do not count."""
    text = _with_verdict_after_acceptances(text, triaged)
    if view.quiet:
        return text
    parts = [_code_lines(triaged, view.width), _triage_lines(triaged.triage)]
    sections = "".join(view.fit(lines) for lines in parts if lines)
    head, mark, tail = text.rpartition(f"\n{bold('Next:')}")
    return f"{head}{sections}{mark}{tail}" if mark else f"{text}{sections}"


def _with_verdict_after_acceptances(text: str, triaged: TriagedResult) -> str:
    """Return a text whose first line names the verdict for the exit code too, if it is another."""
    verdict = triaged.triage.verdict
    is_same = verdict == triaged.result.verdict
    if is_same or not (triaged.triage.accepted or triaged.triage.in_baseline):
        return text
    first, mark, others = text.partition("\n")
    return f"{first}; {style_word(verdict)} without what is accepted{mark}{others}"


def _code_lines(triaged: TriagedResult, width: int) -> list[str]:
    """Return the lines of code with problems, each with a caret and the resources that it writes."""
    frames: dict[tuple[CodePlace, str], list[Problem]] = {}
    for problem in triaged.triage.problems:
        if problem.place is not None and problem.place in triaged.lines:
            frames.setdefault((problem.place, problem.rule), []).append(problem)
    rows = [
        line
        for (place, rule), problems in list(frames.items())[:_MOST_FRAMES]
        for line in _frame(place, triaged.rules[rule], problems, triaged.lines[place].rstrip(), width)
    ]
    if more := len(frames) - _MOST_FRAMES if len(frames) > _MOST_FRAMES else 0:
        rows.append(f"  and {more} more places: JSON and SARIF list them all")
    return ["", bold("In the code"), *rows] if rows else []


def _frame(place: CodePlace, rule: ProblemRule, problems: Sequence[Problem], code: str, width: int) -> Iterator[str]:
    number = str(place.line)
    margin = " " * len(number)
    code = clean(code)[: width - len(margin) - _MARGIN - 1]
    column = min(place.column or len(code) - len(code.lstrip()) + 1, len(code) + 1)
    names = ", ".join(problem.name for problem in problems)
    yield f"  {style_word(problems[0].severity)}  {clean(names)}"
    yield f"  {margin} --> {clean(str(place))}"
    yield f"  {number} | {code}"
    caret = f"  {margin} | {' ' * (column - 1)}^"
    words = f"{clean(rule.id)}: {clean(rule.title)}"
    yield from [f"{caret} {words}"] if len(caret) + len(words) < width else [caret, f"  {margin} | {words}"]


def _triage_lines(triage: Triage) -> list[str]:
    """Return the accepted problems, those of the baseline, and the acceptances without effect."""
    rows = [*_accepted(triage), *_counts(triage), *_complaints(triage)]
    return ["", bold("Accepted"), *rows] if rows else []


def _accepted(triage: Triage) -> Iterator[str]:
    for row in triage.accepted:
        until = "" if row.acceptance.until is None else f" until {row.acceptance.until}"
        words = f"{row.problem.rule} {row.problem.name}{until}: {row.acceptance.reason}"
        yield f"  {clean(words)} {dim(f'({row.acceptance.written})')}"


def _counts(triage: Triage) -> Iterator[str]:
    if triage.in_baseline:
        yield f"  {len(triage.in_baseline)} problems of the baseline"
    if triage.fixed:
        yield f"  {triage.fixed} problems of the baseline are gone: write it again"
    if triage.below_severity:
        yield f"  {triage.below_severity} problems below the least severity"


def _complaints(triage: Triage) -> Iterable[str]:
    for problem in triage.problems:
        if problem.kind == "setting":
            yield f"  {style_word(problem.severity)}  {clean(f'{problem.place}: {problem.message}')}"
    for one in triage.unused:
        yield f"  {style_word('note')}  {clean(str(one.written))}: no problem is accepted by {one.rule} here"
