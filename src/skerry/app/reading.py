"""The use case of reading a network from saved answers."""

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from skerry.app.regions import require_region
from skerry.model.world import World
from skerry.sources import documents, files
from skerry.sources.answers import load_answers
from skerry.sources.network_only import keep_network_only as without_resource_answers

if TYPE_CHECKING:
    from skerry.sources.redaction import Redaction


class Gathered(msgspec.Struct, frozen=True):
    """The documents of one source and their World; of a live account also the number of calls and rounds."""

    documents: dict[str, bytes]
    world: World
    calls: int = 0
    rounds: int = 0


def load(path: str | PathLike[str], region: str | None = None) -> World:
    """Read a folder of saved answers, or one file of them.

    Raises `InputError` for unreadable input, and `UnknownNameError` for a Region that AWS does not have.
    """
    return read_files(path, region).world


def read_files(path: str | PathLike[str], region: str | None = None, *, network_only: bool = False) -> Gathered:
    """Read a folder of saved answers, or one file of them, and keep the documents.

    ``network_only`` leaves out the answers beyond the network, as a reading of a live account does.
    """
    require_region(region)
    answers = files.read(Path(path))
    if network_only:
        answers = without_resource_answers(answers)
    # A path need not be text; what is shown of it must be.
    name = str(path).encode(errors="replace").decode()
    return Gathered(answers, World(load_answers(answers, name, region)))


def redact(gathered: Gathered, redaction: "Redaction") -> Gathered:
    """Return the documents and the World without secrets and names of people; its diagnoses have the same verdicts."""
    redacted = redaction.redact_documents(gathered.documents)
    redaction.learn(redacted, gathered.world.account or "")
    if not redacted:
        return gathered
    before = gathered.world.facts
    facts = documents.load(redacted, source=redaction.redact_text(before.source), region=before.region)
    notes = tuple(map(redaction.redact_text, before.notes))
    facts = msgspec.structs.replace(facts, account=before.account, notes=notes, read_at=before.read_at)
    return msgspec.structs.replace(gathered, documents=redacted, world=World(facts))
