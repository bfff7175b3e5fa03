"""The rule groups of DNS Firewall in a VPC, and the domains of their lists."""

from typing import Any

from skerry.model.facts import Facts, Missing
from skerry.model.firewall_lookup import firewall_domains_of, firewall_groups_of
from tests.networks import VPC
from tests.resolving import Resolving


def facts(*priorities: int | None, **more: Any) -> Facts:
    """A VPC with a rule group for each priority, the rules of the first one read."""
    network = Resolving()
    for number, priority in enumerate(priorities):
        row = {"Id": f"a-{number}", "FirewallRuleGroupId": f"frg-{number}", "VpcId": VPC, "Priority": priority} | more
        network.rows["FirewallRuleGroupAssociations"].append(row)
    rows = [
        {"FirewallRuleGroupId": "frg-0", "Priority": place, "Action": "ALLOW", "FirewallDomainListId": "fdl-1"}
        for place in (20, 10)
    ]
    network.call("ListFirewallRules", {"FirewallRuleGroupId": "frg-0"}, {"FirewallRules": rows})
    network.call("ListFirewallDomains", {"FirewallDomainListId": "fdl-1"}, {"Domains": ["example.com."]})
    network.call("ListFirewallDomains", {"FirewallDomainListId": "fdl-2"}, {"Domains": [], "NextToken": "more"})
    return network.world().facts


def test_groups_stand_in_the_order_of_their_priorities() -> None:
    found = firewall_groups_of(facts(200, 101), VPC, ("frg-0", "frg-1"))
    assert [(group.id, group.priority, group.settled) for group in found] == [
        ("frg-1", 101, True),
        ("frg-0", 200, True),
    ]


def test_group_of_a_profile_has_no_priority() -> None:
    (group,) = firewall_groups_of(facts(), VPC, ("frg-9",))
    assert (group.priority, group.settled) == (None, True)
    assert group.rules == Missing("the rules of DNS Firewall frg-9", "route53resolver:ListFirewallRules")


def test_group_in_change_is_not_settled() -> None:
    (group,) = firewall_groups_of(facts(1, Status="DELETING"), VPC, ("frg-0",))
    assert not group.settled


def test_rules_of_a_group_stand_in_the_order_of_their_priorities() -> None:
    (group,) = firewall_groups_of(facts(1), VPC, ("frg-0",))
    assert not isinstance(group.rules, Missing)
    assert [rule.key for rule in group.rules] == ["frg-0/10", "frg-0/20"]


def test_domains_of_a_list_are_known_if_it_was_read_to_its_end() -> None:
    read = facts()
    assert firewall_domains_of(read, "fdl-1") == ("example.com.",)
    for name in ("fdl-2", "fdl-3"):
        assert firewall_domains_of(read, name) == Missing(
            f"the domains of {name}, a list of DNS Firewall", "route53resolver:ListFirewallDomains"
        )
