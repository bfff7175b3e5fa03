"""Roads: the way with the fewest roads, and slots for lines side by side."""

import pytest

from skerry.draw.network_map import ChipStop, ServiceStop, TableStop
from skerry.draw.roads import Leg, Road, RoadNetwork, Stretch, slots_of

CHIP, TABLE, SERVICE = ChipStop("subnet-a", "task"), TableStop("vpc-1", "rtb-1"), ServiceStop("s3")
GUTTER, CHANNEL, LEFT, RIGHT = Road("gutter"), Road("channel"), Road("left"), Road("right")


def roads() -> RoadNetwork:
    network = RoadNetwork()
    network.join(GUTTER, CHANNEL)
    network.join(CHANNEL, LEFT)
    network.join(CHANNEL, RIGHT)
    network.add_port(CHIP, "right", GUTTER)
    network.add_port(TABLE, "left", LEFT)
    network.add_port(TABLE, "right", RIGHT)
    network.add_port(SERVICE, "left", Road("services"))
    return network


def test_way_with_the_fewest_roads_is_taken() -> None:
    network = roads()
    assert network.leg(CHIP, TABLE) == Leg("right", (GUTTER, CHANNEL, LEFT), "left")
    assert network.leg(TABLE, CHIP) == Leg("left", (LEFT, CHANNEL, GUTTER), "right")
    assert network.leg(CHIP, TABLE) is network.leg(CHIP, TABLE)


def test_map_without_a_way_is_an_error_of_the_map() -> None:
    with pytest.raises(AssertionError, match="no way"):
        roads().leg(CHIP, SERVICE)


def test_lines_side_by_side_take_different_slots() -> None:
    uses = [(LEFT, Stretch(0, 50)), (LEFT, Stretch(40, 90)), (LEFT, Stretch(200, 300)), (RIGHT, Stretch(0, 50))]
    assert slots_of(uses) == [0, 1, 0, 0]
