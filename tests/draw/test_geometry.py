"""No picture has a diagonal, a line through a box of others, boxes or texts that overlap, or anything outside."""

from collections.abc import Sequence

import pytest

from skerry.draw.layout import layout
from skerry.draw.picture import Shape
from tests.amount import some
from tests.draw.geometry import faults
from tests.draw.scenes import SCENARIOS, maps_of

SHAPES: tuple[Shape, ...] = ("wide", "tall")
ALL = sorted(path.parent.name for path in SCENARIOS.glob("*/network.json"))
# A network of each kind of path.
FEW = (
    *("article-broken", "hub-and-spoke", "hub-inspection", "peering-with-endpoints", "nat-instance-forwards"),
    *("nat-in-its-own-private-subnet", "nat-regional-works", "s3-policy-without-layer-bucket", "docker-hub-by-nat"),
    *("nacl-of-endpoints-drops-replies", "hub-transit-return-route-missing", "efs-group-closed"),
    *("dead-name-still-shows-filters", "hub-without-return-route", "route-more-specific-than-local"),
    *("endpoint-interfaces-not-read", "dns-hostnames-off"),
)


def all_faults(scenarios: Sequence[str]) -> list[str]:
    return [
        f"{scenario}, {shape}: {fault}"
        for scenario in scenarios
        for network in maps_of(scenario)
        for shape in SHAPES
        for fault in faults(network, layout(network, shape))
    ]


def test_pictures_of_each_kind_of_path_have_no_fault() -> None:
    assert all_faults(FEW) == []


@pytest.mark.long
def test_pictures_of_scenarios_have_no_fault() -> None:
    assert all_faults(some(ALL, 4)) == []
