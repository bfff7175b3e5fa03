"""Fargate platform versions."""

from functools import cache
from typing import Literal

import msgspec

from skerry.catalogue.data_files import Grade, read

LATEST = "LATEST"


class Platform(msgspec.Struct, frozen=True):
    """One platform version: when it was retired, and what did not use the task's interface on it.

    ``secrets``: whether it reads parts of secrets (JSON keys, versions), only whole ones, or none.
    """

    family: str
    version: str
    latest: bool
    retired: str | None
    own_interface: tuple[str, ...]
    secrets: Literal["parts", "whole", "none"]
    grade: Grade
    source: str


class _Platforms(msgspec.Struct):
    platforms: tuple[Platform, ...]


@cache
def list_platform_versions(family: str) -> tuple[str, ...]:
    """Return the platform versions of a family, with ``LATEST`` first and retired ones last."""
    rows = [row for row in read("platforms", _Platforms).platforms if row.family == family]
    return (LATEST, *(row.version for row in sorted(rows, key=lambda row: row.retired is not None)))


@cache
def find_platform(family: str, version: str) -> Platform | None:
    """Return the platform version of a family (``linux`` or ``windows``), LATEST included; None where not known."""
    rows = read("platforms", _Platforms).platforms
    return next(
        (
            candidate
            for candidate in rows
            if candidate.family == family and (candidate.version == version or (version == LATEST and candidate.latest))
        ),
        None,
    )
