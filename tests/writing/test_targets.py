"""Targets of a result: what a path leads to, and what is refused before anything is written."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from skerry.errors import OutputError
from skerry.writing.targets import STDOUT, CharacterDevice, File, Pipe, Stream, is_stream, target_of

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes device files")


def refusal(path: Path) -> str:
    with pytest.raises(OutputError) as caught:
        target_of(path)
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    return caught.value.what


def test_target_dash_and_own_descriptors_are_streams() -> None:
    assert target_of(STDOUT) == Stream(1)
    assert target_of(Path("/dev/stdout")) == Stream(1)
    assert target_of(Path("/dev/fd/2")) == Stream(2)
    assert target_of(Path("/proc/self/fd/1")) == Stream(1)


def test_target_link_to_stdout_is_a_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    monkeypatch.chdir(tmp_path)
    assert target_of(Path("link")) == Stream(1)
    assert is_stream(Path("link"))


def test_target_link_to_a_named_pipe_is_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "pipe")
    assert target_of(tmp_path / "link") == Pipe(tmp_path / "link")
    assert is_stream(tmp_path / "link")


@needs_root
def test_target_character_device_is_recognized(tmp_path: Path) -> None:
    os.mknod(tmp_path / "null", 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    assert target_of(tmp_path / "null") == CharacterDevice(tmp_path / "null")
    assert is_stream(tmp_path / "null")


def test_target_link_to_a_file_resolves_to_the_file(tmp_path: Path) -> None:
    (tmp_path / "real").touch()
    (tmp_path / "link").symlink_to("real")
    target = target_of(tmp_path / "link")
    assert isinstance(target, File)
    assert target.path == tmp_path / "real"
    assert target.former is not None
    assert not is_stream(tmp_path / "link")


def test_target_dangling_link_resolves_to_the_new_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("gone")
    assert target_of(tmp_path / "link") == File(tmp_path / "gone", None)
    assert not is_stream(tmp_path / "link")


def test_target_folder_and_socket_are_refused(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        assert refusal(tmp_path) == f"{tmp_path} is a folder"
        assert refusal(tmp_path / "socket") == f"{tmp_path / 'socket'} is a socket"


@needs_root
def test_target_block_device_is_refused(tmp_path: Path) -> None:
    os.mknod(tmp_path / "disk", 0o600 | stat.S_IFBLK, os.makedev(7, 99))
    assert refusal(tmp_path / "disk") == f"{tmp_path / 'disk'} is a block device"


def test_target_loop_of_links_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    assert refusal(tmp_path / "a").endswith("cannot be written: Too many levels of symbolic links")


def test_target_name_with_a_nul_is_refused(tmp_path: Path) -> None:
    assert "is no name of a file" in refusal(tmp_path / "a\0b")
    assert not is_stream(tmp_path / "a\0b")


def test_target_descriptor_of_a_deleted_file_is_refused(tmp_path: Path) -> None:
    """Its link names ``gone (deleted)``, which must not be made."""
    with (tmp_path / "gone").open("w", encoding="utf-8") as gone:
        command = [sys.executable, "-c", "input()"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=gone) as other:
            (tmp_path / "gone").unlink()
            assert refusal(Path(f"/proc/{other.pid}/fd/1")).endswith("leads to a file without a name")
            assert other.stdin
            other.stdin.write(b"\n")
    assert list(tmp_path.iterdir()) == []
