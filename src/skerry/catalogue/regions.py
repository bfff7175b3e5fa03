"""AWS's Regions, and what Fargate offers in some of them only, as AWS listed it on a date."""

from functools import cache
from typing import Literal

import msgspec

from skerry.catalogue.data_files import Grade, read

OfferKind = Literal["linux", "windows", "ipv6-only"]


class AwsRegion(msgspec.Struct, frozen=True):
    """A Region; ``recent``: introduced since 23 December 2023, None if that is not known."""

    region: str
    recent: bool | None
    grade: Grade
    source: str


class FargateOffer(msgspec.Struct, frozen=True):
    """The Regions with an offer of Fargate, as a page of AWS listed them on the date ``seen``."""

    offer: OfferKind
    regions: tuple[str, ...]
    seen: str
    grade: Grade
    source: str


class _Regions(msgspec.Struct):
    date: str
    regions: tuple[AwsRegion, ...]


class _Offers(msgspec.Struct):
    offers: tuple[FargateOffer, ...]


@cache
def find_region(name: str) -> AwsRegion | None:
    """Return a Region by its name; None if AWS's list lacks it."""
    return next((region for region in read("regions", _Regions).regions if region.region == name), None)


@cache
def date_of_regions() -> str:
    """Return the date of the list of Regions."""
    return read("regions", _Regions).date


@cache
def find_offer(offer: OfferKind) -> FargateOffer:
    """Return an offer of Fargate with its Regions."""
    return next(record for record in read("fargate_offers", _Offers).offers if record.offer == offer)
