"""JUnit XML: one test case for each service, as Jenkins, GitLab and Azure Pipelines read it.

https://docs.gitlab.com/ci/testing/unit_test_reports/
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final
from xml.etree import ElementTree as ET

from skerry.diagnose.check_result import CheckedNetwork
from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.masking import mask
from skerry.problems.records import Problem, TriagedResult
from skerry.render.rendered import Rendered
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, UNKNOWN

_FAILS = {BLOCKED, INTERMITTENT}
# Characters without a place in XML 1.0, and marks of direction: https://www.w3.org/TR/xml/#charsets.
# Line breaks too: a name must not begin a line of a log.
_UNUSABLE = re.compile("[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# GitLab reads files of less than 30 MB: https://docs.gitlab.com/ci/testing/unit_test_reports/#file-format-and-size-limits
_MOST_BYTES = 30_000_000
_MOST_PROBLEMS: Final = (100, 10, 1)
"""How many problems a test case shows: fewer where the file would be too large."""
_MOST_LETTERS: Final = 4_000


def write_junit(triaged: TriagedResult) -> Rendered:
    """Write the services: a failure if it cannot start, an error if that is unknown."""
    *larger, last = (_Suite(triaged, most) for most in _MOST_PROBLEMS)
    for suite in larger:
        text = suite.write()
        if len(text.encode()) < _MOST_BYTES:
            return Rendered(text, suite.notes)
    text = last.write()
    too_large = "the file has more than the 30 MB that GitLab reads"
    return Rendered(text, last.notes if len(text.encode()) < _MOST_BYTES else (*last.notes, too_large))


class _Suite:
    """The test suite of a result with at most ``most`` problems of a kind in a test case."""

    def __init__(self, triaged: TriagedResult, most: int) -> None:
        self._triaged = triaged
        self._most = most
        self._left_out = 0

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes on problems without room in the suite."""
        if not self._left_out:
            return ()
        return (f"{self._left_out} problems are left out: a test case shows {self._most} of a kind",)

    def write(self) -> str:
        """Write the document."""
        suite = ET.Element("testsuite", name="skerry", tests=str(len(self._triaged.services)))
        outcomes = Counter(self._add_case(suite, *row) for row in _services_of(self._triaged))
        # No test case is about them: an acceptance that is over, and a finding of no service.
        self._add_output(suite, [row for row in self._triaged.triage.problems if not row.services])
        counts = {f"{kind}s": str(outcomes[kind]) for kind in ("failure", "error")}
        counts["skipped"] = str(outcomes["skipped"])
        suite.attrib |= counts
        suites = ET.Element("testsuites", {"name": "skerry", "tests": suite.get("tests", ""), **counts})
        suites.append(suite)
        ET.indent(suites)
        return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(suites, encoding='unicode')}\n"

    def _add_case(self, suite: ET.Element, network: CheckedNetwork, service: ServiceDiagnosis) -> str:
        """Add the test case of a service, and return its outcome; empty for success."""
        name, group = (
            _text(service.launch.name),
            _group_of(network, service, alone=len(self._triaged.result.networks) == 1),
        )
        case = ET.SubElement(suite, "testcase", name=name, classname=_text(group))
        triage = self._triaged.triage
        problems = _problems_of(triage.problems, network, service)
        place = next((problem.place for problem in problems if problem.place), self._triaged.place)
        if place is not None:
            case.set("file", _text(place.path))
            case.set("line", str(place.line))
        # A hidden problem counts all the same.
        kind = _outcome_of(service, [*problems, *_problems_of(triage.hidden, network, service)])
        if kind == "skipped":
            ET.SubElement(case, kind, message=_text(service.launch.not_applicable or "not applicable"))
        elif kind:
            verdict = service.verdict if service.verdict in {*_FAILS, UNKNOWN} else "broken by the change"
            outcome = ET.SubElement(case, kind, message=_text(f"{service.launch.name} is {verdict}"))
            outcome.set("type", str(verdict))
            outcome.text = self._lines([problem for problem in problems if problem.kind != "finding"])
        self._add_output(case, [problem for problem in problems if problem.kind == "finding"])
        return kind

    def _add_output(self, parent: ET.Element, problems: Sequence[Problem]) -> None:
        if problems:
            ET.SubElement(parent, "system-out").text = self._lines(problems)

    def _lines(self, problems: Sequence[Problem]) -> str:
        """Return a line for each of the first problems, and the number of the others."""
        more = max(0, len(problems) - self._most)
        self._left_out += more
        return "\n".join([*map(_line, problems[: self._most]), *([f"and {more} more"] if more else [])])


def _services_of(triaged: TriagedResult) -> Iterable[tuple[CheckedNetwork, ServiceDiagnosis]]:
    return [(network, service) for network in triaged.result.networks for service in network.diagnosis.services]


def _group_of(network: CheckedNetwork, service: ServiceDiagnosis, *, alone: bool) -> str:
    """Return the name of a service's group: GitLab keeps one test case of a name and a group."""
    place = () if alone else (network.world.account, network.world.region)
    return " ".join(filter(None, (*place, service.launch.cluster)))


def _problems_of(problems: Iterable[Problem], network: CheckedNetwork, service: ServiceDiagnosis) -> list[Problem]:
    """Return those of one service."""
    place = (network.world.account, network.world.region)
    return [
        row
        for row in problems
        if (row.account, row.region) == place and row.concerns(service.launch.cluster, service.launch.name)
    ]


def _outcome_of(service: ServiceDiagnosis, problems: Iterable[Problem]) -> str:
    """Return the outcome of a service; empty for success. An accepted problem is no failure."""
    kinds = {problem.kind for problem in problems if problem.kind != "finding"}
    if "break" in kinds:
        return "failure"
    if service.verdict is NOT_APPLICABLE:
        return "skipped"
    if service.verdict in _FAILS and "cause" in kinds:
        return "failure"
    if service.verdict in {*_FAILS, UNKNOWN} and "missing-fact" in kinds:
        return "error"
    return "error" if service.verdict is UNKNOWN and not service.needs else ""


def _line(problem: Problem) -> str:
    place = "" if problem.place is None else f"{problem.place.path}:{problem.place.line}: "
    text = f"{place}{problem.rule}: {problem.text}"
    return _text(text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…")


def _text(text: str) -> str:
    """Return a text that XML can hold, without secrets."""
    return _UNUSABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", mask(text))
