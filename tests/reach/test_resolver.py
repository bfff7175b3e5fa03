"""What changes a VPC's answers: resolver rules, DNS Firewall, Route 53 Profiles, and what of them was not read."""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef
from skerry.model.facts import Missing
from skerry.net.dns_names import DnsName, parse_host
from skerry.reach.destinations import Destinations
from skerry.reach.dns_answers import Resolution
from skerry.reach.name_resolution import NameResolver, Query
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Target
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN
from tests.networks import ACCOUNT, EVERYWHERE, REGION, VPC, Network, allow, record, source
from tests.resolving import ARNS, HUB, INBOUND, Resolving

LOGS = ServiceRef("logs", REGION)
PAGE = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles-vpc-update-priority.html"
LOGS_HOST = f"logs.{REGION}.amazonaws.com"
PUBLIC_LOGS = f"the public addresses of CloudWatch Logs in {REGION}"


@pytest.fixture
def network() -> Resolving:
    return Resolving()


def resolve(
    network: Network, host: str = LOGS_HOST, service: ServiceRef | None = LOGS, place: str = "aws"
) -> Resolution:
    world = network.world()
    return NameResolver(world, Destinations(world)).resolve(VPC, Query(DnsName(host), place, service, "eu-west-1a"))


def led_to(resolution: Resolution) -> list[str]:
    assert resolution.hop.clean
    return [destination.label for destination in resolution.destinations]


def lost(resolution: Resolution) -> list[str]:
    assert not resolution.destinations
    return [piece.code for piece in resolution.hop.lost]


def missing(resolution: Resolution) -> Missing | None:
    (piece,) = resolution.hop.undecided
    return piece.missing


class TestForwardRules:
    def test_forward_rule_leaves_answer_to_its_target_servers(self, network: Resolving) -> None:
        name = network.rule("amazonaws.com", "10.8.0.53", "10.8.1.53")
        found = resolve(network)
        fact = f"what 10.8.0.53 or 10.8.1.53 answers, to which {name} forwards names in amazonaws.com"
        assert missing(found) == Missing(fact)
        assert found.servers == ()

    def test_forward_rule_of_another_vpc_is_ignored(self, network: Resolving) -> None:
        network.rule("amazonaws.com", "10.8.0.53", vpc=HUB)
        network.rule("amazonaws.com", "10.8.0.53", vpc=None)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_forward_rule_ignores_names_outside_its_domain(self, network: Resolving) -> None:
        network.rule("zonaws.com", "10.8.0.53")
        network.rule(f"x.{LOGS_HOST}", "10.8.0.53")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_forward_rule_for_root_domain_forwards_every_name(self, network: Resolving) -> None:
        name = network.rule("", "10.8.0.53")
        assert missing(resolve(network)) == Missing(f"what 10.8.0.53 answers, to which {name} forwards every name")

    def test_forward_rule_does_not_need_outbound_endpoint_addresses(self, network: Resolving) -> None:
        network.add("ResolverEndpoints", Id="rslvr-out-1", Direction="OUTBOUND", HostVPCId=VPC)
        network.rule("", "10.8.0.53")
        found = missing(resolve(network))
        assert found is not None
        assert found.action == ""

    def test_forward_rule_yields_to_more_specific_endpoint_private_dns(self, network: Resolving) -> None:
        network.rule(f"{REGION}.amazonaws.com", "10.8.0.53")
        network.endpoint("vpce-1", "logs")
        assert led_to(resolve(network)) == ["vpce-1 at 10.0.1.10"]

    def test_forward_rule_beats_private_zone_of_same_domain(self, network: Resolving) -> None:
        network.rule("corp.example", "10.8.0.53")
        network.zone("corp.example", record("db.corp.example.", "A", "10.0.2.9"))
        assert resolve(network, "db.corp.example", None).hop.undecided

    def test_forward_rule_beats_private_zone_of_wider_domain(self, network: Resolving) -> None:
        network.rule("corp.example", "10.8.0.53")
        network.zone("example", record("db.corp.example.", "A", "10.0.2.9"))
        assert resolve(network, "db.corp.example", None).hop.undecided

    def test_forward_rule_beats_endpoint_private_dns_of_same_name(self, network: Resolving) -> None:
        network.rule(LOGS_HOST, "10.8.0.53")
        network.endpoint("vpce-1", "logs")
        assert resolve(network).hop.undecided

    def test_forward_rule_applies_with_dns_hostnames_disabled(self, network: Resolving) -> None:
        network.rule("amazonaws.com", "10.8.0.53")
        network.attribute("EnableDnsHostnames", value=False)
        assert resolve(network).hop.undecided

    def test_forward_rule_applies_to_cname_target_of_private_zone(self, network: Resolving) -> None:
        network.rule("corp.example", "10.8.0.53")
        network.zone("example", record("x.example.", "CNAME", "db.corp.example."))
        assert resolve(network, "x.example", None).hop.undecided

    def test_forward_rule_applies_to_endpoint_specific_names(self, network: Resolving) -> None:
        network.endpoint("vpce-1a", "logs")
        own = f"vpce-1a-x.logs.{REGION}.vpce.amazonaws.com"
        assert led_to(resolve(network, own, None)) == ["vpce-1a at 10.0.1.10"]
        network.rule("amazonaws.com", "10.8.0.53")
        assert resolve(network, own, None).hop.undecided

    def test_forward_rule_with_unknown_dns_hostnames_is_undecided(self, network: Resolving) -> None:
        network.rule("amazonaws.com", "10.8.0.53")
        network.endpoint("vpce-1", "logs")
        network.attribute("EnableDnsHostnames", value=None)
        found = resolve(network)
        assert missing(found) == Missing("enableDnsHostnames of vpc-1", "ec2:DescribeVpcAttribute")
        assert found.destinations == ()

    def test_forward_rule_may_forward_efs_names(self, network: Resolving) -> None:
        network.add(
            "MountTargets", MountTargetId="fsmt-1", FileSystemId="fs-0a", SubnetId="subnet-a", IpAddress="10.0.1.9"
        )
        host = f"fs-0a.efs.{REGION}.amazonaws.com"
        network.rule("com", "10.8.0.53")
        assert led_to(resolve(network, host, None)) == ["10.0.1.9"]
        name = network.rule("amazonaws.com", "10.8.0.53")
        assert missing(resolve(network, host, None)) == Missing(f"whether {name} forwards {host} out of vpc-1")


class TestSystemRules:
    @pytest.mark.parametrize("kind", ["SYSTEM", "RECURSIVE"])
    def test_system_rule_overrides_forward_rule_of_wider_domain(self, network: Resolving, kind: str) -> None:
        network.rule("", "10.8.0.53")
        network.rule("amazonaws.com", kind=kind)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]
        assert resolve(network, "example.com", None).hop.undecided

    def test_system_rule_yields_to_forward_rule_of_narrower_domain(self, network: Resolving) -> None:
        network.rule(f"{REGION}.amazonaws.com", "10.8.0.53")
        network.rule("amazonaws.com", kind="SYSTEM")
        assert resolve(network).hop.undecided

    def test_system_rule_leaves_private_zone_answer_unchanged(self, network: Resolving) -> None:
        network.rule("db.corp.example", kind="SYSTEM")
        network.zone("corp.example", record("db.corp.example.", "A", "10.0.2.9"))
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.9"]

    def test_autodefined_system_rule_changes_no_answer(self, network: Resolving) -> None:
        """AWS lists its own as associations of every VPC."""
        network.associate("rslvr-autodefined-rr-internet-resolver")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]


class TestForwardRulesToInboundEndpoints:
    """Central endpoints: a rule leads to the inbound resolver endpoint of a VPC that has them."""

    @pytest.fixture
    def network(self) -> Resolving:
        network = Resolving()
        network.hub()
        network.inbound()
        network.rule("amazonaws.com", *INBOUND)
        return network

    def test_inbound_endpoint_answers_with_endpoint_of_its_vpc(self, network: Resolving) -> None:
        (destination,) = resolve(network).destinations
        assert (destination.label, destination.subnet) == ("vpce-9 at 10.2.1.10", "subnet-hub")

    def test_inbound_endpoint_answer_is_graded_inferred(self, network: Resolving) -> None:
        hop = resolve(network).hop
        assert hop.grade == "inferred"
        assert hop.rule == (
            f"{LOGS_HOST}: private DNS of vpce-9, in vpc-2, to whose inbound resolver endpoint rslvr-rr-0 is taken to "
            "get through"
        )

    def test_inbound_endpoint_answers_with_inbound_only_private_dns(self, network: Resolving) -> None:
        network.row("VpcEndpoints", "vpce-9")["DnsOptions"] = {"PrivateDnsOnlyForInboundResolverEndpoint": True}
        assert led_to(resolve(network)) == ["vpce-9 at 10.2.1.10"]

    def test_inbound_endpoint_answer_is_public_without_private_names(self, network: Resolving) -> None:
        network.rows["VpcEndpoints"].clear()
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_inbound_endpoint_name_is_lost_if_its_vpc_has_dns_disabled(self, network: Resolving) -> None:
        network.row("VpcAttributes", HUB)["EnableDnsSupport"] = {"Value": False}
        found = resolve(network)
        assert lost(found) == ["DNS_SUPPORT_DISABLED"]
        assert found.hop.resource == HUB

    def test_inbound_endpoint_follows_forward_rules_of_its_vpc(self, network: Resolving) -> None:
        network.rule("", "10.8.0.53", vpc=HUB)
        assert led_to(resolve(network)) == ["vpce-9 at 10.2.1.10"]
        assert resolve(network, f"ssm.{REGION}.amazonaws.com").hop.undecided

    def test_inbound_endpoint_forwarding_loop_is_undecided(self, network: Resolving) -> None:
        network.associate("rslvr-rr-0", HUB)
        network.rows["VpcEndpoints"].clear()
        assert missing(resolve(network)) == Missing("where the chain of rules over rslvr-rr-0 ends")

    @pytest.mark.parametrize(
        ("change", "action"),
        [
            (lambda n: n.rows["ResolverRules"][0]["TargetIps"].append({"Ip": "10.8.0.53"}), ""),
            (lambda n: n.rows["ResolverRules"][0]["TargetIps"].append({"Ipv6": "fd00::53"}), ""),
            (lambda n: n.rows["ResolverRules"][0]["TargetIps"][0].update(Port=5353), ""),
            (lambda n: n.rows["ResolverRules"][0]["TargetIps"].clear(), ""),
            (lambda n: n.rows["ResolverEndpoints"][0].update(Direction="OUTBOUND"), ""),
            (lambda n: n.rows["ResolverEndpoints"][0].pop("HostVPCId"), ""),
            (lambda n: n.inbound("rslvr-in-2", "vpc-3", INBOUND), ""),
            (lambda n: n.rows["Calls"].clear(), "route53resolver:ListResolverEndpointIpAddresses"),
            (lambda n: n.forget("ResolverEndpoints"), "route53resolver:ListResolverEndpoints"),
        ],
        ids=["another", "IPv6", "port", "none", "outbound", "no VPC", "overlapping", "no addresses", "no endpoints"],
    )
    def test_forward_rule_is_undecided_unless_all_targets_match_inbound_ips(
        self, network: Resolving, change: Any, action: str
    ) -> None:
        change(network)
        found = missing(resolve(network))
        assert found is not None
        assert found.fact.endswith(" answers, to which rslvr-rr-0 forwards names in amazonaws.com")
        assert found.action == action

    @pytest.mark.parametrize(
        ("targets", "told"),
        [([{"Ipv6": "fd00::53"}, {"Ip": "10.8.0.53"}], "fd00::53 or 10.8.0.53"), ([], "no DNS server")],
        ids=["IPv6", "none"],
    )
    def test_forward_rule_reports_its_target_addresses(
        self, network: Resolving, targets: list[dict[str, str]], told: str
    ) -> None:
        network.rows["ResolverRules"][0]["TargetIps"] = targets
        fact = f"what {told} answers, to which rslvr-rr-0 forwards names in amazonaws.com"
        assert missing(resolve(network)) == Missing(fact)

    def test_forward_rule_with_targets_in_two_vpcs_is_undecided(self, network: Resolving) -> None:
        network.inbound("rslvr-in-2", "vpc-3", ("10.3.0.53",))
        network.rows["ResolverRules"][0]["TargetIps"].append({"Ip": "10.3.0.53"})
        assert resolve(network).hop.undecided

    def test_inbound_endpoint_needing_action_is_undecided(self, network: Resolving) -> None:
        network.rows["ResolverEndpoints"][0]["Status"] = "ACTION_NEEDED"
        assert missing(resolve(network)) == Missing(
            "what becomes of rslvr-in-1, which is ACTION_NEEDED", "route53resolver:ListResolverEndpoints"
        )


class TestIncompleteResolverRules:
    """A rule that another account shares is associated, and may not be among the account's own."""

    def test_unread_resolver_rule_leaves_public_answer_undecided(self, network: Resolving) -> None:
        network.associate("rslvr-rr-7")
        assert missing(resolve(network)) == Missing(
            "resolver rule rslvr-rr-7, which holds in vpc-1", "route53resolver:GetResolverRule"
        )

    def test_unread_resolver_rule_list_names_list_resolver_rules_action(self, network: Resolving) -> None:
        network.associate("rslvr-rr-7")
        network.forget("ResolverRules")
        found = missing(resolve(network))
        assert found is not None
        assert found.action == "route53resolver:ListResolverRules"

    def test_unread_resolver_rule_makes_private_answer_inferred(self, network: Resolving) -> None:
        network.associate("rslvr-rr-7")
        network.endpoint("vpce-1", "logs")
        found = resolve(network)
        assert led_to(found) == ["vpce-1 at 10.0.1.10"]
        assert found.hop.grade == "inferred"
        assert found.hop.rule == (
            f"{LOGS_HOST}: private DNS of vpce-1, if it is not changed by resolver rule rslvr-rr-7, which holds in "
            "vpc-1 (from route53resolver:GetResolverRule)"
        )

    @pytest.mark.parametrize(
        ("change", "fact"),
        [
            ({"Status": "UPDATING"}, "what becomes of rslvr-rr-0, which is UPDATING"),
            ({"DomainName": None}, "what resolver rule rslvr-rr-0, of type SYSTEM, is for"),
            ({"RuleType": "NEW"}, "what resolver rule rslvr-rr-0, of type NEW, is for"),
        ],
        ids=["status", "domain", "type"],
    )
    def test_resolver_rule_with_unusable_field_is_undecided(
        self, network: Resolving, change: dict[str, Any], fact: str
    ) -> None:
        network.rule("example", kind="SYSTEM")
        network.rows["ResolverRules"][0].update(change)
        assert missing(resolve(network)) == Missing(fact, "route53resolver:GetResolverRule")

    def test_resolver_rule_without_type_is_undecided(self, network: Resolving) -> None:
        network.rule("example", kind="SYSTEM")
        del network.rows["ResolverRules"][0]["RuleType"]
        found = missing(resolve(network))
        assert found is not None
        assert found.fact == "resolver rule rslvr-rr-0, which holds in vpc-1"

    def test_delegate_rule_changes_no_answer_without_ns_record(self, network: Resolving) -> None:
        """Such a rule is asked only where a zone names the name servers of a part of it."""
        network.rule("", "10.8.0.53", kind="DELEGATE")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]
        network.zone("a.example", record("b.a.example.", "NS", "ns.a.example."))
        assert missing(resolve(network, "x.b.a.example", None)) == Missing(
            "what the name servers of b.a.example, to which zone a.example delegates, answer for x.b.a.example"
        )

    @pytest.mark.parametrize("status", ["CREATING", "DELETING", "FAILED", "OVERRIDDEN"])
    def test_resolver_rule_association_in_transition_is_undecided(self, network: Resolving, status: str) -> None:
        network.rule("amazonaws.com", "10.8.0.53", vpc=None)
        network.associate("rslvr-rr-0", status=status)
        assert missing(resolve(network)) == Missing(
            f"what becomes of rslvr-rrassoc-0, which is {status}", "route53resolver:ListResolverRuleAssociations"
        )


class TestDnsFirewall:
    def firewall(self, network: Network, vpc: str = VPC) -> None:
        group = {"Id": "rslvr-frgassoc-1", "FirewallRuleGroupId": "rslvr-frg-1", "VpcId": vpc}
        network.rows["FirewallRuleGroupAssociations"] = [group]

    def test_dns_firewall_makes_answer_undecided_and_keeps_destination(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        self.firewall(network)
        found = resolve(network)
        fact = f"whether DNS Firewall (rslvr-frg-1) lets vpc-1 ask for {LOGS_HOST}"
        assert missing(found) == Missing(fact, "route53resolver:ListFirewallRules")
        assert [one.label for one in found.destinations] == ["vpce-1 at 10.0.1.10"]

    def test_dns_firewall_makes_unknown_host_undecided(self, network: Resolving) -> None:
        self.firewall(network)
        world = network.world()
        found = NameResolver(world, Destinations(world)).resolve(VPC, Query(None, "internet", inferred="somewhere"))
        assert missing(found) == Missing(
            "whether DNS Firewall (rslvr-frg-1) lets vpc-1 ask for a host that is not known",
            "route53resolver:ListFirewallRules",
        )

    def test_dns_firewall_does_not_restore_a_lost_name(self, network: Resolving) -> None:
        network.zone("amazonaws.com")
        self.firewall(network)
        assert lost(resolve(network)) == ["DNS_NAME_NOT_FOUND"]

    def test_dns_firewall_of_another_vpc_is_ignored(self, network: Resolving) -> None:
        self.firewall(network, HUB)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_dns_firewall_shared_by_profile_makes_answer_undecided(self, network: Resolving) -> None:
        network.profile(("firewall", "rslvr-frg-2"))
        found = missing(resolve(network))
        assert found is not None
        assert found.fact == f"whether DNS Firewall (rslvr-frg-2) lets vpc-1 ask for {LOGS_HOST}"


class TestRoute53Profiles:
    """What a Route 53 Profile holds changes the answers in each of its VPCs."""

    def zone(
        self, network: Network, name: str = "corp.example", vpc: str | None = HUB, address: str = "10.0.2.9"
    ) -> str:
        zone_id = f"ZP{len(network.rows['Calls'])}"
        network.zone(name, record(f"db.{name}.", "A", address), zone_id=zone_id, vpc=vpc)
        return zone_id

    @pytest.mark.parametrize("vpc", [VPC, f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{VPC}"], ids=["id", "ARN"])
    def test_profile_shares_private_zone_with_vpc_by_id_or_arn(self, network: Resolving, vpc: str) -> None:
        zone_id = self.zone(network)
        network.profile(("hostedzone", zone_id), vpc=vpc)
        found = resolve(network, "db.corp.example", None)
        assert led_to(found) == ["10.0.2.9"]
        assert found.hop.rule == "db.corp.example: private zone corp.example, which rp-1 shares"

    def test_profile_shares_private_zone_with_unknown_vpc_associations(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network, vpc=None)))
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.9"]

    def test_profile_of_another_vpc_is_ignored(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network)), vpc=HUB)
        assert led_to(resolve(network, "db.corp.example", None, "internet")) == ["the internet"]

    def test_profile_zone_yields_to_same_zone_of_the_vpc(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network)))
        self.zone(network, vpc=VPC, address="10.0.2.8")
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.8"]

    def test_profile_zone_beats_wider_zone_of_the_vpc(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network)))
        self.zone(network, "example", vpc=VPC)
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.9"]

    def test_profile_zone_also_associated_with_vpc_is_credited_to_the_vpc(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network, vpc=VPC)))
        assert resolve(network, "db.corp.example", None).hop.rule == "db.corp.example: private zone corp.example"

    def test_profile_shares_forward_rule(self, network: Resolving) -> None:
        network.profile(("rule", network.rule("amazonaws.com", "10.8.0.53", vpc=None)))
        assert resolve(network).hop.undecided

    def test_profile_forward_rule_yields_to_private_zone_of_the_vpc(self, network: Resolving) -> None:
        network.profile(("rule", network.rule("corp.example", "10.8.0.53", vpc=None)))
        self.zone(network, vpc=VPC)
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.9"]

    def test_profile_shares_endpoint_private_dns(self, network: Resolving) -> None:
        network.hub()
        network.profile(("endpoint", "vpce-9"))
        found = resolve(network)
        assert led_to(found) == ["vpce-9 at 10.2.1.10"]
        assert found.hop.rule == f"{LOGS_HOST}: private DNS of vpce-9, which rp-1 shares"

    def test_profile_endpoint_in_the_same_vpc_is_credited_to_the_vpc(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        network.profile(("endpoint", "vpce-1"))
        assert resolve(network).hop.rule == f"{LOGS_HOST}: private DNS of vpce-1"

    def test_profile_endpoint_with_private_dns_disabled_is_undecided(self, network: Resolving) -> None:
        network.hub()
        network.row("VpcEndpoints", "vpce-9")["PrivateDnsEnabled"] = False
        network.profile(("endpoint", "vpce-9"))
        assert missing(resolve(network)) == Missing("whether rp-1 makes vpce-9 answer, whose private DNS is off")

    def test_profile_query_log_config_changes_no_answer(self, network: Resolving) -> None:
        network.profile(("log", "rqlc-1"))
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    @pytest.mark.parametrize(
        ("resource", "fact", "action"),
        [
            (("hostedzone", "ZX"), "hosted zone ZX, which rp-1 shares with vpc-1", "route53:GetHostedZone"),
            (
                ("rule", "rslvr-rr-7"),
                "resolver rule rslvr-rr-7, which holds in vpc-1",
                "route53resolver:GetResolverRule",
            ),
            (("endpoint", "vpce-7"), "vpce-7, which rp-1 shares with vpc-1", "ec2:DescribeVpcEndpoints"),
            (("other", "x"), f"what {ARNS['other']}x, which rp-1 shares, changes", ""),
        ],
        ids=["zone", "rule", "endpoint", "another"],
    )
    def test_profile_with_unread_resource_is_undecided(
        self, network: Resolving, resource: tuple[str, str], fact: str, action: str
    ) -> None:
        network.profile(resource)
        assert missing(resolve(network)) == Missing(fact, action)

    def test_profile_with_malformed_resource_arn_is_undecided(self, network: Resolving) -> None:
        network.profile()
        row = {"Id": "rpr-1", "ProfileId": "rp-1", "ResourceArn": "what", "Status": "COMPLETE"}
        network.rows["ProfileResourceAssociations"] = [row]
        assert missing(resolve(network)) == Missing("what what, which rp-1 shares, changes")

    def test_profile_resource_association_in_creation_is_undecided(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network)), Status="CREATING")
        assert missing(resolve(network)) == Missing(
            "what becomes of rpr-rp-1-0, which is CREATING", "route53profiles:ListProfileResourceAssociations"
        )

    def test_profile_association_in_deletion_is_undecided(self, network: Resolving) -> None:
        network.profile()
        network.rows["ProfileAssociations"][0]["Status"] = "DELETING"
        assert missing(resolve(network)) == Missing(
            "what becomes of rpassoc-rp-1, which is DELETING", "route53profiles:ListProfileAssociations"
        )

    def test_profile_with_unread_resources_leaves_public_answer_undecided(self, network: Resolving) -> None:
        network.profile()
        network.rows["Calls"].clear()
        assert missing(resolve(network)) == Missing(
            "the resources of Route 53 Profile rp-1", "route53profiles:ListProfileResourceAssociations"
        )

    def test_second_profile_with_unread_resources_is_undecided(self, network: Resolving) -> None:
        network.profile(("log", "rqlc-1"))
        network.add("ProfileAssociations", Id="rpassoc-2", ProfileId="rp-2", ResourceId=VPC)
        found = missing(resolve(network))
        assert found is not None
        assert found.fact == "the resources of Route 53 Profile rp-2"

    def test_profile_does_not_apply_resources_of_another_profile(self, network: Resolving) -> None:
        network.profile(("rule", network.rule("amazonaws.com", "10.8.0.53", vpc=None)), vpc=HUB)
        network.profile(name="rp-2")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_profiles_with_competing_zones_are_undecided(self, network: Resolving) -> None:
        """By their order, or by the most specific name: AWS says both."""
        network.profile(("hostedzone", self.zone(network)))
        network.profile(("hostedzone", self.zone(network, "example")), name="rp-2")
        assert missing(resolve(network, "db.corp.example", None)) == Missing(
            f"which of rp-1, rp-2 answers for db.corp.example in vpc-1 ({PAGE})"
        )

    @pytest.mark.parametrize(
        ("narrow", "wide", "expected"),
        [(100, 200, True), (200, 100, False), (100, 100, False)],
        ids=["first and most specific", "most specific, not first", "no order"],
    )
    def test_first_profile_answers_if_its_name_is_the_most_specific(
        self, network: Resolving, narrow: int, wide: int, *, expected: bool
    ) -> None:
        network.profile(("hostedzone", self.zone(network)))
        network.profile(("hostedzone", self.zone(network, "example", address="10.0.2.8")), name="rp-2")
        for row, priority in zip(network.rows["ProfileAssociations"], (narrow, wide), strict=True):
            row["Priority"] = priority
        assert resolve(network, "db.corp.example", None).hop.clean is expected

    @pytest.mark.parametrize(("second", "expected"), [(200, "10.0.2.9"), (50, "10.0.2.8")])
    def test_one_zone_of_several_profiles_is_that_of_the_first(
        self, network: Resolving, second: int, expected: str
    ) -> None:
        network.profile(("hostedzone", self.zone(network)))
        network.profile(("hostedzone", self.zone(network, address="10.0.2.8")), name="rp-2")
        network.rows["ProfileAssociations"][1]["Priority"] = second
        assert led_to(resolve(network, "db.corp.example", None)) == [expected]

    def test_zone_in_several_profiles_is_credited_to_the_first(self, network: Resolving) -> None:
        zone = self.zone(network)
        network.profile(("hostedzone", zone))
        network.profile(("hostedzone", zone), name="rp-2")
        network.rows["ProfileAssociations"][0]["Priority"] = 200
        rule = resolve(network, "db.corp.example", None).hop.rule
        assert rule == "db.corp.example: private zone corp.example, which rp-2 shares"

    def test_zone_of_the_vpc_goes_before_those_of_all_profiles(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network)))
        network.profile(("hostedzone", self.zone(network, "example")), name="rp-2")
        self.zone(network, vpc=VPC, address="10.0.2.7")
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.7"]

    @pytest.mark.parametrize("kind", ["FORWARD", "SYSTEM"])
    def test_rule_of_a_later_profile_is_undecided_beside_a_wider_name_of_the_first(
        self, network: Resolving, kind: str
    ) -> None:
        network.profile(("rule", network.rule("corp.example", "10.8.0.53", vpc=None, kind=kind)))
        network.profile(("hostedzone", self.zone(network, "example")), name="rp-2")
        network.rows["ProfileAssociations"][0]["Priority"] = 200
        assert missing(resolve(network, "db.corp.example", None)) == Missing(
            f"which of rp-1, rp-2 answers for db.corp.example in vpc-1 ({PAGE})"
        )


class TestDeniedApiCalls:
    @pytest.mark.parametrize(
        ("action", "fact"),
        [
            ("route53resolver:ListResolverRuleAssociations", "every resolver rule association of vpc-1"),
            ("route53resolver:ListFirewallRuleGroupAssociations", "every DNS Firewall association of vpc-1"),
            ("route53profiles:ListProfileAssociations", "every Route 53 Profile association of vpc-1"),
            ("route53:ListHostedZonesByVPC", "the private hosted zones of vpc-1"),
        ],
    )
    def test_denied_dns_api_call_leaves_public_answer_undecided(
        self, network: Resolving, action: str, fact: str
    ) -> None:
        network.refuse(action)
        assert missing(resolve(network)) == Missing(fact, action)

    def test_denied_zone_listing_is_ignored_if_vpc_zones_were_listed(self, network: Resolving) -> None:
        network.zone("corp.example")
        network.refuse("route53:ListHostedZonesByVPC")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_denied_rule_listing_leaves_cname_target_undecided(self, network: Resolving) -> None:
        """The name that a zone leads to is as open as any other."""
        network.zone("corp.example", record("x.corp.example.", "CNAME", "db.other.example."))
        network.refuse("route53resolver:ListResolverRuleAssociations")
        assert resolve(network, "x.corp.example", None).hop.undecided

    def test_denied_rule_listing_makes_cname_to_private_dns_inferred(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        network.zone("corp.example", record("x.corp.example.", "CNAME", f"{LOGS_HOST}."))
        network.rule("amazonaws.com", *INBOUND, vpc=None)
        network.refuse("route53resolver:ListResolverRuleAssociations")
        hop = resolve(network, "x.corp.example", None).hop
        assert hop.grade == "inferred"
        assert hop.rule.startswith(
            f"x.corp.example: private zone corp.example; {LOGS_HOST}: private DNS of vpce-1, if "
        )

    def test_dns_api_calls_never_made_leave_public_answer_decided(self) -> None:
        assert led_to(resolve(Network())) == [PUBLIC_LOGS]


class TestSharedVpcs:
    """Another account's VPC: its owner's rules are out of sight."""

    def share(self, network: Network) -> None:
        network.service()
        for row in network.rows["Subnets"]:
            row["OwnerId"] = "999988887777"
        network.attribute("EnableDnsHostnames", value=False)

    def test_shared_vpc_is_undecided_without_owner_resolver_rules(self, network: Resolving) -> None:
        self.share(network)
        assert missing(resolve(network)) == Missing(
            "the resolver rules of vpc-1, as its owner sees them", "route53resolver:ListResolverRuleAssociations"
        )

    def test_shared_vpc_with_visible_endpoint_is_decided(self, network: Resolving) -> None:
        self.share(network)
        network.endpoint("vpce-1", "ssm")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_shared_vpc_without_rule_calls_resolves_publicly(self) -> None:
        network = Network()
        self.share(network)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]


class TestServiceOwnedZones:
    """Zones that AWS itself makes in a VPC are listed with the others, and their records are not to be read."""

    def zone(self, network: Network, name: str = LOGS_HOST) -> None:
        summary = {"HostedZoneId": "ZS", "Name": f"{name}.", "Owner": {"OwningService": "vpce.amazonaws.com"}}
        network.call("ListHostedZonesByVPC", {"VPCId": VPC}, {"HostedZoneSummaries": [summary]})

    def test_service_owned_zone_resolves_to_its_endpoint(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        self.zone(network)
        assert led_to(resolve(network)) == ["vpce-1 at 10.0.1.10"]

    @pytest.mark.parametrize("change", [{"PrivateDnsEnabled": False}, {"ServiceName": f"com.amazonaws.{REGION}.ssm"}])
    def test_service_owned_zone_without_matching_endpoint_is_undecided(
        self, network: Resolving, change: dict[str, Any]
    ) -> None:
        network.endpoint("vpce-1", "logs", **change)
        self.zone(network)
        fact = f"the records of hosted zone {LOGS_HOST}"
        assert missing(resolve(network)) == Missing(fact, "route53:ListResourceRecordSets")

    def test_service_owned_zone_answers_with_its_records_if_read(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        self.zone(network)
        rows = [record(f"{LOGS_HOST}.", "A", "10.0.2.9")]
        network.call("ListResourceRecordSets", {"HostedZoneId": "ZS"}, {"ResourceRecordSets": rows})
        assert led_to(resolve(network)) == ["10.0.2.9"]

    def test_account_owned_zone_without_records_is_undecided(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        network.zone(LOGS_HOST)
        del network.rows["Calls"][1:]
        assert resolve(network).hop.undecided


class TestVpcLatticeEndpoints:
    """Endpoints for resources and service networks: their owners choose the names."""

    HOST = "registry.partner.example"

    def network(self, kind: str = "Resource", **options: Any) -> Network:
        network = Network()
        network.endpoint("vpce-1", "x", VpcEndpointType=kind, DnsOptions=options)
        del network.row("VpcEndpoints", "vpce-1")["ServiceName"]
        return network

    def resolve(self, network: Network, host: str = HOST) -> Resolution:
        return resolve(network, host, None, "internet")

    @pytest.mark.parametrize("kind", ["Resource", "ServiceNetwork"])
    def test_lattice_endpoint_may_have_any_name_outside_aws(self, kind: str) -> None:
        network = self.network(kind, PrivateDnsPreference="VERIFIED_DOMAINS_ONLY")
        assert missing(self.resolve(network)) == Missing(f"which private names vpce-1, of type {kind}, has")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_lattice_endpoint_has_no_name_with_private_dns_disabled(self) -> None:
        network = self.network()
        network.row("VpcEndpoints", "vpce-1")["PrivateDnsEnabled"] = False
        assert led_to(self.resolve(network)) == ["the internet"]

    def test_lattice_endpoint_is_limited_to_specified_domains(self) -> None:
        only = "SPECIFIED_DOMAINS_ONLY"
        network = self.network(PrivateDnsPreference=only, PrivateDnsSpecifiedDomains=[self.HOST])
        assert led_to(self.resolve(network, "other.example")) == ["the internet"]
        assert missing(self.resolve(network)) == Missing("where vpce-1, of type Resource, leads")


class TestDhcpServersInAnotherVpc:
    """DHCP options name the inbound resolver endpoint of a VPC that has the endpoints, which a peering leads to."""

    @pytest.fixture
    def network(self) -> Resolving:
        network = Resolving()
        network.hub()
        network.peer_with_hub()
        network.inbound()
        network.dhcp(*INBOUND)
        for number, place in enumerate(("subnet-dns", "subnet-hub")):
            network.group(f"sg-dns{number}", inbound=[allow("udp", 53, cidr=EVERYWHERE)], VpcId=HUB)
            network.interface(f"eni-dns{number}", INBOUND[number], place, [f"sg-dns{number}"], VpcId=HUB)
        return network

    def reach(self, network: Network, host: str = LOGS_HOST) -> Outcome:
        walker = network.walker()
        return walker.reach(source(walker), Target(parse_host(host), 443, "aws", LOGS))

    def close(self, network: Network, *numbers: int) -> None:
        for number in numbers:
            network.row("SecurityGroups", f"sg-dns{number}")["IpPermissions"].clear()

    def test_dhcp_inbound_endpoint_servers_answer_as_their_vpc(self, network: Resolving) -> None:
        found = resolve(network)
        assert led_to(found) == ["vpce-9 at 10.2.1.10"]
        assert found.servers == INBOUND
        assert found.hop.grade == "documented"

    def test_reachable_dhcp_servers_lead_to_endpoint_of_their_vpc(self, network: Resolving) -> None:
        found = self.reach(network)
        assert [trace.destination.label for trace in found.traces] == ["vpce-9 at 10.2.1.10"]
        assert found.verdict is OK

    def test_dhcp_servers_answer_if_a_single_server_is_unreachable(self, network: Resolving) -> None:
        self.close(network, 0)
        assert self.reach(network).verdict is OK

    def test_unreachable_dhcp_servers_block_resolution(self, network: Resolving) -> None:
        self.close(network, 0, 1)
        found = self.reach(network)
        assert found.verdict is BLOCKED
        assert {trace.purpose for trace in found.traces} == {"dns"}

    def test_partly_reachable_dhcp_servers_are_intermittent_by_placement(self, network: Resolving) -> None:
        half = allow("udp", 53, cidr="10.0.1.0/25")
        for number in range(2):
            network.row("SecurityGroups", f"sg-dns{number}")["IpPermissions"] = [half]
        found = self.reach(network)
        assert (found.verdict, found.because) == (INTERMITTENT, ("placement",))
        assert {trace.purpose for trace in found.traces} == {"dns", "call"}

    def test_dhcp_servers_with_unknown_security_groups_are_unknown(self, network: Resolving) -> None:
        for number in range(2):
            del network.row("SecurityGroups", f"sg-dns{number}")["IpPermissions"]
        found = self.reach(network)
        assert (found.verdict, found.because) == (UNKNOWN, ())

    def test_dhcp_servers_block_names_if_their_vpc_has_dns_disabled(self, network: Resolving) -> None:
        network.row("VpcAttributes", HUB)["EnableDnsSupport"] = {"Value": False}
        assert self.reach(network).verdict is BLOCKED

    def test_dhcp_servers_mixed_with_external_server_are_undecided(self, network: Resolving) -> None:
        network.dhcp(INBOUND[0], "10.8.0.53")
        assert missing(resolve(network)) == Missing(
            f"what the DNS server 10.2.0.53 or 10.8.0.53 answers for {LOGS_HOST}"
        )

    def test_dhcp_servers_mixed_with_amazon_dns_are_undecided(self, network: Resolving) -> None:
        network.dhcp(INBOUND[0], "AmazonProvidedDNS")
        assert missing(resolve(network)) == Missing(f"what the DNS server 10.2.0.53 answers for {LOGS_HOST}")

    def test_dhcp_servers_of_inbound_endpoint_in_creation_are_undecided(self, network: Resolving) -> None:
        network.rows["ResolverEndpoints"][0]["Status"] = "CREATING"
        found = missing(resolve(network))
        assert found is not None
        assert found.fact == "what becomes of rslvr-in-1, which is CREATING"
