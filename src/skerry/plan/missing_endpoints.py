"""Missing endpoints: an existing endpoint is used or named; otherwise a new one is created."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.catalogue.services import (
    ServiceRef,
    endpoint_service_name_of,
    is_endpoint_of,
    private_names_of,
    service_of,
)
from skerry.model.endpoints import VpcEndpoint, Zone
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.plan import manual_steps
from skerry.plan.changes import (
    Advise,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    DeleteEndpoint,
    DeleteRoute,
    ModifyEndpoint,
    make_new_id,
)
from skerry.plan.context import Case, Remedy, advise_on
from skerry.plan.security_groups import endpoint_group_for, find_shared_group
from skerry.plan.subnet_choice import choose_endpoint_subnets
from skerry.reach.trace import Trace

_STUCK = {"failed", "rejected", "expired"}
_DEAD = _STUCK | {"deleted", "deleting"}
_FILTERS = {"security-group", "network-acl"}
_WAITING = {"pendingacceptance"}


def endpoint_for(case: Case, ref: ServiceRef, bad: list[Trace]) -> Iterator[Remedy]:
    """Yield the endpoint for a call without one: an existing endpoint, else a new one."""
    judged = [judged for trace in bad for judged in trace.judged]
    # A missing path is a better reason than a filter on it.
    why = case.why(sorted(judged, key=lambda piece: piece.hop.kind in _FILTERS))
    gateway = "Gateway" in service_of(ref).types
    name = endpoint_service_name_of(ref, "Gateway" if gateway else "Interface")
    if name is None or ref.region != case.world.region:
        yield Remedy(manual_steps.other_region_step_for(case.failing, ref), why)
        return
    existing = [
        endpoint for endpoint in case.world.endpoints_in(case.vpc_id) if _is_for(endpoint, ref, gateway=gateway)
    ]
    waiting = [endpoint for endpoint in existing if _state(endpoint) in _WAITING]
    dead = [endpoint for endpoint in existing if _state(endpoint) in _STUCK]
    yield from (Remedy(DeleteEndpoint(endpoint.vpc_endpoint_id, state_reason_of(endpoint)), why) for endpoint in dead)
    for endpoint in waiting:
        message = f"{endpoint.vpc_endpoint_id} waits until the owner of {endpoint.service_name} accepts it"
        yield Remedy(Advise(endpoint.vpc_endpoint_id, message), why)
    if waiting:
        return
    alive = [endpoint for endpoint in existing if is_coming(endpoint)]
    if gateway and (_is_routed(case, ref) or (alive and _is_on_table(case, alive[0]))):
        # Another route takes the packets away from it.
        lost = [(judged, trace) for trace in bad for judged in trace.judged if judged.lost]
        yield from (Remedy(advise_on(*pair), why) for pair in lost)
    elif gateway:
        yield from (Remedy(change, why) for change in _by_gateway(case, ref, name, alive))
    elif not alive:
        made = case.memo.once((case.vpc_id, ref), lambda: tuple(_by_interface(case, ref, name)))
        yield from (Remedy(change, why) for change in made)


def place_endpoint(case: Case, endpoint_id: str) -> ModifyEndpoint | None:
    """Return the subnets that an endpoint without any lacks: one for each zone of the tasks; None without room."""
    endpoint = case.world.vpc_endpoints[endpoint_id]
    subnets = choose_endpoint_subnets(case.world, endpoint.vpc_id, case.scope, str(endpoint.service_name))
    return ModifyEndpoint(endpoint_id, subnets=subnets) if subnets else None


def is_coming(endpoint: VpcEndpoint) -> bool:
    """Tell whether an endpoint may work later: it waits for its service's owner, or AWS is creating it."""
    return _state(endpoint) not in _DEAD


def state_reason_of(row: VpcEndpoint) -> str:
    """Return the reason why an endpoint no longer works."""
    reason = row.last_error.message
    return f"{row.vpc_endpoint_id} is {row.state}{f': {reason}' if reason else ''}, and never will work"


def _state(row: VpcEndpoint) -> str:
    return str(row.state).lower()


def _is_for(row: VpcEndpoint, ref: ServiceRef, *, gateway: bool) -> bool:
    kind = "Gateway" if gateway else "Interface"
    return row.vpc_endpoint_type == kind and row.service_name is not UNSET and is_endpoint_of(row.service_name, ref)


def _is_routed(case: Case, ref: ServiceRef) -> bool:
    """Tell whether the subnet's table has its own route for the service's prefix list; AWS accepts no second one.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    table = case.world.route_table_of(case.world.subnets[case.failing.subnet])
    listed = case.world.prefix_list_of(endpoint_service_name_of(ref, "Gateway") or "")
    if listed is None or isinstance(table, Missing) or table.routes is UNSET:
        return False
    return any(route.destination_prefix_list_id == listed and route.state == "active" for route in table.routes)


def _is_on_table(case: Case, row: VpcEndpoint) -> bool:
    table = case.world.route_table_of(case.world.subnets[case.failing.subnet])
    return not isinstance(table, Missing) and table.route_table_id in row.route_table_ids


def _by_gateway(case: Case, ref: ServiceRef, name: str, existing: list[VpcEndpoint]) -> Iterator[Change]:
    """Yield a gateway endpoint on the route table of the subnet.

    https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
    """
    table = case.world.route_table_of(case.world.subnets[case.failing.subnet])
    if isinstance(table, Missing):
        return
    listed = case.world.prefix_list_of(name) or make_new_id("pl", ref.key)
    tables = (table.route_table_id,)
    if any(route.destination_prefix_list_id == listed for route in (() if table.routes is UNSET else table.routes)):
        # An active one is somebody's decision, and was left to him; this is a black hole.
        yield DeleteRoute(table.route_table_id, listed)
    if existing:
        yield ModifyEndpoint(existing[0].vpc_endpoint_id, route_tables=tables, prefix_list=listed)
        return
    endpoint_id = make_new_id("vpce", f"{ref.key}-{case.vpc_id}")
    yield CreateGatewayEndpoint(endpoint_id, case.vpc_id, name, tables, listed, _policy(case, ref))


def _by_interface(case: Case, ref: ServiceRef, name: str) -> Iterator[Change]:
    """Yield an interface endpoint, in one subnet for each zone of the tasks.

    https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
    """
    zone = find_conflicting_zone(case.world, case.vpc_id, ref)
    if zone is not None:
        yield advise_on_zone(zone, f"an endpoint of {name}")
        return
    subnets = choose_endpoint_subnets(case.world, case.vpc_id, case.scope, name)
    if not subnets:
        message = (
            f"no subnet of the tasks has room for an endpoint of {name}: free addresses, or add a subnet to "
            f"{case.vpc_id} in a zone that offers the service"
        )
        yield Advise(case.vpc_id, message)
        return
    group = find_shared_group(case.world, case.vpc_id, case.scope)
    if group is None:
        created = endpoint_group_for(case.vpc_id)
        group = created.group_id
        yield created
    endpoint_id = make_new_id("vpce", f"{ref.key}-{case.vpc_id}")
    yield CreateInterfaceEndpoint(endpoint_id, case.vpc_id, name, subnets, (group,), policy=_policy(case, ref))


def _policy(case: Case, ref: ServiceRef) -> str | None:
    return manual_steps.policy_for(case.world, case.scope, ref, case.vpc_id) if case.options.least_privilege else None


def find_conflicting_zone(world: World, vpc_id: str, ref: ServiceRef) -> Zone | None:
    """Return the user's private hosted zone with the name of an endpoint's private DNS: AWS refuses two.

    https://repost.aws/knowledge-center/vpc-interface-endpoint-domain-conflict
    """
    names = {name.removeprefix("*.") for name in private_names_of(ref)}
    zones = (zone for zone in world.zones_in(vpc_id) if zone.vpc_ids is not UNSET and zone.service is None)
    return next((zone for zone in zones if zone.name in names), None)


def advise_on_zone(zone: Zone, what: str) -> Advise:
    """Return the manual step to remove a zone or to correct its records."""
    message = (
        f"private zone {zone.name} ({zone.zone_id}) has the name of private DNS, and AWS refuses to switch that on for "
        f"{what} while it is associated: point its records to a working endpoint, or disassociate it from the VPC"
    )
    return Advise(zone.zone_id, message)
