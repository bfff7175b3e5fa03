"""One flow as a user asks for it: from a subnet, interface, instance or the internet, to a name, address or id."""

import re

import msgspec
from msgspec import UNSET, UnsetType

from skerry.catalogue.registries import list_public_hosts
from skerry.catalogue.services import ServiceRef, load_services, regional_host_of, service_of_host
from skerry.errors import Argument, NothingFoundError, SkerryError
from skerry.model.facts import Missing
from skerry.model.interface_addresses import addresses_of_interface, public_address_of
from skerry.model.network import NetworkInterface
from skerry.model.world import World
from skerry.net.addresses import spell
from skerry.net.dns_names import parse_host
from skerry.net.intervals import Intervals, covers
from skerry.net.ip_addresses import Address6, IpAddress, parse_ip_address
from skerry.reach import client_ports
from skerry.reach.from_internet import walk_from_internet
from skerry.reach.outcome import Outcome
from skerry.reach.subnets import ipv6_blocks_of, task_addresses_of
from skerry.reach.trace import Destination
from skerry.reach.walk import Source, Target, Walker

INTERNET = "internet"
_ID = re.compile(r"^(eni|i|nat|vpce)-[0-9a-f]+$")
_HOST = re.compile(r"^(?:[a-z0-9_*-]+\.)+[a-z0-9-]+$")


class TraceRequest(msgspec.Struct, frozen=True, gc=False):
    """A flow to be traced; exactly one of subnet, interface, instance and internet is its source."""

    to: str
    port: int
    protocol: str = "tcp"
    subnet: str | None = None
    interface: str | None = None
    instance: str | None = None
    internet: bool = False
    groups: tuple[str, ...] = ()
    source_address: str | None = None
    public_address: str | None = None


def ask(walker: Walker, question: TraceRequest) -> Outcome:
    """Trace the flow of a question.

    Raises `SkerryError` if the question contradicts itself, `NothingFoundError` if it names a resource that does not
    exist.
    """
    given = [question.subnet, question.interface, question.instance, "internet" if question.internet else None]
    if sum(item is not None for item in given) != 1:
        message = "a trace needs exactly one source"
        subnet, interface, instance = Argument.SUBNET, Argument.INTERFACE, Argument.INSTANCE
        raise SkerryError(message, "Give ", subnet, ", ", interface, ", ", instance, ", or ", Argument.INTERNET, ".")
    if question.internet:
        target = _interface_of(walker.world, question.to)
        return walk_from_internet(walker.world, walker.destinations, target, question.protocol, question.port)
    source = _source(walker, question)
    if _ID.match(question.to):
        return walker.walk(source, _destinations(walker, question.to), question.protocol, question.port)
    address = parse_ip_address(question.to)
    if address is not None:
        destination = walker.destinations.at(source.subnet.vpc_id, address, planned=True)
        return walker.walk(source, (destination,), question.protocol, question.port)
    return walker.reach(source, _target(walker.world, question))


def _destinations(walker: Walker, name: str) -> tuple[Destination, ...]:
    """Return all interfaces of an endpoint, or the one interface of anything else."""
    endpoint = walker.world.vpc_endpoints.get(name)
    if endpoint is not None and endpoint.vpc_endpoint_type == "Gateway":
        message = f"{name} is a gateway endpoint: it has no interface, routes lead to it"
        service = str(endpoint.service_name).rpartition(".")[2]
        raise SkerryError(message, "Trace to the service itself: ", Argument.TO, f" {service}.")
    interfaces = walker.destinations.of_endpoint(endpoint) if endpoint else None
    if isinstance(interfaces, tuple):
        return interfaces
    destination = walker.destinations.of_interface(_interface_of(walker.world, name))
    if isinstance(destination, Missing):
        raise NothingFoundError(f"{name} has no address that is known", str(destination))
    return (destination,)


def _target(world: World, question: TraceRequest) -> Target:
    name = question.to.lower().rstrip(".")
    if name in load_services():
        if world.region is None:
            message = f"{name} is a service of every Region, and the input does not tell which one is meant"
            raise SkerryError(message, "Give ", Argument.REGION, ".")
        ref = ServiceRef(name, world.region)
        return Target(parse_host(regional_host_of(ref)), question.port, "aws", ref, question.protocol)
    if not _HOST.match(name):
        message = f"{question.to!r} is no host name, address, id or service"
        raise SkerryError(
            message, f"Services are {', '.join(load_services())}; ids start with eni-, i-, nat- or vpce-."
        )
    service = service_of_host(name)
    place = "aws" if service else "internet"
    note = "" if service or name in list_public_hosts() else f"{name} is taken to be on the internet"
    return Target(parse_host(name), question.port, place, service, question.protocol, note)


def _source(walker: Walker, question: TraceRequest) -> Source:
    world = walker.world
    if question.subnet is not None:
        return _in_subnet(walker, question, question.subnet)
    interface = _interface_of(world, question.interface or question.instance or "")
    subnet = world.find_subnet("" if interface.subnet_id is UNSET else interface.subnet_id)
    own: tuple[IpAddress, ...] = addresses_of_interface(interface)
    if _is_over_ipv6(question):
        own = tuple(item.ipv6_address for item in interface.ipv6_addresses)
    asked = question.source_address or (own[0] if own else "")
    chosen = next((address for address in own if address == asked), None)
    if isinstance(subnet, Missing) or chosen is None:
        message = f"{interface.network_interface_id} has no address {asked or 'at all'} in a subnet that is known"
        raise SkerryError(
            message, "Supply the answer of ec2:DescribeSubnets, or another ", Argument.SOURCE_ADDRESS, "."
        )
    groups: tuple[str, ...] | UnsetType = UNSET
    if interface.groups is not UNSET:
        groups = tuple(group.group_id for group in interface.groups)
    public = public_address_of(interface, chosen) is not None
    start = walker.start(subnet, chosen.addresses, client_ports.LINUX, public=public)
    return Source(start, question.groups or groups)


def _is_over_ipv6(question: TraceRequest) -> bool:
    return isinstance(parse_ip_address(question.source_address or question.to), Address6)


def _in_subnet(walker: Walker, question: TraceRequest, subnet_id: str) -> Source:
    world = walker.world
    subnet = world.find_subnet(subnet_id)
    if isinstance(subnet, Missing):
        read_subnets = ", ".join(sorted(world.subnets)[:10]) or "none"
        raise NothingFoundError(f"there is no subnet {subnet_id}", f"Subnets that were read: {read_subnets}.")
    subnet_addresses = task_addresses_of(subnet)
    if _is_over_ipv6(question):
        subnet_addresses = ipv6_blocks_of(subnet) or subnet_addresses
    if isinstance(subnet_addresses, Missing):
        raise SkerryError(f"{subnet_addresses.fact} are not known", f"Supply the answer of {subnet_addresses.action}.")
    addresses: Intervals | None = subnet_addresses
    if question.source_address:
        source = parse_ip_address(question.source_address)
        addresses = None if source is None else source.addresses
    if addresses is None or not covers(subnet_addresses, addresses):
        message = f"{question.source_address} is not an address that {subnet_id} gives to an interface"
        raise SkerryError(message, f"The subnet has {spell(subnet_addresses)}.")
    groups: tuple[str, ...] | UnsetType = question.groups
    if not groups:
        default = world.default_group_of(subnet.vpc_id)
        groups = UNSET if isinstance(default, Missing) else (default.group_id,)
    public = question.public_address
    if public is not None and parse_ip_address(public) is None:
        raise SkerryError(
            f"{public!r} is no address", "Give ", Argument.PUBLIC_ADDRESS, " as the source would have it."
        )
    start = walker.start(subnet, addresses, client_ports.LINUX, public=public is not None)
    return Source(start, groups)


def _interface_of(world: World, name: str) -> NetworkInterface:
    """Return the one network interface that an id stands for."""
    interfaces: list[NetworkInterface] = []
    if name.startswith("i-"):
        interfaces = [record for record in world.facts.network_interfaces if record.attachment.instance_id == name]
    elif name.startswith("nat-") and (nat := world.nat_gateways.get(name)) is not None:
        nat_addresses = nat.nat_gateway_addresses
        ids = [record.network_interface_id for record in (nat_addresses if nat_addresses is not UNSET else ())]
        interfaces = [record for item in ids if (record := world.network_interfaces.get(item or ""))]
    elif name.startswith("vpce-") and (endpoint := world.vpc_endpoints.get(name)) is not None:
        interfaces = [
            record for item in endpoint.network_interface_ids if (record := world.network_interfaces.get(item))
        ]
    elif name in world.network_interfaces:
        interfaces = [world.network_interfaces[name]]
    if not interfaces:
        message = f"no network interface of {name} was read"
        raise NothingFoundError(message, "Check the id, and supply the answer of ec2:DescribeNetworkInterfaces.")
    if len(interfaces) > 1 and name.startswith("i-"):
        several = ", ".join(record.network_interface_id for record in interfaces)
        message = f"{name} has several network interfaces"
        raise SkerryError(message, "Give one of them with ", Argument.INTERFACE, f": {several}.")
    return interfaces[0]
