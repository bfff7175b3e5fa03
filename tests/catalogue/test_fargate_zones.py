"""Where Fargate starts tasks."""

import pytest

from skerry.catalogue.fargate_zones import find_restrictions, zone_extension_of


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
def test_some_regions_have_it_in_some_zones_only(region: str, zone: str, has: bool) -> None:  # noqa: FBT001
    (row,) = find_restrictions(region, None)
    assert row.has(zone) == has
    assert row.grade == "documented"


def test_most_regions_have_it_everywhere() -> None:
    assert find_restrictions("eu-west-1", "ARM64") == ()


def test_one_zone_may_lack_a_processor() -> None:
    assert find_restrictions("us-east-1", "X86_64") == ()
    (row,) = find_restrictions("us-east-1", "ARM64")
    assert not row.has("use1-az3")
    assert row.has("use1-az1")


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
def test_a_zone_is_told_by_its_name(zone: str, kind: str | None) -> None:
    assert zone_extension_of(zone) == kind
