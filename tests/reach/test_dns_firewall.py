"""DNS Firewall: which questions its rules let pass."""

from typing import Any

import pytest

from skerry.catalogue.services import ServiceRef
from skerry.model.facts import Missing
from skerry.net.dns_names import DnsName
from skerry.reach.destinations import Destinations
from skerry.reach.dns_answers import Resolution
from skerry.reach.name_resolution import NameResolver, Query
from tests.filtering import GROUP, block, rule
from tests.filtering import Filtered as FilteredNetwork
from tests.networks import REGION, VPC, record
from tests.resolving import Resolving

LOGS = f"logs.{REGION}.amazonaws.com"


class Filtered(FilteredNetwork):
    """A VPC with an endpoint for CloudWatch Logs and rules of DNS Firewall."""

    def __init__(self, *rules: dict[str, Any], endpoint: bool = True) -> None:
        super().__init__(*rules)
        if endpoint:
            self.endpoint("vpce-1", "logs")


def answer(network: Resolving) -> Resolution:
    world = network.world()
    resolver = NameResolver(world, Destinations(world))
    return resolver.resolve(VPC, Query(DnsName(LOGS), "aws", ServiceRef("logs", REGION)))


def outcome(network: Resolving) -> str:
    """The answer in a word: passes, blocked or unknown."""
    hop = answer(network).hop
    if hop.lost:
        assert hop.lost[0].code == "DNS_FIREWALL_BLOCKS"
        return "blocked"
    return "unknown" if hop.undecided else "passes"


@pytest.mark.parametrize(
    ("domains", "expected"),
    [
        ([LOGS], "blocked"),
        ([f"{LOGS.upper()}."], "blocked"),
        (["*"], "blocked"),
        (["*.amazonaws.com"], "blocked"),
        (["amazonaws.com"], "passes"),
        ([f"*.{LOGS}"], "passes"),
        (["example.com"], "passes"),
        (["*amazonaws.com"], "unknown"),
        ([], "passes"),
    ],
    ids=str,
)
def test_rule_blocks_the_domains_of_its_list(domains: list[str], expected: str) -> None:
    assert outcome(Filtered(block()).domains(*domains)) == expected


def test_blocked_name_is_told_with_its_rule() -> None:
    (piece,) = answer(Filtered(block()).domains("*")).hop.lost
    assert (piece.resource, piece.rule) == (GROUP, f"rule 10 of {GROUP}")
    assert piece.message == f"DNS Firewall blocks {LOGS} in {VPC}: rule 10 of {GROUP} answers NXDOMAIN"


def test_rule_without_a_block_response_blocks_too() -> None:
    (piece,) = answer(Filtered(rule("BLOCK")).domains("*")).hop.lost
    assert piece.message.endswith("answers no address")


@pytest.mark.parametrize("action", ["ALLOW", "ALERT"])
def test_first_rule_in_order_decides(action: str) -> None:
    own = {"Action": action, "FirewallDomainListId": "rslvr-fdl-2"}
    network = Filtered(own, block()).domains("*").domains(LOGS, name="rslvr-fdl-2")
    assert outcome(network) == "passes"
    later = Filtered(block(), own).domains("*").domains(LOGS, name="rslvr-fdl-2")
    assert outcome(later) == "blocked"


def test_group_with_the_lowest_priority_decides() -> None:
    network = Filtered(block()).domains("*").domains(LOGS, name="rslvr-fdl-2")
    network.group_of_rules("rslvr-frg-2", rule("ALLOW", "rslvr-fdl-2"), priority=1)
    assert outcome(network) == "passes"
    network.row("FirewallRuleGroupAssociations", "rslvr-frg-2")["Priority"] = 200
    assert outcome(network) == "blocked"


def test_override_leads_to_an_unknown_place() -> None:
    override = rule("BLOCK", BlockResponse="OVERRIDE", BlockOverrideDomain="sink.example")
    (piece,) = answer(Filtered(override).domains("*")).hop.undecided
    assert piece.missing == Missing(f"where sink.example leads, which DNS Firewall answers for {LOGS}")


@pytest.mark.parametrize(
    ("qtype", "expected"),
    [("A", "blocked"), ("TYPE1", "blocked"), ("AAAA", "passes"), ("TYPE28", "passes"), ("MX", "passes")],
)
def test_rule_for_another_query_type_does_not_block(qtype: str, expected: str) -> None:
    assert outcome(Filtered(block(Qtype=qtype)).domains("*")) == expected


def test_rule_for_ipv6_is_unknown_with_subnets_of_ipv6_alone() -> None:
    network = Filtered(block(Qtype="AAAA")).domains("*")
    del network.row("Subnets", "subnet-b")["CidrBlock"]
    assert outcome(network) == "unknown"
    assert outcome(Filtered(block(Qtype="AAAA")).domains("example.com")) == "passes"


def test_unreadable_list_leaves_only_later_names_unknown() -> None:
    managed = block() | {"FirewallDomainListId": "rslvr-fdl-managed"}
    assert outcome(Filtered(managed)) == "unknown"
    assert outcome(Filtered(rule("ALLOW"), managed).domains("*.amazonaws.com")) == "passes"
    assert outcome(Filtered(managed, block()).domains("*")) == "blocked"
    assert outcome(Filtered({"Action": "ALERT", "FirewallDomainListId": "rslvr-fdl-managed"})) == "passes"
    (piece,) = answer(Filtered(managed)).hop.undecided
    assert piece.missing is not None
    assert piece.missing.action == "route53resolver:ListFirewallDomains"


@pytest.mark.parametrize(("action", "expected"), [("BLOCK", "unknown"), ("ALERT", "passes")])
def test_advanced_rule_is_unknown_if_it_blocks(action: str, expected: str) -> None:
    assert outcome(Filtered({"Action": action, "DnsThreatProtection": "DGA"})) == expected


def test_group_without_rules_that_were_read_is_unknown() -> None:
    network = Filtered(block()).domains("*")
    network.rows["Calls"] = [row for row in network.rows["Calls"] if "Rules" not in row["Call"]["operation"]]
    (piece,) = answer(network).hop.undecided
    assert piece.missing == Missing(
        f"whether DNS Firewall ({GROUP}) lets {VPC} ask for {LOGS}", "route53resolver:ListFirewallRules"
    )


def test_association_in_change_is_unknown_where_it_decides() -> None:
    network = Filtered().domains("*")
    network.group_of_rules("rslvr-frg-2", block(), status="UPDATING")
    assert outcome(network) == "unknown"
    allowing = Filtered().domains("*")
    allowing.group_of_rules("rslvr-frg-2", rule("ALLOW"), status="UPDATING")
    assert outcome(allowing) == "passes"


def shared(own: str, theirs: str, *, second: str = "", priorities: tuple[int, int] = (200, 300)) -> Filtered:
    """A VPC with a rule of its own, and one or two rules in groups of its Profile; "" stands for no rule."""
    network = Filtered(*([rule(own)] if own else [])).domains("*")
    groups = {"rslvr-frg-8": theirs} | ({"rslvr-frg-9": second} if second else {})
    network.profile(*(("firewall", name) for name in groups))
    rows = network.rows["Calls"][-1]["Response"]["ProfileResourceAssociations"]
    for row, priority, (name, action) in zip(rows, priorities, groups.items(), strict=False):
        row["ResourceProperties"] = f'{{"priority":{priority}}}'
        rules = [{"FirewallRuleGroupId": name, "Priority": 1} | rule(action)] if action else []
        network.call("ListFirewallRules", {"FirewallRuleGroupId": name}, {"FirewallRules": rules})
    return network


@pytest.mark.parametrize(
    ("own", "theirs", "expected"),
    [
        ("", "BLOCK", "blocked"),
        ("BLOCK", "", "blocked"),
        ("BLOCK", "BLOCK", "blocked"),
        ("ALLOW", "ALERT", "passes"),
        ("ALLOW", "", "passes"),
        ("ALLOW", "BLOCK", "unknown"),
        ("BLOCK", "ALLOW", "unknown"),
    ],
)
def test_group_of_a_profile_decides_unless_one_of_the_vpc_decides_otherwise(
    own: str, theirs: str, expected: str
) -> None:
    assert outcome(shared(own, theirs)) == expected


def test_unknown_order_of_a_vpc_and_its_profile_is_told_with_its_page() -> None:
    (piece,) = answer(shared("ALLOW", "BLOCK")).hop.undecided
    assert piece.missing == Missing(
        f"whether DNS Firewall ({GROUP}, rslvr-frg-8) lets {VPC} ask for {LOGS}: no page of AWS orders the groups of a "
        "VPC and of its Profiles (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles.html#profiles-priority)"
    )


@pytest.mark.parametrize(("priorities", "expected"), [((200, 300), "passes"), ((300, 200), "blocked")])
def test_groups_of_a_profile_decide_by_their_priorities(priorities: tuple[int, int], expected: str) -> None:
    assert outcome(shared("", "ALLOW", second="BLOCK", priorities=priorities)) == expected


def test_doubtful_rule_before_a_decision_that_differs_is_the_missing_fact() -> None:
    network = shared("", "BLOCK")
    network.group_of_rules("rslvr-frg-7", rule("ALLOW", "rslvr-fdl-managed"), priority=50)
    (piece,) = answer(network).hop.undecided
    assert piece.missing is not None
    assert piece.missing.action == "route53resolver:ListFirewallDomains"


def test_names_answered_in_place_of_a_blocked_one_are_told_apart() -> None:
    override = rule("BLOCK", "rslvr-fdl-managed", BlockResponse="OVERRIDE", BlockOverrideDomain="sink.example")
    assert outcome(Filtered(override, block()).domains("*")) == "unknown"
    assert outcome(Filtered(block(), override).domains("*")) == "blocked"


def test_redirections_of_each_rule_that_may_decide_are_inspected() -> None:
    network = Filtered(rule("ALLOW", "rslvr-fdl-2"), endpoint=False).domains("*").domains(LOGS, name="rslvr-fdl-2")
    network.profile(("firewall", "rslvr-frg-8"))
    rules = [
        {"FirewallRuleGroupId": "rslvr-frg-8", "Priority": place} | row
        for place, row in enumerate((rule("ALLOW", "rslvr-fdl-3"), block()))
    ]
    network.call("ListFirewallRules", {"FirewallRuleGroupId": "rslvr-frg-8"}, {"FirewallRules": rules})
    network.domains("*.amazonaws.com", name="rslvr-fdl-3")
    assert outcome(network) == "unknown"
    network.rows["FirewallRuleGroupAssociations"].clear()
    assert outcome(network) == "passes"


class TestRedirection:
    """A public answer may lead over other names, and a rule that blocks all others inspects them."""

    def garden(self, *allowed: str, endpoint: bool = False, **more: Any) -> Filtered:
        network = Filtered(rule("ALLOW", "rslvr-fdl-2", **more), block(), endpoint=endpoint).domains("*")
        return network.domains(*allowed, name="rslvr-fdl-2")

    def test_names_behind_an_allowed_name_are_unknown(self) -> None:
        assert outcome(self.garden(LOGS)) == "unknown"

    def test_names_of_aws_behind_an_allowed_name_pass_with_all_of_them(self) -> None:
        assert outcome(self.garden("*.amazonaws.com")) == "passes"
        hop = answer(self.garden("*.amazonaws.com")).hop
        fact = f"{LOGS} is taken to lead to names of *.amazonaws.com only, which DNS Firewall allows in {VPC}"
        assert (hop.grade, hop.rule, hop.clean) == ("inferred", fact, True)

    def test_rule_that_allows_every_name_infers_nothing(self) -> None:
        hop = answer(self.garden("*")).hop
        assert (hop.grade, hop.clean) == ("documented", True)

    def test_trusted_redirection_passes(self) -> None:
        network = self.garden(LOGS, FirewallDomainRedirectionAction="TRUST_REDIRECTION_DOMAIN")
        assert outcome(network) == "passes"

    def test_private_name_of_an_endpoint_leads_over_no_other_name(self) -> None:
        assert outcome(self.garden(LOGS, endpoint=True)) == "passes"

    def test_address_in_a_private_zone_leads_over_no_other_name(self) -> None:
        network = self.garden(LOGS)
        network.zone(LOGS, record(f"{LOGS}.", "A", "10.0.2.9"))
        assert outcome(network) == "passes"

    def test_alias_to_an_endpoint_leads_over_no_other_name(self) -> None:
        network = self.garden(LOGS, endpoint=True)
        network.row("VpcEndpoints", "vpce-1")["PrivateDnsEnabled"] = False
        network.zone(LOGS, record(f"{LOGS}.", "A", alias=f"vpce-1-x.logs.{REGION}.vpce.amazonaws.com."))
        assert outcome(network) == "passes"

    @pytest.mark.parametrize(
        ("allowed", "more", "expected"),
        [
            ([LOGS], {}, "blocked"),
            ([LOGS, "*.vpce.amazonaws.com"], {}, "passes"),
            ([LOGS], {"FirewallDomainRedirectionAction": "TRUST_REDIRECTION_DOMAIN"}, "passes"),
        ],
    )
    def test_name_that_a_private_zone_redirects_to_is_inspected(
        self, allowed: list[str], more: dict[str, str], expected: str
    ) -> None:
        network = self.redirecting(*allowed, **more)
        assert outcome(network) == expected

    def redirecting(self, *allowed: str, **more: Any) -> Filtered:
        """A zone with a CNAME record to the name of an endpoint."""
        network = self.garden(*allowed, endpoint=True, **more)
        network.row("VpcEndpoints", "vpce-1")["PrivateDnsEnabled"] = False
        network.zone(LOGS, record(f"{LOGS}.", "CNAME", f"vpce-1-x.logs.{REGION}.vpce.amazonaws.com"))
        return network

    def test_blocked_redirection_is_told_with_the_first_name(self) -> None:
        (piece,) = answer(self.redirecting(LOGS)).hop.lost
        target = f"vpce-1-x.logs.{REGION}.vpce.amazonaws.com"
        expected = f"DNS Firewall blocks {target}, to which {LOGS} leads, in {VPC}: rule 11 of {GROUP} answers NXDOMAIN"
        assert piece.message == expected

    def test_rule_that_trusts_redirections_blocks_none(self) -> None:
        trusting = block(FirewallDomainRedirectionAction="TRUST_REDIRECTION_DOMAIN")
        network = self.redirecting(LOGS)
        rules = [rule("ALLOW", "rslvr-fdl-2"), trusting]
        for row, changed in zip(network.rows["Calls"][0]["Response"]["FirewallRules"], rules, strict=True):
            row.update(changed)
        assert outcome(network) == "passes"

    def test_redirection_is_unknown_if_a_rule_that_may_not_decide_trusts_it(self) -> None:
        network = self.redirecting(LOGS)
        trusting = rule("ALLOW", "rslvr-fdl-managed", FirewallDomainRedirectionAction="TRUST_REDIRECTION_DOMAIN")
        network.group_of_rules("rslvr-frg-7", trusting, priority=1)
        assert outcome(network) == "unknown"

    def test_redirection_with_groups_of_unknown_order_is_inspected_in_each(self) -> None:
        network = self.redirecting(LOGS)
        network.profile(("firewall", "rslvr-frg-9"))
        assert outcome(network) == "unknown"

    def test_blocked_redirection_outweighs_one_in_doubt(self) -> None:
        narrow = block(FirewallDomainListId="rslvr-fdl-3")
        managed = block(FirewallDomainListId="rslvr-fdl-managed")
        network = Filtered(narrow, rule("ALLOW", "rslvr-fdl-2"), managed)
        network.domains("*.vpce.amazonaws.com", name="rslvr-fdl-3").domains(LOGS, name="rslvr-fdl-2")
        network.row("VpcEndpoints", "vpce-1")["PrivateDnsEnabled"] = False
        network.zone(LOGS, record(f"{LOGS}.", "CNAME", "a.example"))
        network.zone("example", record("a.example.", "CNAME", f"vpce-1-x.logs.{REGION}.vpce.amazonaws.com"))
        assert outcome(network) == "blocked"

    def test_redirection_to_a_public_name_may_lead_on(self) -> None:
        network = self.garden(LOGS, "public.example")
        network.zone(LOGS, record(f"{LOGS}.", "CNAME", "public.example"))
        assert outcome(network) == "unknown"

    def test_rule_for_another_query_type_inspects_no_redirection(self) -> None:
        network = Filtered(rule("ALLOW", "rslvr-fdl-2"), block(Qtype="AAAA"), endpoint=False).domains("*")
        assert outcome(network.domains(LOGS, name="rslvr-fdl-2")) == "passes"

    def test_rules_that_block_some_names_leave_others_alone(self) -> None:
        network = Filtered(block(), endpoint=False).domains("example.com")
        assert outcome(network) == "passes"
        trusting = block(FirewallDomainRedirectionAction="TRUST_REDIRECTION_DOMAIN")
        network = Filtered(rule("ALLOW", "rslvr-fdl-2"), trusting, endpoint=False).domains("*")
        assert outcome(network.domains(LOGS, name="rslvr-fdl-2")) == "passes"
        advanced = {"Action": "BLOCK", "DnsThreatProtection": "DGA"}
        network = Filtered(rule("ALLOW"), advanced, endpoint=False).domains(LOGS)
        assert outcome(network) == "passes"
