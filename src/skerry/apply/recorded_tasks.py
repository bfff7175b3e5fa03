"""The task of a plan that does not exist yet, as a journal keeps it: its file by path and digest, and its settings."""

import hashlib
from pathlib import Path

import msgspec

from skerry.errors import Argument, InputError


class RecordedTask(msgspec.Struct, frozen=True):
    """A hypothetical task: its task definition file, whose content no journal repeats, its subnets and groups."""

    definition: str
    digest: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...] = ()
    public_address: bool = False
    platform_version: str = "LATEST"


def digest_of(path: Path) -> str:
    """Return the digest of a task definition file. Raises `InputError` if it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{path} cannot be read: {reason}", *_GIVE_AGAIN) from error


def path_of(task: RecordedTask) -> Path:
    """Return the path of the task definition file. Raises `InputError` if the file is gone or has changed."""
    path = Path(task.definition)
    if digest_of(path) != task.digest:
        raise InputError(f"{path} is not as it was when the apply began", *_GIVE_AGAIN)
    return path


_GIVE_AGAIN = ("Give the task again: ", Argument.DEFINITION, " and ", Argument.SUBNET, ".")
