"""Explanations of error texts, for people and as JSON (version 1)."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from skerry.catalogue.blocker_codes import Code, load_codes
from skerry.catalogue.error_texts import ErrorTextRule, load_error_rules
from skerry.catalogue.output_terms import OutputTerm, load_output_terms
from skerry.render.json_document import write
from skerry.render.text import align_columns, bold, clean, dim, pluralize, shorten_middle, style_word
from skerry.render.view import DEFAULT_VIEW, View, format_next

if TYPE_CHECKING:
    from skerry.checks.check import Check
    from skerry.diagnose.compare import Comparison
    from skerry.errortext.explain import Explanation

_INDENT = "  "
_KINDS = {
    "public": "a public address",
    "private": "a private address",
    "s3": "an address of S3",
    "unlisted": "outside the private ranges and AWS's published ones",
    "local": "the task itself",
    "imds": "instance metadata",
    "link-local": "the task's own host",
    "other": "no address of a network",
}
_NAMES = {
    "file_system": "file system",
    "log_group": "log group",
    "arn": "ARN",
    "region": "Region",
    "status": "HTTP status",
    "code": "error code",
}


class ComparedBlockerOut(msgspec.Struct, frozen=True):
    """A blocker of today's diagnosis, compared with a text."""

    code: str
    resource: str
    rule: str
    direction: str
    disposition: str
    message: str


class BesideOut(msgspec.Struct, frozen=True):
    """How a text stands to one service."""

    service: str
    relation: str
    says: str
    blockers: list[ComparedBlockerOut]


class Match(msgspec.Struct, frozen=True, rename={"kind": "class"}):
    """One explanation; ``beside`` is None if no network was read to compare it with."""

    step: str | None
    kind: str
    cause: str
    fix: str
    evidence: dict[str, str]
    not_proven: str
    next: str
    confidence: str
    grade: str
    source: str
    rule: str | None = None
    text: str | None = None
    count: int = 1
    elsewhere: str = ""
    address_owner: str = ""
    beside: list[BesideOut] | None = None


class ExplainDocument(msgspec.Struct, frozen=True):
    """The document of ``explain``."""

    version: int
    matches: list[Match]


class RuleOut(msgspec.Struct, frozen=True, rename={"kind": "class"}):
    """A rule of the catalogue."""

    id: str
    kind: str
    step: str | None
    confidence: str
    cause: str
    grade: str
    source: str


class CodeOut(msgspec.Struct, frozen=True, rename={"kind": "class"}):
    """A code of a blocker."""

    code: str
    kind: str
    title: str


class CheckOut(msgspec.Struct, frozen=True):
    """A check."""

    id: str
    severity: str
    title: str


class TermOut(msgspec.Struct, frozen=True):
    """A word in outputs, such as a step or a verdict."""

    id: str
    of: list[str]
    means: str


class CatalogueDocument(msgspec.Struct, frozen=True):
    """The document of all error texts and ids."""

    version: int
    rules: list[RuleOut]
    codes: list[CodeOut]
    checks: list[CheckOut]
    terms: list[TermOut]


class ComparedExplanation(msgspec.Struct, frozen=True):
    """An explanation with its comparison; ``beside`` is None if there is none."""

    explanation: "Explanation"
    beside: "tuple[Comparison, ...] | None" = None
    elsewhere: str = ""
    address_owner: str = ""


def match_of(
    explanation: "Explanation",
    laid: "Sequence[Comparison] | None" = None,
    elsewhere: str = "",
    address_owner: str = "",
) -> Match:
    """Return an explanation as JSON."""
    beside = (
        None
        if laid is None
        else [
            BesideOut(
                item.service,
                item.relation,
                item.says,
                [ComparedBlockerOut(*_parts(blocker)) for blocker in item.blockers],
            )
            for item in laid
        ]
    )
    return Match(
        step=explanation.step,
        kind=explanation.kind,
        cause=explanation.cause,
        fix=explanation.fix,
        evidence=explanation.evidence.as_words(),
        not_proven=explanation.not_proven,
        next=explanation.next,
        confidence=explanation.confidence,
        grade=explanation.grade,
        source=explanation.source,
        rule=explanation.rule,
        text=explanation.text,
        count=explanation.count,
        elsewhere=elsewhere,
        address_owner=address_owner,
        beside=beside,
    )


def _fields(item: ComparedExplanation) -> "tuple[Explanation, Sequence[Comparison] | None, str, str]":
    return item.explanation, item.beside, item.elsewhere, item.address_owner


def _parts(item: object) -> tuple[str, ...]:
    return tuple(getattr(item, name) for name in ComparedBlockerOut.__struct_fields__)


def encode_explanations(explanations: Iterable[ComparedExplanation]) -> str:
    """Write explanations; no match where there are none."""
    return write(ExplainDocument(1, [match_of(*_fields(item)) for item in explanations]))


def encode_meaning(meaning: "Code | Check | ErrorTextRule | OutputTerm") -> str:
    """Write the meaning of an id."""
    return write(ExplainDocument(1, [_match_of_meaning(meaning)]))


def _match_of_meaning(meaning: "Code | Check | ErrorTextRule | OutputTerm") -> Match:
    match meaning:
        case Code():
            evidence = {"code": meaning.code, "source": meaning.source}
            step, kind, cause, fix = None, meaning.kind, meaning.means, meaning.remedy
            return Match(step, kind, cause, fix, evidence, "", "", "high", meaning.grade, meaning.source)
        case ErrorTextRule():
            return Match(
                step=meaning.step,
                kind=meaning.kind,
                cause=blanks_of(meaning.cause),
                fix=blanks_of(meaning.fix),
                evidence={"rule": meaning.id},
                not_proven=blanks_of(meaning.not_proven),
                next=blanks_of(meaning.next),
                confidence=meaning.confidence,
                grade=meaning.grade,
                source=meaning.source,
                rule=meaning.id,
            )
        case OutputTerm():
            evidence = {"word": meaning.id, "of": ", ".join(meaning.of)}
            return Match(None, _DEFINITION, meaning.means, "", evidence, "", "", "high", "documented", "")
        case _:
            evidence = {"check": meaning.id}
            return Match(None, "configuration", meaning.title, meaning.text, evidence, "", "", "high", "documented", "")


_DEFINITION = "definition"
"""The class of a word's meaning: it is no problem."""


def blanks_of(text: str) -> str:
    """Return a rule's text with a mark in place of each ``{name}``."""
    return text.replace("{", "<").replace("}", ">")


def format_explanations(explanations: Sequence[ComparedExplanation], view: View = DEFAULT_VIEW) -> str:
    """Write explanations for people: the first line of each answers the question."""
    if view.quiet:
        return "\n".join(_headline(item) for item in explanations) + "\n"
    many = len(explanations) > 1
    blocks = [
        view.fit(_block(number if many else 0, item, view.width), hang=0) for number, item in enumerate(explanations, 1)
    ]
    return "\n".join(blocks) + format_next(view, "diagnose")


def _headline(item: ComparedExplanation) -> str:
    explanation = item.explanation
    often = f", {explanation.count} times" if explanation.count > 1 else ""
    sure = f"{explanation.confidence} confidence, {explanation.grade}{often}"
    return f"{bold(f'{_kind(explanation.kind)} at {explanation.step}')}  {dim(f'({sure})')}"


def _kind(name: str) -> str:
    return name.replace("_", " ")


def _block(number: int, item: ComparedExplanation, width: int) -> Iterator[str]:
    explanation = item.explanation
    yield (f"{number}. " if number else "") + _headline(item)
    if number:
        yield dim(f"{_INDENT}{shorten_middle(clean(explanation.text), width - len(_INDENT))}")
    yield ""
    yield from describe_paragraph("", explanation.cause)
    yield from describe_paragraph("Not proven:", explanation.not_proven)
    yield from describe_paragraph("Look at:", explanation.next)
    yield from describe_paragraph("Fix:", explanation.fix)
    yield from describe_paragraph("Read in it:", _told(explanation))
    yield from _beside(item)
    yield dim(f"{_INDENT}Source: {explanation.source}  ({explanation.rule})")


def describe_paragraph(name: str, words: str) -> Iterator[str]:
    """Yield a text after its bold name; nothing for an empty text."""
    if words:
        yield f"{_INDENT}{bold(name)} {clean(words)}" if name else f"{_INDENT}{clean(words)}"


def _told(explanation: "Explanation") -> str:
    words = explanation.evidence.as_words()
    kind = words.pop("address_kind", None)
    if kind and "address" in words:
        words["address"] = f"{words['address']} ({_KINDS[kind]})"
    return " · ".join(f"{_NAMES.get(name, name)} {value}" for name, value in words.items())


def _beside(item: ComparedExplanation) -> Iterator[str]:
    if item.beside is None:
        return
    yield ""
    if item.elsewhere:
        yield from describe_paragraph(
            "Compared with the diagnosis:", f"{item.elsewhere} The same step there is compared."
        )
    else:
        yield f"{_INDENT}{bold('Compared with the diagnosis:')}"
    if item.address_owner:
        yield from describe_paragraph("", item.address_owner)
    if not item.beside:
        yield f"{_INDENT}  there is nothing that Fargate starts"
    for laid in item.beside:
        yield f"{_INDENT}  {style_word(_COLOUR[laid.relation])}: {clean(laid.says)}"
        for blocker in laid.blockers[:_MOST_BLOCKERS]:
            yield f"{_INDENT}    {bold(blocker.code)} {clean(blocker.resource)}: {clean(blocker.message)}"
        if len(laid.blockers) > _MOST_BLOCKERS:
            yield dim(f"{_INDENT}    and {len(laid.blockers) - _MOST_BLOCKERS} more")
    yield ""


_MOST_BLOCKERS = 6
_COLOUR = {
    "explains": "blocked",
    "other": "blocked",
    "changed": "ok",
    "unknown": "unknown",
    "no-such-call": "not-applicable",
    "not-judged": "not-applicable",
}


def format_catalogue(view: View = DEFAULT_VIEW) -> str:
    """Write the catalogue for people: what texts are known, and all codes."""
    rows = [(_kind(rule.kind), rule.step or "any step", rule.id, _first(rule)) for rule in load_error_rules()]
    lines = [bold(f"{pluralize(len(rows), 'meaning')} of error texts, in the order in which they are tried"), ""]
    cells = [(dim(kind), dim(step), bold(name), clean(example)) for kind, step, name, example in rows]
    lines += align_columns(cells, width=view.width)
    lines += ["", bold(f"{pluralize(len(load_codes()), 'code')} of blockers: skerry explain CODE"), ""]
    codes = [(dim(_kind(code.kind)), bold(code.code), clean(code.title)) for code in load_codes().values()]
    lines += align_columns(codes, width=view.width)
    return view.fit(lines)


def _first(rule: ErrorTextRule) -> str:
    sentence = rule.cause.partition(". ")[0].rstrip(".")
    return textwrap.shorten(blanks_of(sentence), 90, placeholder="...")


def encode_catalogue(checks: "Sequence[Check]") -> str:
    """Write the catalogue."""
    rules = [
        RuleOut(entry.id, entry.kind, entry.step, entry.confidence, entry.cause, entry.grade, entry.source)
        for entry in load_error_rules()
    ]
    codes = [CodeOut(entry.code, entry.kind, entry.title) for entry in load_codes().values()]
    listed = [CheckOut(entry.id, entry.severity, entry.title) for entry in checks]
    terms = [TermOut(entry.id, list(entry.of), entry.means) for entry in load_output_terms().values()]
    return write(CatalogueDocument(1, rules, codes, listed, terms))
