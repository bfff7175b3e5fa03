"""Names of files that survive a loss of power."""

import os
from contextlib import suppress
from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Sync a folder, so that its names survive a loss of power, if the file system supports it."""
    # A folder may be writable and not readable, and some file systems sync no folders: the write has succeeded anyway.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
