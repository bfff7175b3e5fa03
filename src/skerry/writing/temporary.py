"""Drafts: files and folders next to their place, until they are whole.

A draft is locked while its process lives. The next run that writes to the same folder removes drafts without a lock.
"""

import fcntl
import os
import re
import secrets
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

WHOLE, FORMER, PLACE = "whole", "former", "place"
"""In a draft folder: the new folder, the one that it replaces, and the name of both."""

_NAME = re.compile(r"\.skerry-[0-9a-f]{16}\.draft")
_TRIES = 100
_MOST_ENTRIES = 100_000


class Draft(NamedTuple):
    """A draft with the descriptor that holds its lock."""

    path: Path
    descriptor: int


@contextmanager
def create_draft_file(folder: Path, mode: int) -> Iterator[Draft]:
    """Create a file in a folder, and remove it at the end unless it was renamed."""
    draft = _locked(folder, lambda path: os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode))
    try:
        yield draft
    finally:
        draft.path.unlink(missing_ok=True)
        os.close(draft.descriptor)


@contextmanager
def create_draft_folder(folder: Path) -> Iterator[Path]:
    """Create a private folder in a folder, and remove its remains at the end."""

    def make(path: Path) -> int:
        path.mkdir(mode=0o700)
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)

    draft = _locked(folder, make)
    try:
        yield draft.path
    finally:
        _discard(draft.path)
        os.close(draft.descriptor)


def remove_abandoned(folder: Path) -> None:
    """Remove drafts of this user without a lock; a former folder returns to its place.

    Drafts that cannot be removed stay. Links are never followed.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        names = [entry.name for entry in islice(entries, _MOST_ENTRIES) if _NAME.fullmatch(entry.name)]
        for name in names:
            with suppress(OSError):
                _remove_unless_locked(folder / name)


def _locked(folder: Path, make: Callable[[Path], int]) -> Draft:
    """Create a draft under a new name and lock it."""
    for _ in range(_TRIES):
        path = folder / f".skerry-{secrets.token_hex(8)}.draft"
        try:
            descriptor = make(path)
        except FileNotFoundError:
            if not folder.is_dir():
                raise
            continue  # another run removed the draft before it was locked
        if _lock(descriptor) and _is_at(path, descriptor):
            return Draft(path, descriptor)
        os.close(descriptor)
    message = f"no draft can be locked in {folder}"
    raise BlockingIOError(message)


def _lock(descriptor: int) -> bool:
    """Lock a draft. Return False if another run has locked it to remove it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # On a file system without locks no run can lock the draft, and so none removes it.
        return True
    return True


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _remove_unless_locked(path: Path) -> None:
    status = path.lstat()
    is_folder = stat.S_ISDIR(status.st_mode)
    if status.st_uid != os.geteuid() or not (is_folder or stat.S_ISREG(status.st_mode)):
        return
    how = os.O_RDONLY | os.O_DIRECTORY if is_folder else os.O_RDWR | os.O_NONBLOCK
    descriptor = os.open(path, how | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not _is_at(path, descriptor) or not os.path.samestat(status, os.fstat(descriptor)):
            return
        if is_folder:
            _discard(path)
        else:
            path.unlink()
    finally:
        os.close(descriptor)


def _discard(draft: Path) -> None:
    """Remove a draft folder, after putting back a former folder without a successor."""
    if (draft / FORMER).exists() and (draft / WHOLE).exists():
        try:
            name = os.fsdecode((draft / PLACE).read_bytes())
        except OSError:
            return
        place = draft.parent / Path(name).name
        if os.path.lexists(place):
            return  # the place is taken again: nothing of the former folder may be lost
        (draft / FORMER).rename(place)
    shutil.rmtree(draft, ignore_errors=True)
