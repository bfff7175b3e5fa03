"""DNS records of a VPC, for a real DNS server: private names of endpoints, and private hosted zones.

https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
"""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from skerry.catalogue.services import private_names_of, service_of_endpoint
from skerry.errors import SkerryError
from skerry.lab import input_checks
from skerry.lab.nftables import make_unread_error
from skerry.lab.topology_records import DnsNames
from skerry.model.endpoints import RecordSet, VpcEndpoint, Zone
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.net.cidr import Address, Cidr
from skerry.net.dns_names import DnsName
from skerry.net.hostname import Hostname
from skerry.net.ip_addresses import Address4

_AMAZON = {"AmazonProvidedDNS", "169.254.169.253"}
_PLACE_OF_RESOLVER = 2
_SHOWN = 100


class Known(msgspec.Struct, frozen=True):
    """Names of a VPC's DNS server, and the input values that are left out.

    ``unusable``: names of records with an invalid value, each with the reason. ``omitted``: zones and records with an
    invalid name, in words.
    """

    names: DnsNames = DnsNames()
    unusable: tuple[tuple[Hostname, str], ...] = ()
    omitted: tuple[str, ...] = ()

    def why_not(self, host: str) -> str:
        """Return the reason why the lab cannot resolve a host; empty if it can."""
        return next((why for name, why in self.unusable if name.stands_for(host)), "")


def base_plus_two_of(world: World, vpc_id: str) -> Address:
    """Return the VPC's base address plus two; raises `SkerryError` if the VPC is unknown, or its block is too small."""
    vpc = world.find_vpc(vpc_id)
    if isinstance(vpc, Missing):
        raise make_unread_error(vpc)
    address = Cidr.of(vpc.cidr_block).at(_PLACE_OF_RESOLVER)
    if address is None:
        raise input_checks.make_invalid_error(f"the CidrBlock of {vpc_id}", "large enough for a DNS server")
    return address


def resolver_of(world: World, vpc_id: str) -> Address | None:
    """Return the address of the Amazon DNS server, the VPC's base plus two; None if DNS support is off."""
    support = world.dns_attribute_of(vpc_id, "enable_dns_support")
    address = base_plus_two_of(world, vpc_id)
    if isinstance(support, Missing):
        raise make_unread_error(support)
    return address if support else None


def servers_of(world: World, vpc_id: str) -> tuple[Address, ...]:
    """Return the DNS servers of the DHCP options, except Amazon's."""
    vpc = world.find_vpc(vpc_id)
    options = vpc if isinstance(vpc, Missing) else world.dhcp_options_of(vpc)
    if isinstance(options, Missing):
        raise make_unread_error(options)
    named = [
        item.value
        for configuration in options.dhcp_configurations
        if configuration.key == "domain-name-servers"
        for item in configuration.values
    ]
    amazon = _AMAZON | {resolver_of(world, vpc_id)}
    what = f"a DNS server of {options.dhcp_options_id}"
    return tuple(input_checks.check_address(name, what) for name in named if name not in amazon)


def _require_built(world: World, vpc_id: str) -> None:
    """Raise `SkerryError` if DNS answers of a VPC rest on settings that the lab does not build, or on unknown ones."""
    held = world.resolver.settings_of(vpc_id)
    if held.rules:
        raise SkerryError(f"the lab does not build resolver rules, which hold in {vpc_id}")
    if len(held.profiles) > 1:
        raise SkerryError(f"the lab does not build several Route 53 Profiles of one VPC, which {vpc_id} has")
    if held.profiles and held.unread:
        raise make_unread_error(held.unread[0])


def _unread(hosted: Zone) -> SkerryError:
    missing = Missing(f"the records of hosted zone {hosted.name}", "route53:ListResourceRecordSets")
    return make_unread_error(missing)


class _Zones:
    """The zones of a DNS server while they are collected, and the values that are left out.

    ``taken``: zones of the VPC itself, which go before those of its Profile:
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/profiles.html
    """

    def __init__(self) -> None:
        self.records: dict[Hostname, list[tuple[Hostname, Address]]] = {}
        self.redirections: dict[Hostname, list[tuple[Hostname, Hostname]]] = {}
        self.unusable: list[tuple[Hostname, str]] = []
        self.omitted: list[str] = []
        self.taken: frozenset[Hostname] = frozenset()

    def add_endpoint(self, world: World, endpoint: VpcEndpoint) -> None:
        """Add the private names of an endpoint."""
        for zone, name in _private(endpoint):
            if zone not in self.taken:
                pairs = self.records.setdefault(zone, [])
                pairs.extend((name, address) for address in _addresses(world, endpoint))

    def add_hosted_zone(self, world: World, hosted: Zone) -> None:
        """Add the records of a hosted zone."""
        if hosted.records is UNSET or not hosted.whole:
            raise _unread(hosted)
        own = Hostname.parse(hosted.name)
        if own is None or own.is_wildcard:
            self.omitted.append(f"hosted zone {hosted.name[:_SHOWN]} is left out: its name is not a domain name")
            return
        if own in self.taken:
            return
        self.records.setdefault(own, [])
        for record_set in hosted.records:
            record = record_set.name.hostname
            if record is None or not record.is_within(own):
                self.omitted.append(
                    f"a record of hosted zone {own} is left out: "
                    f"{record_set.name[:_SHOWN]} is not a host name of the zone"
                )
                continue
            self._add_record(world, own, record, record_set)

    def _add_record(self, world: World, zone: Hostname, record: Hostname, row: RecordSet) -> None:
        values, why = _record(world, row)
        self.records[zone].extend((record, address) for address in values)
        self.redirections.setdefault(zone, []).extend((record, target) for target in _targets(row))
        if why:
            self.unusable.append((record, f"the record {record} of hosted zone {zone} {why}"))

    def names(self) -> DnsNames:
        """Return the zones and their records; the most specific zone of a name decides."""
        records = [(zone, pair) for zone, pairs in self.records.items() for pair in pairs]
        redirections = [(zone, pair) for zone, pairs in self.redirections.items() for pair in pairs]
        return DnsNames(
            tuple(self.records),
            tuple(pair for zone, pair in records if zone == self._closest(pair[0])),
            tuple(pair for zone, pair in redirections if zone == self._closest(pair[0])),
        )

    def _closest(self, name: Hostname) -> Hostname:
        return max((zone for zone in self.records if name.is_within(zone)), key=len)


def names_of(world: World, vpc_id: str) -> Known:
    """Return the zones of a VPC's DNS server with their records: its own, and those of its Route 53 Profile."""
    _require_built(world, vpc_id)
    if not world.dns_attribute_of(vpc_id, "enable_dns_hostnames"):
        return Known()
    zones = _Zones()
    for endpoint in world.endpoints_in(vpc_id):
        zones.add_endpoint(world, endpoint)
    held = world.resolver.settings_of(vpc_id)
    own = [
        hosted for hosted in world.zones_in(vpc_id) if hosted.vpc_ids is not UNSET or hosted.zone_id not in held.zones
    ]
    for hosted in own:
        if hosted.vpc_ids is UNSET:
            raise _unread(hosted)
        zones.add_hosted_zone(world, hosted)
    zones.taken = frozenset(zones.records)
    for name in held.endpoints:
        zones.add_endpoint(world, world.vpc_endpoints[name])
    for hosted in world.facts.zones:
        if hosted.zone_id in held.zones and hosted not in own:
            zones.add_hosted_zone(world, hosted)
    return Known(zones.names(), tuple(zones.unusable), tuple(zones.omitted))


def _private(endpoint: VpcEndpoint) -> Iterator[tuple[Hostname, Hostname]]:
    """Yield the private names of an endpoint with private DNS, each with its zone."""
    usable = str(endpoint.state).lower() == "available" and endpoint.private_dns_enabled is True
    inbound_only = endpoint.dns_options.private_dns_only_for_inbound_resolver_endpoint
    if endpoint.vpc_endpoint_type != "Interface" or not usable or inbound_only or endpoint.service_name is UNSET:
        return
    ref = service_of_endpoint(endpoint.service_name)
    for text in endpoint.private_names or (private_names_of(ref) if ref else ()):
        # An invalid entry, or an invalid Region in the service name, makes an invalid host name.
        made = Hostname.parse(text)
        if made is not None:
            yield Hostname(made.removeprefix("*.")), made


def _addresses(world: World, endpoint: VpcEndpoint) -> list[Address]:
    interfaces = [world.network_interfaces.get(name) for name in endpoint.network_interface_ids]
    addresses = (None if interface is None else interface.private_ip_address for interface in interfaces)
    return [Address(address) for address in addresses if address is not None]


def _record(world: World, row: RecordSet) -> tuple[list[Address], str]:
    """Return the addresses of a record set, and why they are incomplete.

    An alias or CNAME to an endpoint's own name leads to its interfaces; other names are not followed.
    """
    addresses = [item.value.address for item in row.resource_records] if row.type == "A" else []
    read = [Address(address) if isinstance(address, Address4) else None for address in addresses]
    values = [address for address in read if address is not None]
    alias = row.alias_target.dns_name if row.alias_target is not None and row.type == "A" else None
    led = _led_to(row)
    led += [] if alias is None else [alias]
    targets = [None if name is None else name.hostname for name in led]
    endpoints = [None if name is None else world.find_endpoint_by_name(name) for name in led]
    values += [address for endpoint in endpoints if endpoint is not None for address in _addresses(world, endpoint)]
    if None in read or None in targets:
        form = "a host name" if row.type == "CNAME" else "an IPv4 address"
        return values, f"holds a value that is not {form}"
    return values, "leads to another name, which the lab does not follow" if None in endpoints else ""


def _led_to(row: RecordSet) -> list[DnsName | None]:
    """Return the names that a CNAME record leads to, None for an invalid one."""
    return [item.value.name for item in row.resource_records] if row.type == "CNAME" else []


def _targets(row: RecordSet) -> list[Hostname]:
    """Return the valid names that a CNAME record leads to."""
    return [name.hostname for name in _led_to(row) if name is not None and name.hostname is not None]
