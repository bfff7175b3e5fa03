"""Rules of DNS Firewall as a lab builds them: in their order, and only those that AWS documents."""

from typing import Any

import pytest

from skerry.errors import SkerryError
from skerry.lab.dns_filter import deciding_rule
from skerry.lab.dns_filter_rules import filter_rules_of
from skerry.lab.topology_records import DnsNames, DnsRule
from skerry.net.hostname import Hostname
from tests.filtering import Filtered, block, rule
from tests.networks import VPC
from tests.resolving import Resolving


def rules_of(network: Resolving) -> tuple[DnsRule, ...]:
    return filter_rules_of(network.world(), VPC)


def blocked(*domains: str) -> DnsRule:
    return DnsRule(tuple(map(Hostname, domains)), response="no-name")


def test_vpc_without_dns_firewall_has_no_rules() -> None:
    assert rules_of(Resolving()) == ()


def test_rules_stand_in_the_order_of_groups_and_of_their_priorities() -> None:
    network = Filtered(rule("ALLOW", "rslvr-fdl-2"), block()).domains("Example.com.", "*.example.net")
    network.domains("a.example", name="rslvr-fdl-2").domains("*", name="rslvr-fdl-3")
    network.group_of_rules("rslvr-frg-0", rule("ALERT", "rslvr-fdl-3"), priority=100)
    allowed = DnsRule((Hostname("a.example"),))
    assert rules_of(network) == (DnsRule((), every_name=True), allowed, blocked("example.com", "*.example.net"))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"BlockResponse": "NODATA"}, {"response": "no-data"}),
        ({"BlockResponse": None}, {}),
        (
            {"BlockResponse": "OVERRIDE", "BlockOverrideDomain": "sink.example."},
            {"response": "override", "override": "sink.example"},
        ),
        ({"FirewallDomainRedirectionAction": "TRUST_REDIRECTION_DOMAIN"}, {"trusts": True}),
        ({"Qtype": "AAAA"}, {"query_type": 28}),
        ({"Qtype": "TYPE1"}, {"query_type": 1}),
    ],
    ids=str,
)
def test_settings_of_a_rule_are_built(more: dict[str, Any], expected: dict[str, Any]) -> None:
    (built,) = rules_of(Filtered(block() | more).domains("example.com"))
    given = {name: getattr(built, name) for name in ("response", "override", "trusts", "query_type")}
    assert given == {"response": "no-name", "override": None, "trusts": False, "query_type": None} | expected


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"FirewallDomainListId": "rslvr-fdl-managed"}, "without the domains of rslvr-fdl-managed"),
        ({"FirewallDomainListId": None, "DnsThreatProtection": "DGA"}, "blocks by AWS's own judgement"),
        ({"Action": "REFLECT"}, "the action of rule 10 of rslvr-frg-1"),
        ({"BlockResponse": "ANYTHING"}, "the action of rule 10 of rslvr-frg-1"),
        ({"BlockResponse": "OVERRIDE", "BlockOverrideDomain": "a b"}, "the override domain of rule 10"),
        ({"Qtype": "NO SUCH TYPE"}, "the query type of rule 10"),
    ],
    ids=str,
)
def test_rule_that_cannot_be_built_raises_error(more: dict[str, Any], message: str) -> None:
    with pytest.raises(SkerryError, match=message):
        rules_of(Filtered(block() | more).domains("example.com"))


def test_domain_with_an_asterisk_in_its_label_raises_error() -> None:
    with pytest.raises(SkerryError, match="a domain of rslvr-fdl-1"):
        rules_of(Filtered(block()).domains("*example.com"))


def test_unread_rules_raise_error() -> None:
    network = Resolving()
    network.rows["FirewallRuleGroupAssociations"].append({"Id": "a", "FirewallRuleGroupId": "g", "VpcId": VPC})
    with pytest.raises(SkerryError, match="without the rules of DNS Firewall g"):
        rules_of(network)


def test_association_in_change_raises_error() -> None:
    network = Filtered().domains("*")
    network.group_of_rules("rslvr-frg-2", block(), status="UPDATING")
    with pytest.raises(SkerryError, match="what becomes of a-rslvr-frg-2"):
        rules_of(network)


def of_profile(*priorities: int | None) -> Filtered:
    """A Profile with a group for each priority, the first of which lets a name pass, and the others block it."""
    network = Filtered().domains("example.com")
    network.rows["FirewallRuleGroupAssociations"].clear()
    groups = [f"rslvr-frg-{number}" for number in range(5, 5 + len(priorities))]
    network.profile(*(("firewall", group) for group in groups))
    rows = network.rows["Calls"][-1]["Response"]["ProfileResourceAssociations"]
    for row, group, priority in zip(rows, groups, priorities, strict=True):
        row["ResourceProperties"] = None if priority is None else f'{{"priority":{priority}}}'
        network.rules_of(group, rule("ALLOW") if group == groups[0] else block())
    return network


@pytest.mark.parametrize(("priorities", "expected"), [((200, 300), [None, "no-name"]), ((300, 200), ["no-name", None])])
def test_groups_of_a_profile_stand_in_the_order_of_their_priorities(
    priorities: tuple[int, int], expected: list[str | None]
) -> None:
    assert [built.response for built in rules_of(of_profile(*priorities))] == expected


@pytest.mark.parametrize("priorities", [(200, None), (200, 200)])
def test_groups_of_unknown_order_raise_error(priorities: tuple[int, int | None]) -> None:
    with pytest.raises(SkerryError, match="the priorities of the rule groups of vpc-1"):
        rules_of(of_profile(*priorities))


def test_groups_of_a_vpc_beside_those_of_its_profile_raise_error() -> None:
    network = of_profile(200)
    network.group_of_rules("rslvr-frg-9", block())
    with pytest.raises(SkerryError, match="does not order rule groups of a VPC and of its Route 53 Profile"):
        rules_of(network)


LOGS = Hostname("logs.example")


@pytest.mark.parametrize(
    ("rule_", "name", "decides"),
    [
        (blocked("logs.example"), LOGS, True),
        (blocked("*.example"), LOGS, True),
        (blocked("example"), LOGS, False),
        (DnsRule((), every_name=True, response="no-data"), None, True),
        (blocked("logs.example"), None, False),
        (DnsRule((LOGS,), query_type=28, response="no-name"), LOGS, False),
    ],
)
def test_filter_finds_the_rule_for_a_name(rule_: DnsRule, name: Hostname | None, *, decides: bool) -> None:
    assert (deciding_rule((rule_,), DnsNames(), name, 1) is rule_) == decides


def test_filter_inspects_the_redirections_of_a_name_before_those_of_a_wildcard() -> None:
    sink = Hostname("sink.invalid")
    names = DnsNames(redirections=((Hostname("*.example"), sink), (LOGS, Hostname("fine.invalid"))))
    assert deciding_rule((blocked("sink.invalid"),), names, LOGS, 1) is None
    assert deciding_rule((blocked("sink.invalid"),), names, Hostname("other.example"), 1) is not None


def test_rules_stand_in_the_order_of_their_priorities_not_of_the_answer() -> None:
    network = Filtered(rule("ALLOW"), block()).domains("example.com")
    rows = network.rows["Calls"][0]["Response"]["FirewallRules"]
    rows.reverse()
    assert [built.response for built in rules_of(network)] == [None, "no-name"]


def test_rule_that_trusts_redirections_blocks_none() -> None:
    names = DnsNames(redirections=((LOGS, Hostname("sink.invalid")),))
    everything = DnsRule((), every_name=True, response="no-name", trusts=True)
    assert deciding_rule((DnsRule((LOGS,)), everything), names, LOGS, 1) == DnsRule((LOGS,))
