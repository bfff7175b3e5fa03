"""Fingerprints of plans: objects on the way, with what decided there; whatever decides nothing changes nothing."""

from collections.abc import Callable

import pytest

from skerry.catalogue.services import ServiceRef
from skerry.plan.changes import Change, SetVpcAttribute, is_new
from skerry.plan.fingerprints import fingerprint_of, is_record, list_values, records_of
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


def test_records_are_the_part_that_changes_start_from() -> None:
    world = network().world()
    records = records_of(world, planned_changes())
    assert records == tuple(crossed for crossed in fingerprint(network()).objects if is_record(crossed))
    assert {crossed.kind for crossed in records} == {"record", "enable_dns_hostnames"}


def tag(made: Network) -> None:
    for row in (*made.rows["SecurityGroups"], *made.rows["RouteTables"], *made.rows["Vpcs"]):
        row["Tags"] = [{"Key": "Name", "Value": "another"}]


def add_an_unused_subnet(made: Network) -> None:
    made.subnet("subnet-far", "10.0.99.0/24", "eu-west-1c")
    made.table("rtb-far", subnets=("subnet-far",))


def add_an_unused_group(made: Network) -> None:
    made.group("sg-far", inbound=[allow()])


def take_addresses(made: Network) -> None:
    """Tasks that were started since."""
    made.row("Subnets", "subnet-a")["AvailableIpAddressCount"] = 17


@pytest.mark.parametrize(
    "edit", [tag, add_an_unused_subnet, add_an_unused_group, take_addresses], ids=lambda edit: edit.__name__
)
def test_change_that_decides_nothing_leaves_the_fingerprint(edit: Callable[[Network], None]) -> None:
    made = network()
    edit(made)
    assert changed_objects(made) == set()


def test_rule_of_a_changed_group_is_noticed() -> None:
    made = network()
    made.row("SecurityGroups", "sg-end")["IpPermissions"] = [allow("tcp", 22, 22, cidr="10.9.0.0/16")]
    assert ("sg-end", "record") in changed_objects(made)


def test_subnet_without_free_addresses_is_noticed() -> None:
    made = network()
    made.row("Subnets", "subnet-a")["AvailableIpAddressCount"] = 0
    assert ("subnet-a", "subnet") in changed_objects(made)


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


def reorder_rules(made: Network) -> None:
    """The rules as AWS may print them at another time: in another order, with and without a row for each peer."""
    one, two = "10.1.0.0/16", "10.2.0.0/16"
    made.row("SecurityGroups", "sg-end")["IpPermissions"] = [
        allow("tcp", 22, cidr=two),
        allow("tcp", 22, cidr=one),
    ]


def test_order_and_grouping_of_rules_leave_the_fingerprint() -> None:
    grouped, single = network(), network()
    grouped.row("SecurityGroups", "sg-end")["IpPermissions"] = [allow("tcp", 22, cidr=("10.1.0.0/16", "10.2.0.0/16"))]
    reorder_rules(single)
    ordered = planned_changes()
    assert fingerprint(grouped, ordered) == fingerprint(single, ordered)


def test_description_of_a_rule_leaves_the_fingerprint() -> None:
    plain, described = network(), network()
    reorder_rules(plain)
    reorder_rules(described)
    [first, _] = described.row("SecurityGroups", "sg-end")["IpPermissions"]
    first["IpRanges"][0]["Description"] = "for the office"
    ordered = planned_changes()
    assert fingerprint(plain, ordered) == fingerprint(described, ordered)


def test_values_of_an_object_say_what_its_digest_is_of() -> None:
    made = network()
    reorder_rules(made)
    values = {(crossed.resource, crossed.kind): crossed.values for crossed in fingerprint(made).objects}
    rules = [value for value in values["sg-end", "record"] if value.startswith("IpPermissions:")]
    assert rules == [
        f'IpPermissions: {{"FromPort": 22, "IpProtocol": "tcp", "IpRanges": {{"CidrIp": "{cidr}"}}, "ToPort": 22}}'
        for cidr in ("10.1.0.0/16", "10.2.0.0/16")
    ]
    assert values["vpc-1", "enable_dns_hostnames"] == ("False",)


def test_values_of_a_record_show_empty_lists_and_hide_policies() -> None:
    made = network()
    made.row("VpcEndpoints", "vpce-10")["PolicyDocument"] = '{"Statement": []}'
    values = list_values(made.world().vpc_endpoints["vpce-10"])
    assert "RouteTableIds: none" in values
    [policy] = [value for value in values if value.startswith("PolicyDocument:")]
    assert policy.startswith("PolicyDocument: SHA-256 ")
