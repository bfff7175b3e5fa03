"""Address classes for flow logs: tables of blocks of three sizes, so that a look-up is at most three hash joins."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from skerry.catalogue.aws_ranges import list_ipv4_blocks
from skerry.model.missing import Missing
from skerry.model.world import World
from skerry.net.addresses import ANY, IPV6, PUBLIC, parse_block
from skerry.net.intervals import Intervals, subtract, union
from skerry.reach.destinations import cidrs_of

SIZES = (16, 8, 0)
"""The bits of an address within a block of each table: blocks of /16, of /24, and single addresses."""
OWN_BITS = 4
"""No subnet is smaller than /28: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"""
_FAMILY = 1 << 32


class BlockTable(NamedTuple):
    """Blocks of one size by their leading bits, each with the name of its class or its subnet."""

    keys: list[int]
    names: list[str]


class AddressClasses(NamedTuple):
    """Classes of addresses: those of the VPCs with their subnets, and tables for `SIZES`; all others are the internet.

    ``notes`` name classes without known addresses.
    """

    own: BlockTable
    tables: tuple[BlockTable, ...]
    notes: tuple[str, ...]


def classes_of(world: World) -> AddressClasses:
    """Return the classes of addresses as seen from the VPCs of a World."""
    notes: list[str] = []
    taken: Intervals = ()
    ranges: list[tuple[str, Intervals]] = []
    for service in ("s3", "dynamodb"):
        addresses = _prefixes_of(world, service)
        if isinstance(addresses, Missing):
            notes.append(f"AWS's prefix list of {service} was not read: its bytes are among those with AWS")
            continue
        ranges.append((service, subtract(addresses, taken)))
        taken = union(taken, addresses)
    private = subtract(ANY, PUBLIC)
    ranges.append(("private", private))
    blocks = [parsed.addresses for text in list_ipv4_blocks() if (parsed := parse_block(text)) is not None]
    ranges.append(("aws", subtract(union(*blocks), union(taken, private))))
    own, ambiguous = _own_blocks(world)
    if ambiguous:
        notes.append("several VPCs have the same addresses: ended interfaces of these belong to no subnet")
    return AddressClasses(own, tuple(_tables(ranges)), tuple(notes))


def _prefixes_of(world: World, service: str) -> Intervals | Missing:
    """Return the IPv4 addresses of AWS's prefix list of a service in the Region."""
    name = next(
        (
            listed
            for prefix in ("com.amazonaws", "cn.com.amazonaws")
            if (listed := world.prefix_list_of(f"{prefix}.{world.region}.{service}"))
        ),
        None,
    )
    entries = Missing(f"the prefix list of {service}") if name is None else world.prefix_entries_of(name)
    return entries if isinstance(entries, Missing) else union(*(block.addresses for block in entries))


def _own_blocks(world: World) -> tuple[BlockTable, bool]:
    """Return the blocks of /28 of all VPCs with the subnet of each, and whether two VPCs share one."""
    subnets: dict[int, str] = {}
    shared: set[int] = set()
    for subnet in world.facts.subnets:
        if subnet.cidr_block is not None:
            for key in _keys(subnet.cidr_block.addresses, OWN_BITS):
                if subnets.setdefault(key, subnet.subnet_id) != subnet.subnet_id:
                    shared.add(key)
    keys = {key for vpc in world.facts.vpcs for cidr in cidrs_of(vpc) for key in _keys(cidr.addresses, OWN_BITS)}
    keys |= subnets.keys()
    table = BlockTable(sorted(keys), [])
    table.names.extend("" if key in shared else subnets.get(key, "") for key in table.keys)
    return table, bool(shared)


def _keys(addresses: Intervals, bits: int) -> Iterator[int]:
    """Yield the leading bits of the blocks of a size that IPv4 addresses lie in."""
    for low, high in addresses:
        if low < IPV6:
            yield from range(low >> bits, (high >> bits) + 1)


def _tables(ranges: Iterable[tuple[str, Intervals]]) -> Iterator[BlockTable]:
    """Yield the table of each size: what fills no larger block whole goes to the next smaller size."""
    remaining = [(name, low, high) for name, pairs in ranges for low, high in pairs if low < _FAMILY]
    for bits in SIZES:
        table, smaller = BlockTable([], []), []
        for name, low, high in remaining:
            first, last = -(-low >> bits), (high + 1 >> bits) - 1
            if first > last:
                smaller.append((name, low, high))
                continue
            table.keys.extend(range(first, last + 1))
            table.names.extend([name] * (last + 1 - first))
            smaller += [(name, low, (first << bits) - 1)] if low < first << bits else []
            smaller += [(name, last + 1 << bits, high)] if high >= last + 1 << bits else []
        remaining = smaller
        yield table
