"""``skerry prices refresh``: the Price List of an embedded AWS into the user's file, and its use."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from skerry.aws.price_list import endpoint_region_of
from skerry.aws.session import make_clients
from skerry.cost.prices import decode_prices, load_prices
from skerry.embedded.fault_injection import Faults
from skerry.embedded.lifecycle import run_embedded_aws
from tests.commands import BLOCKED, UNKNOWN, USAGE, Skerry, complaint, without_account


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Skerry:
    """Runs skerry in this process."""
    without_account(monkeypatch, tmp_path / "none")
    return Skerry(monkeypatch, capsys)


def test_prices_of_regions_come_into_one_file(run: Skerry, tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    with run_embedded_aws("eu-west-1"):
        found = run("prices", "refresh", own)
        assert found.code == UNKNOWN
        assert "prices in" in found.out
        assert "the Price List has no row for" in found.out
        first = decode_prices(own.read_bytes(), "first")
        assert {price.region for price in first.prices} == {"eu-west-1"}
        assert run("prices", "refresh", own, "--region", "us-east-1").code == 0
    table = decode_prices(own.read_bytes(), "second")
    assert {price.region for price in table.prices} == {"eu-west-1", "us-east-1"}
    shipped = load_prices()
    for price in table.prices:
        # AWS charges the data of both kinds of NAT gateway alike: https://aws.amazon.com/vpc/pricing/
        original = shipped.find(price.region, "nat-gb" if price.item == "regional-nat-gb" else price.item)
        assert getattr(original, "tiers", None) == price.tiers
    assert {source.id for source in table.sources} == {"price-list-eu-west-1", "price-list-us-east-1"}


def test_refreshed_file_is_as_old_as_its_oldest_price(run: Skerry, tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    with run_embedded_aws("eu-west-1"):
        run("prices", "refresh", own)
        aged = json.loads(own.read_bytes()) | {"compiled": "2020-01-01"}
        own.write_text(json.dumps(aged), encoding="utf-8")
        run("prices", "refresh", own, "--region", "us-east-1")
        assert json.loads(own.read_bytes())["compiled"] == "2020-01-01"
        run("prices", "refresh", own, "--region", "us-east-1", "--region", "eu-west-1")
        assert json.loads(own.read_bytes())["compiled"] > "2026"


def test_refused_call_writes_nothing(run: Skerry, tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    faults = Faults()
    faults.denied = {"pricing:GetProducts"}
    with run_embedded_aws("eu-west-1", faults):
        found = run("prices", "refresh", own)
    assert found.code == BLOCKED
    assert "AWS answered AccessDenied" in found.out
    assert not own.exists()


def test_wrong_files_and_regions_are_refused(run: Skerry, tmp_path: Path) -> None:
    own = tmp_path / "prices.json"
    own.write_text('{"compiled": "2026-01-01", "sources": [], "prices": [], "version": 2}', encoding="utf-8")
    with run_embedded_aws("eu-west-1"):
        assert "version 2" in complaint(run("prices", "refresh", own))
        assert "there is no Region us-east-9" in complaint(
            run("prices", "refresh", tmp_path / "n.json", "--region", "us-east-9")
        )
        assert run("prices", "show", own).code == USAGE


def test_price_list_comes_in_pages(run: Skerry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = tmp_path / "prices.json"
    with run_embedded_aws("us-east-1"):
        assert run("prices", "refresh", own).code == 0
        whole = {price.item: price.tiers for price in decode_prices(own.read_bytes(), "whole").prices}
        monkeypatch.setattr("skerry.embedded.price_list._MOST_ROWS", 1)
        assert run("prices", "refresh", own).code == 0
        by_pages = decode_prices(own.read_bytes(), "by pages").prices
        assert {price.item: price.tiers for price in by_pages} == whole
        # A list without an end is no list: its prices are missing, and the file stays.
        monkeypatch.setattr("skerry.aws.price_list._MOST_PAGES", 1)
        found = run("prices", "refresh", own, "--region", "us-east-1")
        assert found.code == UNKNOWN
        assert "? the price of nat-hour in us-east-1: AWS answered " in found.out
        kept = decode_prices(own.read_bytes(), "kept").prices
        assert {price.item: price.tiers for price in kept} == whole


def test_embedded_price_list_refuses_what_aws_refuses() -> None:
    with run_embedded_aws("us-east-1"):
        pricing = make_clients("us-east-1")("pricing")
        with pytest.raises(ClientError, match="InvalidNextTokenException"):
            pricing.get_products(ServiceCode="AmazonVPC", NextToken="elsewhere")
        with pytest.raises(ClientError, match="InvalidParameterException"):
            pricing.get_products(ServiceCode="AmazonNothing")


@pytest.mark.parametrize(
    ("region", "endpoint"),
    [("eu-west-1", "us-east-1"), ("cn-north-1", "cn-northwest-1"), ("eusc-de-east-1", "eusc-de-east-1")],
)
def test_price_list_has_an_endpoint_in_each_partition(region: str, endpoint: str) -> None:
    assert endpoint_region_of(region) == endpoint
