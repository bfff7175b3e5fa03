"""JUnit XML: one test case for each service, as Jenkins, GitLab and Azure Pipelines read it.

https://docs.gitlab.com/ci/testing/unit_test_reports/
"""

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.masking import mask
from skerry.problems.records import Problem, TriagedResult
from skerry.verdicts import BLOCKED, INTERMITTENT, NOT_APPLICABLE, UNKNOWN

_FAILS = {BLOCKED, INTERMITTENT}
# Characters without a place in XML 1.0, and marks of direction: https://www.w3.org/TR/xml/#charsets.
# Line breaks too: a name must not begin a line of a log.
_UNUSABLE = re.compile("[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def write_junit(triaged: TriagedResult) -> str:
    """Write the services: a failure if it cannot start, an error if that is unknown."""
    services = triaged.services
    suite = ET.Element("testsuite", name="skerry", tests=str(len(services)))
    counts = {"failures": 0, "errors": 0, "skipped": 0}
    for service in services:
        case = ET.SubElement(
            suite, "testcase", name=_text(service.launch.name), classname=_text(service.launch.cluster)
        )
        problems = [problem for problem in triaged.triage.problems if service.launch.name in problem.services]
        place = next((problem.place for problem in problems if problem.place), triaged.place)
        if place is not None:
            case.set("file", _text(place.path))
            case.set("line", str(place.line))
        kind = _outcome_of(service, problems)
        if kind is not None:
            counts["skipped" if kind == "skipped" else f"{kind}s"] += 1
            _add_outcome(case, kind, service, problems)
        _add_output(case, [problem for problem in problems if problem.kind == "finding"])
    for name, count in counts.items():
        suite.set(name, str(count))
    suites = ET.Element("testsuites", {"name": "skerry", "tests": suite.get("tests", ""), **_counts(counts)})
    suites.append(suite)
    ET.indent(suites)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(suites, encoding='unicode')}\n"


def _counts(counts: dict[str, int]) -> dict[str, str]:
    return {name: str(count) for name, count in counts.items()}


def _outcome_of(service: ServiceDiagnosis, problems: Iterable[Problem]) -> str | None:
    """Return the outcome of a service; None for success. An accepted problem is no failure."""
    kinds = {problem.kind for problem in problems if problem.kind != "finding"}
    if service.verdict is NOT_APPLICABLE:
        return "skipped"
    if service.verdict in _FAILS and "cause" in kinds:
        return "failure"
    if service.verdict in {*_FAILS, UNKNOWN} and "missing-fact" in kinds:
        return "error"
    return "error" if service.verdict is UNKNOWN and not service.needs else None


def _add_outcome(case: ET.Element, kind: str, service: ServiceDiagnosis, problems: Iterable[Problem]) -> None:
    if kind == "skipped":
        ET.SubElement(case, kind, message=_text(service.launch.not_applicable or "not applicable"))
        return
    outcome = ET.SubElement(case, kind, message=_text(f"{service.launch.name} is {service.verdict}"))
    outcome.set("type", str(service.verdict))
    lines = [_line(problem) for problem in problems if problem.kind != "finding"]
    outcome.text = "\n".join(lines)


def _add_output(case: ET.Element, findings: Iterable[Problem]) -> None:
    lines = [_line(problem) for problem in findings]
    if lines:
        ET.SubElement(case, "system-out").text = "\n".join(lines)


def _line(problem: Problem) -> str:
    place = "" if problem.place is None else f"{problem.place.path}:{problem.place.line}: "
    return _text(f"{place}{problem.rule}: {problem.text}")


def _text(text: str) -> str:
    """Return a text that XML can hold, without secrets."""
    return _UNUSABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", mask(text))
