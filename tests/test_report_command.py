"""The command report: a file that is whole, formats, exit codes, and names replaced for others."""

import json
import re
from pathlib import Path

import pytest

from tests.commands import Skerry, without_account

SCENARIOS = Path(__file__).parent / "scenarios"
BROKEN = SCENARIOS / "article-broken" / "network.json"


@pytest.fixture
def skerry(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Skerry:
    without_account(monkeypatch, tmp_path / "none")
    return Skerry(monkeypatch, capsys)


def test_report_is_written_and_the_exit_code_is_the_verdict(skerry: Skerry, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    done = skerry("report", "--from", BROKEN, "--output", path)
    assert (done.code, done.out) == (1, "")
    assert "wrote" in done.err
    content = path.read_text(encoding="utf-8")
    assert content.startswith("<!doctype html>")
    assert content.rstrip().endswith("</html>")
    assert f"skerry report --from {BROKEN}" in content


def test_report_without_an_output_is_a_usage_error(skerry: Skerry) -> None:
    done = skerry("report", "--from", BROKEN)
    assert done.code == 2
    assert "--output" in done.err


def test_report_of_a_sound_network_has_no_plan(skerry: Skerry) -> None:
    done = skerry("report", "--from", SCENARIOS / "article-repaired" / "network.json", "--output", "-")
    assert done.code == 0
    assert 'id="plan"' not in done.out


def test_json_has_the_documents_of_diagnosis_and_plan(skerry: Skerry) -> None:
    done = skerry("report", "--from", BROKEN, "--output", "-", "--format", "json")
    document = json.loads(done.out)
    assert (document["version"], document["diagnosis"]["verdict"], document["plan"]["proven"]) == (1, "blocked", True)
    assert document["planned"]["verdict"] == "ok"
    same = skerry("diagnose", "--from", BROKEN, "--format", "json")
    assert document["diagnosis"] == json.loads(same.out) | {"triage": None}


@pytest.mark.long
def test_json_of_a_sound_network_has_no_plan(skerry: Skerry) -> None:
    network = SCENARIOS / "article-repaired" / "network.json"
    document = json.loads(skerry("report", "--from", network, "--output", "-", "--format", "json").out)
    assert (document["plan"], document["planned"]) == (None, None)


@pytest.mark.parametrize(
    "form", ["html", *(pytest.param(form, marks=pytest.mark.long) for form in ("markdown", "json"))]
)
def test_redacted_report_has_no_account_name_or_address_of_the_network(skerry: Skerry, form: str) -> None:
    arguments = ("report", "--from", BROKEN, "--output", "-", "--format", form)
    plain, hidden = skerry(*arguments), skerry(*arguments, "--redact")
    assert hidden.code == plain.code
    document = json.loads(BROKEN.read_text(encoding="utf-8"))
    (subnet,) = document["Subnets"][:1]
    for secret in (subnet.get("OwnerId", "111122223333"), subnet["CidrBlock"], "demo/web"):
        assert secret not in hidden.out
    assert re.search(r"\bservice-1\b", hidden.out)
    assert "service-1 cannot start" in hidden.out or form == "json"


@pytest.mark.long
def test_redacted_page_keeps_its_markup(skerry: Skerry, tmp_path: Path) -> None:
    """Names of the network that are words of the page's own markup replace nothing there."""
    text = BROKEN.read_text(encoding="utf-8").replace('"serviceName": "web"', '"serviceName": "step"')
    path = tmp_path / "network.json"
    path.write_text(text.replace("service/demo/web", "service/demo/step"), encoding="utf-8")
    hidden = skerry("report", "--from", path, "--output", "-", "--redact").out
    plain = skerry("report", "--from", path, "--output", "-").out
    assert re.findall(r'class="[^"]*"', hidden) == re.findall(r'class="[^"]*"', plain)
    assert "service-1 cannot start" in hidden
