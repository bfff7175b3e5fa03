"""Regions with IPv6-only tasks."""

from skerry.catalogue.ipv6_only_regions import date_of_list, is_listed


def test_list_of_regions_with_ipv6_only_tasks() -> None:
    assert is_listed("eu-central-1")
    assert is_listed("cn-north-1")
    assert not is_listed("eu-west-1")
    assert date_of_list() >= "2026-11-29"
