"""Ways to the internet for a call, if the user prefers them: a NAT gateway, or public addresses of the tasks."""

from collections.abc import Iterable, Iterator

from msgspec import UNSET

from skerry.model.facts import Missing
from skerry.model.network import NatGateway, Route, RouteTable, Subnet
from skerry.model.route_targets import InstanceTarget, InterfaceTarget, InternetGatewayTarget, NatGatewayTarget
from skerry.plan import service_settings
from skerry.plan.changes import (
    Advise,
    Change,
    CreateNatGateway,
    ReplaceRoute,
    RouteToInternetGateway,
    RouteToNat,
    make_new_id,
)
from skerry.plan.context import Case
from skerry.plan.routes_after import EVERYWHERE
from skerry.plan.subnet_choice import has_room
from skerry.reach.appliances import interface_of
from skerry.reach.trace import Trace

_ATTACHED = {"available", "attached"}


def changes_for(case: Case, away: Iterable[Trace]) -> tuple[Change, ...] | None:
    """Return the changes that lead these paths out as the user prefers it; None for no such preference or place."""
    paths = tuple(away)
    if not paths or not (case.options.nat or case.options.public):
        return None
    subnet = case.world.subnets[case.failing.subnet]
    table = case.world.route_table_of(subnet)
    if isinstance(table, Missing) or table.routes is UNSET:
        return None
    if case.options.public:
        return _by_public_address(case, table)
    return tuple(_by_nat(case, subnet, table)) or tuple(_advice(case, paths))


def _by_public_address(case: Case, table: RouteTable) -> tuple[Change, ...] | None:
    """Return public addresses for tasks in a public subnet, or the route that such tasks lack; None elsewhere."""
    if case.failing.kind.launch.public_address is True:
        return _lead_to_internet_gateway(case, table) or None
    if _is_public(case, table):
        return tuple(service_settings.assign_public_addresses(case))
    return None


def _by_nat(case: Case, subnet: Subnet, table: RouteTable) -> Iterator[Change]:
    """Yield the changes that lead a subnet to the internet by a NAT gateway; none if it is led there already.

    https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
    """
    if _is_public(case, table):
        message = (
            f"{table.route_table_id} leads {subnet.subnet_id} to an internet gateway, which needs a public address: "
            "start the tasks in a subnet with a route to a NAT gateway"
        )
        yield Advise(subnet.subnet_id, message)
        return
    current = _current(table)
    exits = {nat.nat_gateway_id: _exit_of(case, nat, table) for nat in _working(case)}
    usable = [nat for nat in _working(case) if exits[nat.nat_gateway_id] is not None]
    if current in {nat.nat_gateway_id for nat in usable}:
        yield from exits[current] or ()
        return
    if repair := _exit_of_instance(case, table):
        yield from repair
        return
    if usable:
        # One in the task's own zone: traffic across zones costs more, and fails with the other zone.
        nat = min(
            usable,
            key=lambda row: (bool(exits[row.nat_gateway_id]), not _is_near(case, row, subnet), row.nat_gateway_id),
        )
        yield from exits[nat.nat_gateway_id] or ()
        yield _default_route(table, nat.nat_gateway_id)
        return
    created = case.memo.once(("nat gateway", subnet.vpc_id), lambda: _create(case, subnet, table))
    yield created
    if isinstance(created, CreateNatGateway):
        yield _default_route(table, created.nat_gateway_id)


def _advice(case: Case, paths: Iterable[Trace]) -> Iterator[Change]:
    """Yield a manual step for each filter on a way that leads to the internet already."""
    for trace in paths:
        yield from (case.advise_on(judged, trace) for judged in trace.judged if judged.lost)


def _working(case: Case) -> list[NatGateway]:
    return [
        nat
        for nat in case.world.facts.nat_gateways
        if nat.vpc_id == case.vpc_id and nat.state == "available" and nat.connectivity_type == "public"
    ]


def _exit_of(case: Case, nat: NatGateway, table: RouteTable) -> tuple[Change, ...] | None:
    """Return the changes that a NAT gateway's own subnet needs for a way out; None if it can have none.

    A NAT gateway in a subnet of the task's own table would be led back to itself.
    """
    subnet = case.world.subnets.get(nat.subnet_id) if nat.subnet_id else None
    own = case.world.route_table_of(subnet) if subnet else None
    if own is None or isinstance(own, Missing) or own.routes is UNSET:
        return ()
    if own.route_table_id == table.route_table_id:
        return None
    if _is_public(case, own):
        return ()
    return _lead_to_internet_gateway(case, own) or None


def _exit_of_instance(case: Case, table: RouteTable) -> tuple[Change, ...]:
    """Return the route to the internet gateway that the subnet of a NAT instance lacks; none for any other target.

    https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html
    """
    default = default_route_of(table)
    target = None if default is None or default.state != "active" else default.target
    instance = interface_of(case.world, target) if isinstance(target, InterfaceTarget | InstanceTarget) else None
    if instance is None or isinstance(instance, Missing) or instance.association.public_ip is None:
        return ()
    subnet = case.world.subnets.get(str(instance.subnet_id))
    own = case.world.route_table_of(subnet) if subnet else None
    if own is None or isinstance(own, Missing) or own.routes is UNSET or own.route_table_id == table.route_table_id:
        return ()
    return () if _is_public(case, own) else _lead_to_internet_gateway(case, own)


def _lead_to_internet_gateway(case: Case, table: RouteTable) -> tuple[Change, ...]:
    """Return the default route to the VPC's internet gateway; none if there is no gateway, or another route in use."""
    gateways = case.world.facts.internet_gateways
    gateway_id = next(
        (row.internet_gateway_id for row in gateways if _is_attached(case, row.internet_gateway_id)), None
    )
    default = default_route_of(table)
    if gateway_id is None:
        return ()
    if default is None:
        return (RouteToInternetGateway(table.route_table_id, gateway_id),)
    is_dead = default.state != "active" or isinstance(default.target, InternetGatewayTarget)
    if not is_dead or default.target == InternetGatewayTarget(gateway_id):
        return ()
    return (ReplaceRoute(table.route_table_id, EVERYWHERE, "internet-gateway", gateway_id),)


def default_route_of(table: RouteTable) -> Route | None:
    """Return the default route of a table for IPv4."""
    routes = () if table.routes is UNSET else table.routes
    return next((route for route in routes if route.destination_cidr_block == EVERYWHERE), None)


def _is_public(case: Case, table: RouteTable) -> bool:
    """Tell whether a table's default route leads to an internet gateway of the VPC."""
    default = default_route_of(table)
    if default is None or default.state != "active" or not isinstance(default.target, InternetGatewayTarget):
        return False
    return _is_attached(case, default.target.id)


def _is_attached(case: Case, gateway_id: str) -> bool:
    for gateway in case.world.facts.internet_gateways:
        if gateway.internet_gateway_id == gateway_id and gateway.attachments is not UNSET:
            return any(row.vpc_id == case.vpc_id and row.state in _ATTACHED for row in gateway.attachments)
    return False


def _current(table: RouteTable) -> str:
    """Return the NAT gateway of a table's default route, else an empty text."""
    default = default_route_of(table)
    target = None if default is None or default.state != "active" else default.target
    return target.id if isinstance(target, NatGatewayTarget) else ""


def _default_route(table: RouteTable, nat_gateway_id: str) -> Change:
    if default_route_of(table) is not None:
        return ReplaceRoute(table.route_table_id, EVERYWHERE, "nat-gateway", nat_gateway_id)
    message = f"route {EVERYWHERE} of {table.route_table_id} to {nat_gateway_id}"
    return RouteToNat(table.route_table_id, nat_gateway_id, message)


def _is_near(case: Case, nat: NatGateway, subnet: Subnet) -> bool:
    there = case.world.subnets.get(nat.subnet_id) if nat.subnet_id else None
    return there is not None and there.availability_zone == subnet.availability_zone


def _create(case: Case, subnet: Subnet, table: RouteTable) -> CreateNatGateway | Advise:
    """Return a NAT gateway in a public subnet, of the task's zone if there is one."""
    places = [row for row in case.world.subnets_in(subnet.vpc_id) if _is_place(case, row, table)]
    if not places:
        message = (
            f"{subnet.vpc_id} has no other subnet with a default route to an internet gateway and free addresses: "
            "create one for a NAT gateway"
        )
        return Advise(subnet.vpc_id, message)
    place = min(places, key=lambda row: (row.availability_zone != subnet.availability_zone, row.subnet_id))
    nat_id, allocation_id = make_new_id("nat", subnet.vpc_id), make_new_id("eipalloc", subnet.vpc_id)
    return CreateNatGateway(nat_id, subnet.vpc_id, place.subnet_id, allocation_id)


def _is_place(case: Case, subnet: Subnet, table: RouteTable) -> bool:
    own = case.world.route_table_of(subnet)
    if isinstance(own, Missing) or own.route_table_id == table.route_table_id:
        return False
    return subnet.cidr_block is not None and has_room(subnet) and _is_public(case, own)
