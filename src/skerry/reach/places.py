"""Subnets: their addresses, and what each is called by what its default route leads to."""

from typing import Literal

from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import Route, Subnet
from skerry.model.world import World
from skerry.net.addresses import block
from skerry.net.intervals import Intervals

Place = Literal["public", "private with NAT", "isolated", "private, by another way", "unknown"]

_RESERVED_FIRST = 4
_RESERVED_LAST = 1


def task_addresses(subnet: Subnet) -> Intervals | Missing:
    """The addresses that a network interface in a subnet may get: all but the first four and the last.

    https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
    """
    found = block(subnet.cidr_block or "")
    if found is None:
        return Missing(f"the IPv4 addresses of subnet {subnet.subnet_id}", "ec2:DescribeSubnets")
    ((first, last),) = found.addresses
    usable = (first + _RESERVED_FIRST, last - _RESERVED_LAST)
    return (usable,) if usable[0] <= usable[1] else found.addresses


def kind_of(world: World, subnet_id: str) -> Place:
    """What a subnet is called: by where its default route leads.

    https://docs.aws.amazon.com/vpc/latest/userguide/configure-subnets.html#subnet-types
    """
    subnet = world.subnet(subnet_id)
    table = subnet if isinstance(subnet, Missing) else world.route_table(subnet)
    if isinstance(table, Missing) or table.routes is UNSET:
        return "unknown"
    for route in table.routes:
        if route.destination_cidr_block == "0.0.0.0/0" and route.state == "active":
            return _by_target(route)
    return "isolated"


def _by_target(route: Route) -> Place:
    if (route.gateway_id or "").startswith("igw-"):
        return "public"
    if route.nat_gateway_id is not None:
        return "private with NAT"
    return "private, by another way"
