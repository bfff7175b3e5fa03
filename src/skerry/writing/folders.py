"""Folders replaced in one step, and made durable by renames and syncs."""

import ctypes
import errno
import os
from collections.abc import Callable
from pathlib import Path

from skerry.writing.durability import sync_folder
from skerry.writing.temporary import FORMER, PLACE, WHOLE

_EXCHANGE = 2  # RENAME_EXCHANGE: https://man7.org/linux/man-pages/man2/rename.2.html
_HERE = -100  # AT_FDCWD
_NOT_SUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}
_NOT_EMPTY = {errno.ENOTEMPTY, errno.EEXIST}


def take_place(draft: Path, place: Path, check: Callable[[Path], None]) -> None:
    """Move the finished folder of a draft to its place; a former folder moves into the draft.

    ``check`` is called with a non-empty former folder after the move. If it raises, the folder is put back.
    """
    try:
        (draft / WHOLE).rename(place)
    except OSError as error:
        if error.errno not in _NOT_EMPTY:
            raise
        if exchange(draft / WHOLE, place):
            _check_exchanged(draft / WHOLE, place, check)
        else:
            _replace(draft, place, check)
    sync_folder(place.parent)


def _check_exchanged(former: Path, place: Path, check: Callable[[Path], None]) -> None:
    try:
        check(former)
    except BaseException:
        exchange(former, place)
        raise


def _replace(draft: Path, place: Path, check: Callable[[Path], None]) -> None:
    """Replace a folder in two steps.

    If the second step is not reached, the end of the draft or `temporary.remove_abandoned` puts the former folder back.
    """
    with (draft / PLACE).open("xb") as stream:
        stream.write(os.fsencode(place.name))
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(draft)
    place.rename(draft / FORMER)
    check(draft / FORMER)
    (draft / WHOLE).rename(place)


def exchange(first: Path, other: Path) -> bool:
    """Exchange two folders in one step. Return False if the kernel or the file system cannot do it."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    rename.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    if rename(_HERE, os.fsencode(first), _HERE, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _NOT_SUPPORTED:
        return False
    raise OSError(number, os.strerror(number), str(other))
