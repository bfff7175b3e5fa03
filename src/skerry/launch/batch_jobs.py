"""Launches of AWS Batch on Fargate: a job definition on a job queue, in the queue's compute environments."""

from collections.abc import Collection, Iterator, Sequence

import msgspec
from msgspec import UNSET

from skerry.catalogue.platform_versions import LATEST
from skerry.launch.cached_images import cached_images_of
from skerry.launch.cluster_options import cluster_configuration_of
from skerry.launch.job_definitions import (
    DEFAULT_LOG_GROUP,
    FARGATE,
    READ,
    refusals_of_job,
    task_definition_of,
    task_properties_of,
)
from skerry.launch.launches import Launch
from skerry.launch.needs import Fault
from skerry.model.batch import ComputeEnvironment, JobDefinition, JobQueue, ResourceRequirement
from skerry.model.batch_lookup import QUEUES, is_on_fargate, short_name_of, usable_of
from skerry.model.facts import Missing
from skerry.model.world import World

_DISABLED = "DISABLED"


class Submission(msgspec.Struct, frozen=True, gc=False):
    """A submission of jobs: the name of its launch, the job definition and the job queue, each known or not.

    ``overrides`` are resource requirements in place of the definition's, ``unread`` are further missing facts.
    """

    name: str
    definition: JobDefinition | Missing
    queue: JobQueue | Missing
    overrides: tuple[ResourceRequirement, ...] | None = None
    notes: tuple[str, ...] = ()
    unread: tuple[Missing, ...] = ()


def batch_launches_of(world: World, submitted: Collection[str] = ()) -> tuple[Launch, ...]:
    """Return the launches of each active job definition on each job queue that its jobs go to.

    A job of the past names both. Jobs of a definition without jobs are assumed to go to every job queue with a Fargate
    compute environment, unless the definition's name is among those ``submitted`` elsewhere.
    """
    lookup = world.batch
    used = _queues_by_definition(world)
    launches: list[Launch] = []
    for name, definition in lookup.latest_definitions.items():
        if used.get(name):
            launches += _of_jobs(world, name, definition, used[name])
        elif name not in submitted:
            launches += _assumed(world, definition)
    if not world.knows("job_definitions"):
        for name in sorted(used.keys() - lookup.latest_definitions.keys()):
            launches += _of_jobs(world, name, Missing(f"job definition {name}", READ), used[name])
    return tuple(launches)


def _queues_by_definition(world: World) -> dict[str, list[str]]:
    """Return the job queues of past jobs by the name of their job definition, without its revision."""
    queues: dict[str, dict[str, None]] = {}
    for job in world.facts.batch_jobs:
        if job.job_definition is not None and job.job_queue is not None:
            name = short_name_of(job.job_definition).partition(":")[0]
            queues.setdefault(name, {})[short_name_of(job.job_queue)] = None
    return {name: list(names) for name, names in queues.items()}


def _of_jobs(world: World, name: str, definition: JobDefinition | Missing, queues: Sequence[str]) -> Iterator[Launch]:
    for queue in map(world.batch.find_queue, queues):
        if isinstance(queue, Missing) or world.batch.may_be_on_fargate(queue):
            yield from launches_of_submission(world, Submission(name_of(name, queue), definition, queue))


def _assumed(world: World, definition: JobDefinition) -> Iterator[Launch]:
    """Yield the launches of a job definition without a job: on every queue to Fargate, if it is for Fargate.

    Without any answer about job queues, each Fargate compute environment counts.
    """
    name, lookup = definition.job_definition_name, world.batch
    kinds = definition.platform_capabilities or ("EC2",)
    alone = Submission(
        f"job definition {name}", definition, Missing(f"the job queues of job definition {name}", QUEUES)
    )
    if FARGATE not in kinds:
        reason = f"platformCapabilities {', '.join(kinds)}: its jobs do not run on Fargate"
        yield _launch(world, alone, None, not_applicable=reason)
        return
    for queue in lookup.fargate_queues:
        note = f"its jobs are assumed to go to job queue {queue.job_queue_name}: no job that was read names both"
        yield from launches_of_submission(world, Submission(name_of(name, queue), definition, queue, notes=(note,)))
    if lookup.fargate_queues:
        return
    if "job_queues" not in world.facts.completeness.asked and lookup.fargate_environments:
        note = "its jobs are assumed to run in every Fargate compute environment: no job queue was read"
        for environment in lookup.fargate_environments:
            place = f"compute environment {environment.compute_environment_name}"
            submission = msgspec.structs.replace(alone, name=f"{alone.name} in {place}", notes=(note,))
            yield _switched_off(_launch(world, submission, environment), _disabled(environment))
    elif world.knows("job_queues"):
        yield _launch(world, alone, None, not_applicable="no job queue has a Fargate compute environment")
    else:
        yield from launches_of_submission(world, alone)


def launches_of_submission(world: World, submission: Submission) -> tuple[Launch, ...]:
    """Return the launches of submitted jobs: one for each compute environment that Batch may place them in."""
    queue = submission.queue
    if isinstance(queue, Missing):
        return (_launch(world, submission, None, unread=(queue,)),)
    environments = world.batch.environments_of(queue)
    read = [item for item in environments if not isinstance(item, Missing)]
    if (read and not any(map(is_on_fargate, read))) or not environments:
        reason = f"job queue {queue.job_queue_name} has no Fargate compute environment"
        return (_launch(world, submission, None, not_applicable=reason),)
    unread = tuple(item for item in environments if isinstance(item, Missing))
    if unread:
        return (_launch(world, submission, next(iter(usable_of(read)), None), unread=unread),)
    usable = usable_of(read)
    names = [f"{submission.name} in {item.compute_environment_name}" for item in usable]
    off = f"job queue {queue.job_queue_name} is {_DISABLED}" if queue.state == _DISABLED else None
    return tuple(
        _switched_off(
            _launch(
                world,
                msgspec.structs.replace(submission, name=name if len(usable) > 1 else submission.name),
                environment,
            ),
            off or _disabled(environment),
        )
        for name, environment in zip(names, usable, strict=True)
    )


def _switched_off(launch: Launch, reason: str | None) -> Launch:
    return launch if reason is None else msgspec.structs.replace(launch, not_applicable=reason, switched_off=True)


def _disabled(environment: ComputeEnvironment) -> str | None:
    name = environment.compute_environment_name
    return f"compute environment {name} is {_DISABLED}" if environment.state == _DISABLED else None


def name_of(definition: str, queue: JobQueue | Missing) -> str:
    """Return the name of a job definition's launch on a job queue."""
    place = queue.fact if isinstance(queue, Missing) else f"queue {queue.job_queue_name}"
    return f"job definition {definition} on {place}"


def _launch(
    world: World,
    submission: Submission,
    environment: ComputeEnvironment | None,
    *,
    unread: tuple[Missing, ...] = (),
    not_applicable: str | None = None,
) -> Launch:
    """Return the launch of jobs in a compute environment; None: it is not known, or there is none."""
    resources = environment.compute_resources if environment is not None else None
    cluster = environment.ecs_cluster_arn if environment is not None else None
    launch = Launch(
        name=submission.name,
        cluster=short_name_of(cluster or ""),
        definition_name="",
        definition=Missing("the job definition", READ),
        subnets=resources.subnets if resources is not None else (),
        groups=resources.security_group_ids if resources is not None else (),
        region=world.region,
        kind="job definition",
        unread=(*unread, *submission.unread),
        not_applicable=not_applicable,
        cache_rules=world.facts.pull_through_rules,
        notes=submission.notes,
        created_log_groups=frozenset((DEFAULT_LOG_GROUP,)),
        cluster_configuration=cluster_configuration_of(world, cluster or UNSET),
    )
    if isinstance(submission.definition, Missing):
        return msgspec.structs.replace(launch, definition=submission.definition)
    made = _with_definition(launch, submission.definition, submission.overrides, _fault_of(environment))
    return msgspec.structs.replace(made, cached_images=cached_images_of(world, made.definition))


def _with_definition(
    launch: Launch,
    definition: JobDefinition,
    overrides: tuple[ResourceRequirement, ...] | None,
    faults: tuple[Fault, ...],
) -> Launch:
    """Return the launch of a job with the fields of its job definition."""
    arn, task = definition.job_definition_arn.arn, task_properties_of(definition)
    name = short_name_of(definition.job_definition_arn)
    refusals = refusals_of_job(definition, arn.account, overrides)
    return msgspec.structs.replace(
        launch,
        definition_name=name,
        definition=task_definition_of(definition) or Missing(f"the containers of job definition {name}", READ),
        public_address=task is not None and task.network_configuration.assign_public_ip == "ENABLED",
        platform_version=(task.platform_version if task is not None else None) or LATEST,
        region=arn.region,
        arn=definition.job_definition_arn,
        execute_command=task is not None and task.enable_execute_command,
        refusals=(*faults, *refusals),
    )


def _fault_of(environment: ComputeEnvironment | None) -> tuple[Fault, ...]:
    """Return the fault of an invalid compute environment: Batch places no job in it.

    https://docs.aws.amazon.com/batch/latest/userguide/invalid_compute_environment.html
    """
    if environment is None or environment.status != "INVALID":
        return ()
    reason = f": {environment.status_reason}" if environment.status_reason else ""
    message = f"compute environment {environment.compute_environment_name} is INVALID{reason}"
    return (Fault("placement", "COMPUTE_ENVIRONMENT_INVALID", message),)
