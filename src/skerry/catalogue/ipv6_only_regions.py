"""Regions with Fargate tasks in IPv6-only subnets."""

from functools import cache

import msgspec

from skerry.catalogue.data_files import Grade, read


class ListedRegions(msgspec.Struct, frozen=True):
    """Regions of AWS's list."""

    names: tuple[str, ...]
    grade: Grade
    source: str


class _Table(msgspec.Struct):
    date: str
    regions: tuple[ListedRegions, ...]


@cache
def is_listed(region: str) -> bool:
    """Tell whether AWS's list has a Region for tasks in IPv6-only subnets."""
    return any(region in row.names for row in _table().regions)


def date_of_list() -> str:
    """Return the date of this copy of AWS's list."""
    return _table().date


@cache
def _table() -> _Table:
    return read("ipv6_only", _Table)
