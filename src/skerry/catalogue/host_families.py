"""Address families of AWS's public host names: a matter of the name, not of its service."""

from functools import cache
from typing import Literal

import msgspec

from skerry.catalogue.data_files import Grade, read
from skerry.catalogue.partitions import partition_of
from skerry.catalogue.services import list_regions_in, matches

Family = Literal["ipv4", "ipv6"]
Families = frozenset[Family]

IPV4: Families = frozenset(("ipv4",))
IPV6: Families = frozenset(("ipv6",))
BOTH: Families = IPV4 | IPV6


class HostFamilies(msgspec.Struct, frozen=True):
    """Host names with the same address families; ``{region}`` and the suffixes of a `Partition` stand in them."""

    names: tuple[str, ...]
    families: tuple[Family, ...]
    grade: Grade
    source: str


class _Hosts(msgspec.Struct):
    hosts: tuple[HostFamilies, ...]


@cache
def find_host_families(name: str) -> HostFamilies | None:
    """Return the row of a public host name; None for a name without documented families."""
    for region in list_regions_in(name):
        partition = partition_of(region)
        if partition is None:
            continue
        for row in read("host_families", _Hosts).hosts:
            if any(matches(partition.fill(pattern, region), name) for pattern in row.names):
                return row
    return None


@cache
def families_of_host(name: str) -> Families | None:
    """Return the address families of a public host name; None where they are not known."""
    row = find_host_families(name)
    return None if row is None else frozenset(row.families)
