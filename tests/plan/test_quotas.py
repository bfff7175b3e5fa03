"""Quotas of AWS that a plan would go beyond are told, and nothing is proven beyond them."""

import pytest

from skerry.plan.changes import AddAclEntry, CreateInterfaceEndpoint, CreateNatGateway
from skerry.plan.notes import findings_for
from skerry.plan.records import Options
from tests.networks import ALL, EVERYWHERE, VPC, Network, allow, both_ways, entry
from tests.plan.test_rules_and_entries import served
from tests.planning import isolated, kinds, of_kind, only, planned


def closed() -> Network:
    """Endpoints whose group admits nobody yet."""
    network = served("sg-end")
    network.group("sg-end", inbound=[], outbound=[ALL])
    return network


def test_interface_endpoint_quota_of_a_vpc_is_reported() -> None:
    network = isolated()
    for number in range(48):
        network.endpoint(f"vpce-{number:x}", f"other-{number}", SubnetIds=["subnet-a"])
    found = planned(network)
    assert len(of_kind(found, CreateInterfaceEndpoint)) == 3
    (limit,) = found.limits
    assert limit.startswith("51 interface endpoints of vpc-1, and AWS's default quota is 50: have quota L-29B6F2EB")
    assert not found.proven


def test_gateway_endpoint_quota_of_the_region_is_reported() -> None:
    network = isolated()
    for number in range(20):
        network.gateway_endpoint(f"vpce-a{number}", VpcId=f"vpc-a{number}", RouteTableIds=[])
    assert planned(network).limits[0].startswith("21 gateway endpoints of the Region")


@pytest.mark.parametrize(("count", "limits"), [(4, 0), (5, 1)])
def test_nat_gateway_quota_of_a_zone_is_reported(count: int, limits: int) -> None:
    network = isolated()
    network.internet_gateway()
    network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
    for number in range(count):
        network.nat(f"nat-{number}", address=f"10.0.2.{100 + number}", ConnectivityType="private")
    network.nat("nat-f", address="10.0.2.99", State="failed")
    found = planned(network, nat=True)
    assert [limit.partition(",")[0] for limit in found.limits] == ["6 NAT gateways of eu-west-1b"][:limits]
    assert found.proven is not bool(limits)


@pytest.mark.parametrize(("count", "limits"), [(1, 0), (2, 1)])
def test_elastic_address_quota_of_the_region_is_reported(count: int, limits: int) -> None:
    network = isolated()
    network.internet_gateway()
    network.table("rtb-public", {"DestinationCidrBlock": EVERYWHERE, "GatewayId": "igw-1"}, subnets=["subnet-b"])
    network.nat(VpcId="vpc-9", NatGatewayAddresses=[{"AllocationId": "eipalloc-1"}])
    network.nat("nat-f", State="failed", NatGatewayAddresses=[{"AllocationId": "eipalloc-f"}])
    network.nat("nat-p", VpcId="vpc-9").pop("NatGatewayAddresses")
    # The same address at its NAT gateway and at its interface is counted once, and one of AWS's pool never.
    for number, allocation in enumerate(({"AllocationId": "eipalloc-1"}, {"AllocationId": "eipalloc-2"}, {})):
        network.interface(f"eni-{number}", f"10.0.1.{20 + number}", Association=allocation)
    for number in range(count):
        addresses = [
            {"PrivateIpAddress": f"10.0.1.{40 + number}", "Association": {"AllocationId": f"eipalloc-s{number}"}},
            {"PrivateIpAddress": f"10.0.1.{60 + number}", "Association": {"AllocationId": f"eipalloc-t{number}"}},
        ]
        network.interface(f"eni-s{number}", f"10.0.1.{40 + number}", PrivateIpAddresses=addresses)
    network.rows["NetworkInterfaces"][-1]["PrivateIpAddresses"].pop()
    found = planned(network, nat=True)
    assert only(found, CreateNatGateway).subnet_id == "subnet-b"
    assert [limit.partition(":")[0] for limit in found.limits] == [
        "6 Elastic IP addresses of the Region, and AWS's default quota is 5"
    ][:limits]
    assert found.proven is not bool(limits)


def test_security_group_quota_of_the_region_is_reported() -> None:
    network = isolated()
    for number in range(2_498):
        network.rows["SecurityGroups"].append({"GroupId": f"sg-a{number}", "VpcId": "vpc-9"})
    assert planned(network).limits[0].startswith("2502 security groups of the Region")


def test_security_group_quota_of_an_endpoint_is_reported() -> None:
    network = closed()
    network.interface("eni-db", "10.0.1.77", groups=["sg-end"])
    groups = [{"GroupId": name} for name in ("sg-end", "sg-2", "sg-3", "sg-4", "sg-5")]
    for name in ("sg-2", "sg-3", "sg-4", "sg-5"):
        network.group(name, outbound=[ALL])
        network.interface(f"eni-{name}", "10.0.1.78", groups=[name])
    network.row("VpcEndpoints", "vpce-a")["Groups"] = groups
    for row in network.rows["NetworkInterfaces"]:
        if row["NetworkInterfaceId"] == "eni-a0":
            row["Groups"] = groups
    assert "6 security groups of vpce-a" in planned(network).limits[0]


class TestSecurityGroupRules:
    def test_rule_quota_counts_each_peer(self) -> None:
        network = closed()
        peers = [f"10.9.{number}.0/24" for number in range(56)]
        network.prefix_list("pl-own", "10.8.0.0/24", "10.8.1.0/24")
        network.row("SecurityGroups", "sg-end")["IpPermissions"] = [
            allow("tcp", 443, cidr=peers, group=["sg-1"], prefix_list=["pl-own", "pl-53"])
        ]
        found = planned(network)
        assert found.limits[0].startswith("61 inbound rules of sg-end")
        assert not found.proven

    def test_rule_quota_counts_unread_prefix_list_as_a_single_entry(self) -> None:
        network = closed()
        peers = [f"10.9.{number}.0/24" for number in range(58)]
        network.prefix_list("pl-own")
        network.row("SecurityGroups", "sg-end")["IpPermissions"] = [allow("tcp", 80, cidr=peers, prefix_list="pl-own")]
        found = planned(network)
        assert found.limits == ()
        assert found.proven

    def test_rule_quota_covers_outbound_rules(self) -> None:
        network = served()
        peers = [f"10.9.{number}.0/24" for number in range(60)]
        network.row("SecurityGroups", "sg-task")["IpPermissionsEgress"] = [allow("tcp", 443, cidr=peers)]
        assert planned(network).limits[0].startswith("61 outbound rules of sg-task")


def test_network_acl_entry_quota_excludes_the_default_entries() -> None:
    network = served(subnets=("subnet-b",))
    rows = [entry(number, cidr=f"10.9.{number}.0/24") for number in range(1, 19)]
    s3 = [entry(19, cidr="52.218.0.0/17"), entry(20, cidr="3.5.64.0/21")]
    network.acl("acl-own", both_ways(*rows, *s3), ["subnet-a"])
    found = planned(network)
    assert kinds(found) == [AddAclEntry.__name__] * 2
    assert {limit.partition(",")[0] for limit in found.limits} == {
        "21 inbound entries of acl-own",
        "21 outbound entries of acl-own",
    }
    assert VPC not in found.limits[0]


def test_service_outside_the_catalogue_is_noted_as_not_verified() -> None:
    name = "com.amazonaws.eu-west-1.bedrock-runtime"
    change = CreateInterfaceEndpoint("vpce-new-x", VPC, name, ("subnet-a",), ("sg-open",))
    notes = findings_for(Network().world(), Options(), (change,))
    assert [note.resource for note in notes if note.id == "service-not-verified"] == [name]
