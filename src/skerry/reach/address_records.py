"""Records of a name, A and AAAA: by its own families, or by the DNS record IP type of an endpoint that answers.

https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html#aws-services-dns-record-ip-type
https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-dns-record-ip-type
"""

from collections.abc import Iterable

from msgspec import UNSET

from skerry.catalogue.host_families import BOTH, IPV4, IPV6, Families, families_of_host
from skerry.catalogue.services import ServiceRef, service_of, service_of_endpoint
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.world import World

_SERVICE_DEFINED = "service-defined"
_RECORDS: dict[str, Families] = {"ipv4": IPV4, "ipv6": IPV6, "dualstack": BOTH}


def families_of_endpoint(endpoint: VpcEndpoint, host: str | None) -> Families | Missing:
    """Return the families of an interface endpoint's records for a host.

    The DNS record IP type decides, by default it is the address type; descriptions without either are of IPv4.
    """
    kind = endpoint.dns_options.dns_record_ip_type or endpoint.ip_address_type or "ipv4"
    records = families_of_host(host) if kind == _SERVICE_DEFINED and host else _RECORDS.get(kind)
    if records is not None:
        return records
    name = host or "its names"
    return Missing(f"the families of the records of {endpoint.vpc_endpoint_id} for {name}, of type {kind}")


def families_of_public_answer(
    world: World, vpc_id: str, ref: ServiceRef | None, host: str | None
) -> Families | Missing | None:
    """Return the families of a public answer in a VPC; None for a host without documented families.

    A gateway endpoint with a DNS record IP type of its own decides about the names of its service.
    """
    kinds = set(_record_types_of(world, vpc_id, ref)) if ref is not None else set()
    if len(kinds) > 1:
        types = ", ".join(sorted(kinds))
        return Missing(
            f"the families of {host or 'a host'} in {vpc_id}, whose gateway endpoints have records of {types}"
        )
    if kinds:
        return _RECORDS[kinds.pop()]
    return families_of_host(host) if host else None


def _record_types_of(world: World, vpc_id: str, ref: ServiceRef) -> Iterable[str]:
    if "Gateway" not in service_of(ref).types:
        return
    for endpoint in world.endpoints_in(vpc_id):
        name, kind = endpoint.service_name, endpoint.dns_options.dns_record_ip_type
        if endpoint.vpc_endpoint_type != "Gateway" or name is UNSET or kind not in _RECORDS:
            continue
        if service_of_endpoint(name) == ref:
            yield kind
