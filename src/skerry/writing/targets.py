"""The targets of a result: a stream of this process, a named pipe, a device, or a file."""

import os
import stat
from pathlib import Path
from typing import NamedTuple, TypeAlias

from skerry.errors import OutputError

STDOUT = Path("-")
"""The path that stands for standard output."""

_MOST_LINKS = 40  # the kernel follows as many: https://man7.org/linux/man-pages/man7/path_resolution.7.html
_REFUSED = {stat.S_IFDIR: "a folder", stat.S_IFBLK: "a block device", stat.S_IFSOCK: "a socket"}
_PLACE_HINT = "Give a file, a named pipe, a character device, or - for standard output."


class Stream(NamedTuple):
    """A file descriptor that this process has open."""

    descriptor: int


class Pipe(NamedTuple):
    """A named pipe."""

    path: Path


class CharacterDevice(NamedTuple):
    """A character device, such as a terminal or ``/dev/null``."""

    path: Path


class File(NamedTuple):
    """A regular file by its own path, without links; ``former`` is None if it does not exist yet."""

    path: Path
    former: os.stat_result | None


OutputTarget: TypeAlias = Stream | Pipe | CharacterDevice | File


def target_of(path: Path) -> OutputTarget:
    """Return the target of a path. Raises `OutputError` for a folder, a block device or a socket."""
    descriptor = 1 if path == STDOUT else own_descriptor_of(path)
    if descriptor is not None:
        return Stream(descriptor)
    try:
        place, status = Path(os.path.realpath(path)), _status_of(path)
    except (OSError, ValueError) as error:
        raise output_error_for(path, error) from error
    if status is None:
        return File(place, None)
    kind = stat.S_IFMT(status.st_mode)
    if kind == stat.S_IFIFO:
        return Pipe(path)
    if kind == stat.S_IFCHR:
        return CharacterDevice(path)
    if kind != stat.S_IFREG:
        raise OutputError(f"{path} is {_REFUSED.get(kind, 'no file')}", _PLACE_HINT)
    if not place.exists() or not os.path.samestat(place.stat(), status):
        # The path is a descriptor of another process with a deleted file.
        raise OutputError(f"{path} leads to a file without a name", _PLACE_HINT)
    return File(place, status)


def _status_of(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def is_stream(path: Path) -> bool:
    """Return whether a path leads to a stream of bytes: neither a file nor a folder."""
    if path == STDOUT or own_descriptor_of(path) is not None:
        return True
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def own_descriptor_of(path: Path) -> int | None:
    """Return the descriptor of ``/dev/stdout`` or ``/dev/fd/3``.

    A path of this kind may lead to a regular file. Reopened, it would be written from its beginning; replaced,
    it would no longer be the file that the shell has opened.
    """
    own = f"/proc/{os.getpid()}/fd"
    try:
        name = os.path.join(os.getcwd(), path)  # noqa: PTH109, PTH118 -- pathlib would drop "." and ".."
        for _ in range(_MOST_LINKS):
            folder, last = os.path.split(name)
            folder = os.path.realpath(folder)
            name = os.path.join(folder, last)  # noqa: PTH118
            if folder == own and last.isascii() and last.isdigit():
                return int(last)
            if not os.path.islink(name):  # noqa: PTH114
                return None
            name = os.path.join(folder, os.readlink(name))  # noqa: PTH115, PTH118
    except (OSError, ValueError):
        return None
    return None


def output_error_for(path: Path, error: OSError | ValueError) -> OutputError:
    """Return the error for an unwritable path, with a remedy."""
    import errno  # noqa: PLC0415 -- needed for errors alone

    if not isinstance(error, OSError):
        return OutputError(f"{path} is no name of a file: {error}", _PLACE_HINT)
    what = f"{path} cannot be written: {error.strerror or error}"
    if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return OutputError(what, "Make room, or write somewhere else.")
    return OutputError(what, "Give a place in a folder that exists and that you may write to.")
