"""Launches that no service asks for: targets of EventBridge rules, and schedules of EventBridge Scheduler."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from skerry.catalogue.platform_versions import LATEST
from skerry.launch.batch_jobs import Submission, launches_of_submission
from skerry.launch.cached_images import cached_images_of
from skerry.launch.capacity_providers import non_fargate_reason_of, other_mode_reason_of, unread_launch_type_of
from skerry.launch.cluster_options import cluster_configuration_of
from skerry.launch.launches import Launch, definition_of, short_name_of
from skerry.model.arns import Arn, ResourceArn
from skerry.model.facts import Missing
from skerry.model.schedules import EcsParameters, RuleTarget, Schedule
from skerry.model.world import World

_CLUSTER = "cluster/"
_UNIVERSAL = {"aws-sdk:ecs:runTask": "task", "aws-sdk:batch:submitJob": "job"}
_MOST = 36
_RULE_ACTION, _SCHEDULE_ACTION = "events:ListTargetsByRule", "scheduler:GetSchedule"


def scheduled_launches_of(world: World) -> tuple[Launch, ...]:
    """Return every launch that a rule or a schedule asks for."""
    candidates = [launch_of_target(world, record) for record in world.facts.rule_targets]
    candidates += [launch_of_schedule(world, record) for record in world.facts.schedules]
    jobs = (launch for record in world.facts.rule_targets for launch in launches_of_job_target(world, record))
    return (*(launch for launch in candidates if launch is not None), *jobs)


def launches_of_job_target(world: World, row: RuleTarget) -> tuple[Launch, ...]:
    """Return the launches of a rule's target that is a job queue; none for other targets."""
    parameters = row.target.batch_parameters
    if row.target.arn.arn.service != "batch":
        return ()
    unread = Missing(f"the job definition of rule {row.rule}", _RULE_ACTION)
    definition = unread if parameters is None else world.batch.find_definition(parameters.job_definition)
    queue = world.batch.find_queue(row.target.arn)
    made = launches_of_submission(world, Submission(_name_of(row), definition, queue))
    return tuple(msgspec.structs.replace(launch, launched_by=row.rule) for launch in made)


def submitted_definitions_of_rules(world: World) -> Iterator[str]:
    """Yield the names of the job definitions that rules submit, without their revisions."""
    for row in world.facts.rule_targets:
        if row.target.batch_parameters is not None:
            yield short_name_of(row.target.batch_parameters.job_definition).partition(":")[0]


def _name_of(row: RuleTarget) -> str:
    return f"{row.rule}/{row.target.id}" if row.target.id else row.rule


def launch_of_target(world: World, row: RuleTarget) -> Launch | None:
    """Return the launch of a rule's target; None where the target is no cluster."""
    if not _is_cluster(row.target.arn.arn):
        return None
    launch = _launch(world, _name_of(row), row.target.arn, row.target.ecs_parameters, f"rule {row.rule}", _RULE_ACTION)
    return msgspec.structs.replace(launch, started_by=started_by_of(f"events-rule/{row.rule}"), launched_by=row.rule)


def launch_of_schedule(world: World, row: Schedule) -> Launch | None:
    """Return the launch of a schedule; None where its target is neither a cluster nor a call of RunTask or SubmitJob.

    A schedule that is disabled starts nothing. A universal target describes its tasks in its input, and skerry does not
    read it: https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
    """
    if row.target is UNSET:
        return None
    what = f"schedule {row.name}"
    target = row.target.arn.arn
    if target.service == "scheduler" and target.resource in _UNIVERSAL:
        fact = Missing(f"the {_UNIVERSAL[target.resource]} that {what} runs, which is in its input", _SCHEDULE_ACTION)
        launch = Launch(row.name, "", "", fact, region=world.region, arn=row.arn, unread=(fact,))
    elif _is_cluster(target):
        launch = _launch(world, row.name, row.target.arn, row.target.ecs_parameters, what, _SCHEDULE_ACTION)
    else:
        return None
    disabled = None if row.state == "ENABLED" else f"the schedule is {row.state}"
    return msgspec.structs.replace(
        launch,
        arn=row.arn,
        not_applicable=launch.not_applicable or disabled,
        switched_off=launch.not_applicable is None and disabled is not None,
        started_by=started_by_of(f"chronos-schedule/{row.name}"),
        launched_by=row.name,
    )


def started_by_of(name: str) -> str:
    """Return the ``startedBy`` of tasks started by EventBridge: it keeps its first 36 characters. Observed."""
    return name[:_MOST]


def _is_cluster(target: Arn) -> bool:
    return target.service == "ecs" and target.resource.startswith(_CLUSTER)


def _launch(
    world: World, name: str, cluster: ResourceArn, task: EcsParameters | UnsetType, what: str, action: str
) -> Launch:
    region = cluster.arn.region
    if task is UNSET:
        fact = Missing(f"the task that {what} runs", action)
        return Launch(name, short_name_of(cluster), "", fact, region=region, unread=(fact,))
    vpc = task.network_configuration.awsvpc_configuration
    missing_network = () if vpc else (Missing(f"the network configuration of {what}", action),)
    reference = task.task_definition_arn
    definition, notes = definition_of(world, reference, what, action)
    of = (world, cluster, task.launch_type, task.capacity_provider_strategy)
    open_type = unread_launch_type_of(*of, what)
    otherwise = other_mode_reason_of(definition) if open_type else None
    return Launch(
        name=name,
        cluster=short_name_of(cluster),
        definition_name="" if reference is UNSET else short_name_of(reference),
        definition=definition,
        subnets=vpc.subnets if vpc else (),
        groups=vpc.security_groups if vpc else (),
        public_address=vpc is not None and vpc.assign_public_ip == "ENABLED",
        platform_version=task.platform_version or LATEST,
        region=region,
        execute_command=task.enable_execute_command,
        not_applicable=non_fargate_reason_of(*of) or otherwise,
        unread=(*open_type, *missing_network),
        cache_rules=world.facts.pull_through_rules,
        cached_images=cached_images_of(world, definition),
        notes=notes,
        cluster_configuration=cluster_configuration_of(world, cluster),
    )
