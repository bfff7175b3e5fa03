"""Names of AWS services that no interface endpoint answers for, and the Regional names in their place."""

from functools import cache

import msgspec

from skerry.catalogue.data_files import Grade, read
from skerry.catalogue.services import ServiceRef


class GlobalName(msgspec.Struct, frozen=True):
    """A name of a service; ``{region}`` stands in it for a Region.

    ``legacy_regions``: SDKs with the legacy setting call it there.
    """

    name: str
    service: str
    legacy_regions: tuple[str, ...]
    grade: Grade
    source: str


class _Table(msgspec.Struct):
    names: tuple[GlobalName, ...]


@cache
def service_of_global_name(host: str, region: str) -> ServiceRef | None:
    """Return the service of a name without private DNS, in the Region of the name, else in the given one."""
    for row in read("global_names", _Table).names:
        if host == row.name:
            return ServiceRef(row.service, region)
        suffix = row.name.removeprefix("{region}")
        if suffix != row.name and host.endswith(suffix):
            return ServiceRef(row.service, host.removesuffix(suffix))
    return None


@cache
def legacy_name_of(service: str, region: str) -> str | None:
    """Return the name that SDKs with the legacy setting call for a service; None for the Regional one."""
    rows = read("global_names", _Table).names
    return next((row.name for row in rows if row.service == service and region in row.legacy_regions), None)
