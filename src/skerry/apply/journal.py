"""The journal: a file of JSON lines, each written to the disk before the next step is taken.

Every line has a digest of itself and of all lines before it: a line that was edited, removed or added is recognized.
A last line without its end was cut by a crash, and counts as not written.
"""

import fcntl
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from skerry.apply.journal_entries import VERSION, Entry, Opened
from skerry.errors import InputError, OutputError
from skerry.writing.durability import sync_folder

_MOST_BYTES = 64 * 1024 * 1024
_FOLDER, _SUFFIX = "skerry", ".journal"
_NUMBERED = re.compile(r"(\d{6})-")


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    digest: str
    body: msgspec.Raw


class _Version(msgspec.Struct, frozen=True):
    version: int


class Journal:
    """An open journal with its entries."""

    def __init__(self, path: Path, descriptor: int, entries: list[Entry], digest: str) -> None:
        self.path = path
        self.entries = entries
        self._descriptor = descriptor
        self._digest = digest

    @property
    def opened(self) -> Opened:
        """Return the first entry."""
        entry = self.entries[0]
        assert isinstance(entry, Opened)  # noqa: S101 -- reading and creating make sure of it
        return entry

    def write(self, entry: Entry) -> None:
        """Write an entry to the disk.

        Raises `OutputError` if it cannot be written: then nothing must happen that is not in the journal.
        """
        # Names and addresses that were parsed are texts.
        body = msgspec.json.encode(entry, enc_hook=str)
        digest = _chained(self._digest, body)
        line = msgspec.json.encode(_Line(digest, msgspec.Raw(body))) + b"\n"
        try:
            _write_all(self._descriptor, line)
            os.fsync(self._descriptor)
        except OSError as error:
            raise OutputError(f"{self.path} cannot be written: {error.strerror}", "Make room, and resume.") from error
        self._digest = digest
        self.entries.append(entry)


def state_folder() -> Path:
    """Return the folder of journals: https://specifications.freedesktop.org/basedir-spec/latest/.

    Raises `OutputError` for a user without a home folder.
    """
    base = os.environ.get("XDG_STATE_HOME", "")
    if base.startswith("/"):
        return Path(base) / _FOLDER
    try:
        return Path.home() / ".local" / "state" / _FOLDER
    except RuntimeError as error:
        raise OutputError("this user has no home folder for journals", "Set HOME or XDG_STATE_HOME.") from error


def new_path(account: str, region: str, at: str) -> Path:
    """Return the path of a new journal in the user's state folder.

    Its name begins with a number: a clock that was set back does not change the order.
    """
    numbers = [int(start[1]) for path in list_journals() if (start := _NUMBERED.match(path.name))]
    number = max(numbers, default=0) + 1
    return state_folder() / f"{number:06d}-{at}-{account}-{region}-{secrets.token_hex(3)}{_SUFFIX}"


def list_journals() -> list[Path]:
    """Return the journals in the user's state folder, the newest last."""
    return sorted(state_folder().glob(f"*{_SUFFIX}"))


def new_name() -> str:
    """Return the name of a new journal, as tags have it."""
    return secrets.token_hex(8)


@contextmanager
def create_journal(path: Path, opened: Opened) -> Iterator[Journal]:
    """Create a journal that only its owner can read, with its first entry.

    Raises `OutputError` if the path is taken or cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise OutputError(f"{path} exists already", "Give another path, or resume it.") from error
    except OSError as error:
        what = f"the journal {path} cannot be created: {error.strerror}"
        raise OutputError(what, "Give a path that can be written; without a journal nothing is changed.") from error
    try:
        _lock(path, descriptor)
        journal = Journal(path, descriptor, [], "")
        journal.write(opened)
        sync_folder(path.parent)
        yield journal
    finally:
        os.close(descriptor)


@contextmanager
def reopen_journal(path: Path) -> Iterator[Journal]:
    """Open an existing journal to go on with it; a line that a crash cut is removed.

    Raises `InputError` for a journal that is damaged, edited, of a newer version, or in use.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise InputError(f"the journal {path} cannot be opened: {error.strerror}", "Check its path.") from error
    try:
        _lock(path, descriptor)
        entries, digest, size = _read(path, descriptor)
        os.ftruncate(descriptor, size)
        yield Journal(path, descriptor, entries, digest)
    finally:
        os.close(descriptor)


def _lock(path: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise InputError(f"another skerry uses {path} now", "Wait until it has ended.") from error


def _read(path: Path, descriptor: int) -> tuple[list[Entry], str, int]:
    """Return the entries, the last digest, and the size of the whole lines."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise InputError(f"{path} is no file", "Check its path.")
    if status.st_size > _MOST_BYTES:
        raise InputError(f"{path} is too large for a journal", "Check its path.")
    with os.fdopen(os.dup(descriptor), "rb") as file:
        file.seek(0)
        content = file.read()
    whole = content[: content.rfind(b"\n") + 1]
    entries: list[Entry] = []
    digest = ""
    for number, text in enumerate(whole.split(b"\n")[:-1], 1):
        entry, digest = _entry(path, number, text, digest)
        entries.append(entry)
    if not entries:
        # skerry writes the first line before any change: only somebody else can have emptied a journal in use.
        what = f"{path} is empty: skerry has changed nothing with it, or somebody emptied it"
        raise InputError(what, "Start again. Resources of an emptied journal carry the tag skerry:journal.")
    return entries, digest, len(whole)


def _entry(path: Path, number: int, text: bytes, digest: str) -> tuple[Entry, str]:
    try:
        line = msgspec.json.decode(text, type=_Line)
        body = bytes(line.body)
        if number == 1:
            _refuse_newer(path, body)
        entry: Entry = msgspec.json.decode(body, type=Entry)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _damaged(path, number) from error
    if line.digest != _chained(digest, body) or isinstance(entry, Opened) != (number == 1):
        raise _damaged(path, number)
    return entry, line.digest


def _refuse_newer(path: Path, body: bytes) -> None:
    version = msgspec.json.decode(body, type=_Version).version
    if version > VERSION:
        raise InputError(f"{path} is the journal of a newer skerry", "Use the version that wrote it, or a newer one.")


def _damaged(path: Path, number: int) -> InputError:
    what = f"line {number} of {path} is no line that skerry wrote there"
    return InputError(what, "Nothing is changed by a journal that was edited. Use its unchanged copy.")


def _chained(digest: str, body: bytes) -> str:
    return hashlib.sha256(digest.encode() + body).hexdigest()


def _write_all(descriptor: int, content: bytes) -> None:
    unwritten = memoryview(content)
    while unwritten:
        unwritten = unwritten[os.write(descriptor, unwritten) :]
