"""A snapshot's folder or file: whole or not at all, for its user alone, and never in the place of something else."""

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from skerry.errors import InputError, OutputError
from skerry.sources import documents, files
from skerry.sources.snapshots import MANIFEST, Snapshot, sort_documents, write_file, write_folder
from tests.room import small_files

ABOUT = Snapshot(1, "eu-west-1", "111122223333")
CONTENT = {"b.json": b'{"Vpcs": []}', "ec2/deep/a.json": b'{"Call": {}, "Response": {"Subnets": []}}'}


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def fails_at(monkeypatch: pytest.MonkeyPatch, place: Path, error: BaseException) -> None:
    """Let whatever is to be renamed to the place fail."""
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if target == place and self.name == "whole":
            raise error
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)


class TestTimeOfReading:
    EARLY, LATE = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)

    def test_time_of_reading_is_saved_and_read(self, tmp_path: Path) -> None:
        about = msgspec.structs.replace(ABOUT, read_at=self.EARLY)
        write_folder(tmp_path / "out", CONTENT, about)
        manifest = json.loads((tmp_path / "out" / MANIFEST).read_bytes())
        assert manifest["Snapshot"]["ReadAt"] == "2026-01-02T03:04:05Z"
        assert documents.load(files.read(tmp_path / "out")).read_at == self.EARLY

    def test_time_of_several_snapshots_is_the_first(self, tmp_path: Path) -> None:
        (tmp_path / "all").mkdir()
        for name, time in (("late", self.LATE), ("early", self.EARLY)):
            write_folder(tmp_path / "all" / name, CONTENT, msgspec.structs.replace(ABOUT, read_at=time))
        assert documents.load(files.read(tmp_path / "all")).read_at == self.EARLY

    def test_time_of_saved_answers_is_not_known(self) -> None:
        assert documents.load(CONTENT).read_at is None

    def test_time_without_a_zone_is_refused(self, tmp_path: Path) -> None:
        write_folder(tmp_path / "out", CONTENT, ABOUT)
        text = '{"Snapshot": {"Version": 1, "ReadAt": "2026-01-02T03:04:05"}}'
        (tmp_path / "out" / MANIFEST).write_text(text)
        with pytest.raises(InputError, match="ReadAt"):
            documents.load(files.read(tmp_path / "out"))


class TestSnapshotFolder:
    def test_snapshot_folder_holds_documents_and_manifest(self, tmp_path: Path) -> None:
        write_folder(tmp_path / "out", CONTENT, ABOUT)
        assert names(tmp_path / "out") == {MANIFEST, *CONTENT}
        manifest = json.loads((tmp_path / "out" / MANIFEST).read_bytes())
        about = {"Version": 1, "Region": "eu-west-1", "Account": "111122223333", "Documents": list(CONTENT)}
        assert manifest == {"Snapshot": about}
        assert json.loads((tmp_path / "out" / "b.json").read_bytes()) == {"Vpcs": []}

    def test_snapshot_folder_is_accessible_to_its_user_only(self, tmp_path: Path) -> None:
        mask = os.umask(0)
        try:
            write_folder(tmp_path / "out", CONTENT, ABOUT)
        finally:
            os.umask(mask)
        written = [tmp_path / "out", *(tmp_path / "out").rglob("*")]
        assert {rights(path) for path in written if path.is_dir()} == {0o700}
        assert {rights(path) for path in written if path.is_file()} == {0o600}

    def test_snapshot_is_written_to_an_empty_existing_folder(self, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        write_folder(tmp_path / "out", CONTENT, ABOUT)
        assert names(tmp_path / "out") == {MANIFEST, *CONTENT}

    def test_snapshot_folder_symlink_is_followed(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(tmp_path / "out")
        write_folder(tmp_path / "link", CONTENT, ABOUT)
        assert names(tmp_path / "out") == {MANIFEST, *CONTENT}
        assert (tmp_path / "link").is_symlink()

    def test_snapshot_document_named_like_the_manifest_is_renamed(self, tmp_path: Path) -> None:
        content = {"snapshot.json": b'{"Vpcs": []}', "_snapshot.json": b'{"Subnets": []}'}
        write_folder(tmp_path / "out", content, ABOUT)
        assert names(tmp_path / "out") == {MANIFEST, "_snapshot.json", "__snapshot.json"}

    @pytest.mark.parametrize("name", ["../x.json", "/x.json", "a/../../x.json"])
    def test_snapshot_document_outside_its_folder_is_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(InputError, match="no name for a file of a snapshot"):
            write_folder(tmp_path / "out", {name: b"{}"}, ABOUT)
        assert list(tmp_path.iterdir()) == []


class TestExistingSnapshotFolder:
    def test_nonempty_folder_is_refused_and_left_unchanged(self, tmp_path: Path) -> None:
        (tmp_path / "mine.txt").touch()
        with pytest.raises(InputError, match="is not empty"):
            write_folder(tmp_path, CONTENT, ABOUT)
        assert names(tmp_path) == {"mine.txt"}

    def test_snapshot_folder_is_replaced_only_with_force(self, tmp_path: Path) -> None:
        write_folder(tmp_path / "out", {"old.json": b"{}", "ec2/old.json": b"{}"}, ABOUT)
        with pytest.raises(InputError, match="is not empty"):
            write_folder(tmp_path / "out", CONTENT, ABOUT)
        write_folder(tmp_path / "out", CONTENT, ABOUT, force=True)
        assert names(tmp_path / "out") == {MANIFEST, *CONTENT}
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_snapshot_folder_with_other_files_is_never_replaced(self, tmp_path: Path) -> None:
        write_folder(tmp_path / "out", CONTENT, ABOUT)
        (tmp_path / "out" / "ec2" / "mine.txt").touch()
        with pytest.raises(InputError, match=r"no snapshot's: ec2/mine\.txt"):
            write_folder(tmp_path / "out", CONTENT, ABOUT, force=True)
        assert "ec2/mine.txt" in names(tmp_path / "out")

    def test_snapshot_folder_with_a_symlink_is_never_replaced(self, tmp_path: Path) -> None:
        write_folder(tmp_path / "out", CONTENT, ABOUT)
        (tmp_path / "mine").mkdir()
        (tmp_path / "out" / "link").symlink_to(tmp_path / "mine")
        with pytest.raises(InputError, match="no snapshot's: link"):
            write_folder(tmp_path / "out", CONTENT, ABOUT, force=True)

    @pytest.mark.parametrize("manifest", [None, b"", b"{}", b'{"Snapshot": 1}', b"\xff"])
    def test_folder_without_a_valid_manifest_is_never_replaced(self, tmp_path: Path, manifest: bytes | None) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "Vpcs.json").touch()
        if manifest is not None:
            (tmp_path / "out" / MANIFEST).write_bytes(manifest)
        kept = names(tmp_path / "out")
        with pytest.raises(InputError, match="no snapshot's"):
            write_folder(tmp_path / "out", CONTENT, ABOUT, force=True)
        assert names(tmp_path / "out") == kept

    def test_snapshot_folder_path_to_a_file_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "out").touch()
        with pytest.raises(InputError, match="is a file"):
            write_folder(tmp_path / "out", CONTENT, ABOUT, force=True)


class TestFailedWrites:
    @pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=repr)
    def test_failed_snapshot_write_leaves_no_files(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
    ) -> None:
        fails_at(monkeypatch, tmp_path / "out", error)
        wanted = OutputError if isinstance(error, OSError) else KeyboardInterrupt
        with pytest.raises(wanted):
            write_folder(tmp_path / "out", CONTENT, ABOUT)
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=repr)
    def test_failed_snapshot_write_keeps_the_former_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
    ) -> None:
        write_folder(tmp_path / "out", {"old.json": b"{}"}, ABOUT)
        fails_at(monkeypatch, tmp_path / "out", error)
        with pytest.raises((OutputError, KeyboardInterrupt)):
            write_folder(tmp_path / "out", CONTENT, ABOUT, force=True)
        assert names(tmp_path / "out") == {MANIFEST, "old.json"}
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    @pytest.mark.parametrize("form", ["out", "out.json"])
    def test_snapshot_write_without_disk_space_keeps_the_former_snapshot(self, tmp_path: Path, form: str) -> None:
        write = write_file if form.endswith(".json") else write_folder
        write(tmp_path / form, {"old.json": b"{}"}, ABOUT)
        before = files.read(tmp_path / form)
        big = {"a.json": b'{"Vpcs": []}', "b.json": b'{"Vpcs": ["' + b"x" * 100_000 + b'"]}'}
        with small_files(4096), pytest.raises(OutputError, match=f"{form} cannot be written: File too large") as caught:
            write(tmp_path / form, big, ABOUT, force=True)
        assert caught.value.remedy == "Make room, or write somewhere else."
        assert files.read(tmp_path / form) == before
        assert [path.name for path in tmp_path.iterdir()] == [form]

    def test_snapshot_write_to_a_missing_parent_raises_output_error(self, tmp_path: Path) -> None:
        with pytest.raises(OutputError, match=r"none/out cannot be written: No such file or directory"):
            write_folder(tmp_path / "none" / "out", CONTENT, ABOUT)
        with pytest.raises(OutputError, match=r"none/out\.json cannot be written: No such file or directory"):
            write_file(tmp_path / "none" / "out.json", CONTENT, ABOUT)

    def test_interrupted_snapshot_write_keeps_the_former_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "out.json"
        path.write_bytes(b"old")

        def fail(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(Path, "replace", fail)
        with pytest.raises(KeyboardInterrupt):
            write_file(path, CONTENT, ABOUT, force=True)
        assert [(item.name, item.read_bytes()) for item in tmp_path.iterdir()] == [("out.json", b"old")]


class TestSnapshotFile:
    def test_snapshot_file_holds_calls_and_manifest(self, tmp_path: Path) -> None:
        write_file(tmp_path / "out.json", CONTENT, ABOUT)
        assert json.loads((tmp_path / "out.json").read_bytes()) == {
            "Snapshot": {"Version": 1, "Region": "eu-west-1", "Account": "111122223333"},
            "Calls": [{"Call": {}, "Response": {"Vpcs": []}}, {"Call": {}, "Response": {"Subnets": []}}],
        }

    def test_snapshot_file_is_accessible_to_its_user_only(self, tmp_path: Path) -> None:
        write_file(tmp_path / "out.json", CONTENT, ABOUT)
        assert rights(tmp_path / "out.json") == 0o600

    def test_existing_snapshot_file_is_replaced_only_with_force(self, tmp_path: Path) -> None:
        (tmp_path / "out.json").touch()
        with pytest.raises(InputError, match="exists"):
            write_file(tmp_path / "out.json", CONTENT, ABOUT)
        assert (tmp_path / "out.json").read_bytes() == b""
        write_file(tmp_path / "out.json", CONTENT, ABOUT, force=True)
        assert (tmp_path / "out.json").read_bytes() != b""


class TestSnapshotReading:
    @pytest.mark.parametrize("form", ["out", "out.json"])
    def test_snapshot_region_is_used_unless_the_user_gives_another(self, tmp_path: Path, form: str) -> None:
        """Which the rows of a snapshot may not tell, or tell twice."""
        write = write_file if form.endswith(".json") else write_folder
        write(tmp_path / form, CONTENT, ABOUT)
        found = files.read(tmp_path / form)
        assert documents.load(found).region == "eu-west-1"
        assert documents.load(found, region="us-east-1").region == "us-east-1"

    def test_snapshots_of_two_regions_give_no_region(self, tmp_path: Path) -> None:
        write_folder(tmp_path / "a", CONTENT, ABOUT)
        write_folder(tmp_path / "b", CONTENT, Snapshot(1, "us-east-1"))
        assert documents.load(files.read(tmp_path)).region is None

    def test_snapshot_of_a_newer_version_is_refused(self) -> None:
        with pytest.raises(InputError, match="a newer skerry wrote"):
            documents.load({"snapshot.json": b'{"Snapshot": {"Version": 2}}'})

    def test_snapshot_folder_is_read_in_sorted_document_order(self, tmp_path: Path) -> None:
        """So that services, and all that is listed, come in the same order from both."""
        content = {"b.json": b"{}", "a/z.json": b"{}", "a.json": b"{}", "a/b/c.json": b"{}", "a/a.json": b"{}"}
        write_folder(tmp_path / "out", content, ABOUT)
        read = [name for name in files.read(tmp_path / "out") if name != MANIFEST]
        assert read == list(sort_documents(content))
