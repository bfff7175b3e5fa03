"""Prices out of rows of the Price List: usage types, units and tiers."""

import json
from decimal import Decimal
from typing import Any

import pytest

from skerry.cost.price_list import PRODUCTS, Product, price_of_rows
from skerry.cost.prices import Price, Tier
from skerry.model.missing import Missing

BY_ITEM = {product.item: product for product in PRODUCTS}
ENDPOINT_GB = BY_ITEM["endpoint-gb"]


def dimension(price: str = "0.0100000000", begin: str = "0", end: str = "Inf", unit: str = "GB", **more: str) -> Any:
    return {"unit": unit, "beginRange": begin, "endRange": end, "pricePerUnit": more or {"USD": price}}


def row(usage: str, *dimensions: Any) -> str:
    """A row as GetProducts prints it."""
    attributes = {"regionCode": "eu-west-1", "usagetype": usage, "group": "VPCE:VpcEndpoint"}
    priced = {f"SKU.TERM.{number}": value for number, value in enumerate(dimensions)}
    terms = {"OnDemand": {"SKU.TERM": {"effectiveDate": "2026-09-01T00:00:00Z", "priceDimensions": priced}}}
    return json.dumps({"product": {"attributes": attributes}, "terms": terms, "version": "20260925"})


def read(*rows: str, product: Product = ENDPOINT_GB) -> Price | Missing:
    return price_of_rows("eu-west-1", product, rows, "here")


@pytest.mark.parametrize("usage", ["VpcEndpoint-Bytes", "USE1-VpcEndpoint-Bytes", "EU-VpcEndpoint-Bytes"])
def test_usage_type_may_have_a_prefix(usage: str) -> None:
    found = read(row(usage, dimension()))
    assert isinstance(found, Price)
    assert (found.tiers, found.currency, found.grade) == ((Tier(None, Decimal("0.01")),), "USD", "documented")


@pytest.mark.parametrize(
    ("item", "usage"),
    [
        ("endpoint-gb", "EU-VpcEndpoint-GWLBE-Bytes"),
        ("nat-hour", "NatGateway-Prvd-Hours"),
        ("nat-hour", "EU-RegionalNatGateway-Hours"),
        ("regional-nat-zone-hour", "EU-NatGateway-Hours"),
        ("endpoint-zone-hour", "VpcEndpoint-Service-Hours"),
    ],
)
def test_similar_usage_types_are_other_products(item: Any, usage: str) -> None:
    found = read(row(usage, dimension(unit="Hrs")), product=BY_ITEM[item])
    assert isinstance(found, Missing)
    assert "has no row for" in found.fact
    assert found.action == "pricing:GetProducts"


def test_tiers_are_sorted_by_their_begin() -> None:
    tiers = (
        dimension("0.004", "5242880"),
        dimension("0.01", "0", "1048576"),
        dimension("0.006", "1048576", "5242880"),
    )
    found = read(row("EU-VpcEndpoint-Bytes", *tiers))
    assert isinstance(found, Price)
    assert [tier.up_to for tier in found.tiers] == [1_048_576, 5_242_880, None]
    assert found.cost_of(Decimal(7_000_000)) == Decimal("42680.064")


def test_price_in_china_is_in_yuan() -> None:
    found = read(row("CNN1-NatGateway-Hours", dimension(unit="Hrs", CNY="0.4270000000")), product=BY_ITEM["nat-hour"])
    assert isinstance(found, Price)
    assert (found.currency, found.first) == ("CNY", Decimal("0.427"))


def test_more_than_one_row_is_unknown() -> None:
    twice = row("EU-VpcEndpoint-Bytes", dimension())
    found = read(twice, twice)
    assert isinstance(found, Missing)
    assert "2 rows" in found.fact


@pytest.mark.parametrize(
    "dimensions",
    [
        (dimension(unit="Hrs"),),
        (dimension(USD="1", CNY="7"),),
        (dimension("1", "0", "10"), dimension("1", "20")),
        (dimension("1", "0", "10"),),
        (dimension("1", "5"),),
        (dimension("many"),),
        (dimension("1", "0", "ten"),),
        (dimension("-1"),),
        (dimension("1", "0", "10"), dimension(begin="10", CNY="7")),
        (),
    ],
)
def test_other_units_and_tiers_are_unknown(dimensions: Any) -> None:
    found = read(row("EU-VpcEndpoint-Bytes", *dimensions))
    assert isinstance(found, Missing)
    assert "other units or tiers" in found.fact


def test_rows_that_cannot_be_read_are_none() -> None:
    assert isinstance(read("{", "[]", "{}", row("EU-VpcEndpoint-Bytes", dimension())), Price)
