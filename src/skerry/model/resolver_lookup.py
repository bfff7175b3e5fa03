"""Look-ups of Resolver settings by VPC: resolver rules, DNS Firewall and Route 53 Profiles."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Literal

import msgspec
from msgspec import UNSET

from skerry.model.facts import Facts, Missing
from skerry.model.record_kinds import ACTIONS, NOUNS
from skerry.model.resolver_records import ResolverEndpoint, ResolverRule
from skerry.net.dns_names import DnsName
from skerry.net.ip_addresses import IpAddress

_HOLDS = "COMPLETE"
_WORKS = "OPERATIONAL"
_DNS_PORT = 53
_LOCAL = {"SYSTEM", "RECURSIVE"}
# The rules that AWS defines itself; they change no answer.
# https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-forward-vpc-to-network-autodefined-rules.html
_AUTODEFINED = "rslvr-autodefined-rr-"
_ASSOCIATIONS = ("resolver_rule_associations", "firewall_associations", "profile_associations")
_Table = Literal["zones", "rules", "firewalls", "endpoints"]
_HELD: dict[str, _Table] = {
    "hostedzone": "zones",
    "resolver-rule": "rules",
    "firewall-rule-group": "firewalls",
    "vpc-endpoint": "endpoints",
}
# A Profile may hold a query log configuration, which changes no answer.
_HARMLESS = {"resolver-query-log-config"}


class VpcResolverRule(msgspec.Struct, frozen=True, gc=False):
    """A resolver rule associated with a VPC, with its domain as AWS prints it (``example.com.``, or ``.`` for all).

    ``profile``: the Route 53 Profile that shares the rule with the VPC, if one does.
    """

    rule: ResolverRule
    domain: DnsName
    profile: str = ""


class SharedFirewall(msgspec.Struct, frozen=True, gc=False):
    """A rule group of DNS Firewall in a Route 53 Profile, with its priority there if that is known."""

    group_id: str
    profile: str
    priority: int | None


class VpcResolverSettings(msgspec.Struct, frozen=True, gc=False):
    """The settings that change DNS answers in one VPC.

    ``zones`` and ``endpoints`` are ids of resources that Profiles share, each with its Profile; ``firewalls`` are all
    rule groups of DNS Firewall, and ``shared_firewalls`` those of Profiles. ``profiles`` have their priorities, None
    for Profiles whose order is unknown. ``unread`` are the unknown facts that may change any answer.
    """

    rules: tuple[VpcResolverRule, ...]
    zones: Mapping[str, str]
    endpoints: Mapping[str, str]
    firewalls: tuple[str, ...]
    shared_firewalls: tuple[SharedFirewall, ...]
    profiles: Mapping[str, int | None]
    unread: tuple[Missing, ...]


class _SettingsBuilder:
    """The settings of one VPC while they are collected."""

    def __init__(self) -> None:
        self.zones: dict[str, str] = {}
        self.rules: dict[str, str] = {}
        self.firewalls: dict[str, str] = {}
        self.endpoints: dict[str, str] = {}
        self.shared_firewalls: list[SharedFirewall] = []
        self.profiles: dict[str, int] = {}
        self.unread: list[Missing] = []

    def hold(self, table: _Table, name: str, profile: str = "") -> None:
        """Add a resource in force; the VPC's own associations precede those of a Profile."""
        held: dict[str, str] = getattr(self, table)
        held.setdefault(name, profile)

    def profile_order(self) -> dict[str, int | None]:
        """Return the Profiles with their priorities, None for several of one priority."""
        priorities = list(self.profiles.values())
        return {name: rank if priorities.count(rank) == 1 else None for name, rank in self.profiles.items()}


class ResolverLookup:
    """Look-ups of the settings that change DNS answers in the VPCs of one source's Facts."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._lists = facts.completeness
        self._held: dict[str, VpcResolverSettings] = {}

    def settings_of(self, vpc_id: str) -> VpcResolverSettings:
        """Return all settings that change the answers in a VPC."""
        if vpc_id not in self._held:
            self._held[vpc_id] = self._in_vpc(vpc_id)
        return self._held[vpc_id]

    def _in_vpc(self, vpc_id: str) -> VpcResolverSettings:
        gathered = self._gathered.get(vpc_id) or _SettingsBuilder()
        rules: list[VpcResolverRule] = []
        unread = list(gathered.unread)
        for name, profile in gathered.rules.items():
            rule = self._rule(name, vpc_id, profile)
            if isinstance(rule, Missing):
                unread.append(rule)
            elif rule is not None:
                rules.append(rule)
        unread.extend(self._unread(vpc_id, gathered))
        return VpcResolverSettings(
            tuple(rules),
            gathered.zones,
            gathered.endpoints,
            tuple(gathered.firewalls),
            tuple(gathered.shared_firewalls),
            gathered.profile_order(),
            tuple(unread),
        )

    def was_asked(self, kind: str) -> bool:
        """Return whether a kind was requested, even if AWS refused or rows were lost."""
        return kind in self._lists.asked

    def missing_firewalls_of(self, vpc_id: str) -> Missing | None:
        """Return the missing list of a VPC's DNS Firewall rule groups; None if it was read or not requested."""
        kind = "firewall_associations"
        if not self._lists.lacks(kind, vpc_id):
            return None
        return Missing(f"every {NOUNS[kind]} of {vpc_id}", ACTIONS[kind])

    def missing_owner_rules_of(self, vpc_id: str) -> Missing | None:
        """Return the missing resolver rules of a shared VPC: only its owner can list them.

        https://docs.aws.amazon.com/vpc/latest/userguide/vpc-sharing.html
        """
        if not any(self.was_asked(kind) for kind in _ASSOCIATIONS):
            return None
        return Missing(f"the resolver rules of {vpc_id}, as its owner sees them", ACTIONS["resolver_rule_associations"])

    def answering_vpc_of(self, rule: ResolverRule) -> str | Missing:
        """Return the VPC that answers for a forwarding rule: each target is one of its inbound endpoints.

        https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-forwarding-inbound-queries.html
        """
        servers = [target.ip for target in rule.target_ips if target.port == _DNS_PORT]
        vpc_id = self.vpc_of_servers(servers) if len(servers) == len(rule.target_ips) else None
        return vpc_id or self._missing_answer_of(rule)

    def vpc_of_servers(self, servers: Iterable[IpAddress | None]) -> str | Missing | None:
        """Return the one VPC whose inbound resolver endpoints have all of these addresses, else None."""
        vpcs: set[str] = set()
        for server in servers:
            endpoints = self._inbound.get(server, [])
            if len(endpoints) != 1 or endpoints[0].host_vpc_id is UNSET:
                return None
            if endpoints[0].status != _WORKS:
                fact = f"what becomes of {endpoints[0].id}, which is {endpoints[0].status}"
                return Missing(fact, ACTIONS["resolver_endpoints"])
            vpcs.add(endpoints[0].host_vpc_id)
        return vpcs.pop() if len(vpcs) == 1 else None

    def _missing_answer_of(self, rule: ResolverRule) -> Missing:
        servers = [server for target in rule.target_ips for server in (target.ip, target.ipv6) if server is not None]
        names = "every name" if rule.domain_name == "." else f"names in {rule.domain_name}".removesuffix(".")
        fact = f"what {' or '.join(servers) or 'no DNS server'} answers, to which {rule.id} forwards {names}"
        if not self._lists.knows("resolver_endpoints"):
            return Missing(fact, ACTIONS["resolver_endpoints"])
        rows = self._facts.resolver_endpoints
        if any(endpoint.ip_addresses is UNSET and endpoint.direction != "OUTBOUND" for endpoint in rows):
            return Missing(fact, "route53resolver:ListResolverEndpointIpAddresses")
        return Missing(fact)

    def _rule(self, name: str, vpc_id: str, profile: str) -> VpcResolverRule | Missing | None:
        """Return a rule associated with a VPC, by its id; None if it changes nothing."""
        if name.startswith(_AUTODEFINED):
            return None
        rule = self._rules.get(name)
        # The list of an account may lack a rule that another account shares with it.
        listed = self._lists.knows("resolver_rules")
        action = "route53resolver:GetResolverRule" if listed else ACTIONS["resolver_rules"]
        if rule is None or rule.rule_type is UNSET:
            return Missing(f"resolver rule {name}, which holds in {vpc_id}", action)
        if rule.rule_type == "DELEGATE":
            # It applies only if a zone delegates a subdomain to other name servers.
            return None
        if rule.status != _HOLDS:
            return Missing(f"what becomes of {name}, which is {rule.status}", action)
        if rule.domain_name is None or rule.rule_type not in {"FORWARD", *_LOCAL}:
            return Missing(f"what resolver rule {name}, of type {rule.rule_type}, is for", action)
        return VpcResolverRule(rule, rule.domain_name, profile)

    def _unread(self, vpc_id: str, gathered: _SettingsBuilder) -> Iterator[Missing]:
        for kind in _ASSOCIATIONS:
            if self._lists.lacks(kind, vpc_id) or (kind in self._in_use and kind not in self._lists.asked):
                yield Missing(f"every {NOUNS[kind]} of {vpc_id}", ACTIONS[kind])
        if self._lists.lacks("zones", vpc_id):
            yield Missing(f"the private hosted zones of {vpc_id}", ACTIONS["zones"])
        for name, profile in gathered.zones.items():
            if name not in self._zones:
                yield Missing(f"hosted zone {name}, which {profile} shares with {vpc_id}", "route53:GetHostedZone")
        for name, profile in gathered.endpoints.items():
            if name not in self._endpoints:
                yield Missing(f"{name}, which {profile} shares with {vpc_id}", ACTIONS["vpc_endpoints"])

    @cached_property
    def _gathered(self) -> dict[str, _SettingsBuilder]:
        table: defaultdict[str, _SettingsBuilder] = defaultdict(_SettingsBuilder)
        for rule_association in self._facts.resolver_rule_associations:
            if rule_association.resolver_rule_id.startswith(_AUTODEFINED) or rule_association.status == _HOLDS:
                table[rule_association.vpc_id].hold("rules", rule_association.resolver_rule_id)
            else:
                table[rule_association.vpc_id].unread.append(
                    _unsettled(rule_association.id, rule_association.status, "resolver_rule_associations")
                )
        for group in self._facts.firewall_associations:
            # During creation or deletion of an association the group may filter or not, like its rules.
            table[group.vpc_id].hold("firewalls", group.firewall_rule_group_id)
        for association in sorted(self._facts.profile_associations, key=lambda row: row.priority):
            # AWS documents ResourceId as the VPC's ARN and prints its id.
            vpc_id = association.resource_id.rpartition("/")[2]
            if association.status == _HOLDS:
                table[vpc_id].profiles[association.profile_id] = association.priority
                self._share(table[vpc_id], association.profile_id)
            else:
                table[vpc_id].unread.append(_unsettled(association.id, association.status, "profile_associations"))
        return table

    def _share(self, gathered: _SettingsBuilder, profile: str) -> None:
        """Add the resources of a Profile to one of its VPCs.

        https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles.html
        """
        if not self._lists.lists("profile_resources", profile):
            fact = f"the resources of Route 53 Profile {profile}"
            gathered.unread.append(Missing(fact, ACTIONS["profile_resources"]))
        for resource in self._facts.profile_resources:
            if resource.profile_id != profile:
                continue
            arn = resource.resource_arn.arn
            kind, _, name = ("" if arn is None else arn.resource).partition("/")
            if kind in _HARMLESS:
                continue
            if kind not in _HELD:
                fact = f"what {resource.resource_arn}, which {profile} shares, changes"
                gathered.unread.append(Missing(fact))
            elif resource.status == _HOLDS:
                gathered.hold(_HELD[kind], name, profile)
                if _HELD[kind] == "firewalls":
                    gathered.shared_firewalls.append(SharedFirewall(name, profile, resource.priority))
            else:
                gathered.unread.append(_unsettled(resource.id, resource.status, "profile_resources"))

    @cached_property
    def _in_use(self) -> set[str]:
        """The kinds of association that must have records, as rules or Profiles to associate were read."""
        rules = any(not rule.id.startswith(_AUTODEFINED) for rule in self._facts.resolver_rules)
        profiles = bool(self._facts.profile_resources or self._lists.scopes("profile_resources"))
        used = {"resolver_rule_associations": rules, "profile_associations": profiles}
        return {kind for kind, is_used in used.items() if is_used}

    @cached_property
    def _zones(self) -> set[str]:
        return {zone.zone_id for zone in self._facts.zones}

    @cached_property
    def _endpoints(self) -> set[str]:
        return {endpoint.vpc_endpoint_id for endpoint in self._facts.vpc_endpoints}

    @cached_property
    def _rules(self) -> dict[str, ResolverRule]:
        return {rule.id: rule for rule in self._facts.resolver_rules}

    @cached_property
    def _inbound(self) -> dict[IpAddress | None, list[ResolverEndpoint]]:
        """The inbound resolver endpoints by address; an address has several if the blocks of VPCs overlap."""
        table: defaultdict[IpAddress | None, list[ResolverEndpoint]] = defaultdict(list)
        for endpoint in self._facts.resolver_endpoints:
            if endpoint.direction == "INBOUND" and endpoint.ip_addresses is not UNSET:
                for address in endpoint.ip_addresses:
                    table[address].append(endpoint)
        return table


def _unsettled(name: str, status: str, kind: str) -> Missing:
    return Missing(f"what becomes of {name}, which is {status}", ACTIONS[kind])
