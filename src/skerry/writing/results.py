"""Results at their target: a file is replaced whole or not at all, anything else is written as a stream."""

import os
from collections.abc import Callable
from pathlib import Path

from skerry.errors import OutputError
from skerry.writing.durability import sync_folder
from skerry.writing.streams import write_stream
from skerry.writing.targets import File, output_error_for, target_of
from skerry.writing.temporary import create_draft_file, remove_abandoned

_RIGHTS = 0o777


def _silent(_: str) -> None:
    """Drop a note."""


def write_result(path: Path, content: bytes, *, private: bool = False, note: Callable[[str], None] = _silent) -> None:
    """Write to the target of a path, links followed. ``private``: a file is readable only by its owner.

    An existing file keeps its owner and group, and its permissions unless ``private``. Raises `OutputError` if
    the target cannot be written.
    """
    target = target_of(path)
    if not isinstance(target, File):
        write_stream(target, content, note)
        return
    try:
        _replace(path, target, content, private=private)
    except OSError as error:
        raise output_error_for(path, error) from error


def _replace(path: Path, target: File, content: bytes, *, private: bool) -> None:
    place, former = target
    if former is not None:
        # A rename would replace even a file that its owner has protected from being written.
        os.close(os.open(place, os.O_WRONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC))
    remove_abandoned(place.parent)
    with create_draft_file(place.parent, 0o600 if private or former else 0o666) as draft:
        unwritten = memoryview(content)
        while unwritten:
            unwritten = unwritten[os.write(draft.descriptor, unwritten) :]
        if former is not None:
            _keep(path, draft.descriptor, former, private=private)
        os.fsync(draft.descriptor)
        draft.path.replace(place)
    sync_folder(place.parent)


def _keep(path: Path, descriptor: int, former: os.stat_result, *, private: bool) -> None:
    """Give a draft the owner and the permissions of the replaced file."""
    keep_owner(path, descriptor, (former.st_uid, former.st_gid))
    if not private:
        os.fchmod(descriptor, former.st_mode & _RIGHTS)


def keep_owner(path: Path, descriptor: int, owner: tuple[int, int]) -> None:
    """Give an open file or folder an owner and a group. Raises `OutputError` if this user may not."""
    own = os.fstat(descriptor)
    if (own.st_uid, own.st_gid) == owner:
        return
    try:
        os.fchown(descriptor, *owner)
    except OSError as error:
        what = f"{path} belongs to another user or group, and would not keep it"
        raise OutputError(what, "Write to a new place, or as its owner.") from error
