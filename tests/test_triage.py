"""Settings, accepting comments, baselines and other formats, by the commands that have them."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from skerry.app.triaging import load_settings
from skerry.settings.settings_file import CheckDefaults
from tests.commands import BLOCKED, UNKNOWN, USAGE, Run, Skerry, complaint

SCENARIOS = Path(__file__).parent / "scenarios"
ACCEPTED = """
[[accept]]
rule = "NO_ROUTE_TO_DESTINATION"
reason = "not yet"
"""


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Skerry:
    """Run skerry in a repository with saved answers."""
    repository = tmp_path / "repository"
    (repository / ".git").mkdir(parents=True)
    for name, scenario in {"broken": "article-broken", "unknown": "one-zone-blocked-one-unknown"}.items():
        (repository / f"{name}.json").write_bytes((SCENARIOS / scenario / "network.json").read_bytes())
    monkeypatch.chdir(repository)
    return Skerry(monkeypatch, capsys)


def write_settings(text: str) -> None:
    Path("skerry.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("words", [("diagnose", "--from", "broken.json"), ("check", "broken.json")])
def test_accepted_causes_leave_exit_code_0_and_are_named(words: tuple[str, ...], run: Skerry) -> None:
    assert run(*words).code == BLOCKED
    write_settings(ACCEPTED)
    found = run(*words)
    assert (found.code, "settings of skerry.toml" in found.err) == (0, True)
    assert found.out.splitlines()[0].endswith("; ok without what is accepted")
    assert "not yet (skerry.toml:3)" in found.out
    assert run(*words, "--no-config").code == BLOCKED


def test_other_settings_file_is_read_by_name(run: Skerry) -> None:
    Path("other.toml").write_text(ACCEPTED, encoding="utf-8")
    assert run("check", "broken.json", "--config", "other.toml").code == 0


def test_wrong_settings_are_refused_with_their_line(run: Skerry) -> None:
    write_settings("\nfail_on = 1")
    assert complaint(run("check", "broken.json")) == "skerry.toml:2: unknown key 'fail_on'. Did you mean fail-on?"


@pytest.mark.usefixtures("run")
def test_settings_of_the_documentation_are_read() -> None:
    page = (Path(__file__).parents[1] / "docs" / "formats.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    Path("skerry.toml").write_text(text, encoding="utf-8")
    settings = load_settings(Path())
    assert settings is not None
    assert settings.content.check.parameters == (("network.Stage", "production"),)
    assert all(getattr(settings.content.check, name) for name in CheckDefaults.__struct_fields__)


def test_inputs_and_exit_codes_come_from_the_settings(run: Skerry) -> None:
    write_settings('inputs = ["unknown.json"]')
    assert run("check").code == run("check", "unknown.json", "--no-config").code != 0
    write_settings("")
    assert run("check").code == USAGE


def test_unknown_fails_unless_only_blocked_does(run: Skerry) -> None:
    content = json.loads(Path("broken.json").read_bytes())
    del content["RouteTables"]
    Path("partial.json").write_text(json.dumps(content), encoding="utf-8")
    assert run("check", "partial.json").code == UNKNOWN
    assert run("check", "partial.json", "--fail-on", "blocked").code == 0
    write_settings('fail-on = "blocked"')
    assert run("check", "partial.json").code == 0
    assert run("check", "partial.json", "--fail-on", "unknown").code == UNKNOWN


@pytest.mark.parametrize("verdict", ["ok", "blocked", "unknown"])
def test_exit_code_follows_fail_on_then_allow_unknown_then_the_settings(verdict: str, run: Skerry) -> None:
    content = json.loads(Path("broken.json").read_bytes())
    if verdict == "unknown":
        del content["RouteTables"]
    name = "article-repaired" if verdict == "ok" else "article-broken"
    Path("input.json").write_bytes(
        json.dumps(content).encode() if verdict == "unknown" else (SCENARIOS / name / "network.json").read_bytes()
    )
    strict = {"ok": 0, "blocked": BLOCKED, "unknown": UNKNOWN}[verdict]
    lenient = 0 if verdict == "unknown" else strict
    for settings, words, expected in (
        ("", (), strict),
        ("", ("--allow-unknown",), lenient),
        ("", ("--fail-on", "blocked"), lenient),
        ("", ("--fail-on", "unknown"), strict),
        ("", ("--allow-unknown", "--fail-on", "unknown"), strict),
        ("", ("--allow-unknown", "--fail-on", "blocked"), lenient),
        ('fail-on = "blocked"', (), lenient),
        ('fail-on = "blocked"', ("--fail-on", "unknown"), strict),
        ('fail-on = "unknown"', (), strict),
        ('fail-on = "unknown"', ("--allow-unknown",), lenient),
        ('fail-on = "unknown"', ("--fail-on", "blocked"), lenient),
        ('min-severity = "error"', (), strict),
        ('min-severity = "error"', ("--min-severity", "note", "--fail-on", "blocked"), lenient),
    ):
        write_settings(settings)
        assert run("check", "input.json", "-q", *words).code == expected, (settings, words)


def test_only_new_problems_count_after_a_baseline(run: Skerry) -> None:
    assert run("check", "broken.json", "--write-baseline", "baseline.json", "-q").code == 0
    found = run("check", "broken.json", "--baseline", "baseline.json")
    assert (found.code, "problems of the baseline" in found.out) == (0, True)
    write_settings('baseline = "baseline.json"')
    assert run("check", "broken.json").code == 0
    rows = json.loads(Path("baseline.json").read_bytes())["problems"]
    Path("baseline.json").write_text(json.dumps({"version": 1, "problems": rows[1:]}), encoding="utf-8")
    causes = {row["rule"] for row in rows}
    assert "NO_ROUTE_TO_DESTINATION" in causes


def test_baseline_holds_problems_below_the_least_severity_too(run: Skerry) -> None:
    content = json.loads(Path("broken.json").read_bytes())
    del content["RouteTables"]
    Path("partial.json").write_text(json.dumps(content), encoding="utf-8")
    write_settings('min-severity = "error"')
    assert run("check", "partial.json", "--write-baseline", "baseline.json", "-q").code == 0
    assert run("check", "partial.json", "-q").code == UNKNOWN
    assert run("check", "partial.json", "-q", "--baseline", "baseline.json").code == 0


def test_baseline_outside_the_repository_is_refused(run: Skerry) -> None:
    write_settings('baseline = "../baseline.json"')
    found = run("check", "broken.json")
    assert (found.code, "is outside repository" in found.err) == (USAGE, True)


def test_input_of_the_settings_outside_their_folder_is_refused(run: Skerry, tmp_path: Path) -> None:
    (tmp_path / "outside.json").write_bytes(Path("broken.json").read_bytes())
    write_settings('inputs = ["../outside.json"]')
    found = run("check")
    assert (found.code, "../outside.json is outside repository" in found.err) == (USAGE, True)


@pytest.mark.parametrize("key", ["code", "with"])
def test_folder_of_the_settings_outside_their_folder_is_refused(key: str, run: Skerry) -> None:
    write_settings(f'inputs = ["broken.json"]\n{key} = ".."')
    found = run("check")
    assert (found.code, "skerry.toml: .. is outside repository" in found.err) == (USAGE, True)


@pytest.mark.parametrize("settings", ['inputs = ["infra"]', 'inputs = ["broken.json"]\ncode = "infra"'])
def test_code_that_the_settings_name_does_not_run_unless_the_command_line_says_so(settings: str, run: Skerry) -> None:
    Path("infra").mkdir()
    Path("infra/main.tf").write_text("locals {}", encoding="utf-8")
    write_settings(settings)
    refused = "skerry.toml names the Terraform code of infra, which would run"
    assert complaint_after_settings(run("check")) == refused
    # The folder is not initialised, which is noticed once the code may run, or was named on the command line.
    for words in (("--run-code",), ("infra",) if "code" not in settings else ("broken.json", "--code", "infra")):
        found = run("check", *words)
        assert refused not in found.err


def complaint_after_settings(found: Run) -> str:
    """The error of a run that names its settings first."""
    assert found.code == USAGE
    first, second, *_ = found.err.splitlines()
    assert first == "skerry: settings of skerry.toml"
    return second.removeprefix("skerry: ")


def test_defaults_of_a_check_come_from_the_settings_and_the_command_line_goes_first(run: Skerry) -> None:
    labelled = Path(__file__).parent / "sources" / "cloudformation" / "labelled"
    text = (labelled / "private-dns-by-default.yaml").read_text(encoding="utf-8")
    parameters = "Parameters:\n  PrivateNames:\n    Type: String\n    Default: 'false'\n"
    text = text.replace("Resources:", f"{parameters}Resources:", 1)
    text = text.replace("      ServiceName: !Sub com.amazonaws.${AWS::Region}.ecr", (
        "      PrivateDnsEnabled: !Ref PrivateNames\n      ServiceName: !Sub com.amazonaws.${AWS::Region}.ecr"
    ))  # fmt: skip
    Path("network.yaml").write_text(text, encoding="utf-8")
    defaults = 'inputs = ["stack=network.yaml"]\nregion = "eu-west-1"\n[parameters]\n'
    for values, words, code in (
        ("", (), BLOCKED),
        ('PrivateNames = "true"', (), 0),
        ('"stack.PrivateNames" = "true"', (), 0),
        ('PrivateNames = "true"', ("--parameters", "PrivateNames=false"), BLOCKED),
    ):
        write_settings(f"{defaults}{values}")
        assert run("check", "-q", *words).code == code, (values, words)


def test_what_a_format_leaves_out_is_said(run: Skerry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skerry.render.sarif._MOST_RESULTS", 0)
    found = run("check", "broken.json", "--write", "sarif=a.sarif", "-q")
    assert re.search(
        r"^skerry: sarif: \d+ problems are left out: code scanning takes 0 results", found.err, re.MULTILINE
    )


def test_baseline_of_another_version_is_refused(run: Skerry) -> None:
    Path("baseline.json").write_text('{"version": 7, "problems": []}', encoding="utf-8")
    message = complaint(run("check", "broken.json", "--baseline", "baseline.json"))
    assert message == "baseline.json is a baseline of version 7, and this skerry reads version 1"


def test_further_formats_are_saved_beside_the_text(run: Skerry) -> None:
    found = run("check", "broken.json", "--write", "sarif=a.sarif", "--write", "junit=a.xml", "-q")
    assert (found.code, found.out.startswith("blocked")) == (BLOCKED, True)
    assert json.loads(Path("a.sarif").read_bytes())["version"] == "2.1.0"
    assert Path("a.xml").read_text(encoding="utf-8").startswith("<?xml")
    assert "'x=y' is not FORMAT=FILE" in run("check", "broken.json", "--write", "x=y").err


def test_json_lists_the_problems_with_their_places(run: Skerry) -> None:
    triage: Any = json.loads(run("diagnose", "--from", "broken.json", "--format", "json").out)["triage"]
    assert triage["verdict"] == "blocked"
    assert {row["place"]["path"] for row in triage["problems"] if row["kind"] == "cause"} == {"broken.json"}


def test_input_outside_the_repository_is_named_and_has_no_place(run: Skerry, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_bytes(Path("broken.json").read_bytes())
    found = run("check", outside, "--format", "gitlab")
    assert "outside.json is in no file of this repository" in found.err
    assert json.loads(found.out) == []


def test_problems_of_a_folder_stand_at_a_file_of_it(run: Skerry) -> None:
    content = json.loads(Path("broken.json").read_bytes())
    del content["RouteTables"]
    Path("answers/ec2").mkdir(parents=True)
    Path("answers/ec2/all.json").write_text(json.dumps(content), encoding="utf-8")
    for words in (("check", "answers"), ("diagnose", "--from", "answers")):
        [sarif] = json.loads(run(*words, "--format", "sarif").out)["runs"]
        places = {row["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for row in sarif["results"]}
        assert places == {"answers/ec2/all.json"}


def test_least_severity_shortens_the_list_and_keeps_the_exit_code(run: Skerry) -> None:
    every, errors = (
        json.loads(run("check", "broken.json", "--format", "gitlab", *words).out)
        for words in ((), ("--min-severity", "error"))
    )
    assert {row["severity"] for row in errors} == {"critical"}
    assert len(errors) <= len(every)
    assert run("check", "broken.json", "--min-severity", "error").code == BLOCKED
