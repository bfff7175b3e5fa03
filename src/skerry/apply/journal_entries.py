"""The entries of a journal: the calls of an apply before and after they are made, and the states of its steps."""

from typing import Any, Literal

import msgspec

from skerry.apply.preflight.managed_objects import ManagedTag
from skerry.apply.preflight.results import Allowance
from skerry.apply.recorded_tasks import RecordedTask
from skerry.plan.changes import Change, Disposition, resource_of
from skerry.plan.records import Fingerprint, Planned, PlannedLaunch, Why
from skerry.verdicts import OK, Verdict

VERSION = 1


class RecordedChange(msgspec.Struct, frozen=True):
    """A change of the plan, its disposition, and the texts of its calls.

    ``codes`` are those of the blockers that it removes; ``by`` is the account that alone can make it.
    """

    change: Change
    disposition: Disposition
    name: str = ""
    description: str = ""
    note: str = ""
    codes: tuple[str, ...] = ()
    by: str | None = None

    @property
    def planned(self) -> Planned:
        """Return the change as a part of its plan."""
        why = tuple(Why(code, resource_of(self.change), "", (), ()) for code in self.codes)
        return Planned(self.change, self.disposition, why, self.note, self.by)


class Opened(msgspec.Struct, frozen=True, tag_field="entry", tag="opened"):
    """The first entry: the plan, and the account and Region that it is for.

    ``fingerprint`` is the digest of the plan's fingerprint, ``prefix_lists`` are the services of prefix lists with
    unknown ids, ``vpcs`` the VPCs that the plan changes. ``proof`` are the objects of the fingerprint, ``launches``,
    ``also`` and ``task`` the tasks of the plan, ``after`` their verdict after all changes. ``allowed`` and
    ``managed_tags`` are the user's agreement.
    """

    version: int
    skerry: str
    journal: str
    account: str
    region: str
    caller: str
    fingerprint: str
    services: tuple[str, ...]
    changes: tuple[RecordedChange, ...]
    prefix_lists: dict[str, str] = {}
    vpcs: tuple[str, ...] = ()
    proof: Fingerprint | None = None
    launches: tuple[PlannedLaunch, ...] = ()
    also: tuple[str, ...] = ()
    task: RecordedTask | None = None
    after: Verdict = OK
    allowed: tuple[Allowance, ...] = ()
    managed_tags: tuple[ManagedTag, ...] = ()


class Started(msgspec.Struct, frozen=True, tag_field="entry", tag="started"):
    """A step before its first call, with the state before it."""

    step: int
    former: dict[str, Any] | None


class CallBegun(msgspec.Struct, frozen=True, tag_field="entry", tag="calling"):
    """A call that is about to be made."""

    step: int
    call: int
    operation: str
    undo: bool = False


class CallAnswered(msgspec.Struct, frozen=True, tag_field="entry", tag="answered"):
    """A call with an answer; ``resource`` of the plan got the id ``made``."""

    step: int
    call: int
    resource: str = ""
    made: str = ""
    undo: bool = False


class Finished(msgspec.Struct, frozen=True, tag_field="entry", tag="finished"):
    """A step that is done, with the state after it. ``unchanged``: it was done before the first call."""

    step: int
    left: dict[str, Any] | None
    unchanged: bool = False


class Reverting(msgspec.Struct, frozen=True, tag_field="entry", tag="reverting"):
    """A step that is about to be taken back."""

    step: int


class Reverted(msgspec.Struct, frozen=True, tag_field="entry", tag="reverted"):
    """A step that is taken back, or was taken back by somebody else already."""

    step: int
    how: Literal["reverted", "absent"]


class Closed(msgspec.Struct, frozen=True, tag_field="entry", tag="closed"):
    """The end of an apply or of an undo, with the verdict of the account that was read back."""

    end: Literal["applied", "undone"]
    verdict: str


Entry = Opened | Started | CallBegun | CallAnswered | Finished | Reverting | Reverted | Closed
