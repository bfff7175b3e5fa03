"""Saved answers of AWS as Facts."""

from collections.abc import Mapping

from skerry.errors import InputError
from skerry.model.facts import Facts
from skerry.sources import documents, snapshots


def load_answers(answers: Mapping[str, bytes], name: str, region: str | None = None) -> Facts:
    """Return the facts of saved answers; ``name`` is that of their folder or file.

    Raises `InputError` for documents without an answer, and for contradicting snapshots.
    """
    try:
        return documents.load(dict(answers), source=name, region=region)
    except InputError as error:
        folders = snapshots.folders_of(answers)
        if len(folders) <= 1:
            raise
        # Snapshots of several accounts may be read together; those of one account at two times contradict each other.
        raise InputError(
            error.what, f"{name} holds {len(folders)} snapshots: read one of {', '.join(folders)}."
        ) from error
