"""What names lead to in a VPC: private names of endpoints and private zones, for a real DNS server to answer.

https://docs.aws.amazon.com/vpc/latest/userguide/AmazonDNS-concepts.html
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
"""

import re
from collections.abc import Iterator
from ipaddress import ip_network

from msgspec import UNSET

from skerry.catalogue.services import private_names, service_of_endpoint
from skerry.lab.filters import unread
from skerry.lab.plan import Names
from skerry.model.endpoints import RecordSet, VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.world import World

_AMAZON = {"AmazonProvidedDNS", "169.254.169.253"}
_ESCAPED = re.compile(r"\\([0-3][0-7]{2})")


def resolver_of(world: World, vpc_id: str) -> str | None:
    """The address of the Amazon DNS server, the VPC's base plus two; None where support for it is off."""
    vpc = world.vpc(vpc_id)
    support = world.dns_attribute(vpc_id, "enable_dns_support")
    if isinstance(vpc, Missing):
        raise unread(vpc)
    if isinstance(support, Missing):
        raise unread(support)
    return str(ip_network(vpc.cidr_block)[2]) if support else None


def servers_of(world: World, vpc_id: str) -> tuple[str, ...]:
    """The DNS servers of the DHCP options that are not Amazon's."""
    vpc = world.vpc(vpc_id)
    options = vpc if isinstance(vpc, Missing) else world.dhcp_options_of(vpc)
    if isinstance(options, Missing):
        raise unread(options)
    named = [
        item.value
        for configuration in options.dhcp_configurations
        if configuration.key == "domain-name-servers"
        for item in configuration.values
    ]
    amazon = _AMAZON | {resolver_of(world, vpc_id)}
    return tuple(name for name in named if name not in amazon)


def names_of(world: World, vpc_id: str) -> Names:
    """The zones that a VPC's DNS server answers itself, with their records; the most specific zone of a name counts."""
    if not world.dns_attribute(vpc_id, "enable_dns_hostnames"):
        return Names()
    zones: dict[str, list[tuple[str, str]]] = {}
    for endpoint in world.endpoints_in(vpc_id):
        for zone, name in _private(endpoint):
            zones.setdefault(zone, []).extend((name, address) for address in _addresses(world, endpoint))
    for hosted in world.zones_in(vpc_id):
        if hosted.vpc_ids is UNSET or hosted.records is UNSET:
            raise unread(Missing(f"the records of hosted zone {hosted.name}", "route53:ListResourceRecordSets"))
        found = [pair for row in hosted.records for pair in _record(world, row)]
        zones.setdefault(hosted.name, []).extend(found)
    records = tuple(
        (name, address)
        for zone, pairs in zones.items()
        for name, address in pairs
        if zone == max((one for one in zones if _within(name, one)), key=len)
    )
    return Names(tuple(zones), records)


def _within(name: str, zone: str) -> bool:
    bare = name.removeprefix("*.")
    return bare == zone or bare.endswith(f".{zone}")


def _private(endpoint: VpcEndpoint) -> Iterator[tuple[str, str]]:
    """The private names of an endpoint that has them switched on, each with the zone that it makes."""
    usable = str(endpoint.state).lower() == "available" and endpoint.private_dns_enabled is True
    inbound_only = endpoint.dns_options.private_dns_only_for_inbound_resolver_endpoint
    if endpoint.vpc_endpoint_type != "Interface" or not usable or inbound_only or endpoint.service_name is UNSET:
        return
    ref = service_of_endpoint(endpoint.service_name)
    for name in private_names(ref) if ref else ():
        yield name.removeprefix("*."), name


def _addresses(world: World, endpoint: VpcEndpoint) -> list[str]:
    found = [world.network_interfaces.get(name) for name in endpoint.network_interface_ids]
    return [row.private_ip_address for row in found if row is not None and row.private_ip_address]


def _record(world: World, row: RecordSet) -> Iterator[tuple[str, str]]:
    """The addresses of a record set; an alias or CNAME to an endpoint's own name leads to its interfaces."""
    name = _plain(row.name)
    if row.type == "A":
        yield from ((name, item.value) for item in row.resource_records)
    led = [row.alias_target.dns_name] if row.alias_target is not None and row.type == "A" else []
    led += [item.value for item in row.resource_records] if row.type == "CNAME" else []
    for target in led:
        endpoint = world.endpoint_named(_plain(target))
        if endpoint is not None:
            yield from ((name, address) for address in _addresses(world, endpoint))


def _plain(name: str) -> str:
    text = _ESCAPED.sub(lambda found: chr(int(found.group(1), 8)), name)
    return text.lower().removesuffix(".")
