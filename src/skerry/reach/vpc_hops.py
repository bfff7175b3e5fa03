"""Within a VPC: the routes of subnets, their network ACLs, and the way of replies."""

from abc import ABC, abstractmethod

import msgspec
from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import Route, RouteTable, Subnet
from skerry.model.route_targets import LOCAL, InternetGatewayTarget, LocalTarget, RouteTarget, spell_target
from skerry.model.world import World
from skerry.net.addresses import PUBLIC, PUBLIC_IPV6, spell, whole_family_of
from skerry.net.intervals import Intervals, covers, intersect, union
from skerry.net.packets import Box
from skerry.reach import routing
from skerry.reach.cache import Memo
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.origin import Fan, Start, Step, Traffic, place_of
from skerry.reach.routing import Branch
from skerry.reach.security_filters import Filters
from skerry.reach.subnets import block_of
from skerry.reach.trace import Cut, Destination, Direction, Hop, Leg, PacketPath, PathPart

GONE = "blackhole"
Hops = tuple[Hop, ...]


class VpcPaths(ABC):
    """Judges what is in the VPCs of one World; every hop is judged once and remembered."""

    def __init__(self, world: World, memo: Memo) -> None:
        self.world = world
        self.memo = memo
        self.filters = Filters(world, memo)
        # Tables are read once even with the cache off: their routes are the user's, and no judgement.
        self._tables = Memo()

    @abstractmethod
    def fan(self, start: Start, destination: Destination, addresses: Intervals, traffic: Traffic) -> Fan:
        """Return every way from the start to these addresses of the destination."""

    @abstractmethod
    def arrive(self, step: Step) -> PacketPath:
        """Return the last stretch: from where packets are in a VPC to an interface of the same VPC."""

    @abstractmethod
    def entered(self, start: Start, end: Subnet, step: Step) -> tuple[Hops, Hops]:
        """Return the hops to a subnet, and back, of packets that came from another VPC."""

    def branches(
        self, subnet: Subnet, destination: Destination, addresses: Intervals
    ) -> tuple[Branch[Route], ...] | Missing:
        """Return the routes that packets for these addresses take in a subnet."""
        table = self.world.route_table_of(subnet)
        if isinstance(table, Missing):
            return table
        subnet_branch = self._to_subnet(table, destination, addresses)
        if subnet_branch is not None:
            return (Branch(addresses, subnet_branch.routes),)
        exact = ("route", table.route_table_id, destination, addresses)
        return self.memo.once(exact, lambda: self.in_table(table, destination, addresses))

    def _to_subnet(self, table: RouteTable, destination: Destination, addresses: Intervals) -> Branch[Route] | None:
        """Return the route to another subnet, where it is one for all of it, and so for each address there."""
        subnet = self.world.subnets.get(destination.subnet or "")
        block = block_of(subnet, addresses) if subnet else ()
        if subnet is None or not block or not covers(block, addresses):
            return None
        key = ("to subnet", table.route_table_id, subnet.subnet_id, block)
        return self.memo.once(key, lambda: self._to_whole_subnet(table, subnet, block))

    def _to_whole_subnet(self, table: RouteTable, subnet: Subnet, block: Intervals) -> Branch[Route] | None:
        branches = self.in_table(table, Destination(subnet.subnet_id, block, subnet=subnet.subnet_id), block)
        if isinstance(branches, Missing) or len(branches) > 1 or branches[0].missing is not None:
            return None
        return branches[0]

    def in_table(
        self, table: RouteTable, destination: Destination, addresses: Intervals
    ) -> tuple[Branch[Route], ...] | Missing:
        """Return the routes of one table that packets for these addresses take."""
        rows = self._tables.once(table.route_table_id, lambda: routing.compile_table(self.world, table))
        return rows if isinstance(rows, Missing) else routing.select_branches(self.world, rows, destination, addresses)

    def route_hop(self, table: RouteTable, route: Route, subnet: Subnet) -> Hop:
        """Return the hop of a route for packets of a subnet; paths over one route share it."""

        def make() -> Hop:
            rule, to = routing.spell_route(route), spell_target(route.target)
            return Hop("route", table.route_table_id, rule=rule, at=place_of(subnet), to=to)

        return self.memo.once(("route hop", table.route_table_id, route, subnet.subnet_id), make)

    def acl(
        self, subnet: Subnet, direction: Direction, leg: Leg, remote: Intervals, protocol: str, numbers: Intervals
    ) -> Hop:
        """Return the packets that a subnet's network ACL keeps of a flow."""
        acl = self.world.network_acl_of(subnet.subnet_id)
        hop = self.filters.acl(acl, direction, leg, protocol, remote, numbers)
        return set_place(hop, subnet)

    def leave(self, start: Start, addresses: Intervals, traffic: Traffic) -> Hop:
        """Return the network ACL of the subnet that packets set out in, on their way out."""
        return self.acl(start.subnet, "out", "there", addresses, traffic.protocol, traffic.ports)

    def back(self, start: Start, addresses: Intervals, traffic: Traffic) -> Hop:
        """Return the same network ACL, for the replies that come in."""
        return self.acl(start.subnet, "in", "back", addresses, traffic.protocol, start.ports)

    def homeward(self, start: Start, addresses: Intervals, traffic: Traffic) -> Hops:
        """Return the network ACLs for replies in the subnets of the source, in the VPC before this one.

        Skip the attachment's own subnet: packets from the transit gateway bypass that subnet's ACL.
        """
        if start.came is None or start.came.attachments is None:
            return ()
        home, (_, theirs) = start.came.home, start.came.attachments
        more = self.homeward(home, addresses, traffic)
        if theirs.subnet_ids is not UNSET and home.subnet.subnet_id in theirs.subnet_ids:
            return more
        return (self.back(home, addresses, traffic), *more)

    def own_filters(self, start: Start, addresses: Intervals, traffic: Traffic) -> tuple[Hops, Hops]:
        """Return the network ACLs of the source's own subnets, there and back; none for what stays in the subnet."""
        home = self.homeward(start, addresses, traffic)
        own = block_of(start.subnet, addresses)
        if own and covers(own, addresses):
            return (), home
        return (self.leave(start, addresses, traffic),), (self.back(start, addresses, traffic), *home)

    def dead_end(
        self, start: Start, destination: Destination, addresses: Intervals, traffic: Traffic, *hops: Hop
    ) -> Fan:
        """Return a path that ends here, with the source's own filters judged in both directions."""
        leave, back = self.own_filters(start, addresses, traffic)
        way = PathPart(Box(start.addresses, addresses, start.ports), (*leave, *hops), back)
        return ((PacketPath.of((way,), None, choice=destination.choice),),)

    def between(self, step: Step, end: Subnet) -> tuple[Hops, Hops]:
        """Return the hops between two subnets of a VPC; within one subnet no network ACL is asked.

        https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
        """
        start = step.start
        if start.came is not None:
            return self.entered(start, end, step)
        if end.subnet_id == start.subnet.subnet_id:
            return (step.hop,), ()
        key = ("between", start, end.subnet_id, step.traffic, step.hop)
        for_any = self.memo.once(key, lambda: self._between_for_any(step, end))
        if for_any is not None:
            return for_any
        return self._join_between(step, end, self._ask_between(start, end, step.addresses, step.traffic))

    def _between_for_any(self, step: Step, end: Subnet) -> tuple[Hops, Hops] | None:
        """Return the hops for any address, if no entry of the network ACLs asks for one."""
        family = whole_family_of(step.addresses)
        filters = self._ask_between(step.start, end, family, step.traffic)
        return self._join_between(step, end, filters) if filters[0].by_one_rule and filters[3].by_one_rule else None

    def _join_between(self, step: Step, end: Subnet, filters: tuple[Hop, Hop, Hop, Hop]) -> tuple[Hops, Hops]:
        leave, enter, answer, back = filters
        return (leave, step.hop, enter), (answer, *self._reply(end, step.start), back)

    def _ask_between(
        self, start: Start, end: Subnet, addresses: Intervals, traffic: Traffic
    ) -> tuple[Hop, Hop, Hop, Hop]:
        """Return the network ACLs of both subnets, there and back."""
        protocol, called = traffic.protocol, traffic.ports
        return (
            self.leave(start, addresses, traffic),
            self.acl(end, "in", "there", start.addresses, protocol, called),
            self.acl(end, "out", "back", start.addresses, protocol, start.ports),
            self.back(start, addresses, traffic),
        )

    def _reply(self, end: Subnet, start: Start) -> Hops:
        """Return the route of the replies; no hop if it is ``local``, as nearly always."""
        return self.memo.once(("reply", end.subnet_id, start), lambda: self.reply_hops(end, start, LOCAL))

    def reply_hops(self, end: Subnet, start: Start, by: RouteTarget) -> Hops:
        """Return the hops of replies in the subnet at the end of a path, if they do not leave as the packets came.

        ``by``: the required target of their route, ``local`` or the gateway that the packets came by.
        """
        origin = start.origin.subnet_id
        home = Destination(origin, start.addresses, subnet=origin)
        branches = self.branches(end, home, home.addresses)
        if isinstance(branches, Missing):
            return (set_place(make_undecided_hop("route", "", branches, leg="back"), end),)
        table = self.world.route_table_of(end)
        assert not isinstance(table, Missing)  # noqa: S101 -- branches has read it
        hops = reply_hops_of(branches, table.route_table_id, end.subnet_id, by)
        return tuple(set_place(hop, end) for hop in hops)

    def edge(self, gateway: str, start: Start, destination: Destination) -> Hops:
        """Return the hop of an internet gateway with a route table, which may send replies elsewhere."""
        table = self.world.edge_route_table_of(gateway)
        if table is None:
            return ()
        home = Destination(start.subnet.subnet_id, start.addresses, subnet=start.subnet.subnet_id)
        branches = self.in_table(table, home, start.addresses)
        if not isinstance(branches, Missing) and all(
            route is None or isinstance(route.target, LocalTarget) for branch in branches for route in branch.routes
        ):
            return ()
        fact = Missing(f"where {table.route_table_id} of {gateway} sends what comes back for {destination.label}")
        return (make_undecided_hop("route", table.route_table_id, fact, leg="back"),)


def set_place(hop: Hop, subnet: Subnet) -> Hop:
    """Return the hop in a subnet."""
    return msgspec.structs.replace(hop, at=place_of(subnet))


def reply_hops_of(branches: tuple[Branch[Route], ...], table: str, place: str, by: RouteTarget) -> Hops:
    """Return the hops of replies by these routes of a table: see `VpcPaths.reply_hops`."""
    hops = []
    for branch in branches:
        for route in branch.routes:
            if route is not None and branch.missing is None and _leads(route, by):
                continue
            if branch.missing is None and (route is None or route.state == GONE):
                hops.append(make_lost_reply(table, route, branch.addresses))
                continue
            if branch.missing is None and route is not None and _to_internet(route, branch.addresses):
                hops.append(_lost_to_internet(table, route, branch.addresses))
                continue
            what = spell_target(route.target) if route else "no route"
            fact = branch.missing or Missing(f"what becomes of replies that leave {place} by {what}")
            hops.append(make_undecided_hop("route", what, fact, leg="back", source=branch.addresses))
    return tuple(hops)


def _leads(route: Route, by: RouteTarget) -> bool:
    return route.target == by and (by == LOCAL or route.state != GONE)


def _to_internet(route: Route, addresses: Intervals) -> bool:
    private = not intersect(addresses, union(PUBLIC, PUBLIC_IPV6))
    return isinstance(route.target, InternetGatewayTarget) and private


def _lost_to_internet(table: str, route: Route, addresses: Intervals) -> Hop:
    """Return the hop for replies to private addresses by an internet gateway; it forwards only to public ones."""
    rule, gateway = routing.spell_route(route), spell_target(route.target)
    message = f"{table} sends replies to {spell(addresses)} to {gateway}, which drops what is for private addresses"
    code = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"
    hop = make_lost_hop("route", table, code, message, rule, Cut(source=addresses))
    return msgspec.structs.replace(hop, leg="back")


def make_lost_reply(table: str, route: Route | None, addresses: Intervals) -> Hop:
    """Return a lost hop for replies without a route."""
    rule = routing.spell_route(route) if route else ""
    code = "BAD_STATE_ROUTE" if route else "NO_ROUTE_TO_DESTINATION"
    why = f"its route {rule} is a black hole" if route else "it has no route to them"
    hop = make_lost_hop(
        "route", table, code, f"{table} drops replies to {spell(addresses)}: {why}", rule, Cut(source=addresses)
    )
    return msgspec.structs.replace(hop, leg="back")


def join_passage(start: Start, there: Hops, back: Hops, onward: PacketPath) -> PacketPath:
    """Return a passage that goes on with the same packets after these hops."""
    first = onward.ways[0]
    box = Box(start.addresses, first.packets.destination, start.ports)
    way = PathPart(box, there + first.there, first.back + back)
    return PacketPath.of((way, *onward.ways[1:]), onward.guard, choice=onward.choice)


def join_fan(start: Start, there: Hops, back: Hops, fan: Fan) -> Fan:
    """Return every passage of a fan, after these hops."""
    return tuple(tuple(join_passage(start, there, back, passage) for passage in item) for item in fan)
