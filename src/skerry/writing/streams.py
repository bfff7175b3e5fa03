"""Named pipes, devices and open descriptors, written from their current position and never replaced."""

import errno
import os
import stat
import time
from collections.abc import Callable
from pathlib import Path

from skerry.errors import OutputError
from skerry.writing.targets import CharacterDevice, Pipe, Stream, output_error_for

SECONDS_FOR_A_READER = 30.0
"""The maximum wait for a reader of a named pipe."""
_PAUSE = 0.05

Note = Callable[[str], None]


def write_stream(target: Stream | Pipe | CharacterDevice, content: bytes, note: Note) -> None:
    """Write all of the content. The reader of a pipe sets the pace.

    Raises `OutputError` if no reader comes, the reader goes away, or the device takes no more.
    """
    path = Path(f"/dev/fd/{target.descriptor}") if isinstance(target, Stream) else target.path
    try:
        descriptor = os.dup(target.descriptor) if isinstance(target, Stream) else _opened(target, note)
        try:
            _write_all(descriptor, content)
        finally:
            os.close(descriptor)
    except BrokenPipeError as error:
        what = f"the reader of {path} went away before all was written"
        raise OutputError(what, "Start its reader again, or write to a file.") from error
    except OSError as error:
        raise output_error_for(path, error) from error


def _opened(target: Pipe | CharacterDevice, note: Note) -> int:
    """Open a pipe or a device; opening does not block, writing does."""
    descriptor = _opened_pipe(target.path, note) if isinstance(target, Pipe) else _open(target.path)
    wanted = stat.S_IFIFO if isinstance(target, Pipe) else stat.S_IFCHR
    if stat.S_IFMT(os.fstat(descriptor).st_mode) != wanted:
        os.close(descriptor)
        raise OutputError(f"{target.path} was replaced while it was opened", "Run the command again.")
    os.set_blocking(descriptor, True)
    return descriptor


def _opened_pipe(path: Path, note: Note) -> int:
    until = time.monotonic() + SECONDS_FOR_A_READER
    noted = False
    while True:
        try:
            return _open(path)
        except OSError as error:
            # A pipe without a reader fails with ENXIO: https://man7.org/linux/man-pages/man2/open.2.html
            if error.errno != errno.ENXIO:
                raise
        if not noted:
            note(f"waiting for a reader of {path}, for {SECONDS_FOR_A_READER:g} s")
            noted = True
        if time.monotonic() >= until:
            what = f"{path} is a named pipe that nothing reads"
            raise OutputError(what, "Start its reader first, or write to a file.")
        time.sleep(_PAUSE)


def _open(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)


def _write_all(descriptor: int, content: bytes) -> None:
    unwritten = memoryview(content)
    while unwritten:
        unwritten = unwritten[os.write(descriptor, unwritten) :]
