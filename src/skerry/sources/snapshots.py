"""A snapshot on disk: a folder of documents, or one file of them, that appears whole or not at all."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import msgspec

from skerry.errors import InputError

VERSION = 1
"""The form in which snapshots are written, and the newest that is read."""

MANIFEST = "snapshot.json"
"""The document of a snapshot's folder that says of what it is, and which other files are the snapshot's."""

_FORCE_HINT = "Give another place, or --force to replace the snapshot that is there."


class Snapshot(msgspec.Struct, frozen=True, rename="pascal", omit_defaults=True):
    """Of what account and Region a snapshot is, and the names of its documents."""

    version: int
    region: str | None = None
    account: str | None = None
    documents: tuple[str, ...] = ()


class _Manifest(msgspec.Struct, frozen=True, rename="pascal"):
    """The document that a `Snapshot` is written in."""

    snapshot: Snapshot


def in_order(documents: Mapping[str, bytes]) -> dict[str, bytes]:
    """The documents in the order in which `files.read` finds them in a folder: files first, then folders."""
    return {name: documents[name] for name in sorted(documents, key=_place)}


def _place(name: str) -> tuple[tuple[int, str], ...]:
    *folders, last = PurePosixPath(name).parts
    return (*((1, folder) for folder in folders), (0, last))


def write_folder(folder: Path, documents: Mapping[str, bytes], about: Snapshot, *, force: bool = False) -> None:
    """Write documents as the files of a folder, which only the user may read.

    The folder is put together beside its place and then renamed. ``force`` replaces a former snapshot with all its
    files. Raises `InputError` where the folder holds anything, without ``force``, or, with it, files that are no
    snapshot's; and where it cannot be written.
    """
    place = Path(os.path.realpath(folder))
    names = {_free(name): content for name, content in documents.items()}
    manifest = _Manifest(msgspec.structs.replace(about, documents=tuple(names)))
    try:
        _refuse_others(folder, place, force=force)
        with _draft(place) as draft:
            whole = draft / "whole"
            for name, content in {MANIFEST: msgspec.json.encode(manifest), **names}.items():
                _write(whole, name, content)
            _take_place(whole, place)
    except OSError as error:
        raise _unwritable(folder, error) from error


def write_file(path: Path, documents: Mapping[str, bytes], about: Snapshot, *, force: bool = False) -> None:
    """Write documents as one file, which only the user may read: ``{"Snapshot": …, "Calls": [one for each]}``.

    Raises `InputError` where the file is there, without ``force``, and where it cannot be written.
    """
    # Every command that reads imports this module; only the one that writes needs what is slow to import.
    from tempfile import NamedTemporaryFile  # noqa: PLC0415

    place = Path(os.path.realpath(path))
    calls = b",\n".join(_as_call(content) for content in documents.values())
    text = b'{"Snapshot": ' + msgspec.json.encode(about) + b',\n"Calls": [\n' + calls + b"\n]}\n"
    try:
        if place.exists() and not force:
            raise InputError(f"{path} exists", _FORCE_HINT)
        # A temporary file is for its owner alone, and stays so.
        with NamedTemporaryFile(dir=place.parent, prefix=".skerry-", delete=False) as draft:
            name = Path(draft.name)
            try:
                draft.write(text)
                draft.flush()
                name.replace(place)
            except BaseException:
                name.unlink()
                raise
    except OSError as error:
        raise _unwritable(path, error) from error


def _free(name: str) -> str:
    """A document's name, but for the one that the manifest has."""
    return f"_{name}" if name.lstrip("_") == MANIFEST else name


def _as_call(content: bytes) -> bytes:
    """A document as an item of ``Calls``: those that are wrapped as they are, others in an empty call."""
    keys = msgspec.json.decode(content, type=dict[str, msgspec.Raw])
    wrapped = "Call" in keys and ("Response" in keys or "Error" in keys)
    return content if wrapped else b'{"Call": {}, "Response": ' + content + b"}"


def _refuse_others(folder: Path, place: Path, *, force: bool) -> None:
    """Refuse to replace what is not known to be a former snapshot."""
    if not place.exists():
        return
    if not place.is_dir():
        raise InputError(f"{folder} is a file", "Give a folder, or a file whose name ends in .json.")
    held = {path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir() or path.is_symlink()}
    if held and not force:
        raise InputError(f"{folder} is not empty", _FORCE_HINT)
    if others := sorted(held - _former(place)):
        message = f"{folder} holds files that are no snapshot's: {', '.join(others[:3])}"
        raise InputError(message, "Give another folder: what skerry did not write it does not take away.")


def _former(place: Path) -> set[str]:
    """The files of the snapshot that a folder holds; none where it holds none."""
    try:
        manifest = msgspec.json.decode((place / MANIFEST).read_bytes(), type=_Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeError):
        return set()
    return {MANIFEST, *manifest.snapshot.documents}


@contextmanager
def _draft(place: Path) -> Iterator[Path]:
    """A new folder beside the place, for the user alone; what is left of it goes away, whatever happens."""
    import shutil  # noqa: PLC0415
    from tempfile import mkdtemp  # noqa: PLC0415

    draft = Path(mkdtemp(prefix=".skerry-", dir=place.parent))
    try:
        yield draft
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _write(folder: Path, name: str, content: bytes) -> None:
    path = folder.joinpath(*PurePosixPath(name).parts)
    if not path.is_relative_to(folder) or ".." in path.parts:
        raise InputError(f"{name} is no name for a file of a snapshot", "Rename the file that it was read from.")
    for parent in reversed(path.relative_to(folder).parents):
        (folder / parent).mkdir(mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(content, indent=1) + b"\n")


def _take_place(whole: Path, place: Path) -> None:
    """Give the finished folder its name; a former snapshot is put aside first, and back where that fails."""
    if not place.exists():
        whole.rename(place)
        return
    former = whole.with_name("former")
    try:
        place.rename(former)
        whole.rename(place)
    except BaseException:
        if not place.exists():
            former.rename(place)
        raise


def _unwritable(path: Path, error: OSError) -> InputError:
    message = f"{path} cannot be written: {error.strerror or error}"
    return InputError(message, "Give a place in a folder that exists and that you may write to.")
