"""The source ports that clients use."""

import pytest

from skerry.reach import client_ports


@pytest.mark.parametrize(
    ("family", "first", "last"), [("linux", 32_768, 60_999), ("windows", 49_152, 65_535), ("other", 32_768, 60_999)]
)
def test_client_ports_depend_on_platform_family(family: str, first: int, last: int) -> None:
    assert client_ports.ports_of_family(family) == ((first, last),)


def test_client_ports_of_nat_and_internet_are_all_unprivileged_ports() -> None:
    assert client_ports.NAT == client_ports.INTERNET == ((1_024, 65_535),)
