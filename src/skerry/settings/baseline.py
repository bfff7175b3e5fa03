"""The baseline: a file of earlier problems, which do not fail a check."""

from pathlib import Path
from typing import Final

import msgspec

from skerry.errors import Argument, InputError

VERSION: Final = 1
_AGAIN: Final = ("Write it again: ", Argument.WRITE_BASELINE, " FILE.")
_MOST_BYTES: Final = 64 << 20


class _Row(msgspec.Struct, frozen=True):
    """One problem; only its fingerprint counts, the rest is for readers."""

    fingerprint: str
    rule: str
    resource: str
    message: str


class _Baseline(msgspec.Struct, frozen=True):
    """The document of a baseline."""

    version: int
    problems: list[_Row]


class _Version(msgspec.Struct):
    version: int


def read_baseline(path: Path) -> frozenset[str]:
    """Return the fingerprints of a baseline.

    Raises `InputError` for a file that is none, or one of another version.
    """
    if path.exists() and not path.is_file():
        message = f"the baseline {path.name} is no file"
        raise InputError(message, *_AGAIN)
    try:
        if path.stat().st_size > _MOST_BYTES:
            message = f"{path.name} is too large for a baseline"
            raise InputError(message, *_AGAIN)
        content = path.read_bytes()
    except OSError as error:
        message = f"cannot read the baseline {path.name}: {error.strerror}"
        raise InputError(message, "Write it first: ", Argument.WRITE_BASELINE, " FILE.") from error
    try:
        version = msgspec.json.decode(content, type=_Version).version
        if version != VERSION:
            message = f"{path.name} is a baseline of version {version}, and this skerry reads version {VERSION}"
            raise InputError(message, *_AGAIN)
        return frozenset(row.fingerprint for row in msgspec.json.decode(content, type=_Baseline).problems)
    except (msgspec.DecodeError, RecursionError) as error:
        message = f"{path.name} is no baseline: {error}"
        raise InputError(message, *_AGAIN) from error
