"""The price table: AWS's prices of items by Region, with currency, source, date and grade."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Literal

import msgspec

from skerry.catalogue.data_files import Grade, read
from skerry.catalogue.partitions import partition_of
from skerry.errors import InputError
from skerry.model.missing import Missing

PriceItem = Literal[
    "address-hour",
    "cross-zone-gb",
    "ecr-pull-gb",
    "ecr-storage-gb-month",
    "endpoint-gb",
    "endpoint-zone-hour",
    "fargate-arm-gb-hour",
    "fargate-arm-vcpu-hour",
    "fargate-disk-gb-second",
    "fargate-windows-gb-second",
    "fargate-windows-os-vcpu-second",
    "fargate-windows-vcpu-second",
    "fargate-x86-gb-hour",
    "fargate-x86-vcpu-hour",
    "gateway-endpoint-hour",
    "gp3-gb-month",
    "internet-gb",
    "logs-gb",
    "nat-gb",
    "nat-hour",
    "private-zone-month",
    "region-gb",
    "regional-nat-gb",
    "regional-nat-zone-hour",
    "resolver-address-hour",
    "t4g-nano-hour",
    "transit-attachment-hour",
    "transit-gb",
]
"""The items with a price, and their units; a GB has 1024³ bytes.

``cross-zone-gb`` is paid on each side of a zone's border. ``endpoint-gb`` counts all interface endpoints of a Region.
"""

_VERSION = 1
_STALE = timedelta(days=180)
_SHAPE = "Give JSON in the shape of src/skerry/data/prices.json."
_ACTION = "pricing:GetProducts"
_EVERYWHERE = "*"


class Tier(msgspec.Struct, frozen=True):
    """The price of a unit up to an amount a month; None is the last tier."""

    up_to: Decimal | None
    price: Decimal


class PriceSource(msgspec.Struct, frozen=True):
    """A place where prices were read: its address, None if it has none, and the date as far as it is known."""

    id: str
    what: str
    url: str | None
    seen: str | None


class Price(msgspec.Struct, frozen=True, omit_defaults=True):
    """The price of an item in a Region, by tiers; ``compiled`` is the date of its table if this joined another one."""

    region: str
    item: PriceItem
    currency: str
    tiers: tuple[Tier, ...]
    grade: Grade
    sources: tuple[str, ...]
    compiled: str = ""

    @property
    def first(self) -> Decimal:
        """Return the price of the first unit."""
        return self.tiers[0].price

    def cost_of(self, amount: Decimal) -> Decimal:
        """Return the cost of an amount: each tier is paid at its own price."""
        return sum((part * price for part, price in self.split(amount)), Decimal(0))

    def split(self, amount: Decimal) -> tuple[tuple[Decimal, Decimal], ...]:
        """Return the parts of an amount with the price of each, by tiers."""
        parts, below = [], Decimal(0)
        for tier in self.tiers:
            above = amount if tier.up_to is None else min(amount, tier.up_to)
            if above > below:
                parts.append((above - below, tier.price))
                below = above
        return tuple(parts)


class PriceTable(msgspec.Struct, frozen=True):
    """All prices, with the date on which they were put together."""

    compiled: str
    sources: tuple[PriceSource, ...]
    prices: tuple[Price, ...]
    version: int = 1

    def find(self, region: str, item: PriceItem) -> Price | Missing:
        """Return the price of an item in a Region; it is never that of another Region.

        A price for everywhere holds for all commercial Regions. It is inferred for a Region without a price of its own.
        """
        by_region = {price.region: price for price in self.prices if price.item == item}
        if region in by_region:
            return by_region[region]
        partition = partition_of(region)
        if _EVERYWHERE in by_region and partition is not None and partition.name == "aws":
            return msgspec.structs.replace(by_region[_EVERYWHERE], region=region, grade="inferred")
        return Missing(f"the price of {item} in {region}", _ACTION)

    def date_of(self, region: str, items: Iterable[PriceItem]) -> str:
        """Return the date of the oldest price of some items in a Region; that of the table without any price."""
        prices = (self.find(region, item) for item in items)
        return min(
            (price.compiled or self.compiled for price in prices if isinstance(price, Price)), default=self.compiled
        )

    def with_prices(self, own: "PriceTable") -> "PriceTable":
        """Return the table with other prices before its own, as old as the older of both."""
        replaced = {(price.region, price.item) for price in own.prices}
        kept = [price for price in self.dated_prices() if (price.region, price.item) not in replaced]
        compiled = min(self.compiled, own.compiled)
        return PriceTable(compiled, (*own.sources, *self.sources), (*own.dated_prices(), *kept))

    def dated_prices(self) -> Iterator[Price]:
        """Yield the prices, each with its date."""
        for price in self.prices:
            yield msgspec.structs.replace(price, compiled=price.compiled or self.compiled)

    def sources_of(self, price: Price) -> tuple[PriceSource, ...]:
        """Return the places where a price was read."""
        return tuple(source for source in self.sources if source.id in price.sources)


def is_stale(day: str, today: date) -> bool:
    """Return whether prices of a date are older than 180 days."""
    return today - date.fromisoformat(day) > _STALE


def decode_prices(content: bytes, name: str) -> PriceTable:
    """Read prices of a user's file, in the shape of skerry's own table.

    Raises `InputError` for a file of another shape or version, an unreadable date, a price below zero, and tiers
    without an open end.
    """
    try:
        table = msgspec.json.decode(content, type=PriceTable)
        for day in (table.compiled, *(price.compiled for price in table.prices if price.compiled)):
            date.fromisoformat(day)
    except (msgspec.DecodeError, ValueError) as error:
        raise InputError(f"{name} holds no prices: {error}", _SHAPE) from error
    if table.version != _VERSION:
        raise InputError(f"{name} has prices of version {table.version}", f"skerry reads version {_VERSION}.")
    for price in table.prices:
        limits = [tier.up_to for tier in price.tiers]
        below = [limit for limit in limits[:-1] if limit is not None]
        rise = limits[-1:] == [None] and len(below) == len(limits) - 1 and below == sorted(set(below))
        if not rise or any(not tier.price.is_finite() or tier.price < 0 for tier in price.tiers):
            raise InputError(f"{name} has no price that can be of {price.item} in {price.region}", _SHAPE)
    return table


@cache
def load_prices() -> PriceTable:
    """Return the prices that come with skerry."""
    return read("prices", PriceTable)
