"""The launches that a user selects from a World, and hypothetical ones."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from skerry.errors import Argument, InputError, NothingFoundError
from skerry.launch import scheduled_tasks
from skerry.launch.launches import Launch, launches_of, short_name_of
from skerry.launch.running_tasks import launch_of_task
from skerry.model.ecs import TaskDefinition
from skerry.model.world import World
from skerry.sources import documents, files

_SERVICE_CALLS = {"ecs:ListClusters", "ecs:ListServices", "ecs:DescribeServices"}
"""The IAM actions of the calls that return ECS services."""

_HYPOTHETICAL = (Argument.DEFINITION, " and ", Argument.SUBNET)


class Selection(msgspec.Struct, frozen=True):
    """The launches to diagnose: every service, or those of a cluster, of a name, or one task."""

    cluster: str | None = None
    service: str | None = None
    task: str | None = None


class Hypothetical(msgspec.Struct, frozen=True):
    """A task that does not exist: its task definition file and its subnets."""

    definition: Path
    subnets: tuple[str, ...]
    groups: tuple[str, ...] = ()
    public_address: bool = False
    platform_version: str = "LATEST"


def launches(world: World, selection: Selection) -> list[Launch]:
    """Return the launches of a selection.

    Raises `NothingFoundError` if there are none.
    """
    if selection.task is not None:
        return _of_tasks(world, selection.task, selection.cluster)
    candidates = all_launches(world) if selection.service is None else _of_services(world)
    if not candidates:
        raise _nothing_found(world)
    chosen = [launch for launch in candidates if _is_chosen(launch, selection)]
    if not chosen:
        asked = " in cluster ".join(
            [f"no service {selection.service or ''}".rstrip(), *filter(None, [selection.cluster])]
        )
        raise NothingFoundError(
            f"there is {asked}", _hint([f"{launch.name} in {launch.cluster}" for launch in candidates])
        )
    return chosen


def all_launches(world: World) -> list[Launch]:
    """Return the launches of all services, EventBridge rules and schedules."""
    return _of_services(world) + list(scheduled_tasks.scheduled_launches_of(world))


def hypothetical_launch(world: World, task: Hypothetical) -> Launch:
    """Return the launch of a task that does not exist yet.

    Raises `NothingFoundError` for an unknown subnet, and `InputError` for a file without a task definition.
    """
    unknown = [name for name in task.subnets if name not in world.subnets]
    if unknown:
        raise NothingFoundError(f"there is no subnet {', '.join(unknown)}", _hint(list(world.subnets)))
    definition = _task_definition(task.definition)
    name = definition.family or task.definition.stem
    return Launch(
        name=name,
        cluster="",
        definition_name=name,
        definition=definition,
        subnets=task.subnets,
        groups=task.groups,
        public_address=task.public_address,
        platform_version=task.platform_version,
        region=world.region,
    )


def _of_services(world: World) -> list[Launch]:
    return [launch for service in world.facts.services for launch in launches_of(world, service)]


def _nothing_found(world: World) -> NothingFoundError:
    """Return the error for an empty result: no launches, or, if AWS refused a call, unknown ones."""
    refused = [item for item in world.facts.refused if item.action in _SERVICE_CALLS]
    if refused:
        calls = ", ".join(dict.fromkeys(f"{item.action} ({item.code})" for item in refused))
        message = f"the ECS services of {world.facts.source} could not be read: AWS refused {calls}"
        return NothingFoundError(message, "Let a policy allow it, or give ", *_HYPOTHETICAL, ".")
    message = f"there is no ECS service in {world.facts.source}"
    hint = "Give another Region, what `aws ecs describe-services` prints, or "
    return NothingFoundError(message, hint, *_HYPOTHETICAL, ".")


def _is_chosen(launch: Launch, selection: Selection) -> bool:
    in_cluster = selection.cluster is None or launch.cluster == short_name_of(selection.cluster)
    return in_cluster and (selection.service is None or launch.service == short_name_of(selection.service))


def _of_tasks(world: World, name: str, cluster: str | None) -> list[Launch]:
    tasks = [
        task
        for task in world.facts.tasks
        if cluster is None
        or (isinstance(task.cluster_arn, str) and short_name_of(task.cluster_arn) == short_name_of(cluster))
    ]
    wanted = [task for task in tasks if short_name_of(task.task_arn) == short_name_of(name)]
    if not wanted:
        raise NothingFoundError(f"there is no task {name}", _hint([short_name_of(task.task_arn) for task in tasks]))
    return [launch_of_task(world, task) for task in wanted]


def _hint(names: Sequence[str]) -> str:
    return f"There are: {', '.join(sorted(set(names))[:10])}." if names else "The input holds none at all."


def _task_definition(path: Path) -> TaskDefinition:
    """Read a task definition as ``describe-task-definition`` prints it, or as it is registered."""
    definition = documents.read_task_definition(files.read(path))
    if definition is None:
        raise InputError(f"{path} is no task definition", "Give the JSON that `register-task-definition` takes.")
    return definition
