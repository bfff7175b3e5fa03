"""Workloads behind NAT: launches of tasks, and the owners of other network interfaces in the same subnets."""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from skerry.launch.launches import Launch
from skerry.launch.running_tasks import interface_of_task, service_of
from skerry.model.batch_lookup import is_on_fargate
from skerry.model.ecs import TaskDefinition
from skerry.model.network import NetworkInterface
from skerry.model.world import World
from skerry.plan.impact import CALL_NOTHING, is_of_a_task

WorkloadKind: TypeAlias = Literal[
    "launch", "task", "function", "build", "instance", "load-balancer", "transit-gateway", "interface"
]

_TRANSIT = "transit_gateway"
_LAMBDA = "lambda"
# The words of Lambda and Elastic Load Balancing in descriptions of their interfaces:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
# https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
_FUNCTION = re.compile(r"AWS Lambda VPC ENI-(.+?)(?:-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?")
_BALANCER = re.compile(r"ELB (?:(app|net|gwy)/)?([^/]+)(?:/.*)?")
_FORWARDING = {"net", "gwy"}
_GONE = {"DELETING", "DELETED"}


class Workload(msgspec.Struct, frozen=True):
    """A client behind NAT: its subnets there, its interfaces that exist, and its security groups."""

    name: str
    kind: WorkloadKind
    subnets: tuple[str, ...]
    interfaces: tuple[str, ...]
    groups: tuple[str, ...] | UnsetType


def launches_behind(launches: Iterable[Launch], behind: Iterable[str]) -> tuple[Launch, ...]:
    """Return the launches that may start a task in one of the subnets, on Fargate or not."""
    places = set(behind)
    return tuple(launch for launch in launches if places.intersection(launch.subnets))


def workloads_behind(world: World, launches: Iterable[Launch], behind: Iterable[str]) -> tuple[Workload, ...]:
    """Return the launches and the owners of interfaces in the subnets, each once.

    Types of interfaces behind which nothing calls by itself are left out, except for transit gateways: the clients of
    other networks are behind these.
    """
    places, chosen = set(behind), list(launches)
    tasks = dict(_interfaces_of_tasks(world))
    of_launches: dict[int, list[str]] = {}
    others: dict[tuple[str, WorkloadKind], list[NetworkInterface]] = {}
    for row in world.facts.network_interfaces:
        if row.subnet_id is UNSET or row.subnet_id not in places or _calls_nothing(row):
            continue
        owners = _launches_of(row, chosen, tasks)
        for number in owners:
            of_launches.setdefault(number, []).append(row.network_interface_id)
        if not owners:
            others.setdefault(_owner_of(row), []).append(row)
    rows = (_of_launch(launch, places, tuple(of_launches.get(number, ()))) for number, launch in enumerate(chosen))
    clients = tuple(_of_interfaces(name, kind, owned) for (name, kind), owned in others.items())
    seen = {subnet for workload in clients for subnet in workload.subnets if workload.kind == "transit-gateway"}
    functions = {row.name: row for row in _functions(world, places)}
    clients = tuple(row for row in clients if row.kind != "function" or row.name not in functions)
    idle = (*functions.values(), *_builds(world, places), *_hosts_of_batch(world, places))
    return (*rows, *clients, *idle, *_attachments(world, places - seen))


def _functions(world: World, places: set[str]) -> Iterator[Workload]:
    """Yield the functions in the subnets; functions with the same subnets and security groups share interfaces.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    for row in world.facts.functions:
        subnets = tuple(name for name in row.vpc_config.subnet_ids if name in places)
        groups = row.vpc_config.security_group_ids
        interfaces = tuple(
            interface.network_interface_id
            for interface in world.facts.network_interfaces
            if _owner_of(interface)[1] == "function" and interface.subnet_id in subnets
            if interface.groups is UNSET or {group.group_id for group in interface.groups} == set(groups)
        )
        if subnets:
            yield Workload(row.function_name, "function", subnets, interfaces, groups)


def _builds(world: World, places: set[str]) -> Iterator[Workload]:
    """Yield the projects with builds in the subnets: an interface exists during a build alone.

    https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html
    """
    for row in world.facts.build_projects:
        subnets = tuple(name for name in row.vpc_config.subnets if name in places)
        if subnets:
            yield Workload(row.name, "build", subnets, (), row.vpc_config.security_group_ids)


def _hosts_of_batch(world: World, places: set[str]) -> Iterator[Workload]:
    """Yield the compute environments with instances in the subnets: without a job most have none.

    A launch template may name the security groups:
    https://docs.aws.amazon.com/batch/latest/userguide/compute_environment_parameters.html
    """
    for row in world.facts.compute_environments:
        resources = row.compute_resources
        if resources is None or is_on_fargate(row) or row.status in _GONE:
            continue
        subnets = tuple(name for name in resources.subnets if name in places)
        if subnets:
            name = f"compute environment {row.compute_environment_name}"
            yield Workload(name, "instance", subnets, (), resources.security_group_ids or UNSET)


def _attachments(world: World, places: set[str]) -> Iterator[Workload]:
    """Yield the attachments of transit gateways in the subnets, if their interfaces were not read.

    https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html
    """
    for row in world.facts.transit_gateway_vpc_attachments:
        own = {name for name in places if name in world.subnets and world.subnets[name].vpc_id == row.vpc_id}
        subnets = tuple(sorted(own if row.subnet_ids is UNSET else own.intersection(row.subnet_ids)))
        if subnets:
            yield Workload(row.transit_gateway_attachment_id, "transit-gateway", subnets, (), UNSET)


def launches_of_clients(world: World, workloads: Iterable[Workload]) -> tuple[Launch, ...]:
    """Return workloads other than launches as ones, without any call of their own; for calls that a user names."""
    nothing = TaskDefinition(container_definitions=())
    return tuple(
        Launch(row.name, "", "", nothing, row.subnets, row.groups, region=world.region, refusals=())
        for row in workloads
        if row.kind not in {"launch", "transit-gateway"}
    )


def _of_launch(launch: Launch, places: set[str], interfaces: tuple[str, ...]) -> Workload:
    subnets = tuple(name for name in launch.subnets if name in places)
    # Only the calls of tasks on Fargate are derived from their definition.
    kind: WorkloadKind = "launch" if launch.not_applicable is None else "task"
    return Workload(launch.name, kind, subnets, interfaces, launch.groups)


def _of_interfaces(name: str, kind: WorkloadKind, rows: list[NetworkInterface]) -> Workload:
    groups: dict[str, None] = {}
    for row in rows:
        if row.groups is UNSET:
            break
        groups |= {group.group_id: None for group in row.groups}
    unread = any(row.groups is UNSET for row in rows)
    subnets = tuple(dict.fromkeys(str(row.subnet_id) for row in rows))
    interfaces = tuple(row.network_interface_id for row in rows)
    return Workload(name, kind, subnets, interfaces, UNSET if unread else tuple(groups))


def _interfaces_of_tasks(world: World) -> Iterator[tuple[str, str]]:
    """Yield the interface of each described task of a service, with the service's name."""
    for task in world.facts.tasks:
        interface, service = interface_of_task(task), service_of(world, task)
        if interface is not None and service is not None:
            yield interface, service.service_name


def _launches_of(row: NetworkInterface, launches: list[Launch], tasks: dict[str, str]) -> list[int]:
    """Return the places of the launches that an interface may belong to: one by its task, else all alike."""
    if not is_of_a_task(row) and row.network_interface_id not in tasks:
        return []
    service = tasks.get(row.network_interface_id)
    if service is not None:
        named = [number for number, launch in enumerate(launches) if launch.service == service]
        if named:
            return named
    groups = None if row.groups is UNSET else {group.group_id for group in row.groups}
    return [
        number
        for number, launch in enumerate(launches)
        if row.subnet_id in launch.subnets
        and launch.groups is not UNSET
        and (not launch.groups or set(launch.groups) == groups)
    ]


def _calls_nothing(row: NetworkInterface) -> bool:
    balancer = _BALANCER.fullmatch(row.description or "")
    forwards = balancer is not None and balancer[1] in _FORWARDING
    return forwards or (row.interface_type in CALL_NOTHING and row.interface_type != _TRANSIT)


def _owner_of(row: NetworkInterface) -> tuple[str, WorkloadKind]:
    """Return the name and the kind of the owner of an interface, as its record tells them."""
    text = row.description or ""
    if row.interface_type == _TRANSIT:
        return text or row.network_interface_id, "transit-gateway"
    function = _FUNCTION.fullmatch(text)
    if row.interface_type == _LAMBDA or function is not None:
        return (function[1] if function else row.network_interface_id), "function"
    if is_of_a_task(row):
        return row.network_interface_id, "task"
    balancer = _BALANCER.fullmatch(text)
    if balancer is not None:
        return balancer[2], "load-balancer"
    if row.attachment.instance_id is not None:
        return row.attachment.instance_id, "instance"
    return row.network_interface_id, "interface"
