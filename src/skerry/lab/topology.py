"""Topology of a lab for a World: only the resources on the tasks' paths are built."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec import UNSET

from skerry.lab.dns_filter_rules import filter_rules_of
from skerry.lab.dns_records import names_of, resolver_of, servers_of
from skerry.lab.nftables import Guarded, build_acl_filter, build_group_filter, make_unread_error
from skerry.lab.route_tables import Targets, lines_of, targets_of
from skerry.lab.topology_records import (
    FAR,
    NATS,
    TASKS,
    Chain,
    DnsNames,
    Filter,
    Gateway,
    LabPlan,
    Port,
    Router,
    Side,
    Subnetwork,
    TrafficOrigin,
)
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.interface_addresses import public_address_of
from skerry.model.network import NatGateway, NetworkInterface, RouteTable
from skerry.model.world import World
from skerry.net.cidr import Address, Cidr
from skerry.net.hostname import Hostname
from skerry.net.ip_addresses import Address4


class End(msgspec.Struct, frozen=True):
    """A task in a lab: the source of packets. ``public``: its public address."""

    subnet: str
    address: Address
    groups: tuple[str, ...]
    public: Address | None = None


class RequestedPaths(msgspec.Struct, frozen=True):
    """The input of a topology: tasks, the private addresses that they call, and public hosts with their addresses."""

    ends: tuple[End, ...]
    addresses: tuple[Address, ...] = ()
    public: tuple[tuple[Hostname, Address], ...] = ()


def plan(world: World, asked: RequestedPaths) -> LabPlan:
    """Build the topology of a lab.

    Raises `SkerryError` if a fact is missing that the lab needs.
    """
    return _Builder(world, asked).plan()


class _Builder:
    """A builder that collects interfaces until no route leads to a new one, and then builds the router of each VPC."""

    def __init__(self, world: World, asked: RequestedPaths) -> None:
        self.world = world
        self.asked = asked
        self.ports: dict[str, dict[Address, Port]] = {}
        self.gateways: dict[str, dict[str, Gateway]] = {}
        self.marks: dict[int, TrafficOrigin] = {}
        self.realms: dict[int, TrafficOrigin] = {}
        self._numbers = iter(range(1, 60_000))
        self._known: dict[TrafficOrigin, int] = {}
        # The private addresses of called names, in this VPC and in its peers.
        self._led_to: set[Address] = set()
        self._acl_numbers: dict[str, int] = {}

    def plan(self) -> LabPlan:
        """Return the topology."""
        for end in self.asked.ends:
            self._end(end)
        waiting, done = list(self.ports), set[str]()
        while waiting:
            vpc_id = waiting.pop()
            if vpc_id in done:
                continue
            done.add(vpc_id)
            self._called(vpc_id)
            waiting.extend(self._behind_routes(vpc_id))
        routers = tuple(self._router(vpc_id, number) for number, vpc_id in enumerate(sorted(self.ports), 1))
        return LabPlan(routers, self.marks, self.realms, self.asked.public)

    # ------------------------------------------------------------------------------------------- interfaces

    def _port(self, vpc_id: str, port: Port) -> None:
        """Add an interface; the target of a route replaces a plain interface with the same address."""
        ports = self.ports.setdefault(vpc_id, {})
        address = port.addresses[0]
        if address not in ports or (port.forwards and not ports[address].forwards):
            ports[address] = port

    def _end(self, end: End) -> None:
        subnet = self.world.find_subnet(end.subnet)
        if isinstance(subnet, Missing):
            raise make_unread_error(subnet)
        label = f"task at {end.address}"
        port = Port(next(self._numbers), label, TASKS, end.subnet, (end.address,), end.groups, end.public)
        self._port(subnet.vpc_id, port)

    def _called(self, vpc_id: str) -> None:
        """Add the interfaces that tasks call: those of endpoints, and those at called addresses."""
        for endpoint in self.world.endpoints_in(vpc_id):
            if endpoint.vpc_endpoint_type is UNSET:
                raise make_unread_error(Missing(f"the type of {endpoint.vpc_endpoint_id}", "ec2:DescribeVpcEndpoints"))
            if endpoint.vpc_endpoint_type == "Interface" and str(endpoint.state).lower() == "available":
                for name in endpoint.network_interface_ids:
                    interface = self.world.network_interfaces.get(name)
                    if interface is None:
                        raise make_unread_error(Missing(f"network interface {name}", "ec2:DescribeNetworkInterfaces"))
                    self._interface(vpc_id, interface, _groups(endpoint, interface))
        self._led_to |= set(self._named(vpc_id))
        called_addresses: set[str] = {*self.asked.addresses, *servers_of(self.world, vpc_id), *self._led_to}
        for interface in self.world.facts.network_interfaces:
            if interface.vpc_id == vpc_id and str(interface.private_ip_address) in called_addresses:
                self._interface(vpc_id, interface, _groups(None, interface))

    def _named(self, vpc_id: str) -> Iterator[Address]:
        """Yield the addresses of the called hosts in the VPC's DNS server."""
        if resolver_of(self.world, vpc_id):
            hosts = [host for host, _ in self.asked.public]
            for name, address in names_of(self.world, vpc_id).names.records:
                if any(name.stands_for(host) for host in hosts):
                    yield address

    def _interface(self, vpc_id: str, interface: NetworkInterface, groups: tuple[str, ...] | None) -> None:
        name = interface.network_interface_id
        if interface.subnet_id is UNSET or interface.private_ip_address is None:
            raise make_unread_error(Missing(f"the subnet and address of {name}", "ec2:DescribeNetworkInterfaces"))
        address = Address(interface.private_ip_address)
        side: Side = NATS if "nat" in interface.interface_type.lower() else FAR
        public = _public(interface, interface.private_ip_address)
        mark = self._mark(TrafficOrigin("interface", name, "accepts no connection"))
        port = Port(next(self._numbers), name, side, interface.subnet_id, (address,), groups, public, mark=mark)
        self._port(vpc_id, port)

    # ----------------------------------------------------------------------------------------------- routes

    def _tables(self, vpc_id: str) -> dict[str, RouteTable]:
        """Return the effective route tables of the subnets with an interface in the lab, by subnet."""
        tables = {}
        for port in self.ports.get(vpc_id, {}).values():
            subnet = self.world.find_subnet(port.subnet)
            table = subnet if isinstance(subnet, Missing) else self.world.route_table_of(subnet)
            if isinstance(table, Missing):
                raise make_unread_error(table)
            tables[port.subnet] = table
        return tables

    def _behind_routes(self, vpc_id: str) -> set[str]:
        """Add the targets of routes until there are no new ones; return the peer VPCs."""
        peers: set[str] = set()
        before = -1
        while before != len(self.ports[vpc_id]) + len(self.gateways.get(vpc_id, {})):
            before = len(self.ports[vpc_id]) + len(self.gateways.get(vpc_id, {}))
            for table in list(self._tables(vpc_id).values()):
                peers |= self._take_in(vpc_id, targets_of(self.world, vpc_id, table))
        for peer in peers:
            self.ports.setdefault(peer, {})
        return peers

    def _take_in(self, vpc_id: str, targets: Targets) -> set[str]:
        for nat in targets.nats:
            self._nat(vpc_id, nat)
        for interface in targets.interfaces:
            self._appliance(vpc_id, interface)
        known_gateways = self.gateways.setdefault(vpc_id, {})
        for name, kind, to in targets.gateways:
            if name not in known_gateways:
                mark = self._mark(TrafficOrigin("gateway", name, "no public address"))
                known_gateways[name] = Gateway(next(self._numbers), name, kind, to, mark)
        return {to for _, kind, to in targets.gateways if kind == "peering"}

    def _appliance(self, vpc_id: str, interface: NetworkInterface) -> None:
        """Add a NAT instance, or another interface that is the target of a route."""
        name = interface.network_interface_id
        if interface.private_ip_address is None:
            raise make_unread_error(Missing(f"the address of {name}", "ec2:DescribeNetworkInterfaces"))
        address = Address(interface.private_ip_address)
        port = Port(
            next(self._numbers),
            name,
            NATS,
            str(interface.subnet_id),
            (address,),
            _groups(None, interface),
            _public(interface, interface.private_ip_address),
            interface.source_dest_check is False,
            self._mark(TrafficOrigin("interface", name, "source/destination check")),
        )
        self._port(vpc_id, port)

    def _nat(self, vpc_id: str, nat: NatGateway) -> None:
        rows = nat.nat_gateway_addresses
        if rows is UNSET or not rows or nat.subnet_id is None or rows[0].private_ip is None:
            raise make_unread_error(
                Missing(f"the subnet and address of {nat.nat_gateway_id}", "ec2:DescribeNatGateways")
            )
        own, name = rows[0], nat.nat_gateway_id
        mark = self._mark(TrafficOrigin("interface", own.network_interface_id or name, "accepts no connection"))
        address = (Address(rows[0].private_ip),)
        public = None if own.public_ip is None else Address(own.public_ip)
        number, place = next(self._numbers), nat.subnet_id
        port = Port(number, name, NATS, place, address, None, public, forwards=True, mark=mark)
        self._port(vpc_id, port)

    # --------------------------------------------------------------------------------------------- together

    def _mark(self, origin: TrafficOrigin) -> int:
        if origin not in self._known:
            self._known[origin] = len(self._known) + 1
            self.marks[self._known[origin]] = origin
        return self._known[origin]

    def _realm(self, origin: TrafficOrigin) -> int:
        for number, existing in self.realms.items():
            if existing == origin:
                return number
        self.realms[len(self.realms) + 1] = origin
        return len(self.realms)

    def _members(self, group_id: str) -> Iterable[Address]:
        return [
            address
            for ports in self.ports.values()
            for port in ports.values()
            if port.groups is not None and group_id in port.groups
            for address in port.addresses
        ]

    def _router(self, vpc_id: str, number: int) -> Router:
        ports = self.ports[vpc_id]
        gateways = self.gateways.get(vpc_id, {})
        devices = {port.label: port.device for port in ports.values()} | {
            name: gateway.device for name, gateway in gateways.items()
        }
        tables: dict[str, int] = {}
        lines = {}
        for table in self._tables(vpc_id).values():
            if table.route_table_id not in tables:
                tables[table.route_table_id] = 100 + len(tables)
                lines[tables[table.route_table_id]] = lines_of(self.world, table, devices, self._realm)
        filters: dict[Chain, Filter] = {}
        subnets = {
            name: self._subnet(name, tables[table.route_table_id], filters)
            for name, table in self._tables(vpc_id).items()
        }
        guards = {}
        for port in ports.values():
            if port.groups is not None:
                pair = (Chain("guard", port.number, "out"), Chain("guard", port.number, "in"))
                guards[port.number] = pair
                for chain in pair:
                    filters[chain] = build_group_filter(
                        self.world, Guarded(port.groups, chain), self._mark, self._members
                    )
        resolver = resolver_of(self.world, vpc_id)
        return Router(
            vpc_id,
            number,
            tuple(ports.values()),
            tuple(gateways.values()),
            subnets,
            lines,
            tuple(filters.values()),
            guards,
            resolver,
            servers_of(self.world, vpc_id) or ((resolver,) if resolver else ()),
            names_of(self.world, vpc_id).names if resolver else DnsNames(),
            filter_rules_of(self.world, vpc_id) if resolver else (),
        )

    def _subnet(self, subnet_id: str, table: int, filters: dict[Chain, Filter]) -> Subnetwork:
        """Return a subnet, and add the chains of its network ACL to those of the VPC."""
        subnet = self.world.subnets[subnet_id]
        acl = self.world.network_acl_of(subnet_id)
        if isinstance(acl, Missing) or subnet.cidr_block is None:
            raise make_unread_error(acl if isinstance(acl, Missing) else Missing(f"the IPv4 block of {subnet_id}"))
        number = self._acl_numbers.setdefault(acl.network_acl_id, len(self._acl_numbers) + 1)
        inbound, outbound = Chain("acl", number, "in"), Chain("acl", number, "out")
        for chain in (inbound, outbound):
            if chain not in filters:
                filters[chain] = build_acl_filter(acl, chain, self._mark)
        return Subnetwork(Cidr.of(subnet.cidr_block), table, inbound, outbound)


def _public(interface: NetworkInterface, own: Address4 | None) -> Address | None:
    public = public_address_of(interface, own)
    return None if public is None else Address(public)


def _groups(endpoint: VpcEndpoint | None, interface: NetworkInterface) -> tuple[str, ...] | None:
    if endpoint is not None and endpoint.groups is not UNSET:
        return tuple(group.group_id for group in endpoint.groups)
    if interface.groups is UNSET:
        name = interface.network_interface_id
        raise make_unread_error(Missing(f"the security groups of {name}", "ec2:DescribeNetworkInterfaces"))
    return tuple(group.group_id for group in interface.groups) or None
