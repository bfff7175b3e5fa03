"""Stops of paths whose hops are made one by one."""

from skerry.diagnose.shown_paths import ShownPath
from skerry.draw.network_map import ChipStop, ServiceStop, TableStop
from skerry.draw.stops import PathNetwork, path_of
from skerry.net.packets import Box
from skerry.reach.trace import Destination, Hop, HopPlace, PacketPath, PathPart, Trace
from skerry.verdicts import OK

EVERYTHING = Box(((0, 9),), ((0, 9),), ((0, 9),))
NETWORK = PathNetwork({}, {})
PUBLIC = HopPlace("vpc-1", "subnet-public")


def trace_of(*hops: Hop, subnet: str | None = None) -> Trace:
    destination = Destination("10.0.2.9", ((0, 9),), subnet=subnet)
    passage = PacketPath.of((PathPart(EVERYTHING, hops),), None, choice=True)
    return Trace("subnet-task", destination, (), passage, None, OK, vpc="vpc-1")


def marks_of(trace: Trace) -> list[tuple[object, list[str]]]:
    """The stops of a path with the resources of the hops at them."""
    stops = path_of(trace, ShownPath(trace).hops, NETWORK, "s3").stops
    return [(item.stop, [numbered.hop.resource for numbered in item.at]) for item in stops]


THROUGH_AN_INSTANCE = (
    Hop("route", "rtb-1", to="eni-nat", at=HopPlace("vpc-1", "subnet-task")),
    Hop("interface", "eni-nat", at=PUBLIC),
    Hop("security-group", "sg-nat", "in", at=PUBLIC),
)
BEFORE = [(ChipStop("subnet-task", "task"), []), (TableStop("vpc-1", "rtb-1"), ["rtb-1"])]


def test_group_of_a_passed_interface_is_at_it() -> None:
    assert marks_of(trace_of(*THROUGH_AN_INSTANCE)) == [
        *BEFORE,
        (ChipStop("subnet-public", "eni-nat"), ["eni-nat", "sg-nat"]),
        (ServiceStop("s3"), []),
    ]


def test_group_in_the_subnet_that_the_path_ends_in_is_at_its_end() -> None:
    assert marks_of(trace_of(*THROUGH_AN_INSTANCE, subnet="subnet-public")) == [
        *BEFORE,
        (ChipStop("subnet-public", "eni-nat"), ["eni-nat"]),
        (ChipStop("subnet-public", "10.0.2.9"), ["sg-nat"]),
    ]


def test_group_without_a_place_is_at_the_end() -> None:
    group = Hop("security-group", "sg-nat", "in")
    assert marks_of(trace_of(*THROUGH_AN_INSTANCE[:2], group))[-1] == (ServiceStop("s3"), ["sg-nat"])
