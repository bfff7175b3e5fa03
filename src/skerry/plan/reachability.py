"""The reachability that changes add: addresses and ports of rules and entries, and access to the internet."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from skerry.model.facts import Missing
from skerry.model.network import RouteTable, Subnet
from skerry.model.world import World
from skerry.net.addresses import ANY, PUBLIC, parse_block
from skerry.net.intervals import Intervals, count_numbers, intersect, subtract, union
from skerry.plan.changes import (
    AddAclEntry,
    AuthorizeRule,
    Change,
    ConfigureService,
    ReplaceRoute,
    RouteToInternetGateway,
    RouteToNat,
    Rule,
)
from skerry.plan.disruption import leads_out
from skerry.plan.rules_and_entries import HTTPS
from skerry.reach.compiled_rules import TCP, acl_rules_of

_UNREAD_LIST = 1 << 24
"""More addresses than AWS's list of a gateway service has: about a million in the largest Region of data/s3_ranges."""


def opened_by(world: World, change: Change) -> int:
    """Return the number of addresses and ports that a rule or entry opens; a group counts as one address."""
    match change:
        case AuthorizeRule():
            return _addresses_of(world, change.rule)
        case AddAclEntry():
            return _block_size(change.cidr) * (change.ports[1] - change.ports[0] + 1)
        case _:
            return 0


def _addresses_of(world: World, rule: Rule) -> int:
    match rule.kind:
        case "group":
            return 1
        case "prefix-list":
            cidrs = world.prefix_entries_of(rule.peer)
            if isinstance(cidrs, Missing):
                return _UNREAD_LIST
            return count_numbers(union(*(cidr.addresses for cidr in cidrs)))
        case "cidr":
            return _block_size(rule.peer)
        case never:
            assert_never(never)


def _block_size(cidr: str) -> int:
    block = parse_block(cidr)
    return count_numbers(ANY if block is None else block.addresses)


def is_copied_block(change: Change) -> bool:
    """Tell whether a change names public blocks one by one, as a copy of AWS's list: AWS adds blocks to it.

    https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
    """
    cidr = change.cidr if isinstance(change, AddAclEntry) else ""
    if isinstance(change, AuthorizeRule) and change.rule.kind == "cidr":
        cidr = change.rule.peer
    block = parse_block(cidr) if cidr else None
    return block is not None and block.length > 0 and bool(intersect(block.addresses, PUBLIC))


def subnets_given_internet(world: World, changes: Iterable[Change]) -> tuple[str, ...]:
    """Return the subnets and tasks with new access to the internet by changes; the rule of a group gives none.

    A route leads out of the subnet, and its network ACL lets HTTPS out to most public addresses.
    """
    names = (name for change in changes for name in _given_by(world, change))
    return tuple(sorted(set(names)))


def _given_by(world: World, change: Change) -> Iterator[str]:
    match change:
        case ConfigureService() if change.assign_public_ip:
            yield f"tasks of {change.service}"
        case ReplaceRoute() | RouteToInternetGateway():
            # A way that fails is no access: the new one gives it.
            yield from (name for name in _subnets_with(world, change.route_table_id))
        case RouteToNat():
            for subnet in _subnets_of(world):
                table = world.route_table_of(subnet)
                is_of = isinstance(table, RouteTable) and table.route_table_id == change.route_table_id
                if is_of and not is_routed_out(world, subnet):
                    yield subnet.subnet_id
        case AddAclEntry() if change.direction == "out" and _opens_internet(world, change):
            for subnet in _subnets_of(world):
                acl = world.network_acl_of(subnet.subnet_id)
                if not isinstance(acl, Missing) and acl.network_acl_id == change.acl_id:
                    yield from [subnet.subnet_id] if is_routed_out(world, subnet) else []
        case _:
            return


def _subnets_with(world: World, table_id: str) -> Iterator[str]:
    """Yield the subnets of a route table."""
    for subnet in _subnets_of(world):
        table = world.route_table_of(subnet)
        if isinstance(table, RouteTable) and table.route_table_id == table_id:
            yield subnet.subnet_id


def _subnets_of(world: World) -> tuple[Subnet, ...]:
    return world.facts.subnets


def is_routed_out(world: World, subnet: Subnet) -> bool:
    """Tell whether a route leads from a subnet to public addresses, other than by an endpoint."""
    table = world.route_table_of(subnet)
    return isinstance(table, RouteTable) and isinstance(table.routes, tuple) and any(map(leads_out, table.routes))


def _opens_internet(world: World, change: AddAclEntry) -> bool:
    """Tell whether an outbound entry lets HTTPS out to most public addresses of an ACL that does not yet."""
    block = parse_block(change.cidr)
    if block is None or not change.ports[0] <= HTTPS <= change.ports[1] or not _is_most(block.addresses):
        return False
    rules = acl_rules_of(world.network_acls[change.acl_id], "out", TCP)
    allowed: Intervals = ()
    remaining = PUBLIC
    for rule in () if isinstance(rules, Missing) else rules:
        if isinstance(rule.addresses, Missing) or not any(low <= HTTPS <= high for low, high in rule.ports):
            continue
        if rule.allows:
            allowed = union(allowed, intersect(remaining, rule.addresses))
        remaining = subtract(remaining, rule.addresses)
    return not _is_most(allowed)


def _is_most(addresses: Intervals) -> bool:
    return 2 * count_numbers(intersect(addresses, PUBLIC)) > count_numbers(PUBLIC)
