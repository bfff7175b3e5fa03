"""VPCs, their interfaces and private zones are as AWS makes them."""

from ipaddress import IPv4Network
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from skerry.aws.session import ClientFactory


@pytest.fixture(scope="module")
def ec2(aws: ClientFactory) -> Any:
    return aws("ec2")


def vpc_of(ec2: Any) -> dict[str, Any]:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    found: dict[str, Any] = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]
    return found


def subnet_of(ec2: Any, cidr: str) -> str:
    vpc = vpc_of(ec2)["VpcId"]
    subnet: str = ec2.create_subnet(VpcId=vpc, CidrBlock=cidr)["Subnet"]["SubnetId"]
    return subnet


class TestDhcpOptions:
    def test_new_vpc_dhcp_options_name_the_amazon_dns_server(self, ec2: Any) -> None:
        (options,) = ec2.describe_dhcp_options(DhcpOptionsIds=[vpc_of(ec2)["DhcpOptionsId"]])["DhcpOptions"]
        found = {c["Key"]: [value["Value"] for value in c["Values"]] for c in options["DhcpConfigurations"]}
        assert found == {
            "domain-name-servers": ["AmazonProvidedDNS"],
            "domain-name": ["eu-west-1.compute.internal"],
        }

    def test_dhcp_options_are_shared_by_all_vpcs_of_a_region(self, ec2: Any) -> None:
        vpc_of(ec2)
        assert len({vpc["DhcpOptionsId"] for vpc in ec2.describe_vpcs()["Vpcs"]}) == 1

    @pytest.mark.usefixtures("aws")
    def test_dhcp_options_in_us_east_1_have_domain_ec2_internal(self) -> None:
        ec2 = boto3.client("ec2", region_name="us-east-1")
        (options,) = ec2.describe_dhcp_options()["DhcpOptions"]
        assert options["DhcpConfigurations"][1]["Values"] == [{"Value": "ec2.internal"}]

    def test_dhcp_options_remain_after_vpc_deletion(self, ec2: Any) -> None:
        vpc = vpc_of(ec2)
        ec2.delete_vpc(VpcId=vpc["VpcId"])
        assert ec2.describe_dhcp_options(DhcpOptionsIds=[vpc["DhcpOptionsId"]])["DhcpOptions"]

    def test_vpc_accepts_default_in_place_of_dhcp_options(self, ec2: Any) -> None:
        vpc = vpc_of(ec2)["VpcId"]
        ec2.associate_dhcp_options(VpcId=vpc, DhcpOptionsId="default")
        assert ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["DhcpOptionsId"] == "default"


def test_default_security_group_allows_its_own_members(ec2: Any) -> None:
    only = [{"Name": "vpc-id", "Values": [vpc_of(ec2)["VpcId"]]}]
    (group,) = ec2.describe_security_groups(Filters=only)["SecurityGroups"]
    (rule,) = group["IpPermissions"]
    assert rule["IpProtocol"] == "-1"
    assert [pair["GroupId"] for pair in rule["UserIdGroupPairs"]] == [group["GroupId"]]
    assert rule["IpRanges"] == []


def test_new_network_acl_lists_its_deny_all_entries(ec2: Any) -> None:
    acl = ec2.create_network_acl(VpcId=vpc_of(ec2)["VpcId"])["NetworkAcl"]
    rules = sorted((e["Egress"], e["RuleNumber"], e["RuleAction"], e["CidrBlock"]) for e in acl["Entries"])
    assert rules == [(False, 32767, "deny", "0.0.0.0/0"), (True, 32767, "deny", "0.0.0.0/0")]


def test_default_network_acl_has_four_entries(ec2: Any) -> None:
    only = [{"Name": "vpc-id", "Values": [vpc_of(ec2)["VpcId"]]}]
    (acl,) = ec2.describe_network_acls(Filters=only)["NetworkAcls"]
    assert sorted(entry["RuleNumber"] for entry in acl["Entries"]) == [100, 100, 32767, 32767]


class TestInterfaceAddresses:
    def test_interface_address_is_free_and_not_reserved_by_aws(self, ec2: Any) -> None:
        network = IPv4Network("10.0.7.0/28")
        subnet = subnet_of(ec2, str(network))
        usable = {str(network[n]) for n in range(4, 15)}
        made = [ec2.create_network_interface(SubnetId=subnet) for _ in usable]
        assert {m["NetworkInterface"]["PrivateIpAddress"] for m in made} == usable
        with pytest.raises(ClientError, match="InsufficientFreeAddressesInSubnet"):
            ec2.create_network_interface(SubnetId=subnet)

    def test_interface_uses_the_requested_address(self, ec2: Any) -> None:
        subnet = subnet_of(ec2, "10.0.7.0/24")
        made = ec2.create_network_interface(SubnetId=subnet, PrivateIpAddress="10.0.7.77")
        assert made["NetworkInterface"]["PrivateIpAddress"] == "10.0.7.77"

    def test_interface_uses_all_requested_addresses_with_primary_first(self, ec2: Any) -> None:
        subnet = subnet_of(ec2, "10.0.7.0/24")
        asked = [
            {"PrivateIpAddress": "10.0.7.78", "Primary": True},
            {"PrivateIpAddress": "10.0.7.79", "Primary": False},
        ]
        made = ec2.create_network_interface(SubnetId=subnet, PrivateIpAddresses=asked)["NetworkInterface"]
        assert made["PrivateIpAddress"] == "10.0.7.78"
        assert [a["PrivateIpAddress"] for a in made["PrivateIpAddresses"]] == ["10.0.7.78", "10.0.7.79"]


@pytest.mark.parametrize("said", [{}, {"HostedZoneConfig": {"Comment": "ours", "PrivateZone": True}}])
def test_hosted_zone_created_with_a_vpc_is_private(aws: ClientFactory, ec2: Any, said: Any) -> None:
    route53, vpc = aws("route53"), vpc_of(ec2)["VpcId"]
    place = {"VPCRegion": "eu-west-1", "VPCId": vpc}
    made = route53.create_hosted_zone(Name="internal.example", CallerReference=vpc, VPC=place, **said)
    assert made["HostedZone"]["Config"]["PrivateZone"] is True
    (found,) = route53.list_hosted_zones_by_vpc(**place)["HostedZoneSummaries"]
    assert found["Name"] == "internal.example."


def test_hosted_zone_created_without_a_vpc_is_public(aws: ClientFactory) -> None:
    made = aws("route53").create_hosted_zone(Name="public.example", CallerReference="public")
    assert made["HostedZone"]["Config"]["PrivateZone"] is False
