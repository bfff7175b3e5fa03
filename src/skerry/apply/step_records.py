"""The steps of a journal: how far each of them came."""

from collections.abc import Iterable
from typing import NamedTuple

from skerry.apply.journal_entries import (
    CallAnswered,
    CallBegun,
    Closed,
    Entry,
    Finished,
    Opened,
    Reverted,
    Reverting,
    Started,
)


class StepRecord(NamedTuple):
    """The entries of one step; ``lost`` are the calls that were begun and never answered."""

    started: Started | None = None
    finished: Finished | None = None
    reverting: bool = False
    reverted: Reverted | None = None
    lost: frozenset[int] = frozenset()

    @property
    def stands(self) -> bool:
        """Tell whether the account has something of the step that can be taken back."""
        unchanged = self.finished is not None and self.finished.unchanged
        return self.started is not None and self.reverted is None and not unchanged


def record_of(entries: Iterable[Entry], step: int) -> StepRecord:
    """Return how far a step came."""
    record = StepRecord()
    for entry in entries:
        if isinstance(entry, Opened | Closed) or entry.step != step:
            continue
        match entry:
            case Started():
                record = record._replace(started=entry)
            case Finished():
                record = record._replace(finished=entry)
            case Reverting():
                record = record._replace(reverting=True)
            case Reverted():
                record = record._replace(reverted=entry)
            case CallBegun():
                record = record if entry.undo else record._replace(lost=record.lost | {entry.call})
            case CallAnswered():
                record = record if entry.undo else record._replace(lost=record.lost - {entry.call})
    return record


def ids_of(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the ids that AWS gave to the resources of the plan."""
    return {entry.resource: entry.made for entry in entries if isinstance(entry, CallAnswered) and entry.resource}


def is_undoing(entries: Iterable[Entry]) -> bool:
    """Tell whether an undo has begun: then the apply cannot go on."""
    return any(isinstance(entry, Reverting | Reverted) for entry in entries)
