"""Addresses of a VPC that no network interface has: packets to them get no answer."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.model.world import World
from skerry.net.intervals import Intervals, covers
from skerry.net.ip_addresses import IpAddress
from skerry.reach.gateways import make_lost_hop
from skerry.reach.trace import Destination, Hop

_FIRST = 4
"""AWS keeps the first four addresses of a subnet: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""
_LAST_IPV4 = 0xFFFF_FFFF


def is_absent(world: World, vpc_id: str, address: IpAddress) -> bool:
    """Return whether no interface of a VPC has an IPv4 address, as far as its owner's list tells.

    An owner sees the interfaces of all participants of its VPC:
    https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
    """
    if address.number > _LAST_IPV4 or not world.knows("network_interfaces", vpc_id) or world.is_shared(vpc_id):
        return False
    if world.find_interface(vpc_id, address) is not None:
        return False
    if any(target.ip_address == address for target in world.facts.mount_targets):
        return False
    if any(covers(block, address.addresses) for block in _delegated(world, vpc_id)):
        return False
    return not any(_is_kept(block, address.number) for block in _subnet_blocks(world, vpc_id))


def refuse_absent(destination: Destination) -> Hop | None:
    """Return a lost hop if no interface has the address of a destination."""
    if not destination.absent:
        return None
    message = f"no network interface of the VPC has the address {destination.label}"
    return make_lost_hop("interface", destination.label, "ADDRESS_WITHOUT_INTERFACE", message)


def _delegated(world: World, vpc_id: str) -> Iterator[Intervals]:
    for interface in world.facts.network_interfaces:
        if interface.vpc_id in {vpc_id, UNSET}:
            yield from (item.ipv4_prefix.addresses for item in interface.ipv4_prefixes)


def _subnet_blocks(world: World, vpc_id: str) -> Iterator[Intervals]:
    for subnet in world.subnets_in(vpc_id):
        if subnet.cidr_block is not None:
            yield subnet.cidr_block.addresses


def _is_kept(block: Intervals, number: int) -> bool:
    """Return whether AWS keeps an address of a subnet for itself."""
    ((first, last),) = block
    return first <= number < first + _FIRST or number == last
