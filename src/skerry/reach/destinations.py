"""Destinations of names and addresses; each is made once, so that walks to it can be cached."""

from msgspec import UNSET

from skerry.catalogue.services import ServiceRef, endpoint_service_name_of, service_of
from skerry.model.endpoints import MountTarget, VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.network import NetworkInterface, Subnet, Vpc
from skerry.model.world import World
from skerry.net.addresses import ANY, PUBLIC, PUBLIC_IPV6
from skerry.net.blocks import CidrBlock
from skerry.net.intervals import EMPTY, Intervals, covers, subtract, union
from skerry.net.ip_addresses import IpAddress
from skerry.reach.absent_addresses import is_absent
from skerry.reach.cache import Memo
from skerry.reach.subnets import task_addresses_of
from skerry.reach.trace import Destination

_GONE = {"deleting", "deleted", "error"}
_IPV6 = "ipv6"


class Destinations:
    """Makes the destinations of one World."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._once = Memo().once

    def public(self, place: str, ref: ServiceRef | None) -> Destination:
        """Return the destination of the public answer for a host.

        S3 and DynamoDB have a prefix list in each Region, and every address of it occurs. The address of other hosts is
        unknown: a public one outside those lists, or, if a private zone leads elsewhere (``anywhere``), any address.
        """
        return self._once(("public", place, ref), lambda: self._public(place, ref))

    def _public(self, place: str, ref: ServiceRef | None) -> Destination:
        if place == "anywhere":
            return Destination("wherever the name leads", ANY, choice=False)
        others = subtract(PUBLIC, self._gateway_addresses())
        if ref is None:
            return Destination("the internet", others, choice=False, elsewhere=True)
        label = f"the public addresses of {service_of(ref).title} in {ref.region}"
        if "Gateway" not in service_of(ref).types:
            return Destination(label, others, choice=False, service=ref, elsewhere=True)
        listed = self.world.prefix_list_of(endpoint_service_name_of(ref, "Gateway") or "")
        entries = self.world.prefix_entries_of(listed) if listed else None
        if entries is None or isinstance(entries, Missing):
            return Destination(label, PUBLIC, choice=False, service=ref, prefix_list=listed or str(ref))
        return Destination(label, _addresses(entries), service=ref, prefix_list=listed)

    def _gateway_addresses(self) -> Intervals:
        """Return the addresses of every prefix list of AWS's gateway services whose entries are known."""
        return self._once("gateway addresses", self._all_gateway_addresses)

    def _all_gateway_addresses(self) -> Intervals:
        addresses = EMPTY
        for prefix_list in self.world.facts.prefix_lists:
            if (
                self.world.service_of_prefix_list(prefix_list.prefix_list_id) is not None
                and prefix_list.cidrs is not UNSET
            ):
                addresses = union(addresses, _addresses(prefix_list.cidrs))
        return addresses

    def over_ipv6(self, ref: ServiceRef | None = None) -> Destination | Missing:
        """Return the destination of a public IPv6 answer: an unknown address outside all VPCs in the input.

        Services with gateway endpoints have a prefix list of their IPv6 addresses too.
        """
        return self._once(("over IPv6", ref), lambda: self._over_ipv6(ref))

    def _over_ipv6(self, ref: ServiceRef | None) -> Destination | Missing:
        others = subtract(PUBLIC_IPV6, union(*self._blocks().values()))
        if ref is None:
            return Destination("the internet over IPv6", others, choice=False, elsewhere=True)
        label = f"{self.public('aws', ref).label} over IPv6"
        if "Gateway" not in service_of(ref).types:
            return Destination(label, others, choice=False, service=ref, elsewhere=True)
        listed = self.world.prefix_list_of(endpoint_service_name_of(ref, "Gateway") or "", ipv6=True)
        entries = self.world.prefix_entries_of(listed) if listed else None
        if entries is None:
            return Destination(label, others, choice=False, service=ref, prefix_list=f"{ref} over IPv6")
        if isinstance(entries, Missing):
            return entries
        return Destination(label, _addresses(entries), service=ref, prefix_list=listed)

    def at(self, vpc_id: str, address: IpAddress, *, planned: bool = False) -> Destination:
        """Return one address as seen from a VPC: an interface of it, of the only other VPC with it, or anything.

        ``planned``: the address may be of an interface that does not exist yet.
        """
        return self._once(("at", vpc_id, address, planned), lambda: self._at(vpc_id, address, planned=planned))

    def _at(self, vpc_id: str, address: IpAddress, *, planned: bool) -> Destination:
        addresses = address.addresses
        home = self._home(vpc_id, addresses)
        interface = self.world.find_interface(home or vpc_id, address)
        if interface is not None:
            return self._of_interface(interface, address)
        if home is None and covers(PUBLIC, addresses) and not self._of_some_vpc(addresses):
            return Destination(str(address), addresses)
        if not planned and home is not None and is_absent(self.world, home, address):
            return Destination(str(address), addresses, absent=True)
        fact = Missing(f"which interface has the address {address}", "ec2:DescribeNetworkInterfaces")
        return Destination(str(address), addresses, groups=fact)

    def _of_some_vpc(self, addresses: Intervals) -> bool:
        """Tell whether a VPC that was read has these addresses: public ones may be a VPC's own block."""
        return any(covers(blocks, addresses) for blocks in self._blocks().values())

    def _home(self, vpc_id: str, addresses: Intervals) -> str | None:
        """Return the VPC of addresses as seen from this one; None if no or several other VPCs have them."""
        having = [name for name, blocks in self._blocks().items() if covers(blocks, addresses)]
        if vpc_id in having:
            return vpc_id
        return having[0] if len(having) == 1 else None

    def _blocks(self) -> dict[str, Intervals]:
        return self._once("blocks", lambda: {vpc.vpc_id: _addresses(cidrs_of(vpc)) for vpc in self.world.facts.vpcs})

    def of_interface(self, interface: NetworkInterface) -> Destination | Missing:
        """Return the primary address of a network interface."""
        address = interface.private_ip_address
        if address is None:
            return Missing(f"the address of {interface.network_interface_id}", "ec2:DescribeNetworkInterfaces")
        key = ("interface", interface.network_interface_id)
        return self._once(key, lambda: self._of_interface(interface, address))

    def _anywhere_in(self, interface: NetworkInterface, subnet: Subnet) -> Destination | Missing:
        """Return an interface at an address of its subnet that was not read."""
        addresses = task_addresses_of(subnet)
        if isinstance(addresses, Missing):
            return addresses
        return Destination(
            f"{interface.network_interface_id} in {subnet.subnet_id}",
            addresses,
            choice=False,
            interface=interface.network_interface_id,
            subnet=subnet.subnet_id,
            groups=_groups_of_interface(interface),
        )

    def _of_interface(self, interface: NetworkInterface, address: IpAddress) -> Destination:
        return Destination(
            str(address),
            address.addresses,
            interface=interface.network_interface_id,
            subnet=None if interface.subnet_id is UNSET else interface.subnet_id,
            groups=_groups_of_interface(interface),
        )

    def of_endpoint(self, endpoint: VpcEndpoint, name: str | None = None) -> tuple[Destination, ...] | Missing:
        """Return the interfaces of an interface endpoint: all of them, or those in the zone of a zonal name."""
        key = ("endpoint", endpoint.vpc_endpoint_id)
        destinations = self._once(key, lambda: self._of_endpoint(endpoint))
        if name is None or isinstance(destinations, Missing):
            return destinations
        zonal = [
            destination
            for destination in destinations
            if (zone := self._zone(destination.subnet)) and f"-{zone}." in name
        ]
        return tuple(zonal) or destinations

    def _zone(self, subnet_id: str | None) -> str | None:
        subnet = self.world.find_subnet(subnet_id or "")
        if isinstance(subnet, Missing) or subnet.availability_zone is UNSET:
            return None
        return subnet.availability_zone

    def _of_endpoint(self, endpoint: VpcEndpoint) -> tuple[Destination, ...] | Missing:
        interfaces = [self.world.network_interfaces.get(name) for name in endpoint.network_interface_ids]
        addressed = [(record, _address_of(endpoint, record)) for record in interfaces if record is not None]
        if any(address is None for _, address in addressed):
            family = "IPv6" if endpoint.ip_address_type == _IPV6 else "IPv4"
            fact = f"the {family} addresses of {endpoint.vpc_endpoint_id}"
            return Missing(fact, "ec2:DescribeNetworkInterfaces")
        if addressed and len(addressed) == len(interfaces):
            return tuple(
                self._endpoint_interface(endpoint, record, address) for record, address in addressed if address
            )
        subnets = [self.world.find_subnet(name) for name in endpoint.subnet_ids]
        if not subnets or any(isinstance(subnet, Missing) for subnet in subnets):
            return Missing(f"the interfaces of {endpoint.vpc_endpoint_id}", "ec2:DescribeNetworkInterfaces")
        destinations = [self._somewhere_in(endpoint, subnet) for subnet in subnets if not isinstance(subnet, Missing)]
        unknown = next((destination for destination in destinations if isinstance(destination, Missing)), None)
        return unknown or tuple(destination for destination in destinations if not isinstance(destination, Missing))

    def _endpoint_interface(
        self, endpoint: VpcEndpoint, interface: NetworkInterface, address: IpAddress
    ) -> Destination:
        own = self._of_interface(interface, address)
        return Destination(
            f"{endpoint.vpc_endpoint_id} at {address}",
            own.addresses,
            endpoint=endpoint.vpc_endpoint_id,
            interface=own.interface,
            subnet=own.subnet,
            groups=_groups_of(endpoint, own.groups),
        )

    def _somewhere_in(self, endpoint: VpcEndpoint, subnet: Subnet) -> Destination | Missing:
        """Return the interface of an endpoint in a subnet, at an address of the subnet that was not read."""
        addresses = task_addresses_of(subnet)
        if isinstance(addresses, Missing):
            return addresses
        fact = Missing(f"the security groups of {endpoint.vpc_endpoint_id}", "ec2:DescribeVpcEndpoints")
        return Destination(
            f"{endpoint.vpc_endpoint_id} in {subnet.subnet_id}",
            addresses,
            choice=False,
            endpoint=endpoint.vpc_endpoint_id,
            subnet=subnet.subnet_id,
            groups=_groups_of(endpoint, fact),
        )

    def of_mount_targets(self, vpc_id: str, file_system: str, zone: str | None) -> tuple[Destination, ...] | Missing:
        """Return the mount targets of a file system in one zone of the VPC."""
        targets = self.world.mount_targets_of(file_system)
        if isinstance(targets, Missing):
            return targets
        destinations = []
        for target in targets:
            if target.life_cycle_state.lower() in _GONE:
                continue
            subnet = self.world.find_subnet(target.subnet_id)
            if isinstance(subnet, Missing):
                return subnet
            if zone is None or subnet.availability_zone is UNSET:
                return Missing(f"the zones of {target.subnet_id} and of the task", "ec2:DescribeSubnets")
            if subnet.vpc_id != vpc_id or subnet.availability_zone != zone:
                continue
            if target.life_cycle_state.lower() != "available":
                return Missing(f"what becomes of {target.mount_target_id}, which is {target.life_cycle_state}")
            led = self._of_mount_target(target, subnet)
            if isinstance(led, Missing):
                return led
            destinations.append(led)
        return tuple(destinations)

    def _of_mount_target(self, target: MountTarget, subnet: Subnet) -> Destination | Missing:
        """Return a mount target by its interface, else by its address."""
        interface = self.world.network_interfaces.get(target.network_interface_id or "")
        if target.ip_address is None and interface is not None and interface.private_ip_address is None:
            return self._anywhere_in(interface, subnet)
        if interface is not None:
            return self.of_interface(interface)
        if target.ip_address is None:
            return Missing(f"the address of {target.mount_target_id}", "elasticfilesystem:DescribeMountTargets")
        return self.at(subnet.vpc_id, target.ip_address)


def _address_of(endpoint: VpcEndpoint, interface: NetworkInterface) -> IpAddress | None:
    """Return the address of an endpoint's interface: an IPv6 one if the endpoint has no others."""
    if endpoint.ip_address_type != _IPV6:
        return interface.private_ip_address
    return next((record.ipv6_address for record in interface.ipv6_addresses), None)


def _groups_of_interface(interface: NetworkInterface) -> tuple[str, ...] | Missing:
    if interface.groups is UNSET:
        fact = f"the security groups of {interface.network_interface_id}"
        return Missing(fact, "ec2:DescribeNetworkInterfaces")
    return tuple(group.group_id for group in interface.groups)


def _groups_of(endpoint: VpcEndpoint, otherwise: tuple[str, ...] | Missing | None) -> tuple[str, ...] | Missing | None:
    if endpoint.groups is UNSET:
        return otherwise
    return tuple(group.group_id for group in endpoint.groups)


def cidrs_of(vpc: Vpc) -> tuple[CidrBlock, ...]:
    """Return the CIDR blocks that are associated with a VPC, of both address families."""
    rows, rows6 = vpc.cidr_block_association_set, vpc.ipv6_cidr_block_association_set
    return (
        vpc.cidr_block,
        *(association.cidr_block for association in rows if association.cidr_block_state.state == "associated"),
        *(
            association.ipv6_cidr_block
            for association in rows6
            if association.ipv6_cidr_block_state.state == "associated"
        ),
    )


def _addresses(cidrs: tuple[CidrBlock, ...]) -> Intervals:
    return union(*(cidr.addresses for cidr in cidrs))
