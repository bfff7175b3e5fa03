"""Name resolution in a VPC: DNS servers and rules, private names and zones, and otherwise the public answer.

https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import UNSET

from skerry.catalogue.services import ServiceRef, file_system_of, is_endpoint_of
from skerry.model.endpoint_names import is_endpoint_name
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.net.dns_names import DnsName
from skerry.net.ip_addresses import IpAddress
from skerry.reach import dns_zones
from skerry.reach.central_endpoints import (
    CentralEndpoint,
    IntendedEndpoint,
    central_endpoints_for,
    judge_service_of,
    list_central_endpoints,
)
from skerry.reach.destinations import Destinations
from skerry.reach.dns_answers import Resolution, assume_unchanged, contested_answer, join_answers
from skerry.reach.dns_firewall import judge_firewall
from skerry.reach.dns_servers import Servers
from skerry.reach.dns_zones import NameSource
from skerry.reach.gateways import judge_endpoint_state, make_lost_hop, make_undecided_hop
from skerry.reach.private_dns import judge_unanswered, other_name_of, unanswered_reason_of
from skerry.reach.trace import Hop
from skerry.reach.vpc_dns import VpcDns

_MOST_NAMES = 32
_REGISTRY = "registry"


class Query(msgspec.Struct, frozen=True, gc=False):
    """The name to resolve, or an unknown one at a known place."""

    host: DnsName | None
    place: str
    service: ServiceRef | None = None
    zone: str | None = None
    inferred: str = ""


class _Chain:
    """How many more names and rules an answer may lead over: chains have ends, and cycles are refused."""

    def __init__(self) -> None:
        self._left = _MOST_NAMES

    def goes_on(self) -> bool:
        """Count one more name."""
        self._left -= 1
        return self._left >= 0


class _View(msgspec.Struct, frozen=True, gc=False):
    """Where a question is answered: in a VPC, with or without its private names, perhaps from outside it."""

    vpc_id: str
    hostnames: bool | Missing
    chain: _Chain
    inbound: bool


class NameResolver:
    """Answers for the VPCs of one World."""

    def __init__(self, world: World, destinations: Destinations) -> None:
        self.world = world
        self.destinations = destinations
        self._of_vpcs = VpcDns(world)
        self._central_endpoints: dict[ServiceRef, tuple[CentralEndpoint, ...]] = {}

    def at_address(self, vpc_id: str, address: IpAddress) -> Resolution:
        """Return the destination of a host that is an address."""
        return Resolution(Hop("dns", str(address), rule="an address"), (self.destinations.at(vpc_id, address),))

    def resolve(self, vpc_id: str, query: Query) -> Resolution:
        """Resolve a name as a task in the VPC does."""
        if query.place == _REGISTRY:
            return self._registry(vpc_id, msgspec.structs.replace(query, place="internet"))
        if query.host is None and query.place == "aws":
            fact = Missing("the host names of the partition that the Region is in")
            return Resolution(make_undecided_hop("dns", "", fact))
        servers = self._of_vpcs.servers_of(vpc_id)
        if isinstance(servers, Missing):
            return Resolution(make_undecided_hop("dns", vpc_id, servers))
        if servers.others:
            return self._served(self._by_others(servers, query), query)
        return self._served(self._within(vpc_id, query, _Chain()), query)

    def _served(self, resolution: Resolution, query: Query) -> Resolution:
        """Return an answer without the endpoints of other services than the called one."""
        ref, host = query.service, query.host
        if ref is None or host is None or not resolution.hop.clean:
            return resolution
        wrong = {
            item: hop for item in resolution.destinations if (hop := judge_service_of(self.world, item, ref, host))
        }
        if not wrong:
            return resolution
        kept = tuple(item for item in resolution.destinations if item not in wrong)
        dead = (*resolution.dead, *dict.fromkeys(wrong.values()))
        if not kept:
            return msgspec.structs.replace(resolution, hop=dead[-1], destinations=(), dead=())
        return msgspec.structs.replace(resolution, destinations=kept, dead=dead)

    def _by_others(self, servers: Servers, query: Query) -> Resolution:
        """Return the answer of DNS servers other than this VPC's: known only for those of a VPC in the input.

        https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-forwarding-inbound-queries.html
        """
        home = None if servers.amazon else self.world.resolver.vpc_of_servers(servers.others)
        if not isinstance(home, str):
            hop = make_undecided_hop("dns", str(servers.others[0]), home or servers.unknown_answer(query.host))
            return Resolution(hop, servers=servers.others, amazon_too=servers.amazon)
        resolution = self._within(home, query, _Chain(), inbound=True)
        return msgspec.structs.replace(resolution, servers=servers.others)

    def _registry(self, vpc_id: str, query: Query) -> Resolution:
        """Return the destination of a registry's blobs: the registry itself, or a redirect to the internet."""
        own = self.resolve(vpc_id, query)
        elsewhere = self.destinations.public("internet", None)
        if not own.destinations or elsewhere in own.destinations:
            return own
        hop = own.hop
        if hop.clean:
            hop = Hop("dns", own.hop.resource, rule=query.inferred, grade="inferred")
        return Resolution(hop, (*own.destinations, elsewhere), sure=False, dead=own.dead)

    def _within(self, vpc_id: str, query: Query, chain: _Chain, *, inbound: bool = False) -> Resolution:
        """Return the answer of a VPC's Amazon DNS server."""
        support = self.world.dns_attribute_of(vpc_id, "enable_dns_support")
        if support is False:
            message = f"{vpc_id} has enableDnsSupport off: the Amazon DNS server does not answer in it"
            return Resolution(make_lost_hop("dns", vpc_id, "DNS_SUPPORT_DISABLED", message))
        hostnames = self.world.dns_attribute_of(vpc_id, "enable_dns_hostnames")
        resolution = self._amazon(_View(vpc_id, hostnames, chain, inbound), query)
        doubt = support if isinstance(support, Missing) else self.world.resolver.missing_firewalls_of(vpc_id)
        if doubt is not None and resolution.hop.clean:
            return msgspec.structs.replace(resolution, hop=make_undecided_hop("dns", vpc_id, doubt))
        return resolution if resolution.hop.lost else self._filtered(vpc_id, query.host, resolution)

    def _filtered(self, vpc_id: str, host: DnsName | None, resolution: Resolution) -> Resolution:
        """Return an answer after DNS Firewall, which filters private zones and endpoints too."""
        groups = self.world.resolver.settings_of(vpc_id).firewalls
        if not groups and not self.world.facts.firewall_associations:
            return resolution
        if host is None and groups:
            fact = f"whether DNS Firewall ({', '.join(groups)}) lets {vpc_id} ask for a host that is not known"
            hop: Hop | None = make_undecided_hop("dns", vpc_id, Missing(fact, "route53resolver:ListFirewallRules"))
        else:
            names = resolution.redirections if resolution.hop.clean else ()
            hop = judge_firewall(self.world, vpc_id, "" if host is None else host.plain, names)
        if hop is None or not (hop.lost or resolution.hop.clean):
            return resolution
        if hop.lost:
            return Resolution(hop)
        return msgspec.structs.replace(resolution, hop=hop)

    def _amazon(self, view: _View, query: Query) -> Resolution:
        """Return the answer of the Amazon DNS server; for an unknown host, of its known place."""
        host = query.host
        if host is None:
            hop = Hop("dns", "", rule=query.inferred, grade="inferred")
            return Resolution(hop, (self.destinations.public(query.place, query.service),))
        if file_system := file_system_of(host.plain):
            return self._file_system(view, file_system, host, query.zone)
        if is_endpoint_name(host):
            return self._asked(view, host, query, self._endpoint_name(host))
        hop = Hop("dns", view.vpc_id, rule=f"{host.plain}: a public answer")
        if query.inferred:
            hop = Hop("dns", view.vpc_id, rule=query.inferred, grade="inferred")
        public = Resolution(hop, (self.destinations.public(query.place, query.service),))
        return self._asked(view, host, query, public)

    def _asked(self, view: _View, host: DnsName, query: Query, public: Resolution) -> Resolution:
        """Return the answer of private names and rules for a host, else the public answer."""
        claims, rule = self._claims(view, host)
        unread = self._unread(view.vpc_id)
        private = None if view.hostnames is False else self._private(view, claims, host, query)
        if private is not None and not isinstance(view.hostnames, Missing):
            return assume_unchanged(private, unread)
        if rule is not None:
            other = assume_unchanged(self._forwarded(view, rule, host, query), unread)
        else:
            other = Resolution(make_undecided_hop("dns", view.vpc_id, unread)) if unread else public
        if private is None:
            return other
        assert isinstance(view.hostnames, Missing)  # noqa: S101 -- the other cases are above
        hop = make_undecided_hop("dns", view.vpc_id, view.hostnames)
        if not (private.hop.clean and other.hop.clean):
            return Resolution(hop)
        both, dead = private.destinations + other.destinations, private.dead + other.dead
        return Resolution(hop, both, sure=False, dead=dead)

    def _claims(self, view: _View, host: DnsName) -> tuple[list[NameSource], NameSource | None]:
        """Return the private names to query, and the rule that forwards the rest."""
        names = self._of_vpcs.endpoint_names_of(view.vpc_id)
        claims = dns_zones.name_sources_for(self.world, view.vpc_id, host.plain, names)
        return dns_zones.split_at_rules(claims)

    def _unread(self, vpc_id: str) -> Missing | None:
        """Return the missing facts of refused calls: they may change any answer in the VPC."""
        unread = self.world.resolver.settings_of(vpc_id).unread
        if unread:
            return unread[0]
        return self.world.resolver.missing_owner_rules_of(vpc_id) if self.world.lacks_owner_view(vpc_id) else None

    def _forwarded(self, view: _View, claim: NameSource, host: DnsName, query: Query) -> Resolution:
        """Return the answer for a forwarded query: by the rule's outbound endpoint, not from the task's interface."""
        rule: Any = claim.rule
        if claim.rivals:
            return contested_answer(view.vpc_id, claim, host)
        home = self.world.resolver.answering_vpc_of(rule)
        if isinstance(home, Missing):
            return Resolution(make_undecided_hop("dns", rule.id, home))
        if not view.chain.goes_on():
            return Resolution(
                make_undecided_hop("dns", rule.id, Missing(f"where the chain of rules over {rule.id} ends"))
            )
        resolution = self._within(home, msgspec.structs.replace(query, host=host), view.chain, inbound=True)
        if not resolution.hop.clean:
            return resolution
        text = f"{resolution.hop.rule}, in {home}, to whose inbound resolver endpoint {rule.id} is taken to get through"
        return msgspec.structs.replace(resolution, hop=Hop("dns", rule.id, rule=text, grade="inferred"))

    def _private(self, view: _View, claims: list[NameSource], host: DnsName, query: Query) -> Resolution | None:
        """Return the answer of the most specific private name; None where there is none."""
        endpoints = self.world.endpoints_of(view.vpc_id)
        if isinstance(endpoints, Missing):
            return Resolution(make_undecided_hop("dns", view.vpc_id, endpoints))
        unnamed = self._of_vpcs.judge_unprinted_names(view.vpc_id, query.place)
        for claim in claims:
            if claim.rivals:
                return contested_answer(view.vpc_id, claim, host)
            if claim.endpoint is not None:
                resolution = self._by_endpoint(view, claim, host.plain, query)
            elif unnamed is not None and claim.apex != host.plain:
                break
            else:
                resolution = self._by_zone(view, claim, host, query)
            if resolution is not None:
                return resolution
        return Resolution(unnamed) if unnamed else None

    def _by_endpoint(self, view: _View, claim: NameSource, host: str, query: Query) -> Resolution | None:
        endpoint: Any = claim.endpoint
        name = endpoint.vpc_endpoint_id
        reason = unanswered_reason_of(self.world, endpoint, inbound=view.inbound, profile=claim.profile)
        if isinstance(reason, Missing):
            return Resolution(make_undecided_hop("dns", name, reason))
        if reason is not None:
            return None
        if endpoint.is_nowhere:
            return self._nowhere(endpoint, host, query)
        interfaces = self.destinations.of_endpoint(endpoint)
        if isinstance(interfaces, Missing):
            return Resolution(make_undecided_hop("dns", name, interfaces))
        by = f", which {claim.profile} shares" if claim.profile else ""
        return Resolution(Hop("dns", name, rule=f"{host}: private DNS of {name}{by}"), interfaces, redirections=())

    def _nowhere(self, endpoint: VpcEndpoint, host: str, query: Query) -> Resolution:
        """Return the answer of an endpoint without subnets: none, or the public one; AWS does not document which."""
        name = endpoint.vpc_endpoint_id
        message = f"{name} has no subnets and no network interfaces, so it answers nowhere"
        lost = make_lost_hop("dns", name, "ENDPOINT_HAS_NO_SUBNETS", message)
        public = self.destinations.public(query.place, query.service)
        doubt = Missing(f"how {host} resolves while {name}, which has private DNS, is without subnets")
        hop = Hop("dns", name, rule=f"{host}: private DNS of {name}")
        return Resolution(hop, (public,), sure=False, dead=(lost,), doubt=doubt)

    def _by_zone(self, view: _View, claim: NameSource, name: DnsName, query: Query) -> Resolution:
        zone: Any = claim.zone
        host = name.plain
        if zone.vpc_ids is UNSET and not claim.profile:
            fact = Missing(f"whether hosted zone {zone.name} answers in {view.vpc_id}", "route53:ListHostedZonesByVPC")
            return Resolution(make_undecided_hop("dns", zone.zone_id, fact))
        record = dns_zones.answer_of(zone, host)
        if isinstance(record, Missing):
            return Resolution(make_undecided_hop("dns", zone.zone_id, record))
        if record is None:
            message = f"private zone {zone.name} ({zone.zone_id}) has no address for {host}, and nothing else is asked"
            hop = make_lost_hop("dns", zone.zone_id, "DNS_NAME_NOT_FOUND", message)
            only = Missing(f"where the IPv6 addresses of {host} in private zone {zone.name} lead, which are not walked")
            return Resolution(hop, over_ipv6=only if dns_zones.has_ipv6(zone, host) else None)
        by = f", which {claim.profile} shares" if claim.profile else ""
        hop = Hop("dns", zone.zone_id, rule=f"{host}: private zone {zone.name}{by}")
        led = [self._follow(view, target, query) for target in record.names]
        own = tuple(self.destinations.at(view.vpc_id, address) for address in record.addresses)
        return join_answers(hop, own, led, record) or Resolution(
            make_undecided_hop("dns", zone.zone_id, Missing(f"the address of {host} in zone {zone.name}"))
        )

    def _follow(self, view: _View, name: DnsName, query: Query) -> Resolution:
        """Return where an alias or CNAME leads: an endpoint's own name, or any other."""
        if is_endpoint_name(name):
            return self._endpoint_name(name)
        if not view.chain.goes_on():
            fact = Missing(f"where the chain of names over {name.plain} ends")
            return Resolution(make_undecided_hop("dns", name.plain, fact))
        anywhere = Resolution(Hop("dns", name.plain, rule=name.plain), (self.destinations.public("anywhere", None),))
        # An answer from a zone proves that private names apply.
        open_view = msgspec.structs.replace(view, hostnames=True)
        return self._asked(open_view, name, msgspec.structs.replace(query, place="anywhere"), anywhere)

    def _endpoint_name(self, name: DnsName) -> Resolution:
        """Return an endpoint's own name, which leads to it from anywhere."""
        endpoint = self.world.find_endpoint_by_name(name)
        interfaces = (
            self.destinations.of_endpoint(endpoint, name.plain)
            if endpoint
            else Missing(f"the endpoint of {name.plain}")
        )
        state = judge_endpoint_state(endpoint) if endpoint else Hop("dns", name.plain)
        if state.lost:
            return Resolution(state)
        if state.undecided:
            interfaces = state.undecided[0].missing or interfaces
        if isinstance(interfaces, Missing):
            return Resolution(make_undecided_hop("dns", name.plain, interfaces))
        return Resolution(Hop("dns", name.plain, rule="an endpoint's own name"), interfaces, redirections=())

    def _file_system(self, view: _View, file_system: str, host: DnsName, zone: str | None) -> Resolution:
        """Return the mount target in the task's own zone; without one the name does not resolve there.

        https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html
        """
        vpc_id = view.vpc_id
        _, claim = self._claims(view, host)
        if claim is not None and claim.rule is not None and "." in claim.apex:
            # Amazon's own zone goes before rules of wider domains; how wide it is, is not documented.
            fact = Missing(f"whether {claim.rule.id} forwards {host.plain} out of {vpc_id}")
            return Resolution(make_undecided_hop("dns", claim.rule.id, fact))
        if view.hostnames is False:
            message = f"{vpc_id} has enableDnsHostnames off: the names of mount targets do not resolve in it"
            return Resolution(make_lost_hop("dns", vpc_id, "DNS_HOSTNAMES_DISABLED", message))
        if isinstance(view.hostnames, Missing):
            return Resolution(make_undecided_hop("dns", vpc_id, view.hostnames))
        targets = self.destinations.of_mount_targets(vpc_id, file_system, zone)
        if isinstance(targets, Missing):
            return Resolution(make_undecided_hop("dns", file_system, targets))
        if not targets:
            message = f"{file_system} has no mount target in {zone} of {vpc_id}, so its name does not resolve there"
            return Resolution(make_lost_hop("dns", file_system, "DNS_NO_MOUNT_TARGET", message))
        return Resolution(Hop("dns", file_system, rule=f"the mount target in {zone}"), targets)

    def intended(
        self, vpc_id: str, ref: ServiceRef, answer: Resolution, host: DnsName | None
    ) -> tuple[IntendedEndpoint, ...]:
        """Yield interface endpoints and private zones of the service outside the answer, with the reason."""
        led_to = {destination.endpoint for destination in answer.destinations}
        unanswered: list[IntendedEndpoint] = []
        for endpoint in self.world.endpoints_in(vpc_id):
            name = endpoint.vpc_endpoint_id
            if name in led_to or endpoint.service_name is UNSET or endpoint.vpc_endpoint_type != "Interface":
                continue
            interfaces = self.destinations.of_endpoint(endpoint)
            if not is_endpoint_of(endpoint.service_name, ref) or isinstance(interfaces, Missing):
                continue
            hop = judge_unanswered(self.world, endpoint, answer.hop)
            if hop.clean and host is not None:
                hop = other_name_of(endpoint, host) or hop
            unanswered.extend(IntendedEndpoint(hop, destination) for destination in interfaces)
        if host is not None:
            endpoints = self._central_endpoints_of(ref)
            central = central_endpoints_for(self.world, self.destinations, vpc_id, endpoints, host, answer.hop)
            unanswered.extend(item for item in central if item.destination.endpoint not in led_to)
        return (*unanswered, *self._zone_not_asked(vpc_id, ref, host))

    def _central_endpoints_of(self, ref: ServiceRef) -> tuple[CentralEndpoint, ...]:
        if ref not in self._central_endpoints:
            self._central_endpoints[ref] = list_central_endpoints(self.world, ref)
        return self._central_endpoints[ref]

    def _zone_not_asked(self, vpc_id: str, ref: ServiceRef, host: DnsName | None) -> Iterator[IntendedEndpoint]:
        """Return the destination of a private zone that does not apply because the VPC has DNS hostnames off."""
        if host is None or self.world.dns_attribute_of(vpc_id, "enable_dns_hostnames") is not False:
            return
        view = _View(vpc_id, hostnames=True, chain=_Chain(), inbound=False)
        claim = next((candidate for candidate in self._claims(view, host)[0] if candidate.zone is not None), None)
        if claim is not None and claim.zone is not None:
            message = f"{vpc_id} has enableDnsHostnames off, so private zone {claim.zone.name} does not apply in it"
            hop = make_lost_hop("dns", vpc_id, "DNS_HOSTNAMES_DISABLED", message)
            led = self._by_zone(view, claim, host, Query(host, "aws", ref))
            yield from (IntendedEndpoint(hop, destination) for destination in led.destinations)
