"""Locks of VPCs: one process at a time, and none after a process that died."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from skerry.apply.preflight.lock import LockHeldError, LockHolder, LockScope, hold_locks
from skerry.errors import OutputError

SCOPE = LockScope("111122223333", "eu-west-1", "vpc-1")
OTHER = LockScope("111122223333", "eu-west-1", "vpc-2")
HOLDER = LockHolder(os.getpid(), "2026-03-01T12:00:00+00:00", "my.journal")

_HOLD = """
import sys
from pathlib import Path
from skerry.apply.preflight.lock import LockHolder, LockScope, hold_locks
scope = LockScope("111122223333", "eu-west-1", sys.argv[2])
with hold_locks(Path(sys.argv[1]), [scope], LockHolder(4711, "2026-03-01T11:00:00+00:00", "other.journal")):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_process(folder: Path, vpc_id: str = "vpc-1") -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock of a VPC until its input ends."""
    command = [sys.executable, "-c", _HOLD, str(folder), vpc_id]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_second_apply_of_a_vpc_is_refused_and_names_the_first(tmp_path: Path) -> None:
    with other_process(tmp_path), pytest.raises(LockHeldError) as raised, hold_locks(tmp_path, [SCOPE], HOLDER):
        pass
    assert raised.value.what == (
        "process 4711 changes vpc-1 of account 111122223333 in eu-west-1 since 2026-03-01T11:00:00+00:00, "
        "with the journal other.journal"
    )


def test_lock_of_another_vpc_is_no_obstacle(tmp_path: Path) -> None:
    with other_process(tmp_path), hold_locks(tmp_path, [OTHER], HOLDER):
        pass


def test_lock_of_a_killed_process_is_gone(tmp_path: Path) -> None:
    with other_process(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        with hold_locks(tmp_path, [SCOPE], HOLDER):
            assert json.loads((tmp_path / SCOPE.file_name).read_text())["pid"] == os.getpid()


def test_waiting_ends_when_the_other_process_has_ended(tmp_path: Path) -> None:
    with other_process(tmp_path) as process:
        assert process.stdin is not None
        process.stdin.close()
        with hold_locks(tmp_path, [SCOPE], HOLDER, wait_seconds=30):
            pass


def test_no_lock_is_kept_if_one_of_several_is_held(tmp_path: Path) -> None:
    with other_process(tmp_path, "vpc-2"):
        with pytest.raises(LockHeldError), hold_locks(tmp_path, [OTHER, SCOPE], HOLDER):
            pass
        with hold_locks(tmp_path, [SCOPE], HOLDER):
            pass


def test_lock_can_be_taken_again_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="halfway"), hold_locks(tmp_path, [SCOPE], HOLDER):
        raise RuntimeError("halfway")
    with hold_locks(tmp_path, [SCOPE], HOLDER):
        pass


@pytest.mark.parametrize("content", ["", "{", '{"pid": "one"}', "\0" * 10_000])
def test_content_of_a_held_lock_that_cannot_be_read_is_no_error(tmp_path: Path, content: str) -> None:
    with other_process(tmp_path):
        (tmp_path / SCOPE.file_name).write_text(content)
        with (
            pytest.raises(LockHeldError, match="another process of this machine"),
            hold_locks(tmp_path, [SCOPE], HOLDER),
        ):
            pass


def test_lock_files_are_private_and_say_who_holds_them(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "skerry"
    with hold_locks(folder, [SCOPE], HOLDER):
        path = folder / SCOPE.file_name
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert json.loads(path.read_text())["journal"] == "my.journal"


def test_longer_content_of_an_earlier_holder_is_replaced(tmp_path: Path) -> None:
    (tmp_path / SCOPE.file_name).write_text("x" * 5000)
    with hold_locks(tmp_path, [SCOPE], HOLDER):
        assert json.loads((tmp_path / SCOPE.file_name).read_text())["pid"] == os.getpid()


def test_names_in_a_scope_never_lead_out_of_the_folder(tmp_path: Path) -> None:
    scope = LockScope("../../etc", "eu/west", "vpc-1\0\n")
    with hold_locks(tmp_path, [scope], HOLDER):
        assert [path.parent for path in tmp_path.rglob("*.lock")] == [tmp_path]


def test_link_in_the_place_of_a_lock_is_refused(tmp_path: Path) -> None:
    (tmp_path / SCOPE.file_name).symlink_to(tmp_path / "target")
    with pytest.raises(OutputError), hold_locks(tmp_path, [SCOPE], HOLDER):
        pass
    assert not (tmp_path / "target").exists()


def test_folder_that_cannot_be_made_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError) as raised, hold_locks(tmp_path / "file" / "skerry", [SCOPE], HOLDER):
        pass
    assert raised.value.remedy
