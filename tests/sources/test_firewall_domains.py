"""Domains of the lists of DNS Firewall in saved answers."""

from typing import Any

from skerry.model.facts import Facts
from skerry.sources.documents import load
from tests.networks import as_bytes

CALL = {"operation": "route53resolver:ListFirewallDomains", "parameters": {"FirewallDomainListId": "fdl-1"}}


def facts(*documents: dict[str, Any]) -> Facts:
    return load({f"{number}.json": as_bytes(document) for number, document in enumerate([{"Vpcs": []}, *documents])})


def test_domains_are_read_with_their_call() -> None:
    found = facts({"Call": CALL, "Response": {"Domains": ["example.com."]}})
    assert [(row.id, row.domains) for row in found.firewall_domain_lists] == [("fdl-1", ("example.com.",))]


def test_domains_of_other_services_are_noted_and_left_alone() -> None:
    found = facts({"Domains": [{"DomainName": "example.com"}]})
    assert found.firewall_domain_lists == ()
    assert found.notes == ("1.json: Domains, but not of which list of DNS Firewall",)


def test_damaged_domains_are_noted() -> None:
    found = facts({"Call": CALL, "Response": {"Domains": [7]}})
    assert found.firewall_domain_lists == ()
    assert found.notes == ("1.json: Domains is no list of names",)


def test_refused_domains_are_a_gap() -> None:
    found = facts({"Call": CALL, "Error": {"Code": "AccessDeniedException", "Message": "no"}})
    assert [refusal.action for refusal in found.refused] == ["route53resolver:ListFirewallDomains"]
