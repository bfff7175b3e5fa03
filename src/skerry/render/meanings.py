"""The meanings of rules and words, and the lists of all ids, for people."""

from collections.abc import Iterator, Sequence

from skerry.catalogue.error_texts import ErrorTextRule
from skerry.catalogue.output_terms import OutputTerm, load_output_terms
from skerry.checks.check import Check
from skerry.render.explanations import blanks_of, describe_paragraph
from skerry.render.text import align_columns, bold, clean, dim, pluralize
from skerry.render.view import DEFAULT_VIEW, View


def format_rule(rule: ErrorTextRule, view: View = DEFAULT_VIEW) -> str:
    """Write the meaning of a rule for error texts, with a mark for each name that a text fills in."""
    step = f" at {rule.step}" if rule.step else ""
    lines = [f"{bold(rule.id)}: {rule.kind.replace('_', ' ')}{step}, a rule for error texts", ""]
    paragraphs = (
        ("", rule.cause),
        ("Not proven:", rule.not_proven),
        ("Look at:", rule.next),
        ("Fix:", rule.fix),
    )
    for name, text in paragraphs:
        lines += describe_paragraph(name, blanks_of(text))
    confidence = f"{rule.confidence} confidence, {rule.grade}"
    return view.fit([*lines, "", dim(f"  Source: {rule.source}  ({confidence})")], hang=0)


def format_term(term: OutputTerm, view: View = DEFAULT_VIEW) -> str:
    """Write the meaning of a word in an output."""
    lines = [f"{bold(term.id)}: {', '.join(term.of)}", "", *describe_paragraph("", term.means)]
    return view.fit(lines, hang=0)


def format_ids(checks: Sequence[Check], view: View = DEFAULT_VIEW) -> str:
    """Write the lists of checks and of words."""
    lines = ["", bold(f"{pluralize(len(checks), 'check')}: skerry explain ID"), ""]
    rows = ((dim(check.severity), bold(check.id), clean(check.title)) for check in checks)
    lines += align_columns(rows, width=view.width)
    lines += ["", bold("Words in outputs: skerry explain WORD"), *_terms()]
    return view.fit(lines)


def _terms() -> Iterator[str]:
    """Yield the words, each kind with a heading."""
    by_kind: dict[str, list[str]] = {}
    for term in load_output_terms().values():
        for kind in term.of:
            by_kind.setdefault(kind, []).append(term.id)
    for kind, names in by_kind.items():
        yield ""
        yield from describe_paragraph(f"{kind}:", " · ".join(names))
