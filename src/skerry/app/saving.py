"""The use case of `skerry snapshot`: saving the documents of a network."""

from collections.abc import Callable
from os import PathLike
from pathlib import Path

import msgspec

from skerry.app.reading import Gathered
from skerry.sources import redaction, snapshots
from skerry.writing.targets import is_stream


class Saved(msgspec.Struct, frozen=True):
    """The result of `snapshot`: the number of documents, and the names of documents without content for skerry."""

    count: int
    left_out: tuple[str, ...]


def snapshot(
    gathered: Gathered,
    output: str | PathLike[str],
    *,
    force: bool = False,
    note: Callable[[str], None] = lambda _: None,
) -> Saved:
    """Write documents, without what may be secret in them, as a folder or as one file.

    One file: its name ends in .json, or it is a named pipe, a device or ``-``, standard output. ``note`` is called
    while a pipe has no reader. docs/snapshot.md says what is left out. Raises `InputError` if the path is taken, and
    `OutputError` if it cannot be written.
    """
    kept = redaction.redact(gathered.documents)
    world = gathered.world
    about = snapshots.Snapshot(snapshots.VERSION, world.region, world.account, read_at=world.facts.read_at)
    path = Path(output)
    if is_stream(path) or (path.suffix.lower() == ".json" and not path.is_dir()):
        snapshots.write_file(path, kept, about, force=force, note=note)
    else:
        snapshots.write_folder(path, kept, about, force=force)
    # The manifest of a snapshot in the input is written for the new one.
    return Saved(len(kept), tuple(name for name in gathered.documents if name not in {*kept, snapshots.MANIFEST}))
