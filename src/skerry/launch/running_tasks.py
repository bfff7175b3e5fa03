"""The launch of a running or stopped task: its subnet and its network configuration."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from skerry.catalogue.platform_versions import LATEST
from skerry.launch import scheduled_tasks
from skerry.launch.cached_images import cached_images_of
from skerry.launch.capacity_providers import non_fargate_reason_of
from skerry.launch.cluster_options import cluster_configuration_of
from skerry.launch.launches import Launch, definition_of, launch_of_service, launch_of_task_set, short_name_of
from skerry.model.ecs import ProviderStrategy, Service, Task
from skerry.model.facts import Missing
from skerry.model.world import World

_INTERFACE = "ElasticNetworkInterface"


def launch_of_task(world: World, task: Task) -> Launch:
    """Return the launch of one task again, where and as it was launched.

    The subnet and interface come from the task's attachment; the security groups from the interface if it was read,
    else from the task's origin: the interface of a stopped task is gone.
    """
    origin = origin_of(world, task)
    details = _details(task)
    subnet, interface = details.get("subnetId"), details.get("networkInterfaceId")
    what = f"task {short_name_of(task.task_arn)}"
    definition, notes = definition_of(world, task.task_definition_arn, what, "ecs:DescribeTasks")
    groups = _interface_groups(world, interface)
    # Without subnets there is no network configuration, and no groups in it do not stand for the default one.
    configured = origin is not None and bool(origin.subnets)
    if groups is UNSET and origin is not None and configured:
        groups = origin.groups
        notes = (*notes, f"its security groups are taken to be those that {origin.name} asks for")
    return Launch(
        name=short_name_of(task.task_arn),
        cluster="" if task.cluster_arn is UNSET else short_name_of(task.cluster_arn),
        definition_name="" if task.task_definition_arn is UNSET else short_name_of(task.task_definition_arn),
        definition=definition,
        subnets=(subnet,) if subnet else (origin.subnets if origin else ()),
        groups=groups,
        public_address=origin.public_address if origin and configured else _has_public_address(world, interface),
        platform_version=task.platform_version or LATEST,
        platform_family=task.platform_family,
        region=task.task_arn.arn.region,
        arn=task.task_arn,
        execute_command=task.enable_execute_command,
        service_connect=origin.service_connect if origin else False,
        service_connect_logs=origin.service_connect_logs if origin else None,
        not_applicable=_not_fargate(world, task),
        cache_rules=world.facts.pull_through_rules,
        cached_images=cached_images_of(world, definition),
        notes=notes,
        cluster_configuration=cluster_configuration_of(world, task.cluster_arn),
    )


def interface_of_task(task: Task) -> str | None:
    """Return the id of the network interface that ECS attached to a task; None without one."""
    return _details(task).get("networkInterfaceId")


def _details(task: Task) -> dict[str, str]:
    """Return ECS's details of the network interface of a task."""
    return {
        detail.name: detail.value
        for attachment in task.attachments
        if attachment.type == _INTERFACE
        for detail in attachment.details
    }


def _not_fargate(world: World, task: Task) -> str | None:
    provider = task.capacity_provider_name
    strategy = (ProviderStrategy(capacity_provider=provider),) if provider else ()
    return non_fargate_reason_of(world, UNSET, task.launch_type, strategy)


def service_of(world: World, task: Task) -> Service | None:
    """Return the service that a task belongs to, by its group ``service:NAME`` and its cluster."""
    name = (task.group or "").removeprefix("service:")
    return next(
        (
            service
            for service in world.facts.services
            if service.service_name == name and service.cluster_arn == task.cluster_arn
        ),
        None,
    )


def origin_of(world: World, task: Task) -> Launch | None:
    """Return the origin of a task: a deployment or task set, a rule, or a schedule; None if it is not known.

    ``startedBy`` is the id of the deployment or task set:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
    """
    service = service_of(world, task)
    if service is not None:
        return _of_deployment(world, service, task)
    launches = list(_scheduled(world, task))
    networks = {(launch.subnets, launch.groups, launch.public_address) for launch in launches}
    return launches[0] if len(networks) == 1 else None


def _of_deployment(world: World, service: Service, task: Task) -> Launch:
    task_set = next((record for record in service.task_sets if record.id == task.started_by), None)
    if task_set is not None:
        return launch_of_task_set(world, service, task_set)
    launch = launch_of_service(world, service)
    deployment = next((record for record in service.deployments if record.id == task.started_by), None)
    vpc = deployment.network_configuration.awsvpc_configuration if deployment else None
    if vpc is None:
        return launch
    public = vpc.assign_public_ip == "ENABLED"
    return msgspec.structs.replace(launch, subnets=vpc.subnets, groups=vpc.security_groups, public_address=public)


def _scheduled(world: World, task: Task) -> Iterator[Launch]:
    """Return the launches of rules and schedules that a task's ``startedBy`` names, in the task's cluster."""
    cluster = "" if task.cluster_arn is UNSET else short_name_of(task.cluster_arn)
    by = None if task.started_by is None else scheduled_tasks.started_by_of(task.started_by)
    return (
        launch
        for launch in scheduled_tasks.scheduled_launches_of(world)
        if (launch.cluster, launch.started_by) == (cluster, by)
    )


def _interface_groups(world: World, interface_id: str | None) -> tuple[str, ...] | UnsetType:
    interface = world.network_interfaces.get(interface_id or "")
    if interface is None or interface.groups is UNSET:
        return UNSET
    return tuple(group.group_id for group in interface.groups)


def _has_public_address(world: World, interface_id: str | None) -> bool | Missing:
    interface = world.network_interfaces.get(interface_id or "")
    if interface is None:
        return Missing("whether the task had a public address", "ec2:DescribeNetworkInterfaces")
    return interface.association.public_ip is not None
