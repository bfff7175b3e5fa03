"""Problems in the formats of other tools: whole, within their limits, and inert whatever the names are."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import click
import pytest
from syrupy.assertion import SnapshotAssertion

from skerry.problems.records import Acceptance, CodePlace, Problem
from skerry.render import formats, github_annotations, gitlab_code_quality, junit, sarif, triage_text
from skerry.render.view import View
from tests.networks import Network, container
from tests.render.triaged import triaged, with_problems

RULE = "NO_ROUTE_TO_DESTINATION"
HOSTILE = "\u202e\x1b[31m::error::x\r\n%0A</failure>]]><script>alert(1)</script>\u2028\x00,title=y:z"
WIDE = View(width=1000)


@pytest.fixture
def network() -> Network:
    """An isolated subnet with two services, one of which has a secret in plain text."""
    network = Network()
    network.definition(container(environment=[{"name": "DB_PASSWORD", "value": "hunter2hunter2"}]))
    network.service()
    network.service("api")
    return network


def problem(number: int = 0, severity: Any = "error", name: str = "rtb-1") -> Problem:
    return Problem(
        "cause", RULE, severity, (f"no route {number}",), name, f"{name}-{number}", place=CodePlace("a.tf", 2)
    )


@pytest.mark.parametrize("form", ["sarif", "junit", "github", "gitlab"])
def test_format_keeps_its_shape(form: str, network: Network, snapshot: SnapshotAssertion) -> None:
    text = formats.CHECK[form](triaged(network), View())
    assert text == snapshot


@pytest.mark.parametrize("form", formats.DIAGNOSIS)
def test_every_format_writes_an_ok_network_and_none_at_all(form: str) -> None:
    empty = Network()
    empty.definition(container())
    assert isinstance(formats.DIAGNOSIS[form](triaged(empty), View()), str)


class TestSarif:
    def results(self, text: str) -> list[Any]:
        [run] = json.loads(text)["runs"]
        return list(run["results"])

    def test_result_has_the_path_of_the_packets(self, network: Network) -> None:
        [result] = [row for row in self.results(sarif.write_sarif(triaged(network))) if row["ruleId"] == RULE]
        [flow] = result["codeFlows"]
        hops = [row["location"]["message"]["text"] for row in flow["threadFlows"][0]["locations"]]
        assert any(hop.startswith("lost: route rtb-main") for hop in hops)
        assert result["locations"][0]["physicalLocation"]["region"]["startColumn"] == 3

    def test_accepted_result_is_suppressed_with_its_reason(self, network: Network) -> None:
        accepted = triaged(network, Acceptance(RULE, "ours", CodePlace("skerry.toml", 3)))
        [result] = [row for row in self.results(sarif.write_sarif(accepted)) if row["ruleId"] == RULE]
        assert result["suppressions"] == [{"kind": "external", "justification": "ours (skerry.toml:3)"}]

    def test_results_are_cut_at_the_limit_of_code_scanning(self) -> None:
        rows = self.results(sarif.write_sarif(with_problems(problem(number) for number in range(10_000))))
        assert len(rows) == 5_000

    def test_problem_without_a_file_has_a_logical_location_alone(self) -> None:
        nowhere = Problem("cause", RULE, "error", ("x",), "rtb-1", "rtb-1")
        [result] = self.results(sarif.write_sarif(with_problems([nowhere], None)))
        assert result["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "rtb-1", "kind": "resource"}]}]

    def test_rule_index_is_that_of_the_rule(self, network: Network) -> None:
        [run] = json.loads(sarif.write_sarif(triaged(network)))["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert all(rules[row["ruleIndex"]]["id"] == row["ruleId"] for row in run["results"])
        assert len({rule["id"] for rule in rules}) == len(rules)


class TestJunit:
    def cases(self, network: Network, *acceptances: Acceptance) -> list[ET.Element]:
        return list(ET.fromstring(junit.write_junit(triaged(network, *acceptances))).iter("testcase"))  # noqa: S314

    def test_blocked_service_is_a_failure_and_findings_are_output(self, network: Network) -> None:
        cases = self.cases(network)
        assert [(case.get("name"), [part.tag for part in case]) for case in cases] == [
            ("web", ["failure", "system-out"]),
            ("api", ["failure", "system-out"]),
        ]
        assert "hunter2" not in ET.tostring(cases[0], encoding="unicode")

    def test_unknown_service_is_an_error(self, network: Network) -> None:
        network.forget("RouteTables")
        root = ET.fromstring(junit.write_junit(triaged(network)))  # noqa: S314
        assert (root.get("failures"), root.get("errors"), root.get("tests")) == ("0", "2", "2")

    def test_service_whose_causes_are_accepted_is_no_failure(self, network: Network) -> None:
        accepted = Acceptance(RULE, "ours", CodePlace("skerry.toml", 3))
        assert all(case.find("failure") is None for case in self.cases(network, accepted))

    def test_name_with_line_breaks_begins_no_line(self, network: Network) -> None:
        network.rows["services"][0]["serviceName"] = "web\n::error::x"
        text = junit.write_junit(triaged(network))
        assert "::error::x" in text
        assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []

    def test_service_not_on_fargate_is_skipped(self, network: Network) -> None:
        network.rows["services"][0]["launchType"] = "EC2"
        [case, _] = self.cases(network)
        skipped = case.find("skipped")
        assert skipped is not None
        assert skipped.get("message")


class TestAnnotations:
    def lines(self, count: int, severity: str = "error") -> list[str]:
        rows = (problem(number, severity) for number in range(count))
        return github_annotations.write_annotations(with_problems(rows)).splitlines()

    def test_ten_of_a_kind_are_written_and_the_last_counts_the_others(self) -> None:
        assert len(self.lines(10)) == 10
        many = self.lines(10_000)
        assert len(many) == 10
        assert many[-1] == "::error title=skerry::9991 more, which GitHub does not show"

    def test_kinds_are_error_warning_and_notice(self) -> None:
        assert [self.lines(1, kind)[0].split()[0] for kind in ("error", "warning", "note")] == [
            "::error",
            "::warning",
            "::notice",
        ]

    def test_hostile_name_ends_neither_property_nor_command(self) -> None:
        row = Problem("cause", RULE, "error", (HOSTILE,), HOSTILE, HOSTILE, place=CodePlace(HOSTILE, 2))
        text = github_annotations.write_annotations(with_problems([row]))
        [line] = text.split("\n")[:-1]
        assert "\r" not in text
        properties, _ = line.removeprefix("::error ").split("::", 1)
        assert [word.split("=")[0] for word in properties.split(",")] == ["file", "line", "col", "title"]


class TestCodeQuality:
    def test_issues_have_unique_fingerprints_and_relative_paths(self, network: Network) -> None:
        issues = json.loads(gitlab_code_quality.write_code_quality(triaged(network)))
        assert len({issue["fingerprint"] for issue in issues}) == len(issues) > 1
        assert {issue["location"]["path"] for issue in issues} <= {"infra/main.tf", "network.json"}

    def test_problem_in_no_file_is_left_out(self) -> None:
        nowhere = Problem("cause", RULE, "error", ("x",), "rtb-1", "rtb-1")
        assert json.loads(gitlab_code_quality.write_code_quality(with_problems([nowhere], None))) == []


@pytest.mark.parametrize("form", ["sarif", "junit", "github", "gitlab"])
def test_hostile_names_stay_inert(form: str) -> None:
    row = Problem("cause", RULE, "error", (HOSTILE,), HOSTILE, HOSTILE, services=(HOSTILE,), place=CodePlace("a.tf"))
    text = formats.CHECK[form](with_problems([row]), View())
    assert not set("\u202e\x1b\x00\u2028\r") & set(text)
    if form == "junit":
        assert "<script>" not in text
    if form in {"sarif", "gitlab"}:
        json.loads(text)


class TestText:
    def text(self, *acceptances: Acceptance, network: Network, width: int = 1000) -> str:
        result = triaged(network, *acceptances)
        return click.unstyle(triage_text.add_triage("blocked: x\n\nbody\n", result, View(width=width)))

    def test_code_has_its_place_and_a_caret_at_the_column(self, network: Network) -> None:
        lines = self.text(network=network).splitlines()
        start = lines.index("In the code")
        assert lines[start + 2 : start + 5] == [
            "    --> infra/main.tf:7",
            "  7 |   x {",
            f"    |   ^ {RULE}: The route table has no route to the destination",
        ]

    def test_first_line_names_the_verdict_without_what_is_accepted(self, network: Network) -> None:
        accepted = Acceptance(RULE, "ours", CodePlace("skerry.toml", 3))
        text = self.text(accepted, network=network)
        assert text.splitlines()[0] == "blocked: x; ok without what is accepted"
        assert f"{RULE} rtb-main: ours (skerry.toml:3)" in text

    def test_quiet_text_is_its_first_line(self, network: Network) -> None:
        result = triaged(network)
        assert triage_text.add_triage("blocked: x\n", result, View(quiet=True)) == "blocked: x\n"

    def test_next_command_stays_the_last_line(self, network: Network) -> None:
        text = f"blocked: x\n\n{click.style('Next:', bold=True)} skerry plan\n"
        lines = click.unstyle(triage_text.add_triage(text, triaged(network), WIDE)).splitlines()
        assert lines[-1] == "Next: skerry plan"
        assert "In the code" in lines

    def test_unused_acceptance_is_told(self, network: Network) -> None:
        unused = Acceptance("endpoint-wide-policy", "x", CodePlace("skerry.toml", 3))
        assert "skerry.toml:3: no problem is accepted by endpoint-wide-policy here" in self.text(
            unused, network=network
        )
