"""Regions, and what Fargate offers in some of them."""

from skerry.catalogue.partitions import partition_of
from skerry.catalogue.regions import date_of_regions, find_offer, find_region


def test_regions_of_before_and_since_december_2023_are_told_apart() -> None:
    regions = [find_region(name) for name in ("eu-west-1", "il-central-1", "ca-west-1", "us-isof-east-1")]
    assert [region and region.recent for region in regions] == [False, False, True, None]


def test_region_that_does_not_exist_is_none() -> None:
    assert find_region("eu-wset-1") is None
    assert date_of_regions() >= "2026-11-29"


def test_regions_of_offers_exist() -> None:
    for offer in (find_offer("linux"), find_offer("windows"), find_offer("ipv6-only")):
        assert [name for name in offer.regions if find_region(name) is None or partition_of(name) is None] == []
        assert offer.seen <= date_of_regions()


def test_offers_follow_their_pages() -> None:
    assert find_offer("ipv6-only").grade == "documented"
    assert "eu-west-1" not in find_offer("ipv6-only").regions
    assert find_offer("windows").grade == "observed"
    assert "cn-north-1" not in find_offer("windows").regions
    assert find_offer("linux").grade == "documented"
    assert "ap-east-2" not in find_offer("linux").regions


def test_every_region_with_another_offer_has_fargate_for_linux() -> None:
    linux = set(find_offer("linux").regions)
    assert {*find_offer("windows").regions, *find_offer("ipv6-only").regions} <= linux
