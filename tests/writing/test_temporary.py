"""Drafts: removed by the next run where nobody uses them, and only those of this user."""

import ctypes
import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from skerry.writing import folders
from skerry.writing.folders import exchange, take_place
from skerry.writing.temporary import FORMER, PLACE, WHOLE, create_draft_file, create_draft_folder, remove_abandoned

NAME = ".skerry-0123456789abcdef.draft"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def folder_of(path: Path, content: str) -> Path:
    path.mkdir(parents=True)
    (path / "file").write_text(content, encoding="utf-8")
    return path


def nothing(_: Path) -> None:
    """Find nothing wrong with a folder that is replaced."""


class TestAbandonedDrafts:
    def test_abandoned_draft_files_and_folders_are_removed(self, tmp_path: Path) -> None:
        (tmp_path / NAME).touch()
        folder_of(tmp_path / NAME.replace("0", "f") / "whole" / "deep", "x")
        remove_abandoned(tmp_path)
        assert names(tmp_path) == []

    @pytest.mark.parametrize(
        "name", [".skerry-notes", ".skerry-0123456789abcdef", f"x{NAME}", f"{NAME}s", NAME.upper(), "skerry.draft"]
    )
    def test_files_with_other_names_than_drafts_stay(self, tmp_path: Path, name: str) -> None:
        (tmp_path / name).touch()
        remove_abandoned(tmp_path)
        assert names(tmp_path) == [name]

    def test_locked_drafts_stay(self, tmp_path: Path) -> None:
        with create_draft_file(tmp_path, 0o600), create_draft_folder(tmp_path):
            before = names(tmp_path)
            remove_abandoned(tmp_path)
            assert (len(before), names(tmp_path)) == (2, before)
        assert names(tmp_path) == []

    def test_draft_removal_does_not_follow_links(self, tmp_path: Path) -> None:
        folder_of(tmp_path / "mine", "kept")
        (tmp_path / NAME).symlink_to("mine")
        inside = folder_of(tmp_path / NAME.replace("0", "f"), "x")
        (inside / "link").symlink_to(tmp_path / "mine")
        remove_abandoned(tmp_path)
        assert names(tmp_path) == [NAME, "mine"]
        assert names(tmp_path / "mine") == ["file"]

    def test_draft_removal_leaves_named_pipes(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / NAME)
        remove_abandoned(tmp_path)
        assert names(tmp_path) == [NAME]

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
    def test_drafts_of_another_user_stay(self, tmp_path: Path) -> None:
        (tmp_path / NAME).touch()
        os.chown(tmp_path / NAME, 65534, 65534)
        remove_abandoned(tmp_path)
        assert names(tmp_path) == [NAME]

    def test_draft_removal_ignores_a_missing_folder(self, tmp_path: Path) -> None:
        remove_abandoned(tmp_path / "none")


class TestDrafts:
    def test_draft_removed_before_its_lock_is_created_again(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lock = fcntl.flock
        made: list[str] = []

        def remove_first(descriptor: int, how: int) -> None:
            if not made:
                made.extend(names(tmp_path))
                (tmp_path / made[0]).unlink()
            lock(descriptor, how)

        monkeypatch.setattr(fcntl, "flock", remove_first)
        with create_draft_file(tmp_path, 0o600) as draft:
            assert names(tmp_path) == [draft.path.name]
            assert names(tmp_path) != made

    def test_draft_without_lock_support_is_created_and_not_removed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> None:
            raise OSError(37, "No locks available")

        monkeypatch.setattr(fcntl, "flock", refuse)
        with create_draft_file(tmp_path, 0o600) as draft:
            remove_abandoned(tmp_path)
            assert names(tmp_path) == [draft.path.name]

    def test_draft_folder_has_mode_700(self, tmp_path: Path) -> None:
        with create_draft_folder(tmp_path) as draft:
            assert stat.S_IMODE(draft.stat().st_mode) == 0o700


@pytest.fixture(params=["exchange", "two steps"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let folders be replaced by either way."""
    if request.param == "two steps":
        monkeypatch.setattr(folders, "exchange", lambda *_: False)
    return str(request.param)


@pytest.mark.usefixtures("way")
class TestFolderReplacement:
    def test_new_folder_is_created_at_a_free_path(self, tmp_path: Path) -> None:
        with create_draft_folder(tmp_path) as draft:
            folder_of(draft / WHOLE, "new")
            take_place(draft, tmp_path / "out", nothing)
        assert names(tmp_path) == ["out"]

    def test_new_folder_replaces_an_existing_folder(self, tmp_path: Path) -> None:
        folder_of(tmp_path / "out", "old")
        with create_draft_folder(tmp_path) as draft:
            folder_of(draft / WHOLE, "new")
            take_place(draft, tmp_path / "out", nothing)
        assert names(tmp_path) == ["out"]
        assert (tmp_path / "out" / "file").read_text(encoding="utf-8") == "new"

    @pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
    def test_refused_folder_replacement_keeps_the_existing_folder(
        self, tmp_path: Path, error: type[BaseException]
    ) -> None:
        """Something was put into the place between the first check and the rename."""
        folder_of(tmp_path / "out", "old")

        def refuse(former: Path) -> None:
            assert (former / "file").read_text(encoding="utf-8") == "old"
            raise error

        def replace() -> None:
            with create_draft_folder(tmp_path) as draft:
                folder_of(draft / WHOLE, "new")
                take_place(draft, tmp_path / "out", refuse)

        with pytest.raises(error):
            replace()
        assert names(tmp_path) == ["out"]
        assert (tmp_path / "out" / "file").read_text(encoding="utf-8") == "old"


class TestInterruptedReplacement:
    @pytest.fixture
    def killed(self, tmp_path: Path) -> Path:
        draft = tmp_path / NAME
        folder_of(draft / FORMER, "old")
        folder_of(draft / WHOLE, "new")
        (draft / PLACE).write_bytes(b"out")
        return draft

    def test_former_folder_is_restored_after_a_kill(self, tmp_path: Path, killed: Path) -> None:
        remove_abandoned(tmp_path)
        assert not killed.exists()
        assert (tmp_path / "out" / "file").read_text(encoding="utf-8") == "old"

    def test_former_folder_is_kept_if_its_path_is_taken(self, tmp_path: Path, killed: Path) -> None:
        (tmp_path / "out").mkdir()
        remove_abandoned(tmp_path)
        assert names(tmp_path / "out") == []
        assert (killed / FORMER / "file").read_text(encoding="utf-8") == "old"

    def test_former_folder_is_kept_if_its_path_is_unknown(self, tmp_path: Path, killed: Path) -> None:
        (killed / PLACE).unlink()
        remove_abandoned(tmp_path)
        assert (killed / FORMER / "file").read_text(encoding="utf-8") == "old"

    def test_former_folder_is_restored_only_inside_its_parent_folder(self, tmp_path: Path, killed: Path) -> None:
        (killed / PLACE).write_bytes(b"../../out")
        remove_abandoned(tmp_path)
        assert names(tmp_path) == ["out"]

    def test_former_folder_is_removed_if_its_successor_is_in_place(self, tmp_path: Path, killed: Path) -> None:
        (killed / WHOLE).rename(tmp_path / "out")
        remove_abandoned(tmp_path)
        assert names(tmp_path) == ["out"]
        assert (tmp_path / "out" / "file").read_text(encoding="utf-8") == "new"


class TestExchange:
    def test_exchange_swaps_two_folders(self, tmp_path: Path) -> None:
        one, other = folder_of(tmp_path / "one", "1"), folder_of(tmp_path / "other", "2")
        assert exchange(one, other)
        assert (one / "file").read_text(encoding="utf-8") == "2"
        assert (other / "file").read_text(encoding="utf-8") == "1"

    def test_exchange_of_missing_folders_raises(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            exchange(tmp_path / "one", tmp_path / "other")

    @pytest.mark.parametrize("library", ["no function", "no support"])
    def test_exchange_returns_false_without_system_support(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, library: str
    ) -> None:
        def refuse(*_: object) -> int:
            ctypes.set_errno(38)
            return -1

        class Function:
            argtypes: tuple[object, ...] = ()
            __call__: Callable[..., int] = staticmethod(refuse)

        class Library:
            renameat2 = Function() if library == "no support" else None

        monkeypatch.setattr(ctypes, "CDLL", lambda *_, **__: Library())
        assert not exchange(tmp_path / "one", tmp_path / "other")
