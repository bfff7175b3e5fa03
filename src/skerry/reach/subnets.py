"""Subnets: their addresses, and their kind by the target of their default route."""

from typing import Literal, assert_never

from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import Subnet
from skerry.model.route_targets import (
    CarrierGatewayTarget,
    CoreNetworkTarget,
    EgressOnlyGatewayTarget,
    EndpointTarget,
    InstanceTarget,
    InterfaceTarget,
    InternetGatewayTarget,
    LocalGatewayTarget,
    LocalTarget,
    NatGatewayTarget,
    OdbNetworkTarget,
    PeeringTarget,
    RouteTarget,
    TransitGatewayTarget,
    UnknownGatewayTarget,
    VpnGatewayTarget,
)
from skerry.model.world import World
from skerry.net.addresses import is_ipv6
from skerry.net.intervals import EMPTY, Intervals, covers, union

Place = Literal["public", "private with NAT", "isolated", "private, by another way", "unknown"]

_RESERVED_FIRST = 4
_RESERVED_LAST = 1


def task_addresses_of(subnet: Subnet) -> Intervals | Missing:
    """Return the addresses that a network interface in a subnet may get: all but the first four and the last.

    The IPv4 ones, where there are any; an IPv6-only subnet's are all of one family.
    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    subnet_blocks = block_of(subnet, EMPTY) or ipv6_blocks_of(subnet)
    if not subnet_blocks:
        return Missing(f"the addresses of subnet {subnet.subnet_id}", "ec2:DescribeSubnets")
    first, last = subnet_blocks[0]
    usable = (first + _RESERVED_FIRST, last - _RESERVED_LAST)
    return (usable,) if usable[0] <= usable[1] else subnet_blocks


def block_of(subnet: Subnet, like: Intervals) -> Intervals:
    """Return the subnet's own block in the family of these addresses; empty if it has none."""
    if not is_ipv6(like):
        return EMPTY if subnet.cidr_block is None else subnet.cidr_block.addresses
    return ipv6_blocks_of(subnet)


def ipv6_blocks_of(subnet: Subnet) -> Intervals:
    """Return the IPv6 blocks that a subnet is associated with."""
    rows = subnet.ipv6_cidr_block_association_set
    associated = (row for row in rows if row.ipv6_cidr_block_state.state == "associated")
    return union(*(row.ipv6_cidr_block.addresses for row in associated))


def subnet_of(world: World, vpc_id: str, addresses: Intervals) -> Subnet | None:
    """Return the subnet of a VPC that holds all of these addresses."""
    for subnet in world.subnets_in(vpc_id):
        block = block_of(subnet, addresses)
        if block and covers(block, addresses):
            return subnet
    return None


def kind_of(world: World, subnet_id: str) -> Place:
    """Return the kind of a subnet, by the target of its default route.

    https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html#subnet-types
    """
    subnet = world.find_subnet(subnet_id)
    table = subnet if isinstance(subnet, Missing) else world.route_table_of(subnet)
    if isinstance(table, Missing) or table.routes is UNSET:
        return "unknown"
    for route in table.routes:
        if route.destination_cidr_block == "0.0.0.0/0" and route.state == "active":
            return _by_target(route.target)
    return "isolated"


def _by_target(target: RouteTarget) -> Place:
    match target:
        case InternetGatewayTarget():
            return "public"
        case NatGatewayTarget():
            return "private with NAT"
        case (
            LocalTarget()
            | EndpointTarget()
            | VpnGatewayTarget()
            | TransitGatewayTarget()
            | PeeringTarget()
            | InterfaceTarget()
            | InstanceTarget()
            | EgressOnlyGatewayTarget()
            | CarrierGatewayTarget()
            | LocalGatewayTarget()
            | CoreNetworkTarget()
            | OdbNetworkTarget()
            | UnknownGatewayTarget()
            | Missing()
        ):
            return "private, by another way"
        case never:
            assert_never(never)
