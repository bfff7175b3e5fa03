"""The place of each hop: its VPC and subnet, and the resource that packets are sent to next."""

import json
from functools import cache
from pathlib import Path

from skerry import app
from skerry.diagnose.diagnosis import NeedDiagnosis
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.reach.trace import Destination, Hop, HopPlace, Trace
from skerry.verdicts import OK

SCENARIOS = Path(__file__).parent.parent / "scenarios"
# Transit gateways and peering connections stand between VPCs.
WITHOUT_PLACE = {"transit-gateway", "peering"}


@cache
def needs(scenario: str) -> tuple[World, dict[str, NeedDiagnosis]]:
    """The World of a scenario, and each step's diagnosis."""
    world = app.load(SCENARIOS / scenario / "network.json")
    (service,) = app.diagnose(world).services
    return world, {need.need.step: need for need in service.needs}


def places(scenario: str, step: str) -> list[tuple[str, str, str | None, str]]:
    """Each hop on the way there of the first path, with its place and the next resource."""
    trace = needs(scenario)[1][step].traces[0]
    rows: list[tuple[str, str, str | None, str]] = []
    for hop, _ in trace.hops():
        place = trace.place_of(hop) or HopPlace("")
        if hop.leg == "there":
            rows.append((hop.kind, place.vpc, place.subnet, hop.to))
    return rows


def test_hops_of_a_hub_name_both_vpcs() -> None:
    assert places("hub-and-spoke", "registry-auth") == [
        ("dns", "vpc-spoke", None, ""),
        ("security-group", "vpc-spoke", "subnet-a", ""),
        ("network-acl", "vpc-spoke", "subnet-a", ""),
        ("route", "vpc-spoke", "subnet-a", "tgw-main"),
        ("network-acl", "vpc-spoke", "tgw-a", ""),
        ("transit-gateway", "", None, "att-hub"),
        ("network-acl", "vpc-hub", "gate-a", ""),
        ("route", "vpc-hub", "gate-a", "local"),
        ("network-acl", "vpc-hub", "hub-a", ""),
        ("security-group", "vpc-hub", "hub-a", ""),
    ]


def test_hops_of_a_peering_connection_name_the_peered_vpc() -> None:
    rows = places("peering-with-endpoints", "registry-auth")
    assert [row for row in rows if row[0] in {"route", "peering"}] == [
        ("route", "vpc-spoke", "subnet-a", "pcx-main"),
        ("peering", "", None, "vpc-hub"),
    ]
    assert rows[-1][:2] == ("security-group", "vpc-hub")


def test_hops_of_a_nat_gateway_name_its_subnet() -> None:
    rows = places("nat-works", "registry-auth")
    assert [row for row in rows if row[0] in {"route", "gateway"}] == [
        ("route", "vpc-main", "subnet-a", "nat-a"),
        ("gateway", "vpc-main", "subnet-pub", ""),
        ("route", "vpc-main", "subnet-pub", "igw-main"),
        ("gateway", "vpc-main", None, ""),
    ]


def test_both_groups_of_a_nat_instance_are_in_its_subnet() -> None:
    rows = places("nat-instance-forwards", "registry-auth")
    subnet = next(row[2] for row in rows if row[0] == "interface")
    groups = [row[2] for row in rows if row[0] == "security-group"]
    assert groups == ["subnet-a", subnet, subnet]


def test_lost_route_is_in_the_subnet_of_its_table() -> None:
    assert places("article-broken", "secrets")[-1][2:] == ("subnet-a", "")


def test_black_hole_names_its_target() -> None:
    assert places("nat-deleted", "registry-auth")[-1] == ("route", "vpc-main", "subnet-a", "nat-a")


def test_end_of_a_path_is_in_its_json() -> None:
    world, _ = needs("hub-and-spoke")
    document = json.loads(app.to_json(world, app.diagnose(world)))
    rows = {need["step"]: need for need in document["services"][0]["needs"]}
    assert rows["registry-auth"]["service"] == {"key": "ecr.api", "title": "Amazon ECR API", "region": "eu-west-1"}
    assert rows["registry-auth"]["traces"][0]["ends_at"]["subnet"] == "hub-a"
    assert rows["placement"]["service"] is None


def test_each_hop_of_packets_has_a_place_in_the_world() -> None:
    failures: list[tuple[object, ...]] = []
    for scenario in (
        *("hub-and-spoke", "hub-inspection", "hub-nacl-of-the-attachment", "peering-without-return-route"),
        *("nat-private", "nat-regional-works", "nat-instance-closed-out", "firewall-endpoint", "shared-subnet"),
        *("ipv6-only-subnet", "dead-name-still-shows-filters", "dns-server-unreachable", "vpn-default-route"),
        *("nat-and-closed-endpoints", "peering-to-a-nat-gateway", "replies-by-another-way", "subnet-not-shown"),
    ):
        world, rows = needs(scenario)
        for need in rows.values():
            for trace in (trace for trace in need.traces if trace.passage is not None):
                places = ((hop, trace.place_of(hop)) for hop, _ in trace.hops())
                misfits = ((hop.kind, hop.resource, place) for hop, place in places if not _fits(world, hop, place))
                failures.extend((scenario, need.need.step, *misfit) for misfit in misfits)
    assert not failures


def _fits(world: World, hop: Hop, place: HopPlace | None) -> bool:
    """Whether the place is one of the World; a hop whose resource is not known may have none."""
    if place is None:
        return hop.kind in WITHOUT_PLACE or bool(hop.undecided)
    subnet = world.find_subnet(place.subnet or "")
    return place.subnet is None or isinstance(subnet, Missing) or subnet.vpc_id == place.vpc


def test_path_without_a_vpc_has_no_places() -> None:
    hops = (Hop("dns", "vpc-1"), Hop("security-group", "sg-1"))
    trace = Trace("internet", Destination("nowhere", ()), hops, None, None, OK)
    assert [trace.place_of(hop) for hop in hops] == [None, None]
