"""The ids of AWS's own prefix lists of services with gateway endpoints."""

from collections.abc import Mapping
from functools import cache

import msgspec

from skerry.catalogue.data_files import Grade, read


class ManagedPrefixList(msgspec.Struct, frozen=True):
    """A list of AWS's: its name, such as ``com.amazonaws.eu-west-1.s3``, and its id in every account."""

    name: str
    id: str
    grade: Grade
    source: str


class _Lists(msgspec.Struct):
    lists: tuple[ManagedPrefixList, ...]


@cache
def prefix_list_ids() -> Mapping[str, str]:
    """Return the ids of AWS's lists by their names, as far as they are known.

    https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    """
    return {record.name: record.id for record in read("prefix_lists", _Lists).lists}


def prefix_list_names(region: str) -> Mapping[str, str]:
    """Return the names of AWS's lists of a Region by their ids: another Region may give an id to another service."""
    return {number: name for name, number in prefix_list_ids().items() if name.startswith(f"com.amazonaws.{region}.")}
