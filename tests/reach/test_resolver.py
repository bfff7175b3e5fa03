"""What changes a VPC's answers: resolver rules, DNS Firewall, Route 53 Profiles, and what of them was not read."""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef
from skerry.model.facts import Missing
from skerry.reach.destinations import Destinations
from skerry.reach.name_resolution import NameResolver, Query, Resolution
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Target
from skerry.verdicts import BLOCKED, INTERMITTENT, OK, UNKNOWN
from tests.networks import ACCOUNT, EVERYWHERE, REGION, VPC, Network, allow, record, source
from tests.resolving import ARNS, HUB, INBOUND, Resolving

LOGS = ServiceRef("logs", REGION)
LOGS_HOST = f"logs.{REGION}.amazonaws.com"
PUBLIC_LOGS = f"the public addresses of CloudWatch Logs in {REGION}"


@pytest.fixture
def network() -> Resolving:
    return Resolving()


def resolve(
    network: Network, host: str = LOGS_HOST, service: ServiceRef | None = LOGS, place: str = "aws"
) -> Resolution:
    world = network.world()
    return NameResolver(world, Destinations(world)).resolve(VPC, Query(host, place, service, "eu-west-1a"))


def led_to(resolution: Resolution) -> list[str]:
    assert resolution.hop.clean
    return [destination.label for destination in resolution.destinations]


def lost(resolution: Resolution) -> list[str]:
    assert not resolution.destinations
    return [piece.code for piece in resolution.hop.lost]


def missing(resolution: Resolution) -> Missing | None:
    (piece,) = resolution.hop.undecided
    return piece.missing


class TestRulesThatForward:
    def test_leave_the_answer_to_servers_that_the_task_does_not_ask_itself(self, network: Resolving) -> None:
        name = network.rule("amazonaws.com", "10.8.0.53", "10.8.1.53")
        found = resolve(network)
        fact = f"what 10.8.0.53 or 10.8.1.53 answers, to which {name} forwards names in amazonaws.com"
        assert missing(found) == Missing(fact)
        assert found.servers == ()

    def test_change_nothing_in_another_vpc(self, network: Resolving) -> None:
        network.rule("amazonaws.com", "10.8.0.53", vpc=HUB)
        network.rule("amazonaws.com", "10.8.0.53", vpc=None)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_change_nothing_for_names_outside_their_domain(self, network: Resolving) -> None:
        network.rule("zonaws.com", "10.8.0.53")
        network.rule(f"x.{LOGS_HOST}", "10.8.0.53")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_may_be_for_every_name(self, network: Resolving) -> None:
        name = network.rule("", "10.8.0.53")
        assert missing(resolve(network)) == Missing(f"what 10.8.0.53 answers, to which {name} forwards every name")

    def test_go_by_an_outbound_endpoint_whose_addresses_do_not_matter(self, network: Resolving) -> None:
        network.add("ResolverEndpoints", Id="rslvr-out-1", Direction="OUTBOUND", HostVPCId=VPC)
        network.rule("", "10.8.0.53")
        found = missing(resolve(network))
        assert found is not None
        assert found.action == ""

    def test_go_after_a_private_name_of_a_narrower_domain(self, network: Resolving) -> None:
        network.rule(f"{REGION}.amazonaws.com", "10.8.0.53")
        network.endpoint("vpce-1", "logs")
        assert led_to(resolve(network)) == ["vpce-1 at 10.0.1.10"]

    def test_go_before_a_private_zone_of_the_same_name(self, network: Resolving) -> None:
        network.rule("corp.example", "10.8.0.53")
        network.zone("corp.example", record("db.corp.example.", "A", "10.0.2.9"))
        assert resolve(network, "db.corp.example", None).hop.undecided

    def test_go_before_a_private_zone_of_a_wider_domain(self, network: Resolving) -> None:
        network.rule("corp.example", "10.8.0.53")
        network.zone("example", record("db.corp.example.", "A", "10.0.2.9"))
        assert resolve(network, "db.corp.example", None).hop.undecided

    def test_go_before_an_endpoint_of_the_same_name(self, network: Resolving) -> None:
        network.rule(LOGS_HOST, "10.8.0.53")
        network.endpoint("vpce-1", "logs")
        assert resolve(network).hop.undecided

    def test_hold_also_where_private_names_do_not_apply(self, network: Resolving) -> None:
        network.rule("amazonaws.com", "10.8.0.53")
        network.attribute("EnableDnsHostnames", value=False)
        assert resolve(network).hop.undecided

    def test_hold_for_the_names_that_a_zone_leads_to(self, network: Resolving) -> None:
        network.rule("corp.example", "10.8.0.53")
        network.zone("example", record("x.example.", "CNAME", "db.corp.example."))
        assert resolve(network, "x.example", None).hop.undecided

    def test_hold_for_the_own_names_of_endpoints(self, network: Resolving) -> None:
        network.endpoint("vpce-1a", "logs")
        own = f"vpce-1a-x.logs.{REGION}.vpce.amazonaws.com"
        assert led_to(resolve(network, own, None)) == ["vpce-1a at 10.0.1.10"]
        network.rule("amazonaws.com", "10.8.0.53")
        assert resolve(network, own, None).hop.undecided

    def test_and_hostnames_that_are_not_known_leave_the_answer_open(self, network: Resolving) -> None:
        network.rule("amazonaws.com", "10.8.0.53")
        network.endpoint("vpce-1", "logs")
        network.attribute("EnableDnsHostnames", value=None)
        found = resolve(network)
        assert missing(found) == Missing("enableDnsHostnames of vpc-1", "ec2:DescribeVpcAttribute")
        assert found.destinations == ()

    def test_may_forward_the_names_of_file_systems(self, network: Resolving) -> None:
        network.add(
            "MountTargets", MountTargetId="fsmt-1", FileSystemId="fs-0a", SubnetId="subnet-a", IpAddress="10.0.1.9"
        )
        host = f"fs-0a.efs.{REGION}.amazonaws.com"
        network.rule("com", "10.8.0.53")
        assert led_to(resolve(network, host, None)) == ["10.0.1.9"]
        name = network.rule("amazonaws.com", "10.8.0.53")
        assert missing(resolve(network, host, None)) == Missing(f"whether {name} forwards {host} out of vpc-1")


class TestRulesOfTheSystem:
    @pytest.mark.parametrize("kind", ["SYSTEM", "RECURSIVE"])
    def test_undo_a_rule_of_a_wider_domain(self, network: Resolving, kind: str) -> None:
        network.rule("", "10.8.0.53")
        network.rule("amazonaws.com", kind=kind)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]
        assert resolve(network, "example.com", None).hop.undecided

    def test_do_not_undo_a_rule_of_a_narrower_domain(self, network: Resolving) -> None:
        network.rule(f"{REGION}.amazonaws.com", "10.8.0.53")
        network.rule("amazonaws.com", kind="SYSTEM")
        assert resolve(network).hop.undecided

    def test_leave_private_zones_alone(self, network: Resolving) -> None:
        network.rule("db.corp.example", kind="SYSTEM")
        network.zone("corp.example", record("db.corp.example.", "A", "10.0.2.9"))
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.9"]

    def test_that_aws_makes_itself_change_nothing(self, network: Resolving) -> None:
        """AWS lists its own as associations of every VPC."""
        network.associate("rslvr-autodefined-rr-internet-resolver")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]


class TestRulesThatForwardToAnotherVpc:
    """Central endpoints: a rule leads to the inbound resolver endpoint of a VPC that has them."""

    @pytest.fixture
    def network(self) -> Resolving:
        network = Resolving()
        network.hub()
        network.inbound()
        network.rule("amazonaws.com", *INBOUND)
        return network

    def test_are_answered_as_in_that_vpc(self, network: Resolving) -> None:
        (destination,) = resolve(network).destinations
        assert (destination.label, destination.subnet) == ("vpce-9 at 10.2.1.10", "subnet-hub")

    def test_are_taken_to_get_there(self, network: Resolving) -> None:
        hop = resolve(network).hop
        assert hop.grade == "inferred"
        assert hop.rule == (
            f"{LOGS_HOST}: private DNS of vpce-9, in vpc-2, to whose inbound resolver endpoint rslvr-rr-0 is taken to "
            "get through"
        )

    def test_are_answered_by_names_that_are_only_for_such_questions(self, network: Resolving) -> None:
        network.row("VpcEndpoints", "vpce-9")["DnsOptions"] = {"PrivateDnsOnlyForInboundResolverEndpoint": True}
        assert led_to(resolve(network)) == ["vpce-9 at 10.2.1.10"]

    def test_are_public_where_that_vpc_has_nothing_private(self, network: Resolving) -> None:
        network.rows["VpcEndpoints"].clear()
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_are_lost_where_dns_is_off_there(self, network: Resolving) -> None:
        network.row("VpcAttributes", HUB)["EnableDnsSupport"] = {"Value": False}
        found = resolve(network)
        assert lost(found) == ["DNS_SUPPORT_DISABLED"]
        assert found.hop.resource == HUB

    def test_follow_the_rules_of_that_vpc(self, network: Resolving) -> None:
        network.rule("", "10.8.0.53", vpc=HUB)
        assert led_to(resolve(network)) == ["vpce-9 at 10.2.1.10"]
        assert resolve(network, f"ssm.{REGION}.amazonaws.com").hop.undecided

    def test_may_lead_in_a_circle(self, network: Resolving) -> None:
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
    def test_need_every_target_to_be_one_of_it(self, network: Resolving, change: Any, action: str) -> None:
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
    def test_name_their_targets(self, network: Resolving, targets: list[dict[str, str]], told: str) -> None:
        network.rows["ResolverRules"][0]["TargetIps"] = targets
        fact = f"what {told} answers, to which rslvr-rr-0 forwards names in amazonaws.com"
        assert missing(resolve(network)) == Missing(fact)

    def test_need_the_targets_to_be_of_one_vpc(self, network: Resolving) -> None:
        network.inbound("rslvr-in-2", "vpc-3", ("10.3.0.53",))
        network.rows["ResolverRules"][0]["TargetIps"].append({"Ip": "10.3.0.53"})
        assert resolve(network).hop.undecided

    def test_need_the_endpoint_to_work(self, network: Resolving) -> None:
        network.rows["ResolverEndpoints"][0]["Status"] = "ACTION_NEEDED"
        assert missing(resolve(network)) == Missing(
            "what becomes of rslvr-in-1, which is ACTION_NEEDED", "route53resolver:ListResolverEndpoints"
        )


class TestRulesThatAreNotKnown:
    """A rule that another account shares is associated, and may not be among the account's own."""

    def test_leave_a_public_answer_open(self, network: Resolving) -> None:
        network.associate("rslvr-rr-7")
        assert missing(resolve(network)) == Missing(
            "resolver rule rslvr-rr-7, which holds in vpc-1", "route53resolver:GetResolverRule"
        )

    def test_may_be_in_a_list_that_was_not_read(self, network: Resolving) -> None:
        network.associate("rslvr-rr-7")
        network.forget("ResolverRules")
        found = missing(resolve(network))
        assert found is not None
        assert found.action == "route53resolver:ListResolverRules"

    def test_are_taken_not_to_change_a_private_answer(self, network: Resolving) -> None:
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
    def test_may_lack_a_fact(self, network: Resolving, change: dict[str, Any], fact: str) -> None:
        network.rule("example", kind="SYSTEM")
        network.rows["ResolverRules"][0].update(change)
        assert missing(resolve(network)) == Missing(fact, "route53resolver:GetResolverRule")

    def test_may_lack_their_type(self, network: Resolving) -> None:
        network.rule("example", kind="SYSTEM")
        del network.rows["ResolverRules"][0]["RuleType"]
        found = missing(resolve(network))
        assert found is not None
        assert found.fact == "resolver rule rslvr-rr-0, which holds in vpc-1"

    def test_are_not_those_that_delegate(self, network: Resolving) -> None:
        """Such a rule is asked only where a zone names the name servers of a part of it."""
        network.rule("", "10.8.0.53", kind="DELEGATE")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]
        network.zone("a.example", record("b.a.example.", "NS", "ns.a.example."))
        assert missing(resolve(network, "x.b.a.example", None)) == Missing(
            "what the name servers of b.a.example, to which zone a.example delegates, answer for x.b.a.example"
        )

    @pytest.mark.parametrize("status", ["CREATING", "DELETING", "FAILED", "OVERRIDDEN"])
    def test_may_be_on_their_way(self, network: Resolving, status: str) -> None:
        network.rule("amazonaws.com", "10.8.0.53", vpc=None)
        network.associate("rslvr-rr-0", status=status)
        assert missing(resolve(network)) == Missing(
            f"what becomes of rslvr-rrassoc-0, which is {status}", "route53resolver:ListResolverRuleAssociations"
        )


class TestDnsFirewall:
    def firewall(self, network: Network, vpc: str = VPC) -> None:
        group = {"Id": "rslvr-frgassoc-1", "FirewallRuleGroupId": "rslvr-frg-1", "VpcId": vpc}
        network.rows["FirewallRuleGroupAssociations"] = [group]

    def test_may_take_any_answer_away(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        self.firewall(network)
        found = resolve(network)
        fact = f"whether DNS Firewall (rslvr-frg-1) lets vpc-1 ask for {LOGS_HOST}"
        assert missing(found) == Missing(fact, "route53resolver:ListFirewallRules")
        assert [one.label for one in found.destinations] == ["vpce-1 at 10.0.1.10"]

    def test_may_take_the_answer_for_a_host_away_that_is_not_known(self, network: Resolving) -> None:
        self.firewall(network)
        world = network.world()
        found = NameResolver(world, Destinations(world)).resolve(VPC, Query(None, "internet", inferred="somewhere"))
        assert missing(found) == Missing(
            "whether DNS Firewall (rslvr-frg-1) lets vpc-1 ask for a host that is not known",
            "route53resolver:ListFirewallRules",
        )

    def test_does_not_bring_back_a_name_that_is_lost(self, network: Resolving) -> None:
        network.zone("amazonaws.com")
        self.firewall(network)
        assert lost(resolve(network)) == ["DNS_NAME_NOT_FOUND"]

    def test_filters_nothing_in_another_vpc(self, network: Resolving) -> None:
        self.firewall(network, HUB)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_may_come_by_a_profile(self, network: Resolving) -> None:
        network.profile(("firewall", "rslvr-frg-2"))
        found = missing(resolve(network))
        assert found is not None
        assert found.fact == f"whether DNS Firewall (rslvr-frg-2) lets vpc-1 ask for {LOGS_HOST}"


class TestProfiles:
    """What a Route 53 Profile holds changes the answers in each of its VPCs."""

    def zone(
        self, network: Network, name: str = "corp.example", vpc: str | None = HUB, address: str = "10.0.2.9"
    ) -> str:
        zone_id = f"ZP{len(network.rows['Calls'])}"
        network.zone(name, record(f"db.{name}.", "A", address), zone_id=zone_id, vpc=vpc)
        return zone_id

    @pytest.mark.parametrize("vpc", [VPC, f"arn:aws:ec2:{REGION}:{ACCOUNT}:vpc/{VPC}"], ids=["id", "ARN"])
    def test_share_private_zones(self, network: Resolving, vpc: str) -> None:
        zone_id = self.zone(network)
        network.profile(("hostedzone", zone_id), vpc=vpc)
        found = resolve(network, "db.corp.example", None)
        assert led_to(found) == ["10.0.2.9"]
        assert found.hop.rule == "db.corp.example: private zone corp.example, which rp-1 shares"

    def test_share_zones_of_which_it_is_not_known_where_else_they_answer(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network, vpc=None)))
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.9"]

    def test_share_nothing_with_another_vpc(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network)), vpc=HUB)
        assert led_to(resolve(network, "db.corp.example", None, "internet")) == ["the internet"]

    def test_go_after_what_the_vpc_has_itself(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network)))
        self.zone(network, vpc=VPC, address="10.0.2.8")
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.8"]

    def test_go_before_what_the_vpc_has_for_a_wider_domain(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network)))
        self.zone(network, "example", vpc=VPC)
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.9"]

    def test_share_a_zone_that_the_vpc_has_itself(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network, vpc=VPC)))
        assert resolve(network, "db.corp.example", None).hop.rule == "db.corp.example: private zone corp.example"

    def test_share_rules(self, network: Resolving) -> None:
        network.profile(("rule", network.rule("amazonaws.com", "10.8.0.53", vpc=None)))
        assert resolve(network).hop.undecided

    def test_share_rules_that_go_after_a_zone_of_the_vpc(self, network: Resolving) -> None:
        network.profile(("rule", network.rule("corp.example", "10.8.0.53", vpc=None)))
        self.zone(network, vpc=VPC)
        assert led_to(resolve(network, "db.corp.example", None)) == ["10.0.2.9"]

    def test_share_endpoints(self, network: Resolving) -> None:
        network.hub()
        network.profile(("endpoint", "vpce-9"))
        found = resolve(network)
        assert led_to(found) == ["vpce-9 at 10.2.1.10"]
        assert found.hop.rule == f"{LOGS_HOST}: private DNS of vpce-9, which rp-1 shares"

    def test_share_endpoints_that_the_vpc_has_itself(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        network.profile(("endpoint", "vpce-1"))
        assert resolve(network).hop.rule == f"{LOGS_HOST}: private DNS of vpce-1"

    def test_may_make_an_endpoint_answer_whose_private_dns_is_off(self, network: Resolving) -> None:
        network.hub()
        network.row("VpcEndpoints", "vpce-9")["PrivateDnsEnabled"] = False
        network.profile(("endpoint", "vpce-9"))
        assert missing(resolve(network)) == Missing("whether rp-1 makes vpce-9 answer, whose private DNS is off")

    def test_hold_where_questions_are_logged_which_changes_nothing(self, network: Resolving) -> None:
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
    def test_may_hold_what_was_not_read(
        self, network: Resolving, resource: tuple[str, str], fact: str, action: str
    ) -> None:
        network.profile(resource)
        assert missing(resolve(network)) == Missing(fact, action)

    def test_may_hold_what_is_no_arn(self, network: Resolving) -> None:
        network.profile()
        row = {"Id": "rpr-1", "ProfileId": "rp-1", "ResourceArn": "what", "Status": "COMPLETE"}
        network.rows["ProfileResourceAssociations"] = [row]
        assert missing(resolve(network)) == Missing("what what, which rp-1 shares, changes")

    def test_may_hold_what_is_on_its_way(self, network: Resolving) -> None:
        network.profile(("hostedzone", self.zone(network)), Status="CREATING")
        assert missing(resolve(network)) == Missing(
            "what becomes of rpr-rp-1-0, which is CREATING", "route53profiles:ListProfileResourceAssociations"
        )

    def test_may_be_on_their_way(self, network: Resolving) -> None:
        network.profile()
        network.rows["ProfileAssociations"][0]["Status"] = "DELETING"
        assert missing(resolve(network)) == Missing(
            "what becomes of rpassoc-rp-1, which is DELETING", "route53profiles:ListProfileAssociations"
        )

    def test_whose_resources_were_not_read_leave_a_public_answer_open(self, network: Resolving) -> None:
        network.profile()
        network.rows["Calls"].clear()
        assert missing(resolve(network)) == Missing(
            "the resources of Route 53 Profile rp-1", "route53profiles:ListProfileResourceAssociations"
        )

    def test_of_which_one_alone_was_read_leave_a_public_answer_open(self, network: Resolving) -> None:
        network.profile(("log", "rqlc-1"))
        network.add("ProfileAssociations", Id="rpassoc-2", ProfileId="rp-2", ResourceId=VPC)
        found = missing(resolve(network))
        assert found is not None
        assert found.fact == "the resources of Route 53 Profile rp-2"

    def test_hold_only_their_own_resources(self, network: Resolving) -> None:
        network.profile(("rule", network.rule("amazonaws.com", "10.8.0.53", vpc=None)), vpc=HUB)
        network.profile(name="rp-2")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_of_which_several_answer_leave_the_answer_open(self, network: Resolving) -> None:
        """By their order, or by the most specific name: AWS says both."""
        network.profile(("hostedzone", self.zone(network)))
        network.profile(("hostedzone", self.zone(network, "example")), name="rp-2")
        assert missing(resolve(network, "db.corp.example", None)) == Missing(
            "which of rp-1, rp-2 answers for db.corp.example in vpc-1"
        )


class TestWhatWasAskedForAndNotTold:
    @pytest.mark.parametrize(
        ("action", "fact"),
        [
            ("route53resolver:ListResolverRuleAssociations", "every resolver rule association of vpc-1"),
            ("route53resolver:ListFirewallRuleGroupAssociations", "every DNS Firewall association of vpc-1"),
            ("route53profiles:ListProfileAssociations", "every Route 53 Profile association of vpc-1"),
            ("route53:ListHostedZonesByVPC", "the private hosted zones of vpc-1"),
        ],
    )
    def test_leaves_a_public_answer_open(self, network: Resolving, action: str, fact: str) -> None:
        network.refuse(action)
        assert missing(resolve(network)) == Missing(fact, action)

    def test_is_no_matter_for_a_vpc_whose_zones_were_listed(self, network: Resolving) -> None:
        network.zone("corp.example")
        network.refuse("route53:ListHostedZonesByVPC")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_is_taken_not_to_change_what_a_zone_leads_on_to(self, network: Resolving) -> None:
        """The name that a zone leads to is as open as any other."""
        network.zone("corp.example", record("x.corp.example.", "CNAME", "db.other.example."))
        network.refuse("route53resolver:ListResolverRuleAssociations")
        assert resolve(network, "x.corp.example", None).hop.undecided

    def test_is_named_beside_the_way_that_a_zone_leads(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        network.zone("corp.example", record("x.corp.example.", "CNAME", f"{LOGS_HOST}."))
        network.rule("amazonaws.com", *INBOUND, vpc=None)
        network.refuse("route53resolver:ListResolverRuleAssociations")
        hop = resolve(network, "x.corp.example", None).hop
        assert hop.grade == "inferred"
        assert hop.rule.startswith(
            f"x.corp.example: private zone corp.example; {LOGS_HOST}: private DNS of vpce-1, if "
        )

    def test_is_not_what_nobody_asked_for(self) -> None:
        assert led_to(resolve(Network())) == [PUBLIC_LOGS]


class TestSharedVpcs:
    """Another account's VPC: its owner's rules are out of sight."""

    def share(self, network: Network) -> None:
        network.service()
        for row in network.rows["Subnets"]:
            row["OwnerId"] = "999988887777"
        network.attribute("EnableDnsHostnames", value=False)

    def test_may_have_rules(self, network: Resolving) -> None:
        self.share(network)
        assert missing(resolve(network)) == Missing(
            "the resolver rules of vpc-1, as its owner sees them", "route53resolver:ListResolverRuleAssociations"
        )

    def test_of_which_the_owners_endpoints_are_in_sight_are_seen_by_their_owner(self, network: Resolving) -> None:
        self.share(network)
        network.endpoint("vpce-1", "ssm")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_of_which_nobody_asked_for_rules_are_like_any_other(self) -> None:
        network = Network()
        self.share(network)
        assert led_to(resolve(network)) == [PUBLIC_LOGS]


class TestZonesOfServices:
    """Zones that AWS itself makes in a VPC are listed with the others, and their records are not to be read."""

    def zone(self, network: Network, name: str = LOGS_HOST) -> None:
        summary = {"HostedZoneId": "ZS", "Name": f"{name}.", "Owner": {"OwningService": "vpce.amazonaws.com"}}
        network.call("ListHostedZonesByVPC", {"VPCId": VPC}, {"HostedZoneSummaries": [summary]})

    def test_stand_for_the_endpoint_that_has_the_name(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        self.zone(network)
        assert led_to(resolve(network)) == ["vpce-1 at 10.0.1.10"]

    @pytest.mark.parametrize("change", [{"PrivateDnsEnabled": False}, {"ServiceName": f"com.amazonaws.{REGION}.ssm"}])
    def test_answer_what_is_not_known_where_no_endpoint_has_the_name(
        self, network: Resolving, change: dict[str, Any]
    ) -> None:
        network.endpoint("vpce-1", "logs", **change)
        self.zone(network)
        fact = f"the records of hosted zone {LOGS_HOST}"
        assert missing(resolve(network)) == Missing(fact, "route53:ListResourceRecordSets")

    def test_answer_with_their_records_where_those_were_read(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        self.zone(network)
        rows = [record(f"{LOGS_HOST}.", "A", "10.0.2.9")]
        network.call("ListResourceRecordSets", {"HostedZoneId": "ZS"}, {"ResourceRecordSets": rows})
        assert led_to(resolve(network)) == ["10.0.2.9"]

    def test_of_accounts_are_not_meant(self, network: Resolving) -> None:
        network.endpoint("vpce-1", "logs")
        network.zone(LOGS_HOST)
        del network.rows["Calls"][1:]
        assert resolve(network).hop.undecided


class TestEndpointsOfVpcLattice:
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
    def test_may_have_any_name_outside_aws(self, kind: str) -> None:
        network = self.network(kind, PrivateDnsPreference="VERIFIED_DOMAINS_ONLY")
        assert missing(self.resolve(network)) == Missing(f"which private names vpce-1, of type {kind}, has")
        assert led_to(resolve(network)) == [PUBLIC_LOGS]

    def test_have_no_name_where_private_dns_is_off(self) -> None:
        network = self.network()
        network.row("VpcEndpoints", "vpce-1")["PrivateDnsEnabled"] = False
        assert led_to(self.resolve(network)) == ["the internet"]

    def test_may_be_limited_to_names(self) -> None:
        only = "SPECIFIED_DOMAINS_ONLY"
        network = self.network(PrivateDnsPreference=only, PrivateDnsSpecifiedDomains=[self.HOST])
        assert led_to(self.resolve(network, "other.example")) == ["the internet"]
        assert missing(self.resolve(network)) == Missing("where vpce-1, of type Resource, leads")


class TestServersOfAnotherVpc:
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
        return walker.reach(source(walker), Target(host, 443, "aws", LOGS))

    def close(self, network: Network, *numbers: int) -> None:
        for number in numbers:
            network.row("SecurityGroups", f"sg-dns{number}")["IpPermissions"].clear()

    def test_answer_as_that_vpc_does(self, network: Resolving) -> None:
        found = resolve(network)
        assert led_to(found) == ["vpce-9 at 10.2.1.10"]
        assert found.servers == INBOUND
        assert found.hop.grade == "documented"

    def test_within_reach_lead_where_that_vpc_leads(self, network: Resolving) -> None:
        found = self.reach(network)
        assert [trace.destination.label for trace in found.traces] == ["vpce-9 at 10.2.1.10"]
        assert found.verdict is OK

    def test_of_which_one_is_out_of_reach_answer_all_the_same(self, network: Resolving) -> None:
        self.close(network, 0)
        assert self.reach(network).verdict is OK

    def test_out_of_reach_are_silent(self, network: Resolving) -> None:
        self.close(network, 0, 1)
        found = self.reach(network)
        assert found.verdict is BLOCKED
        assert {trace.purpose for trace in found.traces} == {"dns"}

    def test_within_reach_of_some_tasks_answer_some_of_them(self, network: Resolving) -> None:
        half = allow("udp", 53, cidr="10.0.1.0/25")
        for number in range(2):
            network.row("SecurityGroups", f"sg-dns{number}")["IpPermissions"] = [half]
        found = self.reach(network)
        assert (found.verdict, found.because) == (INTERMITTENT, ("placement",))
        assert {trace.purpose for trace in found.traces} == {"dns", "call"}

    def test_that_may_be_out_of_reach_leave_the_answer_open(self, network: Resolving) -> None:
        for number in range(2):
            del network.row("SecurityGroups", f"sg-dns{number}")["IpPermissions"]
        found = self.reach(network)
        assert (found.verdict, found.because) == (UNKNOWN, ())

    def test_lose_the_names_that_that_vpc_loses(self, network: Resolving) -> None:
        network.row("VpcAttributes", HUB)["EnableDnsSupport"] = {"Value": False}
        assert self.reach(network).verdict is BLOCKED

    def test_beside_others_may_answer_anything(self, network: Resolving) -> None:
        network.dhcp(INBOUND[0], "10.8.0.53")
        assert missing(resolve(network)) == Missing(
            f"what the DNS server 10.2.0.53 or 10.8.0.53 answers for {LOGS_HOST}"
        )

    def test_beside_amazons_own_may_answer_anything(self, network: Resolving) -> None:
        network.dhcp(INBOUND[0], "AmazonProvidedDNS")
        assert missing(resolve(network)) == Missing(f"what the DNS server 10.2.0.53 answers for {LOGS_HOST}")

    def test_that_do_not_work_may_answer_anything(self, network: Resolving) -> None:
        network.rows["ResolverEndpoints"][0]["Status"] = "CREATING"
        found = missing(resolve(network))
        assert found is not None
        assert found.fact == "what becomes of rslvr-in-1, which is CREATING"
