"""A Launch: one task that Fargate is to start, for any caller, with its possible placements."""

from typing import Literal, TypeAlias

import msgspec
from msgspec import UNSET, UnsetType

from skerry.catalogue.platform_versions import LATEST
from skerry.launch.cached_images import cached_images_of
from skerry.launch.capacity_providers import non_fargate_reason_of, other_mode_reason_of, unread_launch_type_of
from skerry.launch.cluster_options import cluster_configuration_of
from skerry.launch.needs import Need
from skerry.model.arns import ResourceArn
from skerry.model.ecs import (
    ClusterConfiguration,
    LogConfiguration,
    Service,
    ServiceConnect,
    TaskDefinition,
    TaskSet,
)
from skerry.model.facts import Missing
from skerry.model.resource_answers import PullThroughCacheRule
from skerry.model.world import World
from skerry.services.ecr_images import CachedImage

_ACTIVE = "ACTIVE"
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentController.html
_BY_TASK_SETS = {"CODE_DEPLOY", "EXTERNAL"}
_PRIMARY = "PRIMARY"
_MOST_EVENTS = 3
_FAILED = "FAILED"
DefinitionKind: TypeAlias = Literal["task definition", "job definition"]
# Parts of the messages at https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html
_OF_FAILURES = ("unable to", "failed", "unhealthy", "rolling back", "could not")


class Launch(msgspec.Struct, frozen=True, gc=False):
    """The task to start, and its placements.

    ``groups`` is empty where the VPC's default security group is used; ``not_applicable`` says why there is nothing for
    Fargate to start; ``unread`` are missing facts that the launch depends on. ``service`` is the service that asks for
    it, if one does, and ``reasons`` are ECS's own words for the latter's failures. ``cache_rules`` are the pull-through
    cache rules of the registry, ``cached_images`` the images below one, ``notes`` the assumptions; ``started_by`` is
    what tasks of a rule or schedule have for ``startedBy``; ``pinned`` are images with the digests
    of the deployment, and ``pins_unread`` says that these were not read. ``cluster_configuration`` is that of the
    cluster, None if nobody asked for it.
    ``refusals`` are those of another service than ECS, in place of ECS's own; ``kind`` is the kind of its definition.
    ``created_log_groups`` are log groups that AWS itself creates. ``launched_by`` is the name of the rule, schedule,
    pipe or state machine that asks for the tasks, if one does. ``switched_off``: it is not applicable only because
    somebody switched its starter off, and may switch it on.
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
    arn: ResourceArn | None = None
    execute_command: bool = False
    service_connect: bool = False
    not_applicable: str | None = None
    unread: tuple[Missing, ...] = ()
    service_connect_logs: LogConfiguration | None = None
    service: str | None = None
    cache_rules: tuple[PullThroughCacheRule, ...] = ()
    cached_images: tuple[CachedImage, ...] = ()
    notes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    started_by: str | None = None
    pinned: tuple[tuple[str, str], ...] = ()
    pins_unread: Missing | None = None
    cluster_configuration: ClusterConfiguration | None = None
    refusals: tuple[Need, ...] | None = None
    kind: DefinitionKind = "task definition"
    created_log_groups: frozenset[str] = frozenset()
    launched_by: str | None = None
    switched_off: bool = False

    @property
    def family(self) -> str:
        """The platform's family, ``linux`` or ``windows``."""
        named = self.platform_family
        if named is None and not isinstance(self.definition, Missing):
            named = self.definition.runtime_platform.operating_system_family
        return "windows" if (named or "").upper().startswith("WINDOWS") else "linux"

    @property
    def account(self) -> str | None:
        """The account of the task, by the ARN of its service or task definition; None without an ARN."""
        for name in (self.arn, None if isinstance(self.definition, Missing) else self.definition.task_definition_arn):
            if name is not None and name.arn.account:
                return name.arn.account
        return None

    @property
    def architecture(self) -> str | None:
        """The processor that the task definition asks for, such as ``ARM64``; None where it names none."""
        definition = self.definition
        return None if isinstance(definition, Missing) else definition.runtime_platform.cpu_architecture


def short_name_of(name: str) -> str:
    """Return the last part of an ARN's resource: ``web:3`` of ``arn:…:task-definition/web:3``."""
    return name.rpartition("/")[2]


def definition_of(
    world: World, reference: str | UnsetType, what: str, action: str
) -> tuple[TaskDefinition | Missing, tuple[str, ...]]:
    """Return the task definition of a reference, with the assumptions for finding it.

    A family without a revision is its latest active one:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    """
    if reference is UNSET:
        return Missing(f"the task definition of {what}", action), ()
    definition = world.find_task_definition(reference)
    family = short_name_of(reference)
    if not isinstance(definition, Missing):
        return definition, ()
    revisions = [row for row in world.facts.task_definitions if row.family == family and row.status in {None, _ACTIVE}]
    latest = max(revisions, key=lambda row: row.revision or 0, default=None)
    if latest is None:
        return definition, ()
    return latest, (f"{family} is its latest active revision: {family}:{latest.revision} is the highest that was read",)


def launches_of(world: World, service: Service) -> tuple[Launch, ...]:
    """Return the launches of a service's tasks: one per task set with an external deployment controller, else one."""
    if service.deployment_controller.type not in _BY_TASK_SETS or not service.task_sets:
        return (launch_of_service(world, service),)
    return tuple(launch_of_task_set(world, service, task_set) for task_set in service.task_sets)


def launch_of_service(world: World, service: Service) -> Launch:
    """Return the launch of a service's tasks, as its current definition asks for them."""
    connect = _service_connect(service)
    launch = _of_configuration(world, service, service)
    pinned = _pinned(world, service)
    return msgspec.structs.replace(
        launch,
        arn=service.service_arn,
        execute_command=service.enable_execute_command,
        service_connect=connect is not None,
        service_connect_logs=connect.log_configuration if connect else None,
        cached_images=cached_images_of(world, launch.definition, pinned),
        pinned=pinned,
        pins_unread=_revisions_unread(world, service),
    )


def _pinned(world: World, service: Service) -> tuple[tuple[str, str], ...]:
    """Return the digests that ECS took the tags of the images for, when the deployment of today began.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html#deployment-container-image-stability
    """
    names = dict.fromkeys(reference.arn for reference in service.current_service_revisions)
    revisions = [revision for name in names if (revision := world.resources.find_service_revision(name))]
    images = (
        one
        for revision in revisions
        if revision.task_definition == service.task_definition
        for one in revision.container_images
    )
    loose = _loose(world, service)
    return tuple(
        (one.image, one.image_digest)
        for one in images
        if one.image is not None and one.image_digest is not None and one.container_name not in loose
    )


def _revisions_unread(world: World, service: Service) -> Missing | None:
    """Return the missing service revisions of a service; None where all were."""
    references = [reference.arn for reference in service.current_service_revisions]
    names = [name for name in references if world.resources.find_service_revision(name) is None]
    if not names:
        return None
    return Missing(f"service revision {', '.join(map(short_name_of, names))}", "ecs:DescribeServiceRevisions")


def _loose(world: World, service: Service) -> set[str]:
    """Return the containers whose tag may stand for another image with each task.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """
    if service.task_definition is UNSET:
        return set()
    definition = world.find_task_definition(service.task_definition)
    if isinstance(definition, Missing) or definition.container_definitions is UNSET:
        return set()
    return {
        container.name for container in definition.container_definitions if container.version_consistency == "disabled"
    }


def launch_of_task_set(world: World, service: Service, task_set: TaskSet) -> Launch:
    """Return the launch of the tasks of one task set: its network, platform and task definition are its own.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html
    """
    launch = _of_configuration(world, service, task_set)
    draining = f"the task set is {task_set.status}" if task_set.status == "DRAINING" else None
    return msgspec.structs.replace(
        launch,
        name=f"{service.service_name}/{short_name_of(task_set.id)}",
        arn=task_set.task_set_arn,
        execute_command=service.enable_execute_command,
        not_applicable=launch.not_applicable or draining,
    )


def _of_configuration(world: World, service: Service, of: Service | TaskSet) -> Launch:
    """Return the common fields of a service and its task sets."""
    vpc = of.network_configuration.awsvpc_configuration
    what = f"service {service.service_name}"
    definition, notes = definition_of(world, of.task_definition, what, "ecs:DescribeServices")
    by = (world, service.cluster_arn, of.launch_type, of.capacity_provider_strategy)
    open_type = unread_launch_type_of(*by, what)
    otherwise = other_mode_reason_of(definition) if open_type else None
    inactive = None if service.status == _ACTIVE else f"the service is {service.status}"
    sets = service.deployment_controller.type == "EXTERNAL" and not service.task_sets
    missing_sets = (Missing(f"the task sets of {what}", "ecs:DescribeTaskSets"),) if sets else ()
    return Launch(
        name=service.service_name,
        cluster="" if service.cluster_arn is UNSET else short_name_of(service.cluster_arn),
        definition_name="" if of.task_definition is UNSET else short_name_of(of.task_definition),
        definition=definition,
        subnets=vpc.subnets if vpc else (),
        groups=vpc.security_groups if vpc else (),
        public_address=vpc is not None and vpc.assign_public_ip == "ENABLED",
        platform_version=of.platform_version or LATEST,
        platform_family=of.platform_family,
        region=service.service_arn.arn.region,
        service=service.service_name,
        not_applicable=inactive or non_fargate_reason_of(*by) or otherwise,
        unread=(*missing_sets, *(() if otherwise else open_type)),
        cache_rules=world.facts.pull_through_rules,
        cached_images=cached_images_of(world, definition),
        notes=notes,
        reasons=failure_reasons_of(service),
        cluster_configuration=cluster_configuration_of(world, service.cluster_arn),
    )


def _service_connect(service: Service) -> ServiceConnect | None:
    """Return the launch of the service's latest deployment; earlier ones may differ."""
    latest = [deployment for deployment in service.deployments if deployment.status == _PRIMARY] or service.deployments
    return next(
        (
            deployment.service_connect_configuration
            for deployment in latest
            if deployment.service_connect_configuration.enabled
        ),
        None,
    )


def failure_reasons_of(service: Service) -> tuple[str, ...]:
    """Return the reasons of a service's failed deployments, then its latest events about failures, each once."""
    rollout_reasons = [record.rollout_state_reason for record in service.deployments if record.rollout_state == _FAILED]
    deployments = [text for text in rollout_reasons if text]
    events = [
        record.message for record in service.events if any(part in record.message.lower() for part in _OF_FAILURES)
    ]
    return tuple(dict.fromkeys([*deployments, *list(dict.fromkeys(events))[:_MOST_EVENTS]]))
