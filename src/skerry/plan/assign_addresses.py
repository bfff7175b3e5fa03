"""The World after a plan with addresses for what it creates, as AWS might choose them: for a rehearsal on packets."""

from collections.abc import Iterator
from ipaddress import ip_network

from msgspec import UNSET
from msgspec.structs import replace

from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.interface_addresses import addresses_of_interface
from skerry.model.network import InterfaceAssociation, NatAddress, NatGateway, NetworkInterface, Subnet
from skerry.model.world import World
from skerry.net.addresses import is_ipv6
from skerry.net.ip_addresses import Address4
from skerry.plan.changes import is_new
from skerry.reach.subnets import task_addresses_of

_MOST = 4_096
"""Addresses of a subnet that are looked at, from the last one down: one of them is free in any network that is real."""
_PUBLIC = ip_network("203.0.113.0/24")
"""A block for documentation: the Elastic IP addresses of new NAT gateways are taken from it.

https://www.rfc-editor.org/rfc/rfc5737
"""


def assign_addresses(world: World) -> World:
    """Give each endpoint that a plan creates, or puts into more subnets, an interface in each of its subnets.

    New NAT gateways get an interface too, with a public address. Nobody knows which free address AWS will choose: any
    serves, and here it is the last of the subnet.
    """
    taken = {
        ip_address for interface in world.facts.network_interfaces for ip_address in addresses_of_interface(interface)
    }
    endpoints: list[VpcEndpoint] = []
    interfaces: list[NetworkInterface] = []
    for endpoint in world.facts.vpc_endpoints:
        if endpoint.vpc_endpoint_type != "Interface" or endpoint.network_interface_ids:
            endpoints.append(endpoint)
            continue
        made = list(_interfaces(world, endpoint, taken))
        interfaces += made
        endpoints.append(
            replace(endpoint, listed_interface_ids=tuple(interface.network_interface_id for interface in made))
        )
    gateways: list[NatGateway] = []
    publics = (Address4(str(ip_address)) for ip_address in _PUBLIC.hosts())
    for gateway in world.facts.nat_gateways:
        interface = _nat_interface(world, gateway, publics, taken)
        gateways.append(gateway if interface is None else _with_interface(gateway, interface))
        interfaces += [] if interface is None else [interface]
    facts = replace(
        world.facts,
        vpc_endpoints=tuple(endpoints),
        nat_gateways=tuple(gateways),
        network_interfaces=(*world.facts.network_interfaces, *interfaces),
    )
    return World(facts)


def _interfaces(world: World, endpoint: VpcEndpoint, taken: set[Address4]) -> Iterator[NetworkInterface]:
    for name in endpoint.subnet_ids:
        subnet = world.subnets.get(name)
        ip_address = _free(subnet, taken) if subnet is not None else None
        if ip_address is not None:
            taken.add(ip_address)
            yield NetworkInterface(
                network_interface_id=f"eni-{endpoint.vpc_endpoint_id}-{name}",
                subnet_id=name,
                vpc_id=endpoint.vpc_id,
                private_ip_address=ip_address,
                groups=endpoint.groups,
                interface_type="vpc_endpoint",
                requester_managed=True,
            )


def _nat_interface(
    world: World, gateway: NatGateway, publics: Iterator[Address4], taken: set[Address4]
) -> NetworkInterface | None:
    """Return the interface of a NAT gateway of the plan; None for any other one, and in a full subnet."""
    subnet = world.subnets.get(gateway.subnet_id or "") if is_new(gateway.nat_gateway_id) else None
    ip_address = None if subnet is None else _free(subnet, taken)
    if subnet is None or ip_address is None:
        return None
    taken.add(ip_address)
    return NetworkInterface(
        network_interface_id=f"eni-{gateway.nat_gateway_id}",
        subnet_id=subnet.subnet_id,
        vpc_id=gateway.vpc_id,
        private_ip_address=ip_address,
        association=InterfaceAssociation(public_ip=next(publics)),
        interface_type="nat_gateway",
        requester_managed=True,
    )


def _with_interface(gateway: NatGateway, interface: NetworkInterface) -> NatGateway:
    rows = () if gateway.nat_gateway_addresses is UNSET else gateway.nat_gateway_addresses
    address = NatAddress(
        private_ip=interface.private_ip_address,
        public_ip=interface.association.public_ip,
        allocation_id=next((row.allocation_id for row in rows), None),
        network_interface_id=interface.network_interface_id,
    )
    return replace(gateway, nat_gateway_addresses=(address,))


def _free(subnet: Subnet, taken: set[Address4]) -> Address4 | None:
    """Return the last IPv4 address of a subnet that no interface has."""
    usable = task_addresses_of(subnet)
    if isinstance(usable, Missing) or is_ipv6(usable):
        return None
    first, last = usable[0]
    for number in range(last, max(first, last - _MOST) - 1, -1):
        address = Address4.of_number(number)
        if address not in taken:
            return address
    return None
