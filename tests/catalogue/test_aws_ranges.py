"""AWS's published address ranges."""

import json
from datetime import date
from ipaddress import ip_address, ip_network
from itertools import pairwise
from pathlib import Path

import pytest

import skerry
from skerry.catalogue.aws_ranges import is_of_aws, list_ipv4_blocks

TABLE = json.loads((Path(skerry.__file__).parent / "data" / "aws_ranges.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("52.46.145.142", True),
        ("2600:1f18::1", True),
        ("20.10.1.141", False),
        ("8.8.8.8", False),
        ("0.0.0.1", False),
        ("255.255.255.255", False),
        ("2a02:1::1", False),
    ],
)
def test_address_is_looked_up_in_published_ranges(address: str, expected: bool) -> None:  # noqa: FBT001
    assert is_of_aws(ip_address(address)) is expected


def test_published_ranges_are_ascending_disjoint_and_dated() -> None:
    for family in ("ipv4", "ipv6"):
        blocks = [ip_network(block) for block in TABLE[family]]
        assert all(int(left.broadcast_address) < int(right.network_address) for left, right in pairwise(blocks))
        assert len(blocks) > 1_000
    assert date.fromisoformat(TABLE["date"]).year >= 2026


def test_listed_blocks_are_of_aws() -> None:
    blocks = list_ipv4_blocks()
    assert len(blocks) > 1000
    assert all(is_of_aws(ip_address(block.partition("/")[0])) for block in blocks)
