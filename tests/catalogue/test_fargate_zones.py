"""Where Fargate starts tasks."""

import pytest

from skerry.catalogue.fargate_zones import find_restrictions, zone_extension_of, zone_extension_of_id


@pytest.mark.parametrize(
    ("region", "zone", "has"),
    [
        ("us-west-1", "usw1-az1", True),
        ("us-west-1", "usw1-az3", True),
        ("us-west-1", "usw1-az2", False),
        ("ap-northeast-1", "apne1-az4", True),
        ("ap-northeast-1", "apne1-az3", False),
    ],
)
def test_fargate_zones_are_restricted_in_some_regions(region: str, zone: str, has: bool) -> None:  # noqa: FBT001
    (row,) = find_restrictions(region, None, "linux")
    assert row.has(zone) == has
    assert row.grade == "documented"


def test_fargate_zones_are_unrestricted_in_eu_west_1() -> None:
    assert find_restrictions("eu-west-1", "ARM64", "linux") == ()


def test_fargate_zone_may_lack_arm64() -> None:
    assert find_restrictions("us-east-1", "X86_64", "linux") == ()
    (row,) = find_restrictions("us-east-1", "ARM64", "linux")
    assert not row.has("use1-az3")
    assert row.has("use1-az1")


def test_fargate_zones_of_windows_are_its_own() -> None:
    (row,) = find_restrictions("us-east-1", None, "windows")
    assert (row.has("use1-az1"), row.has("use1-az3"), row.grade) == (True, False, "observed")


@pytest.mark.parametrize(
    ("zone", "kind"),
    [
        ("us-west-2a", None),
        ("us-isob-east-1b", None),
        ("us-west-2-lax-1a", "Local Zone"),
        ("us-east-1-wl1-bos-wlz-1", "Wavelength Zone"),
        ("zone", None),
    ],
)
def test_zone_extension_is_read_from_zone_name(zone: str, kind: str | None) -> None:
    assert zone_extension_of(zone) == kind


@pytest.mark.parametrize(
    ("zone_id", "kind"),
    [("usw2-az1", None), ("usw2-lax1-az1", "Local Zone"), ("use1-wl1-bos-wlz1", "Wavelength Zone"), ("zone", None)],
)
def test_zone_extension_is_read_from_zone_id(zone_id: str, kind: str | None) -> None:
    assert zone_extension_of_id(zone_id) == kind
