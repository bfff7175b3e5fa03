"""VPC endpoints are refused, and followed by their interfaces, names and routes, as on AWS."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from ipaddress import IPv4Address, IPv4Network
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from skerry.aws.session import ClientFactory
from skerry.embedded.endpoint_names import private_names_of
from tests.embedded.conftest import REGION

ECR_API = "com.amazonaws.eu-west-1.ecr.api"
S3 = "com.amazonaws.eu-west-1.s3"


class Place(NamedTuple):
    """A VPC with a subnet in each of two zones, a second one in the first zone, and two route tables."""

    vpc: str
    a: str
    b: str
    second_a: str
    tables: tuple[str, str]
    group: str

    @property
    def subnets(self) -> list[str]:
        return [self.a, self.b]


@pytest.fixture(scope="module")
def ec2(aws: ClientFactory) -> Any:
    return aws("ec2")


@pytest.fixture
def place(ec2: Any) -> Place:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    zones = (("10.0.1.0/24", "eu-west-1a"), ("10.0.2.0/24", "eu-west-1b"), ("10.0.3.0/24", "eu-west-1a"))
    subnets = [ec2.create_subnet(VpcId=vpc, CidrBlock=c, AvailabilityZone=z)["Subnet"] for c, z in zones]
    a, b, second_a = (subnet["SubnetId"] for subnet in subnets)
    first, second = (ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in range(2))
    group = ec2.create_security_group(GroupName="own", Description="own", VpcId=vpc)["GroupId"]
    return Place(vpc, a, b, second_a, (first, second), group)


@contextmanager
def refused(code: str, saying: str | None = None) -> Iterator[None]:
    with pytest.raises(ClientError, match=saying) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == code


def interface(ec2: Any, place: Place, service: str = ECR_API, **asked: Any) -> dict[str, Any]:
    settings = {"VpcEndpointType": "Interface", "SubnetIds": place.subnets, "SecurityGroupIds": [place.group]}
    made = ec2.create_vpc_endpoint(VpcId=place.vpc, ServiceName=service, **(settings | asked))
    return read_back(ec2, made["VpcEndpoint"]["VpcEndpointId"])


def gateway(ec2: Any, place: Place, **asked: Any) -> dict[str, Any]:
    made = ec2.create_vpc_endpoint(VpcId=place.vpc, ServiceName=S3, **asked)
    return read_back(ec2, made["VpcEndpoint"]["VpcEndpointId"])


def read_back(ec2: Any, endpoint: str) -> dict[str, Any]:
    (found,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint])["VpcEndpoints"]
    return dict(found)


def modified(ec2: Any, endpoint: dict[str, Any], **asked: Any) -> dict[str, Any]:
    ec2.modify_vpc_endpoint(VpcEndpointId=endpoint["VpcEndpointId"], **asked)
    return read_back(ec2, endpoint["VpcEndpointId"])


def interfaces_of(ec2: Any, endpoint: dict[str, Any]) -> list[dict[str, Any]]:
    found = ec2.describe_network_interfaces(NetworkInterfaceIds=endpoint["NetworkInterfaceIds"])
    return list(found["NetworkInterfaces"])


def groups_of(described: dict[str, Any]) -> list[str]:
    return [group["GroupId"] for group in described["Groups"]]


def default_group(ec2: Any, place: Place) -> str:
    only = [{"Name": "vpc-id", "Values": [place.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    return str(ec2.describe_security_groups(Filters=only)["SecurityGroups"][0]["GroupId"])


def names_of(endpoint: dict[str, Any]) -> list[str]:
    return [entry["DnsName"] for entry in endpoint["DnsEntries"]]


def tables_with_route_to(ec2: Any, place: Place, endpoint: dict[str, Any]) -> list[str]:
    only = [{"Name": "vpc-id", "Values": [place.vpc]}]
    found = ec2.describe_route_tables(Filters=only)["RouteTables"]
    return [
        table["RouteTableId"]
        for table in found
        for route in table["Routes"]
        if route.get("GatewayId") == endpoint["VpcEndpointId"]
    ]


class TestEndpointInterfaces:
    def test_endpoint_interfaces_have_free_addresses_of_their_subnets(self, ec2: Any, place: Place) -> None:
        endpoints = [interface(ec2, place), interface(ec2, place, "com.amazonaws.eu-west-1.logs")]
        found = [each for endpoint in endpoints for each in interfaces_of(ec2, endpoint)]
        addresses = {IPv4Address(each["PrivateIpAddress"]) for each in found}
        assert len(addresses) == 4
        for subnet in place.subnets:
            network = IPv4Network(ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["CidrBlock"])
            kept_by_aws = {*list(network)[:4], network.broadcast_address}
            ours = {a for a in addresses if a in network}
            assert len(ours) == 2
            assert not ours & kept_by_aws

    def test_endpoint_interfaces_are_requester_managed(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place)
        for each in interfaces_of(ec2, endpoint):
            assert each["InterfaceType"] == "vpc_endpoint"
            assert (each["RequesterManaged"], each["RequesterId"]) == (True, "727180483921")
            assert each["Description"] == f"VPC Endpoint Interface {endpoint['VpcEndpointId']}"
            assert each["Status"] == "in-use"

    def test_endpoint_interfaces_follow_the_order_of_subnets(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place, SubnetIds=[place.b, place.a])
        places = {each["NetworkInterfaceId"]: each["SubnetId"] for each in interfaces_of(ec2, endpoint)}
        assert [places[eni] for eni in endpoint["NetworkInterfaceIds"]] == [place.b, place.a]

    def test_endpoint_interfaces_have_the_endpoint_security_groups(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place)
        assert groups_of(endpoint) == [place.group]
        assert [groups_of(each) for each in interfaces_of(ec2, endpoint)] == [[place.group]] * 2

    def test_endpoint_without_groups_gets_the_default_security_group(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place, SecurityGroupIds=[])
        default = default_group(ec2, place)
        assert groups_of(endpoint) == [default]
        assert [groups_of(each) for each in interfaces_of(ec2, endpoint)] == [[default]] * 2

    def test_endpoint_deletion_removes_its_interfaces(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place)
        ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
        with refused("InvalidNetworkInterfaceID.NotFound"):
            interfaces_of(ec2, endpoint)


def test_endpoint_is_not_requester_managed_and_has_service_region(ec2: Any, place: Place) -> None:
    for endpoint in (interface(ec2, place), gateway(ec2, place)):
        assert (endpoint["RequesterManaged"], endpoint["ServiceRegion"]) == (False, "eu-west-1")


class TestEndpointDnsNames:
    def test_endpoint_has_regional_zonal_and_private_dns_names(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place)
        regional, *others = names_of(endpoint)
        own, _, domain = regional.partition(".")
        assert own.rpartition("-")[0] == endpoint["VpcEndpointId"]
        assert domain == "api.ecr.eu-west-1.vpce.amazonaws.com"
        assert others == [
            f"{own}-eu-west-1a.{domain}",
            f"{own}-eu-west-1b.{domain}",
            "api.ecr.eu-west-1.amazonaws.com",
        ]

    def test_endpoint_without_private_dns_has_only_vpce_names(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place, PrivateDnsEnabled=False)
        assert [name.endswith(".vpce.amazonaws.com") for name in names_of(endpoint)] == [True] * 3

    def test_endpoint_enables_private_dns_by_default(self, ec2: Any, place: Place) -> None:
        assert interface(ec2, place)["PrivateDnsEnabled"] is True

    @pytest.mark.parametrize(
        ("service", "private"),
        [
            ("logs", ["logs.{}"]),
            ("ecr.dkr", ["dkr.ecr.{}", "*.dkr.ecr.{}"]),
            ("s3", ["s3.{}", "*.s3.{}", "*.s3-accesspoint.{}", "*.s3-control.{}"]),
        ],
        ids=["one", "registries", "buckets"],
    )
    def test_endpoint_lists_all_private_dns_names_of_its_service(
        self, ec2: Any, place: Place, service: str, private: list[str]
    ) -> None:
        endpoint = interface(ec2, place, f"com.amazonaws.eu-west-1.{service}")
        assert names_of(endpoint)[3:] == [name.format("eu-west-1.amazonaws.com") for name in private]

    def test_s3_endpoint_names_start_with_a_wildcard(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place, S3)
        assert all(name.startswith(f"*.{endpoint['VpcEndpointId']}-") for name in names_of(endpoint)[:3])

    def test_endpoint_keeps_dns_options_and_ip_address_type(self, ec2: Any, place: Place) -> None:
        asked = {"PrivateDnsOnlyForInboundResolverEndpoint": False}
        endpoint = interface(ec2, place, S3, DnsOptions=asked, IpAddressType="dualstack")
        assert endpoint["DnsOptions"] == {"DnsRecordIpType": "ipv4"} | asked
        assert endpoint["IpAddressType"] == "dualstack"

    def test_gateway_endpoint_has_no_dns_names(self, ec2: Any, place: Place) -> None:
        endpoint = gateway(ec2, place)
        assert endpoint["VpcEndpointType"] == "Gateway"
        assert endpoint["PrivateDnsEnabled"] is False
        assert endpoint["DnsEntries"] == []


class TestRefusedEndpoints:
    def test_endpoint_with_two_subnets_in_a_zone_is_refused(self, ec2: Any, place: Place) -> None:
        with refused("DuplicateSubnetsInSameZone", place.second_a):
            interface(ec2, place, SubnetIds=[place.a, place.second_a])

    @pytest.mark.parametrize("attribute", ["EnableDnsSupport", "EnableDnsHostnames"])
    def test_private_dns_endpoint_in_vpc_without_dns_is_refused(self, ec2: Any, place: Place, attribute: str) -> None:
        ec2.modify_vpc_attribute(VpcId=place.vpc, **{attribute: {"Value": False}})
        with refused("InvalidParameter", f"enableDnsSupport and enableDnsHostnames.*{place.vpc}"):
            interface(ec2, place)
        interface(ec2, place, PrivateDnsEnabled=False)

    def test_endpoint_with_conflicting_private_dns_is_refused(self, ec2: Any, place: Place) -> None:
        interface(ec2, place)
        with refused("InvalidParameter", "conflicting DNS domain for api.ecr.eu-west-1.amazonaws.com"):
            interface(ec2, place)
        interface(ec2, place, PrivateDnsEnabled=False)

    @pytest.mark.parametrize("service", ["com.amazonaws.eu-west-1.ecr", "com.amazonaws.us-east-1.ecr.api", "ecr.api"])
    def test_endpoint_to_a_missing_service_is_refused(self, ec2: Any, place: Place, service: str) -> None:
        with refused("InvalidServiceName", service):
            interface(ec2, place, service)

    def test_endpoint_of_unsupported_type_is_refused(self, ec2: Any, place: Place) -> None:
        with refused("InvalidParameter", r"\(Gateway\) does not match .* \(\[Interface\]\)"):
            ec2.create_vpc_endpoint(VpcId=place.vpc, ServiceName=ECR_API)
        with refused("InvalidParameter", r"\(Interface\) does not match .* \(\[Gateway\]\)"):
            interface(ec2, place, "com.amazonaws.eu-west-1.s3express")

    def test_endpoint_with_a_missing_security_group_is_refused(self, ec2: Any, place: Place) -> None:
        with refused("InvalidGroup.NotFound", "sg-0123"):
            interface(ec2, place, SecurityGroupIds=[place.group, "sg-0123"])

    def test_endpoint_with_invalid_json_policy_is_refused(self, ec2: Any, place: Place) -> None:
        with refused("InvalidPolicyDocument"):
            gateway(ec2, place, PolicyDocument="{'Statement': []}")

    def test_second_gateway_endpoint_on_a_route_table_is_refused(self, ec2: Any, place: Place) -> None:
        gateway(ec2, place, RouteTableIds=[place.tables[0]])
        with refused("RouteAlreadyExists", place.tables[0]):
            gateway(ec2, place, RouteTableIds=place.tables)

    def test_refused_endpoint_creates_no_interface_or_endpoint(self, ec2: Any, place: Place) -> None:
        with refused("DuplicateSubnetsInSameZone"):
            interface(ec2, place, SubnetIds=[place.a, place.second_a])
        only = [{"Name": "vpc-id", "Values": [place.vpc]}]
        assert ec2.describe_network_interfaces(Filters=only)["NetworkInterfaces"] == []
        assert place.vpc not in {e["VpcId"] for e in ec2.describe_vpc_endpoints()["VpcEndpoints"]}


class TestEndpointServices:
    def test_endpoint_of_a_custom_service_has_names_of_that_service(
        self, aws: ClientFactory, ec2: Any, place: Place
    ) -> None:
        balancer = aws("elbv2").create_load_balancer(Name=place.vpc[-8:], Type="network", Subnets=[place.a])
        arn = balancer["LoadBalancers"][0]["LoadBalancerArn"]
        made = ec2.create_vpc_endpoint_service_configuration(NetworkLoadBalancerArns=[arn])
        service = made["ServiceConfiguration"]["ServiceName"]
        names = names_of(interface(ec2, place, service))
        own = f".{service.rpartition('.')[2]}.eu-west-1.vpce.amazonaws.com"
        assert [name.endswith(own) for name in names] == [True] * 3


class TestDryRun:
    def test_dry_run_creates_no_endpoint(self, ec2: Any, place: Place) -> None:
        with refused("DryRunOperation"):
            interface(ec2, place, DryRun=True)
        assert place.vpc not in {e["VpcId"] for e in ec2.describe_vpc_endpoints()["VpcEndpoints"]}

    def test_dry_run_modifies_no_endpoint(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place)
        with refused("DryRunOperation"):
            modified(ec2, endpoint, PrivateDnsEnabled=False, DryRun=True)
        assert read_back(ec2, endpoint["VpcEndpointId"]) == endpoint


class TestClientToken:
    def test_repeated_client_token_returns_the_same_endpoint(self, ec2: Any, place: Place) -> None:
        first = interface(ec2, place, ClientToken=place.vpc)
        assert interface(ec2, place, ClientToken=place.vpc) == first

    def test_new_client_token_creates_another_endpoint(self, ec2: Any, place: Place) -> None:
        first = interface(ec2, place, ClientToken=place.vpc)
        second = interface(ec2, place, ClientToken=f"{place.vpc}-2", PrivateDnsEnabled=False)
        assert first["VpcEndpointId"] != second["VpcEndpointId"]


class TestInterfaceEndpointChanges:
    def test_endpoint_subnet_change_moves_its_interfaces(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place, SubnetIds=[place.a])
        (left,) = endpoint["NetworkInterfaceIds"]
        endpoint = modified(ec2, endpoint, AddSubnetIds=[place.b], RemoveSubnetIds=[place.a])
        assert endpoint["SubnetIds"] == [place.b]
        (found,) = interfaces_of(ec2, endpoint)
        assert (found["SubnetId"], groups_of(found)) == (place.b, [place.group])
        assert found["InterfaceType"] == "vpc_endpoint"
        assert "eu-west-1b" in names_of(endpoint)[1]
        with refused("InvalidNetworkInterfaceID.NotFound"):
            ec2.describe_network_interfaces(NetworkInterfaceIds=[left])

    def test_endpoint_change_swaps_subnets_of_the_same_zone(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place)
        swap = {"AddSubnetIds": [place.second_a], "RemoveSubnetIds": [place.a]}
        assert modified(ec2, endpoint, **swap)["SubnetIds"] == [place.b, place.second_a]

    def test_added_endpoint_subnet_keeps_existing_interfaces_and_names(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place, SubnetIds=[place.a])
        more = modified(ec2, endpoint, AddSubnetIds=[place.b])
        assert more["NetworkInterfaceIds"][:1] == endpoint["NetworkInterfaceIds"]
        assert names_of(more)[:2] == names_of(endpoint)[:2]

    def test_endpoint_group_change_applies_to_its_interfaces(self, ec2: Any, place: Place) -> None:
        endpoint, default = interface(ec2, place), default_group(ec2, place)
        asked = {"AddSecurityGroupIds": [default], "RemoveSecurityGroupIds": [place.group]}
        endpoint = modified(ec2, endpoint, **asked)
        assert groups_of(endpoint) == [default]
        assert [groups_of(each) for each in interfaces_of(ec2, endpoint)] == [[default]] * 2

    def test_endpoint_change_turns_private_dns_off_and_on(self, ec2: Any, place: Place) -> None:
        endpoint = modified(ec2, interface(ec2, place), PrivateDnsEnabled=False)
        assert endpoint["PrivateDnsEnabled"] is False
        assert "api.ecr.eu-west-1.amazonaws.com" not in names_of(endpoint)
        endpoint = modified(ec2, endpoint, PrivateDnsEnabled=True)
        assert endpoint["PrivateDnsEnabled"] is True
        assert "api.ecr.eu-west-1.amazonaws.com" in names_of(endpoint)

    def test_other_endpoint_changes_keep_private_dns(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place)
        assert modified(ec2, endpoint, PrivateDnsEnabled=True) == endpoint
        assert modified(ec2, endpoint, AddSubnetIds=[])["PrivateDnsEnabled"] is True

    def test_invalid_endpoint_change_is_refused_and_changes_nothing(self, ec2: Any, place: Place) -> None:
        interface(ec2, place)
        endpoint = interface(ec2, place, PrivateDnsEnabled=False)
        with refused("InvalidParameter", "conflicting DNS domain"):
            modified(ec2, endpoint, PrivateDnsEnabled=True)
        with refused("DuplicateSubnetsInSameZone"):
            modified(ec2, endpoint, AddSubnetIds=[place.second_a])
        with refused("InvalidGroup.NotFound"):
            modified(ec2, endpoint, AddSecurityGroupIds=["sg-0123"])
        with refused("InvalidPolicyDocument"):
            modified(ec2, endpoint, PolicyDocument="all")
        assert read_back(ec2, endpoint["VpcEndpointId"]) == endpoint


class TestGatewayEndpointChanges:
    def test_gateway_endpoint_route_table_change_moves_its_routes(self, ec2: Any, place: Place) -> None:
        first, second = place.tables
        endpoint = gateway(ec2, place, RouteTableIds=[first])
        assert tables_with_route_to(ec2, place, endpoint) == [first]
        endpoint = modified(ec2, endpoint, AddRouteTableIds=[second], RemoveRouteTableIds=[first])
        assert endpoint["RouteTableIds"] == [second]
        assert tables_with_route_to(ec2, place, endpoint) == [second]

    def test_gateway_endpoint_change_onto_an_occupied_table_is_refused(self, ec2: Any, place: Place) -> None:
        first, second = place.tables
        gateway(ec2, place, RouteTableIds=[first])
        with refused("RouteAlreadyExists", first):
            modified(ec2, gateway(ec2, place, RouteTableIds=[second]), AddRouteTableIds=[first])

    def test_gateway_endpoint_policy_is_replaced_and_reset(self, ec2: Any, place: Place) -> None:
        endpoint = gateway(ec2, place)
        everything = json.loads(endpoint["PolicyDocument"])
        nothing = json.dumps({"Statement": []})
        endpoint = modified(ec2, endpoint, PolicyDocument=nothing)
        assert endpoint["PolicyDocument"] == nothing
        assert json.loads(modified(ec2, endpoint, ResetPolicy=True)["PolicyDocument"]) == everything


class TestEndpointDeletion:
    def test_deleted_endpoint_is_no_longer_listed(self, ec2: Any, place: Place) -> None:
        endpoint = interface(ec2, place)["VpcEndpointId"]
        ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
        assert endpoint not in {e["VpcEndpointId"] for e in ec2.describe_vpc_endpoints()["VpcEndpoints"]}

    def test_gateway_endpoint_deletion_removes_its_routes(self, ec2: Any, place: Place) -> None:
        endpoint = gateway(ec2, place, RouteTableIds=place.tables)
        assert tables_with_route_to(ec2, place, endpoint) == list(place.tables)
        ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
        assert tables_with_route_to(ec2, place, endpoint) == []

    def test_endpoint_deletion_frees_its_private_dns_name(self, ec2: Any, place: Place) -> None:
        ec2.delete_vpc_endpoints(VpcEndpointIds=[interface(ec2, place)["VpcEndpointId"]])
        assert interface(ec2, place)["PrivateDnsEnabled"] is True


def test_private_names_are_those_of_the_catalogue() -> None:
    backend = SimpleNamespace(region_name=REGION, partition="aws", configurations={})
    services = json.loads(files("skerry").joinpath("data", "services.json").read_text(encoding="utf-8"))["services"]
    named = [row for row in services if "Interface" in row["types"]]
    assert len(named) > 10
    for row in named:
        wanted = {name.format(region=REGION, suffix="amazonaws.com") for name in row["private_names"]}
        assert set(private_names_of(backend, f"com.amazonaws.{REGION}.{row['endpoint']}")) == wanted
