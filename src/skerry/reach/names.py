"""What a name leads to in a VPC: its DNS servers, private names, private zones, and else the public answer.

https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
"""

from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET

from skerry.catalogue.services import ServiceRef, file_system_of, service_of_endpoint
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.network import Vpc
from skerry.model.world import World
from skerry.net.addresses import address, block, spell
from skerry.reach import zones
from skerry.reach.destinations import Destinations
from skerry.reach.gateways import lost, open_question, state_hop
from skerry.reach.trace import Destination, Hop
from skerry.reach.zones import Claim

AMAZON = "AmazonProvidedDNS"
_MOST_NAMES = 32
_AMAZON_SERVERS = {AMAZON, "169.254.169.253", "fd00:ec2::253"}
_REGISTRY = "registry"


class Query(NamedTuple):
    """What is asked for: a host, or a host that is not known but stands somewhere."""

    host: str | None
    place: str
    service: ServiceRef | None = None
    zone: str | None = None
    inferred: str = ""


class Intended(NamedTuple):
    """An endpoint for the name that DNS does not lead to, with the hop that says why."""

    hop: Hop
    destination: Destination


class Resolution(msgspec.Struct, frozen=True, eq=False, gc=False):
    """What DNS answers: the hop, and every destination that it may give.

    ``sure``: the destinations take turns; else it is one of them, and not known which. ``servers`` are those that
    the answer comes from where they are not Amazon's; ``amazon_too``: Amazon's is asked as well.
    """

    hop: Hop
    destinations: tuple[Destination, ...] = ()
    sure: bool = True
    servers: tuple[str, ...] = ()
    amazon_too: bool = False


class _Chain:
    """How many more names an answer may lead over: chains of names have ends, and cycles are refused."""

    def __init__(self) -> None:
        self._left = _MOST_NAMES

    def goes_on(self) -> bool:
        """Count one more name."""
        self._left -= 1
        return self._left >= 0


class _Servers(NamedTuple):
    """The DNS servers of a VPC: whether Amazon's is one of them, and the others."""

    amazon: bool
    others: tuple[str, ...]


class Names:
    """Answers for the VPCs of one World."""

    def __init__(self, world: World, destinations: Destinations) -> None:
        self.world = world
        self.destinations = destinations
        self._endpoint_names: dict[str, zones.EndpointNames] = {}

    def resolve(self, vpc_id: str, query: Query) -> Resolution:
        """Resolve a name as a task in the VPC does."""
        if query.place == _REGISTRY:
            return self._registry(vpc_id, query._replace(place="internet"))
        if query.host is not None and address(query.host):
            return Resolution(Hop("dns", query.host, rule="an address"), (self.destinations.at(vpc_id, query.host),))
        if query.host is None and query.place == "aws":
            fact = Missing("the host names of the partition that the Region is in")
            return Resolution(open_question("dns", "", fact))
        vpc = self.world.vpc(vpc_id)
        servers = vpc if isinstance(vpc, Missing) else self._servers(vpc)
        if isinstance(servers, Missing):
            return Resolution(open_question("dns", vpc_id, servers))
        if servers.others:
            hop = open_question("dns", servers.others[0], _told_by(servers.others, query.host))
            return Resolution(hop, servers=servers.others, amazon_too=servers.amazon)
        support = self.world.dns_attribute(vpc_id, "enable_dns_support")
        if support is False:
            message = f"{vpc_id} has enableDnsSupport off: the Amazon DNS server does not answer in it"
            return Resolution(lost("dns", vpc_id, "DNS_SUPPORT_DISABLED", message))
        found = self._amazon(vpc_id, query, query.host)
        if isinstance(support, Missing) and found.hop.clean:
            return msgspec.structs.replace(found, hop=open_question("dns", vpc_id, support))
        return found

    def _registry(self, vpc_id: str, query: Query) -> Resolution:
        """Where a registry's blobs are: with itself, or where it redirects to, on the internet."""
        own = self.resolve(vpc_id, query)
        elsewhere = self.destinations.public("internet", None)
        if not own.destinations or elsewhere in own.destinations:
            return own
        hop = own.hop
        if hop.clean:
            hop = Hop("dns", own.hop.resource, rule=query.inferred, grade="inferred")
        return Resolution(hop, (*own.destinations, elsewhere), sure=False)

    def _servers(self, vpc: Vpc) -> _Servers | Missing:
        """The DNS servers that a VPC's DHCP options name."""
        options = self.world.dhcp_options_of(vpc)
        if isinstance(options, Missing):
            return options
        named = [
            item.value
            for configuration in options.dhcp_configurations
            if configuration.key == "domain-name-servers"
            for item in configuration.values
        ]
        if not named:
            return Missing(f"the DNS servers in {options.dhcp_options_id}", "ec2:DescribeDhcpOptions")
        others = tuple(name for name in named if not _is_amazon(vpc, name))
        return _Servers(len(others) < len(named), others)

    def _amazon(self, vpc_id: str, query: Query, host: str | None) -> Resolution:
        """What the Amazon DNS server answers; of a host that is not known, only where it stands."""
        if host is None:
            hop = Hop("dns", "", rule=query.inferred, grade="inferred")
            return Resolution(hop, (self.destinations.public(query.place, query.service),))
        if ".vpce." in host:
            return self._endpoint_name(host)
        hostnames = self.world.dns_attribute(vpc_id, "enable_dns_hostnames")
        if file_system := file_system_of(host):
            return self._file_system(vpc_id, file_system, query.zone, hostnames=hostnames)
        hop = Hop("dns", vpc_id, rule=f"{host}: a public answer")
        if query.inferred:
            hop = Hop("dns", vpc_id, rule=query.inferred, grade="inferred")
        public = Resolution(hop, (self.destinations.public(query.place, query.service),))
        if hostnames is False:
            return public
        private = self._private(vpc_id, host, query, _Chain())
        if private is None:
            return public
        if isinstance(hostnames, Missing) and not private.hop.clean:
            return Resolution(open_question("dns", vpc_id, hostnames))
        if isinstance(hostnames, Missing):
            both = private.destinations + public.destinations
            return Resolution(open_question("dns", vpc_id, hostnames), both, sure=False)
        return private

    def _private(self, vpc_id: str, host: str, query: Query, chain: "_Chain") -> Resolution | None:
        """The answer of the most specific private zone; None where there is none, so that the answer is public."""
        endpoints = self.world.endpoints_of(vpc_id)
        if isinstance(endpoints, Missing):
            return Resolution(open_question("dns", vpc_id, endpoints))
        if vpc_id not in self._endpoint_names:
            self._endpoint_names[vpc_id] = zones.endpoint_names(self.world, vpc_id)
        for claim in zones.claims(self.world, vpc_id, host, self._endpoint_names[vpc_id]):
            if claim.endpoint is not None:
                found = self._by_endpoint(claim.endpoint, host)
            else:
                found = self._by_zone(vpc_id, claim, host, query, chain)
            if found is not None:
                return found
        for endpoint in endpoints:
            if endpoint.service_name is UNSET and endpoint.vpc_endpoint_type in {UNSET, "Interface"}:
                fact = Missing(f"which service {endpoint.vpc_endpoint_id} is for", "ec2:DescribeVpcEndpoints")
                return Resolution(open_question("dns", endpoint.vpc_endpoint_id, fact))
        return None

    def _by_endpoint(self, endpoint: VpcEndpoint, host: str) -> Resolution | None:
        name = endpoint.vpc_endpoint_id
        reason = self._reason_not_led(endpoint)
        if isinstance(reason, Missing):
            return Resolution(open_question("dns", name, reason))
        if reason is not None:
            return None
        found = self.destinations.of_endpoint(endpoint)
        if isinstance(found, Missing):
            return Resolution(open_question("dns", name, found))
        return Resolution(Hop("dns", name, rule=f"{host}: private DNS of {name}"), found)

    def _by_zone(self, vpc_id: str, claim: Claim, host: str, query: Query, chain: "_Chain") -> Resolution:
        zone: Any = claim.zone
        if zone.vpc_ids is UNSET:
            fact = Missing(f"whether hosted zone {zone.name} answers in {vpc_id}", "route53:ListHostedZonesByVPC")
            return Resolution(open_question("dns", zone.zone_id, fact))
        record = zones.answer(zone, host)
        if isinstance(record, Missing):
            return Resolution(open_question("dns", zone.zone_id, record))
        if record is None:
            message = f"private zone {zone.name} ({zone.zone_id}) has no address for {host}, and nothing else is asked"
            return Resolution(lost("dns", zone.zone_id, "DNS_NAME_NOT_FOUND", message))
        found = [self.destinations.at(vpc_id, text) for text in record.addresses if address(text)]
        led = [self._follow(vpc_id, name, query, chain) for name in record.names]
        dead = [one for one in led if not one.hop.clean]
        if dead and len(dead) == len(led) and not found:
            return dead[0]
        if dead:
            fact = Missing(f"which of its records for {host} zone {zone.name} answers with: one of them leads nowhere")
            return Resolution(open_question("dns", zone.zone_id, fact))
        found.extend(destination for one in led for destination in one.destinations)
        if not found:
            return Resolution(open_question("dns", zone.zone_id, Missing(f"the address of {host} in zone {zone.name}")))
        return Resolution(Hop("dns", zone.zone_id, rule=f"{host}: private zone {zone.name}"), tuple(found))

    def _follow(self, vpc_id: str, name: str, query: Query, chain: "_Chain") -> Resolution:
        """Where an alias or CNAME leads: an endpoint's own name, or any other."""
        if ".vpce." in name:
            return self._endpoint_name(name)
        if not chain.goes_on():
            return Resolution(open_question("dns", name, Missing(f"where the chain of names over {name} ends")))
        private = self._private(vpc_id, name, query, chain)
        return private or Resolution(Hop("dns", name, rule=name), (self.destinations.public("anywhere", None),))

    def _endpoint_name(self, name: str) -> Resolution:
        """An endpoint's own name, which leads to it from anywhere."""
        endpoint = self.world.endpoint_named(name)
        found = (
            self.destinations.of_endpoint(endpoint, name) if endpoint else Missing(f"the endpoint that {name} is of")
        )
        if isinstance(found, Missing):
            return Resolution(open_question("dns", name, found))
        return Resolution(Hop("dns", name, rule="an endpoint's own name"), found)

    def _file_system(self, vpc_id: str, file_system: str, zone: str | None, *, hostnames: bool | Missing) -> Resolution:
        """The mount target in the task's own zone; without one the name does not resolve there.

        https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html
        """
        if hostnames is False:
            message = f"{vpc_id} has enableDnsHostnames off: the names of mount targets do not resolve in it"
            return Resolution(lost("dns", vpc_id, "DNS_HOSTNAMES_DISABLED", message))
        if isinstance(hostnames, Missing):
            return Resolution(open_question("dns", vpc_id, hostnames))
        found = self.destinations.of_mount_targets(vpc_id, file_system, zone)
        if isinstance(found, Missing):
            return Resolution(open_question("dns", file_system, found))
        if not found:
            message = f"{file_system} has no mount target in {zone} of {vpc_id}, so its name does not resolve there"
            return Resolution(lost("dns", file_system, "DNS_NO_MOUNT_TARGET", message))
        return Resolution(Hop("dns", file_system, rule=f"the mount target in {zone}"), found)

    def intended(self, vpc_id: str, ref: ServiceRef, answer: Resolution) -> tuple[Intended, ...]:
        """The VPC's interface endpoints for a service that the answer does not lead to, and why not."""
        led_to = {destination.endpoint for destination in answer.destinations}
        found: list[Intended] = []
        for endpoint in self.world.endpoints_in(vpc_id):
            name = endpoint.vpc_endpoint_id
            if name in led_to or endpoint.service_name is UNSET or endpoint.vpc_endpoint_type != "Interface":
                continue
            interfaces = self.destinations.of_endpoint(endpoint)
            if service_of_endpoint(endpoint.service_name) != ref or isinstance(interfaces, Missing):
                continue
            hop = self._why_not(vpc_id, endpoint, answer.hop)
            found.extend(Intended(hop, destination) for destination in interfaces)
        return tuple(found)

    def _reason_not_led(self, endpoint: VpcEndpoint) -> Hop | Missing | None:
        region = endpoint.service_region
        if region is not None and self.world.region is not None and region != self.world.region:
            # Not documented: https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-cross-region-privatelink-support.html
            return Missing(f"whether private DNS of {endpoint.vpc_endpoint_id} answers for a service of {region}")
        return reason_not_led(endpoint)

    def _why_not(self, vpc_id: str, endpoint: VpcEndpoint, answer: Hop) -> Hop:
        reason = self._reason_not_led(endpoint)
        if isinstance(reason, Hop):
            return reason
        if isinstance(reason, Missing):
            return open_question("dns", endpoint.vpc_endpoint_id, reason)
        if answer.lost:
            return answer
        if self.world.dns_attribute(vpc_id, "enable_dns_hostnames") is False:
            message = (
                f"{vpc_id} has enableDnsHostnames off, so the private names of {endpoint.vpc_endpoint_id} do not apply"
            )
            return lost("dns", vpc_id, "DNS_HOSTNAMES_DISABLED", message)
        return Hop("dns", endpoint.vpc_endpoint_id, rule="the name does not lead to it")


def reason_not_led(endpoint: VpcEndpoint) -> Hop | Missing | None:
    """Why an endpoint's private names are not answered; None where they are."""
    name = endpoint.vpc_endpoint_id
    if endpoint.private_dns_enabled is UNSET:
        return Missing(f"whether private DNS of {name} is on", "ec2:DescribeVpcEndpoints")
    if not endpoint.private_dns_enabled:
        message = f"private DNS of {name} is off, so nothing leads {endpoint.service_name} to it"
        return lost("dns", name, "DNS_PRIVATE_NAMES_DISABLED", message)
    state = state_hop("endpoint", name, endpoint.state, "ec2:DescribeVpcEndpoints", endpoint.last_error.message)
    if state.undecided:
        return state.undecided[0].missing
    if state.lost:
        return state
    if endpoint.dns_options.private_dns_only_for_inbound_resolver_endpoint:
        message = f"the private names of {name} are only for inbound resolver endpoints, not for the VPC itself"
        return lost("dns", name, "DNS_PRIVATE_NAMES_INBOUND_ONLY", message)
    return None


def _is_amazon(vpc: Vpc, server: str) -> bool:
    """Tell whether a DNS server is Amazon's: by its name, its link-local address, or the VPC's base plus two."""
    if server in _AMAZON_SERVERS:
        return True
    own = block(vpc.cidr_block)
    return own is not None and server == spell(((own.addresses[0][0] + 2, own.addresses[0][0] + 2),))


def _told_by(servers: tuple[str, ...], host: str | None) -> Missing:
    return Missing(f"what the DNS server {' or '.join(servers)} answers for {host or 'a host that is not known'}")
