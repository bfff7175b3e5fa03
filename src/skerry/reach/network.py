"""The way through the network: from a subnet, by its routes and gateways, to a destination, and back.

The filters of the two interfaces at the ends are not part of it, so that it holds for every task in the subnet.
"""

from typing import NamedTuple

import msgspec

from skerry.catalogue.services import endpoint_service, services
from skerry.model.facts import Missing
from skerry.model.network import NatGateway, Route, RouteTable, Subnet
from skerry.model.world import World
from skerry.net.addresses import ANY, address, block, spell
from skerry.net.intervals import Intervals, covers
from skerry.net.packets import Box
from skerry.reach import ports, routing
from skerry.reach.filters import Filters
from skerry.reach.gateways import endpoint_hop, internet_hop, lost, nat_hop, open_question
from skerry.reach.memo import Memo
from skerry.reach.routing import LOCAL, Branch
from skerry.reach.trace import Cut, Destination, Direction, Hop, Leg, Passage, Way

_NAT = "nat"
_ACTIVE, _GONE = "active", "blackhole"
_NAT_INTERFACE = "nat_gateway"


class Start(msgspec.Struct, frozen=True, eq=False, gc=False):
    """Where packets set out: a task's or instance's interface, or a NAT gateway's."""

    subnet: Subnet
    addresses: Intervals
    ports: Intervals
    public: bool | Missing
    what: str = "task"


class Traffic(NamedTuple):
    """What is fixed for a flow."""

    protocol: str
    port: int


# Pieces of the destination's addresses, each with the ways that it may take: one, or one of several.
Fan = tuple[tuple[Passage, ...], ...]


class Network:
    """Finds the ways through one World; every hop is judged once and remembered."""

    def __init__(self, world: World, memo: Memo) -> None:
        self.world = world
        self.memo = memo
        self.filters = Filters(world, memo)

    def fan(self, start: Start, destination: Destination, addresses: Intervals, traffic: Traffic) -> Fan:
        """Every way from the start to these addresses of the destination."""
        if not addresses:
            hop = open_question("interface", "", Missing(f"the IPv4 address of {destination.label}"))
            return ((self._dead_end(start, destination, ANY, traffic, hop),),)
        if destination.subnet == start.subnet.subnet_id:
            # Routes are for what leaves the subnet.
            # https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html
            hop = Hop("subnet", start.subnet.subnet_id, rule="within the subnet")
            return ((self._local(start, destination, addresses, traffic, hop),),)
        found = self._branches(start.subnet, destination, addresses)
        if isinstance(found, Missing):
            hop = open_question("route", "", found)
            return ((self._dead_end(start, destination, addresses, traffic, hop),),)
        result: list[tuple[Passage, ...]] = []
        for branch in found:
            ways = [self._along(start, destination, branch, route, traffic) for route in branch.routes]
            if len(ways) == 1:
                result.extend(ways[0])
            else:
                result.append(tuple(passage for fan in ways for item in fan for passage in item))
        return tuple(result)

    def _branches(self, subnet: Subnet, destination: Destination, addresses: Intervals) -> tuple[Branch, ...] | Missing:
        table = self.world.route_table(subnet)
        if isinstance(table, Missing):
            return table
        whole = self._to_subnet(table, destination, addresses)
        if whole is not None:
            return (Branch(addresses, whole.routes),)
        exact = ("route", table.route_table_id, destination, addresses)
        return self.memo.once(exact, lambda: self._in_table(table, destination, addresses))

    def _to_subnet(self, table: RouteTable, destination: Destination, addresses: Intervals) -> Branch | None:
        """The route to another subnet, where it is one for all of it, and so for each address there."""
        subnet = self.world.subnets.get(destination.subnet or "")
        found = block(subnet.cidr_block or "") if subnet else None
        if subnet is None or found is None or not covers(found.addresses, addresses):
            return None
        block_of = Destination(subnet.subnet_id, found.addresses, subnet=subnet.subnet_id)
        key = ("to subnet", table.route_table_id, subnet.subnet_id)
        whole = self.memo.once(key, lambda: self._in_table(table, block_of, found.addresses))
        if isinstance(whole, Missing) or len(whole) > 1 or whole[0].missing is not None:
            return None
        return whole[0]

    def _in_table(
        self, table: RouteTable, destination: Destination, addresses: Intervals
    ) -> tuple[Branch, ...] | Missing:
        rows = self.memo.once(("table", table.route_table_id), lambda: routing.compiled(self.world, table))
        return rows if isinstance(rows, Missing) else routing.branches(self.world, rows, destination, addresses)

    def _along(
        self, start: Start, destination: Destination, branch: Branch, route: Route | None, traffic: Traffic
    ) -> Fan:
        table = self.world.route_table(start.subnet)
        assert not isinstance(table, Missing)  # noqa: S101 -- _branches has read it
        addresses = branch.addresses
        if route is None or route.state == _GONE:
            hop = _no_way(table, route, destination)
            return ((self._dead_end(start, destination, addresses, traffic, hop),),)
        hop = Hop("route", table.route_table_id, rule=routing.spell(route))
        doubt = branch.missing
        if route.state != _ACTIVE:
            doubt = Missing(f"what a route in state {route.state} does", "ec2:DescribeRouteTables")
        if doubt is not None:
            hop = open_question("route", table.route_table_id, doubt, hop.rule)
        gateway = route.gateway_id or ""
        if gateway == LOCAL:
            return ((self._local(start, destination, addresses, traffic, hop),),)
        if route.nat_gateway_id is not None:
            return self._by_nat(start, destination, addresses, traffic, hop, route.nat_gateway_id)
        if gateway.startswith("vpce-"):
            last = endpoint_hop(self.world, gateway)
            if start.what == _NAT and last.clean:
                # No page of AWS says that a gateway endpoint takes what comes from a NAT gateway in its VPC.
                text = f"{gateway} is taken to serve what comes through a NAT gateway"
                last = Hop("endpoint", gateway, rule=text, grade="inferred")
        elif gateway.startswith("igw-"):
            last = internet_hop(self.world, gateway, start.subnet.vpc_id, addresses, public=start.public)
        else:
            beyond = routing.target(route)
            last = open_question("gateway", beyond, Missing(f"what lies behind {beyond}"))
        there = (self._acl(start.subnet, "out", "there", addresses, traffic.protocol, _one(traffic)), hop, last)
        back = self._edge(gateway, start, destination)
        back += (self._acl(start.subnet, "in", "back", addresses, traffic.protocol, start.ports),)
        way = Way(Box(start.addresses, addresses, start.ports), there, back)
        return ((Passage.of((way,), destination, None),),)

    def _is_nat(self, destination: Destination) -> bool:
        """A NAT gateway's own interface: https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html."""
        interface = self.world.network_interfaces.get(destination.interface or "")
        return interface is not None and interface.interface_type == _NAT_INTERFACE

    def _dead_end(
        self, start: Start, destination: Destination, addresses: Intervals, traffic: Traffic, *hops: Hop
    ) -> Passage:
        """The path ends here; the source's own filters are judged all the same, both ways."""
        leave, back = self.own_filters(start, addresses, traffic)
        way = Way(Box(start.addresses, addresses, start.ports), (*leave, *hops), back)
        return Passage.of((way,), destination, None)

    def own_filters(
        self, start: Start, addresses: Intervals, traffic: Traffic
    ) -> tuple[tuple[Hop, ...], tuple[Hop, ...]]:
        """The network ACL of the source's own subnet, there and back; none for what stays in the subnet."""
        own = block(start.subnet.cidr_block or "")
        if own is not None and covers(own.addresses, addresses):
            return (), ()
        leave = self._acl(start.subnet, "out", "there", addresses, traffic.protocol, _one(traffic))
        back = self._acl(start.subnet, "in", "back", addresses, traffic.protocol, start.ports)
        return (leave,), (back,)

    def _local(
        self, start: Start, destination: Destination, addresses: Intervals, traffic: Traffic, hop: Hop
    ) -> Passage:
        guard = destination.groups
        subnet = self._subnet_of(start, destination, addresses)
        if not isinstance(subnet, Missing) and subnet.vpc_id != start.subnet.vpc_id:
            # The address of an interface of another VPC, and one of this VPC too: packets stay in this one.
            guard = Missing(
                f"which interface of {start.subnet.vpc_id} has {spell(addresses)}", "ec2:DescribeNetworkInterfaces"
            )
            subnet = self._by_address(start, addresses)
        if isinstance(subnet, Missing):
            there: tuple[Hop, ...] = (hop, open_question("interface", "", subnet))
            back: tuple[Hop, ...] = ()
        else:
            there, back = self._between(start, subnet, addresses, traffic, hop)
        if self._is_nat(destination):
            name = destination.interface or ""
            message = f"{name} is a NAT gateway's: it accepts no connection"
            there, guard = (*there, lost("interface", name, "NGW_ACCEPTS_NO_CONNECTION", message)), None
        way = Way(Box(start.addresses, addresses, start.ports), there, back)
        return Passage.of((way,), destination, guard)

    def _between(
        self, start: Start, end: Subnet, addresses: Intervals, traffic: Traffic, hop: Hop
    ) -> tuple[tuple[Hop, ...], tuple[Hop, ...]]:
        """The hops between two subnets of a VPC; within one subnet no network ACL is asked.

        https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
        """
        if end.subnet_id == start.subnet.subnet_id:
            return (hop,), ()
        replies = self._reply(end, start)
        leave, enter, answer, back = self._filters_between(start, end, addresses, traffic)
        return (leave, hop, enter), (answer, *replies, back)

    def _filters_between(
        self, start: Start, end: Subnet, addresses: Intervals, traffic: Traffic
    ) -> tuple[Hop, Hop, Hop, Hop]:
        """The network ACLs of both subnets, there and back; where no entry asks for an address, asked once."""
        key = ("between", start, end.subnet_id, traffic)
        for_any = self.memo.once(key, lambda: self._ask_between(start, end, ANY, traffic))
        if for_any[0].by_one_rule and for_any[3].by_one_rule:
            return for_any
        return self._ask_between(start, end, addresses, traffic)

    def _ask_between(
        self, start: Start, end: Subnet, addresses: Intervals, traffic: Traffic
    ) -> tuple[Hop, Hop, Hop, Hop]:
        protocol, called = traffic.protocol, _one(traffic)
        return (
            self._acl(start.subnet, "out", "there", addresses, protocol, called),
            self._acl(end, "in", "there", start.addresses, protocol, called),
            self._acl(end, "out", "back", start.addresses, protocol, start.ports),
            self._acl(start.subnet, "in", "back", addresses, protocol, start.ports),
        )

    def _by_nat(
        self,
        start: Start,
        destination: Destination,
        addresses: Intervals,
        traffic: Traffic,
        hop: Hop,
        nat_id: str,
    ) -> Fan:
        """Through a NAT gateway: a second segment starts at its own interface, in its own subnet."""
        nat = self.world.nat_gateways.get(nat_id)
        state = nat_hop(self.world, nat_id, nat)
        found = self._nat_start(nat) if nat is not None and state.clean else state
        if isinstance(found, Missing):
            found = open_question("gateway", nat_id, found)
        if isinstance(found, Start) and start.what == _NAT:
            found = _no_exit(nat_id, start, found)
        if isinstance(found, Hop):
            return ((self._dead_end(start, destination, addresses, traffic, hop, found),),)
        there, back = self._between(start, found.subnet, addresses, traffic, hop)
        return tuple(
            tuple(_prefixed(start, (*there, state), back, passage, destination) for passage in item)
            for item in self.fan(found, destination, addresses, traffic)
        )

    def _nat_start(self, nat: NatGateway) -> Start | Missing:
        known = nat.nat_gateway_addresses
        rows = known if isinstance(known, tuple) else ()
        subnet = self.world.subnet(nat.subnet_id or "")
        if isinstance(subnet, Missing) or not rows:
            return Missing(f"the subnet and addresses of {nat.nat_gateway_id}", "ec2:DescribeNatGateways")
        own = address(rows[0].private_ip or "") or (
            found.addresses if (found := block(subnet.cidr_block or "")) else ()
        )
        public = any(row.public_ip is not None for row in rows)
        return Start(subnet, own, ports.NAT, public, _NAT)

    def _subnet_of(self, start: Start, destination: Destination, addresses: Intervals) -> Subnet | Missing:
        if destination.subnet is not None:
            return self.world.subnet(destination.subnet)
        return self._by_address(start, addresses)

    def _by_address(self, start: Start, addresses: Intervals) -> Subnet | Missing:
        for subnet in self.world.subnets_in(start.subnet.vpc_id):
            found = block(subnet.cidr_block or "")
            if found is not None and covers(found.addresses, addresses):
                return subnet
        return Missing(f"which subnet of {start.subnet.vpc_id} {spell(addresses)} is in")

    def _reply(self, end: Subnet, start: Start) -> tuple[Hop, ...]:
        """The route of the replies: no hop where it is ``local``, as nearly always."""
        key = ("reply", end.subnet_id, start)
        return self.memo.once(key, lambda: self._reply_hops(end, start))

    def _reply_hops(self, end: Subnet, start: Start) -> tuple[Hop, ...]:
        home = Destination(start.subnet.subnet_id, start.addresses, subnet=start.subnet.subnet_id)
        found = self._branches(end, home, home.addresses)
        if isinstance(found, Missing):
            return (open_question("route", "", found, leg="back"),)
        table = self.world.route_table(end)
        name = "" if isinstance(table, Missing) else table.route_table_id
        hops = []
        for branch in found:
            for route in branch.routes:
                if route is not None and route.gateway_id == LOCAL and branch.missing is None:
                    continue
                if branch.missing is None and (route is None or route.state == _GONE):
                    hops.append(lost_reply(name, route, branch.addresses))
                    continue
                what = routing.target(route) if route else "no route"
                fact = branch.missing or Missing(f"what becomes of replies that leave {end.subnet_id} by {what}")
                hops.append(open_question("route", what, fact, leg="back", source=branch.addresses))
        return tuple(hops)

    def _edge(self, gateway: str, start: Start, destination: Destination) -> tuple[Hop, ...]:
        """An internet gateway with a route table of its own may send what comes back elsewhere."""
        table = self.world.edge_route_table(gateway)
        if table is None:
            return ()
        home = Destination(start.subnet.subnet_id, start.addresses, subnet=start.subnet.subnet_id)
        found = self._in_table(table, home, start.addresses)
        if not isinstance(found, Missing) and all(
            route is None or route.gateway_id == LOCAL for branch in found for route in branch.routes
        ):
            return ()
        fact = Missing(f"where {table.route_table_id} of {gateway} sends what comes back for {destination.label}")
        return (open_question("route", table.route_table_id, fact, leg="back"),)

    def _acl(
        self, subnet: Subnet, direction: Direction, leg: Leg, remote: Intervals, protocol: str, numbers: Intervals
    ) -> Hop:
        acl = self.world.network_acl(subnet.subnet_id)
        return self.filters.acl(acl, direction, leg, protocol, remote, numbers)


def _one(traffic: Traffic) -> Intervals:
    return ((traffic.port, traffic.port),)


def _prefixed(
    start: Start, there: tuple[Hop, ...], back: tuple[Hop, ...], rest: Passage, destination: Destination
) -> Passage:
    """The ways of a NAT gateway's own interface, with the way to it before them."""
    way = Way(Box(start.addresses, rest.ways[0].packets.destination, start.ports), there, back)
    return Passage.of((way, *rest.ways), destination, rest.guard)


def _no_way(table: RouteTable, route: Route | None, destination: Destination) -> Hop:
    name = table.route_table_id
    if route is None:
        message = f"{name} has no route to {destination.label}{_no_endpoint(destination)}"
        return lost("route", name, "NO_ROUTE_TO_DESTINATION", message)
    rule = routing.spell(route)
    message = f"{name} drops what is for {destination.label}: its route {rule} is a black hole"
    return lost("route", name, "BAD_STATE_ROUTE", message, rule)


def lost_reply(table: str, route: Route | None, addresses: Intervals) -> Hop:
    """Replies that go nowhere."""
    rule = routing.spell(route) if route else ""
    code = "BAD_STATE_ROUTE" if route else "NO_ROUTE_TO_DESTINATION"
    why = f"its route {rule} is a black hole" if route else "it has no route to them"
    hop = lost("route", table, code, f"{table} drops replies to {spell(addresses)}: {why}", rule, Cut(source=addresses))
    return msgspec.structs.replace(hop, leg="back")


def _no_endpoint(destination: Destination) -> str:
    """What would serve an isolated subnet, and is not there."""
    ref = destination.service
    if ref is None:
        return ""
    if "Gateway" in services()[ref.key].types:
        return f", and no gateway endpoint {endpoint_service(ref, 'Gateway')} is associated with it"
    return f", and no endpoint {endpoint_service(ref)} answers for the name"


def _no_exit(nat_id: str, start: Start, found: Start) -> Hop:
    """A NAT gateway behind a NAT gateway: behind itself it is no exit, behind another nothing is documented."""
    if found.subnet.subnet_id == start.subnet.subnet_id:
        message = f"{nat_id} stands in {found.subnet.subnet_id}, whose own default route leads back to it"
        return lost("gateway", nat_id, "NGW_HAS_NO_EXIT", message)
    return open_question("gateway", nat_id, Missing(f"what becomes of traffic from one NAT gateway to {nat_id}"))
