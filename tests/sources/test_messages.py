"""Errors and notes about documents that cannot be read repeat nothing of their content but names and ids."""

import json
from typing import Any

import pytest

from skerry.errors import SkerryError
from skerry.sources import documents
from skerry.sources.redaction import redact
from tests import canaries, canary_accounts
from tests.canaries import MARK
from tests.commands import Skerry
from tests.networks import as_bytes

# Values of the wrong kind in the place of others, each with a mark.
WRONG: list[Any] = [MARK, {MARK: MARK}, [MARK, {MARK: MARK}]]


def said(content: bytes) -> str:
    """What is said of a document while it is read and redacted."""
    try:
        notes = documents.load({"a.json": content}).notes
    except SkerryError as error:
        notes = (error.what, error.remedy)
    try:
        redact({"a.json": content})
    except SkerryError as error:
        notes += (error.what, error.remedy)
    return "\n".join(notes)


@pytest.mark.parametrize("name", ["article", "everything", "sound"])
def test_input_messages_omit_values_of_the_wrong_type(name: str) -> None:
    account = canary_accounts.accounts()[name]
    places = [path for path, value in canaries.nodes(account) if not isinstance(value, str)]
    told = 0
    for path in places[::9]:
        for wrong in WRONG:
            message = said(as_bytes(canaries.with_value(account, path, wrong)))
            told += bool(message)
            assert MARK not in message, (path, message)
    assert told > len(places) / 9


@pytest.mark.parametrize(
    "content",
    [
        f'{{"Vpcs": [{{"VpcId": "{MARK}", "CidrBlock": "{MARK}" ',
        f'{{"Vpcs": "{MARK}"}}',
        f'{{"{MARK}": "{MARK}"}}',
        f'["{MARK}"]',
        f"{MARK} = {MARK}",
        f'{{"Call": "{MARK}", "Response": {{}}}}',
        f'{{"Call": {{"operation": 7, "x": "{MARK}"}}, "Response": {{}}}}',
        f'{{"Call": {{"operation": "{MARK}"}}, "Response": "{MARK}"}}',
        f'{{"Call": {{"operation": "{MARK}"}}, "Error": {{"Code": ["{MARK}"]}}}}',
        f'{{"Snapshot": {{"Version": "{MARK}"}}}}',
        f'{{"Account": ["{MARK}"]}}',
        f'{{"taskDefinition": "{MARK}"}}',
    ],
)
def test_input_messages_omit_content_of_unreadable_documents(content: str) -> None:
    message = said(content.encode())
    assert message
    assert MARK not in message


@pytest.mark.parametrize("debug", ["", "1"])
def test_internal_error_prints_traceback_only_with_skerry_debug(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any, debug: str
) -> None:
    saved = tmp_path / "saved.json"
    saved.write_text(json.dumps(canary_accounts.accounts()["article"]), encoding="utf-8")

    def fault(*_arguments: object) -> None:
        raise KeyError(f"password={MARK}")

    monkeypatch.setattr("skerry.app.diagnose", fault)
    monkeypatch.setenv("SKERRY_DEBUG", debug)
    found = Skerry(monkeypatch, capsys)("diagnose", "--from", saved)
    assert found.code == 3
    assert ("Traceback" in found.err) == bool(debug)
    assert (MARK in found.err) == bool(debug)
