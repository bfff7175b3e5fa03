"""``skerry prices refresh``: the Price List of an embedded AWS into the user's file, and its use."""

import json
from pathlib import Path

import pytest

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
