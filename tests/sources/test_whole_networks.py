"""The assumption that inputs are whole: AWS made the rest of their VPCs."""

from typing import Any

import msgspec
import pytest

from skerry.model.world import World
from skerry.sources.whole_networks import assume_whole
from tests.networks import VPC, Network


@pytest.fixture
def network() -> Network:
    """Two subnets in a VPC, with nothing that AWS makes by itself."""
    network = Network()
    network.forget("DhcpOptions", "NetworkAcls", "RouteTables")
    for row in ("subnet-a", "subnet-b"):
        network.row("Subnets", row).pop("AvailableIpAddressCount", None)
    return network


def whole(network: Network) -> Any:
    return assume_whole(network.world().facts)


def test_options_acl_and_main_table_are_those_of_aws(network: Network) -> None:
    network.row("Vpcs", VPC)["DhcpOptionsId"] = "dopt-1"
    facts = whole(network)
    [options], [acl], [table] = facts.dhcp_options, facts.network_acls, facts.route_tables
    assert options.dhcp_options_id == "dopt-1"
    assert [str(server.value) for server in options.dhcp_configurations[0].values] == ["AmazonProvidedDNS"]
    assert {row.subnet_id for row in acl.associations} >= {"subnet-a", "subnet-b"}
    assert {(entry.egress, entry.rule_action) for entry in acl.entries} == {(False, "allow"), (True, "allow")}
    assert [row.main for row in table.associations] == [True]
    assert {route.gateway_id for route in table.routes} == {"local"}


def test_lists_of_the_vpc_are_whole_and_a_note_says_so(network: Network) -> None:
    facts = whole(network)
    world = World(facts)
    for kind in ("vpc_endpoints", "route_tables", "network_acls", "subnets", "zones"):
        assert world.knows(kind, VPC)
    assert facts.notes[-1].startswith("assumed: the inputs hold all of their VPCs")


def test_subnets_have_their_addresses(network: Network) -> None:
    counts = {row.subnet_id: row.available_ip_address_count for row in whole(network).subnets}
    assert counts["subnet-a"] == 251


def test_what_the_inputs_say_stays() -> None:
    network = Network()
    before = network.world().facts
    facts = whole(network)
    assert facts.dhcp_options == before.dhcp_options
    assert facts.route_tables == before.route_tables
    assert {row.network_acl_id for row in facts.network_acls} == {row.network_acl_id for row in before.network_acls}


def test_acl_of_unknown_subnets_leaves_no_default_one(network: Network) -> None:
    network.add("NetworkAcls", NetworkAclId="acl-1", VpcId=VPC)
    assert [row.network_acl_id for row in whole(network).network_acls] == ["acl-1"]


def test_main_table_has_the_routes_of_endpoints_that_name_it(network: Network) -> None:
    network.s3_list("52.218.0.0/17")
    network.gateway_endpoint(RouteTableIds=["rtb-of-aws"])
    [table] = whole(network).route_tables
    assert [route.gateway_id for route in table.routes] == ["local", "vpce-93"]
    bare = msgspec.structs.replace(network.world().facts, prefix_lists=())
    [main] = assume_whole(bare).route_tables
    assert isinstance(main.routes, tuple)
    assert len(main.routes) == 1
