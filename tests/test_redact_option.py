"""The option --redact: stand-ins for the names of people in every output."""

import json
from pathlib import Path

import pytest

from tests.commands import Skerry
from tests.holdings import IMAGE, Resources
from tests.networks import ACCOUNT, container
from tests.sources.test_pseudonyms import account

PERSON = "jane@corp.com"
ERROR = (
    f"User: arn:aws:sts::{ACCOUNT}:assumed-role/Admin/{PERSON} is not authorized to perform: ecr:GetAuthorizationToken"
)


@pytest.fixture
def skerry(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Skerry:
    return Skerry(monkeypatch, capsys)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    network = account()
    people = f"of {PERSON}"
    network.row("Subnets", "subnet-a")["Tags"] = [{"Key": "Name", "Value": people}]
    network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"][0]["IpRanges"][0]["Description"] = people
    network.row("services", "web")["events"] = [{"message": f"(service web) failed, says {PERSON}"}]
    network.row("RouteTables", "rtb-main")["Routes"].pop()
    path = tmp_path / "saved.json"
    path.write_bytes(network.document())
    return path


COMMANDS = [
    ["diagnose", "-v"],
    ["diagnose", "--format", "json"],
    ["trace", "--subnet", "subnet-a", "--to", "s3", "-v"],
    ["trace", "--subnet", "subnet-a", "--to", "s3", "--format", "json"],
    ["plan", "--service", "web"],
    ["plan", "--service", "web", "--format", "json"],
    ["plan", "--service", "web", "--format", "terraform"],
    ["explain", ERROR],
    ["explain", ERROR, "--format", "json"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_redact_replaces_names_in_output(skerry: Skerry, saved: Path, command: list[str]) -> None:
    plain = skerry(*command, "--from", saved)
    hidden = skerry(*command, "--from", saved, "--redact")
    assert hidden.code == plain.code
    assert "jane" not in hidden.out + hidden.err
    assert len(hidden.out.splitlines()) == len(plain.out.splitlines())


@pytest.mark.parametrize("command", [["diagnose", "-v"], ["diagnose", "--format", "json"]], ids=" ".join)
def test_redact_replaces_names_in_document_names(skerry: Skerry, saved: Path, command: list[str]) -> None:
    renamed = saved.rename(saved.with_name(f"{PERSON}.json"))
    assert "jane" in skerry(*command, "--from", renamed.parent).out
    hidden = skerry(*command, "--from", renamed.parent, "--redact").out
    assert "jane" not in hidden
    assert "@example.com" in hidden


def test_redact_replaces_a_name_by_the_same_pseudonym_everywhere(skerry: Skerry, saved: Path) -> None:
    found = json.loads(skerry("diagnose", "--from", saved, "--redact", "--format", "json").out)
    [web] = [row for row in found["services"] if row["service"] == "web"]
    [person] = {word for word in json.dumps(web).replace('"', " ").split() if "@example.com" in word}
    assert web["placements"][0]["name"] == f"of {person}"
    assert web["reasons"] == [f"(service web) failed, says {person}"]


def test_redact_replaces_names_in_a_hypothetical_task_definition(skerry: Skerry, saved: Path, tmp_path: Path) -> None:
    definition = tmp_path / "definition.json"
    secret = f"arn:aws:ssm:eu-west-1:{ACCOUNT}:parameter/{PERSON}/key"
    containers = [container(IMAGE, secrets=[{"name": "A", "valueFrom": secret}])]
    definition.write_text(json.dumps({"family": "new", "containerDefinitions": containers}), encoding="utf-8")
    asked = ["diagnose", "--from", saved, "--task-definition", definition, "--subnet", "subnet-a", "--format", "json"]
    assert PERSON in skerry(*asked).out
    assert PERSON not in skerry(*asked, "--redact").out


def test_redact_replaces_names_in_errors_and_notes(skerry: Skerry, tmp_path: Path) -> None:
    folder = tmp_path / PERSON
    folder.mkdir()
    found = skerry("diagnose", "--from", folder, "--redact")
    assert found.code == 2
    assert "jane" not in found.err
    (folder / f"of-{PERSON}.json").write_text('{"services": {}}', encoding="utf-8")
    (folder / "network.json").write_bytes(Resources().document())
    assert PERSON in skerry("diagnose", "--from", folder).err
    found = skerry("diagnose", "--from", folder, "--redact", "--format", "json")
    assert PERSON not in found.out + found.err
    assert "@example.com" in found.err


def test_redacted_report_names_neither_the_path_nor_the_profile(skerry: Skerry, saved: Path, tmp_path: Path) -> None:
    folder = tmp_path / "zebra-corp"
    folder.mkdir()
    saved.rename(folder / "network.json")
    for form in ("html", "markdown", "json"):
        shown = skerry("report", "--from", folder, "--redact", "--format", form, "--output", "-").out
        assert "zebra" not in shown
        assert str(tmp_path) not in shown
        assert "INPUT" in shown
