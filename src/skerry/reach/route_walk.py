"""The walk by routes: from a subnet through its route table and gateways to a destination, and back.

The filters of the two interfaces at the ends are not part of it, so that it holds for every task in the subnet.
"""

from typing import Literal, TypeAlias, assert_never

import msgspec

from skerry.catalogue.cross_region import has_cross_region_endpoints
from skerry.catalogue.services import endpoint_service_name_of, service_of
from skerry.model.facts import Missing
from skerry.model.network import Route, RouteTable, Subnet
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
    spell_target,
)
from skerry.model.world import World
from skerry.net.addresses import is_ipv6, spell, whole_family_of
from skerry.net.intervals import EMPTY, Intervals, covers
from skerry.net.packets import Box
from skerry.reach import routing
from skerry.reach.absent_addresses import refuse_absent
from skerry.reach.gateways import (
    judge_egress_only_gateway,
    judge_gateway_endpoint,
    judge_internet_gateway,
    judge_vpn_gateway,
    make_lost_hop,
    make_undecided_hop,
)
from skerry.reach.nat import NAT, accepts_nothing, walk_through_nat
from skerry.reach.origin import Fan, Start, Step, Traffic, guard_of, place_of
from skerry.reach.routing import Branch
from skerry.reach.subnets import block_of, subnet_of
from skerry.reach.trace import AbsentEndpoint, Destination, Hop, HopPlace, PacketPath, PathPart, Piece
from skerry.reach.vpc_hops import GONE, Hops, VpcPaths, set_place

_ACTIVE = "active"
_ENDPOINT = "vpc_endpoint"

_Exit: TypeAlias = (
    InternetGatewayTarget
    | EgressOnlyGatewayTarget
    | VpnGatewayTarget
    | CarrierGatewayTarget
    | LocalGatewayTarget
    | CoreNetworkTarget
    | OdbNetworkTarget
    | UnknownGatewayTarget
    | Missing
)


class Network(VpcPaths):
    """Finds the ways through one World."""

    def fan(self, start: Start, destination: Destination, addresses: Intervals, traffic: Traffic) -> Fan:
        """Return every way from the start to these addresses of the destination."""
        if not addresses:
            hop = make_undecided_hop("interface", "", Missing(f"the address of {destination.label}"))
            return self.dead_end(start, destination, whole_family_of(start.addresses), traffic, hop)
        if is_ipv6(addresses) != is_ipv6(start.addresses):
            message = f"{start.subnet.subnet_id} and {destination.label} have no addresses of one family"
            hop = make_lost_hop("subnet", start.subnet.subnet_id, "NO_COMMON_ADDRESS_FAMILY", message)
            return self.dead_end(start, destination, addresses, traffic, hop)
        own = block_of(start.subnet, addresses) if destination.subnet is None else EMPTY
        if destination.subnet == start.subnet.subnet_id or (own and covers(own, addresses)):
            # Routes are for what leaves the subnet.
            # https://docs.aws.amazon.com/vpc/latest/userguide/gateway-route-tables.html
            hop = Hop("subnet", start.subnet.subnet_id, rule="within the subnet", at=place_of(start.subnet))
            return ((self.arrive(Step(start, destination, addresses, traffic, hop)),),)
        branches = self.branches(start.subnet, destination, addresses)
        if isinstance(branches, Missing):
            hop = set_place(make_undecided_hop("route", "", branches), start.subnet)
            return self.dead_end(start, destination, addresses, traffic, hop)
        result: list[tuple[PacketPath, ...]] = []
        for branch in branches:
            ways = [self._along(start, destination, branch, route, traffic) for route in branch.routes]
            if len(ways) == 1:
                result.extend(ways[0])
            else:
                result.append(tuple(passage for fan in ways for item in fan for passage in item))
        return tuple(result)

    def _along(
        self, start: Start, destination: Destination, branch: Branch[Route], route: Route | None, traffic: Traffic
    ) -> Fan:
        table = self.world.route_table_of(start.subnet)
        assert not isinstance(table, Missing)  # noqa: S101 -- branches has read it
        addresses = branch.addresses
        if route is None or route.state == GONE:
            hop = set_place(_no_way(self.world, table, route, destination), start.subnet)
            return self.dead_end(start, destination, addresses, traffic, hop)
        hop = self.route_hop(table, route, start.subnet)
        doubt = branch.missing
        if route.state != _ACTIVE:
            doubt = Missing(f"what a route in state {route.state} does", "ec2:DescribeRouteTables")
        if doubt is not None:
            undecided = make_undecided_hop("route", table.route_table_id, doubt, hop.rule)
            hop = msgspec.structs.replace(undecided, at=hop.at, to=hop.to)
        step = Step(start, destination, addresses, traffic, hop)
        return self._through(step, route.target)

    def _through(self, step: Step, target: RouteTarget) -> Fan:
        """Walk to or through the target of a route, to wherever the path ends."""
        match target:
            case LocalTarget():
                return ((self.arrive(step),),)
            case NatGatewayTarget():
                return walk_through_nat(self, step, target.id)
            case TransitGatewayTarget():
                from skerry.reach import transit  # noqa: PLC0415 -- most networks have no such route

                return transit.walk_through_transit_gateway(self, step, target.id)
            case PeeringTarget():
                from skerry.reach import peering  # noqa: PLC0415 -- most networks have no such route

                return peering.walk_through_peering(self, step, target.id)
            case InterfaceTarget() | InstanceTarget():
                from skerry.reach.appliances import walk_through_interface  # noqa: PLC0415 -- most have no such route

                return walk_through_interface(self, step, target)
            case EndpointTarget():
                return self._through_endpoint(step, target)
            case _:
                return self._out(step, spell_target(target), self._exit(step, target))

    def _exit(self, step: Step, target: _Exit) -> Hop:
        """Return the hop of a gateway that leads out of the VPC."""
        subnet = step.start.subnet
        match target:
            case InternetGatewayTarget():
                return self._to_internet(step, target.id)
            case EgressOnlyGatewayTarget():
                return judge_egress_only_gateway(self.world, target.id, subnet, step.addresses)
            case VpnGatewayTarget():
                return judge_vpn_gateway(self.world, target.id, subnet.vpc_id)
            case (
                CarrierGatewayTarget()
                | LocalGatewayTarget()
                | CoreNetworkTarget()
                | OdbNetworkTarget()
                | UnknownGatewayTarget()
                | Missing()
            ):
                beyond = spell_target(target)
                return make_undecided_hop("gateway", beyond, Missing(f"the network beyond {beyond}"))
            case _:
                assert_never(target)

    def _through_endpoint(self, step: Step, target: EndpointTarget) -> Fan:
        endpoint_id = target.id
        endpoint = self.world.vpc_endpoints.get(endpoint_id)
        if endpoint is not None and endpoint.vpc_endpoint_type == "GatewayLoadBalancer":
            from skerry.reach.appliances import walk_through_firewall  # noqa: PLC0415 -- most networks have none

            return walk_through_firewall(self, step, endpoint)
        start, last = step.start, judge_gateway_endpoint(self.world, endpoint_id)
        if start.came is not None and last.clean:
            # https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html#gateway-endpoint-considerations
            message = f"{endpoint_id} serves only its own VPC, not what comes by {start.came.by.id}"
            last = make_lost_hop("endpoint", endpoint_id, "VPCE_GATEWAY_EGRESS_SOURCE_ADDRESS_RESTRICTION", message)
        elif start.what == NAT and last.clean:
            # AWS does not document whether a gateway endpoint accepts packets from a NAT gateway in its VPC.
            text = f"{endpoint_id} is taken to serve what comes through a NAT gateway"
            last = Hop("endpoint", endpoint_id, rule=text, grade="inferred")
        return self._out(step, endpoint_id, last)

    def _out(self, step: Step, gateway: str, last: Hop) -> Fan:
        """Walk out of the VPC by a gateway; nothing is followed beyond it."""
        start = step.start
        leave = self.leave(start, step.addresses, step.traffic)
        home = self.homeward(start, step.addresses, step.traffic)
        back = (*self.edge(gateway, start, step.destination), self.back(start, step.addresses, step.traffic), *home)
        last = msgspec.structs.replace(last, at=HopPlace(start.subnet.vpc_id))
        way = PathPart(Box(start.addresses, step.addresses, start.ports), (leave, step.hop, last), back)
        return ((PacketPath.of((way,), None, choice=step.destination.choice),),)

    def _to_internet(self, step: Step, gateway: str) -> Hop:
        start = step.start
        last = judge_internet_gateway(
            self.world, gateway, start.subnet, step.addresses, public=start.public, only_out=start.what == NAT
        )
        if start.what == NAT and start.public is False and last.lost:
            # The cause is the NAT gateway, not the gateway that drops its packets.
            nat = start.passed[-1].id
            message = f"{nat} is a private NAT gateway: {gateway} drops what comes from it"
            return make_lost_hop("gateway", nat, "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS", message)
        return last

    def entered(self, start: Start, end: Subnet, step: Step) -> tuple[Hops, Hops]:
        """Return the hops to a subnet, and back, of packets that came from another VPC."""
        if start.what == "peering":
            from skerry.reach import peering  # noqa: PLC0415 -- only for packets of peering connections

            return peering.peering_entry_hops_of(self, start, end, step)
        from skerry.reach import transit_return  # noqa: PLC0415 -- only for packets of transit gateways

        return transit_return.transit_entry_hops_of(self, start, end, step)

    def arrive(self, step: Step) -> PacketPath:
        """Return the last stretch: from where packets are in a VPC to an interface of the same VPC."""
        start, destination = step.start, step.destination
        subnet = self._subnet_of(step)
        at = None if isinstance(subnet, Missing) else place_of(subnet)
        private_link = start.came is not None and self._is_endpoint(destination)
        guard = guard_of(start, destination.groups, private_link=private_link, at=at)
        if not isinstance(subnet, Missing) and subnet.vpc_id != start.subnet.vpc_id:
            # The address of an interface of another VPC, and one of this VPC too: packets stay in this one.
            fact = f"which interface of {start.subnet.vpc_id} has {spell(step.addresses)}"
            guard = guard_of(start, Missing(fact, "ec2:DescribeNetworkInterfaces"))
            subnet = self._by_address(step)
        refuses = refuse_absent(destination) or accepts_nothing(self, destination)
        if isinstance(subnet, Missing):
            # An address that no interface has needs no subnet.
            there: Hops = (step.hop, *(() if refuses else (make_undecided_hop("interface", "", subnet),)))
            back: Hops = ()
        else:
            there, back = self.between(step, subnet)
        if refuses is not None:
            there, guard = (*there, refuses), None
        way = PathPart(Box(start.addresses, step.addresses, start.ports), there, back)
        return PacketPath.of((way,), guard, choice=destination.choice)

    def _is_endpoint(self, destination: Destination) -> bool:
        interface = self.world.network_interfaces.get(destination.interface or "")
        return destination.endpoint is not None or (interface is not None and interface.interface_type == _ENDPOINT)

    def _subnet_of(self, step: Step) -> Subnet | Missing:
        if step.destination.subnet is not None:
            return self.world.find_subnet(step.destination.subnet)
        return self._by_address(step)

    def _by_address(self, step: Step) -> Subnet | Missing:
        vpc_id = step.start.subnet.vpc_id
        subnet = subnet_of(self.world, vpc_id, step.addresses)
        return subnet or Missing(f"which subnet of {vpc_id} {spell(step.addresses)} is in")


def _no_way(world: World, table: RouteTable, route: Route | None, destination: Destination) -> Hop:
    name = table.route_table_id
    if route is None:
        absent = _absent_endpoint(world, destination)
        message = f"{name} has no route to {destination.label}{describe_absent_endpoint(absent)}"
        piece = Piece("NO_ROUTE_TO_DESTINATION", name, "", message, absent_endpoint=absent)
        return Hop("route", name, lost=(piece,))
    rule = routing.spell_route(route)
    message = f"{name} drops what is for {destination.label}: its route {rule} is a black hole"
    hop = make_lost_hop("route", name, "BAD_STATE_ROUTE", message, rule)
    return msgspec.structs.replace(hop, to=spell_target(route.target))


def _absent_endpoint(world: World, destination: Destination) -> AbsentEndpoint | None:
    """Return the missing endpoint that would serve an isolated subnet; None where no endpoint serves the destination.

    A service without an endpoint name is in a partition that is not known. A service of another Region has interface
    endpoints at most: https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-cross-region-privatelink-support.html
    """
    ref = destination.service
    if ref is None:
        return None
    abroad = world.region is not None and ref.region != world.region
    if abroad and not has_cross_region_endpoints(ref):
        return None
    offers = service_of(ref).types
    kind: Literal["Interface", "Gateway"] = "Gateway" if "Gateway" in offers and not abroad else "Interface"
    service_name = endpoint_service_name_of(ref, kind)
    return AbsentEndpoint(service_name, kind) if service_name else None


def describe_absent_endpoint(absent: AbsentEndpoint | None) -> str:
    """Return the end of the message of a blocker without a route; nothing where no endpoint would serve it."""
    if absent is None:
        return ""
    if absent.kind == "Gateway":
        return f", and no gateway endpoint {absent.service_name} is associated with it"
    return f", and no endpoint {absent.service_name} answers for the name"
