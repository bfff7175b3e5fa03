"""Designs of a VPC's way to AWS and the internet: NAT, endpoints, or both, as data."""

from decimal import Decimal
from typing import TypeAlias

import msgspec

from skerry.model.missing import Missing

NOTHING = Decimal(0)
_OF_ONE_ZONE = {"one-nat", "one-nat-s3", "endpoints-one-zone", "both-one-nat"}
INTERNET = "internet"
"""The path of bytes that leave AWS, or the Region: no endpoint takes them."""


class ZonalNat(msgspec.Struct, frozen=True, tag="zonal-nat"):
    """A number of NAT gateways, with their public addresses in all."""

    gateways: int
    addresses: int


class RegionalNat(msgspec.Struct, frozen=True, tag="regional-nat"):
    """A regional NAT gateway, active in the least to the most zones.

    AWS's pages leave open in automatic mode how many zones are active: https://aws.amazon.com/vpc/pricing/
    """

    least: int
    most: int


class NatInstance(msgspec.Struct, frozen=True, tag="nat-instance"):
    """Instances of type t4g.nano that translate addresses, each with a public address and a disk of gp3.

    One sustains 32 Mbit/s: https://github.com/AndrewGuenther/fck-nat/blob/main/docs/choosing_an_instance_size.md
    """

    instances: int
    disk_gb: int = 8


class PublicAddresses(msgspec.Struct, frozen=True, tag="public-addresses"):
    """Public addresses of the tasks themselves: bytes pass the internet gateway, and are free but for the way out."""

    addresses: int


Exit: TypeAlias = ZonalNat | RegionalNat | NatInstance | PublicAddresses
"""The ways out of a VPC, a closed union."""


class Central(msgspec.Struct, frozen=True):
    """Interface endpoints in one VPC for a number of others, by a transit gateway.

    ``attachments`` are those of the transit gateway that have to be made, from the least to the most.
    """

    spokes: int
    least_attachments: int
    most_attachments: int


class Design(msgspec.Struct, frozen=True):
    """A way of a VPC's tasks to AWS and the internet.

    ``services`` have an interface endpoint, on ``endpoint_zones`` in all; ``gateways`` have a gateway endpoint.
    ``shares`` are those of the exits in the bytes; the first takes all of them if there are none. ``crossing`` is the
    share of bytes across zones to a zonal NAT, and ``endpoint_crossing`` to interface endpoints. ``unpriced`` are its
    parts without a price here. Without ``used`` its exits cost and take no bytes.
    """

    id: str
    title: str
    exits: tuple[Exit, ...] = ()
    services: tuple[str, ...] = ()
    endpoint_zones: int = 0
    gateways: tuple[str, ...] = ()
    crossing: Decimal = NOTHING
    endpoint_crossing: Decimal = NOTHING
    central: Central | None = None
    unpriced: tuple[Missing, ...] = ()
    used: bool = True
    shares: tuple[Decimal, ...] = ()


class PathBytes(msgspec.Struct, frozen=True):
    """The GB a month on one path: the key of a service, or the internet; ``out`` of them leave AWS by the internet."""

    path: str
    gb: Decimal
    out: Decimal = NOTHING


class MonthlyTraffic(msgspec.Struct, frozen=True):
    """The GB a month of a VPC's tasks, by path."""

    paths: tuple[PathBytes, ...]

    @property
    def total(self) -> Decimal:
        """Return the GB on all paths."""
        return sum((path.gb for path in self.paths), NOTHING)

    def scale_to(self, total: Decimal) -> "MonthlyTraffic":
        """Return the same mix of paths at another total, which is none if this one is none."""
        factor = total / self.total if self.total else NOTHING
        return MonthlyTraffic(tuple(PathBytes(path.path, path.gb * factor, path.out * factor) for path in self.paths))


def share_crossing(zones: int) -> Decimal:
    """Return the share of bytes across zones to one zone, with tasks evenly spread over this many."""
    return Decimal(zones - 1) / zones


def design_alternatives(
    services: tuple[str, ...], zones: int, *, instances: bool = True, spokes: int = 0
) -> tuple[Design, ...]:
    """Return the designs to compare, for tasks in this many zones that call these services and pull from S3.

    In one zone, a design of one zone is that of each zone, and stands once.
    ``spokes`` VPCs share central endpoints; none of them is compared with fewer than two.
    """
    per_zone = ZonalNat(zones, zones)
    crossing = share_crossing(zones)
    both = len(services) * zones
    rows = [
        Design("nat-per-zone", "a NAT gateway in each zone", (per_zone,)),
        Design("one-nat", "one NAT gateway", (ZonalNat(1, 1),), crossing=crossing),
        Design("regional-nat", "a regional NAT gateway", (RegionalNat(1, zones),)),
    ]
    if instances:
        rows.append(Design("nat-instance", "one NAT instance", (NatInstance(1),), crossing=crossing))
    rows += [
        msgspec.structs.replace(row, id=f"{row.id}-s3", title=f"{row.title}, S3 gateway endpoint", gateways=("s3",))
        for row in list(rows)
    ]
    end = Design("endpoints", "endpoints in each zone, no NAT", (), services, both, ("s3",))
    rows += [
        end,
        msgspec.structs.replace(
            end,
            id="endpoints-one-zone",
            title="endpoints in one zone, no NAT",
            endpoint_zones=len(services),
            endpoint_crossing=crossing,
        ),
        msgspec.structs.replace(end, id="both", title="endpoints and a NAT gateway in each zone", exits=(per_zone,)),
        msgspec.structs.replace(
            end,
            id="both-one-nat",
            title="endpoints in each zone, one NAT gateway",
            exits=(ZonalNat(1, 1),),
            crossing=crossing,
        ),
    ]
    if spokes > 1:
        central = Central(spokes, 0, spokes + 1)
        title = f"central endpoints of {spokes} VPCs, by a transit gateway"
        rows.append(msgspec.structs.replace(end, id="central-endpoints", title=title, central=central))
    return tuple(row for row in rows if zones > 1 or row.id not in _OF_ONE_ZONE)
