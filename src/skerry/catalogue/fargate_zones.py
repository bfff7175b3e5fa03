"""Zones of Fargate: the availability zones with Fargate, and the kinds of zone without."""

from functools import cache
from typing import Literal

import msgspec

from skerry.catalogue.data_files import Grade, read
from skerry.model.arns import region_of_zone

Offer = Literal["yes", "no", "unknown"]


class FargateZones(msgspec.Struct, frozen=True):
    """A Region that has Fargate in some of its zones only, by zone id.

    ``zones`` are the zones with Fargate, or ``without`` those without it; ``architecture`` and ``family`` are None if
    the row applies to every one.
    """

    region: str
    architecture: str | None
    grade: Grade
    source: str
    family: str | None = None
    zones: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()

    def has(self, zone_id: str) -> bool:
        """Tell whether the row has Fargate in the zone."""
        return zone_id not in self.without and (self.zones is None or zone_id in self.zones)


class _Zones(msgspec.Struct):
    zones: tuple[FargateZones, ...]


@cache
def find_restrictions(region: str, architecture: str | None, family: str) -> tuple[FargateZones, ...]:
    """Return the restrictions of Fargate to some zones of a Region, for tasks of an architecture and a family."""
    rows = read("zones", _Zones).zones
    return tuple(
        restriction
        for restriction in rows
        if restriction.region == region
        and restriction.architecture in {None, architecture}
        and restriction.family in {None, family}
    )


def zone_extension_of(zone_name: str) -> str | None:
    """Return the kind of a zone other than an availability zone: a Local or a Wavelength Zone; Fargate runs in neither.

    An availability zone's name is its Region and a letter, another's has the place in it, such as
    ``us-west-2-lax-1a``: https://docs.aws.amazon.com/local-zones/latest/ug/how-local-zones-work.html
    """
    region = region_of_zone(zone_name)
    suffix = zone_name.removeprefix(region or zone_name)
    if not suffix.startswith("-"):
        return None
    return "Wavelength Zone" if "-wlz-" in suffix else "Local Zone"


def zone_extension_of_id(zone_id: str) -> str | None:
    """Return the kind of a zone by its id: that of an availability zone is ``usw2-az1``, of others ``usw2-lax1-az1``.

    https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
    """
    _, *parts = zone_id.split("-")
    if len(parts) < 2:  # noqa: PLR2004 -- the Region's part and the zone's
        return None
    return "Wavelength Zone" if parts[0].startswith("wl") else "Local Zone"
