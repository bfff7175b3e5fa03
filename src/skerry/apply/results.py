"""The results of runs: ended steps, the reason of a stop, and the conflicts and losses of an undo."""

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import msgspec

from skerry.plan.changes import Change

State: TypeAlias = dict[str, Any] | None
"""The values of an account that a change makes or replaces, as JSON. None: there is nothing."""

StepEnd = Literal["made", "there", "taken-back", "gone"]


class StepReport(msgspec.Struct, frozen=True):
    """A step that ended: made, there already, taken back, or gone already."""

    step: int
    change: Change
    end: StepEnd


class Stopped(msgspec.Struct, frozen=True):
    """The reason why a run stopped at a step, and what to do about it."""

    step: int
    change: Change
    reason: str
    remedy: str = ""


class RunResult(msgspec.Struct, frozen=True):
    """The ended steps of a run, and why it stopped; None if it went to its end."""

    steps: tuple[StepReport, ...]
    stopped: Stopped | None = None


Watch = Callable[[StepReport], None]


class Conflict(msgspec.Struct, frozen=True):
    """A step that somebody else changed since: its state then and now."""

    step: int
    change: Change
    left: State
    present: State


class Loss(msgspec.Struct, frozen=True):
    """Something that no undo restores."""

    step: int
    change: Change
    message: str
