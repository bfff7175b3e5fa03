"""What a VPC's DNS server knows by itself."""

import pytest

from skerry.errors import SkerryError
from skerry.lab.dns_records import names_of, resolver_of, servers_of
from tests.networks import REGION, VPC, Network, record
from tests.resolving import Resolving

LOGS = f"logs.{REGION}.amazonaws.com"
DKR = f"dkr.ecr.{REGION}.amazonaws.com"


def records(network: Network) -> set[tuple[str, str]]:
    return set(names_of(network.world(), VPC).names.records)


class TestEndpointPrivateNames:
    def test_endpoint_private_name_resolves_to_each_interface(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", ["subnet-a", "subnet-b"])
        assert {pair for pair in records(network) if pair[0] == LOGS} == {(LOGS, "10.0.1.10"), (LOGS, "10.0.2.11")}
        assert LOGS in names_of(network.world(), VPC).names.zones

    def test_endpoint_private_name_may_be_a_wildcard(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "ecr.dkr")
        assert (f"*.{DKR}", "10.0.1.10") in records(network)
        assert DKR in names_of(network.world(), VPC).names.zones

    @pytest.mark.parametrize(
        "change",
        [
            {"PrivateDnsEnabled": False},
            {"State": "pending"},
            {"VpcEndpointType": "Gateway"},
            {"DnsOptions": {"PrivateDnsOnlyForInboundResolverEndpoint": True}},
        ],
        ids=str,
    )
    def test_endpoint_without_usable_private_dns_has_no_records(self, change: dict[str, object]) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.row("VpcEndpoints", "vpce-1").update(change)
        assert records(network) == set()

    def test_endpoint_has_no_private_zone_if_vpc_dns_hostnames_are_off(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.attribute("EnableDnsHostnames", value=False)
        assert names_of(network.world(), VPC).names.zones == ()


class TestHostedZones:
    def test_hosted_zone_resolves_addresses_and_endpoint_aliases(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "ecr.api", PrivateDnsEnabled=False)
        alias = record("api.example.", "A", alias=f"vpce-1-x.api.ecr.{REGION}.vpce.amazonaws.com.")
        cname = record("also.example.", "CNAME", f"vpce-1-x.api.ecr.{REGION}.vpce.amazonaws.com")
        network.zone("example", record("\\052.example.", "A", "10.0.1.9"), alias, cname)
        assert records(network) == {
            ("*.example", "10.0.1.9"),
            ("api.example", "10.0.1.10"),
            ("also.example", "10.0.1.10"),
        }

    def test_wider_hosted_zone_does_not_answer_for_a_narrower_zone(self) -> None:
        network = Network()
        network.zone("example", record("a.inner.example.", "A", "10.0.1.9"))
        network.zone("inner.example")
        found = names_of(network.world(), VPC).names
        assert (set(found.zones), found.records) == ({"example", "inner.example"}, ())


class TestDnsServers:
    def test_amazon_dns_server_is_at_vpc_base_plus_two(self) -> None:
        assert resolver_of(Network().world(), VPC) == "10.0.0.2"

    def test_vpc_without_dns_support_has_no_amazon_dns_server(self) -> None:
        network = Network()
        network.attribute("EnableDnsSupport", value=False)
        assert resolver_of(network.world(), VPC) is None

    def test_dhcp_options_name_the_custom_dns_servers(self) -> None:
        network = Network()
        network.dhcp("10.9.0.53", "10.0.0.2", "AmazonProvidedDNS")
        assert servers_of(network.world(), VPC) == ("10.9.0.53",)


def test_cname_to_another_name_is_reported_as_unusable() -> None:
    network = Network()
    network.zone("example", record("a.example.", "CNAME", "b.example."), record("b.example.", "A", "10.0.1.9"))
    found = names_of(network.world(), VPC)
    assert found.names.records == (("b.example", "10.0.1.9"),)
    why = "the record a.example of hosted zone example leads to another name, which the lab does not follow"
    assert found.unusable == (("a.example", why),)
    assert found.names.redirections == (("a.example", "b.example"),)


def test_resolver_rule_raises_error() -> None:
    network = Network()
    network.rows["ResolverRules"] = [{"Id": "rslvr-rr-1", "DomainName": "example.", "RuleType": "FORWARD"}]
    network.rows["ResolverRuleAssociations"] = [
        {"Id": "a", "ResolverRuleId": "rslvr-rr-1", "VPCId": VPC, "Status": "COMPLETE"}
    ]
    with pytest.raises(SkerryError, match="does not build resolver rules"):
        records(network)


class TestProfiles:
    def test_zone_of_a_profile_resolves_beside_those_of_the_vpc(self) -> None:
        network = Resolving()
        network.zone("example", record("a.example.", "A", "10.0.1.9"), zone_id="Z1", vpc="vpc-9")
        network.zone("example.net", record("b.example.net.", "A", "10.0.1.8"), zone_id="Z2")
        network.profile(("hostedzone", "Z1"))
        assert records(network) == {("a.example", "10.0.1.9"), ("b.example.net", "10.0.1.8")}

    def test_zone_of_the_vpc_goes_before_the_same_zone_of_its_profile(self) -> None:
        network = Resolving()
        network.zone("example", record("a.example.", "A", "10.0.1.9"), zone_id="Z1", vpc="vpc-9")
        network.zone("example", record("b.example.", "A", "10.0.1.8"), zone_id="Z2")
        network.profile(("hostedzone", "Z1"))
        assert records(network) == {("b.example", "10.0.1.8")}

    def test_zone_with_unknown_vpcs_is_that_of_the_profile(self) -> None:
        network = Resolving()
        network.hub()
        network.zone("example", record("a.example.", "A", "10.0.1.9"), zone_id="Z1", vpc=None)
        with pytest.raises(SkerryError, match="the records of hosted zone example"):
            records(network)
        network.profile(("hostedzone", "Z1"))
        assert records(network) == {("a.example", "10.0.1.9")}

    def test_endpoint_of_a_profile_answers_by_its_interfaces(self) -> None:
        network = Resolving()
        network.hub()
        network.profile(("endpoint", "vpce-9"))
        assert (LOGS, "10.2.1.10") in records(network)

    def test_endpoint_of_the_vpc_goes_before_that_of_its_profile(self) -> None:
        network = Resolving()
        network.hub()
        network.endpoint("vpce-1", "logs")
        network.profile(("endpoint", "vpce-9"), ("endpoint", "vpce-1"))
        assert {pair for pair in records(network) if pair[0] == LOGS} == {(LOGS, "10.0.1.11")}

    def test_several_profiles_raise_error(self) -> None:
        network = Resolving()
        network.profile()
        network.profile(name="rp-2")
        with pytest.raises(SkerryError, match="several Route 53 Profiles"):
            records(network)

    def test_profile_with_an_unread_zone_raises_error(self) -> None:
        network = Resolving()
        network.profile(("hostedzone", "Z9"))
        with pytest.raises(SkerryError, match="hosted zone Z9"):
            records(network)


def test_hosted_zone_with_an_invalid_record_raises_error() -> None:
    network = Network()
    network.zone("example", record("a.example.", "A", "10.0.1.9"), record("b.example.", "A", "10.0.1.300"))
    with pytest.raises(SkerryError, match="the records of hosted zone example"):
        records(network)
