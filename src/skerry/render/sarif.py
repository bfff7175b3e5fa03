"""SARIF 2.1.0, as GitHub's code scanning reads it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType

from skerry.problems.records import CodePlace, Problem, ProblemHop, ProblemRule, TriagedResult
from skerry.render.json_document import write

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_SITE: Final = "https://github.com/OWNER/skerry"
# GitHub keeps the first 5,000 results of a run, and 1,000 locations of a path.
_MOST_RESULTS: Final = 5_000
_MOST_HOPS: Final = 1_000
_MOST_WORDS: Final = 1_024
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


class Suppression(msgspec.Struct, frozen=True):
    """The user's word that a result may stay."""

    kind: str
    justification: str


class Result(msgspec.Struct, frozen=True, rename="camel"):
    """One problem."""

    rule_id: str
    rule_index: int
    level: str
    message: SarifText
    locations: list[Location]
    partial_fingerprints: dict[str, str]
    code_flows: list[CodeFlow] | UnsetType = UNSET
    suppressions: list[Suppression] | UnsetType = UNSET


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


class Run(msgspec.Struct, frozen=True, rename="camel"):
    """One run."""

    tool: Tool
    results: list[Result]
    column_kind: str = "unicodeCodePoints"


class Sarif(msgspec.Struct, frozen=True):
    """The document."""

    schema: str = msgspec.field(name="$schema")
    version: str
    runs: list[Run]


def write_sarif(triaged: TriagedResult) -> str:
    """Write the problems, the worst first; those that a user accepts are marked as suppressed."""
    triage = triaged.triage
    rows = [(problem, "") for problem in triage.problems]
    rows += [(row.problem, f"{row.acceptance.reason} ({row.acceptance.written})") for row in triage.accepted]
    rows += [(problem, "in the baseline") for problem in triage.in_baseline]
    rows = rows[:_MOST_RESULTS]
    ids = list(dict.fromkeys(problem.rule for problem, _ in rows))
    results = [_result(triaged, problem, reason, ids.index(problem.rule)) for problem, reason in rows]
    severities = {problem.rule: problem.severity for problem, _ in reversed(rows)}
    rules = [_rule(triaged.rules[name], severities[name]) for name in ids]
    driver = Driver("skerry", triaged.version, _SITE, rules)
    return write(Sarif(_SCHEMA, "2.1.0", [Run(Tool(driver), results)]))


def _result(triaged: TriagedResult, problem: Problem, reason: str, index: int) -> Result:
    title = triaged.rules[problem.rule].title
    flows = [_flow(problem.hops, problem.place or triaged.place)] if problem.hops else UNSET
    return Result(
        rule_id=problem.rule,
        rule_index=index,
        level=problem.severity,
        message=SarifText(f"{title}: {problem.text}"),
        locations=[_location(problem.place or triaged.place, problem.name)],
        partial_fingerprints={"primaryLocationLineHash": f"{problem.fingerprint}:1"},
        code_flows=flows,
        suppressions=[Suppression("external", reason)] if reason else UNSET,
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
    """Return the beginning of a text, with a full stop."""
    short = text if len(text) < _MOST_WORDS else text[: _MOST_WORDS - 1]
    return short if short.endswith((".", "?", "!")) else f"{short}."
