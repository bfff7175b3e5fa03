"""What a VPC's DNS server knows by itself."""

import pytest

from skerry.errors import SkerryError
from skerry.lab.dns_records import names_of, resolver_of, servers_of
from tests.networks import REGION, VPC, Network, record

LOGS = f"logs.{REGION}.amazonaws.com"
DKR = f"dkr.ecr.{REGION}.amazonaws.com"


def records(network: Network) -> set[tuple[str, str]]:
    return set(names_of(network.world(), VPC).names.records)


class TestPrivateNamesOfEndpoints:
    def test_lead_to_each_interface(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs", ["subnet-a", "subnet-b"])
        assert {pair for pair in records(network) if pair[0] == LOGS} == {(LOGS, "10.0.1.10"), (LOGS, "10.0.2.11")}
        assert LOGS in names_of(network.world(), VPC).names.zones

    def test_may_be_wildcards(self) -> None:
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
    def test_are_not_known_where_they_do_not_apply(self, change: dict[str, object]) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.row("VpcEndpoints", "vpce-1").update(change)
        assert records(network) == set()

    def test_are_not_known_where_the_vpc_has_its_hostnames_off(self) -> None:
        network = Network()
        network.endpoint("vpce-1", "logs")
        network.attribute("EnableDnsHostnames", value=False)
        assert names_of(network.world(), VPC).names.zones == ()


class TestHostedZones:
    def test_have_addresses_and_aliases_to_endpoints(self) -> None:
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

    def test_of_a_wider_domain_do_not_answer_for_a_narrower_zone(self) -> None:
        network = Network()
        network.zone("example", record("a.inner.example.", "A", "10.0.1.9"))
        network.zone("inner.example")
        found = names_of(network.world(), VPC).names
        assert (set(found.zones), found.records) == ({"example", "inner.example"}, ())


class TestServers:
    def test_the_amazon_one_is_at_the_base_plus_two(self) -> None:
        assert resolver_of(Network().world(), VPC) == "10.0.0.2"

    def test_it_does_not_answer_where_support_is_off(self) -> None:
        network = Network()
        network.attribute("EnableDnsSupport", value=False)
        assert resolver_of(network.world(), VPC) is None

    def test_others_are_those_that_dhcp_names(self) -> None:
        network = Network()
        network.dhcp("10.9.0.53", "10.0.0.2", "AmazonProvidedDNS")
        assert servers_of(network.world(), VPC) == ("10.9.0.53",)


def test_record_that_leads_to_another_name_is_not_followed() -> None:
    network = Network()
    network.zone("example", record("a.example.", "CNAME", "b.example."), record("b.example.", "A", "10.0.1.9"))
    found = names_of(network.world(), VPC)
    assert found.names.records == (("b.example", "10.0.1.9"),)
    why = "the record a.example of hosted zone example leads to another name, which the lab does not follow"
    assert found.unusable == (("a.example", why),)


def test_names_under_a_resolver_rule_are_not_built() -> None:
    network = Network()
    network.rows["ResolverRules"] = [{"Id": "rslvr-rr-1", "DomainName": "example.", "RuleType": "FORWARD"}]
    network.rows["ResolverRuleAssociations"] = [
        {"Id": "a", "ResolverRuleId": "rslvr-rr-1", "VPCId": VPC, "Status": "COMPLETE"}
    ]
    with pytest.raises(SkerryError, match="does not build resolver rules"):
        records(network)


def test_zone_that_lost_a_record_is_not_built() -> None:
    network = Network()
    network.zone("example", record("a.example.", "A", "10.0.1.9"), record("b.example.", "A", "10.0.1.300"))
    with pytest.raises(SkerryError, match="the records of hosted zone example"):
        records(network)
