"""Look-ups of DNS Firewall: the rule groups of a VPC in their order, and the domains of a list."""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import UNSET

from skerry.model.facts import Facts, Missing
from skerry.model.record_kinds import ACTIONS
from skerry.model.resolver_records import FirewallRule

# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-vpc-associating-rule-group.html
_HOLDS = "COMPLETE"


class FirewallGroup(NamedTuple):
    """A rule group of DNS Firewall in a VPC, with its rules in their order.

    ``priority``: its place among the VPC's groups; None for a group that a Route 53 Profile shares. ``settled``: its
    association is neither being made nor deleted.
    """

    id: str
    priority: int | None
    settled: bool
    rules: tuple[FirewallRule, ...] | Missing


def firewall_groups_of(facts: Facts, vpc_id: str, group_ids: Iterable[str]) -> tuple[FirewallGroup, ...]:
    """Return the rule groups in force in a VPC, those with the lowest priority first.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-overview.html#resolver-dns-firewall-behavior
    """
    associations = {row.firewall_rule_group_id: row for row in facts.firewall_associations if row.vpc_id == vpc_id}
    groups = []
    for group_id in group_ids:
        association = associations.get(group_id)
        priority = association.priority if association else None
        settled = association is None or association.status == _HOLDS
        groups.append(FirewallGroup(group_id, priority, settled, _rules_of(facts, group_id)))
    return tuple(sorted(groups, key=lambda group: -1 if group.priority is None else group.priority))


def _rules_of(facts: Facts, group_id: str) -> tuple[FirewallRule, ...] | Missing:
    if not facts.completeness.lists("firewall_rules", group_id):
        return Missing(f"the rules of DNS Firewall {group_id}", ACTIONS["firewall_rules"])
    rules = (rule for rule in facts.firewall_rules if rule.firewall_rule_group_id == group_id)
    return tuple(sorted(rules, key=lambda rule: rule.priority))


def firewall_domains_of(facts: Facts, list_id: str) -> tuple[str, ...] | Missing:
    """Return the domains of a list. AWS shows nobody those of its own lists.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-managed-domain-lists.html
    """
    for row in facts.firewall_domain_lists:
        if row.id == list_id and row.domains is not UNSET:
            return row.domains
    return Missing(f"the domains of {list_id}, a list of DNS Firewall", ACTIONS["firewall_domain_lists"])
