"""Engines that are wrong on purpose, each in one rule of the walk: the proof must notice every one of them."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from msgspec import structs

from skerry.model import firewall_lookup
from skerry.model.facts import Missing
from skerry.model.route_targets import LOCAL, EndpointTarget
from skerry.model.security_groups_and_acls import GroupPair
from skerry.model.world import World
from skerry.net.addresses import ANY, Block, parse_block
from skerry.net.intervals import EMPTY, Intervals
from skerry.net.packets import Box
from skerry.reach import appliances as boxes
from skerry.reach import (
    compiled_rules,
    dns_firewall,
    dns_zones,
    gateways,
    name_resolution,
    nat,
    peering,
    route_walk,
    routing,
    security_filters,
)
from skerry.reach.compiled_rules import ALL_PORTS
from skerry.reach.name_resolution import NameResolver
from skerry.reach.routing import Branch
from skerry.reach.security_filters import Filters
from skerry.reach.trace import Hop, PacketPath, PathPart
from skerry.reach.vpc_hops import VpcPaths
from skerry.reach.walk import Walker
from tests.prove.proving import Case, disagreements

Mutant = Callable[[], Any]
MUTANTS: dict[str, Mutant] = {}


def mutant(make: Mutant) -> Mutant:
    """Take a wrong engine into the list, named after what is wrong with it."""
    MUTANTS[make.__name__.replace("_", " ")] = contextmanager(make)
    return make


def noticed(name: str, cases: Iterable[Case]) -> int | None:
    """In how many networks a wrong engine is noticed; None where it never is.

    Networks in which the right one parts from the packets show nothing.
    """
    for number, case in enumerate(cases, 1):
        if disagreements(case):
            continue
        with MUTANTS[name]():
            if disagreements(case):
                return number
    return None


def _swap(target: Any, name: str, wrong: Any) -> Any:
    return patch.object(target, name, wrong)


# ---------------------------------------------------------------------------------------------- network ACLs

_acl_rules = compiled_rules.acl_rules_of


@mutant
def network_acl_entries_are_asked_from_the_last() -> Iterator[None]:
    def wrong(*of: Any) -> Any:
        found = _acl_rules(*of)
        return found[::-1] if isinstance(found, tuple) else found

    with _swap(security_filters, "acl_rules_of", wrong):
        yield


@mutant
def denies_of_network_acls_are_overlooked() -> Iterator[None]:
    def wrong(*of: Any) -> Any:
        found = _acl_rules(*of)
        return tuple(rule for rule in found if rule.allows) if isinstance(found, tuple) else found

    with _swap(security_filters, "acl_rules_of", wrong):
        yield


@mutant
def ports_of_network_acl_entries_are_overlooked() -> Iterator[None]:
    def wrong(*of: Any) -> Any:
        found = _acl_rules(*of)
        return tuple(structs.replace(rule, ports=ALL_PORTS) for rule in found) if isinstance(found, tuple) else found

    with _swap(security_filters, "acl_rules_of", wrong):
        yield


@mutant
def blocks_of_network_acl_entries_are_overlooked() -> Iterator[None]:
    def wrong(*of: Any) -> Any:
        found = _acl_rules(*of)
        return tuple(structs.replace(rule, addresses=ANY) for rule in found) if isinstance(found, tuple) else found

    with _swap(security_filters, "acl_rules_of", wrong):
        yield


@mutant
def replies_are_taken_to_come_back_to_the_port_that_was_called() -> Iterator[None]:
    def wrong(self: VpcPaths, start: Any, addresses: Any, traffic: Any) -> Hop:
        return self.acl(start.subnet, "in", "back", addresses, traffic.protocol, traffic.ports)

    with _swap(VpcPaths, "back", wrong):
        yield


@mutant
def the_way_back_is_overlooked() -> Iterator[None]:
    made = PacketPath.of.__func__  # type: ignore[attr-defined]

    def wrong(cls: type, ways: tuple[PathPart, ...], guard: Any, *, choice: bool) -> PacketPath:
        passage: PacketPath = made(cls, tuple(PathPart(way.packets, way.there) for way in ways), guard, choice=choice)
        return passage

    with _swap(PacketPath, "of", classmethod(wrong)):
        yield


@mutant
def network_acls_are_asked_within_a_subnet_too() -> Iterator[None]:
    between = VpcPaths.between

    def wrong(self: VpcPaths, step: Any, end: Any) -> Any:
        if step.start.came is None and end.subnet_id == step.start.subnet.subnet_id:
            leave, enter, answer, back = self._ask_between(step.start, end, step.addresses, step.traffic)
            return (leave, step.hop, enter), (answer, back)
        return between(self, step, end)

    with _swap(VpcPaths, "between", wrong):
        yield


@mutant
def the_nat_gateways_own_subnet_is_not_checked() -> Iterator[None]:
    leave, back = VpcPaths.leave, VpcPaths.back

    def wrong_leave(self: VpcPaths, start: Any, *of: Any) -> Hop:
        return Hop("network-acl", "") if start.what == "nat" else leave(self, start, *of)

    def wrong_back(self: VpcPaths, start: Any, *of: Any) -> Hop:
        return Hop("network-acl", "") if start.what == "nat" else back(self, start, *of)

    with _swap(VpcPaths, "leave", wrong_leave), _swap(VpcPaths, "back", wrong_back):
        yield


# ------------------------------------------------------------------------------------------ security groups

_group_rules = compiled_rules.group_rules_of


@mutant
def a_reference_to_a_group_is_read_as_the_vpcs_block() -> Iterator[None]:
    whole = parse_block("10.0.0.0/16")
    assert whole is not None

    def wrong(*of: Any) -> Any:
        found = _group_rules(*of)
        if not isinstance(found, tuple):
            return found
        return tuple(structs.replace(rule, peer=whole) if isinstance(rule.peer, GroupPair) else rule for rule in found)

    with _swap(security_filters, "group_rules_of", wrong):
        yield


@mutant
def references_to_groups_are_overlooked() -> Iterator[None]:
    def wrong(*of: Any) -> Any:
        found = _group_rules(*of)
        return (
            tuple(rule for rule in found if not isinstance(rule.peer, GroupPair)) if isinstance(found, tuple) else found
        )

    with _swap(security_filters, "group_rules_of", wrong):
        yield


@mutant
def what_a_task_may_send_is_not_asked() -> Iterator[None]:
    with _swap(Walker, "_out", lambda *_: Hop("security-group", "")):
        yield


@mutant
def the_group_of_the_endpoint_is_not_asked() -> Iterator[None]:
    made = PacketPath.of.__func__  # type: ignore[attr-defined]

    def wrong(cls: type, ways: tuple[PathPart, ...], guard: Any, *, choice: bool) -> PacketPath:
        passage: PacketPath = made(cls, ways, None, choice=choice)
        return passage

    with _swap(PacketPath, "of", classmethod(wrong)):
        yield


@mutant
def only_the_first_group_counts() -> Iterator[None]:
    groups, first_rule = Filters.groups, Filters.first_rule

    def wrong(self: Filters, of: Any, *rest: Any) -> Hop:
        return groups(self, of[:1] if isinstance(of, tuple) else of, *rest)

    def wrong_first(self: Filters, of: Any, *rest: Any) -> Any:
        return first_rule(self, of[:1], *rest)

    with _swap(Filters, "groups", wrong), _swap(Filters, "first_rule", wrong_first):
        yield


@mutant
def protocols_of_group_rules_are_overlooked() -> Iterator[None]:
    concerns = compiled_rules._concerns

    def wrong(permission: Any, protocol: str, port: int) -> bool:
        return concerns(structs.replace(permission, ip_protocol=protocol), protocol, port)

    with _swap(compiled_rules, "_concerns", wrong):
        yield


@mutant
def ports_of_group_rules_are_overlooked() -> Iterator[None]:
    concerns = compiled_rules._concerns

    def wrong(permission: Any, protocol: str, port: int) -> bool:
        return concerns(structs.replace(permission, from_port=None), protocol, port)

    with _swap(compiled_rules, "_concerns", wrong):
        yield


@mutant
def prefix_lists_hold_nothing() -> Iterator[None]:
    with (
        _swap(security_filters, "intersect_prefix_list", lambda *_: EMPTY),
        _swap(routing, "intersect_prefix_list", lambda *_: EMPTY),
    ):
        yield


@mutant
def half_a_block_is_read_as_the_whole() -> Iterator[None]:
    def widened(addresses: Intervals) -> Intervals:
        ((low, high),) = addresses
        return ((low & ~255, low | 255),) if high - low == 127 else addresses

    def wrong_groups(*of: Any) -> Any:
        found = _group_rules(*of)
        if not isinstance(found, tuple):
            return found
        return tuple(
            structs.replace(rule, peer=Block(widened(rule.peer.addresses), 24))
            if isinstance(rule.peer, Block)
            else rule
            for rule in found
        )

    def wrong_acl(*of: Any) -> Any:
        found = _acl_rules(*of)
        if not isinstance(found, tuple):
            return found
        return tuple(
            rule if isinstance(rule.addresses, Missing) else structs.replace(rule, addresses=widened(rule.addresses))
            for rule in found
        )

    with (
        _swap(security_filters, "group_rules_of", wrong_groups),
        _swap(security_filters, "acl_rules_of", wrong_acl),
    ):
        yield


# --------------------------------------------------------------------------------------------------- routes

_compiled = routing.compile_table


@mutant
def local_is_always_first() -> Iterator[None]:
    branches = routing.select_branches

    def wrong(world: World, table: Any, destination: Any, addresses: Any) -> Any:
        inside = [row for row in table.rows if row.route.target == LOCAL]
        for row in inside:
            if row.addresses[0][0] <= addresses[0][0] <= row.addresses[0][1]:
                return (Branch(addresses, (row.route,)),)
        return branches(world, table, destination, addresses)

    with _swap(routing, "select_branches", wrong):
        yield


@mutant
def the_shortest_route_wins() -> Iterator[None]:
    def wrong(rows: Any, low: int, high: int) -> Any:
        held = [row for row in rows if row.addresses[0][0] <= low and high <= row.addresses[0][1]]
        return (held[-1].route,) if held else None

    with _swap(routing, "_route_of_block", wrong):
        yield


@mutant
def a_black_hole_is_a_route_like_others() -> Iterator[None]:
    def wrong(world: World, table: Any) -> Any:
        routes = tuple(structs.replace(route, state="active") for route in table.routes)
        return _compiled(world, structs.replace(table, routes=routes))

    with _swap(routing, "compile_table", wrong):
        yield


@mutant
def the_gateway_endpoint_is_forgotten_on_the_main_table() -> Iterator[None]:
    route_table = World.route_table_of

    def wrong(self: World, subnet: Any) -> Any:
        table: Any = route_table(self, subnet)
        named = {item.subnet_id for item in getattr(table, "associations", ())}
        if subnet.subnet_id in named or not hasattr(table, "routes"):
            return table
        routes = tuple(route for route in table.routes if not isinstance(route.target, EndpointTarget))
        return structs.replace(table, routes=routes, route_table_id=f"{table.route_table_id}'")

    with _swap(World, "route_table_of", wrong):
        yield


@mutant
def every_subnet_has_the_main_table() -> Iterator[None]:
    def wrong(self: World, subnet: Any) -> Any:
        return self._main_route_tables[subnet.vpc_id]

    with _swap(World, "route_table_of", wrong):
        yield


# ------------------------------------------------------------------------------------------------- gateways


@mutant
def an_internet_gateway_takes_private_addresses() -> Iterator[None]:
    hop = gateways.judge_internet_gateway

    def wrong(*of: Any, **more: Any) -> Hop:
        return hop(*of, **(more | {"public": True}))

    with _swap(route_walk, "judge_internet_gateway", wrong):
        yield


@mutant
def an_internet_gateway_need_not_be_attached() -> Iterator[None]:
    with _swap(gateways, "_attached", lambda *_: True):
        yield


@mutant
def a_nat_gateway_works_in_any_state() -> Iterator[None]:
    with _swap(nat, "judge_nat_gateway", lambda *_: Hop("gateway", "")):
        yield


@mutant
def a_nat_gateway_needs_no_way_out_of_its_own() -> Iterator[None]:
    def wrong(self: Any, step: Any, nat_id: str) -> Any:
        way = PathPart(Box(step.start.addresses, step.addresses, step.start.ports), (step.hop,))
        return ((PacketPath.of((way,), None, choice=step.destination.choice),),)

    with _swap(route_walk, "walk_through_nat", wrong):
        yield


@mutant
def a_nat_gateway_accepts_connections() -> Iterator[None]:
    with _swap(route_walk, "accepts_nothing", lambda *_: None):
        yield


@mutant
def the_source_destination_check_is_overlooked() -> Iterator[None]:
    with _swap(boxes, "_forwards", lambda interface: Hop("interface", interface.network_interface_id)):
        yield


@mutant
def a_gateway_endpoint_works_in_any_state() -> Iterator[None]:
    with _swap(route_walk, "judge_gateway_endpoint", lambda *_: Hop("endpoint", "")):
        yield


@mutant
def replies_over_peering_find_home_by_themselves() -> Iterator[None]:
    with _swap(VpcPaths, "reply_hops", lambda *_: ()):
        yield


@mutant
def a_peering_connection_works_in_any_state() -> Iterator[None]:
    with _swap(peering, "_state", lambda connection: Hop("peering", connection.vpc_peering_connection_id)):
        yield


# ---------------------------------------------------------------------------------------------------- names


@mutant
def private_names_are_never_switched_off() -> Iterator[None]:
    with _swap(name_resolution, "unanswered_reason_of", lambda *_, **__: None):
        yield


@mutant
def the_vpcs_hostnames_attribute_is_overlooked() -> Iterator[None]:
    attribute = World.dns_attribute_of

    def wrong(self: World, vpc_id: str, name: str) -> Any:
        return True if name == "enable_dns_hostnames" else attribute(self, vpc_id, name)

    with _swap(World, "dns_attribute_of", wrong):
        yield


@mutant
def the_vpcs_dns_support_is_overlooked() -> Iterator[None]:
    attribute = World.dns_attribute_of

    def wrong(self: World, vpc_id: str, name: str) -> Any:
        return True if name == "enable_dns_support" else attribute(self, vpc_id, name)

    with _swap(World, "dns_attribute_of", wrong):
        yield


@mutant
def a_private_zone_without_the_record_lets_the_public_answer_through() -> Iterator[None]:
    by_zone = NameResolver._by_zone

    def wrong(self: NameResolver, *of: Any) -> Any:
        found = by_zone(self, *of)
        return None if found.hop.lost else found

    with _swap(NameResolver, "_by_zone", wrong):
        yield


@mutant
def wildcards_of_private_zones_are_overlooked() -> Iterator[None]:
    closest = dns_zones._closest

    def wrong(by_name: Any, host: str, apex: str) -> Any:
        return closest({name: rows for name, rows in by_name.items() if not name.startswith("*.")}, host, apex)

    with _swap(dns_zones, "_closest", wrong):
        yield


@mutant
def the_widest_zone_answers() -> Iterator[None]:
    claims = dns_zones.name_sources_for

    def wrong(*of: Any) -> Any:
        return claims(*of)[::-1]

    with _swap(dns_zones, "name_sources_for", wrong):
        yield


# ---------------------------------------------------------------------------------------------- DNS Firewall

_sequences = firewall_lookup.firewall_sequences_of


@mutant
def dns_firewall_is_overlooked() -> Iterator[None]:
    with _swap(name_resolution, "judge_firewall", lambda *_: None):
        yield


@mutant
def groups_of_dns_firewall_are_asked_from_the_last() -> Iterator[None]:
    with _swap(dns_firewall, "firewall_sequences_of", lambda *of: tuple(group[::-1] for group in _sequences(*of))):
        yield


@mutant
def rules_of_dns_firewall_are_asked_from_the_last() -> Iterator[None]:
    def wrong(*of: Any) -> Any:
        return tuple(tuple(map(turned, sequence)) for sequence in _sequences(*of))

    def turned(group: Any) -> Any:
        return structs.replace(group, rules=group.rules[::-1])

    with _swap(dns_firewall, "firewall_sequences_of", wrong):
        yield


@mutant
def priorities_of_rule_groups_are_overlooked() -> Iterator[None]:
    def wrong(groups: Any) -> Any:
        return (tuple(group for _, group in groups),) if groups else ()

    with _swap(firewall_lookup, "_in_sequence", wrong):
        yield


@mutant
def wildcards_of_domain_lists_are_overlooked() -> Iterator[None]:
    with (
        _swap(dns_firewall, "_covers", lambda domain, host: domain == host),
        _swap(dns_firewall, "_may_cover", lambda *_: False),
    ):
        yield


@mutant
def a_wildcard_of_a_domain_list_covers_its_domain() -> Iterator[None]:
    covers = dns_firewall._covers

    def wrong(domain: str, host: str) -> bool:
        return covers(domain, host) or domain == f"*.{host}"

    with _swap(dns_firewall, "_covers", wrong):
        yield


@mutant
def an_alert_of_dns_firewall_lets_later_rules_decide() -> Iterator[None]:
    takes = dns_firewall._takes

    def wrong(world: Any, vpc_id: str, rule: Any, host: str) -> Any:
        return False if rule.action == "ALERT" else takes(world, vpc_id, rule, host)

    with _swap(dns_firewall, "_takes", wrong):
        yield


@mutant
def query_types_of_dns_firewall_are_overlooked() -> Iterator[None]:
    takes = dns_firewall._takes

    def wrong(world: Any, vpc_id: str, rule: Any, host: str) -> Any:
        return takes(world, vpc_id, structs.replace(rule, qtype=None), host)

    with _swap(dns_firewall, "_takes", wrong):
        yield


@mutant
def names_that_an_answer_leads_over_are_not_filtered() -> Iterator[None]:
    judge = dns_firewall.judge_firewall

    def wrong(world: World, vpc_id: str, host: str, _redirections: Any) -> Any:
        return judge(world, vpc_id, host, ())

    with _swap(name_resolution, "judge_firewall", wrong):
        yield


@mutant
def trust_in_redirections_is_overlooked() -> Iterator[None]:
    with _swap(dns_firewall, "_trusts", lambda _: False):
        yield


# ------------------------------------------------------------------------------------------------- Profiles


@mutant
def zones_of_profiles_are_overlooked() -> Iterator[None]:
    claims = dns_zones.name_sources_for

    def wrong(*of: Any) -> Any:
        return [claim for claim in claims(*of) if not claim.profile]

    with _swap(dns_zones, "name_sources_for", wrong):
        yield


@mutant
def a_profile_goes_before_the_vpc() -> Iterator[None]:
    claims = dns_zones.name_sources_for

    def wrong(*of: Any) -> Any:
        return sorted(claims(*of), key=lambda claim: (-len(claim.apex), not claim.profile))

    with _swap(dns_zones, "name_sources_for", wrong):
        yield


@mutant
def the_vpc_goes_before_narrower_zones_of_its_profile() -> Iterator[None]:
    claims = dns_zones.name_sources_for

    def wrong(*of: Any) -> Any:
        return sorted(claims(*of), key=lambda claim: claim.profile != "")

    with _swap(dns_zones, "name_sources_for", wrong):
        yield


# ----------------------------------------------------------------------------------------------- DNS servers


@mutant
def udp_is_taken_for_tcp() -> Iterator[None]:
    walk = Walker.walk

    def wrong(self: Walker, source: Any, destinations: Any, protocol: str, port: int) -> Any:
        return walk(self, source, destinations, "tcp" if protocol == "udp" else protocol, port)

    with _swap(Walker, "walk", wrong):
        yield
