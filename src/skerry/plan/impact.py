"""Everybody else: flows of other services and interfaces that worked before a plan, and must go on working.

Private DNS leads every client of a service in the VPC to the endpoint, and its groups must admit them; a gateway
endpoint takes over the traffic of its route tables.
https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from msgspec import UNSET

from skerry.catalogue.services import (
    ServiceRef,
    endpoint_service_name_of,
    load_services,
    private_names_of,
    regional_host_of,
    service_of_endpoint,
)
from skerry.diagnose.need_verdicts import judge_need, source_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model.facts import Missing
from skerry.model.network import NetworkInterface, RouteTable
from skerry.model.world import World
from skerry.plan.changes import (
    AddZoneRecord,
    AssociateZone,
    Change,
    CreateGatewayEndpoint,
    CreateInterfaceEndpoint,
    DeleteEndpoint,
    DeleteRoute,
    ModifyEndpoint,
    ReplaceRoute,
    SetVpcAttribute,
)
from skerry.plan.scope import Failing, Kind, Scope
from skerry.reach.outcome import Outcome
from skerry.reach.walk import Walker
from skerry.verdicts import BLOCKED, OK, Verdict

CALL_NOTHING = {
    *("vpc_endpoint", "nat_gateway", "transit_gateway", "network_load_balancer", "efs"),
    *("gateway_load_balancer", "gateway_load_balancer_endpoint", "ec2_instance_connect_endpoint"),
}
"""Types of interface behind which nothing calls a service by itself.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html
"""
_NO_DEFINITION = Missing("what the interface calls")
_OF_A_TASK = Missing("what the task calls")
_ANY_ACCOUNT = "000000000000"


class Flow(NamedTuple):
    """A client's call of a service, from a subnet, with the verdict that it had before the changes."""

    client: Kind
    need: Call
    subnet: str
    before: Verdict = OK


def touched_services_of(world: World, changes: Iterable[Change]) -> dict[tuple[str, ServiceRef], None]:
    """Return the services with changed destinations, and the VPC of each."""
    services_by_vpc: dict[tuple[str, ServiceRef], None] = {}
    for change in changes:
        match change:
            case CreateInterfaceEndpoint() | CreateGatewayEndpoint():
                ref = service_of_endpoint(change.service_name)
                services_by_vpc |= {(change.vpc_id, ref): None} if ref else {}
            case DeleteEndpoint() | ModifyEndpoint() if _leads_elsewhere(change):
                endpoint = world.vpc_endpoints.get(change.endpoint_id)
                ref = (
                    service_of_endpoint(endpoint.service_name)
                    if endpoint and endpoint.service_name is not UNSET
                    else None
                )
                services_by_vpc |= {(endpoint.vpc_id, ref): None} if endpoint and ref else {}
            case SetVpcAttribute():
                services_by_vpc |= {(change.vpc_id, ref): None for ref in _named_privately(world, change.vpc_id)}
            case AssociateZone():
                zones = [zone.name for zone in world.facts.zones if zone.zone_id == change.zone_id]
                services_by_vpc |= {(change.vpc_id, ref): None for ref in _named_by(world, zones)}
            case AddZoneRecord():
                services_by_vpc |= {(change.vpc_id, ref): None for ref in _named_by(world, [change.zone_name])}
            case DeleteRoute() | ReplaceRoute():
                table = world.route_tables[change.route_table_id]
                services_by_vpc |= {(table.vpc_id, ref): None for ref in _routed_by(world, table, change.destination)}
            case _:
                pass
    return services_by_vpc


def _leads_elsewhere(change: DeleteEndpoint | ModifyEndpoint) -> bool:
    return isinstance(change, DeleteEndpoint) or bool(change.private_dns or change.route_tables)


def _routed_by(world: World, table: RouteTable, destination: str) -> Iterator[ServiceRef]:
    """Return the service of a prefix list, or a service without an endpoint in the VPC: it stands for the internet."""
    name = world.service_of_prefix_list(destination)
    ref = None if name is None else service_of_endpoint(name)
    if ref is not None:
        yield ref
    elif world.region is not None:
        names = {endpoint.service_name for endpoint in world.endpoints_in(table.vpc_id)}
        refs = (ServiceRef(key, world.region) for key in load_services())
        yield from islice((ref for ref in refs if endpoint_service_name_of(ref) not in names), 1)


def _named_privately(world: World, vpc_id: str) -> Iterator[ServiceRef]:
    """Return the services with private names that apply once a VPC's DNS attributes are on."""
    for endpoint in world.endpoints_in(vpc_id):
        ref = service_of_endpoint(endpoint.service_name) if endpoint.service_name is not UNSET else None
        if ref is not None and endpoint.private_dns_enabled is True:
            yield ref
    yield from _named_by(world, [zone.name for zone in world.zones_in(vpc_id)])


def _named_by(world: World, zones: list[str]) -> Iterator[ServiceRef]:
    """Return the services of the Region with a private name in one of the zones."""
    for ref in (ServiceRef(key, world.region or "") for key in (load_services() if zones else ())):
        names = {name.removeprefix("*.") for name in private_names_of(ref)}
        if any(name == zone or name.endswith(f".{zone}") for name in names for zone in zones):
            yield ref


def find_working_flows(
    walker: Walker, scope: Scope, changes: Iterable[Change], *, own: bool = False
) -> tuple[Flow, ...]:
    """Return the flows of others to services that the changes touch, as far as they may work in a walker's World.

    ``own``: also those of the launches in scope.
    """
    launches = (*scope.launches, *scope.others) if own else scope.others
    world = walker.world
    flows = (
        flow for vpc_id, ref in touched_services_of(world, changes) for flow in _flows(world, launches, vpc_id, ref)
    )
    judged_flows = (flow._replace(before=outcome_of(walker, flow).verdict) for flow in flows)
    return tuple(flow for flow in judged_flows if flow.before is not BLOCKED)


def find_broken_flows(world: World, flows: Iterable[Flow]) -> Iterator[Failing]:
    """Return the flows that are worse in a World than before: they worked, at least in part."""
    walker = Walker(world)
    for flow in flows:
        outcome = outcome_of(walker, flow)
        if outcome.verdict is not OK and (flow.before is OK or outcome.verdict is BLOCKED):
            yield Failing(flow.client, flow.need, flow.subnet, outcome)


def outcome_of(walker: Walker, flow: Flow) -> Outcome:
    """Return the outcome of a flow in a walker's World."""
    return judge_need(walker, flow.need, source_of(walker, flow.client.launch, flow.subnet), flow.subnet)


def _flows(world: World, launches: Iterable[Launch], vpc_id: str, ref: ServiceRef) -> Iterator[Flow]:
    name = regional_host_of(ref)
    # A registry's host begins with the account, whichever it is.
    full = f"{world.account or _ANY_ACCOUNT}.{name}" if ref.key == "ecr.dkr" else name
    need = Call("runtime", full, service=ref, blocks="runtime", identity="nobody")
    for client in _clients(world, launches, vpc_id):
        for subnet in client.launch.subnets:
            yield Flow(client, need, subnet)


def _clients(world: World, launches: Iterable[Launch], vpc_id: str) -> tuple[Kind, ...]:
    """Return the launches and the interfaces of the VPC; one of several equal ones."""
    inside = {subnet.subnet_id for subnet in world.subnets_in(vpc_id)}
    launches_by_key: dict[object, list[Launch]] = {}
    for launch in (*launches, *_interfaces(world, vpc_id)):
        if set(launch.subnets) <= inside and launch.subnets and launch.groups is not UNSET:
            key = (launch.subnets, launch.groups, str(launch.public_address), _is_strange(launch))
            launches_by_key.setdefault(key, []).append(launch)
    return tuple(
        Kind(alike[0], tuple(dict.fromkeys(client.name for client in alike))) for alike in launches_by_key.values()
    )


def is_strange(flow: Flow) -> bool:
    """Tell whether a client's calls of a service are unknown; task definitions and roles describe those of tasks."""
    return _is_strange(flow.client.launch)


def _is_strange(launch: Launch) -> bool:
    return isinstance(launch.definition, Missing) and launch.definition != _OF_A_TASK


def is_of_a_task(row: NetworkInterface) -> bool:
    """Return whether ECS made the interface for a task: it describes it by the attachment.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
    """
    return ":ecs:" in (row.description or "") and ":attachment/" in (row.description or "")


def _interfaces(world: World, vpc_id: str) -> Iterator[Launch]:
    for interface in world.facts.network_interfaces:
        if (
            interface.vpc_id == vpc_id
            and interface.interface_type not in CALL_NOTHING
            and interface.subnet_id is not UNSET
        ):
            yield _as_launch(interface, interface.subnet_id)


def _as_launch(row: NetworkInterface, subnet_id: str) -> Launch:
    groups = UNSET if row.groups is UNSET else tuple(group.group_id for group in row.groups)
    return Launch(
        name=row.network_interface_id,
        cluster="",
        definition_name="",
        definition=_OF_A_TASK if is_of_a_task(row) else _NO_DEFINITION,
        subnets=(subnet_id,),
        groups=groups,
        public_address=row.association.public_ip is not None,
    )
