"""Which route a packet takes. The oracle looks at single addresses: the longest prefix, then the rank of the route."""

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.model.facts import Facts, Missing
from skerry.model.network import PrefixList, Route, RouteTable
from skerry.model.rule_blocks import Ipv4RuleBlock, Ipv6RuleBlock
from skerry.model.world import World
from skerry.net.addresses import PUBLIC, parse_block
from skerry.net.blocks import CidrBlock
from skerry.net.intervals import Intervals, intersect, normalise, subtract, union
from skerry.reach.routing import Branch, Compiled, compile_table, select_branches, spell_route
from skerry.reach.trace import Destination
from tests.intervals import contains

LOCAL = "local"
PROPAGATED = "EnableVgwRoutePropagation"
BASE = int(IPv4Address("10.0.0.0"))
UNIVERSE = 64


def cidr_of(number: int, length: int) -> str:
    return str(IPv4Network((BASE + number, length), strict=False))


cidrs = st.builds(cidr_of, st.integers(0, UNIVERSE - 1), st.integers(26, 32)) | st.just("0.0.0.0/0")
unique_cidrs = st.lists(cidrs, unique=True, max_size=4)
numbers = st.integers(0, UNIVERSE - 1)
wanted = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=2).map(
    lambda pairs: normalise((BASE + min(pair), BASE + max(pair)) for pair in pairs)
)


def world_of(*lists: PrefixList) -> World:
    return World(Facts(prefix_lists=lists))


def to(cidr: str, gateway: str, **more: Any) -> Route:
    return Route(destination_cidr_block=Ipv4RuleBlock(cidr), gateway_id=gateway, **more)


def by_list(name: str, gateway: str) -> Route:
    return Route(destination_prefix_list_id=name, gateway_id=gateway)


def blocks_of(*cidrs: str) -> tuple[CidrBlock, ...]:
    return tuple(map(CidrBlock, cidrs))


def read(world: World, *routes: Route) -> Compiled[Route]:
    table = compile_table(world, RouteTable(route_table_id="rtb-1", vpc_id="vpc-1", routes=routes))
    assert isinstance(table, Compiled)
    return table


def taken(*routes: Route, lists: tuple[PrefixList, ...] = (), addresses: Intervals, **of: Any) -> dict[str, Intervals]:
    """The addresses by the gateways that they may leave by."""
    world = world_of(*lists)
    found = select_branches(world, read(world, *routes), Destination("there", addresses, **of), addresses)
    return {
        " or ".join(route.gateway_id or "?" if route else "none" for route in branch.routes): branch.addresses
        for branch in found
    }


def addresses_of(*blocks: str) -> Intervals:
    return union(*(found.addresses for name in blocks if (found := parse_block(name))))


class TestLongestPrefix:
    @given(
        static=unique_cidrs,
        propagated=unique_cidrs,
        lists=st.lists(st.lists(cidrs, unique=True, min_size=1, max_size=3), max_size=3),
        addresses=wanted,
    )
    def test_longest_prefix_match_agrees_with_single_address_oracle(
        self, static: list[str], propagated: list[str], lists: list[list[str]], addresses: Intervals
    ) -> None:
        known = [PrefixList(prefix_list_id=f"pl-{n}", cidrs=blocks_of(*blocks)) for n, blocks in enumerate(lists)]
        routes = [to(cidr, f"static-{n}") for n, cidr in enumerate(static)]
        routes += [to(cidr, f"propagated-{n}", origin=PROPAGATED) for n, cidr in enumerate(propagated)]
        routes += [by_list(row.prefix_list_id, f"list-{n}") for n, row in enumerate(known)]
        asked = [(cidr, 0, routes[n]) for n, cidr in enumerate(static)]
        asked += [(cidr, 2, routes[len(static) + n]) for n, cidr in enumerate(propagated)]
        asked += [(cidr, 1, routes[n - len(lists)]) for n, blocks in enumerate(lists) for cidr in blocks]

        world = world_of(*known)
        found = select_branches(world, read(world, *routes), Destination("there", addresses), addresses)

        for number in (BASE + place for place in range(UNIVERSE) if contains(addresses, BASE + place)):
            here = [branch for branch in found if contains(branch.addresses, number)]
            assert [set(branch.routes) for branch in here] == [best_of(asked, number)]

    @given(st.lists(cidrs, unique=True, max_size=6), wanted)
    def test_route_branches_partition_the_addresses(self, static: list[str], addresses: Intervals) -> None:
        world = world_of()
        routes = [to(cidr, f"gateway-{n}") for n, cidr in enumerate(static)]
        found = select_branches(world, read(world, *routes), Destination("there", addresses), addresses)
        assert union(*(branch.addresses for branch in found)) == addresses
        assert sum(len(branch.addresses) > 0 for branch in found) == len(found)

    def test_local_route_yields_to_a_more_specific_route(self) -> None:
        local, nat = to("10.0.0.0/16", LOCAL), to("10.0.2.0/24", "nat")
        found = taken(local, nat, addresses=addresses_of("10.0.0.0/16"))
        assert found["nat"] == addresses_of("10.0.2.0/24")
        assert found[LOCAL] == subtract(addresses_of("10.0.0.0/16"), found["nat"])

    def test_local_route_beats_propagated_vpn_route_inside_the_vpc(self) -> None:
        # https://docs.aws.amazon.com/vpn/latest/s2svpn/vpn-route-priority.html
        local, inside = to("10.0.0.0/16", LOCAL), to("10.0.2.0/24", "vgw", origin=PROPAGATED)
        wider = to("10.0.0.0/8", "vgw", origin=PROPAGATED)
        whole = addresses_of("10.0.0.0/15")
        assert taken(local, inside, addresses=addresses_of("10.0.0.0/16")) == {LOCAL: addresses_of("10.0.0.0/16")}
        assert taken(local, wider, addresses=whole)["vgw"] == addresses_of("10.1.0.0/16")

    def test_route_selection_ignores_route_order(self) -> None:
        routes = (to("0.0.0.0/0", "igw"), to("10.0.0.0/8", "tgw"), to("10.1.0.0/16", "pcx"))
        inside = addresses_of("10.0.0.0/8")
        assert taken(*routes, addresses=inside) == taken(*reversed(routes), addresses=inside)

    def test_route_selection_returns_none_for_unrouted_addresses(self) -> None:
        found = taken(to("10.0.0.0/16", LOCAL), addresses=addresses_of("10.0.0.0/15"))
        assert found == {LOCAL: addresses_of("10.0.0.0/16"), "none": addresses_of("10.1.0.0/16")}

    def test_ipv6_route_is_ignored_for_ipv4_addresses(self) -> None:
        other = Route(destination_ipv6_cidr_block=Ipv6RuleBlock("::/0"), gateway_id="igw")
        assert taken(other, addresses=addresses_of("8.8.8.8")) == {"none": addresses_of("8.8.8.8")}


def best_of(asked: list[tuple[str, int, Route]], number: int) -> set[Route | None]:
    fitting = [
        (-IPv4Network(cidr).prefixlen, rank, route)
        for cidr, rank, route in asked
        if IPv4Address(number) in IPv4Network(cidr)
    ]
    if not fitting:
        return {None}
    best = min(item[:2] for item in fitting)
    return {route for length, rank, route in fitting if (length, rank) == best}


class TestRoutePriority:
    block = "192.0.2.0/24"
    inside = addresses_of("192.0.2.0/25")
    entries = PrefixList(prefix_list_id="pl-1", cidrs=blocks_of(block))

    def test_static_route_beats_prefix_list_route(self) -> None:
        routes = (by_list("pl-1", "vgw"), to(self.block, "igw"))
        assert list(taken(*routes, lists=(self.entries,), addresses=self.inside)) == ["igw"]

    def test_prefix_list_route_beats_propagated_route(self) -> None:
        routes = (to(self.block, "vgw", origin=PROPAGATED), by_list("pl-1", "tgw"))
        assert list(taken(*routes, lists=(self.entries,), addresses=self.inside)) == ["tgw"]

    def test_static_route_beats_propagated_route(self) -> None:
        routes = (to(self.block, "vgw", origin=PROPAGATED), to(self.block, "igw"))
        assert list(taken(*routes, addresses=self.inside)) == ["igw"]

    def test_overlapping_prefix_list_routes_are_both_candidates(self) -> None:
        lists = (self.entries, PrefixList(prefix_list_id="pl-2", cidrs=blocks_of(self.block, "198.51.100.0/24")))
        both = addresses_of("192.0.2.0/24", "198.51.100.0/24")
        found = taken(by_list("pl-1", "one"), by_list("pl-2", "two"), lists=lists, addresses=both)
        assert found == {"one or two": addresses_of(self.block), "two": addresses_of("198.51.100.0/24")}

    def test_overlapping_prefix_lists_are_reported_as_missing_fact(self) -> None:
        world = world_of(self.entries, PrefixList(prefix_list_id="pl-2", cidrs=blocks_of(self.block)))
        table = read(world, by_list("pl-1", "one"), by_list("pl-2", "two"))
        (branch,) = select_branches(world, table, Destination("there", self.inside), self.inside)
        assert branch.missing is not None
        assert "overlapping prefix lists pl-1 and pl-2" in branch.missing.fact

    def test_prefix_list_route_with_longer_entry_wins(self) -> None:
        lists = (self.entries, PrefixList(prefix_list_id="pl-2", cidrs=blocks_of("192.0.2.0/25")))
        found = taken(by_list("pl-1", "one"), by_list("pl-2", "two"), lists=lists, addresses=self.inside)
        assert list(found) == ["two"]

    def test_entry_shared_by_prefix_lists_is_ambiguous_among_others_of_its_length(self) -> None:
        lists = (
            PrefixList(prefix_list_id="pl-1", cidrs=blocks_of("10.1.0.0/16", "10.2.0.0/16")),
            PrefixList(prefix_list_id="pl-2", cidrs=blocks_of("10.3.0.0/16", "10.1.0.0/16")),
        )
        routes = (by_list("pl-1", "tgw"), by_list("pl-2", "pcx"))
        shared, alone = addresses_of("10.1.0.0/16"), addresses_of("10.2.0.0/16", "10.3.0.0/16")
        assert taken(*routes, lists=lists, addresses=shared) == {"tgw or pcx": shared}
        assert taken(*routes, lists=lists, addresses=alone) == {
            "tgw": addresses_of("10.2.0.0/16"),
            "pcx": addresses_of("10.3.0.0/16"),
        }

    def test_prefix_list_with_duplicate_entry_gives_a_single_route(self) -> None:
        twice = PrefixList(prefix_list_id="pl-1", cidrs=blocks_of(self.block, self.block))
        assert list(taken(by_list("pl-1", "one"), lists=(twice,), addresses=self.inside)) == ["one"]


class TestAwsPrefixListEntries:
    """A list of AWS's for one service holds no address of another service."""

    s3 = PrefixList(
        prefix_list_id="pl-53", prefix_list_name="com.amazonaws.eu-west-1.s3", cidrs=blocks_of("52.218.0.0/17")
    )
    routes = (by_list("pl-53", "vpce"), to("0.0.0.0/0", "nat"))

    def test_aws_prefix_list_matches_its_own_service(self) -> None:
        inside = addresses_of("52.218.0.0/17")
        found = taken(*self.routes, lists=(self.s3,), addresses=inside, prefix_list="pl-53")
        assert list(found) == ["vpce"]

    def test_aws_prefix_list_excludes_addresses_of_other_services(self) -> None:
        found = taken(*self.routes, lists=(self.s3,), addresses=PUBLIC, elsewhere=True, choice=False)
        assert list(found) == ["nat"]

    def test_aws_prefix_list_excludes_service_with_its_own_prefix_list(self) -> None:
        found = taken(*self.routes, lists=(self.s3,), addresses=PUBLIC, prefix_list="pl-dd", choice=False)
        assert list(found) == ["nat"]

    def test_aws_prefix_list_may_match_host_of_arbitrary_address(self) -> None:
        found = taken(*self.routes, lists=(self.s3,), addresses=PUBLIC, choice=False)
        assert found["vpce"] == addresses_of("52.218.0.0/17")


class TestPrefixListsWithoutEntries:
    s3 = PrefixList(prefix_list_id="pl-53", prefix_list_name="com.amazonaws.eu-west-1.s3")
    route = by_list("pl-53", "vpce")

    def found(self, *routes: Route, **of: Any) -> tuple[Branch[Route], ...]:
        world = world_of(self.s3)
        return select_branches(world, read(world, *routes), Destination("there", PUBLIC, **of), PUBLIC)

    def test_prefix_list_without_entries_matches_its_own_service(self) -> None:
        routes = (to("0.0.0.0/0", "nat"), self.route)
        (branch,) = self.found(*routes, prefix_list="pl-53")
        assert branch == Branch(PUBLIC, (self.route,))

    def test_prefix_list_without_entries_excludes_other_aws_services(self) -> None:
        (branch,) = self.found(self.route, to("0.0.0.0/0", "nat"), elsewhere=True)
        assert branch == Branch(PUBLIC, (to("0.0.0.0/0", "nat"),))

    def test_prefix_list_without_entries_may_match_any_other_address(self) -> None:
        default = to("0.0.0.0/0", "nat")
        (branch,) = self.found(self.route, default)
        assert branch.routes == (default, self.route)
        assert branch.missing == Missing("the entries of prefix list pl-53", "ec2:GetManagedPrefixListEntries")

    def test_prefix_list_without_entries_yields_to_a_longer_route(self) -> None:
        longer = to("52.218.0.0/17", "pcx")
        found = self.found(self.route, longer, prefix_list="pl-53")
        assert [branch.routes for branch in found] == [(longer,), (self.route,)]
        assert found[0].addresses == addresses_of("52.218.0.0/17")

    def test_prefix_list_without_entries_is_unused_if_longer_routes_cover_all(self) -> None:
        longer, inside = to("52.128.0.0/9", "pcx"), addresses_of("52.128.0.0/9")
        world = world_of(self.s3)
        destination = Destination("there", inside, prefix_list="pl-53")
        assert select_branches(world, read(world, self.route, longer), destination, inside) == (
            Branch(inside, (longer,)),
        )

    def test_prefix_list_without_entries_beats_a_slash_8_route(self) -> None:
        short = to("52.0.0.0/8", "pcx")
        (branch,) = self.found(self.route, short, prefix_list="pl-53")
        assert branch.routes == (self.route,)

    def test_customer_prefix_list_without_entries_is_undecided(self) -> None:
        world = world_of(PrefixList(prefix_list_id="pl-1", prefix_list_name="offices", owner_id="111122223333"))
        inside = addresses_of("10.0.0.0/16")
        route = by_list("pl-1", "tgw")
        (branch,) = select_branches(world, read(world, route), Destination("there", inside), inside)
        assert branch.routes == (None, route)
        assert branch.missing is not None


def test_route_with_malformed_cidr_is_a_possible_match() -> None:
    world = world_of()
    odd, default = to("10.0.0.0/99", "pcx"), to("0.0.0.0/0", "igw")
    inside = addresses_of("10.0.0.0/8")
    (branch,) = select_branches(world, read(world, odd, default), Destination("there", inside), inside)
    assert branch.routes == (default, odd)
    assert branch.missing == Missing("the route to '10.0.0.0/99', which is no CIDR block")


def test_route_without_destination_is_a_possible_match() -> None:
    world = world_of()
    table = compile_table(
        world, RouteTable(route_table_id="rtb-1", vpc_id="vpc-1", routes=(Route(gateway_id="igw-1"),))
    )
    assert isinstance(table, Compiled)
    (branch,) = select_branches(
        world, table, Destination("there", addresses_of("8.8.8.8/32")), addresses_of("8.8.8.8/32")
    )
    assert branch.missing == Missing("what a route to igw-1 of rtb-1 is for")


def test_route_table_without_routes_is_missing() -> None:
    table = RouteTable(route_table_id="rtb-1", vpc_id="vpc-1")
    assert compile_table(world_of(), table) == Missing("the routes of rtb-1", "ec2:DescribeRouteTables")


def test_route_branch_merges_all_addresses_of_a_route() -> None:
    entries = PrefixList(prefix_list_id="pl-1", cidrs=blocks_of("10.0.0.0/24", "10.0.4.0/22", "10.0.1.0/24"))
    inside = addresses_of("10.0.0.0/16")
    found = taken(by_list("pl-1", "tgw"), to("0.0.0.0/0", "igw"), lists=(entries,), addresses=inside)
    assert found["tgw"] == intersect(inside, addresses_of("10.0.0.0/23", "10.0.4.0/22"))
    assert list(found) == ["tgw", "igw"]


TARGETS = {
    "gateway_id": "igw-1",
    "nat_gateway_id": "nat-1",
    "transit_gateway_id": "tgw-1",
    "vpc_peering_connection_id": "pcx-1",
    "network_interface_id": "eni-1",
    "instance_id": "i-1",
    "egress_only_internet_gateway_id": "eigw-1",
    "carrier_gateway_id": "cagw-1",
    "local_gateway_id": "lgw-1",
    "core_network_arn": "arn:aws:networkmanager::111122223333:core-network/core-network-1",
    "odb_network_arn": "arn:aws:odb:eu-west-1:111122223333:odb-network/odbnet-1",
}


@pytest.mark.parametrize("field", TARGETS)
def test_route_spelling_shows_its_target(field: str) -> None:
    kind: dict[str, Any] = {field: TARGETS[field]}
    route = Route(destination_cidr_block=Ipv4RuleBlock("0.0.0.0/0"), **kind)
    assert spell_route(route) == f"0.0.0.0/0 → {TARGETS[field]}"


def test_route_target_fields_are_all_covered() -> None:
    others = {"destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id", "state", "origin"}
    assert set(Route.__struct_fields__) - others == set(TARGETS)


def test_route_spelling_reports_missing_target() -> None:
    assert spell_route(by_list("pl-1", "")) == "pl-1 → a target that the route does not name"
    assert (
        spell_route(Route(destination_ipv6_cidr_block=Ipv6RuleBlock("::/0"), egress_only_internet_gateway_id="eigw-1"))
        == "::/0 → eigw-1"
    )


def test_blocks_of_addresses_by_different_routes_are_apart() -> None:
    near, far = addresses_of("10.1.0.0/16"), addresses_of("10.3.0.0/16")
    routes = (to("10.1.0.0/16", "tgw"), to("10.2.0.0/15", "pcx"))
    assert taken(*routes, addresses=union(near, far)) == {"tgw": near, "pcx": far}
    assert taken(*routes, addresses=addresses_of("10.2.0.0/16")) == {"pcx": addresses_of("10.2.0.0/16")}
