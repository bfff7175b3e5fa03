"""Private names in a VPC: hosted zones and the private names of endpoints; the most specific zone answers.

https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-considerations.html
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET

from skerry.catalogue.services import private_names, service_of_endpoint
from skerry.model.endpoints import RecordSet, VpcEndpoint, Zone
from skerry.model.facts import Missing
from skerry.model.world import World

_ESCAPED = re.compile(r"\\([0-3][0-7]{2})")
_ADDRESS_TYPES = {"A", "CNAME"}


class Claim(NamedTuple):
    """Something that answers for a name: a hosted zone or an endpoint, with the name of its zone."""

    apex: str
    zone: Zone | None = None
    endpoint: VpcEndpoint | None = None


class Record(NamedTuple):
    """What a zone answers: addresses, other names to follow, or neither."""

    addresses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


EndpointNames = dict[str, list[VpcEndpoint]]


def endpoint_names(world: World, vpc_id: str) -> EndpointNames:
    """The private names of a VPC's endpoints, each with the endpoints that have it."""
    found: EndpointNames = {}
    for endpoint in world.endpoints_in(vpc_id):
        for name in names_of(endpoint):
            found.setdefault(name, []).append(endpoint)
    return found


def claims(world: World, vpc_id: str, host: str, endpoints: EndpointNames) -> list[Claim]:
    """Everything private that may answer for the host in this VPC, the most specific first."""
    found = [
        Claim(zone.name, zone=zone)
        for zone in world.zones_in(vpc_id)
        if host == zone.name or host.endswith(f".{zone.name}")
    ]
    for name in _fitting(host):
        found.extend(Claim(name.removeprefix("*."), endpoint=endpoint) for endpoint in endpoints.get(name, ()))
    return sorted(found, key=lambda claim: -len(claim.apex))


def _fitting(host: str) -> Iterator[str]:
    """The host itself, and every wildcard that it is below of."""
    yield host
    rest = host.partition(".")[2]
    while rest:
        yield f"*.{rest}"
        rest = rest.partition(".")[2]


def names_of(endpoint: VpcEndpoint) -> set[str]:
    """The private names of an interface endpoint, whether they are switched on or not."""
    if endpoint.vpc_endpoint_type is not UNSET and endpoint.vpc_endpoint_type != "Interface":
        return set()
    ref = None if endpoint.service_name is UNSET else service_of_endpoint(endpoint.service_name)
    told = {entry.dns_name.lower() for entry in endpoint.dns_entries if entry.dns_name and _is_private(entry.dns_name)}
    return told | set(private_names(ref) if ref else ())


def _is_private(name: str) -> bool:
    return ".vpce." not in name


def answer(zone: Zone, host: str) -> Record | Missing | None:
    """What a hosted zone answers for a host; None where it has no address for it (NXDOMAIN or no data).

    A name that exists hides the wildcard above it, whatever its type:
    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html#domain-name-format-asterisk
    """
    if zone.records is UNSET:
        return Missing(f"the records of hosted zone {zone.name}", "route53:ListResourceRecordSets")
    by_name: dict[str, list[RecordSet]] = {}
    for row in zone.records:
        by_name.setdefault(plain(row.name), []).append(row)
    rows = _closest(by_name, host, zone.name)
    useful = [row for row in rows if row.type in _ADDRESS_TYPES]
    if not useful and not zone.whole:
        return Missing(f"the rest of the records of hosted zone {zone.name}", "route53:ListResourceRecordSets")
    if not useful:
        return None
    values = [item.value for row in useful for item in row.resource_records if row.type == "A"]
    targets = [row.alias_target.dns_name for row in useful if row.alias_target is not None]
    targets += [item.value for row in useful for item in row.resource_records if row.type == "CNAME"]
    return Record(tuple(values), tuple(plain(name) for name in targets))


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


def plain(name: str) -> str:
    """A DNS name as people write it: lower case, no final dot, Route 53's octal escapes undone."""
    text = _ESCAPED.sub(lambda found: chr(int(found.group(1), 8)), name)
    return text.lower().removesuffix(".")
