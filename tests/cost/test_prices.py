"""The price table: complete in its sources, and never another Region's price."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from skerry.cost.prices import Price, PriceTable, decode_prices, is_stale, load_prices
from skerry.errors import InputError
from skerry.model.missing import Missing
from tests.tables import each


def test_each_price_has_a_source_that_the_table_names() -> None:
    table = load_prices()
    names = {source.id for source in table.sources}
    assert [price for price in table.prices if not price.sources or set(price.sources) - names] == []
    assert [source for source in table.sources if not (source.url or source.what)] == []


def test_each_item_of_a_region_has_one_price() -> None:
    keys = [(price.region, price.item) for price in load_prices().prices]
    assert len(keys) == len(set(keys))


def test_tiers_rise_to_an_open_end() -> None:
    for price in load_prices().prices:
        limits = [tier.up_to for tier in price.tiers]
        closed = [limit for limit in limits if limit is not None]
        assert limits[-1] is None
        assert closed == sorted(closed)
        assert len(closed) == len(limits) - 1


def test_price_of_a_region_that_was_not_seen_is_missing() -> None:
    assert load_prices().find("eu-south-2", "endpoint-zone-hour") == Missing(
        "the price of endpoint-zone-hour in eu-south-2", "pricing:GetProducts"
    )


def test_price_of_everywhere_is_inferred_for_commercial_regions_only() -> None:
    table = load_prices()
    price = table.find("eu-south-2", "address-hour")
    assert isinstance(price, Price)
    assert (price.region, price.first, price.grade) == ("eu-south-2", Decimal("0.005"), "inferred")
    for region in ("cn-north-1", "us-gov-west-1", "nowhere"):
        assert isinstance(table.find(region, "address-hour"), Missing)


def test_seen_price_comes_before_that_of_everywhere() -> None:
    price = load_prices().find("us-east-1", "address-hour")
    assert isinstance(price, Price)
    assert price.grade == "documented"
    assert [source.id for source in load_prices().sources_of(price)] == ["pl-vpc-use1"]


def test_nat_and_endpoint_hours_are_complete_for_six_regions() -> None:
    table = load_prices()
    regions = {price.region for price in table.prices}
    complete = [
        region
        for region in sorted(regions - {"*"})
        if not any(
            isinstance(table.find(region, item), Missing) for item in ("nat-hour", "nat-gb", "endpoint-zone-hour")
        )
    ]
    assert complete == ["ap-northeast-1", "ap-northeast-2", "ap-southeast-1", "eu-west-1", "eu-west-2", "us-east-1"]


def test_prices_in_china_are_in_its_own_currency() -> None:
    price = load_prices().find("cn-northwest-1", "nat-hour")
    assert isinstance(price, Price)
    assert price.currency == "CNY"


@each(
    ("gigabytes", "cost"),
    [
        ("0", "0"),
        ("1048576", "10485.76"),
        ("5242880", "35651.584"),
        ("7000000", "42680.064"),
    ],
)
def test_data_of_endpoints_is_paid_by_tiers(gigabytes: str, cost: str) -> None:
    """The list's tiers end at 1,048,576 and 5,242,880 GB: https://aws.amazon.com/privatelink/pricing/."""
    price = load_prices().find("us-east-1", "endpoint-gb")
    assert isinstance(price, Price)
    assert price.cost_of(Decimal(gigabytes)) == Decimal(cost)


def test_table_without_prices_knows_none() -> None:
    assert isinstance(PriceTable("2026-01-01", (), ()).find("us-east-1", "nat-hour"), Missing)


def own(**more: Any) -> bytes:
    row: dict[str, Any] = {
        "region": "eu-west-3",
        "item": "nat-gb",
        "currency": "USD",
        "grade": "observed",
        "sources": [],
    }
    row |= {"tiers": [{"up_to": None, "price": "0.05"}]}
    return json.dumps({"compiled": "2026-01-02", "sources": [], "prices": [row | more]}).encode()


def test_own_prices_go_before_those_of_skerry() -> None:
    table = load_prices().with_prices(decode_prices(own(), "mine.json"))
    price = table.find("eu-west-3", "nat-gb")
    assert isinstance(price, Price)
    assert (price.first, table.compiled) == (Decimal("0.05"), "2026-01-02")
    replaced = load_prices().with_prices(decode_prices(own(region="us-east-1"), "mine.json"))
    price = replaced.find("us-east-1", "nat-gb")
    assert isinstance(price, Price)
    assert price.first == Decimal("0.05")


def test_prices_are_stale_after_180_days() -> None:
    assert not is_stale("2026-01-02", date(2026, 7, 1))
    assert is_stale("2026-01-02", date(2026, 7, 2))


def test_age_is_that_of_the_oldest_price_in_use() -> None:
    skerry = load_prices()
    table = skerry.with_prices(
        decode_prices(own(region="us-east-1").replace(b"2026-01-02", b"2030-01-02"), "mine.json")
    )
    assert table.date_of("us-east-1", ["nat-gb"]) == "2030-01-02"
    assert table.date_of("us-east-1", ["nat-gb", "nat-hour"]) == skerry.compiled
    assert table.date_of("eu-west-1", ["nat-gb"]) == skerry.compiled
    assert table.date_of("xx-none-1", ["nat-gb"]) == table.compiled == skerry.compiled
    later = table.with_prices(decode_prices(own().replace(b"2026-01-02", b"2031-01-02"), "later.json"))
    assert later.date_of("us-east-1", ["nat-gb"]) == "2030-01-02"


@each(
    ("content", "message"),
    [
        (b"{", "mine.json holds no prices"),
        (b"{}", "mine.json holds no prices"),
        (own().replace(b"2026-01-02", b"today"), "mine.json holds no prices"),
        (own(compiled="yesterday"), "mine.json holds no prices"),
        (own(item="gold"), "mine.json holds no prices"),
        (b'{"version": 2, ' + own()[1:], "mine.json has prices of version 2"),
        (own(tiers=[{"up_to": None, "price": "-1"}]), "has no price that can be of nat-gb in eu-west-3"),
        (own(tiers=[{"up_to": None, "price": "NaN"}]), "has no price that can be of nat-gb in eu-west-3"),
        (own(tiers=[{"up_to": "5", "price": "1"}]), "has no price that can be of nat-gb in eu-west-3"),
        (own(tiers=[]), "has no price that can be of nat-gb in eu-west-3"),
    ],
)
def test_file_that_holds_no_prices_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        decode_prices(content, "mine.json")
