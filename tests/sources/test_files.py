"""A folder of saved answers, or one file of them, is read as documents; what cannot be is said in words."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread, Timer
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


class TestInputFile:
    def test_file_path_is_read_as_single_document(self, tmp_path: Path) -> None:
        write(tmp_path, "Vpcs.txt")
        assert read(tmp_path / "Vpcs.txt") == {"Vpcs.txt": CONTENT}

    def test_missing_file_is_refused_with_os_error(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "none").what == f"{tmp_path / 'none'} cannot be read: No such file or directory"

    def test_symlink_to_file_is_read_under_link_name(self, tmp_path: Path) -> None:
        write(tmp_path, "real.json")
        (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
        assert read(tmp_path / "link.json") == {"link.json": CONTENT}

    @pytest.mark.parametrize("target", ["gone.json", "link.json"], ids=["to nothing", "to itself"])
    def test_dangling_or_self_referencing_symlink_is_refused(self, tmp_path: Path, target: str) -> None:
        (tmp_path / "link.json").symlink_to(tmp_path / target)
        assert "cannot be read" in refusal(tmp_path / "link.json").what

    def test_file_without_read_permission_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path, "Vpcs.json")

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(os, "open", refuse)
        assert refusal(tmp_path / "Vpcs.json").what.endswith("cannot be read: Permission denied")
        assert refusal(tmp_path).what.endswith("cannot be read: Permission denied")


class TestInputFolder:
    def test_folder_lists_json_at_any_depth_with_files_before_subfolders(self, tmp_path: Path) -> None:
        write(tmp_path, "b.json", "a/z.JSON", "a/c/d.json")
        assert list(read(tmp_path)) == ["b.json", "a/z.JSON", "a/c/d.json"]

    @pytest.mark.parametrize(
        "content",
        [CONTENT, b"\xef\xbb\xbf" + CONTENT, b" \r\n\t" + CONTENT, CONTENT.decode().encode("utf-16")],
        ids=["plain", "BOM", "space", "UTF-16"],
    )
    def test_folder_detects_json_by_first_character(self, tmp_path: Path, content: bytes) -> None:
        write(tmp_path, "describe-vpcs.out", content=content)
        write(tmp_path, "README.md", content=b"# Answers {}")
        write(tmp_path, "empty", content=b"")
        assert read(tmp_path) == {"describe-vpcs.out": content}

    def test_folder_ignores_hidden_files_and_folders(self, tmp_path: Path) -> None:
        write(tmp_path, "Vpcs.json", ".hidden.json", ".git/config.json")
        assert list(read(tmp_path)) == ["Vpcs.json"]

    def test_folder_follows_symlinks_to_files_but_not_to_folders(self, tmp_path: Path) -> None:
        write(tmp_path, "outside/Vpcs.json", "in/Subnets.json")
        (tmp_path / "in" / "link.json").symlink_to(tmp_path / "outside" / "Vpcs.json")
        (tmp_path / "in" / "gone.json").symlink_to(tmp_path / "nowhere")
        (tmp_path / "in" / "loop").symlink_to(tmp_path / "in")
        assert list(read(tmp_path / "in")) == ["Subnets.json", "link.json"]

    def test_folder_ignores_named_pipes(self, tmp_path: Path) -> None:
        write(tmp_path, "Vpcs.json")
        os.mkfifo(tmp_path / "pipe.json")
        assert list(read(tmp_path)) == ["Vpcs.json"]

    @pytest.mark.parametrize("names", [(), ("README.md", "a/picture.png")], ids=["empty", "other files"])
    def test_folder_without_json_is_refused_with_commands_to_run(self, tmp_path: Path, names: tuple[str, ...]) -> None:
        write(tmp_path, *names, content=b"\x89PNG\r\n\x1a\n\0\0")
        with pytest.raises(NothingFoundError) as caught:
            read(tmp_path)
        assert caught.value.what == f"there is no JSON file in {tmp_path}"
        assert "aws ec2 describe-vpcs > Vpcs.json" in caught.value.remedy

    def test_subfolder_without_read_permission_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is not seen would otherwise look like what is not there."""
        write(tmp_path, "Vpcs.json", "locked/RouteTables.json")
        scandir: Any = os.scandir

        def refuse(path: Any) -> Any:
            if Path(path).name == "locked":
                raise PermissionError(13, "Permission denied", path)
            return scandir(path)

        monkeypatch.setattr(os, "scandir", refuse)
        assert "Permission denied" in refusal(tmp_path).what


class TestSpecialFiles:
    """Nothing that a path may lead to holds up a run, or fills the memory."""

    def test_device_or_socket_as_input_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to("/dev/zero")
        assert refusal(tmp_path / "link").what == f"{tmp_path / 'link'} is a device"
        assert refusal(Path("/dev/null")).what == "/dev/null is a device"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(tmp_path / "socket"))
            assert "socket cannot be read: " in refusal(tmp_path / "socket").what

    def test_named_pipe_is_read_to_its_end(self, tmp_path: Path) -> None:
        content = b'{"Vpcs": [' + b" " * 300_000 + b"]}"
        os.mkfifo(tmp_path / "pipe")
        writer = Thread(target=lambda: (tmp_path / "pipe").write_bytes(content))
        writer.start()
        assert read(tmp_path / "pipe") == {"pipe": content}
        writer.join()

    @pytest.mark.parametrize("content", [CONTENT, b""], ids=["content", "nothing"])
    def test_inherited_pipe_with_closed_writer_is_read(self, content: bytes) -> None:
        """As ``skerry … --from <(aws …)`` gives it."""
        reading, writing = os.pipe()
        try:
            os.write(writing, content)
            os.close(writing)
            assert read(Path(f"/dev/fd/{reading}")) == {str(reading): content}
        finally:
            os.close(reading)

    def test_inherited_file_descriptor_is_read_from_current_offset(self, tmp_path: Path) -> None:
        write(tmp_path, "a.json", content=b"x" + CONTENT)
        with (tmp_path / "a.json").open("rb", buffering=0) as stream:
            stream.read(1)
            assert read(Path(f"/dev/fd/{stream.fileno()}")) == {str(stream.fileno()): CONTENT}

    def test_named_pipe_without_writer_times_out(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_SECONDS", 0.2)
        os.mkfifo(tmp_path / "pipe")
        assert refusal(tmp_path / "pipe").what == f"{tmp_path / 'pipe'} has not ended after 0.2 s"

    def test_pipe_that_never_ends_times_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_SECONDS", 0.5)
        reading, writing = os.pipe()
        ended = Event()

        def drip() -> None:
            while not ended.wait(0.01):
                os.write(writing, b" ")

        writer = Thread(target=drip)
        writer.start()
        try:
            assert refusal(Path(f"/dev/fd/{reading}")).what == f"/dev/fd/{reading} has not ended after 0.5 s"
        finally:
            ended.set()
            writer.join()
            os.close(reading)
            os.close(writing)

    def test_pipe_that_falls_silent_times_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_SECONDS", 0.2)
        reading, writing = os.pipe()
        # What waits for ever gets an end, and is seen by its result.
        ending = Timer(10, os.close, [writing])
        ending.start()
        try:
            os.write(writing, CONTENT)
            assert refusal(Path(f"/dev/fd/{reading}")).what == f"/dev/fd/{reading} has not ended after 0.2 s"
            ending.cancel()
            os.close(writing)
        finally:
            os.close(reading)

    def test_file_replaced_by_pipe_after_folder_listing_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A file that becomes a pipe after the folder was listed is refused, not opened for ever."""
        write(tmp_path, "a.json")

        def late(root: Path) -> Iterator[Path]:
            (root / "a.json").unlink()
            os.mkfifo(root / "a.json")
            yield root / "a.json"

        monkeypatch.setattr(files, "_files", late)
        assert refusal(tmp_path).what == f"{tmp_path / 'a.json'} is no file"

    def test_file_name_with_nul_byte_is_refused(self, tmp_path: Path) -> None:
        assert "is no name of a file" in refusal(tmp_path / "a\0b").what

    def test_symlink_loop_in_path_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "a").symlink_to("b")
        (tmp_path / "b").symlink_to("a")
        assert refusal(tmp_path / "a" / "c").what.endswith("Too many levels of symbolic links")


class TestChangingFiles:
    def test_file_that_grows_while_read_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path, "a.json")
        reads = os.read

        def grow(descriptor: int, most: int) -> bytes:
            found = reads(descriptor, most)
            if not found:
                with (tmp_path / "a.json").open("ab") as stream:
                    stream.write(b" ")
            return found

        monkeypatch.setattr(os, "read", grow)
        assert refusal(tmp_path).what == f"{tmp_path / 'a.json'} changed while it was read"

    def test_file_deleted_after_folder_listing_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "_files", lambda root: iter([root / "gone.json"]))
        assert refusal(tmp_path).what == f"{tmp_path / 'gone.json'} cannot be read: No such file or directory"


class TestNonUtf8FileNames:
    def test_non_utf8_file_names_are_escaped_and_kept_distinct(self, tmp_path: Path) -> None:
        for name in (b"a-\xff.json", b"a-\xfe.json"):
            Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_bytes(CONTENT)
        assert list(read(tmp_path)) == ["a-\\udcfe.json", "a-\\udcff.json"]


class TestSizeLimits:
    def test_file_size_limit_refuses_larger_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_BYTES", 2 * 1024 * 1024)
        write(tmp_path, "Vpcs.json", content=b"{" + b" " * (2 * 1024 * 1024) + b"}")
        assert refusal(tmp_path / "Vpcs.json").what == f"{tmp_path / 'Vpcs.json'} holds more than 2 MiB"

    def test_folder_size_limit_counts_all_its_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_BYTES", 2 * len(CONTENT))
        write(tmp_path, "a.json", "b.json")
        assert len(read(tmp_path)) == 2
        write(tmp_path, "c.json")
        assert refusal(tmp_path).what.startswith(f"{tmp_path} holds more than ")

    def test_folder_file_limit_refuses_more_files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_FILES", 2)
        write(tmp_path, "a.json", "b.json")
        assert len(read(tmp_path)) == 2
        write(tmp_path, "c/c.txt")
        assert refusal(tmp_path).what == f"{tmp_path} holds more than 2 files"

    def test_folder_entry_limit_counts_hidden_files_and_folders(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "MOST_ENTRIES", 3)
        write(tmp_path, "a.json", ".b", ".c")
        assert len(read(tmp_path)) == 1
        (tmp_path / "d").mkdir()
        assert refusal(tmp_path).what == f"{tmp_path} holds more than 3 files and folders"

    def test_folder_depth_limit_refuses_deeper_folders(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "MOST_DEPTH", 2)
        write(tmp_path, "a/deep.json")
        assert len(read(tmp_path)) == 1
        write(tmp_path, "a/b/deeper.json")
        assert refusal(tmp_path).what == f"{tmp_path} is more than 2 folders deep"

    def test_file_size_limit_is_512_mib(self) -> None:
        assert files.MOST_BYTES == 512 * 1024 * 1024
