"""The edits of a user's files in memory, with the steps that no edit makes."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from skerry.diagnose.check_result import CheckResult


class ManualStep(NamedTuple):
    """A step for people, with the reason why no edit makes it; ``snippet`` is code to put there."""

    title: str
    snippet: str = ""


class EditedFiles(NamedTuple):
    """The old and the new text of each edited file, by its name in a patch, and the check of them."""

    files: Mapping[str, tuple[str, str]]
    manual: tuple[ManualStep, ...]
    check_again: Callable[[], CheckResult]
