"""The order of changes: nobody's working flow fails between two of them."""

import pytest

from skerry.plan import search
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    CreateInterfaceEndpoint,
    CreateSecurityGroup,
    ModifyEndpoint,
    Rule,
    SetVpcAttribute,
)
from skerry.plan.ordering import sort_changes
from skerry.plan.outages import find_outages
from skerry.plan.scope import Scope
from skerry.reach.walk import Walker
from tests.networks import HTTPS, S3_CIDRS, VPC, Network, entry
from tests.planning import changes, isolated, launches, planned


def bystander() -> Network:
    """web in isolated subnet-a; web2 in subnet-b, whose calls go out over a NAT gateway in subnet-c."""
    network = isolated()
    network.subnet("subnet-c", "10.0.3.0/24", "eu-west-1b")
    network.internet_gateway()
    network.nat(subnet="subnet-c", address="10.0.3.200")
    network.table("rtb-public", {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}, subnets=["subnet-c"])
    network.table("rtb-b", {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}, subnets=["subnet-b"])
    network.group("sg-web2", outbound=[HTTPS])
    network.service("web2", subnets=["subnet-b"], securityGroups=["sg-web2"])
    return network


def closed_endpoints() -> Network:
    """Endpoints in a group that admits nobody, with private names that do not apply yet."""
    network = bystander()
    network.attribute("EnableDnsHostnames", value=False)
    network.group("sg-end", inbound=[])
    for number, service in enumerate(("ecr.api", "ecr.dkr", "logs")):
        network.endpoint(f"vpce-{number}", service, ["subnet-a"], "sg-end")
    network.serve_s3()
    return network


def test_rules_come_before_the_attribute_that_leads_others_to_endpoints() -> None:
    plan = planned(closed_endpoints(), ("web",))
    kinds = [type(change) for change in changes(plan)]
    assert plan.proven
    assert SetVpcAttribute in kinds
    assert kinds.index(SetVpcAttribute) > max(place for place, kind in enumerate(kinds) if kind is AuthorizeRule)


def test_entry_of_a_network_acl_comes_before_the_endpoints_behind_it() -> None:
    network = bystander()
    network.s3_list(*S3_CIDRS)
    inward = [entry(100 + place, cidr=cidr) for place, cidr in enumerate(("10.0.1.0/24", *S3_CIDRS))]
    outward = [entry(100, egress=True)]
    network.acl("acl-a", [*inward, *outward], ["subnet-a"])
    plan = planned(network, ("web",))
    kinds = [type(change) for change in changes(plan)]
    assert plan.proven
    assert AddAclEntry in kinds
    assert max(place for place, kind in enumerate(kinds) if kind is AddAclEntry) < kinds.index(CreateInterfaceEndpoint)


def test_endpoint_that_admits_more_is_changed_before_the_attribute() -> None:
    attribute, admits = SetVpcAttribute(VPC, "enable_dns_hostnames"), ModifyEndpoint("vpce-1", groups=("sg-1",))
    leads = ModifyEndpoint("vpce-2", private_dns=True)
    routes = ModifyEndpoint("vpce-3", route_tables=("rtb-1",))
    assert list(sort_changes({leads: (), routes: (), attribute: (), admits: ()})) == [admits, attribute, leads, routes]


def test_wrong_order_shows_the_outage_of_the_other_service() -> None:
    network = closed_endpoints()
    world = network.world()
    scope = Scope([launch for launch in launches(world) if launch.name == "web"], (), launches(world))
    admit = [AuthorizeRule("sg-end", "in", Rule("tcp", 443, f"10.0.{number}.0/24")) for number in (1, 2)]
    attribute = SetVpcAttribute(VPC, "enable_dns_hostnames")
    outages = list(find_outages(Walker(world), scope, [attribute, *admit]))
    assert {outage.failing.kind.names for outage in outages} == {("web2",)}
    assert {(outage.first, outage.last) for outage in outages} == {(1, 3)}
    assert list(find_outages(Walker(world), scope, [*admit, attribute])) == []


def test_flow_that_stays_broken_is_no_outage() -> None:
    network = closed_endpoints()
    world = network.world()
    scope = Scope([launch for launch in launches(world) if launch.name == "web"], (), launches(world))
    admit = AuthorizeRule("sg-end", "in", Rule("tcp", 443, "10.0.1.0/24"))
    assert list(find_outages(Walker(world), scope, [SetVpcAttribute(VPC, "enable_dns_hostnames"), admit])) == []


def test_changes_that_lead_nobody_elsewhere_make_no_outage() -> None:
    world = bystander().world()
    group = CreateSecurityGroup("sg-new-x", VPC, "x", "")
    assert list(find_outages(Walker(world), Scope(launches(world)), [group])) == []


def test_working_service_in_scope_is_watched_too() -> None:
    """web2 is in scope and works over its NAT gateway: a gateway endpoint alone takes nothing from it."""
    world = closed_endpoints().world()
    scope = Scope(launches(world))
    admit = AuthorizeRule("sg-end", "in", Rule("tcp", 443, "10.0.2.0/24"))
    attribute = SetVpcAttribute(VPC, "enable_dns_hostnames")
    assert {outage.failing.kind.names for outage in find_outages(Walker(world), scope, [attribute, admit])} == {
        ("web2",)
    }


def test_plan_in_an_order_with_an_outage_is_not_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    attribute_first = lambda changes: dict(  # noqa: E731 -- a wrong order, for this test only
        sorted(changes.items(), key=lambda pair: not isinstance(pair[0], SetVpcAttribute))
    )
    monkeypatch.setattr(search, "sort_changes", attribute_first)
    plan = planned(closed_endpoints(), ("web",))
    assert not plan.proven
    messages = [entry.message for entry in plan.breaks if entry.client == "web2"]
    assert "logs.eu-west-1.amazonaws.com works from subnet-b, and not from change 1 until change 3" in messages
