"""Journals: on the disk before anything happens, private, and useless once they were edited."""

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from skerry.app.applying import refuse_other_journal
from skerry.apply import journal as journals
from skerry.apply.journal_entries import VERSION, Finished, Opened, RecordedChange, Started
from skerry.errors import InputError, OutputError
from skerry.model.arns import NameOrArn
from skerry.plan.changes import ProposeStatement, SetVpcAttribute

CHANGE = RecordedChange(SetVpcAttribute("vpc-1", "enable_dns_support"), "safe")


def opened(version: int = VERSION) -> Opened:
    return Opened(version, "0", "ab", "123456789012", "eu-west-1", "me", "", ("web",), (CHANGE,))


def written(path: Path, version: int = VERSION) -> Path:
    with journals.create_journal(path, opened(version)) as journal:
        journal.write(Started(0, {"value": False}))
        journal.write(Finished(0, {"value": True}))
    return path


def test_journal_keeps_its_entries_and_goes_on(tmp_path: Path) -> None:
    path = written(tmp_path / "new" / "a.journal")
    with journals.reopen_journal(path) as journal:
        journal.write(Started(1, None))
    with journals.reopen_journal(path) as journal:
        assert journal.entries == [
            opened(),
            Started(0, {"value": False}),
            Finished(0, {"value": True}),
            Started(1, None),
        ]


def test_journal_keeps_statements_of_parsed_names(tmp_path: Path) -> None:
    role = NameOrArn("arn:aws:iam::123456789012:role/web")
    statement = RecordedChange(ProposeStatement(role, "{}", "it lacks a statement"), "manual")
    first = replace(opened(), changes=(CHANGE, statement))
    with journals.create_journal(tmp_path / "a.journal", first):
        pass
    with journals.reopen_journal(tmp_path / "a.journal") as journal:
        assert journal.entries == [first]


@pytest.mark.parametrize("place", [("999999999999", "eu-west-1"), ("123456789012", "us-east-1")])
def test_journal_of_another_account_or_region_is_refused(place: tuple[str, str], tmp_path: Path) -> None:
    session: Any = SimpleNamespace(account=place[0], region=place[1])
    with journals.create_journal(tmp_path / "a.journal", opened()) as journal:
        with pytest.raises(InputError, match="is of account 123456789012 in eu-west-1, and these credentials are of"):
            refuse_other_journal(session, journal)
        refuse_other_journal(SimpleNamespace(account="123456789012", region="eu-west-1"), journal)  # type: ignore[arg-type]


def test_journal_is_private_to_its_owner(tmp_path: Path) -> None:
    path = written(tmp_path / "new" / "a.journal")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_journal_is_synced_before_write_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    with journals.create_journal(tmp_path / "a.journal", opened()) as journal:
        count = len(synced)
        journal.write(Started(0, None))
        assert len(synced) == count + 1


@pytest.mark.parametrize("cut", [1, 20])
def test_line_that_a_crash_cut_counts_as_not_written(cut: int, tmp_path: Path) -> None:
    path = written(tmp_path / "a.journal")
    path.write_bytes(path.read_bytes()[:-cut])
    with journals.reopen_journal(path) as journal:
        assert journal.entries[1:] == [Started(0, {"value": False})]
        journal.write(Finished(0, None))
    with journals.reopen_journal(path) as journal:
        assert journal.entries[1:] == [Started(0, {"value": False}), Finished(0, None)]


def with_value_changed(content: bytes) -> bytes:
    return content.replace(b'"value":false', b'"value":true')


def without_a_line(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join([lines[0], *lines[2:]])


def with_lines_swapped(content: bytes) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join([lines[0], lines[2], lines[1]])


def with_a_line_added(content: bytes) -> bytes:
    return content + b'{"digest":"0","body":{"entry":"started","step":0,"former":null}}\n'


def with_an_unknown_entry(content: bytes) -> bytes:
    return content.replace(b'"entry":"finished"', b'"entry":"whatever"')


def with_deep_nesting(content: bytes) -> bytes:
    return content + b'{"digest":"0","body":' + b"[" * 100_000 + b"\n"


def with_no_json(content: bytes) -> bytes:
    return content.replace(b"{", b"", 1)


@pytest.mark.parametrize(
    "edit",
    [
        with_value_changed,
        without_a_line,
        with_lines_swapped,
        with_a_line_added,
        with_an_unknown_entry,
        with_deep_nesting,
        with_no_json,
    ],
    ids=lambda edit: edit.__name__,
)
def test_edited_journal_is_refused(edit: Callable[[bytes], bytes], tmp_path: Path) -> None:
    path = written(tmp_path / "a.journal")
    content = edit(path.read_bytes())
    assert content != path.read_bytes()
    path.write_bytes(content)
    with pytest.raises(InputError, match="is no line that skerry wrote there"), journals.reopen_journal(path):
        pass
    assert path.read_bytes() == content


def test_journal_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.journal", VERSION + 1)
    with pytest.raises(InputError, match="newer skerry"), journals.reopen_journal(path):
        pass


def test_empty_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    path.write_bytes(b'{"digest"')
    with pytest.raises(InputError, match="has changed nothing"), journals.reopen_journal(path):
        pass


def test_huge_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    with path.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    with pytest.raises(InputError, match="too large"), journals.reopen_journal(path):
        pass


def test_missing_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be opened"), journals.reopen_journal(tmp_path / "none"):
        pass


def test_existing_path_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="exists already"), journals.create_journal(path, opened()):
        pass
    assert path.read_text(encoding="utf-8") == "mine"


def test_path_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError), journals.create_journal(tmp_path / "file" / "a.journal", opened()):
        pass


def test_journal_in_use_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.journal")
    with (
        journals.reopen_journal(path),
        pytest.raises(InputError, match="another skerry"),
        journals.reopen_journal(path),
    ):
        pass


def test_full_disk_stops_before_the_next_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int, _content: object) -> int:
        raise OSError(28, "No space left on device")

    with journals.create_journal(tmp_path / "a.journal", opened()) as journal:
        monkeypatch.setattr(os, "write", full)
        with pytest.raises(OutputError, match="No space left"):
            journal.write(Started(0, None))


@pytest.mark.parametrize(("value", "begins"), [("/state", "/state/skerry"), ("relative", "HOME"), ("", "HOME")])
def test_state_folder_follows_the_specification(
    value: str, begins: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", value)
    monkeypatch.setenv("HOME", str(tmp_path))
    expected = begins.replace("HOME", f"{tmp_path}/.local/state/skerry")
    assert str(journals.state_folder()) == expected
    path = journals.new_path("123456789012", "eu-west-1", "20260101T000000Z")
    assert path.parent == journals.state_folder()
    assert path.name.startswith("000001-20260101T000000Z-123456789012-eu-west-1-")


def test_user_without_a_home_folder_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(OutputError) as raised:
        journals.state_folder()
    assert "XDG_STATE_HOME" in raised.value.remedy


def test_latest_journal_is_the_last_in_the_list_though_the_clock_was_set_back(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    times = ("20260102T000000Z", "20260101T000000Z", "20260103T000000Z")
    paths = [written(journals.new_path("1", "r", at)) for at in times]
    assert journals.list_journals() == paths


def test_every_line_is_json(tmp_path: Path) -> None:
    lines = written(tmp_path / "a.journal").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["body"]["entry"] for line in lines] == ["opened", "started", "finished"]
