"""Documents from a folder or a file of saved AWS answers; this module does not interpret their content."""

import os
import select
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from skerry.errors import InputError, NothingFoundError
from skerry.writing.targets import own_descriptor_of

MOST_BYTES = 512 * 1024 * 1024
MOST_FILES = 20_000
MOST_ENTRIES = 100_000
MOST_DEPTH = 24
MOST_SECONDS = 30.0
"""The maximum time of one file or pipe; a whole folder may take ten times as long."""

_CHUNK = 1 << 20
_HEAD = 64
_ANSWERS_HINT = "Give the folder that holds the saved answers."
_SAVE_HINT = "Save what the AWS CLI prints, for example: aws ec2 describe-vpcs > Vpcs.json"
_KINDS = {stat.S_IFCHR: "a device", stat.S_IFBLK: "a device", stat.S_IFSOCK: "a socket"}


class _Limit(msgspec.Struct, frozen=True, gc=False):
    """The remaining size and the deadline of a reading."""

    bytes: int
    until: float


def read(path: Path) -> dict[str, bytes]:
    """Read a file, a pipe, or every JSON file below a folder, as ``{name: content}`` in the order of the names.

    A file in a folder counts as JSON by its suffix or by its first character; other files, devices and sockets are
    ignored. Raises `InputError` if the path is missing or unreadable, holds more than 512 MiB, or takes longer than
    `MOST_SECONDS`.
    """
    try:
        if path.is_dir():
            return _folder(path)
        content = _content(path, path, _Limit(MOST_BYTES, time.monotonic() + MOST_SECONDS))
        return {_shown(Path(path.name)): content or b""}
    except OSError as error:
        what = f"{error.filename or path} cannot be read: {error.strerror or error}"
        raise InputError(what, "Give a folder or file that exists and that you may read.") from error
    except ValueError as error:
        raise InputError(f"{path} is no name of a file: {error}", "Give a folder or file that exists.") from error


def _folder(root: Path) -> dict[str, bytes]:
    documents: dict[str, bytes] = {}
    total = 0
    until = time.monotonic() + 10 * MOST_SECONDS
    for path in _files(root):
        limit = _Limit(MOST_BYTES - total, min(until, time.monotonic() + MOST_SECONDS))
        content = _content(path, root, limit, whole=path.suffix.lower() == ".json")
        if content is not None:
            total += len(content)
            documents[_unlike(documents, _shown(path.relative_to(root)))] = content
    if not documents:
        message = f"there is no JSON file in {root}"
        raise NothingFoundError(message, _SAVE_HINT)
    return documents


def _shown(path: Path) -> str:
    """Return a path as valid text; a file name may hold invalid bytes."""
    return str(path).encode(errors="backslashreplace").decode()


def _unlike(names: dict[str, bytes], name: str) -> str:
    """Return an unused name for a document; two names with invalid bytes may look alike as text."""
    while name in names:
        name += "~"
    return name


def _files(root: Path) -> Iterator[Path]:
    """Yield the files below a folder, files before subfolders."""
    files = entries = 0
    folders = [root]
    while folders:
        folder = folders.pop()
        inside, names = [], []
        with os.scandir(folder) as listed:
            for entry in listed:
                entries += 1
                if entries > MOST_ENTRIES:
                    raise InputError(f"{root} holds more than {MOST_ENTRIES} files and folders", _ANSWERS_HINT)
                if entry.name.startswith("."):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    inside.append(folder / entry.name)
                elif entry.is_file():
                    names.append(entry.name)
        if len(folder.relative_to(root).parts) >= MOST_DEPTH:
            raise InputError(f"{root} is more than {MOST_DEPTH} folders deep", _ANSWERS_HINT)
        files += len(names)
        if files > MOST_FILES:
            raise InputError(f"{root} holds more than {MOST_FILES} files", _ANSWERS_HINT)
        yield from (folder / name for name in sorted(names))
        folders += sorted(inside, reverse=True)


def _content(path: Path, given: Path, limit: _Limit, *, whole: bool = True) -> bytes | None:
    """Read a file. Return None if it does not begin like JSON, unless ``whole``."""
    descriptor = _open(path)
    try:
        before = os.fstat(descriptor)
        kind = stat.S_IFMT(before.st_mode)
        if kind in _KINDS or (kind != stat.S_IFREG and path != given):
            raise InputError(f"{path} is {_KINDS.get(kind, 'no file')}", "Give a folder or file of saved answers.")
        # One read of a whole file: parts would need its memory twice.
        parts = _parts(descriptor, path, limit.until, max(_CHUNK, min(before.st_size, limit.bytes) + 1))
        head = b""
        while len(head) < _HEAD and (part := next(parts, b"")):
            head += part
        if not whole and not _looks_like_json(head):
            return None
        content = _at_most(head, parts, given, limit.bytes)
        # Files of /proc have the size 0.
        if before.st_size and _changed(before, os.fstat(descriptor)):
            raise InputError(f"{path} changed while it was read", "Run the command again once it is complete.")
        return content
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    own = own_descriptor_of(path)
    if own is not None:
        # A reopened pipe no longer shows the end of its writer, and a reopened file starts at its beginning.
        return os.dup(own)
    # Opening must not block on a pipe without a writer, or on a device.
    return os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)


def _changed(before: os.stat_result, after: os.stat_result) -> bool:
    return (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)


def _looks_like_json(head: bytes) -> bool:
    return head[:_HEAD].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"{")


def _at_most(head: bytes, parts: Iterator[bytes], given: Path, most: int) -> bytes:
    """Join the parts up to the limit of bytes: the size reported by a file may be wrong."""
    content, size = [head], len(head)
    for part in parts:
        content.append(part)
        size += len(part)
        if size > most:
            break
    if size > most:
        message = f"{given} holds more than {MOST_BYTES // 1024 // 1024} MiB"
        raise InputError(message, "Save one Region, or only the VPCs in question.")
    return b"".join(content)


def _parts(descriptor: int, path: Path, until: float, most: int) -> Iterator[bytes]:
    """Yield the content of a file or pipe as it arrives, ``most`` bytes at once. Raises `InputError` if it is slow."""
    ready = select.poll()
    ready.register(descriptor, select.POLLIN)
    blocks = os.get_blocking(descriptor)
    # A pipe that has no writer yet looks like a finished one; only a poll distinguishes them.
    waits = stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    while (left := until - time.monotonic()) > 0:
        if (waits or blocks) and not ready.poll(left * 1000):
            break
        try:
            part = os.read(descriptor, most)
        except BlockingIOError:
            waits = True
            continue
        if not part:
            return
        waits = False
        yield part
    what = f"{path} has not ended after {MOST_SECONDS:g} s"
    raise InputError(what, "Save what it gives as a file, and give that.")
