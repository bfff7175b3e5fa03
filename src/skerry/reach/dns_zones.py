"""Sources of DNS answers in a VPC: hosted zones, private names of endpoints, resolver rules; the most specific first.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
"""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import UNSET

from skerry.catalogue.services import private_names_of, service_of_endpoint
from skerry.model.endpoints import RecordSet, VpcEndpoint, Zone
from skerry.model.facts import Missing
from skerry.model.resolver_lookup import VpcResolverSettings
from skerry.model.resolver_records import ResolverRule
from skerry.model.world import World
from skerry.net.dns_names import DnsName
from skerry.net.ip_addresses import IpAddress

_ADDRESS_TYPES = {"A", "CNAME"}
_IPV6 = "AAAA"
LATTICE = {"Resource", "ServiceNetwork"}
"""The types of endpoint that lead to resources of VPC Lattice, by names that their owner chose."""


class NameSource(msgspec.Struct, frozen=True, gc=False):
    """Something that answers for a name: a hosted zone, an endpoint or a rule, with the name of its zone.

    ``profile``: the Route 53 Profile that the VPC has it by, if it has it by one. ``rivals``: Profiles whose less
    specific names may go before it.
    """

    apex: str
    zone: Zone | None = None
    endpoint: VpcEndpoint | None = None
    rule: ResolverRule | None = None
    profile: str = ""
    rivals: tuple[str, ...] = ()


class Record(msgspec.Struct, frozen=True, gc=False):
    """The answer of a zone: addresses, other names to follow, or neither.

    ``sure``: all of them are answered, together or in turns; else it is not known which of them. ``redirections``:
    those of the names that the client sees, as targets of CNAME records.
    """

    addresses: tuple[IpAddress, ...] = ()
    names: tuple[DnsName, ...] = ()
    sure: bool = True
    redirections: tuple[DnsName, ...] = ()


EndpointNames = dict[str, list[VpcEndpoint]]


def endpoint_names_of(world: World, vpc_id: str) -> EndpointNames:
    """Return the private names of a VPC's endpoints and of those shared by Profiles, each with its endpoints."""
    by_name: EndpointNames = {}
    shared = (world.vpc_endpoints.get(name) for name in world.resolver.settings_of(vpc_id).endpoints)
    others = [endpoint for endpoint in shared if endpoint is not None and endpoint.vpc_id != vpc_id]
    for endpoint in (*world.endpoints_in(vpc_id), *others):
        for name in names_of(endpoint):
            by_name.setdefault(name, []).append(endpoint)
    return by_name


def name_sources_for(world: World, vpc_id: str, host: str, endpoints: EndpointNames) -> list[NameSource]:
    """Return everything that may answer for the host in this VPC, the most specific first.

    For one name, the VPC's own associations come before those of a Profile, Profiles stand in the order of their
    priorities, and a rule comes before a zone:
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles.html
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles-vpc-update-priority.html
    """
    held = world.resolver.settings_of(vpc_id)
    candidates = [NameSource(zone.name, zone=zone, profile=profile) for zone, profile in _zones(world, vpc_id, held)]
    for name in _fitting(host):
        for endpoint in endpoints.get(name, ()):
            profile = "" if endpoint.vpc_id == vpc_id else held.endpoints[endpoint.vpc_endpoint_id]
            candidates.append(NameSource(name.removeprefix("*."), endpoint=endpoint, profile=profile))
    candidates.extend(
        NameSource(settings_rule.domain.plain, rule=settings_rule.rule, profile=settings_rule.profile)
        for settings_rule in held.rules
    )
    fitting = [
        claim for claim in candidates if _is_within(host, claim.apex) and not _stands_for_endpoint(claim, candidates)
    ]
    order = held.profiles
    ranked = sorted(
        fitting,
        key=lambda claim: (
            -len(claim.apex),
            claim.profile != "",
            order.get(claim.profile) or 0,
            claim.rule is None,
        ),
    )
    return [_with_rivals(claim, ranked[place + 1 :], order) for place, claim in enumerate(ranked)]


def _with_rivals(claim: NameSource, later: list[NameSource], order: Mapping[str, int | None]) -> NameSource:
    """Return a source of a Profile with the Profiles that may go before its own.

    No page tells whether the most specific name or the first Profile decides among several Profiles.
    """
    own = order.get(claim.profile)
    rivals: dict[str, None] = {}
    for other in later:
        rank = order.get(other.profile)
        if claim.profile and other.profile not in {"", claim.profile} and (own is None or rank is None or rank < own):
            rivals[other.profile] = None
    return msgspec.structs.replace(claim, rivals=tuple(rivals)) if rivals else claim


def _zones(world: World, vpc_id: str, held: VpcResolverSettings) -> Iterator[tuple[Zone, str]]:
    if not world.facts.zones:
        return
    own = {zone.zone_id for zone in world.zones_in(vpc_id) if zone.vpc_ids is not UNSET}
    for zone in world.facts.zones:
        if zone.zone_id in own:
            yield zone, ""
        elif zone.zone_id in held.zones or zone.vpc_ids is UNSET:
            yield zone, held.zones.get(zone.zone_id, "")


def _is_within(host: str, apex: str) -> bool:
    return apex in {"", host} or host.endswith(f".{apex}")


def _stands_for_endpoint(claim: NameSource, sources: list[NameSource]) -> bool:
    """Tell whether AWS made this zone for an endpoint; such a zone answers by itself.

    https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html#enable-private-dns-names
    """
    if claim.zone is None or claim.zone.service is None or claim.zone.records is not UNSET:
        return False
    return any(
        other.endpoint is not None and other.endpoint.private_dns_enabled is True and other.apex == claim.apex
        for other in sources
    )


def split_at_rules(sources: list[NameSource]) -> tuple[list[NameSource], NameSource | None]:
    """Return the zones and endpoints to query, and the rule that forwards all other names, or may do so.

    The most specific rule decides; one that does not forward leaves all to zones, endpoints and public DNS:
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-overview-DNS-queries-to-vpc.html
    """
    for position, claim in enumerate(sources):
        if claim.rule is not None and (claim.rule.rule_type == "FORWARD" or claim.rivals):
            return sources[:position], claim
        if claim.rule is not None:
            break
    return [claim for claim in sources if claim.rule is None], None


def _fitting(host: str) -> Iterator[str]:
    """Yield the host itself, and every wildcard that it is below of."""
    yield host
    parent = host.partition(".")[2]
    while parent:
        yield f"*.{parent}"
        parent = parent.partition(".")[2]


def names_of(endpoint: VpcEndpoint) -> set[str]:
    """Return the private names of an interface endpoint, whether they are switched on or not.

    DescribeVpcEndpoints prints the names in force in DnsEntries. Without one of them, as while private DNS is off, they
    are the documented names of the service: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
    """
    printed = set(endpoint.private_names)
    if endpoint.vpc_endpoint_type in LATTICE:
        return printed | {name.plain for name in endpoint.dns_options.private_dns_specified_domains}
    if endpoint.vpc_endpoint_type is not UNSET and endpoint.vpc_endpoint_type != "Interface":
        return set()
    ref = None if endpoint.service_name is UNSET else service_of_endpoint(endpoint.service_name)
    return printed or set(private_names_of(ref) if ref else ())


def answer_of(zone: Zone, host: str) -> Record | Missing | None:
    """Return the answer of a hosted zone for a host; None where it has no address for it (NXDOMAIN or no data).

    A name that exists hides the wildcard above it, whatever its type:
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html#domain-name-format-asterisk
    """
    by_name = _by_name(zone)
    if by_name is None:
        return Missing(f"the records of hosted zone {zone.name}", "route53:ListResourceRecordSets")
    if not zone.whole:
        # A record that is missing may share the name, hide a wildcard, or delegate a part of the zone.
        return Missing(f"the rest of the records of hosted zone {zone.name}", "route53:ListResourceRecordSets")
    if delegated := _delegated(by_name, host, zone.name):
        return Missing(f"what the name servers of {delegated}, to which zone {zone.name} delegates, answer for {host}")
    rows = _closest(by_name, host, zone.name)
    useful = _in_use([record_set for record_set in rows if record_set.type in _ADDRESS_TYPES])
    if not useful:
        return None
    values = [
        item.value.address for record_set in useful for item in record_set.resource_records if record_set.type == "A"
    ]
    targets = [record_set.alias_target.dns_name for record_set in useful if record_set.alias_target is not None]
    names = [
        item.value.name for record_set in useful for item in record_set.resource_records if record_set.type == "CNAME"
    ]
    redirections = tuple(name for name in names if name is not None)
    addresses = tuple(address for address in values if address is not None)
    return Record(addresses, (*targets, *redirections), _takes_turns(useful), redirections)


def has_ipv6(zone: Zone, host: str) -> bool:
    """Tell whether a hosted zone answers for a host with IPv6 addresses."""
    return any(record_set.type == _IPV6 for record_set in _closest(_by_name(zone) or {}, host, zone.name))


def _by_name(zone: Zone) -> dict[str, list[RecordSet]] | None:
    """Return the record sets of a zone; None where they were not read."""
    if zone.records is UNSET:
        return None
    record_sets: dict[str, list[RecordSet]] = {}
    for record_set in zone.records:
        record_sets.setdefault(record_set.name.plain, []).append(record_set)
    return record_sets


def _delegated(by_name: dict[str, list[RecordSet]], host: str, apex: str) -> str | None:
    """Return the part of a zone that its NS records hand to other name servers, if the host is in one.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-forwarding-outbound-queries-rule-values.html
    """
    name = host
    while name != apex and "." in name:
        if any(record_set.type == "NS" for record_set in by_name.get(name, ())):
            return name
        name = name.partition(".")[2]
    return None


def _in_use(rows: list[RecordSet]) -> list[RecordSet]:
    """Return the record sets that Route 53 answers with: one of weight 0 only if all have weight 0.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-weighted.html
    """
    return [record_set for record_set in rows if record_set.weight != 0] or rows


def _takes_turns(rows: list[RecordSet]) -> bool:
    """Tell whether every record set is answered now and then.

    Weighted and multivalue ones take turns unless a health check may keep one of them back; which one of failover,
    latency and geolocation records is answered is not known.
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html
    """
    if len(rows) == 1:
        return True
    checked = any(
        record_set.health_check_id is not None
        or (record_set.alias_target is not None and record_set.alias_target.evaluate_target_health)
        for record_set in rows
    )
    return not checked and all(record_set.weight is not None or record_set.multi_value_answer for record_set in rows)


def _closest(by_name: dict[str, list[RecordSet]], host: str, apex: str) -> list[RecordSet]:
    if host in by_name or any(name.endswith(f".{host}") for name in by_name):
        return by_name.get(host, [])
    ancestor = host
    while ancestor != apex and "." in ancestor:
        ancestor = ancestor.partition(".")[2]
        if f"*.{ancestor}" in by_name:
            return by_name[f"*.{ancestor}"]
        if any(name == ancestor or name.endswith(f".{ancestor}") for name in by_name):
            break
    return []
