"""An apply of a plan with manual steps only: it changes nothing, and prints them to copy."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from skerry.aws.session import make_clients
from skerry.embedded.demo_deployment import build, repair
from skerry.embedded.lifecycle import run_embedded_aws
from tests.apply.accounts import documents_of
from tests.commands import Skerry
from tests.faulty_accounts import REGION
from tests.render.test_json_schemas import validator

BLOCKED = 1
DENY = {"Sid": "NoSecrets", "Effect": "Deny", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}

pytestmark = pytest.mark.long  # an account is built


@pytest.fixture(scope="module")
def account() -> Iterator[Any]:
    """A working network, and a role with an explicit Deny."""
    with run_embedded_aws(REGION):
        clients = make_clients(REGION)
        repair(clients, build(clients))
        [role] = clients("iam").list_roles()["Roles"]
        clients("iam").put_role_policy(
            RoleName=role["RoleName"],
            PolicyName="closed",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [DENY]}),
        )
        yield clients


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Skerry:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Skerry(monkeypatch, capsys)


def test_plan_of_manual_steps_is_printed_and_nothing_is_asked(account: Any, run: Skerry, tmp_path: Path) -> None:
    before = documents_of(account)
    result = run("apply")
    assert result.code == BLOCKED
    lines = result.out.splitlines()
    assert lines[0].startswith("blocked: web still cannot start")
    by_hand = lines[lines.index("By hand") :]
    assert any("Change NoSecrets of policy closed of role" in line for line in by_hand)
    # An Allow would not help.
    assert not any('"Allow"' in line for line in lines)
    assert documents_of(account) == before
    assert not (tmp_path / "state" / "skerry").exists()


def test_document_of_manual_steps_lists_them_as_manual(account: Any, run: Skerry) -> None:
    before = documents_of(account)
    result = run("apply", "--yes", "--format", "json")
    document = json.loads(result.out)
    validator("apply").validate(document)
    assert (result.code, document["end"], document["verdict"]) == (BLOCKED, "nothing-to-do", "blocked")
    assert document["journal"] is None
    assert {step["end"] for step in document["steps"]} == {"manual"}
    assert documents_of(account) == before
