"""Monthly costs of the parts of a network: a fixed part, and a part by the amount of data.

A month has 730 hours, as in AWS's own calculator: https://docs.aws.amazon.com/pricing-calculator/latest/userguide/
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

import msgspec

from skerry.catalogue.data_files import Grade
from skerry.cost.prices import Price, PriceItem, PriceTable
from skerry.model.missing import Missing

HOURS = Decimal(730)
_GRADES: tuple[Grade, ...] = ("documented", "observed", "inferred")


class Amount(msgspec.Struct, frozen=True):
    """Money, as a range: both ends are equal where it is exactly known."""

    low: Decimal
    high: Decimal
    currency: str

    def __add__(self, other: "Amount") -> "Amount":
        """Add an amount of the same currency."""
        if other.currency != self.currency:
            message = f"{self.currency} and {other.currency} cannot be added"
            raise ValueError(message)
        return Amount(self.low + other.low, self.high + other.high, self.currency)

    def __neg__(self) -> "Amount":
        """Return the saving of an amount."""
        return Amount(-self.high, -self.low, self.currency)

    def times(self, factor: Decimal) -> "Amount":
        """Return so many times the amount; the factor is not negative."""
        return Amount(self.low * factor, self.high * factor, self.currency)


class MonthlyCost(msgspec.Struct, frozen=True):
    """The monthly cost of a part of a network.

    ``fixed`` is the price of its existence. ``per_gb`` is the price of each GB of its data in the first tier; None
    without data. Both are `Missing` without a price. ``formula`` and ``data_formula`` are the arithmetic, with the item
    in place of an unknown price.
    ``grade`` is the least sure of the prices.
    """

    fixed: Amount | Missing
    per_gb: Amount | Missing | None
    formula: str
    data_formula: str
    grade: Grade = "documented"


def cost_of_interface_endpoint(table: PriceTable, region: str, zones: int) -> MonthlyCost:
    """Return the cost of an interface endpoint: an hour in each zone, in any state, and each GB in both directions.

    https://aws.amazon.com/privatelink/pricing/
    """
    hours = Part("endpoint-zone-hour", table.find(region, "endpoint-zone-hour"), zones, zones, "zone")
    return sum_parts([hours], "endpoint-gb", table.find(region, "endpoint-gb"))


def cost_of_gateway_endpoint(table: PriceTable, region: str) -> MonthlyCost:
    """Return the cost of a gateway endpoint of S3 or DynamoDB: AWS has no charge for it, nor for its data.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    price = table.find(region, "gateway-endpoint-hour")
    return sum_parts([Part("gateway-endpoint-hour", price, 1, 1, "endpoint")], "gateway-endpoint-hour", price)


def cost_of_nat_gateway(table: PriceTable, region: str, addresses: int = 1) -> MonthlyCost:
    """Return the cost of a zonal NAT gateway with its public addresses.

    https://aws.amazon.com/vpc/pricing/
    """
    hours = Part("nat-hour", table.find(region, "nat-hour"), 1, 1, "gateway")
    return sum_parts([hours, *_addresses(table, region, addresses, addresses)], "nat-gb", table.find(region, "nat-gb"))


def cost_of_regional_nat(table: PriceTable, region: str, least: int, most: int) -> MonthlyCost:
    """Return the cost of a regional NAT gateway, which is billed in each active zone: from the least to the most zones.

    AWS's pages leave open in automatic mode how many zones are active: https://aws.amazon.com/vpc/pricing/
    """
    hours = Part("regional-nat-zone-hour", table.find(region, "regional-nat-zone-hour"), least, most, "zone")
    parts = [hours, *_addresses(table, region, least, most)]
    return sum_parts(parts, "regional-nat-gb", table.find(region, "regional-nat-gb"))


def cost_of_public_addresses(table: PriceTable, region: str, addresses: int) -> MonthlyCost:
    """Return the cost of public IPv4 addresses, in use or idle.

    https://aws.amazon.com/vpc/pricing/
    """
    return sum_parts(_addresses(table, region, addresses, addresses))


def cost_of_private_zones(table: PriceTable, region: str, zones: int) -> MonthlyCost:
    """Return the cost of private hosted zones, among the first 25 of an account.

    https://aws.amazon.com/route53/pricing/
    """
    price = table.find(region, "private-zone-month")
    return sum_parts([Part("private-zone-month", price, zones, zones, "zone", Decimal(1))])


def add_costs(costs: Iterable[MonthlyCost]) -> Amount | Missing:
    """Return the fixed part of one or more costs together; unknown if one of them is, or if the currencies differ."""
    total: Amount | None = None
    for cost in costs:
        if isinstance(cost.fixed, Missing):
            return cost.fixed
        if total is not None and total.currency != cost.fixed.currency:
            return Missing(f"the sum of {total.currency} and {cost.fixed.currency}")
        total = cost.fixed if total is None else total + cost.fixed
    return total if total is not None else Missing("the price of nothing")


class Part(NamedTuple):
    """A number of items, each at a price by the hour or by the month."""

    item: PriceItem
    price: Price | Missing
    least: int
    most: int
    noun: str
    times: Decimal = HOURS

    @property
    def cost(self) -> Amount | Missing:
        """Return the cost of the least to the most items."""
        if isinstance(self.price, Missing):
            return self.price
        each = self.price.first * self.times
        return Amount(each * self.least, each * self.most, self.price.currency)

    def __str__(self) -> str:
        """Write the part of the formula: ``2 zones x 730 h x 0.011 USD``; without a price the item stays."""
        count = str(self.least) if self.least == self.most else f"{self.least} to {self.most}"
        noun = self.noun if self.most == 1 else _plural(self.noun)
        hours = f" x {self.times} h" if self.item.endswith("-hour") else ""
        unit = self.item if isinstance(self.price, Missing) else f"{self.price.first} {self.price.currency}"
        return f"{count} {noun}{hours} x {unit}"


def _plural(noun: str) -> str:
    return f"{noun}es" if noun.endswith("s") else f"{noun}s"


def _addresses(table: PriceTable, region: str, least: int, most: int) -> list[Part]:
    return [Part("address-hour", table.find(region, "address-hour"), least, most, "address")]


def sum_parts(
    parts: list[Part], data_item: PriceItem | None = None, data: Price | Missing | None = None
) -> MonthlyCost:
    """Return the cost of one or more parts, with the price of the data that flows through them."""
    prices = [part.price for part in parts] + ([] if data is None else [data])
    fixed = _fixed(parts)
    formula = " + ".join(map(str, parts))
    grade = weakest_grade_of([price.grade for price in prices if not isinstance(price, Missing)])
    if data is None:
        return MonthlyCost(fixed, None, formula, "", grade)
    if isinstance(data, Missing):
        return MonthlyCost(fixed, data, formula, f"GB x {data_item}", grade)
    each = Amount(data.first, data.first, data.currency)
    return MonthlyCost(fixed, each, formula, f"GB x {data.first} {data.currency}" if data.first else "", grade)


def weakest_grade_of(grades: Iterable[Grade]) -> Grade:
    """Return the least sure of grades; of none, inferred."""
    return max(grades, key=_GRADES.index, default="inferred")


def _fixed(parts: list[Part]) -> Amount | Missing:
    total: Amount | None = None
    for part in parts:
        amount = part.cost
        if isinstance(amount, Missing):
            return amount
        total = amount if total is None else total + amount
    assert total is not None  # noqa: S101 -- every caller has a part
    return total
