"""A folder of saved answers, or one file of them, is read as documents; what cannot be is said in words."""

import os
from pathlib import Path
from typing import Any

import pytest

from skerry.errors import InputError, NothingFoundError, SkerryError
from skerry.sources import files
from skerry.sources.files import read

CONTENT = b'{"Vpcs": []}'


def write(root: Path, *names: str, content: bytes = CONTENT) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def refusal(path: Path) -> SkerryError:
    with pytest.raises(InputError) as caught:
        read(path)
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    return caught.value


class TestAFile:
    def test_is_one_document(self, tmp_path: Path) -> None:
        write(tmp_path, "Vpcs.txt")
        assert read(tmp_path / "Vpcs.txt") == {"Vpcs.txt": CONTENT}

    def test_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "none").what == f"{tmp_path / 'none'} cannot be read: No such file or directory"

    def test_may_be_a_link(self, tmp_path: Path) -> None:
        write(tmp_path, "real.json")
        (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
        assert read(tmp_path / "link.json") == {"link.json": CONTENT}

    @pytest.mark.parametrize("target", ["gone.json", "link.json"], ids=["to nothing", "to itself"])
    def test_that_is_a_link_to_nothing_is_refused(self, tmp_path: Path, target: str) -> None:
        (tmp_path / "link.json").symlink_to(tmp_path / target)
        assert "cannot be read" in refusal(tmp_path / "link.json").what

    def test_that_may_not_be_read_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path, "Vpcs.json")

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)
        assert refusal(tmp_path / "Vpcs.json").what.endswith("cannot be read: Permission denied")
        assert refusal(tmp_path).what.endswith("cannot be read: Permission denied")


class TestAFolder:
    def test_gives_every_json_file_at_any_depth_in_the_order_of_the_names(self, tmp_path: Path) -> None:
        write(tmp_path, "b.json", "a/z.JSON", "a/c/d.json")
        assert list(read(tmp_path)) == ["b.json", "a/z.JSON", "a/c/d.json"]

    @pytest.mark.parametrize(
        "content",
        [CONTENT, b"\xef\xbb\xbf" + CONTENT, b" \r\n\t" + CONTENT, CONTENT.decode().encode("utf-16")],
        ids=["plain", "BOM", "space", "UTF-16"],
    )
    def test_takes_a_file_for_json_by_its_first_character(self, tmp_path: Path, content: bytes) -> None:
        write(tmp_path, "describe-vpcs.out", content=content)
        write(tmp_path, "README.md", content=b"# Answers {}")
        write(tmp_path, "empty", content=b"")
        assert read(tmp_path) == {"describe-vpcs.out": content}

    def test_leaves_hidden_files_and_folders_alone(self, tmp_path: Path) -> None:
        write(tmp_path, "Vpcs.json", ".hidden.json", ".git/config.json")
        assert list(read(tmp_path)) == ["Vpcs.json"]

    def test_follows_links_to_files_and_not_to_folders(self, tmp_path: Path) -> None:
        write(tmp_path, "outside/Vpcs.json", "in/Subnets.json")
        (tmp_path / "in" / "link.json").symlink_to(tmp_path / "outside" / "Vpcs.json")
        (tmp_path / "in" / "gone.json").symlink_to(tmp_path / "nowhere")
        (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
        assert list(read(tmp_path / "in")) == ["Subnets.json", "link.json"]

    def test_leaves_what_is_no_file_alone(self, tmp_path: Path) -> None:
        write(tmp_path, "Vpcs.json")
        os.mkfifo(tmp_path / "pipe.json")
        assert list(read(tmp_path)) == ["Vpcs.json"]

    @pytest.mark.parametrize("names", [(), ("README.md", "a/picture.png")], ids=["empty", "other files"])
    def test_without_json_is_refused_with_what_to_save(self, tmp_path: Path, names: tuple[str, ...]) -> None:
        write(tmp_path, *names, content=b"\x89PNG\r\n\x1a\n\0\0")
        with pytest.raises(NothingFoundError) as caught:
            read(tmp_path)
        assert caught.value.what == f"there is no JSON file in {tmp_path}"
        assert "aws ec2 describe-vpcs > Vpcs.json" in caught.value.remedy

    def test_inside_that_may_not_be_read_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is not seen would otherwise look like what is not there."""
        write(tmp_path, "Vpcs.json", "locked/RouteTables.json")
        scandir: Any = os.scandir

        def refuse(path: Any) -> Any:
            if Path(path).name == "locked":
                raise PermissionError(13, "Permission denied", path)
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)
        assert "Permission denied" in refusal(tmp_path).what


class TestLimits:
    def test_of_the_size_of_a_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_BYTES", 2 * 1024 * 1024)
        write(tmp_path, "Vpcs.json", content=b"{" + b" " * (2 * 1024 * 1024) + b"}")
        assert refusal(tmp_path / "Vpcs.json").what == f"{tmp_path / 'Vpcs.json'} holds more than 2 MiB"

    def test_of_the_size_of_all_files_of_a_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_BYTES", 2 * len(CONTENT))
        write(tmp_path, "a.json", "b.json")
        assert len(read(tmp_path)) == 2
        write(tmp_path, "c.json")
        assert refusal(tmp_path).what.startswith(f"{tmp_path} holds more than ")

    def test_of_the_number_of_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_FILES", 2)
        write(tmp_path, "a.json", "b.json")
        assert len(read(tmp_path)) == 2
        write(tmp_path, "c/c.txt")
        assert refusal(tmp_path).what == f"{tmp_path} holds more than 2 files"

    def test_of_the_depth_of_folders(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_DEPTH", 2)
        write(tmp_path, "a/deep.json")
        assert len(read(tmp_path)) == 1
        write(tmp_path, "a/b/deeper.json")
        assert refusal(tmp_path).what == f"{tmp_path} is more than 2 folders deep"

    def test_are_what_the_documentation_says(self) -> None:
        assert files.MOST_BYTES == 512 * 1024 * 1024
