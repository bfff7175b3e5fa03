"""Look-ups in a World: a fact that was not given never looks like one that is not there."""

from typing import Any

import pytest
from msgspec import UNSET

from skerry.model.facts import Facts, Missing
from skerry.model.interface_addresses import addresses_of_interface
from skerry.model.network import NetworkInterface, PrivateAddress
from skerry.model.record_kinds import ACTIONS, KINDS, NOUNS
from skerry.model.world import World
from skerry.net.dns_names import DnsName
from skerry.net.ip_addresses import Address4, IpAddress
from tests.networks import ACCOUNT, REGION, VPC, Network


def named(found: Any) -> Any:
    """The id of a record."""
    assert not isinstance(found, Missing)
    return getattr(found, type(found).__struct_fields__[0])


class TestLookupById:
    LOOK_UPS: Any = (
        ("find_vpc", "vpc-9", Missing("VPC vpc-9", "ec2:DescribeVpcs")),
        ("find_subnet", "subnet-9", Missing("subnet subnet-9", "ec2:DescribeSubnets")),
        ("find_security_group", "sg-9", Missing("security group sg-9", "ec2:DescribeSecurityGroups")),
        ("find_task_definition", "web:9", Missing("task definition web:9", "ecs:DescribeTaskDefinition")),
    )

    @pytest.mark.parametrize(("method", "name", "missing"), LOOK_UPS)
    def test_missing_record_names_the_call_that_supplies_it(self, method: str, name: str, missing: Missing) -> None:
        assert getattr(Network().world(), method)(name) == missing

    def test_record_is_looked_up_by_id(self) -> None:
        world = Network().world()
        assert named(world.find_vpc(VPC)) == VPC
        assert named(world.find_subnet("subnet-a")) == "subnet-a"
        assert named(world.find_security_group("sg-task")) == "sg-task"

    @pytest.mark.parametrize("name", ["web:1", f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web:1"])
    def test_task_definition_is_looked_up_by_name_or_arn(self, name: str) -> None:
        network = Network()
        network.definition()
        network.add("taskDefinitions", family="other")
        assert named(network.world().find_task_definition(name)).endswith("web:1")

    def test_missing_fact_prints_its_api_action(self) -> None:
        assert str(Missing("subnet subnet-9", "ec2:DescribeSubnets")) == "subnet subnet-9 (from ec2:DescribeSubnets)"
        assert str(Missing("the network beyond tgw-1")) == "the network beyond tgw-1"


class TestRouteTables:
    def found(self, network: Network, subnet: str = "subnet-a") -> Any:
        world = network.world()
        row = world.find_subnet(subnet)
        assert not isinstance(row, Missing)
        return world.route_table_of(row)

    def test_route_table_of_subnet_is_the_associated_table(self) -> None:
        network = Network()
        network.table("rtb-a", subnets=["subnet-a"])
        assert named(self.found(network)) == "rtb-a"
        assert named(self.found(network, "subnet-b")) == "rtb-main"

    def test_main_route_table_of_another_vpc_is_not_used(self) -> None:
        network = Network()
        network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.1.0.0/16")
        network.subnet("subnet-z", "10.1.1.0/24", "eu-west-1a", vpc="vpc-2")
        assert isinstance(self.found(network, "subnet-z"), Missing)

    @pytest.mark.parametrize(
        "lose",
        [
            lambda network: network.rows["RouteTables"].append({"RouteTableId": 7}),
            lambda network: network.rows.__setitem__("NextToken", "more"),
        ],
        ids=["a row that cannot be read", "a page that is missing"],
    )
    def test_main_route_table_is_used_only_if_all_tables_were_read(self, lose: Any) -> None:
        network = Network()
        network.table("rtb-b", subnets=["subnet-b"])
        lose(network)
        assert self.found(network) == Missing("the route table of subnet subnet-a", "ec2:DescribeRouteTables")
        assert named(self.found(network, "subnet-b")) == "rtb-b"

    def test_main_route_table_is_not_used_if_associations_are_unknown(self) -> None:
        network = Network()
        del network.table("rtb-x")["Associations"]
        assert isinstance(self.found(network), Missing)

    def test_route_table_is_missing_without_a_main_table(self) -> None:
        network = Network()
        network.rows["RouteTables"][0]["Associations"] = []
        assert isinstance(self.found(network), Missing)

    def test_edge_route_table_is_that_of_the_gateway_association(self) -> None:
        network = Network()
        network.table("rtb-edge")["Associations"] = [{"Main": False, "GatewayId": "igw-1"}]
        world = network.world()
        assert named(world.edge_route_table_of("igw-1")) == "rtb-edge"
        assert world.edge_route_table_of("igw-2") is None

    def test_route_table_without_associations_applies_to_nothing(self) -> None:
        network = Network()
        del network.rows["RouteTables"][0]["Associations"]
        assert isinstance(self.found(network), Missing)
        assert network.world().edge_route_table_of("igw-1") is None


class TestNetworkAclsAndDefaultGroups:
    def test_network_acl_of_subnet_is_the_associated_acl(self) -> None:
        network = Network()
        network.acl("acl-b", [], ["subnet-b"])
        world = network.world()
        assert (named(world.network_acl_of("subnet-a")), named(world.network_acl_of("subnet-b"))) == (
            "acl-all",
            "acl-b",
        )

    def test_network_acl_is_missing_if_no_acl_lists_the_subnet(self) -> None:
        network = Network()
        for row in network.rows["NetworkAcls"]:
            del row["Associations"]
        missing = Missing("the network ACL of subnet subnet-a", "ec2:DescribeNetworkAcls")
        assert network.world().network_acl_of("subnet-a") == missing

    def test_default_security_group_of_vpc_is_returned(self) -> None:
        assert named(Network().world().default_group_of(VPC)) == "sg-default"

    def test_default_security_group_without_vpc_id_is_missing(self) -> None:
        network = Network()
        del network.row("SecurityGroups", "sg-default")["VpcId"]
        missing = Missing("the default security group of vpc-1", "ec2:DescribeSecurityGroups")
        assert network.world().default_group_of(VPC) == missing


class TestDns:
    @pytest.mark.parametrize("value", [True, False])
    def test_dns_attribute_returns_the_read_value(self, value: bool) -> None:  # noqa: FBT001
        network = Network()
        network.attribute("EnableDnsSupport", value)
        assert network.world().dns_attribute_of(VPC, "enable_dns_support") is value

    @pytest.mark.parametrize(
        ("key", "attribute"),
        [("EnableDnsSupport", "enable_dns_support"), ("EnableDnsHostnames", "enable_dns_hostnames")],
    )
    def test_unread_dns_attribute_is_missing(self, key: str, attribute: str) -> None:
        network = Network()
        network.attribute(key, None)
        fact = f"{key[0].lower()}{key[1:]} of vpc-1"
        assert network.world().dns_attribute_of(VPC, attribute) == Missing(fact, "ec2:DescribeVpcAttribute")

    def test_endpoint_is_looked_up_by_its_dns_name(self) -> None:
        network = Network()
        network.endpoint("vpce-1a", "logs")
        world = network.world()
        for name in ("vpce-1a-x.logs.eu-west-1.vpce.amazonaws.com", "*.vpce-1a-x.s3.eu-west-1.vpce.amazonaws.com"):
            assert named(world.find_endpoint_by_name(DnsName(name))) == "vpce-1a"
        for name in ("vpce-1b-x.logs.eu-west-1.vpce.amazonaws.com", "vpce-1a.example", "logs.eu-west-1.amazonaws.com"):
            assert world.find_endpoint_by_name(DnsName(name)) is None

    def test_private_zones_of_vpc_include_zones_of_unknown_vpc(self) -> None:
        network = Network()
        network.zone("a.example")
        network.zone("b.example", vpc="vpc-2")
        network.zone("c.example", vpc=None)
        assert [zone.name for zone in network.world().zones_in(VPC)] == ["a.example", "c.example"]


class TestRelations:
    def test_interface_is_looked_up_by_vpc_and_address(self) -> None:
        network = Network()
        network.interface("eni-1", "10.0.1.5", PrivateIpAddresses=[{"PrivateIpAddress": "10.0.1.6"}])
        del network.interface("eni-2", "10.0.1.7")["VpcId"]
        world = network.world()
        for text in ("10.0.1.5", "10.0.1.6"):
            assert named(world.find_interface(VPC, IpAddress(text))) == "eni-1"
        assert world.find_interface("vpc-2", IpAddress("10.0.1.5")) is None
        assert world.find_interface(VPC, IpAddress("10.0.1.7")) is None

    def test_interface_addresses_start_with_the_primary_address(self) -> None:
        several = tuple(PrivateAddress(private_ip_address=Address4(text)) for text in ("10.0.1.6", "10.0.1.5"))
        row = NetworkInterface(
            network_interface_id="eni-1", private_ip_address=Address4("10.0.1.5"), private_ip_addresses=several
        )
        assert addresses_of_interface(row) == ("10.0.1.5", "10.0.1.6")
        assert addresses_of_interface(NetworkInterface(network_interface_id="eni-1")) == ()

    def test_vpc_lists_its_subnets_and_endpoints(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.endpoint("vpce-2", "logs", VpcId="vpc-2")
        world = network.world()
        assert [row.subnet_id for row in world.subnets_in(VPC)] == ["subnet-a", "subnet-b"]
        assert [row.vpc_endpoint_id for row in world.endpoints_in(VPC)] == ["vpce-1"]
        assert world.subnets_in("vpc-9") == ()
        assert world.endpoints_in("vpc-9") == ()

    def test_file_system_lists_its_mount_targets(self) -> None:
        network = Network()
        for number, name in enumerate(["fs-1", "fs-2"]):
            network.add("MountTargets", MountTargetId=f"fsmt-{number}", FileSystemId=name, SubnetId="subnet-a")
        found = network.world().mount_targets_of("fs-2")
        assert isinstance(found, tuple)
        assert [row.mount_target_id for row in found] == ["fsmt-1"]

    def test_mount_targets_are_missing_unless_requested_for_the_file_system(self) -> None:
        """DescribeMountTargets answers for one file system at a time."""
        network = Network()
        missing = Missing("the mount targets of fs-1", "elasticfilesystem:DescribeMountTargets")
        assert network.world().mount_targets_of("fs-1") == missing
        network.call("DescribeMountTargets", {"FileSystemId": "fs-1"}, {"MountTargets": []})
        assert network.world().mount_targets_of("fs-1") == ()
        assert isinstance(network.world().mount_targets_of("fs-2"), Missing)
        network.forget("MountTargets", "Calls")
        assert network.world().mount_targets_of("fs-1") == missing

    def test_service_is_matched_to_its_cluster(self) -> None:
        network = Network()
        arn = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/shop"
        network.add("clusters", clusterArn=arn, clusterName="shop")
        network.service("web")
        network.service("api", clusterArn="elsewhere")
        del network.service("job")["clusterArn"]
        world = network.world()
        found = [world.find_cluster(service.cluster_arn) for service in world.facts.services]
        assert [cluster.cluster_name if cluster else None for cluster in found] == ["shop", None, None]

    def test_dhcp_options_are_missing_if_the_vpc_does_not_name_them(self) -> None:
        network = Network()
        world = network.world()
        vpc = world.find_vpc(VPC)
        assert not isinstance(vpc, Missing)
        assert named(world.dhcp_options_of(vpc)) == "dopt-1"
        del network.row("Vpcs", VPC)["DhcpOptionsId"]
        world = network.world()
        vpc = world.find_vpc(VPC)
        assert not isinstance(vpc, Missing)
        assert world.dhcp_options_of(vpc) == Missing("the DHCP option set of vpc-1", "ec2:DescribeVpcs")


class TestPrefixLists:
    S3 = f"com.amazonaws.{REGION}.s3"

    def test_aws_prefix_list_belongs_to_the_service_in_its_name(self) -> None:
        network = Network()
        network.s3_list()
        world = network.world()
        assert world.prefix_list_of(self.S3) == "pl-53"
        assert world.service_of_prefix_list("pl-53") == self.S3

    def test_prefix_list_without_owner_belongs_to_aws(self) -> None:
        network = Network()
        del network.s3_list()["OwnerId"]
        assert network.world().service_of_prefix_list("pl-53") == self.S3

    @pytest.mark.parametrize(
        "second",
        [
            {"PrefixListName": f"com.amazonaws.{REGION}.ipv6.s3"},
            {"AddressFamily": "IPv6"},
            {"Cidrs": ["2a05:d07a::/40"]},
        ],
    )
    def test_prefix_lists_of_a_dual_stack_gateway_are_told_by_family(self, second: dict[str, Any]) -> None:
        network = Network()
        network.serve_s3()
        network.add("PrefixLists", **({"PrefixListId": "pl-6", "OwnerId": "AWS"} | second))
        network.route("pl-6", GatewayId="vpce-93")
        world = network.world()
        assert (world.prefix_list_of(self.S3), world.prefix_list_of(self.S3, ipv6=True)) == ("pl-53", "pl-6")

    @pytest.mark.parametrize(("called", "owner"), [(S3, ACCOUNT), ("offices", "AWS"), ("offices", ACCOUNT)])
    def test_prefix_list_of_user_or_unmatched_name_has_no_service(self, called: str, owner: str) -> None:
        network = Network()
        network.prefix_list("pl-1", called=called, owner=owner)
        assert network.world().service_of_prefix_list("pl-1") is None

    def test_unread_prefix_list_gets_the_service_of_its_gateway_endpoint(self) -> None:
        network = Network()
        network.gateway_endpoint()
        network.route("pl-7", GatewayId="vpce-93")
        world = network.world()
        assert world.service_of_prefix_list("pl-7") == self.S3
        assert world.prefix_list_of(self.S3) == "pl-7"

    @pytest.mark.parametrize(
        "make",
        [
            lambda network: network.route("pl-7", GatewayId="vpce-9"),
            lambda network: network.route("pl-7", TransitGatewayId="tgw-1"),
            lambda network: network.route("10.9.0.0/16", GatewayId="vpce-93"),
            lambda network: network.rows["RouteTables"][0].pop("Routes"),
            lambda network: network.row("VpcEndpoints", "vpce-93").pop("ServiceName"),
        ],
        ids=["unknown endpoint", "no endpoint", "no list", "no routes", "no service"],
    )
    def test_unread_prefix_list_has_no_service_without_a_gateway_route(self, make: Any) -> None:
        network = Network()
        network.gateway_endpoint()
        make(network)
        assert network.world().service_of_prefix_list("pl-7") is None

    def test_prefix_list_routed_to_a_gateway_load_balancer_has_no_service(self) -> None:
        network = Network()
        network.gateway_endpoint(VpcEndpointType="GatewayLoadBalancer")
        network.route("pl-7", GatewayId="vpce-93")
        assert network.world().service_of_prefix_list("pl-7") is None

    def test_user_prefix_list_has_no_service_despite_its_route(self) -> None:
        network = Network()
        network.gateway_endpoint()
        network.prefix_list("pl-7", "10.9.0.0/16")
        network.route("pl-7", GatewayId="vpce-93")
        assert network.world().service_of_prefix_list("pl-7") is None

    def test_prefix_list_of_service_without_gateway_has_no_service(self) -> None:
        network = Network()
        network.prefix_list("pl-1", called="com.amazonaws.global.cloudfront.origin-facing", owner="AWS")
        assert network.world().service_of_prefix_list("pl-1") is None

    def test_prefix_list_returns_its_entries_or_missing(self) -> None:
        network = Network()
        network.prefix_list("pl-1", "10.9.0.0/16")
        network.prefix_list("pl-2")
        network.prefix_list("pl-3")["Cidrs"] = []
        world = network.world()
        assert world.prefix_entries_of("pl-1") == ("10.9.0.0/16",)
        assert world.prefix_entries_of("pl-3") == ()
        for name in ("pl-2", "pl-9"):
            fact = f"the entries of prefix list {name}"
            assert world.prefix_entries_of(name) == Missing(fact, "ec2:GetManagedPrefixListEntries")


def test_world_knows_only_kinds_that_were_read_completely() -> None:
    network = Network()
    network.forget("NatGateways")
    world = network.world()
    assert world.knows("subnets")
    assert not world.knows("nat_gateways")
    assert not World(Facts()).knows("subnets")


# What of Facts is no kind of record.
OTHER_FIELDS = {
    *("resource_answers", "completeness", "refused"),
    *("region", "account", "source", "notes", "origins", "read_at", "subnets_to_choose"),
    *("zones_to_choose",),
}


def test_record_kind_names_the_api_action_that_supplies_it() -> None:
    fields = {kind.field for kind in KINDS} | {
        "vpc_attributes",
        "zones",
        "rule_targets",
        "event_rules",
        "firewall_domain_lists",
        "usable_groups",
    }
    assert fields == set(ACTIONS) == {name for name in Facts.__struct_fields__ if name not in OTHER_FIELDS}
    assert set(NOUNS) == fields - {"vpc_attributes"}
    assert all(":" in action for action in ACTIONS.values())


def test_record_kind_has_its_id_field() -> None:
    assert all(hasattr(kind.record, kind.id) for kind in KINDS)


def test_absent_field_is_unset() -> None:
    (group,) = (row for row in Network().world().facts.security_groups if row.group_id == "sg-task")
    assert group.ip_permissions == ()
    assert NetworkInterface(network_interface_id="eni-1").groups is UNSET


def test_private_names_of_an_endpoint_service_are_those_that_aws_prints() -> None:
    network = Network()
    names = [{"PrivateDnsName": "rds.eu-west-1.amazonaws.com"}, {}]
    network.add("ServiceDetails", ServiceName="com.amazonaws.eu-west-1.rds", PrivateDnsNames=names)
    world = network.world()
    assert world.private_names_of_endpoint_service("com.amazonaws.eu-west-1.rds") == ("rds.eu-west-1.amazonaws.com",)
    assert world.private_names_of_endpoint_service("com.amazonaws.eu-west-1.ses") is None
