"""DNS Firewall: whether its rules let a question pass.

The first rule of the first group with a match decides, by the lowest priorities; without a match a question passes:
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-overview.html#resolver-dns-firewall-behavior
Private zones and endpoints are filtered too:
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall.html
The fail-open setting (GetFirewallConfig) is for failures of DNS Firewall itself, so it is not read:
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-vpc-configuration.html
"""

from collections.abc import Iterator

import msgspec

from skerry.model.facts import Missing
from skerry.model.firewall_lookup import FirewallGroup, firewall_domains_of, firewall_sequences_of
from skerry.model.record_kinds import ACTIONS
from skerry.model.resolver_records import FirewallRule
from skerry.model.world import World
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.trace import Hop

_BLOCK, _OVERRIDE, _TRUST = "BLOCK", "OVERRIDE", "TRUST_REDIRECTION_DOMAIN"
_IPV4_QUERY = {None, "A", "TYPE1"}
_IPV6_QUERY = {"AAAA", "TYPE28"}
_EVERYTHING = "*"
# Names of AWS's services: https://docs.aws.amazon.com/general/latest/gr/rande.html
# By default a rule inspects each name of a chain of redirections: see _PAGE.
_OF_AWS = ("*.amazonaws.com", "*.amazonaws.com.cn", "*.amazonaws.eu")
# The pages that name an order of groups name none between those of a VPC and those of its Profiles.
_ORDER_PAGE = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles.html#profiles-priority"
_PAGE = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-rule-settings.html"


class _Match(msgspec.Struct, frozen=True, gc=False):
    """A rule that takes a question, or may take it for the want of ``doubt``; None for the end of all rules."""

    rule: FirewallRule | None
    doubt: Missing | None = None

    @property
    def outcome(self) -> tuple[bool, str | None]:
        """Whether the question is blocked, and the name that is answered in its place."""
        if self.rule is None or self.rule.action != _BLOCK:
            return False, None
        return True, self.rule.block_override_domain if self.rule.block_response == _OVERRIDE else None


def judge_firewall(world: World, vpc_id: str, host: str, redirections: tuple[str, ...] | None) -> Hop | None:
    """Return the hop of a question in a VPC with rule groups that they block, or may block; None where it passes.

    A hop without losses is an inferred fact that the passage rests on.
    ``redirections``: the names that the answer leads over, None if they are not known. Rules inspect them too, except
    for those that trust them.
    """
    settings = world.resolver.settings_of(vpc_id)
    sequences = firewall_sequences_of(world.facts, vpc_id, settings)
    if not sequences:
        return None
    matches = _decision(world, vpc_id, sequences, host)
    if isinstance(matches, Hop):
        return matches
    followed = [match.rule for match in matches if match.rule is None or not _trusts(match.rule)]
    hops: list[Hop | None] = []
    if redirections is None:
        groups = [group for sequence in sequences for group in sequence]
        hops += [_unknown_redirection(world, vpc_id, groups, rule, host) for rule in followed]
    elif followed:
        inspecting = tuple(tuple(map(_inspecting, sequence)) for sequence in sequences)
        for name in redirections:
            decided = _decision(world, vpc_id, inspecting, name, f", to which {host} leads,")
            hops += [decided] if isinstance(decided, Hop) else []
    judged = [hop for hop in hops if hop is not None]
    if len(followed) < len(matches) and any(hop.lost for hop in judged):
        # The decision may be that of a trusting rule.
        return make_undecided_hop("dns", vpc_id, _missing_redirections(vpc_id, host))
    return min(judged, key=lambda hop: (not hop.lost, hop.clean), default=None)


def _decision(
    world: World, vpc_id: str, sequences: tuple[tuple[FirewallGroup, ...], ...], host: str, because: str = ""
) -> Hop | list[_Match]:
    """Return the hop of a question, blocked or undecided; else the matches that let it pass."""
    groups = [group for sequence in sequences for group in sequence]
    names = dict.fromkeys(group.id for group in groups)
    fact = f"whether DNS Firewall ({', '.join(names)}) lets {vpc_id} ask for {host}"
    if any(isinstance(group.rules, Missing) for group in groups):
        return make_undecided_hop("dns", vpc_id, Missing(fact, ACTIONS["firewall_rules"]))
    matches = _possible_matches([list(_matches(world, vpc_id, sequence, host)) for sequence in sequences])
    if len({match.outcome for match in matches}) > 1:
        return make_undecided_hop("dns", vpc_id, _missing_decision(fact, matches))
    if not matches[0].outcome[0]:
        return matches
    decisive = next((match for match in matches if match.doubt is None), matches[0])
    return _blocked(vpc_id, f"{host}{because}", decisive.rule)


def _trusts(rule: FirewallRule) -> bool:
    return rule.firewall_domain_redirection_action == _TRUST


def _inspecting(group: FirewallGroup) -> FirewallGroup:
    """Return a group without the rules that inspect the first name of an answer alone."""
    assert not isinstance(group.rules, Missing)  # noqa: S101 -- the decision about the first name rests on them
    return msgspec.structs.replace(group, rules=tuple(rule for rule in group.rules if not _trusts(rule)))


def _blocked(vpc_id: str, host: str, rule: FirewallRule | None) -> Hop:
    """Return the hop of a question that a rule blocks."""
    assert rule is not None  # noqa: S101 -- only a rule blocks
    group = rule.firewall_rule_group_id
    if rule.block_response == _OVERRIDE:
        fact = f"where {rule.block_override_domain} leads, which DNS Firewall answers for {host}"
        return make_undecided_hop("dns", group, Missing(fact))
    name = f"rule {rule.priority} of {group}"
    message = f"DNS Firewall blocks {host} in {vpc_id}: {name} answers {rule.block_response or 'no address'}"
    return make_lost_hop("dns", group, "DNS_FIREWALL_BLOCKS", message, name)


def _possible_matches(sequences: list[list[_Match]]) -> list[_Match]:
    """Return the matches that may decide, if groups of several sequences are evaluated in any order."""
    possible = [match for matches in sequences for match in matches if match.rule is not None]
    return [*possible, _Match(None)] if all(matches[-1].rule is None for matches in sequences) else possible


def _missing_decision(fact: str, matches: list[_Match]) -> Missing:
    """Return the missing fact behind matches with different outcomes: what a rule takes, or the order of the groups."""
    certain = {match.outcome for match in matches if match.doubt is None}
    if len(certain) > 1:
        return Missing(f"{fact}: no page of AWS orders the groups of a VPC and of its Profiles ({_ORDER_PAGE})")
    doubt = next(match.doubt for match in matches if match.doubt is not None and match.outcome not in certain)
    return Missing(fact, doubt.action)


def _matches(world: World, vpc_id: str, groups: tuple[FirewallGroup, ...], host: str) -> Iterator[_Match]:
    """Yield the rules that may take a question, up to the first certain one; without one, the end of all rules."""
    for group in groups:
        for rule in () if isinstance(group.rules, Missing) else group.rules:
            takes = _takes(world, vpc_id, rule, host)
            if takes is True and group.settled:
                yield _Match(rule)
                return
            if takes is True:
                yield _Match(rule, Missing(f"what becomes of {group.id} in {vpc_id}", ACTIONS["firewall_associations"]))
            elif isinstance(takes, Missing):
                yield _Match(rule, takes)
    yield _Match(None)


def _takes(world: World, vpc_id: str, rule: FirewallRule, host: str) -> bool | Missing:
    """Tell whether a rule takes the question for a host's addresses.

    Threats are found by AWS's own judgement: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/firewall-advanced.html
    """
    if not _is_asked(world, vpc_id, rule):
        return False
    if rule.firewall_domain_list_id is None:
        return Missing(f"whether DNS Firewall Advanced takes {host} for a threat")
    domains = firewall_domains_of(world.facts, rule.firewall_domain_list_id)
    if isinstance(domains, Missing):
        return domains
    covers = any(_covers(domain, host) for domain in domains)
    if covers and rule.qtype in _IPV6_QUERY:
        return Missing(f"whether tasks of {vpc_id} ask for {host} over IPv6 alone")
    joined = next((domain for domain in domains if _may_cover(domain, host)), None)
    if joined and not covers:
        return Missing(f"whether {joined} of {rule.firewall_domain_list_id} covers {host}, which no page of AWS tells")
    return covers


def _is_asked(world: World, vpc_id: str, rule: FirewallRule) -> bool:
    """Tell whether tasks ask questions of a rule's query type: for IPv4 addresses, or without IPv4 for IPv6 ones."""
    has_ipv6_only = any(subnet.cidr_block is None for subnet in world.subnets_in(vpc_id))
    return rule.qtype in _IPV4_QUERY or (rule.qtype in _IPV6_QUERY and has_ipv6_only)


def _covers(domain: str, host: str) -> bool:
    """Tell whether a domain of a list covers a host: the name itself, or with an asterisk what ends so.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall-user-managed-domain-lists.html
    """
    plain = domain.lower().removesuffix(".")
    if plain == _EVERYTHING or plain.startswith(f"{_EVERYTHING}."):
        return host.endswith(plain[1:])
    return host == plain


def _may_cover(domain: str, host: str) -> bool:
    """Tell whether an asterisk that no dot follows may stand for a part of the host's label."""
    plain = domain.lower().removesuffix(".")
    return plain.startswith(_EVERYTHING) and host.endswith(plain[1:])


def _unknown_redirection(
    world: World, vpc_id: str, groups: list[FirewallGroup], decisive: FirewallRule | None, host: str
) -> Hop | None:
    """Return the doubt about names behind the host, if a rule blocks every other name.

    Names of AWS's services are taken to lead to such names only; a hop with this inferred fact loses nothing.
    """
    rules = (rule for group in groups if not isinstance(group.rules, Missing) for rule in group.rules)
    if not any(rule.action == _BLOCK and _blocks_all(world, vpc_id, rule) for rule in rules):
        return None
    domains = () if decisive is None else firewall_domains_of(world.facts, decisive.firewall_domain_list_id or "")
    listed = () if isinstance(domains, Missing) else domains
    if _EVERYTHING in listed:
        return None
    if allowed := next((domain for domain in listed if domain in _OF_AWS), None):
        text = f"{host} is taken to lead to names of {allowed} only, which DNS Firewall allows in {vpc_id}"
        return Hop("dns", vpc_id, rule=text, grade="inferred")
    return make_undecided_hop("dns", vpc_id, _missing_redirections(vpc_id, host))


def _missing_redirections(vpc_id: str, host: str) -> Missing:
    return Missing(f"whether DNS Firewall lets {vpc_id} ask for the names that {host} leads to ({_PAGE})")


def _blocks_all(world: World, vpc_id: str, rule: FirewallRule) -> bool:
    if rule.firewall_domain_list_id is None or _trusts(rule) or not _is_asked(world, vpc_id, rule):
        return False
    domains = firewall_domains_of(world.facts, rule.firewall_domain_list_id)
    return not isinstance(domains, Missing) and _EVERYTHING in domains
