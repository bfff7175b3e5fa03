"""Changes taken back: the World is then as it was before them, whatever AWS printed in between."""

from typing import Any

import msgspec
import pytest

from skerry.model.world import World
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    ConfigureService,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    CreateNatGateway,
    CreateSecurityGroup,
    DeleteEndpoint,
    DeleteRoute,
    ModifyEndpoint,
    ReplaceRoute,
    RevokeRule,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.former_values import Former, former_in
from skerry.plan.world_after import apply_changes
from skerry.plan.world_before import MadeChange, take_back
from tests.networks import ACCOUNT, EVERYWHERE, REGION, Network, allow
from tests.plan.test_rules_and_entries import served
from tests.planning import changes, isolated, plan_of

BLOCK = "10.9.0.0/16"
SQS, DYNAMODB = f"com.amazonaws.{REGION}.sqs", f"com.amazonaws.{REGION}.dynamodb"


def network() -> Network:
    made = served()
    made.attribute("EnableDnsHostnames", value=False)
    made.internet_gateway()
    made.nat()
    made.route(NatGatewayId="nat-1")
    made.table("rtb-far")
    made.add("Vpcs", VpcId="vpc-2", CidrBlock="10.1.0.0/16", OwnerId=ACCOUNT)
    off = {"EnableDnsSupport": {"Value": False}, "EnableDnsHostnames": {"Value": False}}
    made.add("VpcAttributes", VpcId="vpc-2", **off)
    return made


def contents(world: World) -> dict[str, Any]:
    """Everything that a walk can see, in no order of lists."""
    facts = world.facts
    rows: dict[str, Any] = {
        name: sorted(map(repr, getattr(facts, name)))
        for name in ("security_groups", "network_acls", "vpc_endpoints", "route_tables", "nat_gateways", "zones")
    }
    attributes = ("enable_dns_support", "enable_dns_hostnames")
    rows["attributes"] = {
        (vpc, name): str(world.dns_attribute_of(vpc, name)) for vpc in world.vpcs for name in attributes
    }
    return rows


EXISTING = network().world()


SINGLE: dict[str, Change] = {
    "group": CreateSecurityGroup("sg-new-a", "vpc-1", "a", "a"),
    "inbound rule": AuthorizeRule("sg-task", "in", Rule("tcp", 443, BLOCK)),
    "rule for a group": AuthorizeRule("sg-task", "out", Rule("udp", 53, "sg-open")),
    "rule for a prefix list": AuthorizeRule("sg-task", "out", Rule("tcp", 443, "pl-53")),
    "interface endpoint": CreateInterfaceEndpoint("vpce-new-sqs", "vpc-1", SQS, ("subnet-a",), ("sg-open",)),
    "gateway endpoint": CreateGatewayEndpoint("vpce-new-db", "vpc-1", DYNAMODB, ("rtb-main",), "pl-db"),
    "group and policy of an endpoint": ModifyEndpoint("vpce-10", groups=("sg-task",), policy='{"Statement": []}'),
    "private names of an endpoint": ModifyEndpoint("vpce-10", private_dns=False),
    "tables of an endpoint": ModifyEndpoint("vpce-93", route_tables=("rtb-far",), prefix_list="pl-53"),
    "attribute": SetVpcAttribute("vpc-1", "enable_dns_hostnames"),
    "DNS support": SetVpcAttribute("vpc-2", "enable_dns_support"),
    "entry": AddAclEntry("acl-all", 50, "in", BLOCK, (443, 443)),
    "NAT gateway": CreateNatGateway("nat-new-a", "vpc-1", "subnet-a", "eipalloc-new-a"),
    "other target": ReplaceRoute("rtb-main", EVERYWHERE, "internet-gateway", "igw-1"),
    "route to an internet gateway": RouteToInternetGateway("rtb-far", "igw-1"),
    "route to a NAT gateway": RouteToNat("rtb-far", "nat-1", ""),
    "manual step": ConfigureService("web", "…"),
}


@pytest.mark.parametrize("change", SINGLE.values(), ids=SINGLE)
def test_one_change_taken_back_leaves_the_network_as_it_was(change: Change) -> None:
    changed = apply_changes(EXISTING, [change])
    made = MadeChange(change, former_in(EXISTING, change))
    assert isinstance(change, ConfigureService) or contents(changed) != contents(EXISTING)
    assert contents(take_back(changed, [made])) == contents(EXISTING)


def test_new_subnets_of_an_endpoint_are_taken_back_and_its_interfaces_are_unknown() -> None:
    change = ModifyEndpoint("vpce-10", subnets=("subnet-b",))
    before = take_back(apply_changes(EXISTING, [change]), [MadeChange(change)])
    endpoint = before.vpc_endpoints["vpce-10"]
    assert endpoint.subnet_ids == ("subnet-a",)
    assert endpoint.listed_interface_ids is msgspec.UNSET


def test_revoked_rule_is_authorized_again() -> None:
    change = RevokeRule("sg-open", "in", Rule("tcp", 443, EVERYWHERE))
    revoked = apply_changes(EXISTING, [change])
    assert revoked.security_groups["sg-open"].ip_permissions == ()
    assert contents(take_back(revoked, [MadeChange(change)])) == contents(EXISTING)


def test_rule_is_taken_out_of_a_row_that_aws_joined() -> None:
    """AWS prints the rules of one protocol and port in one row, with descriptions."""
    made = network()
    row = allow("tcp", 443, cidr=(BLOCK, "10.8.0.0/16"), group="sg-open")
    row["IpRanges"][0]["Description"] = "For ECS tasks"
    other = allow("tcp", 8443, cidr=BLOCK)
    made.row("SecurityGroups", "sg-task")["IpPermissions"] = [row, other]
    change = AuthorizeRule("sg-task", "in", Rule("tcp", 443, BLOCK))
    [kept, last] = list(take_back(made.world(), [MadeChange(change)]).security_groups["sg-task"].ip_permissions or ())
    assert [str(peer.cidr_ip) for peer in kept.ip_ranges] == ["10.8.0.0/16"]
    assert [peer.group_id for peer in kept.user_id_group_pairs] == ["sg-open"]
    assert last.from_port == 8443


def test_deletions_cannot_be_taken_back() -> None:
    rows: list[Change] = [DeleteEndpoint("vpce-10", ""), DeleteRoute("rtb-main", EVERYWHERE)]
    for change in rows:
        changed = apply_changes(EXISTING, [change])
        assert contents(take_back(changed, [MadeChange(change)])) == contents(changed) != contents(EXISTING)


def test_route_with_an_unknown_former_target_stays() -> None:
    change = ReplaceRoute("rtb-main", EVERYWHERE, "internet-gateway", "igw-1")
    changed = apply_changes(EXISTING, [change])
    assert contents(take_back(changed, [MadeChange(change, Former())])) == contents(changed)


def test_unread_lists_stay_unread() -> None:
    made = network()
    for key, name, field in (
        ("SecurityGroups", "sg-task", "IpPermissions"),
        ("NetworkAcls", "acl-all", "Entries"),
        ("RouteTables", "rtb-main", "Routes"),
        ("VpcEndpoints", "vpce-10", "Groups"),
    ):
        made.row(key, name).pop(field)
    world = made.world()
    rows: list[MadeChange] = [
        MadeChange(AuthorizeRule("sg-task", "in", Rule("tcp", 443, BLOCK))),
        MadeChange(AddAclEntry("acl-all", 50, "in", BLOCK, (443, 443))),
        MadeChange(
            ReplaceRoute("rtb-main", EVERYWHERE, "internet-gateway", "igw-1"), Former(target=("GatewayId", "x"))
        ),
        MadeChange(ModifyEndpoint("vpce-10", groups=("sg-task",), route_tables=("rtb-main",))),
    ]
    assert contents(take_back(world, rows)) == contents(world)


@pytest.mark.parametrize("made", [isolated(), network()], ids=["isolated", "half"])
def test_whole_plan_taken_back_leaves_the_network_as_it_was(made: Network) -> None:
    world = made.world()
    ordered = changes(plan_of(world))
    assert ordered
    rows = [MadeChange(change, former_in(world, change)) for change in ordered]
    assert contents(take_back(apply_changes(world, ordered), rows)) == contents(world)
