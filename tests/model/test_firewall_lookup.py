"""The rule groups of DNS Firewall in a VPC, and the domains of their lists."""

from typing import Any

import pytest

from skerry.model.facts import Facts, Missing
from skerry.model.firewall_lookup import FirewallGroup, firewall_domains_of, firewall_sequences_of
from skerry.model.resolver_lookup import ResolverLookup
from skerry.model.resolver_records import ResourceProperties
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


def sequences(facts: Facts) -> list[list[str]]:
    found = firewall_sequences_of(facts, VPC, ResolverLookup(facts).settings_of(VPC))
    return [[group.id for group in sequence] for sequence in found]


def only_group(facts: Facts) -> FirewallGroup:
    ((group,),) = firewall_sequences_of(facts, VPC, ResolverLookup(facts).settings_of(VPC))
    return group


def test_groups_of_a_vpc_stand_in_the_order_of_their_priorities() -> None:
    assert sequences(facts(200, 101)) == [["frg-1", "frg-0"]]
    assert sequences(facts(200, None)) == [["frg-0"], ["frg-1"]]


def shared(*profiles: tuple[int, list[int | None]]) -> Facts:
    """Profiles of a VPC, each with its priority and those of its rule groups."""
    network = Resolving()
    network.rows["FirewallRuleGroupAssociations"].append({"Id": "a", "FirewallRuleGroupId": "frg-own", "VpcId": VPC})
    for number, (rank, groups) in enumerate(profiles):
        name = f"rp-{number}"
        network.profile(*(("firewall", f"frg-{number}-{place}") for place in range(len(groups))), name=name)
        network.row("ProfileAssociations", name)["Priority"] = rank
        rows = network.rows["Calls"][-1]["Response"]["ProfileResourceAssociations"]
        for row, priority in zip(rows, groups, strict=True):
            row["ResourceProperties"] = None if priority is None else f'{{"priority":{priority}}}'
    return network.world().facts


def test_groups_of_a_profile_stand_in_their_order_apart_from_those_of_the_vpc() -> None:
    assert sequences(shared((100, [300, 200]))) == [["frg-own"], ["frg-0-1", "frg-0-0"]]


def test_groups_of_profiles_stand_in_the_order_of_the_profiles() -> None:
    assert sequences(shared((300, [101]), (200, [9000]))) == [["frg-own"], ["frg-1-0", "frg-0-0"]]


@pytest.mark.parametrize("profiles", [[(100, [200, None])], [(100, [101]), (100, [102])], [(100, [101, 101])]])
def test_groups_without_a_known_order_stand_alone(profiles: list[tuple[int, list[int | None]]]) -> None:
    assert [len(sequence) for sequence in sequences(shared(*profiles))] == [1, 1, 1]


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ('{"priority":102}', 102),
        ('{"priority": 102, "other": 1}', 102),
        ('{"priority": "102"}', None),
        ('{"priority": true}', None),
        ("[102]", None),
        ("", None),
        ("[" * 100_000, None),
    ],
)
def test_properties_of_a_resource_have_its_priority(text: str, priority: int | None) -> None:
    assert ResourceProperties(text).priority == priority


def test_group_with_unread_rules_has_none() -> None:
    network = Resolving()
    network.profile(("firewall", "frg-9"))
    group = only_group(network.world().facts)
    assert group.settled
    assert group.rules == Missing("the rules of DNS Firewall frg-9", "route53resolver:ListFirewallRules")


def test_group_in_change_is_not_settled() -> None:
    assert not only_group(facts(1, Status="DELETING")).settled


def test_rules_of_a_group_stand_in_the_order_of_their_priorities() -> None:
    rules = only_group(facts(1)).rules
    assert not isinstance(rules, Missing)
    assert [rule.key for rule in rules] == ["frg-0/10", "frg-0/20"]


def test_domains_of_a_list_are_known_if_it_was_read_to_its_end() -> None:
    read = facts()
    assert firewall_domains_of(read, "fdl-1") == ("example.com.",)
    for name in ("fdl-2", "fdl-3"):
        assert firewall_domains_of(read, name) == Missing(
            f"the domains of {name}, a list of DNS Firewall", "route53resolver:ListFirewallDomains"
        )
