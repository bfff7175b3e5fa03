"""Problems in the formats of other tools: whole, within their limits, and inert whatever the names are."""

import gzip
import json
from typing import Any
from xml.etree import ElementTree as ET

import click
import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion

from skerry.app.triaging import load_rules
from skerry.diagnose.check_result import CheckedNetwork, CheckResult
from skerry.model.world import World
from skerry.problems.records import BROKEN, Acceptance, CodePlace, Problem, ProblemHop
from skerry.render import formats, github_annotations, gitlab_code_quality, junit, sarif, triage_text
from skerry.render.view import View
from tests.networks import ACCOUNT, REGION, Network, container
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
    text = formats.CHECK[form](triaged(network), View()).text
    assert text == snapshot


@pytest.mark.parametrize("form", formats.DIAGNOSIS)
def test_every_format_writes_an_ok_network_and_none_at_all(form: str) -> None:
    empty = Network()
    empty.definition(container())
    assert isinstance(formats.DIAGNOSIS[form](triaged(empty), View()).text, str)


class TestSarif:
    def results(self, text: str) -> list[Any]:
        [run] = json.loads(text)["runs"]
        return list(run["results"])

    def test_result_has_the_path_of_the_packets(self, network: Network) -> None:
        [result] = [row for row in self.results(sarif.write_sarif(triaged(network)).text) if row["ruleId"] == RULE]
        [flow] = result["codeFlows"]
        hops = [row["location"]["message"]["text"] for row in flow["threadFlows"][0]["locations"]]
        assert any(hop.startswith("lost: route rtb-main") for hop in hops)
        assert result["locations"][0]["physicalLocation"]["region"]["startColumn"] == 3

    def notes(self, text: str) -> list[str]:
        [run] = json.loads(text)["runs"]
        rows = [row for one in run.get("invocations", []) for row in one["toolExecutionNotifications"]]
        return [row["message"]["text"] for row in rows]

    def test_accepted_problem_is_counted_and_no_result(self, network: Network) -> None:
        written = sarif.write_sarif(triaged(network, Acceptance(RULE, "ours", CodePlace("skerry.toml", 3))))
        assert RULE not in {row["ruleId"] for row in self.results(written.text)}
        assert self.notes(written.text) == ["1 problems are accepted or in the baseline"]
        assert written.left_out == ()

    def test_results_are_cut_at_the_limit_of_code_scanning_and_the_others_counted(self) -> None:
        written = sarif.write_sarif(with_problems(problem(number) for number in range(5_003)))
        assert len(self.results(written.text)) == 5_000
        assert written.left_out == ("3 problems are left out: code scanning takes 5000 results and 10 MB",)
        assert self.notes(written.text) == list(written.left_out)

    def test_large_document_loses_its_paths_before_its_results(
        self, network: Network, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        whole = triaged(network)
        packed = len(gzip.compress(sarif.write_sarif(whole).text.encode(), 6))
        monkeypatch.setattr(sarif, "_MOST_BYTES", packed - 1)
        written = sarif.write_sarif(whole)
        assert written.left_out == ("the paths of packets are left out: code scanning takes 10 MB",)
        assert [row for row in self.results(written.text) if "codeFlows" in row] == []
        assert len(self.results(written.text)) == len(whole.triage.problems)
        monkeypatch.setattr(sarif, "_MOST_BYTES", 4_000)
        many = with_problems(problem(number) for number in range(400))
        fewer = sarif.write_sarif(many)
        assert 0 < len(self.results(fewer.text)) < 400
        assert len(gzip.compress(fewer.text.encode(), 6)) <= 4_000
        assert len(fewer.left_out) == 2

    def test_long_path_is_cut_and_said(self) -> None:
        hops = (ProblemHop("route", "rtb-1", "", "kept"),) * 1_001
        row = Problem("cause", RULE, "error", ("x",), "rtb-1", "rtb-1", hops=hops)
        written = sarif.write_sarif(with_problems([row]))
        [result] = self.results(written.text)
        assert len(result["codeFlows"][0]["threadFlows"][0]["locations"]) == 1_000
        assert written.left_out == ("paths are cut after 1000 hops: code scanning keeps no more",)

    def test_problems_of_one_fingerprint_are_told_apart(self) -> None:
        rows = self.results(sarif.write_sarif(with_problems([problem(), problem()])).text)
        marks = [row["partialFingerprints"]["primaryLocationLineHash"] for row in rows]
        assert marks == [f"{problem().fingerprint}:1", f"{problem().fingerprint}:2"]

    def test_texts_of_rules_fit_code_scanning(self) -> None:
        # https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
        long = [rule.id for rule in load_rules().values() if max(len(rule.title), len(rule.means)) > 1_000]
        assert long == []

    def test_problem_without_a_file_has_a_logical_location_alone(self) -> None:
        nowhere = Problem("cause", RULE, "error", ("x",), "rtb-1", "rtb-1")
        written = sarif.write_sarif(with_problems([nowhere], None))
        assert self.notes(written.text) == list(written.left_out)
        assert written.left_out[0].startswith("code scanning refuses this file: ")
        [result] = self.results(written.text)
        assert result["locations"] == [{"logicalLocations": [{"fullyQualifiedName": "rtb-1", "kind": "resource"}]}]

    def test_rule_index_is_that_of_the_rule(self, network: Network) -> None:
        [run] = json.loads(sarif.write_sarif(triaged(network)).text)["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert all(rules[row["ruleIndex"]]["id"] == row["ruleId"] for row in run["results"])
        assert len({rule["id"] for rule in rules}) == len(rules)


class TestJunit:
    def cases(self, network: Network, *acceptances: Acceptance) -> list[ET.Element]:
        return list(ET.fromstring(junit.write_junit(triaged(network, *acceptances)).text).iter("testcase"))  # noqa: S314

    def test_blocked_service_is_a_failure_and_findings_are_output(self, network: Network) -> None:
        cases = self.cases(network)
        assert [(case.get("name"), [part.tag for part in case]) for case in cases] == [
            ("web", ["failure", "system-out"]),
            ("api", ["failure", "system-out"]),
        ]
        assert "hunter2" not in ET.tostring(cases[0], encoding="unicode")

    def test_unknown_service_is_an_error(self, network: Network) -> None:
        network.forget("RouteTables")
        root = ET.fromstring(junit.write_junit(triaged(network)).text)  # noqa: S314
        assert (root.get("failures"), root.get("errors"), root.get("tests")) == ("0", "2", "2")

    def test_unknown_service_is_an_error_though_its_facts_are_hidden(self, network: Network) -> None:
        network.forget("RouteTables")
        result = triaged(network)
        hidden = msgspec.structs.replace(result.triage, problems=(), hidden=result.triage.problems)
        text = junit.write_junit(msgspec.structs.replace(result, triage=hidden)).text
        root = ET.fromstring(text)  # noqa: S314
        assert (root.get("errors"), "missing-fact" in text) == ("2", False)

    def test_service_whose_causes_are_accepted_is_no_failure(self, network: Network) -> None:
        accepted = Acceptance(RULE, "ours", CodePlace("skerry.toml", 3))
        assert all(case.find("failure") is None for case in self.cases(network, accepted))

    def test_name_with_line_breaks_begins_no_line(self, network: Network) -> None:
        network.rows["services"][0]["serviceName"] = "web\n::error::x"
        text = junit.write_junit(triaged(network)).text
        assert "::error::x" in text
        assert [line for line in text.splitlines() if line.lstrip().startswith("::")] == []

    def test_service_not_on_fargate_is_skipped(self, network: Network) -> None:
        network.rows["services"][0]["launchType"] = "EC2"
        [case, _] = self.cases(network)
        skipped = case.find("skipped")
        assert skipped is not None
        assert skipped.get("message")

    def test_services_of_one_name_in_two_regions_have_their_own_problems(self, network: Network) -> None:
        other = Network()
        other.definition(container())
        other.service()
        one, two = triaged(network), triaged(other, Acceptance(RULE, "ours", CodePlace("skerry.toml", 3)))
        [far] = two.result.networks
        world = World(msgspec.structs.replace(far.world.facts, region="us-east-1"))
        result = CheckResult((), (*one.result.networks, CheckedNetwork(world, far.diagnosis)))
        text = junit.write_junit(msgspec.structs.replace(one, result=result)).text
        cases = list(ET.fromstring(text).iter("testcase"))  # noqa: S314
        assert [(case.get("classname"), case.find("failure") is None) for case in cases] == [
            ("111122223333 eu-west-1 shop", False),
            ("111122223333 eu-west-1 shop", False),
            ("111122223333 us-east-1 shop", True),
        ]

    def test_service_that_the_change_breaks_after_its_start_is_a_failure(self, network: Network) -> None:
        result = triaged(network, Acceptance(RULE, "ours", CodePlace("skerry.toml", 3)))
        broken = Problem(
            "break", BROKEN, "error", ("the change breaks web",), "shop/web", "shop/web", REGION, ("web",),
            account=ACCOUNT, launches=(("shop", "web"),),
        )  # fmt: skip
        rows = (broken, *result.triage.problems)
        text = junit.write_junit(
            msgspec.structs.replace(result, triage=msgspec.structs.replace(result.triage, problems=rows))
        ).text
        root = ET.fromstring(text)  # noqa: S314
        assert (root.get("failures"), [case.find("failure") is None for case in root.iter("testcase")]) == (
            "1",
            [False, True],
        )

    def test_problem_of_no_service_is_output_of_the_suite(self) -> None:
        expired = Problem(
            "setting", "expired-acceptance", "warning", ("over",), "x", "x", place=CodePlace("skerry.toml")
        )
        root = ET.fromstring(junit.write_junit(with_problems([expired])).text)  # noqa: S314
        [output] = root.findall("testsuite/system-out")
        assert output.text == "skerry.toml:1: expired-acceptance: over."

    def test_many_problems_of_a_service_are_counted(self, network: Network) -> None:
        result = triaged(network)
        findings = tuple(
            Problem("finding", "plaintext-secrets", "note", ("x",), f"n{n}", f"n{n}", REGION, ("web",), account=ACCOUNT)
            for n in range(10_000)
        )
        triage = msgspec.structs.replace(result.triage, problems=findings)
        written = junit.write_junit(msgspec.structs.replace(result, triage=triage))
        assert written.left_out == ("9900 problems are left out: a test case shows 100 of a kind",)
        assert "and 9900 more" in written.text

    def test_large_document_shows_fewer_problems(self, network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
        result = triaged(network)
        rows = tuple(
            Problem(
                "finding", "plaintext-secrets", "note", ("x" * 200,), f"n{n}", "n", REGION, ("web",), account=ACCOUNT
            )
            for n in range(50)
        )
        crowded = msgspec.structs.replace(result, triage=msgspec.structs.replace(result.triage, problems=rows))
        monkeypatch.setattr(junit, "_MOST_BYTES", 8_000)
        assert junit.write_junit(crowded).left_out == ("40 problems are left out: a test case shows 10 of a kind",)
        monkeypatch.setattr(junit, "_MOST_BYTES", 10)
        assert junit.write_junit(crowded).left_out[1] == "the file has more than the 30 MB that GitLab reads"


class TestAnnotations:
    def lines(self, count: int, severity: str = "error") -> list[str]:
        rows = (problem(number, severity) for number in range(count))
        return github_annotations.write_annotations(with_problems(rows)).text.splitlines()

    def test_ten_of_a_kind_are_written_and_the_last_counts_the_others(self) -> None:
        assert len(self.lines(10)) == 10
        many = self.lines(10_000)
        assert len(many) == 10
        assert many[-1] == "::error title=skerry::9991 more, which GitHub does not show"

    def test_what_is_left_out_is_said_for_each_kind(self) -> None:
        rows = [problem(number, kind) for kind in ("error", "warning") for number in range(11)]
        assert github_annotations.write_annotations(with_problems(rows)).left_out == (
            "2 problems of severity error are left out: GitHub shows 10 of a kind",
            "2 problems of severity warning are left out: GitHub shows 10 of a kind",
        )

    def test_long_message_is_cut(self) -> None:
        row = Problem("cause", RULE, "error", ("x" * 10_000,), "rtb-1", "rtb-1")
        [line] = github_annotations.write_annotations(with_problems([row])).text.splitlines()
        assert len(line) < 5_000
        assert line.endswith("x…")

    def test_kinds_are_error_warning_and_notice(self) -> None:
        assert [self.lines(1, kind)[0].split()[0] for kind in ("error", "warning", "note")] == [
            "::error",
            "::warning",
            "::notice",
        ]

    def test_hostile_name_ends_neither_property_nor_command(self) -> None:
        row = Problem("cause", RULE, "error", (HOSTILE,), HOSTILE, HOSTILE, place=CodePlace(HOSTILE, 2))
        text = github_annotations.write_annotations(with_problems([row])).text
        [line] = text.split("\n")[:-1]
        assert "\r" not in text
        properties, _ = line.removeprefix("::error ").split("::", 1)
        assert [word.split("=")[0] for word in properties.split(",")] == ["file", "line", "col", "title"]


class TestCodeQuality:
    def test_issues_have_unique_fingerprints_and_relative_paths(self, network: Network) -> None:
        issues = json.loads(gitlab_code_quality.write_code_quality(triaged(network)).text)
        assert len({issue["fingerprint"] for issue in issues}) == len(issues) > 1
        assert {issue["location"]["path"] for issue in issues} <= {"infra/main.tf", "network.json"}

    def test_problem_in_no_file_is_left_out_and_said(self) -> None:
        nowhere = Problem("cause", RULE, "error", ("x",), "rtb-1", "rtb-1")
        written = gitlab_code_quality.write_code_quality(with_problems([nowhere], None))
        assert json.loads(written.text) == []
        assert written.left_out == ("1 problems are left out: they are in no file, and GitLab shows none of those",)

    def test_problems_of_one_fingerprint_are_told_apart(self) -> None:
        rows = json.loads(gitlab_code_quality.write_code_quality(with_problems([problem(), problem()])).text)
        assert [row["fingerprint"] for row in rows] == [problem().fingerprint, f"{problem().fingerprint}-2"]

    def test_issues_without_room_are_counted_by_the_last_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(gitlab_code_quality, "_MOST_ISSUES", 50)
        written = gitlab_code_quality.write_code_quality(with_problems(problem(number) for number in range(100)))
        rows = json.loads(written.text)
        assert len(rows) == 50
        assert written.left_out == ("51 problems are left out: a report of GitLab has at most 100 MB",)
        assert (rows[-1]["check_name"], rows[-1]["description"]) == ("skerry", written.left_out[0])

    def test_long_description_is_cut(self) -> None:
        row = Problem("cause", RULE, "error", ("x" * 10_000,), "rtb-1", "rtb-1")
        [issue] = json.loads(gitlab_code_quality.write_code_quality(with_problems([row])).text)
        assert len(issue["description"]) == 2_001


@pytest.mark.parametrize("form", ["sarif", "junit", "github", "gitlab"])
def test_hostile_names_stay_inert(form: str) -> None:
    row = Problem("cause", RULE, "error", (HOSTILE,), HOSTILE, HOSTILE, services=(HOSTILE,), place=CodePlace("a.tf"))
    text = formats.CHECK[form](with_problems([row]), View()).text
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

    @pytest.mark.parametrize(
        ("column", "width", "caret"), [(400, 1000, 101), (400, 60, 54), (2, 1000, 2), (40, 60, 40), (None, 80, 3)]
    )
    def test_caret_stays_below_the_code(self, column: int | None, width: int, caret: int) -> None:
        place = CodePlace("infra/main.tf", 7, column)
        row = Problem("cause", RULE, "error", ("x",), "rtb-1", "rtb-1", place=place)
        result = msgspec.structs.replace(with_problems([row]), lines={place: f"  x {'y' * 96}"})
        lines = click.unstyle(triage_text.add_triage("x\n", result, View(width=width))).splitlines()
        [code] = [line for line in lines if line.startswith("  7 | ")]
        below = lines[lines.index(code) + 1]
        assert max(map(len, lines)) <= width
        assert below.index("^") - len("  7 | ") + 1 == caret <= len(code.removeprefix("  7 | ")) + 1

    def test_many_places_are_counted(self) -> None:
        places = [CodePlace("main.tf", line) for line in range(1, 10_001)]
        rows = [Problem("cause", RULE, "error", ("x",), f"n{p.line}", f"n{p.line}", place=p) for p in places]
        result = msgspec.structs.replace(with_problems(rows), lines=dict.fromkeys(places, "x {}"))
        text = click.unstyle(triage_text.add_triage("x\n", result, View()))
        assert text.count("-->") == 20
        assert text.endswith("  and 9980 more places: JSON and SARIF list them all\n")

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
