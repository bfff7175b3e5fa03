"""Files of VPC flow logs: those below a path, by their kind and by the fields of their records.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html
"""

import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from skerry.errors import InputError, NothingFoundError

FileKind: TypeAlias = Literal["plain", "gzip", "parquet"]

DEFAULT_FIELDS = (
    *("version", "account-id", "interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets"),
    *("bytes", "start", "end", "action", "log-status"),
)
"""https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html"""

_GZIP, _PARQUET = b"\x1f\x8b", b"PAR1"
_MOST_FILES = 1_000_000
_HEADER = 4096
_NEEDED = {"bytes"}
_OTHERS = {"vpc-id", "subnet-id", "instance-id", "tcp-flags", "pkt-srcaddr", "pkt-dstaddr", "resource-id"}
_NO_NAME = ("",)
_HINT = "Give a file of flow logs, or the folder of them."


class LogFiles(NamedTuple):
    """Files of one kind with the same fields; ``header`` says whether their first line holds the names."""

    kind: FileKind
    fields: tuple[str, ...]
    header: bool
    paths: tuple[Path, ...]


class FoundLogs(NamedTuple):
    """Files of flow logs in groups of alike ones, a note for each other file, and the number of lost ones.

    A lost file seems to hold flow logs, but is damaged or lacks a needed field.
    """

    groups: tuple[LogFiles, ...]
    notes: tuple[str, ...]
    lost: int


def find_log_files(path: Path) -> FoundLogs:
    """Return the files of flow logs of a path.

    Raises `InputError` for an unreadable path, and `NothingFoundError` if it holds no flow logs.
    """
    groups: dict[tuple[FileKind, tuple[str, ...], bool], list[Path]] = {}
    notes: list[str] = []
    lost = 0
    try:
        for file in _files(path):
            kind, fields, header = _look_into(file)
            if kind != "parquet" and not is_usable(fields):
                lost += bool(fields)
                notes.append(f"{file.name} holds no flow logs with addresses and bytes, and is left out")
            else:
                groups.setdefault((kind, fields, header), []).append(file)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InputError(f"{path} cannot be read: {reason}", _HINT) from error
    if not groups:
        raise NothingFoundError(f"there are no flow logs in {path}", _HINT)
    rows = tuple(LogFiles(*key, tuple(paths)) for key, paths in groups.items())
    return FoundLogs(rows, tuple(notes), lost)


def _files(path: Path) -> Iterator[Path]:
    """Yield the file, or the regular files of a folder and of those below it, in the order of their names."""
    if not path.is_dir():
        if path.exists() and not path.is_file():
            # A pipe or a device might never end.
            raise InputError(f"{path} is neither a file nor a folder", _HINT)
        yield path
        return
    count = 0
    for folder, folders, names in os.walk(path, onerror=_fail):
        folders.sort()
        for name in sorted(names):
            file = Path(folder) / name
            if file.is_file():
                count += 1
                if count > _MOST_FILES:
                    raise InputError(f"{path} holds more than {_MOST_FILES} files", "Give a part of it.")
                yield file


def _fail(error: OSError) -> None:
    raise error


def _look_into(path: Path) -> tuple[FileKind, tuple[str, ...], bool]:
    """Return the kind of a file, with its fields and whether a header names them; no fields for a strange file.

    A damaged one, and one with records of unknown fields, has a field without a name.
    """
    with path.open("rb") as file:
        start = file.read(_HEADER)
    if start.startswith(_PARQUET):
        return "parquet", (), False
    kind: FileKind = "gzip" if start.startswith(_GZIP) else "plain"
    if kind == "gzip":
        try:
            start = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(start, _HEADER)
        except zlib.error:
            return kind, _NO_NAME, False
    words = tuple(start.partition(b"\n")[0].decode("ascii", errors="replace").split())
    if is_usable(words):
        return kind, words, True
    if is_header(words):
        return kind, words, True
    # Files without a header, such as those of an older delivery, have the default format.
    is_default = len(words) == len(DEFAULT_FIELDS) and words[0].isdecimal()
    if is_default:
        return kind, DEFAULT_FIELDS, False
    return kind, _NO_NAME if any(word.startswith("eni-") for word in words) else (), False


def is_header(words: Iterable[str]) -> bool:
    """Return whether words are names of fields of flow logs; text of another kind has one of them at most."""
    return len(_OTHERS.union(DEFAULT_FIELDS).intersection(words)) > 1


def is_usable(fields: Iterable[str]) -> bool:
    """Return whether records with these fields have an interface, two addresses and bytes."""
    names = set(fields)
    addresses = {"srcaddr", "dstaddr"} <= names or {"pkt-srcaddr", "pkt-dstaddr"} <= names
    return addresses and names >= _NEEDED and bool({"interface-id", "resource-id"} & names)
