"""Central endpoints: interface endpoints in other VPCs, meant for a call to which no name leads.

https://docs.aws.amazon.com/whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/centralized-access-to-vpc-private-endpoints.html
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import UNSET

from skerry.catalogue.services import ServiceRef, service_of_endpoint
from skerry.model.endpoints import VpcEndpoint, Zone
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.net.dns_names import DnsName
from skerry.reach.destinations import Destinations
from skerry.reach.gateways import judge_endpoint_state, make_lost_hop
from skerry.reach.trace import Destination, Hop, Trace

_HIDDEN = "DNS_NAME_NOT_FOUND"
_FIPS = "-fips"


class IntendedEndpoint(NamedTuple):
    """An endpoint for the name without a DNS answer that leads to it, with the hop for the reason.

    ``central``: it is in another VPC, so it counts only where packets reach it.
    """

    hop: Hop
    destination: Destination
    central: bool = False


class CentralEndpoint(NamedTuple):
    """An endpoint for other VPCs too, with the zones that lead to it."""

    endpoint: VpcEndpoint
    zones: tuple[Zone, ...]


def list_central_endpoints(world: World, ref: ServiceRef) -> tuple[CentralEndpoint, ...]:
    """Return the service's central endpoints.

    An endpoint is central if records lead to it, or if its private DNS is off, as AWS advises for central endpoints.
    """
    central = []
    zones_of_world = world.facts.zones
    for endpoint in world.facts.vpc_endpoints:
        if not zones_of_world and endpoint.private_dns_enabled is not False:
            continue
        if _serves(endpoint, ref) and judge_endpoint_state(endpoint).clean:
            zones = tuple(zone for zone in zones_of_world if _leads_to(world, zone, endpoint))
            if zones or endpoint.private_dns_enabled is False:
                central.append(CentralEndpoint(endpoint, zones))
    return tuple(central)


def central_endpoints_for(
    world: World,
    destinations: Destinations,
    vpc_id: str,
    endpoints: Iterable[CentralEndpoint],
    host: DnsName,
    answer: Hop,
) -> Iterator[IntendedEndpoint]:
    """Yield the interfaces of central endpoints in other VPCs, with the reason why the host does not lead there.

    Packets reach only the VPCs that a transit gateway or peering connection joins. ``answer``: the DNS hop of the host.
    """
    network = world.transit.network_of(vpc_id)
    for central in endpoints:
        home = central.endpoint.vpc_id
        if home == vpc_id or home not in network:
            continue
        hop = _reason_for(world, vpc_id, central, host.plain, answer)
        interfaces = destinations.of_endpoint(central.endpoint) if hop else ()
        if hop is not None and not isinstance(interfaces, Missing):
            yield from (IntendedEndpoint(hop, destination, central=True) for destination in interfaces)


def _serves(endpoint: VpcEndpoint, ref: ServiceRef) -> bool:
    name = endpoint.service_name
    return endpoint.vpc_endpoint_type == "Interface" and name is not UNSET and service_of_endpoint(name) == ref


def _reason_for(world: World, vpc_id: str, central: CentralEndpoint, host: str, answer: Hop) -> Hop | None:
    """Return why a host does not lead to a central endpoint; None for an endpoint that was not meant for the VPC."""
    endpoint, zones = central
    if answer.undecided:
        return None
    if answer.lost:
        return answer if answer.lost[0].code == _HIDDEN else None
    name, home = endpoint.vpc_endpoint_id, endpoint.vpc_id
    applied = {zone.zone_id for zone in world.zones_in(vpc_id)} | set(world.resolver.settings_of(vpc_id).zones)
    covering = [zone for zone in zones if zone.name == host or host.endswith(f".{zone.name}")]
    apart = next((zone for zone in covering if zone.zone_id not in applied), None)
    if apart is not None:
        message = (
            f"private zone {apart.name} ({apart.zone_id}) leads to {name} in {home} and is not associated with {vpc_id}"
        )
        return make_lost_hop("dns", apart.zone_id, "DNS_ZONE_NOT_ASSOCIATED", message)
    misnamed = next((zone for zone in zones if zone.zone_id in applied and zone not in covering), None)
    if misnamed is not None:
        message = (
            f"private zone {misnamed.name} ({misnamed.zone_id}) leads to {name} in {home}, but tasks ask for {host}"
        )
        return make_lost_hop("dns", misnamed.zone_id, "DNS_ZONE_MISNAMED", message)
    if endpoint.private_dns_enabled is False:
        message = f"no private zone of {vpc_id} leads {host} to {name} in {home}, whose private DNS is off"
        return make_lost_hop("dns", name, "DNS_ZONE_MISSING", message)
    return None


def _leads_to(world: World, zone: Zone, endpoint: VpcEndpoint) -> bool:
    """Tell whether a record of a zone leads to an endpoint, by the endpoint's own name or by one of its addresses."""
    if zone.records is UNSET:
        return False
    interfaces = (world.network_interfaces.get(name) for name in endpoint.network_interface_ids)
    addresses = {interface.private_ip_address for interface in interfaces if interface is not None}
    for record in zone.records:
        values = [item.value for item in record.resource_records]
        if record.type == "A" and any(value.address in addresses for value in values if value.address is not None):
            return True
        names = [value.name for value in values if record.type == "CNAME"]
        names += [record.alias_target.dns_name] if record.alias_target is not None else []
        if any(name is not None and world.find_endpoint_by_name(name) is endpoint for name in names):
            return True
    return False


def judge_service_of(world: World, destination: Destination, ref: ServiceRef, host: str) -> Hop | None:
    """Return the lost hop of a name that leads to an endpoint of another service; None where it does not.

    An endpoint serves the service that it was created for: https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html.
    FIPS endpoints have a service name of their own and are left aside.
    """
    endpoint = world.vpc_endpoints.get(destination.endpoint or "")
    if endpoint is None or endpoint.service_name is UNSET:
        return None
    served = service_of_endpoint(endpoint.service_name)
    if served is None or served.key.removesuffix(_FIPS) == ref.key.removesuffix(_FIPS):
        return None
    name = endpoint.vpc_endpoint_id
    message = f"{host} leads to {name}, an endpoint of {endpoint.service_name}, which serves no other service"
    return make_lost_hop("dns", name, "DNS_LEADS_TO_ANOTHER_SERVICE", message)


def lacks_names(traces: Iterable[Trace]) -> bool:
    """Tell whether a call has no way because of its name: a zone hides it, or it needs an endpoint that is absent."""
    judged = [judged for trace in traces for judged in trace.judged if judged.lost]
    return any(item.piece.absent_endpoint is not None or item.hop.kind == "dns" for item in judged)


def fails_by_name(trace: Trace) -> bool:
    """Tell whether a path loses packets by its name alone."""
    return all(judged.hop.kind == "dns" for judged in trace.judged)
