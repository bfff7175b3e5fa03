"""Costs of designs a month: a fixed part by the hour, and a variable part by the GB.

With H hours, a design costs

* NAT gateways: H x (gateways x nat-hour + addresses x address-hour), and nat-gb for each GB in either direction;
* a regional NAT gateway: H x active zones x (regional-nat-zone-hour + address-hour), and regional-nat-gb;
* NAT instances: H x (t4g-nano-hour + address-hour) + disk, and nothing for a GB;
* interface endpoints: H x services x zones x endpoint-zone-hour, and endpoint-gb by tiers;
* gateway endpoints: nothing;
* central endpoints: also the attachments to the transit gateway, private zones, and transit-gb;
* bytes that cross zones on the way to a NAT: cross-zone-gb on each side; bytes to the internet: internet-gb.

https://aws.amazon.com/vpc/pricing/, https://aws.amazon.com/privatelink/pricing/,
https://aws.amazon.com/transit-gateway/pricing/, https://aws.amazon.com/ec2/pricing/on-demand/#Data_Transfer
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple, assert_never

import msgspec

from skerry.catalogue.data_files import Grade
from skerry.cost.designs import (
    NOTHING,
    Design,
    Exit,
    MonthlyTraffic,
    NatInstance,
    PublicAddresses,
    RegionalNat,
    ZonalNat,
)
from skerry.cost.monthly import HOURS, Amount, Part, weakest_grade_of
from skerry.cost.prices import Price, PriceItem, PriceTable
from skerry.model.missing import Missing

_MONTHS = 12
_SIDES = 2
_FREE = "nothing"
_ALL = Decimal(1)


class DesignCost(msgspec.Struct, frozen=True):
    """The cost of a design a month, and a year.

    An amount without a price is `Missing`; the formulas keep the item in its place. ``unreachable`` are the paths with
    bytes that the design has no way for. ``items`` are the items with a price in it.
    """

    design: Design
    fixed: Amount | Missing
    variable: Amount | Missing
    monthly: Amount | Missing
    yearly: Amount | Missing
    formula: str
    data_formula: str
    grade: Grade
    unreachable: tuple[str, ...] = ()
    items: tuple[PriceItem, ...] = ()


class DataPart(NamedTuple):
    """The GB of a month at one price, from the least to the most; ``sides`` is how often each is paid."""

    item: PriceItem
    price: Price | Missing
    least: Decimal
    most: Decimal
    sides: int = 1

    @property
    def cost(self) -> Amount | Missing:
        """Return the cost of the least to the most GB, each tier at its price."""
        if isinstance(self.price, Missing):
            return self.price
        low, high = (self.price.cost_of(gb) * self.sides for gb in (self.least, self.most))
        return Amount(low, high, self.price.currency)

    def __str__(self) -> str:
        """Write the part of the formula: ``120 GB x 0.045 USD``; without a price the item stays."""
        sides = f" x {self.sides} sides" if self.sides > 1 else ""
        if isinstance(self.price, Missing):
            return f"{_range(self.least, self.most)} GB{sides} x {self.item}"
        if self.least != self.most or len(self.price.tiers) == 1:
            return f"{_range(self.least, self.most)} GB{sides} x {self.price.first} {self.price.currency}"
        return " + ".join(
            f"{_plain(gb)} GB{sides} x {price} {self.price.currency}" for gb, price in self.price.split(self.most)
        )


def price_design(
    table: PriceTable, region: str, design: Design, traffic: MonthlyTraffic, hours: Decimal = HOURS
) -> DesignCost:
    """Return the cost of a design for the traffic of a month of so many hours."""
    parts = list(_fixed_parts(table, region, design, hours))
    data = data_parts_of(table, region, design, traffic)
    fixed = _sum([*design.unpriced, *(part.cost for part in parts)])
    variable = _sum([*design.unpriced, *(part.cost for part in data)])
    if design.central is not None and isinstance(fixed, Amount):
        fixed = fixed.times(Decimal(1) / design.central.spokes)
    monthly = _sum([fixed, variable])
    yearly = monthly if isinstance(monthly, Missing) else monthly.times(Decimal(_MONTHS))
    prices = [*(part.price for part in parts), *(part.price for part in data)]
    formula = " + ".join(map(str, parts)) or _FREE
    return DesignCost(
        design,
        fixed,
        variable,
        monthly,
        yearly,
        formula if design.central is None else f"({formula}) / {design.central.spokes} VPCs",
        " + ".join(map(str, data)) or _FREE,
        weakest_grade_of(price.grade for price in prices if isinstance(price, Price)),
        unreachable_paths(design, traffic),
        tuple(dict.fromkeys((*(part.item for part in parts), *(part.item for part in data)))),
    )


def unreachable_paths(design: Design, traffic: MonthlyTraffic) -> tuple[str, ...]:
    """Return the paths with bytes that a design has no way for; none for a way without a price here."""
    if (design.exits and design.used) or design.unpriced:
        return ()
    return tuple(
        path.path for path in traffic.paths if path.gb and path.path not in {*design.services, *design.gateways}
    )


def _fixed_parts(table: PriceTable, region: str, design: Design, hours: Decimal) -> Iterator[Part]:
    """Yield the parts that cost by the hour or the month."""
    for way in design.exits:
        yield from _exit_parts(table, region, way, hours)
    zones = design.endpoint_zones
    if zones:
        price = table.find(region, "endpoint-zone-hour")
        yield Part("endpoint-zone-hour", price, zones, zones, "endpoint zone", hours)
    if design.central is not None:
        least, most = design.central.least_attachments, design.central.most_attachments
        price = table.find(region, "transit-attachment-hour")
        yield Part("transit-attachment-hour", price, least, most, "attachment", hours)
        number = len(design.services)
        price = table.find(region, "private-zone-month")
        yield Part("private-zone-month", price, number, number, "private zone", Decimal(1))


def _exit_parts(table: PriceTable, region: str, way: Exit, hours: Decimal) -> Iterator[Part]:
    match way:
        case ZonalNat():
            yield Part("nat-hour", table.find(region, "nat-hour"), way.gateways, way.gateways, "gateway", hours)
            least, most = way.addresses, way.addresses
        case RegionalNat():
            price = table.find(region, "regional-nat-zone-hour")
            yield Part("regional-nat-zone-hour", price, way.least, way.most, "zone", hours)
            least, most = way.least, way.most
        case NatInstance():
            number = way.instances
            yield Part("t4g-nano-hour", table.find(region, "t4g-nano-hour"), number, number, "instance", hours)
            disk = number * way.disk_gb
            yield Part("gp3-gb-month", table.find(region, "gp3-gb-month"), disk, disk, "GB-month", Decimal(1))
            least, most = number, number
        case PublicAddresses():
            least, most = way.addresses, way.addresses
        case _:
            assert_never(way)
    if most:
        yield Part("address-hour", table.find(region, "address-hour"), least, most, "address", hours)


def data_parts_of(table: PriceTable, region: str, design: Design, traffic: MonthlyTraffic) -> list[DataPart]:
    """Return the parts that cost by the GB, as far as there are bytes."""
    return [part for part in _data_parts(table, region, design, traffic) if part.most]


def _data_parts(table: PriceTable, region: str, design: Design, traffic: MonthlyTraffic) -> Iterator[DataPart]:
    """Yield the parts that cost by the GB: of endpoints, of the NAT, across zones, and out to the internet."""
    by_endpoint = sum((path.gb for path in traffic.paths if path.path in design.services), NOTHING)
    yield _data(table, region, "endpoint-gb", by_endpoint)
    if design.central is not None:
        yield _data(table, region, "transit-gb", by_endpoint)
    # AWS waived the charge across zones to interface endpoints in April 2022, and its page on prices still has it:
    # https://aws.amazon.com/about-aws/whats-new/2022/04/aws-data-transfer-price-reduction-privatelink-transit-gateway-client-vpn-services/
    price = table.find(region, "cross-zone-gb")
    yield DataPart("cross-zone-gb", price, NOTHING, by_endpoint * design.endpoint_crossing, _SIDES)
    if not design.exits or not design.used:
        return
    free = {*design.services, *design.gateways}
    remaining = [path for path in traffic.paths if path.path not in free]
    gb = sum((path.gb for path in remaining), NOTHING)
    # Without shares the first exit takes all bytes.
    for way, share in zip(design.exits, design.shares or (_ALL,), strict=False):
        yield from _exit_data(table, region, way, gb * share, design.crossing)
    yield _data(table, region, "internet-gb", sum((path.out for path in remaining), NOTHING))


def _exit_data(table: PriceTable, region: str, way: Exit, gb: Decimal, crossing: Decimal) -> Iterator[DataPart]:
    """Yield the parts of bytes by one exit: those of the NAT, and across zones to it."""
    match way:
        case ZonalNat():
            yield _data(table, region, "nat-gb", gb)
            yield _data(table, region, "cross-zone-gb", gb * crossing, _SIDES)
        case RegionalNat():
            yield _data(table, region, "regional-nat-gb", gb)
        case NatInstance():
            yield _data(table, region, "cross-zone-gb", gb * crossing, _SIDES)
        case PublicAddresses():
            pass
        case _:
            assert_never(way)


def _data(table: PriceTable, region: str, item: PriceItem, gb: Decimal, sides: int = 1) -> DataPart:
    return DataPart(item, table.find(region, item), gb, gb, sides)


def _sum(amounts: Iterable[Amount | Missing]) -> Amount | Missing:
    """Return the sum of amounts; unknown if one of them is, or if the currencies differ. Nothing has no currency."""
    total = Amount(NOTHING, NOTHING, "USD")
    for amount in amounts:
        if isinstance(amount, Missing):
            return amount
        if not amount.high:
            continue
        if total.high and total.currency != amount.currency:
            return Missing(f"the sum of {total.currency} and {amount.currency}")
        total = total + amount if total.high else amount
    return total


def _range(least: Decimal, most: Decimal) -> str:
    return _plain(most) if least == most else f"{_plain(least)} to {_plain(most)}"


def _plain(number: Decimal) -> str:
    """Write a number without an exponent, and with at most four digits after the point."""
    return f"{round(number, 4).normalize():f}"
