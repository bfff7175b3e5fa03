"""A lock for each VPC, so that two applies on one machine do not change it together.

The kernel holds the lock for the process: it is gone with the process, however that ends. The file's content is only
for messages. An apply on another machine is not seen here: every change is preceded by another reading of its object.
https://man7.org/linux/man-pages/man2/flock.2.html
"""

import fcntl
import os
import re
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import msgspec

from skerry.errors import SkerryError
from skerry.writing.targets import output_error_for

_POLL_SECONDS = 0.2
_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_LONGEST = 4096
_UNSAFE = re.compile(r"[^A-Za-z0-9-]")


class LockScope(msgspec.Struct, frozen=True, gc=False):
    """The account, Region and VPC of a lock."""

    account: str
    region: str
    vpc_id: str

    @property
    def file_name(self) -> str:
        """Return the name of the lock's file; characters that ids do not have become underscores."""
        return "_".join(_UNSAFE.sub("_", part) for part in (self.account, self.region, self.vpc_id)) + ".lock"


class LockHolder(msgspec.Struct, frozen=True, gc=False):
    """The process with a lock: its id, its start in UTC, and the journal that it writes."""

    pid: int
    started: str
    journal: str = ""


class LockHeldError(SkerryError):
    """Another process on this machine changes the same VPC."""


def lock_folder(state: Path, journal: Path) -> Path:
    """Return the folder of locks: in the user's state folder if it is writable, else that of the journal."""
    folder = state / "locks"
    try:
        folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError:
        return journal.parent
    return folder if os.access(folder, os.W_OK) else journal.parent


@contextmanager
def hold_locks(
    folder: Path, scopes: Iterable[LockScope], holder: LockHolder, wait_seconds: float = 0
) -> Iterator[None]:
    """Hold the locks of all scopes for the time of the block.

    Raises `LockHeldError` if another process still holds one after ``wait_seconds``, and `OutputError` for a folder
    that cannot be written.
    """
    late = time.monotonic() + wait_seconds
    with ExitStack() as stack:
        # In one order for everybody: two processes that wait for each other's locks would wait for ever.
        for scope in sorted(set(scopes), key=lambda scope: scope.file_name):
            stack.enter_context(_lock(folder / scope.file_name, scope, holder, late))
        yield


@contextmanager
def _lock(path: Path, scope: LockScope, holder: LockHolder, late: float) -> Iterator[None]:
    descriptor = _open(path)
    try:
        while not _is_taken(descriptor, path):
            if time.monotonic() >= late:
                raise _held(descriptor, scope)
            time.sleep(_POLL_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, msgspec.json.encode(holder), 0)
        yield
    finally:
        # The file stays: a process that has opened it already would lock a file without a name.
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, _PRIVATE_FILE)
    except OSError as error:
        raise output_error_for(path, error) from error


def _is_taken(descriptor: int, path: Path) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise output_error_for(path, error) from error
    return True


def _held(descriptor: int, scope: LockScope) -> LockHeldError:
    where = f"{scope.vpc_id} of account {scope.account} in {scope.region}"
    other = None
    with suppress(msgspec.MsgspecError, OSError):
        other = msgspec.json.decode(os.pread(descriptor, _LONGEST, 0), type=LockHolder)
    if other is None:
        return LockHeldError(f"another process of this machine changes {where}", "Wait until it has ended.")
    journal = f", with the journal {other.journal}" if other.journal else ""
    message = f"process {other.pid} changes {where} since {other.started}{journal}"
    return LockHeldError(message, "Wait until it has ended.")
