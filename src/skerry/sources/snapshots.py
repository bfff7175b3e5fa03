"""Snapshots on disk: a folder of documents, or one file of them, written atomically."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated

import msgspec

from skerry.errors import Argument, InputError

VERSION = 1
"""The format version of written snapshots, and the newest readable one."""

MANIFEST = "snapshot.json"
"""The document in a snapshot's folder with its account, its Region and the names of its files."""

_FORCE_ADVICE = ("Give another place, or ", Argument.FORCE, " to replace the snapshot that is there.")


class Snapshot(msgspec.Struct, frozen=True, rename="pascal", omit_defaults=True):
    """The account and Region of a snapshot, the names of its documents, and the time when AWS was read."""

    version: int
    region: str | None = None
    account: str | None = None
    documents: tuple[str, ...] = ()
    read_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class Manifest(msgspec.Struct, frozen=True, rename="pascal"):
    """The document around a `Snapshot`."""

    snapshot: Snapshot


def sort_documents(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the documents in the order of `files.read`: files first, then folders."""
    return {name: documents[name] for name in sorted(documents, key=_place)}


def _place(name: str) -> tuple[tuple[int, str], ...]:
    *folders, last = PurePosixPath(name).parts
    return (*((1, folder) for folder in folders), (0, last))


def folders_of(documents: Iterable[str]) -> list[str]:
    """Return the folders of the snapshots among documents, which are given by their names."""
    return [str(path.parent) for path in map(PurePosixPath, documents) if path.name == MANIFEST]


def write_folder(folder: Path, documents: Mapping[str, bytes], about: Snapshot, *, force: bool = False) -> None:
    """Write documents as the files of a folder, readable only by its owner.

    The folder is built next to its place, synced to the disk, and then renamed. ``force`` replaces a former
    snapshot with all its files, and keeps its owner. Raises `InputError` if the folder is not empty, or with
    ``force`` if it holds files of no snapshot; `OutputError` if it cannot be written.
    """
    write_folders(folder, {"": (documents, about)}, force=force)


def write_folders(
    folder: Path, snapshots: Mapping[str, tuple[Mapping[str, bytes], Snapshot]], *, force: bool = False
) -> None:
    """Write several snapshots as the subfolders of a folder with these names, in one step, as `write_folder` does.

    Each has its documents and what its manifest says about them.
    """
    # Every command that reads imports this module; only writing needs these imports.
    from skerry.writing.folders import take_place  # noqa: PLC0415
    from skerry.writing.targets import output_error_for  # noqa: PLC0415
    from skerry.writing.temporary import WHOLE, create_draft_folder, remove_abandoned  # noqa: PLC0415

    files = {
        _below(subfolder, name): content
        for subfolder, (documents, about) in snapshots.items()
        for name, content in _with_manifest(documents, about).items()
    }
    try:
        place = Path(os.path.realpath(folder))
        remove_abandoned(place.parent)
        _refuse_others(folder, place, tuple(snapshots), force=force)
        with create_draft_folder(place.parent) as draft:
            tree = _Tree(folder, draft / WHOLE, place)
            for name, content in files.items():
                tree.write(name, content)
            tree.sync()
            take_place(draft, place, lambda former: _refuse_others(folder, former, tuple(snapshots), force=force))
    except OSError as error:
        raise output_error_for(folder, error) from error


def _with_manifest(documents: Mapping[str, bytes], about: Snapshot) -> dict[str, bytes]:
    """Return the files of a snapshot, its manifest first."""
    names = {_free(name): content for name, content in documents.items()}
    manifest = Manifest(msgspec.structs.replace(about, documents=tuple(names)))
    return {MANIFEST: msgspec.json.encode(manifest), **names}


def _below(subfolder: str, name: str) -> str:
    return f"{subfolder}/{name}" if subfolder else name


def write_file(
    path: Path,
    documents: Mapping[str, bytes],
    about: Snapshot,
    *,
    force: bool = False,
    note: Callable[[str], None] = lambda _: None,
) -> None:
    """Write documents as one file, readable only by its owner: ``{"Snapshot": …, "Calls": [one for each]}``.

    A named pipe, a device and ``-`` are written as streams; ``note`` is called while a pipe has no reader. Raises
    `InputError` if the file exists, without ``force``, and `OutputError` if it cannot be written.
    """
    from skerry.writing.results import write_result  # noqa: PLC0415
    from skerry.writing.targets import File, target_of  # noqa: PLC0415

    target = target_of(path)
    if isinstance(target, File) and target.former is not None and not force:
        raise InputError(f"{path} exists", *_FORCE_ADVICE)
    calls = b",\n".join(_as_call(content) for content in documents.values())
    text = b'{"Snapshot": ' + msgspec.json.encode(about) + b',\n"Calls": [\n' + calls + b"\n]}\n"
    write_result(path, text, private=True, note=note)


def _free(name: str) -> str:
    """Return a document's name, changed if it is that of the manifest."""
    return f"_{name}" if name.lstrip("_") == MANIFEST else name


def _as_call(content: bytes) -> bytes:
    """Return a document as an item of ``Calls``: wrapped ones unchanged, others with an empty call."""
    keys = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    wrapped = "Call" in keys and ("Response" in keys or "Error" in keys)
    return content if wrapped else b'{"Call": {}, "Response": ' + content + b"}"


def _refuse_others(folder: Path, place: Path, subfolders: Sequence[str], *, force: bool) -> None:
    """Raise `InputError` if the place holds anything but former snapshots in these subfolders."""
    if not place.exists():
        return
    if not place.is_dir():
        raise InputError(f"{folder} is a file", "Give a folder, or a file whose name ends in .json.")
    held = {path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir() or path.is_symlink()}
    if held and not force:
        raise InputError(f"{folder} is not empty", *_FORCE_ADVICE)
    former = {_below(subfolder, name) for subfolder in subfolders for name in _former(place / subfolder)}
    if others := sorted(held - former):
        message = f"{folder} holds files that are no snapshot's: {', '.join(others[:3])}"
        raise InputError(message, "Give another folder: skerry removes only files that it has written.")


def _former(place: Path) -> set[str]:
    """Return the files of the snapshot in a folder; none if the folder holds no snapshot."""
    try:
        manifest = msgspec.json.decode((place / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return set()
    return {MANIFEST, *manifest.snapshot.documents}


class _Tree:
    """The files of a new snapshot, with the owner of the replaced folder."""

    def __init__(self, given: Path, folder: Path, place: Path) -> None:
        self._given = given
        self._folder = folder
        status = place.stat() if place.exists() else None
        self._owner = None if status is None else (status.st_uid, status.st_gid)
        self._folders: set[Path] = set()

    def write(self, name: str, content: bytes) -> None:
        """Write a document as a file, synced to the disk."""
        path = self._folder.joinpath(*PurePosixPath(name).parts)
        if not path.is_relative_to(self._folder) or ".." in path.parts:
            raise InputError(f"{name} is no name for a file of a snapshot", "Rename the file that it was read from.")
        for parent in reversed(path.relative_to(self._folder).parents):
            folder = self._folder / parent
            folder.mkdir(mode=0o700, exist_ok=True)
            self._folders.add(folder)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(msgspec.json.format(content, indent=1) + b"\n")
            stream.flush()
            self._keep_owner(descriptor)
            os.fsync(descriptor)

    def sync(self) -> None:
        """Sync the folders to the disk."""
        for folder in self._folders:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                self._keep_owner(descriptor)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def _keep_owner(self, descriptor: int) -> None:
        from skerry.writing.results import keep_owner  # noqa: PLC0415

        if self._owner is not None:
            keep_owner(self._given, descriptor, self._owner)
