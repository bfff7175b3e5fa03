"""The public address blocks of S3."""

from ipaddress import ip_address

import pytest

from skerry.catalogue.s3_ranges import is_of_s3


@pytest.mark.parametrize(
    "address", ["52.216.0.0", "52.217.255.255", "52.219.41.3", "3.5.1.2", "16.182.9.9", "54.231.1.1"]
)
def test_s3_ranges_contain_addresses_of_layer_pulls(address: str) -> None:
    assert is_of_s3(ip_address(address))


@pytest.mark.parametrize("address", ["52.215.255.255", "44.213.79.104", "10.0.0.1", "2600:1f18::1", "::34d8:1"])
def test_s3_ranges_exclude_other_addresses(address: str) -> None:
    assert not is_of_s3(ip_address(address))
