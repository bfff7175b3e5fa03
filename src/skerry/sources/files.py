"""A folder of saved AWS answers, or one file of them, as documents. Reads files; knows nothing of their meaning."""

import os
from collections.abc import Iterator
from pathlib import Path

from skerry.errors import InputError, NothingFoundError

MOST_BYTES = 512 * 1024 * 1024
MOST_FILES = 20_000
MOST_DEPTH = 24

_SAVE_HINT = "Save what the AWS CLI prints, for example: aws ec2 describe-vpcs > Vpcs.json"


def read(path: Path) -> dict[str, bytes]:
    """Read a file, or every JSON file below a folder, as ``{name: content}`` in the order of the names.

    A file in a folder counts as JSON by its ending or by its first character; others are left alone. Raises
    `InputError` where the path is not there or not readable, or where there is more than 512 MiB.
    """
    try:
        if path.is_dir():
            return _folder(path)
        return {_shown(Path(path.name)): _content(path, path, MOST_BYTES)}
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror or error}"
        raise InputError(message, "Give a folder or file that exists and that you may read.") from error


def _folder(root: Path) -> dict[str, bytes]:
    documents: dict[str, bytes] = {}
    total = 0
    for path in _files(root):
        if path.suffix.lower() == ".json" or _looks_like_json(path):
            content = _content(path, root, MOST_BYTES - total)
            total += len(content)
            documents[_shown(path.relative_to(root))] = content
    if not documents:
        message = f"there is no JSON file in {root}"
        raise NothingFoundError(message, _SAVE_HINT)
    return documents


def _shown(path: Path) -> str:
    """A path as text: it need not be that on every system."""
    return str(path).encode(errors="replace").decode()


def _files(root: Path) -> Iterator[Path]:
    found = 0
    for folder, folders, names in os.walk(root, onerror=_refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if len(Path(folder).relative_to(root).parts) >= MOST_DEPTH:
            message = f"{root} is more than {MOST_DEPTH} folders deep"
            raise InputError(message, "Give the folder that holds the saved answers.")
        for name in sorted(names):
            path = Path(folder, name)
            if name.startswith(".") or not path.is_file():
                continue
            found += 1
            if found > MOST_FILES:
                message = f"{root} holds more than {MOST_FILES} files"
                raise InputError(message, "Give the folder that holds the saved answers.")
            yield path


def _refuse(error: OSError) -> None:
    """A folder that cannot be listed may hold what then would look like nothing."""
    raise error


def _looks_like_json(path: Path) -> bool:
    with path.open("rb") as stream:
        head = stream.read(64)
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"{")


def _content(path: Path, given: Path, most: int) -> bytes:
    """Read a file, but no more than is left: what it says of its size need not be true."""
    with path.open("rb") as stream:
        content = stream.read(most + 1)
    if len(content) > most:
        message = f"{given} holds more than {MOST_BYTES // 1024 // 1024} MiB"
        raise InputError(message, "Save one Region, or only the VPCs in question.")
    return content
