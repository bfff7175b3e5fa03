"""The commands that change an account: they ask, refuse, go on, and say how."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import click
import pytest
from syrupy.assertion import SnapshotAssertion

from skerry.app import applying
from skerry.apply.steps import StepCalls
from skerry.apply.waiting import StepError
from skerry.aws.session import make_clients
from skerry.cli import apply as apply_command
from skerry.cli import undo as undo_command
from skerry.embedded.demo_deployment import build
from skerry.embedded.lifecycle import run_embedded_aws
from tests.apply.accounts import FAST, documents_of
from tests.commands import INTERRUPTED, USAGE, Skerry
from tests.faulty_accounts import REGION
from tests.render.test_json_schemas import validator

BLOCKED = 1


class Broken(NamedTuple):
    """The account of the article, and its plan as a file."""

    plan: Path
    documents: Any


@pytest.fixture(scope="module")
def account() -> Iterator[Any]:
    with run_embedded_aws(REGION):
        clients = make_clients(REGION)
        build(clients)
        yield clients


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Skerry:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(applying, "Timing", lambda: FAST)
    return Skerry(monkeypatch, capsys)


@pytest.fixture
def broken(account: Any, run: Skerry, tmp_path: Path) -> Broken:
    plan = tmp_path / "plan.json"
    assert run("plan", "--format", "json", "--output", plan).code == 0
    return Broken(plan, lambda: documents_of(account))


@pytest.mark.long
def test_tag_of_an_option_holds_an_apply_back_unless_it_is_allowed(account: Any, run: Skerry, broken: Broken) -> None:
    before = broken.documents()
    [table] = [
        row for row in json.loads(broken.plan.read_text())["changes"] if row["kind"] == "create-gateway-endpoint"
    ]
    [table_id] = table["details"]["route_tables"]
    account("ec2").create_tags(Resources=[table_id], Tags=[{"Key": "owner", "Value": "pulumi"}])
    tagged = broken.documents()
    refused = run("apply", broken.plan, "--yes", "--managed-tag", "owner=pulumi")
    assert refused.code == BLOCKED
    assert f"a template (owner=pulumi) describes {table_id}" in refused.err
    assert "Give --allow managed." in refused.err
    assert broken.documents() == tagged
    account("ec2").delete_tags(Resources=[table_id], Tags=[{"Key": "owner"}])
    assert broken.documents() == before


def test_apply_and_undo_by_their_commands(run: Skerry, broken: Broken, tmp_path: Path) -> None:
    before = broken.documents()
    # Nobody can be asked in a test.
    asked = run("apply", broken.plan)
    assert (asked.code, "give --yes" in asked.err) == (USAGE, True)
    assert broken.documents() == before
    done = run("apply", broken.plan, "--yes", "-q")
    assert done.code == 0
    assert done.out.splitlines()[-1] == "ok: 8 changes made, and web can start (read back)"
    [journal] = (tmp_path / "state" / "skerry").glob("*.journal")
    assert f"journal {journal}" in done.err
    after = broken.documents()
    again = run("apply", "--yes")
    assert (again.code, again.out) == (0, "ok: web can start, nothing to change\n")
    stale = run("apply", broken.plan, "--yes")
    assert (stale.code, stale.out) == (0, "ok: web can start already, nothing to change\n")
    # The service works now: taking its endpoints away breaks it.
    refused = run("undo", "--yes")
    assert (refused.code, "--allow disruptive" in refused.err) == (USAGE, True)
    assert broken.documents() == after
    undone = run("undo", journal, "--yes", "--allow", "disruptive")
    assert undone.code == 0
    assert "8 changes taken back; web: blocked (read back)" in undone.out
    assert broken.documents() == before
    once_more = run("undo", "--yes")
    assert once_more.code == 0
    assert broken.documents() == before


def masked(document: Any, folder: Path) -> Any:
    """A document without ids, names and versions that differ in each run; of the diagnosis only the verdict."""
    row = json.loads(
        re.sub(r"\b(vpce|sg|rtb|subnet|vpc)-[0-9a-f]{17}\b", r"\1-ID", document.replace(str(folder), "TMP"))
    )
    text = re.sub(r"\d{6}-\d{8}T\d{6}Z-(\d+-eu-west-1)-[0-9a-f]{6}", r"\1", json.dumps(row))
    masked_row = json.loads(text) | {"skerry_version": "VERSION"}
    return masked_row | ({"diagnosis": row["diagnosis"]["verdict"]} if row.get("diagnosis") else {})


@pytest.mark.long
def test_documents_of_apply_and_undo(
    account: Any, run: Skerry, broken: Broken, tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    before = broken.documents()

    def document(name: str, *arguments: object, code: int = 0) -> Any:
        result = run(*arguments, "--format", "json")
        assert result.code == code, result.err
        validator(name).validate(json.loads(result.out))
        return masked(result.out, tmp_path)

    assert run("apply", broken.plan, "--format", "json").code == USAGE
    [table] = [
        row for row in json.loads(broken.plan.read_text())["changes"] if row["kind"] == "create-gateway-endpoint"
    ]
    tagged = {"Resources": table["details"]["route_tables"], "Tags": [{"Key": "ManagedBy", "Value": "terraform"}]}
    account("ec2").create_tags(**tagged)
    refused = document("apply", "apply", broken.plan, "--yes", code=BLOCKED)
    account("ec2").delete_tags(**tagged)
    applied = document("apply", "apply", broken.plan, "--yes")
    again = document("apply", "apply", broken.plan, "--yes")
    nothing = document("apply", "apply", "--yes")
    [journal] = (tmp_path / "state" / "skerry").glob("*.journal")
    resumed = document("apply", "apply", "--resume", journal)
    assert resumed["steps"] == applied["steps"]
    unallowed = document("undo", "undo", "--yes", code=USAGE)
    undone = document("undo", "undo", "--yes", "--allow", "disruptive")
    twice = document("undo", "undo", "--yes")
    assert broken.documents() == before
    ends = [row["end"] for row in (refused, applied, again, nothing, resumed, unallowed, undone, twice)]
    assert ends == ["refused", "done", "nothing-to-do", "nothing-to-do", "done", "refused", "done", "nothing-to-do"]
    assert {"refused": refused, "applied": applied, "unallowed": unallowed, "undone": undone} == snapshot


@pytest.mark.long
def test_document_of_a_stopped_apply_names_the_command_to_go_on(
    run: Skerry, broken: Broken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = broken.documents()

    def stop(*_: Any, **__: Any) -> None:
        raise StepError("AWS gave no answer")

    with monkeypatch.context() as patch:
        patch.setattr(StepCalls, "make", stop)
        result = run("apply", broken.plan, "--yes", "--format", "json")
    document = json.loads(result.out)
    validator("apply").validate(document)
    assert (result.code, document["end"], document["verdict"]) == (BLOCKED, "stopped", None)
    assert document["stopped"]["reason"] == "AWS gave no answer"
    assert {step["end"] for step in document["steps"]} == {"open"}
    [journal] = (tmp_path / "state" / "skerry").glob("*.journal")
    assert document["next_command"] == f"skerry apply --resume {journal}"
    undone = run("undo", journal, "--yes", "--format", "json")
    assert (undone.code, json.loads(undone.out)["end"]) == (0, "done")
    assert broken.documents() == before


@pytest.mark.long
def test_document_of_a_refused_resume_has_the_steps_so_far(
    account: Any, run: Skerry, broken: Broken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = broken.documents()
    journal = tmp_path / "mine.journal"
    make = StepCalls.make

    def stop_at_the_gateway(calls: Any, planned: Any, *given: Any, **more: Any) -> None:
        if any(getattr(call, "parameters", {}).get("VpcEndpointType") == "Gateway" for call in planned):
            raise StepError("AWS gave no answer")
        make(calls, planned, *given, **more)

    with monkeypatch.context() as patch:
        patch.setattr(StepCalls, "make", stop_at_the_gateway)
        assert run("apply", broken.plan, "--yes", "--journal", journal, "-q").code == BLOCKED
    halfway = broken.documents()
    [change] = [
        row for row in json.loads(broken.plan.read_text())["changes"] if row["kind"] == "create-gateway-endpoint"
    ]
    tagged = {"Resources": change["details"]["route_tables"], "Tags": [{"Key": "ManagedBy", "Value": "terraform"}]}
    account("ec2").create_tags(**tagged)
    result = run("apply", "--resume", journal, "--format", "json")
    account("ec2").delete_tags(**tagged)
    document = json.loads(result.out)
    validator("apply").validate(document)
    assert (result.code, document["end"], document["verdict"]) == (BLOCKED, "refused", None)
    assert document["diagnosis"] is None
    assert document["journal"] == str(journal)
    assert "OBJECT_IS_MANAGED" in {check["code"] for check in document["checks"]}
    assert [step["end"] for step in document["steps"]] == ["made"] * 7 + ["open"]
    assert broken.documents() == halfway
    assert run("undo", journal, "--yes", "--allow", "disruptive", "-q").code == 0
    assert broken.documents() == before


@pytest.mark.long
def test_interrupted_apply_says_how_to_go_on(
    run: Skerry, broken: Broken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = broken.documents()
    journal = tmp_path / "mine.journal"
    write = StepCalls.make

    def interrupted(calls: Any, *given: Any, **more: Any) -> None:
        write(calls, *given, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(StepCalls, "make", interrupted)
        stopped = run("apply", broken.plan, "--yes", "--journal", journal)
    assert stopped.code == INTERRUPTED
    command = f"skerry apply --resume {journal}"
    assert command in stopped.err
    assert broken.documents() != before
    assert run("apply", "--resume", journal, "-q").code == 0
    assert run("undo", journal, "--yes", "--allow", "disruptive", "-q").code == 0
    assert broken.documents() == before
    late = run("apply", "--resume", journal)
    assert (late.code, "being taken back" in late.err) == (USAGE, True)


@pytest.mark.long
def test_question_is_answered_on_a_terminal(
    run: Skerry, broken: Broken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = broken.documents()
    monkeypatch.setattr(apply_command, "refuse_without_terminal", lambda: None)
    monkeypatch.setattr(apply_command, "agrees", lambda _: False)
    found = run("apply", broken.plan)
    assert (found.code, "nothing was changed" in found.err) == (BLOCKED, True)
    assert broken.documents() == before
    assert not (tmp_path / "state" / "skerry").exists()


@pytest.mark.long
def test_interrupt_at_the_question_changes_nothing(
    run: Skerry, broken: Broken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = broken.documents()

    def interrupted(*_: Any, **__: Any) -> None:
        raise click.Abort  # click's own answer to ctrl-C

    monkeypatch.setattr(apply_command, "refuse_without_terminal", lambda: None)
    monkeypatch.setattr(undo_command, "refuse_without_terminal", lambda: None)
    monkeypatch.setattr(click, "confirm", interrupted)
    assert run("apply", broken.plan).code == INTERRUPTED
    assert broken.documents() == before
    assert not (tmp_path / "state" / "skerry").exists()
    assert run("apply", broken.plan, "--yes").code == 0
    after = broken.documents()
    assert run("undo").code == INTERRUPTED
    assert broken.documents() == after
    assert run("undo", "--yes", "--allow", "disruptive").code == 0
    assert broken.documents() == before


@pytest.mark.long
@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("account", "999999999999", "account 999999999999"),
        ("region", "us-east-1", "us-east-1"),
        ("fingerprint", None, "fingerprint"),
    ],
)
def test_plan_for_another_world_is_refused(field: str, value: Any, words: str, run: Skerry, broken: Broken) -> None:
    before = broken.documents()
    content = json.loads(broken.plan.read_bytes())
    content[field] = value
    broken.plan.write_text(json.dumps(content), encoding="utf-8")
    found = run("apply", broken.plan, "--yes")
    assert (found.code, words in found.err) == (BLOCKED, True)
    assert broken.documents() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("apply", "none.json", "--yes"),
        ("apply", "plan.json", "--resume", "a.journal"),
        ("apply", "--resume", "a.journal", "--journal", "b.journal"),
        ("apply", "--resume", "none.journal"),
        ("apply", "--allow", "everything"),
        ("apply", "--managed-tag", "terraform"),
        ("undo", "--managed-tag", "=true"),
        ("undo", "none.journal"),
        ("undo",),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("account")
def test_wrong_use_changes_nothing(arguments: tuple[str, ...], run: Skerry) -> None:
    assert run(*arguments).code == USAGE


@pytest.mark.long
def test_state_folder_that_cannot_be_written_stops_before_the_first_change(
    run: Skerry, broken: Broken, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = broken.documents()
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    found = run("apply", broken.plan, "--yes")
    assert found.code == USAGE
    assert "Traceback" not in found.err
    assert broken.documents() == before
