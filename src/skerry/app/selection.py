"""The launches that a user selects from a World, and hypothetical ones."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from skerry.app.resource_names import group_ids_of, subnet_ids_of
from skerry.catalogue.platform_versions import find_platform, list_platform_versions
from skerry.errors import Argument, InputError, NothingFoundError, UnknownNameError
from skerry.launch.cached_images import cached_images_of
from skerry.launch.launches import Launch, launches_of, short_name_of
from skerry.model.ecs import Task, TaskDefinition
from skerry.model.missing import Missing
from skerry.model.world import World
from skerry.sources import documents, files

if TYPE_CHECKING:
    from skerry.model.batch import JobDefinition

_SERVICE_CALLS = {"ecs:ListClusters", "ecs:ListServices", "ecs:DescribeServices"}
"""The IAM actions of the calls that return ECS services."""

_LAUNCH_CALLS = _SERVICE_CALLS | {
    "batch:DescribeComputeEnvironments",
    "batch:DescribeJobDefinitions",
    "batch:DescribeJobQueues",
    "events:ListEventBuses",
    "events:ListRuleNamesByTarget",
    "events:ListTargetsByRule",
    "pipes:DescribePipe",
    "pipes:ListPipes",
    "scheduler:GetSchedule",
    "scheduler:ListSchedules",
    "states:DescribeStateMachine",
    "states:ListStateMachines",
}
"""The IAM actions of the calls that return launches: of services, events, state machines and AWS Batch."""

_OTHER_KINDS = ("rule_targets", "schedules", "state_machines", "pipes", "job_definitions")
"""The kinds of records that launch tasks without an ECS service."""

_OF_SERVICE = "service:"
_HYPOTHETICAL = (Argument.DEFINITION, " and ", Argument.SUBNET)


class Selection(msgspec.Struct, frozen=True):
    """The launches to diagnose: all, or those of a cluster, of a service, one task, or jobs of AWS Batch.

    ``launched_by`` is the name or ARN of a rule, schedule, pipe or state machine.
    """

    cluster: str | None = None
    service: str | None = None
    task: str | None = None
    job_definition: str | None = None
    job_queue: str | None = None
    launched_by: str | None = None


class Hypothetical(msgspec.Struct, frozen=True):
    """A task that does not exist: its task definition file and its subnets.

    Subnets and security groups are ids, or names as AWS's console shows them.
    """

    definition: Path
    subnets: tuple[str, ...]
    groups: tuple[str, ...] = ()
    public_address: bool = False
    platform_version: str = "LATEST"


def launches(world: World, selection: Selection) -> list[Launch]:
    """Return the launches of a selection; none if the whole input was read and nothing in it starts tasks.

    Described tasks are launches if the input has no other launch.

    Raises `UnknownNameError` if the selection names something that does not exist, and `NothingFoundError` if the
    input cannot show launches.
    """
    if selection.task is not None:
        return _of_tasks(world, selection.task, selection.cluster)
    if selection.job_definition is not None:
        return _of_jobs(world, selection.job_definition, selection.job_queue)
    if selection.launched_by is not None:
        return _launched_by(world, selection.launched_by, selection.cluster)
    candidates = all_launches(world) if selection.service is None else _of_services(world)
    chosen = [launch for launch in candidates if _is_chosen(launch, selection)]
    if not chosen and selection.service is None:
        chosen = _of_other_tasks(world, selection.cluster)
    if chosen or (selection.service is None and _is_complete(world, selection.cluster)):
        return chosen
    is_named = selection.service is not None or selection.cluster is not None
    if not candidates and not (is_named and _are_services_known(world)):
        raise _nothing_found(world)
    raise _unknown_service(selection, candidates)


def all_launches(world: World) -> list[Launch]:
    """Return the launches of all services, rules, schedules, pipes, state machines and job definitions."""
    return [*_of_services(world), *_other_launches(world)]


def _other_launches(world: World) -> tuple[Launch, ...]:
    if not any(getattr(world.facts, kind) for kind in _OTHER_KINDS):
        return ()
    # Loaded for an input with such records only.
    from skerry.launch.other_launches import other_launches_of  # noqa: PLC0415

    return other_launches_of(world)


def hypothetical_launch(world: World, task: Hypothetical) -> Launch:
    """Return the launch of a task that does not exist yet.

    Raises `UnknownNameError` for an unknown subnet, security group or platform version, and `InputError` for a file
    without a task definition.
    """
    subnets = subnet_ids_of(world, task.subnets)
    groups = group_ids_of(world, task.groups, subnets)
    definition = _task_definition(task.definition)
    name = definition.family or task.definition.stem
    launch = Launch(
        name=name,
        cluster="",
        definition_name=name,
        definition=definition,
        subnets=subnets,
        groups=groups,
        public_address=task.public_address,
        platform_version=task.platform_version,
        region=world.region,
        cache_rules=world.facts.pull_through_rules,
        cached_images=cached_images_of(world, definition),
    )
    if find_platform(launch.family, task.platform_version) is None:
        versions = {version: version for version in list_platform_versions(launch.family)}
        message = f"there is no platform version {task.platform_version} of Fargate on {launch.family}"
        raise UnknownNameError(message, task.platform_version, versions)
    return launch


def _of_services(world: World) -> list[Launch]:
    return [launch for service in world.facts.services for launch in launches_of(world, service)]


def _of_jobs(world: World, definition_name: str, queue_name: str | None) -> list[Launch]:
    """Return the launches of a job definition: on the named job queue, else on each queue that its jobs go to."""
    from skerry.launch.batch_jobs import Submission, launches_of_submission, name_of  # noqa: PLC0415 -- one option's

    definition = world.batch.find_definition(definition_name)
    if isinstance(definition, Missing):
        names = {name: name for name in world.batch.latest_definitions}
        raise UnknownNameError(f"there is no job definition {definition_name}", definition_name, names)
    if queue_name is None:
        launched = [launch for launch in all_launches(world) if launch.definition_name == _revision_of(definition)]
        return [launch for launch in launched if launch.kind == "job definition"]
    queue = world.batch.find_queue(queue_name)
    if isinstance(queue, Missing):
        names = {row.job_queue_name: row.job_queue_name for row in world.facts.job_queues}
        raise UnknownNameError(f"there is no job queue {queue_name}", queue_name, names)
    name = name_of(definition.job_definition_name, queue)
    return list(launches_of_submission(world, Submission(name, definition, queue)))


def _launched_by(world: World, name: str, cluster: str | None) -> list[Launch]:
    """Return the launches of a rule, schedule, pipe or state machine; names end the ARNs of all of these."""
    candidates = [launch for launch in _other_launches(world) if launch.launched_by is not None]
    wanted = name.rpartition("/")[2].rpartition(":")[2]
    chosen = [
        launch for launch in candidates if launch.launched_by == wanted and _is_chosen(launch, Selection(cluster))
    ]
    if chosen:
        return chosen
    if not candidates and _refused(world, _LAUNCH_CALLS):
        raise _nothing_found(world)
    names = {launch.launched_by: launch.launched_by for launch in candidates if launch.launched_by is not None}
    place = "" if cluster is None else f" in cluster {cluster}"
    message = f"no rule, schedule, pipe or state machine {wanted} starts tasks{place}"
    raise UnknownNameError(message, wanted, names)


def _revision_of(definition: "JobDefinition") -> str:
    return short_name_of(definition.job_definition_arn)


def _is_complete(world: World, cluster: str | None) -> bool:
    """Return whether all launches were read; of one cluster only if it exists."""
    clusters = {short_name_of(row.cluster_arn) for row in world.facts.clusters}
    exists = cluster is None or short_name_of(cluster) in clusters
    return exists and _are_services_known(world) and not _refused(world, _LAUNCH_CALLS)


def _are_services_known(world: World) -> bool:
    return world.knows("services") and not _refused(world, _SERVICE_CALLS)


def _refused(world: World, actions: set[str]) -> list[str]:
    """Return the calls among these that AWS did not answer, with its codes."""
    refused = (item for item in world.facts.refused if item.action in actions)
    return list(dict.fromkeys(f"{item.action} ({item.code})" for item in refused))


def _unknown_service(selection: Selection, candidates: Sequence[Launch]) -> UnknownNameError:
    """Return the error for a selection that no launch matches."""
    names = {f"{launch.name} in {launch.cluster}": launch.name for launch in candidates}
    if selection.service is not None:
        place = f" in cluster {selection.cluster}" if selection.cluster is not None else ""
        return UnknownNameError(f"there is no service {selection.service}{place}", selection.service, names)
    cluster = selection.cluster or ""
    clusters = {f"{launch.name} in {launch.cluster}": launch.cluster for launch in candidates}
    return UnknownNameError(f"there is no service in cluster {cluster}", cluster, clusters)


def _nothing_found(world: World) -> NothingFoundError:
    """Return the error for an empty result: no launches, or, if AWS refused a call, unknown ones."""
    if refused := _refused(world, _LAUNCH_CALLS):
        calls = ", ".join(refused)
        kinds = "ECS services" if _refused(world, _SERVICE_CALLS) else "rules, schedules, state machines or jobs"
        message = f"the {kinds} of {world.facts.source} could not be read: AWS refused {calls}"
        return NothingFoundError(message, "Let a policy allow it, or give ", *_HYPOTHETICAL, ".")
    message = f"no answer in {world.facts.source} lists ECS services"
    hint = "Give another Region, what `aws ecs describe-services` prints, or "
    return NothingFoundError(message, hint, *_HYPOTHETICAL, ".")


def _is_chosen(launch: Launch, selection: Selection) -> bool:
    in_cluster = selection.cluster is None or launch.cluster == short_name_of(selection.cluster)
    return in_cluster and (selection.service is None or launch.service == short_name_of(selection.service))


def _tasks_in(world: World, cluster: str | None) -> list[Task]:
    return [
        task
        for task in world.facts.tasks
        if cluster is None
        or (isinstance(task.cluster_arn, str) and short_name_of(task.cluster_arn) == short_name_of(cluster))
    ]


def _of_other_tasks(world: World, cluster: str | None) -> list[Launch]:
    """Return the launches of Fargate tasks without a known service; one for tasks in the same subnet and alike.

    The group of a service's task has the service's name. If that service is gone, nothing starts its tasks.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
    """
    if _refused(world, _LAUNCH_CALLS):
        return []
    unique: dict[tuple[object, ...], Launch] = {}
    for task in _tasks_in(world, cluster):
        is_gone = (task.group or "").startswith(_OF_SERVICE) and _are_services_known(world)
        launch = _launch_of_task(world, task)
        if launch.not_applicable is None and not is_gone:
            key = (launch.cluster, launch.definition_name, launch.subnets, launch.groups, launch.platform_version)
            unique.setdefault(key, launch)
    return list(unique.values())


def _of_tasks(world: World, name: str, cluster: str | None) -> list[Launch]:
    tasks = _tasks_in(world, cluster)
    wanted = [task for task in tasks if short_name_of(task.task_arn) == short_name_of(name)]
    if not wanted:
        ids = {task_id: task_id for task_id in (short_name_of(task.task_arn) for task in tasks)}
        raise UnknownNameError(f"there is no task {name}", short_name_of(name), ids)
    return [_launch_of_task(world, task) for task in wanted]


def _launch_of_task(world: World, task: Task) -> Launch:
    from skerry.launch.running_tasks import launch_of_task  # noqa: PLC0415 -- few diagnoses are of tasks

    return launch_of_task(world, task)


def _task_definition(path: Path) -> TaskDefinition:
    """Read a task definition as ``describe-task-definition`` prints it, or as it is registered."""
    definition = documents.read_task_definition(files.read(path))
    if definition is None:
        raise InputError(f"{path} is no task definition", "Give the JSON that `register-task-definition` takes.")
    return definition
