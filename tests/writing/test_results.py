"""Results at their target: files are replaced whole or not at all, pipes and devices are written and stay."""

import errno
import os
import re
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from skerry.errors import OutputError
from skerry.writing import streams
from skerry.writing.results import write_result
from tests.room import small_files

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root makes device files and gives files away")
NOBODY = 65534
CONTENT = b"whole\n"


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refusal(path: Path, content: bytes = CONTENT) -> str:
    with pytest.raises(OutputError) as caught:
        write_result(path, content)
    assert caught.value.exit_code == 2
    assert caught.value.remedy
    return caught.value.what


def as_nobody(act: Callable[[], None]) -> None:
    """Run in a child that has the rights of nobody; its error is this test's."""
    child = os.fork()
    if not child:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            act()
            os._exit(0)
        except BaseException as error:  # noqa: BLE001 -- the child must end here
            os.write(2, f"{error!r}\n".encode())
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that every user can reach and write to, other than those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


# ------------------------------------------------------------------------------------------------------- files


def test_new_result_file_gets_mode_by_umask(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        write_result(tmp_path / "new", CONTENT)
    finally:
        os.umask(mask)
    assert (tmp_path / "new").read_bytes() == CONTENT
    assert rights(tmp_path / "new") == 0o640
    assert names(tmp_path) == ["new"]


def test_private_result_file_has_mode_600(tmp_path: Path) -> None:
    (tmp_path / "old").touch(0o644)
    for name in ("old", "new"):
        write_result(tmp_path / name, CONTENT, private=True)
        assert rights(tmp_path / name) == 0o600


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_replaced_result_file_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old" * 1000)
    path.chmod(mode)
    write_result(path, CONTENT)
    assert (path.read_bytes(), rights(path)) == (CONTENT, mode)


@needs_root
def test_replaced_result_file_keeps_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.touch(0o640)
    os.chown(path, NOBODY, 12)
    write_result(path, CONTENT)
    assert (path.stat().st_uid, path.stat().st_gid, rights(path)) == (NOBODY, 12, 0o640)


@needs_root
def test_result_file_stays_if_its_owner_cannot_be_kept(shared: Path) -> None:
    path = shared / "old"
    path.write_bytes(b"old")
    path.chmod(0o666)
    as_nobody(lambda: _expect(lambda: write_result(path, CONTENT), "belongs to another user or group"))
    assert (path.read_bytes(), path.stat().st_uid, names(shared)) == (b"old", 0, ["old"])


@needs_root
def test_write_protected_result_file_stays(shared: Path) -> None:
    path = shared / "old"
    path.write_bytes(b"old")
    path.chmod(0o444)
    os.chown(path, NOBODY, NOBODY)
    as_nobody(lambda: _expect(lambda: write_result(path, CONTENT), "cannot be written: Permission denied"))
    assert (path.read_bytes(), names(shared)) == (b"old", ["old"])


@needs_root
def test_write_protected_result_folder_is_reported(shared: Path) -> None:
    shared.chmod(0o755)
    as_nobody(lambda: _expect(lambda: write_result(shared / "new", CONTENT), "cannot be written: Permission denied"))
    assert names(shared) == []


def _expect(act: Callable[[], None], said: str) -> None:
    with pytest.raises(OutputError, match=said):
        act()


def test_result_through_a_link_replaces_its_file_and_keeps_the_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"old")
    (tmp_path / "link").symlink_to("real")
    write_result(tmp_path / "link", CONTENT)
    assert (tmp_path / "link").readlink() == Path("real")
    assert (tmp_path / "real").read_bytes() == CONTENT


def test_result_through_a_dangling_link_creates_its_file(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("new")
    write_result(tmp_path / "link", CONTENT)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "new").read_bytes() == CONTENT


def test_result_leaves_other_hard_links_with_the_old_content(tmp_path: Path) -> None:
    """As docs/security.md says: a reader of either name never sees a half."""
    (tmp_path / "one").write_bytes(b"old")
    (tmp_path / "other").hardlink_to(tmp_path / "one")
    write_result(tmp_path / "one", CONTENT)
    assert (tmp_path / "one").read_bytes() == CONTENT
    assert (tmp_path / "other").read_bytes() == b"old"


def test_reader_of_the_old_result_file_reads_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"old")
    with path.open("rb") as reader:
        write_result(path, CONTENT)
        assert reader.read() == b"old"


@pytest.mark.parametrize("former", [None, b"old"], ids=["new", "old"])
def test_full_disk_leaves_the_former_result_file(tmp_path: Path, former: bytes | None) -> None:
    path = tmp_path / "out"
    if former is not None:
        path.write_bytes(former)
    with small_files(4096):
        said = refusal(path, b"x" * 100_000)
    assert said == f"{path} cannot be written: File too large"
    assert names(tmp_path) == (["out"] if former else [])
    assert former is None or path.read_bytes() == former


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
@pytest.mark.parametrize("function", ["write", "fsync"])
def test_late_disk_error_is_reported_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, function: str
) -> None:
    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, function, fail)
        said = refusal(tmp_path / "out")
    assert said == f"{tmp_path / 'out'} cannot be written: {os.strerror(number)}"
    assert names(tmp_path) == []


def test_result_content_is_synced_before_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        seen.append(f"{kind} {'named' if (tmp_path / 'out').exists() else 'not named'}")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    write_result(tmp_path / "out", CONTENT)
    assert seen == ["file not named", "folder named"]


# ------------------------------------------------------------------------------------------ pipes and devices


@needs_root
def test_result_to_a_character_device_keeps_the_device(tmp_path: Path) -> None:
    device = tmp_path / "null"
    os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    write_result(device, CONTENT)
    assert stat.S_ISCHR(device.stat().st_mode)
    assert device.stat().st_rdev == os.makedev(1, 3)
    assert names(tmp_path) == ["null"]


@needs_root
def test_result_to_a_full_device_is_refused(tmp_path: Path) -> None:
    device = tmp_path / "full"
    os.mknod(device, 0o666 | stat.S_IFCHR, os.makedev(1, 7))
    assert refusal(device) == f"{device} cannot be written: No space left on device"
    assert stat.S_ISCHR(device.stat().st_mode)


def test_named_pipe_receives_the_complete_result(tmp_path: Path) -> None:
    pipe, content, found = tmp_path / "pipe", bytes(range(256)) * 2000, []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    write_result(pipe, content)
    reader.join()
    assert found == [content]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names(tmp_path) == ["pipe"]


def test_named_pipe_without_a_reader_times_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "SECONDS_FOR_A_READER", 0.2)
    os.mkfifo(tmp_path / "pipe")
    notes: list[str] = []
    with pytest.raises(OutputError, match="is a named pipe that nothing reads"):
        write_result(tmp_path / "pipe", CONTENT, note=notes.append)
    assert notes == [f"waiting for a reader of {tmp_path / 'pipe'}, for 0.2 s"]


def test_named_pipe_reader_that_leaves_is_reported(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = f"import os; os.read(os.open({str(pipe)!r}, os.O_RDONLY), 10)"
    with subprocess.Popen([sys.executable, "-c", program]):
        said = refusal(pipe, b"x" * 1_000_000)
    assert said == f"the reader of {pipe} went away before all was written"


def test_result_to_own_descriptor_is_appended_in_place(tmp_path: Path) -> None:
    """``skerry … --output /dev/fd/3 3>>log`` adds to the log."""
    log = tmp_path / "log"
    log.write_bytes(b"before\n")
    with log.open("ab", buffering=0) as stream:
        write_result(Path(f"/dev/fd/{stream.fileno()}"), CONTENT)
        stream.write(b"after\n")
    assert log.read_bytes() == b"before\nwhole\nafter\n"
    assert not re.search("skerry", str(names(tmp_path)))
