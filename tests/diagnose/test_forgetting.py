"""What is not known is neither good nor bad: a verdict without a fact is the same, or less sure, never the opposite."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from skerry.diagnose.diagnose import diagnose
from skerry.launch.launches import launch_of_service
from skerry.model.record_kinds import KINDS
from skerry.model.world import World
from skerry.reach.walk import Walker
from skerry.sources import documents
from skerry.verdicts import OK, Verdict
from tests import covering
from tests.forgetting import JUDGED, UNEXAMINED, turned
from tests.hubs import HubAndSpoke
from tests.networks import ACCOUNT, REGION, awslogs, container, one_of_everything
from tests.resolving import forwarding
from tests.tables import each


def verdicts(rows: dict[str, Any]) -> dict[tuple[str, ...], Verdict]:
    """Every verdict of a network, by what it is of."""
    world = World(documents.load({"network.json": json.dumps(rows).encode()}, region=REGION))
    found = diagnose(Walker(world), [launch_of_service(world, service) for service in world.facts.services])
    told: dict[tuple[str, ...], Verdict] = {}
    for service in found.services:
        told[service.launch.name,] = service.verdict
        for place in service.placements:
            told[service.launch.name, place.subnet] = place.verdict
        for number, row in enumerate(service.needs):
            told[service.launch.name, row.need.step, str(number)] = row.verdict
    return told


@pytest.mark.parametrize("path", covering.parameters())
def test_verdict_without_a_whole_kind_is_never_contradicted(path: Path) -> None:
    rows = json.loads(path.read_text(encoding="utf-8"))
    before = verdicts(rows)
    for key in rows.keys() - JUDGED - UNEXAMINED:
        without = {name: value for name, value in rows.items() if name != key}
        if without.keys() - JUDGED:
            assert (key, turned(before, verdicts(without))) == (key, [])


def always_printed() -> Iterator[tuple[str, str]]:
    """The keys that AWS always prints, of each kind: their absence means that they are not known."""
    for kind in KINDS:
        if kind.key not in JUDGED:
            for field in msgspec.structs.fields(kind.record):
                if field.default is msgspec.UNSET:
                    yield kind.key, field.encode_name


def networks() -> Iterator[dict[str, Any]]:
    """A network with a way out by NAT, the same one isolated, and one whose names are answered in another VPC."""
    yield one_of_everything().rows
    isolated = one_of_everything()
    isolated.row("RouteTables", "rtb-main")["Routes"].pop()
    yield isolated.rows
    yield forwarding().rows
    yield by_hub().rows


def by_hub() -> HubAndSpoke:
    """A spoke with one endpoint in the hub and its NAT gateway for the rest, where Block Public Access is on."""
    network = HubAndSpoke()
    network.central_endpoint("vpce-c1", "logs")
    network.central_nat()
    network.definition(container(logConfiguration=awslogs()))
    network.service(subnets=["subnet-a", "subnet-b"], groups=["sg-task", "sg-hub"])
    network.rows["SecurityGroupVpcAssociations"] = [{"GroupId": "sg-hub", "VpcId": "vpc-1", "State": "associated"}]
    network.rows["VpcBlockPublicAccessOptions"] = [
        {"AwsRegion": REGION, "InternetGatewayBlockMode": "block-bidirectional"}
    ]
    network.rows["VpcBlockPublicAccessExclusions"] = [
        {
            "ExclusionId": "vpcbpa-exclude-1",
            "InternetGatewayExclusionMode": "allow-egress",
            "ResourceArn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/vpc-2",
            "State": "create-complete",
        }
    ]
    return network


def without_a_field(rows: dict[str, Any], key: str, name: str) -> Iterator[dict[str, Any]]:
    """A network without a field, in one of the rows that have it at a time."""
    for position, row in enumerate(rows.get(key, [])):
        if name in row:
            without = copy.deepcopy(rows)
            del without[key][position][name]
            yield without


@each(("key", "name"), list(always_printed()))
def test_verdict_without_a_required_field_is_never_contradicted(key: str, name: str) -> None:
    holding = (rows for rows in networks() if any(name in row for row in rows.get(key, [])))
    for rows in list(holding)[:1]:
        before = verdicts(rows)
        for without in without_a_field(rows, key, name):
            assert turned(before, verdicts(without)) == []


@pytest.mark.long
@each(("key", "name"), list(always_printed()))
def test_verdict_without_a_required_field_holds_in_each_network(key: str, name: str) -> None:
    for rows in networks():
        before = verdicts(rows)
        for without in without_a_field(rows, key, name):
            assert turned(before, verdicts(without)) == []


def test_service_in_spoke_vpc_of_hub_is_ok() -> None:
    assert verdicts(by_hub().rows)["web",] is OK


@pytest.mark.parametrize(
    "key", sorted((one_of_everything().rows.keys() | by_hub().rows.keys()) - JUDGED - UNEXAMINED - {"VpcAttributes"})
)
def test_verdict_with_a_malformed_row_is_never_contradicted(key: str) -> None:
    for rows in networks():
        before = verdicts(rows)
        for position in range(len(rows.get(key, []))):
            without = copy.deepcopy(rows)
            without[key][position] = 7
            assert (position, turned(before, verdicts(without))) == (position, [])
