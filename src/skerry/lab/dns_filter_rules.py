"""Rules of DNS Firewall in a VPC, for the filter before its DNS server.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-overview.html
"""

from collections.abc import Iterator

import dns.exception
import dns.rdatatype
from msgspec import UNSET

from skerry.errors import SkerryError
from skerry.lab import input_checks
from skerry.lab.nftables import make_unread_error
from skerry.lab.topology_records import DnsResponse, DnsRule
from skerry.model.facts import Missing
from skerry.model.record_kinds import ACTIONS
from skerry.model.resolver_records import FirewallRule
from skerry.model.world import World
from skerry.net.hostname import Hostname

_HOLDS = "COMPLETE"
_EVERY_NAME = "*"
_ALLOWS = {"ALLOW", "ALERT"}
_RESPONSES: dict[str, DnsResponse] = {"NXDOMAIN": "no-name", "NODATA": "no-data", "OVERRIDE": "override"}


def filter_rules_of(world: World, vpc_id: str) -> tuple[DnsRule, ...]:
    """Return the rules of DNS Firewall in a VPC, in the order of their groups and of their own.

    Raises `SkerryError` if a rule was not read, or if AWS alone decides what it takes.
    """
    return tuple(
        _rule(world, row)
        for group in _groups_in_order(world, vpc_id)
        for row in sorted(_rules_of(world, group), key=lambda row: row.priority)
    )


def _groups_in_order(world: World, vpc_id: str) -> list[str]:
    """Return the rule groups of a VPC, or of its Profile, those with the lowest priority first."""
    own = [row for row in world.facts.firewall_associations if row.vpc_id == vpc_id]
    shared = world.resolver.settings_of(vpc_id).shared_firewalls
    if own and shared:
        raise SkerryError(
            "the lab does not order rule groups of a VPC and of its Route 53 Profile: no page of AWS does"
        )
    for row in own:
        if row.status != _HOLDS:
            raise make_unread_error(Missing(f"what becomes of {row.id}", ACTIONS["firewall_associations"]))
    ranked = [(row.priority, row.firewall_rule_group_id) for row in own] or [
        (row.priority, row.group_id) for row in shared
    ]
    ranks = [rank for rank, _ in ranked]
    if len(ranked) > 1 and (None in ranks or len(set(ranks)) < len(ranks)):
        raise make_unread_error(Missing(f"the priorities of the rule groups of {vpc_id}", ACTIONS["profile_resources"]))
    return [group for _, group in sorted(ranked, key=lambda pair: pair[0] or 0)]


def _rules_of(world: World, group: str) -> Iterator[FirewallRule]:
    if not world.facts.completeness.lists("firewall_rules", group):
        raise make_unread_error(Missing(f"the rules of DNS Firewall {group}", ACTIONS["firewall_rules"]))
    return (row for row in world.facts.firewall_rules if row.firewall_rule_group_id == group)


def _rule(world: World, row: FirewallRule) -> DnsRule:
    name = f"rule {row.priority} of {row.firewall_rule_group_id}"
    every_name, domains = _domains_of(world, row, name)
    response: DnsResponse | None = None
    if row.action not in _ALLOWS:
        response = _RESPONSES.get(row.block_response or "NXDOMAIN")
        if row.action != "BLOCK" or response is None:
            raise input_checks.make_invalid_error(f"the action of {name}", "one that the lab builds")
    override = None
    if response == "override":
        override = Hostname.parse(row.block_override_domain or "")
        if override is None:
            raise input_checks.make_invalid_error(f"the override domain of {name}", "a host name")
    trusts = row.firewall_domain_redirection_action == "TRUST_REDIRECTION_DOMAIN"
    return DnsRule(domains, every_name, _query_type(row, name), response, override, trusts)


def _domains_of(world: World, row: FirewallRule, name: str) -> tuple[bool, tuple[Hostname, ...]]:
    """Return whether a list covers every name, and its domains."""
    listed = next((item for item in world.facts.firewall_domain_lists if item.id == row.firewall_domain_list_id), None)
    if row.firewall_domain_list_id is None:
        raise SkerryError(f"the lab does not build {name}, which blocks by AWS's own judgement")
    if listed is None or listed.domains is UNSET:
        fact = f"the domains of {row.firewall_domain_list_id}"
        raise make_unread_error(Missing(fact, ACTIONS["firewall_domain_lists"]))
    plain = [domain.removesuffix(".") for domain in listed.domains]
    domains = [Hostname.parse(domain) for domain in plain if domain != _EVERY_NAME]
    read = tuple(domain for domain in domains if domain is not None)
    if len(read) < len(domains):
        raise input_checks.make_invalid_error(f"a domain of {listed.id}", "a host name")
    return _EVERY_NAME in plain, read


def _query_type(row: FirewallRule, name: str) -> int | None:
    """Return the number of the query type of a rule; None for all types.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-rule-settings.html
    """
    if row.qtype is None:
        return None
    try:
        return int(dns.rdatatype.from_text(row.qtype))
    except (dns.exception.DNSException, ValueError) as error:
        raise input_checks.make_invalid_error(f"the query type of {name}", "one of DNS") from error
