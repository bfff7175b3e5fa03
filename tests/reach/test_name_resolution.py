"""What a name leads to in a VPC."""

from typing import Any

import msgspec
import pytest

from skerry.catalogue.services import ServiceRef
from skerry.model.facts import Missing
from skerry.model.network import DhcpConfiguration, DhcpOptions, DhcpValue
from skerry.model.world import World
from skerry.net.addresses import ANY, PUBLIC
from skerry.net.dns_names import DnsName, parse_host
from skerry.net.host_texts import HostText
from skerry.net.ip_addresses import IpAddress
from skerry.reach.central_endpoints import IntendedEndpoint
from skerry.reach.destinations import Destinations
from skerry.reach.dns_answers import Resolution
from skerry.reach.dns_servers import servers_of
from skerry.reach.name_resolution import NameResolver, Query
from skerry.reach.walk import Target
from skerry.verdicts import INTERMITTENT, UNKNOWN
from tests.networks import REGION, VPC, Network, record, source

LOGS = ServiceRef("logs", REGION)
LOGS_HOST = f"logs.{REGION}.amazonaws.com"
PUBLIC_LOGS = f"the public addresses of CloudWatch Logs in {REGION}"


def names_of(world: World) -> NameResolver:
    return NameResolver(world, Destinations(world))


def resolve(
    network: Network, host: str = LOGS_HOST, service: ServiceRef | None = LOGS, zone: str | None = "eu-west-1a"
) -> Resolution:
    return names_of(network.world()).resolve(VPC, Query(DnsName(host), "aws", service, zone))


def led_to(resolution: Resolution) -> list[str]:
    assert resolution.hop.clean
    return [destination.label for destination in resolution.destinations]


def lost(resolution: Resolution) -> list[str]:
    assert not resolution.destinations
    return [piece.code for piece in resolution.hop.lost]


def missing(resolution: Resolution) -> Missing | None:
    (piece,) = resolution.hop.undecided
    assert piece.code == "UNKNOWN_RESOURCE"
    return piece.missing


class TestPublicAnswers:
    def test_public_name_resolves_to_public_addresses(self) -> None:
        found = resolve(Network())
        assert led_to(found) == [PUBLIC_LOGS]
        assert found.hop.rule == f"{LOGS_HOST}: a public answer"
        assert not found.destinations[0].choice

    def test_ip_address_resolves_to_itself_without_dns_support(self) -> None:
        network = Network()
        network.attribute("EnableDnsSupport", value=False)
        walker = network.walker()
        (trace,) = walker.reach(source(walker), Target(parse_host("10.0.2.9"), 443)).traces
        assert (trace.first[0].rule, trace.destination.label) == ("an address", "10.0.2.9")

    def test_unnamed_internet_host_resolves_to_public_addresses(self) -> None:
        found = names_of(Network().world()).resolve(VPC, Query(None, "internet"))
        assert led_to(found) == ["the internet"]
        assert found.destinations[0].addresses == PUBLIC

    def test_host_outside_aws_is_inferred_on_the_internet(self) -> None:
        inferred = "registry.example is taken to be on the internet"
        found = names_of(Network().world()).resolve(
            VPC, Query(DnsName("registry.example"), "internet", inferred=inferred)
        )
        assert led_to(found) == ["the internet"]
        assert (found.hop.rule, found.hop.grade) == (inferred, "inferred")


class TestEndpointPrivateDns:
    def test_private_dns_resolves_to_every_endpoint_interface(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", ["subnet-a", "subnet-b"])
        found = resolve(network)
        assert led_to(found) == ["vpce-1 at 10.0.1.10", "vpce-1 at 10.0.2.11"]
        assert found.hop.rule == f"{LOGS_HOST}: private DNS of vpce-1"
        assert found.sure

    def test_private_names_are_those_that_aws_prints(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")["DnsEntries"] = [{"DnsName": f"ssm.{REGION}.amazonaws.com"}]
        assert led_to(resolve(network)) == [PUBLIC_LOGS]
        assert led_to(resolve(network, f"ssm.{REGION}.amazonaws.com", None)) == ["vpce-1 at 10.0.1.10"]

    def test_private_dns_answers_names_below_wildcard(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "ecr.dkr")
        host = f"111122223333.dkr.ecr.{REGION}.amazonaws.com"
        assert led_to(resolve(network, host, ServiceRef("ecr.dkr", REGION))) == ["vpce-1 at 10.0.1.10"]

    @pytest.mark.parametrize(
        "change",
        [
            {"PrivateDnsEnabled": False},
            {"State": "failed"},
            {"State": "PendingAcceptance"},
            {"VpcEndpointType": "GatewayLoadBalancer"},
            {"VpcId": "vpc-2"},
            {"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True}},
            {"ServiceName": f"com.amazonaws.{REGION}.ssm"},
            {"ServiceName": "com.amazonaws.eu-west-2.logs"},
        ],
        ids=str,
    )
    def test_private_dns_is_ignored_if_endpoint_does_not_serve_name(self, change: dict[str, Any]) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", **change)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    @pytest.mark.parametrize("state", ["available", "Available"])
    def test_private_dns_ignores_case_of_endpoint_state(self, state: str) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", State=state)
        assert led_to(resolve(network)) == ["vpce-1 at 10.0.1.10"]

    def test_private_dns_of_pending_endpoint_is_unknown(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", State="pending")
        assert missing(resolve(network)) == Missing(
            "what becomes of vpce-1, which is pending", "ec2:DescribeVpcEndpoints"
        )

    @pytest.mark.parametrize(
        ("key", "fact"),
        [
            ("PrivateDnsEnabled", "whether private DNS of vpce-1 is on"),
            ("State", "the state of vpce-1"),
        ],
    )
    def test_private_dns_with_missing_endpoint_field_is_unknown(self, key: str, fact: str) -> None:
        network = Network()
        del network.endpoint("vpce-1", "logs")[key]
        assert missing(resolve(network)) == Missing(fact, "ec2:DescribeVpcEndpoints")

    def test_private_dns_of_endpoint_without_service_name_is_unknown(self) -> None:
        network = Network()
        del network.endpoint("vpce-1", "logs")["ServiceName"]
        assert not resolve(network).hop.clean

    def test_private_dns_without_service_name_precedes_wider_private_zone(self) -> None:
        network = Network()
        network.zone("amazonaws.com")
        del network.endpoint("vpce-1", "logs")["ServiceName"]
        assert resolve(network).hop.undecided

    def test_private_dns_is_unknown_if_endpoints_are_unread(self) -> None:
        network = Network()
        network.forget("VpcEndpoints")
        assert missing(resolve(network)) == Missing("the endpoints of vpc-1", "ec2:DescribeVpcEndpoints")

    def test_private_dns_resolves_to_subnet_if_interface_is_unread(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.rows["NetworkInterfaces"].clear()
        found = resolve(network)
        assert led_to(found) == ["vpce-1 in subnet-a"]
        assert not found.destinations[0].choice
        assert found.destinations[0].groups == ("sg-open",)

    def test_private_dns_is_unknown_if_interface_and_subnet_are_unread(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", NetworkInterfaceIds=["eni-9"], SubnetIds=["subnet-9"])
        assert missing(resolve(network)) == Missing("the interfaces of vpce-1", "ec2:DescribeNetworkInterfaces")

    def test_private_dns_of_ipv6_endpoint_leads_to_its_ipv6_address(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", IpAddressType="ipv6")
        interface = network.row("NetworkInterfaces", "eni-10")
        interface["Ipv6Addresses"] = [{"Ipv6Address": "2a05:d018:1::9"}]
        del interface["PrivateIpAddress"]
        (destination,) = resolve(network).destinations
        assert destination.label == "vpce-1 at 2a05:d018:1::9"

    def test_private_dns_of_ipv6_endpoint_without_read_addresses_is_unknown(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", IpAddressType="ipv6")
        assert missing(resolve(network)) == Missing("the IPv6 addresses of vpce-1", "ec2:DescribeNetworkInterfaces")

    def test_endpoint_without_subnets_answers_nowhere_or_not_at_all(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", [])
        resolution = resolve(network)
        assert [piece.code for hop in resolution.dead for piece in hop.lost] == ["ENDPOINT_HAS_NO_SUBNETS"]
        assert (len(resolution.destinations), resolution.sure) == (1, False)
        host = "logs.eu-west-1.amazonaws.com"
        assert resolution.doubt == Missing(
            f"how {host} resolves while vpce-1, which has private DNS, is without subnets"
        )

    def test_endpoint_without_listed_subnets_is_unknown(self) -> None:
        network = Network()
        row = network.endpoint("vpce-1", "logs", [])
        del row["SubnetIds"]
        assert missing(resolve(network)) == Missing("the interfaces of vpce-1", "ec2:DescribeNetworkInterfaces")


class TestVpcAttributes:
    def test_dns_support_disabled_fails_resolution(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.attribute("EnableDnsSupport", value=False)
        assert lost(resolve(network)) == ["DNS_SUPPORT_DISABLED"]

    def test_dns_hostnames_disabled_ignores_private_names(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.zone("amazonaws.com")
        network.attribute("EnableDnsHostnames", value=False)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_dns_support_unread_leaves_answer_unknown(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.attribute("EnableDnsSupport", value=None)
        found = resolve(network)
        assert missing(found) == Missing("enableDnsSupport of vpc-1", "ec2:DescribeVpcAttribute")
        assert [one.label for one in found.destinations] == ["vpce-1 at 10.0.1.10"]

    def test_dns_support_unread_is_ignored_if_name_does_not_exist(self) -> None:
        network = Network()
        network.zone("amazonaws.com")
        network.attribute("EnableDnsSupport", value=None)
        assert lost(resolve(network)) == ["DNS_NAME_NOT_FOUND"]

    def test_dns_hostnames_unread_returns_private_and_public_answers(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.attribute("EnableDnsHostnames", value=None)
        found = resolve(network)
        assert missing(found) == Missing("enableDnsHostnames of vpc-1", "ec2:DescribeVpcAttribute")
        assert [one.label for one in found.destinations] == ["vpce-1 at 10.0.1.10", PUBLIC_LOGS]
        assert not found.sure

    def test_dns_hostnames_unread_is_ignored_without_private_names(self) -> None:
        network = Network()
        network.attribute("EnableDnsHostnames", value=None)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_unread_vpc_leaves_dns_answer_unknown(self) -> None:
        network = Network()
        network.rows["Vpcs"].clear()
        assert missing(resolve(network)) == Missing("VPC vpc-1", "ec2:DescribeVpcs")


class TestDhcpOptions:
    @pytest.mark.parametrize("server", ["AmazonProvidedDNS", "169.254.169.253", "10.0.0.2"])
    def test_amazon_dns_server_is_recognized_by_each_of_its_names(self, server: str) -> None:
        network = Network()
        network.dhcp(server)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_custom_dns_server_answer_is_unknown(self) -> None:
        network = Network()
        network.dhcp("10.0.0.3", "10.0.9.9")
        found = resolve(network)
        assert found.servers == ("10.0.0.3", "10.0.9.9")
        assert missing(found) == Missing(f"what the DNS server 10.0.0.3 or 10.0.9.9 answers for {LOGS_HOST}")

    def test_custom_dns_server_answer_for_unnamed_host_is_unknown(self) -> None:
        network = Network()
        network.dhcp("10.0.0.3")
        found = names_of(network.world()).resolve(VPC, Query(None, "internet"))
        assert missing(found) == Missing("what the DNS server 10.0.0.3 answers for a host that is not known")

    def test_custom_dns_server_is_used_without_dns_support(self) -> None:
        network = Network()
        network.dhcp("10.0.9.9")
        network.attribute("EnableDnsSupport", value=False)
        assert resolve(network).servers == ("10.0.9.9",)

    def test_dhcp_options_without_dns_servers_leave_answer_unknown(self) -> None:
        network = Network()
        network.dhcp()
        assert missing(resolve(network)) == Missing("which DNS servers tasks ask in vpc-1, as dopt-1 names none")

    def test_vpc_without_dhcp_options_has_unknown_dns_servers(self) -> None:
        """``default`` is no set that could be shown."""
        network = Network()
        network.row("Vpcs", VPC)["DhcpOptionsId"] = "default"
        fact = missing(resolve(network))
        assert fact == Missing("which DNS servers tasks ask in vpc-1, which has no DHCP options")

    def test_unread_dhcp_options_leave_answer_unknown(self) -> None:
        network = Network()
        network.forget("DhcpOptions")
        assert missing(resolve(network)) == Missing("DHCP option set dopt-1", "ec2:DescribeDhcpOptions")

    def test_vpc_with_missing_dhcp_options_id_leaves_answer_unknown(self) -> None:
        network = Network()
        del network.row("Vpcs", VPC)["DhcpOptionsId"]
        assert missing(resolve(network)) == Missing("the DHCP option set of vpc-1", "ec2:DescribeVpcs")

    def test_dns_server_that_is_no_address_is_unknown(self) -> None:
        world = Network().world()
        servers = DhcpConfiguration("domain-name-servers", (DhcpValue(HostText("dns.example")),))
        facts = msgspec.structs.replace(world.facts, dhcp_options=(DhcpOptions("dopt-1", (servers,)),))
        unread = servers_of(World(facts), world.vpcs[VPC])
        assert unread == Missing("the DNS server 'dns.example' of dopt-1, which is no address")

    def test_dhcp_options_other_than_dns_servers_are_ignored(self) -> None:
        network = Network()
        network.dhcp("AmazonProvidedDNS")
        other = {"Key": "ntp-servers", "Values": [{"Value": "10.0.9.9"}]}
        network.rows["DhcpOptions"][0]["DhcpConfigurations"].append(other)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]


class TestPrivateZones:
    def test_private_zone_resolves_to_record_addresses(self) -> None:
        network = Network()
        network.interface("eni-1", "10.0.2.9", "subnet-b")
        network.zone("example.com", record("db.example.com.", "A", "10.0.2.9", "10.9.9.9"))
        found = resolve(network, "db.example.com", None)
        assert led_to(found) == ["10.0.2.9", "10.9.9.9"]
        assert found.hop.rule == "db.example.com: private zone example.com"
        assert [one.interface for one in found.destinations] == ["eni-1", None]

    def test_private_zone_with_longest_match_answers(self) -> None:
        network = Network()
        network.zone("example.com", record("db.a.example.com.", "A", "10.0.2.1"))
        network.zone("a.example.com", record("db.a.example.com.", "A", "10.0.2.2"))
        network.zone("com", record("db.a.example.com.", "A", "10.0.2.3"))
        assert led_to(resolve(network, "db.a.example.com", None)) == ["10.0.2.2"]

    def test_private_zone_with_longest_match_answers_even_without_record(self) -> None:
        network = Network()
        network.zone("example.com", record("db.a.example.com.", "A", "10.0.2.1"))
        network.zone("a.example.com")
        found = resolve(network, "db.a.example.com", None)
        assert lost(found) == ["DNS_NAME_NOT_FOUND"]
        assert found.hop.lost[0].message == (
            "private zone a.example.com (Z2) has no address for db.a.example.com, and nothing else is asked"
        )

    def test_private_zone_does_not_fall_back_to_public_answer(self) -> None:
        network = Network()
        network.zone(f"{REGION}.amazonaws.com")
        assert lost(resolve(network)) == ["DNS_NAME_NOT_FOUND"]

    def test_private_zone_does_not_hide_endpoint_of_more_specific_name(self) -> None:
        network = Network()
        network.zone(f"{REGION}.amazonaws.com")
        network.endpoint("vpce-1", "logs")
        assert led_to(resolve(network)) == ["vpce-1 at 10.0.1.10"]

    def test_private_zone_answers_by_wildcard_record(self) -> None:
        network = Network()
        network.zone("example.com", record("\\052.example.com.", "A", "10.0.2.9"))
        assert led_to(resolve(network, "any.thing.example.com", None)) == ["10.0.2.9"]

    def test_private_zone_with_unread_vpc_association_is_unknown(self) -> None:
        network = Network()
        network.zone("amazonaws.com", vpc=None)
        network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.2.0.0/16")
        assert missing(resolve(network)) == Missing(
            "whether hosted zone amazonaws.com answers in vpc-1", "route53:ListHostedZonesByVPC"
        )

    def test_private_zone_of_a_list_that_names_no_vpc_is_that_of_the_only_one(self) -> None:
        network = Network()
        network.zone("amazonaws.com", record(LOGS_HOST, "A", "10.0.2.9"), vpc=None)
        assert led_to(resolve(network)) == ["10.0.2.9"]

    def test_private_zone_with_unread_records_and_another_name_changes_nothing(self) -> None:
        network = Network()
        network.zone("corp.example")
        del network.rows["Calls"][1:]
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_private_zone_with_unread_records_is_unknown(self) -> None:
        network = Network()
        network.zone("amazonaws.com")
        del network.rows["Calls"][1:]
        assert missing(resolve(network)) == Missing(
            "the records of hosted zone amazonaws.com", "route53:ListResourceRecordSets"
        )

    @pytest.mark.parametrize("values", [(), ("not-an-address",)])
    def test_private_zone_record_without_valid_address_is_unknown(self, values: tuple[str, ...]) -> None:
        network = Network()
        network.zone("example.com", record("db.example.com.", "A", *values))
        assert not resolve(network, "db.example.com", None).hop.clean


class TestAliasRecords:
    OWN = f"vpce-1a-x1y2.logs.{REGION}.vpce.amazonaws.com"
    OWN_ZONAL = f"vpce-1a-x1y2-eu-west-1b.logs.{REGION}.vpce.amazonaws.com"

    def network(self, alias: str) -> Network:
        network = Network()
        network.endpoint("vpce-1a", "logs", ["subnet-a", "subnet-b"], PrivateDnsEnabled=False)
        network.zone(LOGS_HOST, record(f"{LOGS_HOST}.", "A", alias=f"{alias}."))
        return network

    def test_alias_to_regional_endpoint_name_resolves_to_all_interfaces(self) -> None:
        assert led_to(resolve(self.network(self.OWN))) == ["vpce-1a at 10.0.1.10", "vpce-1a at 10.0.2.11"]

    def test_alias_to_zonal_endpoint_name_resolves_to_zone_interface(self) -> None:
        assert led_to(resolve(self.network(self.OWN_ZONAL))) == ["vpce-1a at 10.0.2.11"]

    def test_alias_to_wildcard_endpoint_name_resolves_to_endpoint(self) -> None:
        escaped = self.network(f"\\052.{self.OWN}")
        assert led_to(resolve(escaped)) == ["vpce-1a at 10.0.1.10", "vpce-1a at 10.0.2.11"]

    def test_alias_to_zone_without_endpoint_resolves_to_all_interfaces(self) -> None:
        elsewhere = self.network(f"vpce-1a-x1y2-eu-west-1c.logs.{REGION}.vpce.amazonaws.com")
        assert led_to(resolve(elsewhere)) == ["vpce-1a at 10.0.1.10", "vpce-1a at 10.0.2.11"]

    def test_alias_with_missing_subnet_zones_resolves_to_all_interfaces(self) -> None:
        network = self.network(self.OWN_ZONAL)
        for row in network.rows["Subnets"]:
            del row["AvailabilityZone"]
        assert led_to(resolve(network)) == ["vpce-1a at 10.0.1.10", "vpce-1a at 10.0.2.11"]

    def test_alias_to_endpoint_without_interfaces_is_unknown(self) -> None:
        network = self.network(self.OWN)
        network.row("VpcEndpoints", "vpce-1a").update(NetworkInterfaceIds=[], SubnetIds=[])
        assert missing(resolve(network)) == Missing("the interfaces of vpce-1a", "ec2:DescribeNetworkInterfaces")

    def test_alias_to_unread_endpoint_is_unknown(self) -> None:
        name = f"vpce-99-x.logs.{REGION}.vpce.amazonaws.com"
        assert missing(resolve(self.network(name))) == Missing(f"the endpoint of {name}")

    def test_endpoint_dns_name_resolves_without_alias(self) -> None:
        network = self.network(self.OWN)
        network.rows["Calls"].clear()
        assert led_to(resolve(network, self.OWN_ZONAL, None)) == ["vpce-1a at 10.0.2.11"]

    def test_alias_outside_private_zones_may_have_any_address(self) -> None:
        (destination,) = resolve(self.network("logs.example.com")).destinations
        assert destination.addresses == ANY

    def test_cname_to_another_private_zone_is_followed(self) -> None:
        network = Network()
        network.zone("a.example", record("x.a.example.", "CNAME", "y.b.example."))
        network.zone("b.example", record("y.b.example.", "A", "10.0.2.9"))
        found = resolve(network, "x.a.example", None)
        assert led_to(found) == ["10.0.2.9"]

    def test_cname_to_nonexistent_name_fails_resolution(self) -> None:
        network = Network()
        network.zone("a.example", record("x.a.example.", "CNAME", "y.b.example."))
        network.zone("b.example")
        assert lost(resolve(network, "x.a.example", None)) == ["DNS_NAME_NOT_FOUND"]

    def test_private_zone_address_in_another_vpc_has_its_interface(self) -> None:
        network = self.network(self.OWN)
        network.add("Vpcs", VpcId="vpc-2", CidrBlock="10.9.0.0/16")
        network.interface("eni-9", "10.9.1.5", "subnet-9", ["sg-9"], VpcId="vpc-2")
        network.zone("hub.example", record("x.hub.example.", "A", "10.9.1.5"))
        (destination,) = resolve(network, "x.hub.example", None).destinations
        assert (destination.interface, destination.subnet) == ("eni-9", "subnet-9")

    def test_cname_loop_is_unknown(self) -> None:
        network = Network()
        network.zone(
            "a.example", record("x.a.example.", "CNAME", "y.a.example."), record("y.a.example.", "CNAME", "x.a.example")
        )
        found = missing(resolve(network, "x.a.example", None))
        assert found is not None
        assert found.fact.startswith("where the chain of names over ")

    @pytest.mark.parametrize(("links", "followed"), [(8, True), (32, True), (33, False)])
    def test_cname_chain_is_followed_up_to_32_links(self, links: int, followed: bool) -> None:  # noqa: FBT001
        network = Network()
        chain = [record(f"n{place}.example.", "CNAME", f"n{place + 1}.example.") for place in range(links)]
        network.zone("example", *chain, record(f"n{links}.example.", "A", "10.0.2.9"))
        assert resolve(network, "n0.example", None).hop.clean == followed


class TestRoutingPolicies:
    """Record sets that a routing policy chooses from: y has an address, z has none."""

    def resolve(self, *targets: str, policy: dict[str, Any], **of_the_first: Any) -> Resolution:
        network = Network()
        rows = [record("x.a.example.", "CNAME", f"{name}.b.example.") for name in targets]
        sets = [row | {"SetIdentifier": str(number)} | policy for number, row in enumerate(rows)]
        sets[0] |= of_the_first
        network.zone("a.example", *sets)
        answers = [record(f"{name}.b.example.", "A", f"10.0.2.{number}") for number, name in enumerate("yw", 8)]
        network.zone("b.example", *answers)
        return resolve(network, "x.a.example", None)

    @pytest.mark.parametrize("policy", [{"Weight": 1}, {"MultiValueAnswer": True}], ids=["weighted", "multivalue"])
    def test_weighted_and_multivalue_records_all_answer(self, policy: dict[str, Any]) -> None:
        found = self.resolve("y", "w", policy=policy)
        assert led_to(found) == ["10.0.2.8", "10.0.2.9"]
        assert found.sure

    @pytest.mark.parametrize(
        "policy",
        [{"Failover": "PRIMARY"}, {"Region": REGION}, {"GeoLocation": {"CountryCode": "*"}}],
        ids=["failover", "latency", "geolocation"],
    )
    def test_failover_latency_and_geolocation_answers_are_uncertain(self, policy: dict[str, Any]) -> None:
        found = self.resolve("y", "w", policy=policy)
        assert led_to(found) == ["10.0.2.8", "10.0.2.9"]
        assert not found.sure

    def test_weighted_record_with_health_check_is_uncertain(self) -> None:
        assert not self.resolve("y", "w", policy={"Weight": 1}, HealthCheckId="1f").sure

    @pytest.mark.parametrize("looks", [True, False])
    def test_weighted_alias_is_uncertain_if_it_evaluates_target_health(self, looks: bool) -> None:  # noqa: FBT001
        network = Network()
        rows = [record("x.a.example.", "A", alias=f"{name}.a.example.") for name in "yz"]
        for number, row in enumerate(rows):
            row["AliasTarget"]["EvaluateTargetHealth"] = looks
            row |= {"SetIdentifier": str(number), "Weight": 1}
        network.zone("a.example", *rows, *[record(f"{name}.a.example.", "A", "10.0.2.8") for name in "yz"])
        assert resolve(network, "x.a.example", None).sure is not looks

    def test_weighted_record_of_zero_weight_is_ignored(self) -> None:
        assert led_to(self.resolve("z", "y", policy={"Weight": 1}, Weight=0)) == ["10.0.2.8"]

    def test_weighted_records_all_answer_if_every_weight_is_zero(self) -> None:
        assert led_to(self.resolve("y", "w", policy={"Weight": 0})) == ["10.0.2.8", "10.0.2.9"]

    def test_weighted_record_to_nonexistent_name_is_listed_as_dead(self) -> None:
        found = self.resolve("z", "y", policy={"Weight": 1})
        assert led_to(found) == ["10.0.2.8"]
        assert [(piece.code, piece.resource) for hop in found.dead for piece in hop.lost] == [
            ("DNS_NAME_NOT_FOUND", "Z2")
        ]
        assert found.sure

    def test_weighted_records_all_to_nonexistent_names_fail_resolution(self) -> None:
        assert lost(self.resolve("z", "v", policy={"Weight": 1})) == ["DNS_NAME_NOT_FOUND"]

    def test_weighted_records_to_nonexistent_and_unread_names_are_unknown(self) -> None:
        found = self.resolve("z", "vpce-9-x.logs.vpce.amazonaws.com", policy={"Weight": 1})
        assert missing(found) == Missing("the endpoint of vpce-9-x.logs.vpce.amazonaws.com.b.example")

    def test_cname_to_weighted_name_keeps_its_dead_records(self) -> None:
        """What is dead further on is dead here."""
        network = Network()
        weighted = [{"SetIdentifier": name, "Weight": 1} for name in "yz"]
        rows = [record("x.a.example.", "CNAME", f"{one['SetIdentifier']}.b.example.") | one for one in weighted]
        network.zone("a.example", *rows)
        network.zone("b.example", record("y.b.example.", "A", "10.0.2.8"))
        network.zone("c.example", record("c.example.", "CNAME", "x.a.example."))
        found = resolve(network, "c.example", None)
        assert led_to(found) == ["10.0.2.8"]
        assert [piece.code for hop in found.dead for piece in hop.lost] == ["DNS_NAME_NOT_FOUND"]

    def test_weighted_alias_to_nonexistent_name_is_intermittent(self) -> None:
        """A task that asks now and then is told a name that is dead."""
        network = Network()
        network.endpoint("vpce-1a", "logs", PrivateDnsEnabled=False)
        own = f"vpce-1a-x.logs.{REGION}.vpce.amazonaws.com."
        rows = [record(f"{LOGS_HOST}.", "A", alias=name) for name in (own, "gone.b.example.")]
        network.zone(LOGS_HOST, *[row | {"SetIdentifier": str(number), "Weight": 1} for number, row in enumerate(rows)])
        network.zone("b.example")
        walker = network.walker()
        found = walker.reach(source(walker), Target(parse_host(LOGS_HOST), 443, "aws", LOGS))
        assert (found.verdict, found.because) == (INTERMITTENT, ("address",))


class TestRegistries:
    """A registry that no catalogue has serves its blobs itself, or redirects to somewhere on the internet."""

    HOST = "registry.corp.example"

    def resolve(self, network: Network) -> Resolution:
        query = Query(DnsName(self.HOST), "registry", inferred="its blobs are taken to be there or on the internet")
        return names_of(network.world()).resolve(VPC, query)

    def network(self) -> Network:
        network = Network()
        network.zone("corp.example", record(f"{self.HOST}.", "A", "10.0.2.9"))
        return network

    def test_registry_in_private_zone_resolves_there_and_to_internet(self) -> None:
        found = self.resolve(self.network())
        assert led_to(found) == ["10.0.2.9", "the internet"]
        assert (found.sure, found.hop.grade) == (False, "inferred")

    def test_registry_with_a_single_blocked_path_is_unknown(self) -> None:
        network = self.network()
        network.serve_internet_by_nat()
        network.interface("eni-9", "10.0.2.9", "subnet-b", ["sg-task"])
        walker = network.walker()
        found = walker.reach(source(walker), Target(parse_host(self.HOST), 443, "registry"))
        assert found.verdict is UNKNOWN
        judged = [item for trace in found.traces for item in trace.judged]
        assert [(item.piece.code, item.lost) for item in judged] == [("SG_HAS_NO_RULES", False)]

    def test_registry_without_private_zone_is_inferred_on_internet(self) -> None:
        found = self.resolve(Network())
        assert led_to(found) == ["the internet"]
        assert found.hop.grade == "inferred"

    def test_registry_hidden_by_private_zone_fails_resolution(self) -> None:
        network = Network()
        network.zone("corp.example")
        assert lost(self.resolve(network)) == ["DNS_NAME_NOT_FOUND"]

    def test_registry_is_unknown_if_dns_support_is_unread(self) -> None:
        network = self.network()
        network.attribute("EnableDnsSupport", value=None)
        assert not self.resolve(network).hop.clean


class TestSharedVpcs:
    """Another account's VPC, whose subnets are shared: its owner's endpoints are out of sight."""

    def network(self) -> Network:
        network = Network()
        network.service()
        for row in network.rows["Subnets"]:
            row["OwnerId"] = "999988887777"
        return network

    def test_shared_vpc_without_visible_endpoints_is_unknown(self) -> None:
        assert missing(resolve(self.network())) == Missing(
            "the endpoints of vpc-1, as its owner sees them", "ec2:DescribeVpcEndpoints"
        )

    def test_shared_vpc_with_visible_endpoints_resolves_publicly(self) -> None:
        network = self.network()
        network.endpoint("vpce-1", "ssm")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]


class TestCrossRegionEndpoints:
    def network(self, region: str) -> Network:
        network = Network()
        network.endpoint("vpce-1", "logs", ServiceRegion=region)
        return network

    def abroad(self, *names: str) -> Resolution:
        """The answer of an endpoint for a service of us-east-1 that has these private names."""
        network = self.network("us-east-1")
        row = network.row("VpcEndpoints", "vpce-1")
        row["ServiceName"] = "com.amazonaws.us-east-1.logs"
        row["DnsEntries"] = [{"DnsName": "vpce-1-x.logs.us-east-1.vpce.amazonaws.com"}]
        row["DnsEntries"] += [{"DnsName": name, "HostedZoneId": "Z1"} for name in names]
        return resolve(network, "logs.us-east-1.amazonaws.com", ServiceRef("logs", "us-east-1"))

    def test_cross_region_endpoint_answers_for_names_that_aws_prints(self) -> None:
        assert led_to(self.abroad("logs.us-east-1.amazonaws.com")) == ["vpce-1 at 10.0.1.10"]
        assert led_to(self.abroad("*.us-east-1.amazonaws.com")) == ["vpce-1 at 10.0.1.10"]

    def test_cross_region_endpoint_does_not_answer_for_other_names(self) -> None:
        public = ["the public addresses of CloudWatch Logs in us-east-1"]
        assert led_to(self.abroad("logs.us-east-2.amazonaws.com")) == public

    def test_cross_region_endpoint_without_printed_names_is_unknown(self) -> None:
        assert missing(self.abroad()) == Missing(
            "whether private DNS of vpce-1 answers for a service of us-east-1", "ec2:DescribeVpcEndpoints"
        )

    def test_cross_region_endpoint_with_private_dns_off_does_not_answer(self) -> None:
        network = self.network("us-east-1")
        network.row("VpcEndpoints", "vpce-1").update(
            ServiceName="com.amazonaws.us-east-1.logs", PrivateDnsEnabled=False
        )
        found = resolve(network, "logs.us-east-1.amazonaws.com", ServiceRef("logs", "us-east-1"))
        assert led_to(found) == ["the public addresses of CloudWatch Logs in us-east-1"]

    def test_endpoint_with_service_region_of_its_own_region_resolves(self) -> None:
        assert led_to(resolve(self.network(REGION))) == ["vpce-1 at 10.0.1.10"]


class TestFileSystems:
    HOST = f"fs-0a.efs.{REGION}.amazonaws.com"

    def network(self) -> Network:
        network = Network()
        for zone, address_ in (("a", "10.0.1.77"), ("b", "10.0.2.77")):
            network.interface(f"eni-f{zone}", address_, f"subnet-{zone}", ["sg-open"])
            network.add(
                "MountTargets",
                MountTargetId=f"fsmt-{zone}",
                FileSystemId="fs-0a",
                SubnetId=f"subnet-{zone}",
                NetworkInterfaceId=f"eni-f{zone}",
                IpAddress=address_,
            )
        return network

    def resolve(self, network: Network, zone: str | None = "eu-west-1a") -> Resolution:
        return resolve(network, self.HOST, None, zone)

    def test_efs_name_resolves_to_mount_target_in_task_zone(self) -> None:
        assert led_to(self.resolve(self.network())) == ["10.0.1.77"]
        assert led_to(self.resolve(self.network(), "eu-west-1b")) == ["10.0.2.77"]

    def test_efs_name_fails_in_zone_without_mount_target(self) -> None:
        found = self.resolve(self.network(), "eu-west-1c")
        assert lost(found) == ["DNS_NO_MOUNT_TARGET"]
        assert found.hop.lost[0].message == (
            "fs-0a has no mount target in eu-west-1c of vpc-1, so its name does not resolve there"
        )

    def test_efs_name_ignores_mount_target_of_another_vpc(self) -> None:
        network = self.network()
        network.row("Subnets", "subnet-a")["VpcId"] = "vpc-2"
        assert lost(self.resolve(network)) == ["DNS_NO_MOUNT_TARGET"]

    @pytest.mark.parametrize("state", ["deleting", "deleted", "error"])
    def test_efs_name_ignores_deleted_or_failed_mount_target(self, state: str) -> None:
        network = self.network()
        network.row("MountTargets", "fsmt-a")["LifeCycleState"] = state
        assert lost(self.resolve(network)) == ["DNS_NO_MOUNT_TARGET"]

    @pytest.mark.parametrize("state", ["creating", "updating"])
    def test_efs_name_is_unknown_while_mount_target_is_changing(self, state: str) -> None:
        network = self.network()
        network.row("MountTargets", "fsmt-a")["LifeCycleState"] = state
        assert missing(self.resolve(network)) == Missing(f"what becomes of fsmt-a, which is {state}")

    def test_mount_target_without_interface_and_address_leaves_answer_unknown(self) -> None:
        network = self.network()
        network.rows["NetworkInterfaces"].clear()
        del network.row("MountTargets", "fsmt-a")["IpAddress"]
        fact = Missing("the address of fsmt-a", "elasticfilesystem:DescribeMountTargets")
        assert missing(self.resolve(network)) == fact

    def test_mount_target_without_address_is_somewhere_in_its_subnet(self) -> None:
        network = self.network()
        del network.row("MountTargets", "fsmt-a")["IpAddress"]
        del network.row("NetworkInterfaces", "eni-fa")["PrivateIpAddress"]
        [found] = self.resolve(network).destinations
        assert (found.label, found.choice, found.groups) == ("eni-fa in subnet-a", False, ("sg-open",))
        network.row("NetworkInterfaces", "eni-fa").pop("Groups")
        [found] = self.resolve(network).destinations
        assert found.groups == Missing("the security groups of eni-fa", "ec2:DescribeNetworkInterfaces")

    def test_mount_target_without_address_in_a_subnet_without_block_is_unknown(self) -> None:
        network = self.network()
        del network.row("MountTargets", "fsmt-a")["IpAddress"]
        del network.row("NetworkInterfaces", "eni-fa")["PrivateIpAddress"]
        del network.row("Subnets", "subnet-a")["CidrBlock"]
        assert missing(self.resolve(network)) is not None

    def test_efs_name_resolves_to_address_of_unread_interface(self) -> None:
        network = self.network()
        network.rows["NetworkInterfaces"].clear()
        found = self.resolve(network)
        assert led_to(found) == ["10.0.1.77"]
        assert found.destinations[0].groups == Missing(
            "which interface has the address 10.0.1.77", "ec2:DescribeNetworkInterfaces"
        )

    def test_efs_name_fails_without_dns_hostnames(self) -> None:
        network = self.network()
        network.attribute("EnableDnsHostnames", value=False)
        assert lost(self.resolve(network)) == ["DNS_HOSTNAMES_DISABLED"]

    @pytest.mark.parametrize(
        ("make", "fact"),
        [
            (lambda n: n.attribute("EnableDnsHostnames", None), "enableDnsHostnames of vpc-1"),
            (lambda n: n.forget("MountTargets"), "the mount targets of fs-0a"),
            (lambda n: n.rows["Subnets"].clear(), "subnet subnet-a"),
            (lambda n: n.row("Subnets", "subnet-a").pop("AvailabilityZone"), "the zones of subnet-a and of the task"),
            (lambda n: n.row("NetworkInterfaces", "eni-fa").pop("PrivateIpAddress"), "the address of eni-fa"),
        ],
        ids=["hostnames", "mount targets", "subnet", "zone", "address"],
    )
    def test_efs_name_with_missing_fact_is_unknown(self, make: Any, fact: str) -> None:
        network = self.network()
        make(network)
        found = missing(self.resolve(network))
        assert found is not None
        assert found.fact == fact
        assert found.action

    def test_efs_name_is_unknown_if_task_zone_is_missing(self) -> None:
        found = missing(self.resolve(self.network(), None))
        assert found == Missing("the zones of subnet-a and of the task", "ec2:DescribeSubnets")


class TestIntendedEndpoints:
    """Endpoints for the name that DNS does not lead to, with the reason."""

    def found(self, network: Network) -> tuple[IntendedEndpoint, ...]:
        names = names_of(network.world())
        return names.intended(
            VPC, LOGS, names.resolve(VPC, Query(DnsName(LOGS_HOST), "aws", LOGS, None)), DnsName(LOGS_HOST)
        )

    def test_intended_destination_is_zone_record_if_dns_hostnames_are_off(self) -> None:
        network = Network()
        network.interface("eni-1", "10.0.1.9")
        network.zone(LOGS_HOST, record(f"{LOGS_HOST}.", "A", "10.0.1.9"))
        network.attribute("EnableDnsHostnames", value=False)
        (found,) = self.found(network)
        assert found.destination.interface == "eni-1"
        (piece,) = found.hop.lost
        assert (piece.code, piece.resource) == ("DNS_HOSTNAMES_DISABLED", VPC)
        assert piece.message == f"{VPC} has enableDnsHostnames off, so private zone {LOGS_HOST} does not apply in it"

    def test_intended_destination_excludes_absent_or_active_zone(self) -> None:
        network = Network()
        network.attribute("EnableDnsHostnames", value=False)
        assert self.found(network) == ()
        network.attribute("EnableDnsHostnames", value=True)
        network.interface("eni-1", "10.0.1.9")
        network.zone(LOGS_HOST, record(f"{LOGS_HOST}.", "A", "10.0.1.9"))
        assert self.found(network) == ()

    def test_intended_endpoint_reports_disabled_private_dns(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", ["subnet-a", "subnet-b"], PrivateDnsEnabled=False)
        found = self.found(network)
        assert [one.destination.label for one in found] == ["vpce-1 at 10.0.1.10", "vpce-1 at 10.0.2.11"]
        assert [piece.code for one in found for piece in one.hop.lost] == ["DNS_PRIVATE_NAMES_DISABLED"] * 2

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"State": "failed"}, "BAD_STATE"),
            ({"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True}}, "DNS_PRIVATE_NAMES_INBOUND_ONLY"),
            ({"PrivateDnsEnabled": False, "State": "rejected"}, "DNS_PRIVATE_NAMES_DISABLED"),
        ],
        ids=["state", "inbound only", "both"],
    )
    def test_intended_endpoint_reports_why_name_does_not_resolve_to_it(self, change: dict[str, Any], code: str) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", **change)
        assert [piece.code for one in self.found(network) for piece in one.hop.lost] == [code]

    def test_intended_endpoint_reports_disabled_dns_hostnames(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.attribute("EnableDnsHostnames", value=False)
        (one,) = self.found(network)
        (piece,) = one.hop.lost
        assert (piece.code, piece.resource) == ("DNS_HOSTNAMES_DISABLED", VPC)

    def test_intended_endpoint_reports_missing_private_dns_setting(self) -> None:
        network = Network()
        del network.endpoint("vpce-1", "logs")["PrivateDnsEnabled"]
        (one,) = self.found(network)
        assert [piece.missing for piece in one.hop.undecided] == [
            Missing("whether private DNS of vpce-1 is on", "ec2:DescribeVpcEndpoints")
        ]

    def test_intended_endpoint_is_listed_if_private_zone_hides_it(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.zone(LOGS_HOST, record(f"{LOGS_HOST}.", "A", "10.0.2.9"))
        (one,) = self.found(network)
        assert one.hop.clean
        assert one.hop.rule == "the name does not lead to it"

    def test_intended_endpoint_reports_private_zone_without_the_name(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.zone(LOGS_HOST)
        (one,) = self.found(network)
        assert [piece.code for piece in one.hop.lost] == ["DNS_NAME_NOT_FOUND"]

    @pytest.mark.parametrize(
        "change",
        [
            {},
            {"PrivateDnsEnabled": False, "VpcEndpointType": "Resource"},
            {"PrivateDnsEnabled": False, "ServiceName": f"com.amazonaws.{REGION}.ssm"},
            {"PrivateDnsEnabled": False, "SubnetIds": [], "NetworkInterfaceIds": []},
        ],
        ids=["led to", "another type", "another service", "no interface"],
    )
    def test_intended_endpoint_excludes_resolved_and_unrelated_endpoints(self, change: dict[str, Any]) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", **change)
        assert self.found(network) == ()


def test_vpc_address_destination_is_cached_per_vpc() -> None:
    destinations = Destinations(Network().world())
    first = destinations.at(VPC, IpAddress("10.0.1.5"))
    assert first is destinations.at(VPC, IpAddress("10.0.1.5"))
    assert first is not destinations.at("vpc-2", IpAddress("10.0.1.5"))
    assert first.addresses == IpAddress("10.0.1.5").addresses


class TestEndpointDnsNames:
    """A private zone leads to an endpoint by its own name: the endpoint must work all the same."""

    def resolve(self, **more: Any) -> Resolution:
        network = Network()
        network.endpoint("vpce-1", "logs", PrivateDnsEnabled=False, **more)
        alias = f"vpce-1-0a.logs.{REGION}.vpce.amazonaws.com."
        network.zone(LOGS_HOST, record(f"{LOGS_HOST}.", "A", alias=alias))
        return names_of(network.world()).resolve(VPC, Query(DnsName(LOGS_HOST), "aws", LOGS, None))

    def test_alias_to_available_endpoint_resolves_to_it(self) -> None:
        assert [one.endpoint for one in self.resolve().destinations] == ["vpce-1"]

    @pytest.mark.parametrize("state", ["failed", "deleted", "rejected"])
    def test_alias_to_endpoint_in_bad_state_fails_resolution(self, state: str) -> None:
        found = self.resolve(State=state)
        assert [(piece.code, piece.resource) for piece in found.hop.lost] == [("BAD_STATE", "vpce-1")]
        assert found.destinations == ()

    def test_alias_to_pending_endpoint_is_unknown(self) -> None:
        assert self.resolve(State="pending").hop.undecided
