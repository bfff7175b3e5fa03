"""SARIF 2.1.0, as GitHub's code scanning reads it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType

from skerry.problems.records import CodePlace, Problem, ProblemHop, ProblemRule, TriagedResult
from skerry.render.json_document import write
from skerry.render.rendered import Rendered

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_SITE: Final = "https://github.com/OWNER/skerry"
# GitHub keeps the worst 5,000 results of a run and 1,000 locations of a path, and refuses files of more than 10 MB:
# https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/troubleshoot-sarif-uploads/results-exceed-limit
# https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/troubleshoot-sarif-uploads/file-too-large
_MOST_RESULTS: Final = 5_000
_MOST_HOPS: Final = 1_000
_MOST_BYTES = 10_000_000
"""The size of a file after gzip."""
# https://github.com/github/codeql-action/issues/1738
_NOWHERE: Final = "code scanning refuses this file: it has problems in no file of the repository"
_LEVELS: Final = {"error": "error", "warning": "warning", "note": "recommendation"}


class SarifText(msgspec.Struct, frozen=True):
    """A message."""

    text: str
    markdown: str | UnsetType = UNSET


class ArtifactLocation(msgspec.Struct, frozen=True, rename="camel"):
    """A file, relative to the root of the repository."""

    uri: str
    uri_base_id: str = "%SRCROOT%"


class TextRegion(msgspec.Struct, frozen=True, rename="camel"):
    """A position: the first line of a resource."""

    start_line: int
    start_column: int
    end_line: int
    end_column: int


class PhysicalLocation(msgspec.Struct, frozen=True, rename="camel"):
    """A position in a file."""

    artifact_location: ArtifactLocation
    region: TextRegion


class LogicalLocation(msgspec.Struct, frozen=True, rename="camel"):
    """A resource by its name."""

    fully_qualified_name: str
    kind: str = "resource"


class Location(msgspec.Struct, frozen=True, rename="camel"):
    """A place of a result, or of a hop with its message."""

    physical_location: PhysicalLocation | UnsetType = UNSET
    logical_locations: list[LogicalLocation] | UnsetType = UNSET
    message: SarifText | UnsetType = UNSET


class FlowLocation(msgspec.Struct, frozen=True):
    """One hop."""

    location: Location


class ThreadFlow(msgspec.Struct, frozen=True):
    """The hops of one path."""

    locations: list[FlowLocation]


class CodeFlow(msgspec.Struct, frozen=True, rename="camel"):
    """The way of the packets."""

    thread_flows: list[ThreadFlow]


class Result(msgspec.Struct, frozen=True, rename="camel"):
    """One problem."""

    rule_id: str
    rule_index: int
    level: str
    message: SarifText
    locations: list[Location]
    partial_fingerprints: dict[str, str]
    code_flows: list[CodeFlow] | UnsetType = UNSET


class RuleConfiguration(msgspec.Struct, frozen=True):
    """The level of a rule."""

    level: str


class RuleProperties(msgspec.Struct, frozen=True):
    """Properties of a rule that GitHub shows."""

    tags: list[str]
    precision: str
    severity: str = msgspec.field(name="problem.severity")


class ReportingDescriptor(msgspec.Struct, frozen=True, rename="camel"):
    """One rule."""

    id: str
    name: str
    short_description: SarifText
    full_description: SarifText
    help: SarifText
    default_configuration: RuleConfiguration
    properties: RuleProperties


class Driver(msgspec.Struct, frozen=True, rename="camel"):
    """This program."""

    name: str
    semantic_version: str
    information_uri: str
    rules: list[ReportingDescriptor]


class Tool(msgspec.Struct, frozen=True):
    """The tool of a run."""

    driver: Driver


class Notification(msgspec.Struct, frozen=True):
    """A note of the tool on its run."""

    message: SarifText
    level: str = "warning"


class Invocation(msgspec.Struct, frozen=True, rename="camel"):
    """The run of the tool, with its notes."""

    tool_execution_notifications: list[Notification]
    execution_successful: bool = True


class Run(msgspec.Struct, frozen=True, rename="camel"):
    """One run."""

    tool: Tool
    results: list[Result]
    invocations: list[Invocation] | UnsetType = UNSET
    column_kind: str = "unicodeCodePoints"


class Sarif(msgspec.Struct, frozen=True):
    """The document."""

    schema: str = msgspec.field(name="$schema")
    version: str
    runs: list[Run]


def write_sarif(triaged: TriagedResult) -> Rendered:
    """Write the problems, the worst first, as many as code scanning takes.

    Problems that a user accepts are only counted: code scanning opens an alert for a result with a suppression, too
    (https://github.com/github/codeql-action/issues/1230).
    """
    kept, with_paths = triaged.triage.problems[:_MOST_RESULTS], True
    written = _write(triaged, kept, with_paths=with_paths)
    while not _fits(written.text) and (with_paths or kept):
        kept = kept if with_paths else kept[: len(kept) // 2]
        with_paths = False
        written = _write(triaged, kept, with_paths=with_paths)
    return written


def _write(triaged: TriagedResult, problems: Sequence[Problem], *, with_paths: bool) -> Rendered:
    triage = triaged.triage
    ids = {rule: index for index, rule in enumerate(dict.fromkeys(problem.rule for problem in problems))}
    occurrences: Counter[str] = Counter()
    results = []
    for problem in problems:
        occurrences[problem.fingerprint] += 1
        mark = f"{problem.fingerprint}:{occurrences[problem.fingerprint]}"
        results.append(_result(triaged, problem, ids[problem.rule], mark, with_path=with_paths))
    severities = {problem.rule: problem.severity for problem in reversed(problems)}
    driver = Driver("skerry", triaged.version, _SITE, [_rule(triaged.rules[name], severities[name]) for name in ids])
    left_out = tuple(_omissions(len(triage.problems) - len(problems), problems, with_paths=with_paths))
    if triaged.place is None and any(problem.place is None for problem in problems):
        left_out = (*left_out, _NOWHERE)
    hidden = len(triage.accepted) + len(triage.in_baseline)
    notes = [*left_out, *([f"{hidden} problems are accepted or in the baseline"] if hidden else [])]
    invocations = [Invocation([Notification(SarifText(note)) for note in notes])] if notes else UNSET
    return Rendered(write(Sarif(_SCHEMA, "2.1.0", [Run(Tool(driver), results, invocations)])), left_out)


def _omissions(more: int, problems: Sequence[Problem], *, with_paths: bool) -> Iterator[str]:
    """Yield what is left out."""
    if more:
        yield f"{more} problems are left out: code scanning takes {_MOST_RESULTS} results and 10 MB"
    if not with_paths:
        yield "the paths of packets are left out: code scanning takes 10 MB"
    elif any(len(problem.hops) > _MOST_HOPS for problem in problems):
        yield f"paths are cut after {_MOST_HOPS} hops: code scanning keeps no more"


def _fits(text: str) -> bool:
    """Tell whether a document is small enough; only a large one is packed to find out."""
    content = text.encode()
    if len(content) <= _MOST_BYTES:
        return True
    import gzip  # noqa: PLC0415 -- for large documents only

    return len(gzip.compress(content, 6)) <= _MOST_BYTES


def _result(triaged: TriagedResult, problem: Problem, index: int, mark: str, *, with_path: bool) -> Result:
    title = triaged.rules[problem.rule].title
    place = problem.place or triaged.place
    return Result(
        rule_id=problem.rule,
        rule_index=index,
        level=problem.severity,
        message=SarifText(f"{title}: {problem.text}"),
        locations=[_location(place, problem.name)],
        partial_fingerprints={"primaryLocationLineHash": mark},
        code_flows=[_flow(problem.hops, place)] if problem.hops and with_path else UNSET,
    )


def _flow(hops: Sequence[ProblemHop], place: CodePlace | None) -> CodeFlow:
    locations = [FlowLocation(_hop_location(hop, hop.place or place)) for hop in hops[:_MOST_HOPS]]
    return CodeFlow([ThreadFlow(locations)])


def _hop_location(hop: ProblemHop, place: CodePlace | None) -> Location:
    words = f"{hop.disposition}: {hop.kind} {hop.name}" + (f", {hop.rule}" if hop.rule else "")
    return msgspec.structs.replace(_location(place, hop.name), message=SarifText(words))


def _location(place: CodePlace | None, name: str) -> Location:
    """Return a location. Of the live account only the name is known, which GitHub does not take."""
    names = [LogicalLocation(name)] if name else UNSET
    if place is None:
        return Location(logical_locations=names)
    column = place.column or 1
    region = TextRegion(place.line, column, place.line, column + 1)
    return Location(PhysicalLocation(ArtifactLocation(quote(place.path)), region), names)


def _rule(rule: ProblemRule, severity: str) -> ReportingDescriptor:
    return ReportingDescriptor(
        id=rule.id,
        name="".join(word.capitalize() for word in rule.id.replace("-", "_").split("_")),
        short_description=SarifText(_sentence(rule.title)),
        full_description=SarifText(_sentence(rule.means)),
        help=SarifText(_sentence(rule.remedy or rule.means), "\n\n".join(_paragraphs(rule))),
        default_configuration=RuleConfiguration(severity),
        properties=RuleProperties(["aws", "ecs", "fargate", "network"], "high", _LEVELS[severity]),
    )


def _paragraphs(rule: ProblemRule) -> Iterable[str]:
    yield f"**{_sentence(rule.title)}**"
    yield rule.means
    if rule.remedy:
        yield rule.remedy
    yield f"`skerry explain {rule.id}` tells more."


def _sentence(text: str) -> str:
    """Return a text with a full stop."""
    return text if text.endswith((".", "?", "!")) else f"{text}."
