"""Fargate's platform versions."""

from datetime import date

import pytest

from skerry.catalogue.platform_versions import LATEST, find_platform, list_platform_versions


@pytest.mark.parametrize(("family", "version"), [("linux", "1.4.0"), ("windows", "1.0.0")])
def test_latest_platform_version_is_not_retired(family: str, version: str) -> None:
    latest, same = find_platform(family, LATEST), find_platform(family, version)
    assert latest == same
    assert latest is not None
    assert latest.retired is None


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.2.0", "1.3.0"])
def test_linux_platform_versions_before_1_4_are_retired(version: str) -> None:
    found = find_platform("linux", version)
    assert found is not None
    assert found.retired is not None
    assert date.fromisoformat(found.retired) == date(2026, 6, 15)
    assert found.own_interface == ("secrets", "registry-auth")


@pytest.mark.parametrize(
    ("family", "versions"),
    [("linux", ("LATEST", "1.4.0", "1.3.0", "1.2.0", "1.1.0", "1.0.0")), ("windows", ("LATEST", "1.0.0"))],
)
def test_platform_versions_of_a_family_are_listed_retired_ones_last(family: str, versions: tuple[str, ...]) -> None:
    assert list_platform_versions(family) == versions


@pytest.mark.parametrize(("family", "version"), [("linux", "9.9.9"), ("windows", "1.4.0"), ("mac", LATEST)])
def test_unknown_platform_version_is_none(family: str, version: str) -> None:
    assert find_platform(family, version) is None
