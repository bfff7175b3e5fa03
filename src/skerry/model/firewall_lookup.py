"""Look-ups of DNS Firewall: the rule groups of a VPC in their order, and the domains of a list."""

import msgspec
from msgspec import UNSET

from skerry.model.facts import Facts, Missing
from skerry.model.record_kinds import ACTIONS
from skerry.model.resolver_lookup import VpcResolverSettings
from skerry.model.resolver_records import FirewallRule

# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-vpc-associating-rule-group.html
_HOLDS = "COMPLETE"


class FirewallGroup(msgspec.Struct, frozen=True, gc=False):
    """A rule group of DNS Firewall in a VPC, with its rules in their order.

    ``settled``: its association is neither being made nor deleted.
    """

    id: str
    settled: bool
    rules: tuple[FirewallRule, ...] | Missing


_Ranked = list[tuple[tuple[int | None, ...], FirewallGroup]]


def firewall_sequences_of(
    facts: Facts, vpc_id: str, settings: VpcResolverSettings
) -> tuple[tuple[FirewallGroup, ...], ...]:
    """Return the rule groups in force in a VPC, in sequences that DNS Firewall evaluates in their order.

    The order is documented for the VPC's own groups, for those of one Profile, and for several Profiles:
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-overview.html#resolver-dns-firewall-behavior
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profile-associate-dns-firewall.html
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles-vpc-update-priority.html
    It is not documented between groups of the VPC and groups of its Profiles, so these are separate sequences.
    """
    own: _Ranked = [
        ((row.priority,), _group_of(facts, row.firewall_rule_group_id, settled=row.status == _HOLDS))
        for row in facts.firewall_associations
        if row.vpc_id == vpc_id
    ]
    shared: _Ranked = [
        ((settings.profiles[row.profile], row.priority), _group_of(facts, row.group_id))
        for row in settings.shared_firewalls
    ]
    return (*_in_sequence(own), *_in_sequence(shared))


def _in_sequence(groups: _Ranked) -> tuple[tuple[FirewallGroup, ...], ...]:
    """Return one sequence by rank; each group alone where a rank is missing or not unique."""
    ranks = [rank for rank, _ in groups]
    if len(set(ranks)) < len(ranks) or any(None in rank for rank in ranks):
        return tuple((group,) for _, group in groups)
    ranked = sorted(groups, key=lambda pair: tuple(value or 0 for value in pair[0]))
    return (tuple(group for _, group in ranked),) if groups else ()


def _group_of(facts: Facts, group_id: str, *, settled: bool = True) -> FirewallGroup:
    if not facts.completeness.lists("firewall_rules", group_id):
        missing = Missing(f"the rules of DNS Firewall {group_id}", ACTIONS["firewall_rules"])
        return FirewallGroup(group_id, settled, missing)
    rules = (rule for rule in facts.firewall_rules if rule.firewall_rule_group_id == group_id)
    return FirewallGroup(group_id, settled, tuple(sorted(rules, key=lambda rule: rule.priority)))


def firewall_domains_of(facts: Facts, list_id: str) -> tuple[str, ...] | Missing:
    """Return the domains of a list. AWS shows nobody those of its own lists.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-managed-domain-lists.html
    """
    for row in facts.firewall_domain_lists:
        if row.id == list_id and row.domains is not UNSET:
            return row.domains
    return Missing(f"the domains of {list_id}, a list of DNS Firewall", ACTIONS["firewall_domain_lists"])
