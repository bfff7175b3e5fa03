"""Fingerprints of plans: objects on the way, with what decided there; whatever decides nothing changes nothing."""

from collections.abc import Callable

import pytest

from skerry.catalogue.services import ServiceRef
from skerry.plan.changes import Change, SetVpcAttribute, is_new
from skerry.plan.fingerprints import fingerprint_of
from skerry.plan.records import Fingerprint
from skerry.plan.scope import Scope
from tests.networks import REGION, Network, allow, both_ways, entry
from tests.plan.test_rules_and_entries import served
from tests.planning import changes, isolated, launches, plan_of


def network() -> Network:
    """Endpoints whose group admits nobody, and whose names do not resolve."""
    made = served("sg-end")
    made.group("sg-end", inbound=[], outbound=[allow()])
    made.attribute("EnableDnsHostnames", value=False)
    return made


def planned_changes() -> list[Change]:
    return changes(plan_of(network().world()))


def fingerprint(made: Network, ordered: list[Change] | None = None) -> Fingerprint:
    world = made.world()
    return fingerprint_of(world, Scope(launches(world)), planned_changes() if ordered is None else ordered)


def changed_objects(made: Network) -> set[tuple[str, str]]:
    """The objects with another digest than in the network of the plan."""
    before = {(crossed.resource, crossed.kind): crossed.digest for crossed in fingerprint(network()).objects}
    after = {(crossed.resource, crossed.kind): crossed.digest for crossed in fingerprint(made).objects}
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def test_objects_on_the_walks_are_listed_once_and_new_ones_are_not() -> None:
    made = isolated().world()
    ordered = changes(plan_of(made))
    objects = fingerprint_of(made, Scope(launches(made)), ordered).objects
    assert {"rtb-main", "sg-task", "acl-all"} <= {crossed.resource for crossed in objects}
    assert len({(crossed.resource, crossed.kind) for crossed in objects}) == len(objects)
    assert not any(is_new(crossed.resource) for crossed in objects)


def test_same_network_has_the_same_fingerprint() -> None:
    assert fingerprint(network()) == fingerprint(network())


def test_changed_resources_are_listed_with_their_records() -> None:
    kinds = {(crossed.resource, crossed.kind) for crossed in fingerprint(network()).objects}
    assert any(isinstance(change, SetVpcAttribute) for change in planned_changes())
    assert {("sg-end", "record"), ("vpc-1", "enable_dns_hostnames")} <= kinds


def tag(made: Network) -> None:
    for row in (*made.rows["SecurityGroups"], *made.rows["RouteTables"], *made.rows["Vpcs"]):
        row["Tags"] = [{"Key": "Name", "Value": "another"}]


def add_an_unused_subnet(made: Network) -> None:
    made.subnet("subnet-far", "10.0.99.0/24", "eu-west-1c")
    made.table("rtb-far", subnets=("subnet-far",))


def add_an_unused_group(made: Network) -> None:
    made.group("sg-far", inbound=[allow()])


@pytest.mark.parametrize("edit", [tag, add_an_unused_subnet, add_an_unused_group], ids=lambda edit: edit.__name__)
def test_change_that_decides_nothing_leaves_the_fingerprint(edit: Callable[[Network], None]) -> None:
    made = network()
    edit(made)
    assert changed_objects(made) == set()


def test_rule_of_a_changed_group_is_noticed() -> None:
    made = network()
    made.row("SecurityGroups", "sg-end")["IpPermissions"] = [allow("tcp", 22, 22, cidr="10.9.0.0/16")]
    assert ("sg-end", "record") in changed_objects(made)


def test_lost_way_is_noticed() -> None:
    made = network()
    made.acl("acl-deny", both_ways(entry(50, action="deny")), subnets=("subnet-a", "subnet-b"))
    assert ("acl-deny", "network-acl") in changed_objects(made)


def test_attribute_that_somebody_switched_on_is_noticed() -> None:
    made = network()
    made.attribute("EnableDnsHostnames", value=True)
    assert ("vpc-1", "enable_dns_hostnames") in changed_objects(made)


def test_calls_in_addition_are_part_of_it() -> None:
    made = network().world()
    bare = fingerprint_of(made, Scope(launches(made)), ())
    more = fingerprint_of(made, Scope(launches(made), (ServiceRef("sqs", REGION),)), ())
    assert bare.digest != more.digest


def test_unread_record_of_a_changed_resource_has_no_digest() -> None:
    world = isolated().world()
    objects = fingerprint_of(world, Scope(launches(world)), (SetVpcAttribute("vpc-1", "enable_dns_support"),)).objects
    assert {crossed.kind for crossed in objects if crossed.resource == "vpc-1"} >= {"enable_dns_support"}
