"""Starters of tasks and hosts that leave no trace in the network while they are idle: read, unread and off."""

from collections.abc import Iterable, Iterator

import msgspec

from skerry.launch.launches import Launch, short_name_of
from skerry.launch.running_tasks import launch_of_task, service_of
from skerry.launch.state_machines import unread_state_machines_of
from skerry.model.ecs import Service, Task
from skerry.model.facts import Missing
from skerry.model.world import World

_RULES = "events:ListRuleNamesByTarget"
_LISTED = (
    ("schedules", "the schedules of EventBridge Scheduler", "scheduler:ListSchedules", "scheduler:GetSchedule"),
    ("state_machines", "the state machines of Step Functions", "states:ListStateMachines", ""),
    ("pipes", "the pipes of EventBridge Pipes", "pipes:ListPipes", "pipes:DescribePipe"),
)
"""The kinds of starters, with the call of their list, and the call that may be refused alone."""

# Lambda takes the interface of a function that is idle for weeks, and CodeBuild makes one for each build:
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
# https://docs.aws.amazon.com/codebuild/latest/userguide/vpc-support.html
_CLIENTS = (
    ("functions", "the Lambda functions", "lambda:ListFunctions"),
    ("build_projects", "the CodeBuild projects", "codebuild:ListProjects"),
)
_OF_BATCH = (("job_queues", "the job queues of AWS Batch"), ("job_definitions", "the job definitions of AWS Batch"))
_GONE = {"DELETING", "DELETED"}
_ACTIVE = "ACTIVE"


def unread_starters_of(world: World, behind: Iterable[str]) -> Iterator[Missing]:
    """Yield the starters of tasks that were not read: their tasks may be behind the NAT at any hour.

    A subnet shows nothing of a task before its start, so only a complete list proves that there is none.
    """
    for kind, fact, listing, description in _LISTED:
        if not world.knows(kind):
            refused = {refusal.action for refusal in world.facts.refused}
            yield Missing(fact, description if description in refused else listing)
    for name in unread_state_machines_of(world):
        yield Missing(f"the definition of state machine {name}", "states:DescribeStateMachine")
    if _may_have_unread_rules(world):
        yield Missing("the rules of EventBridge that start tasks", _RULES)
    yield from _of_batch(world, set(behind))
    for kind, fact, action in _CLIENTS:
        if not world.knows(kind):
            yield Missing(fact, action)


def _may_have_unread_rules(world: World) -> bool:
    """Return whether a rule may start tasks unseen: the rules of each cluster and job queue must be listed.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRuleNamesByTarget.html
    """
    targets: set[str] = {row.cluster_arn for row in world.facts.clusters}
    targets |= {row.cluster_arn for row in world.facts.services if isinstance(row.cluster_arn, str)}
    targets |= {row.job_queue_arn for row in world.batch.fargate_queues}
    lists = world.facts.completeness
    is_whole = world.knows("clusters") and not lists.lacks("rule_targets")
    return not is_whole or not all(lists.lists("rule_targets", name) for name in targets)


def _of_batch(world: World, behind: set[str]) -> Iterator[Missing]:
    """Yield the unread parts of AWS Batch; without a compute environment behind the NAT no job is there.

    https://docs.aws.amazon.com/batch/latest/userguide/compute_environments.html
    """
    if not world.knows("compute_environments"):
        yield world.missing_for("compute_environments", "the compute environments of AWS Batch")
        return
    rows = (row.compute_resources for row in world.facts.compute_environments if row.status not in _GONE)
    if any(row is not None and behind.intersection(row.subnets) for row in rows):
        yield from (world.missing_for(kind, fact) for kind, fact in _OF_BATCH if not world.knows(kind))


def unread_hosts_of(world: World) -> Iterator[Missing]:
    """Yield the hosts of services without tasks that use the network of their hosts: nothing tells their subnets.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html
    """
    for service in world.facts.services:
        if service.network_configuration.awsvpc_configuration is None and _is_idle(service):
            yield Missing(f"the subnets of the hosts of service {service.service_name}, which has no tasks today")


def _is_idle(service: Service) -> bool:
    return service.status == _ACTIVE and service.desired_count == 0


def possible_launches_of(world: World, launches: Iterable[Launch]) -> tuple[Launch, ...]:
    """Return the launches, also of tasks run by hand, without those that nothing can start again.

    A starter that is off counts as if it were on: somebody may switch it on.
    """
    every = list(launches)
    every += _stand_alone(world, tuple(every))
    gone = _gone_arns(world)
    deleting = {row.name for row in world.facts.state_machines if row.status in _GONE}
    return tuple(
        msgspec.structs.replace(launch, not_applicable=None) if launch.switched_off else launch
        for launch in every
        if launch.not_applicable is None or (launch.arn not in gone and launch.launched_by not in deleting)
    )


def _gone_arns(world: World) -> frozenset[str]:
    """Return the ARNs of the services and task sets that start no more tasks."""
    services = (row.service_arn for row in world.facts.services if row.status != _ACTIVE)
    sets = (
        row.task_set_arn for service in world.facts.services for row in service.task_sets if row.status == "DRAINING"
    )
    return frozenset((*services, *sets))


def idle_notes_of(world: World, launches: Iterable[Launch]) -> Iterator[str]:
    """Yield a note about the launches without tasks today: they need NAT when they run again."""
    counts = {row.service_arn: row for row in world.facts.services}
    names: dict[str, None] = {}
    for launch in launches:
        service = None if launch.arn is None else counts.get(launch.arn)
        if launch.switched_off:
            names[f"{launch.name} (off)"] = None
        elif service is not None and _is_idle(service):
            names[f"{launch.name} (0 tasks)"] = None
    if names:
        yield f"idle today, and counted as clients: {', '.join(names)}"


def _stand_alone(world: World, launches: Iterable[Launch]) -> Iterator[Launch]:
    """Yield the launches of tasks that no service and no other known launch asks for: somebody may run them again.

    Tasks of AWS Batch are launches of their job definitions.
    """
    asked = {
        (launch.cluster, launch.definition_name.partition(":")[0], subnet)
        for launch in launches
        for subnet in launch.subnets
    }
    of_batch = {row.ecs_cluster_arn for row in world.facts.compute_environments}
    seen: set[tuple[object, ...]] = set()
    for task in world.facts.tasks:
        if task.cluster_arn in of_batch or _is_of_service(world, task):
            continue
        launch = launch_of_task(world, task)
        family = launch.definition_name.partition(":")[0]
        key = (launch.cluster, launch.definition_name, launch.subnets, launch.groups)
        if key in seen or all((launch.cluster, family, subnet) in asked for subnet in launch.subnets):
            continue
        seen.add(key)
        name = f"task {short_name_of(task.task_arn)} of {family}" if family else launch.name
        yield msgspec.structs.replace(launch, name=name)


def _is_of_service(world: World, task: Task) -> bool:
    """Return whether a service started a task, existing or deleted."""
    return service_of(world, task) is not None or (task.group or "").startswith("service:")
