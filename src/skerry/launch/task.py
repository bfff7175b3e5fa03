"""A Launch: one thing that Fargate is to start, whoever asked for it, with where it may land."""

import msgspec
from msgspec import UNSET, UnsetType

from skerry.catalogue.platforms import LATEST
from skerry.model.ecs import ProviderStrategy, Service, Task, TaskDefinition
from skerry.model.facts import Missing
from skerry.model.names import arn
from skerry.model.world import World

_FARGATE = {"FARGATE", "FARGATE_SPOT"}
_INTERFACE = "ElasticNetworkInterface"


class Launch(msgspec.Struct, frozen=True, gc=False):
    """What is to be started, and where.

    ``groups`` is empty where the VPC's default security group is used; ``not_applicable`` says why there is
    nothing for Fargate to start; ``unread`` are facts that the launch depends on and that are not known.
    """

    name: str
    cluster: str
    definition_name: str
    definition: TaskDefinition | Missing
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] | UnsetType = ()
    public_address: bool | Missing = False
    platform_version: str = LATEST
    platform_family: str | None = None
    region: str | None = None
    arn: str | None = None
    execute_command: bool = False
    service_connect: bool = False
    not_applicable: str | None = None
    unread: tuple[Missing, ...] = ()

    @property
    def family(self) -> str:
        """The platform's family, ``linux`` or ``windows``."""
        named = self.platform_family
        if named is None and not isinstance(self.definition, Missing):
            named = self.definition.runtime_platform.operating_system_family
        return "windows" if (named or "").upper().startswith("WINDOWS") else "linux"


def short(name: str) -> str:
    """The last part of an ARN's resource: ``web:3`` of ``arn:…:task-definition/web:3``."""
    return name.rpartition("/")[2]


def of_service(world: World, service: Service) -> Launch:
    """The launch of a service's tasks, as its current definition asks for them."""
    parsed = arn(service.service_arn)
    vpc = service.network_configuration.awsvpc_configuration
    definition: TaskDefinition | Missing
    if service.task_definition is UNSET:
        definition = Missing(f"the task definition of service {service.service_name}", "ecs:DescribeServices")
    else:
        definition = world.task_definition(service.task_definition)
    return Launch(
        name=service.service_name,
        cluster="" if service.cluster_arn is UNSET else short(service.cluster_arn),
        definition_name="" if service.task_definition is UNSET else short(service.task_definition),
        definition=definition,
        subnets=vpc.subnets if vpc else (),
        groups=vpc.security_groups if vpc else (),
        public_address=vpc is not None and vpc.assign_public_ip == "ENABLED",
        platform_version=service.platform_version or LATEST,
        platform_family=service.platform_family,
        region=parsed.region if parsed else world.region,
        arn=service.service_arn,
        execute_command=service.enable_execute_command,
        service_connect=any(deployment.service_connect_configuration.enabled for deployment in service.deployments),
        not_applicable=_not_applicable(world, service),
        unread=_unread(world, service),
    )


def _not_applicable(world: World, service: Service) -> str | None:
    if service.status != "ACTIVE":
        return f"the service is {service.status}"
    if service.launch_type is not None and service.launch_type != "FARGATE":
        return f"launch type {service.launch_type}: its tasks use the network of their hosts"
    return _other_providers(_providers(world, service))


def _other_providers(providers: tuple[ProviderStrategy, ...]) -> str | None:
    names = [item.capacity_provider for item in providers]
    if not names or _FARGATE.intersection(names):
        return None
    return f"capacity provider {', '.join(names)}: its tasks use the network of their hosts"


def _providers(world: World, service: Service) -> tuple[ProviderStrategy, ...]:
    if service.launch_type is not None or service.capacity_provider_strategy:
        return service.capacity_provider_strategy
    cluster = world.cluster_of(service)
    return cluster.default_capacity_provider_strategy if cluster else ()


def _unread(world: World, service: Service) -> tuple[Missing, ...]:
    facts = []
    if service.deployment_controller.type == "EXTERNAL":
        facts.append(Missing(f"the task sets of service {service.service_name}", "ecs:DescribeTaskSets"))
    if service.launch_type is None and not _providers(world, service):
        facts.append(Missing(f"the launch type of service {service.service_name}", "ecs:DescribeClusters"))
    return tuple(facts)


def of_task(world: World, task: Task) -> Launch:
    """The launch of one task again, where and as it was launched.

    The subnet and interface are read from the task's attachment; the security groups from the interface if it was
    read, else from the service that the task belongs to.
    """
    parsed = arn(task.task_arn)
    service = service_of(world, task)
    origin = of_service(world, service) if service else None
    details = _details(task)
    subnet, interface = details.get("subnetId"), details.get("networkInterfaceId")
    definition: TaskDefinition | Missing
    if task.task_definition_arn is UNSET:
        definition = Missing(f"the task definition of task {short(task.task_arn)}", "ecs:DescribeTasks")
    else:
        definition = world.task_definition(task.task_definition_arn)
    return Launch(
        name=short(task.task_arn),
        cluster="" if task.cluster_arn is UNSET else short(task.cluster_arn),
        definition_name="" if task.task_definition_arn is UNSET else short(task.task_definition_arn),
        definition=definition,
        subnets=(subnet,) if subnet else (origin.subnets if origin else ()),
        groups=_task_groups(world, interface, origin),
        public_address=origin.public_address if origin else _has_public_address(world, interface),
        platform_version=task.platform_version or LATEST,
        platform_family=task.platform_family,
        region=parsed.region if parsed else world.region,
        arn=task.task_arn,
        execute_command=task.enable_execute_command,
        service_connect=origin.service_connect if origin else False,
        not_applicable=_not_fargate(task),
    )


def _details(task: Task) -> dict[str, str]:
    """What ECS tells of the network interface that it attached to a task."""
    return {
        detail.name: detail.value
        for attachment in task.attachments
        if attachment.type == _INTERFACE
        for detail in attachment.details
    }


def _not_fargate(task: Task) -> str | None:
    if task.launch_type not in {None, "FARGATE"}:
        return f"launch type {task.launch_type}: the task uses the network of its host"
    provider = task.capacity_provider_name
    return _other_providers((ProviderStrategy(capacity_provider=provider),) if provider else ())


def service_of(world: World, task: Task) -> Service | None:
    """The service that a task belongs to, by its group ``service:NAME`` and its cluster."""
    name = (task.group or "").removeprefix("service:")
    return next(
        (
            service
            for service in world.facts.services
            if service.service_name == name and service.cluster_arn == task.cluster_arn
        ),
        None,
    )


def _task_groups(world: World, interface_id: str | None, origin: Launch | None) -> tuple[str, ...] | UnsetType:
    interface = world.network_interfaces.get(interface_id or "")
    if interface is not None and interface.groups is not UNSET:
        return tuple(group.group_id for group in interface.groups)
    return origin.groups if origin else UNSET


def _has_public_address(world: World, interface_id: str | None) -> bool | Missing:
    interface = world.network_interfaces.get(interface_id or "")
    if interface is None:
        return Missing("whether the task had a public address", "ec2:DescribeNetworkInterfaces")
    return interface.association.public_ip is not None
