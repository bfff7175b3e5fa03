"""Launches of EventBridge Pipes: pipes with a cluster or a job queue as target."""

import msgspec
from msgspec import UNSET

from skerry.launch.batch_jobs import Submission, launches_of_submission
from skerry.launch.launches import Launch
from skerry.launch.run_task import RunTaskCall, launch_of_call
from skerry.model.batch_lookup import short_name_of
from skerry.model.facts import Missing
from skerry.model.schedules import EcsParameters, RunVpcConfiguration
from skerry.model.state_machines import EventPipe
from skerry.model.world import World

_READ = "pipes:DescribePipe"
_PATH = "$"


def pipe_launches_of(world: World) -> tuple[Launch, ...]:
    """Return the launches of all pipes."""
    return tuple(launch for pipe in world.facts.pipes for launch in launches_of_pipe(world, pipe))


def launches_of_pipe(world: World, pipe: EventPipe) -> tuple[Launch, ...]:
    """Return the launches of a pipe; none where its target is neither a cluster nor a job queue."""
    target = None if pipe.target is None else pipe.target.arn
    kind = None if target is None else (target.service, target.resource.partition("/")[0])
    if kind == ("ecs", "cluster"):
        made: tuple[Launch, ...] = (launch_of_call(world, _call(pipe)),)
    elif kind == ("batch", "job-queue"):
        made = launches_of_submission(world, _submission(world, pipe))
    else:
        return ()
    stopped = None if pipe.desired_state in {None, "RUNNING"} else f"the pipe is {pipe.desired_state}"
    return tuple(
        msgspec.structs.replace(
            launch,
            not_applicable=launch.not_applicable or stopped,
            switched_off=launch.switched_off or (launch.not_applicable is None and stopped is not None),
            launched_by=pipe.name,
        )
        for launch in made
    )


def submitted_definition_of(pipe: EventPipe) -> str | None:
    """Return the name of the job definition that a pipe submits, without its revision."""
    parameters = None if pipe.target_parameters is UNSET else pipe.target_parameters.batch_job_parameters
    if parameters is None or parameters.job_definition.startswith(_PATH):
        return None
    return short_name_of(parameters.job_definition).partition(":")[0]


def _call(pipe: EventPipe) -> RunTaskCall:
    what = f"pipe {pipe.name}"
    task = None if pipe.target_parameters is UNSET else pipe.target_parameters.ecs_task_parameters
    if task is None:
        fact = Missing(f"the task that {what} runs", _READ)
        return RunTaskCall(pipe.name, what, _READ, pipe.target or "", fact, fact, unread=(fact,))
    return _call_of_task(pipe, what, task)


def _call_of_task(pipe: EventPipe, what: str, task: EcsParameters) -> RunTaskCall:
    vpc = task.network_configuration.awsvpc_configuration
    network = vpc or RunVpcConfiguration()
    subnets = tuple(name for name in network.subnets if not name.startswith(_PATH))
    unread = [] if vpc else [Missing(f"the network configuration of {what}", _READ)]
    if len(subnets) < len(network.subnets):
        unread.append(_by_event("the subnets", what))
    definition = task.task_definition_arn
    public = _value(network.assign_public_ip, "assignPublicIp", what)
    return RunTaskCall(
        name=pipe.name,
        what=what,
        action=_READ,
        cluster=pipe.target or "",
        task_definition=UNSET if definition is UNSET else _value(definition, "the task definition", what),
        launch_type=None if task.launch_type is None else _value(task.launch_type, "the launch type", what),
        strategy=task.capacity_provider_strategy,
        subnets=subnets,
        groups=UNSET if any(name.startswith(_PATH) for name in network.security_groups) else network.security_groups,
        public_address=public if isinstance(public, Missing) else public == "ENABLED",
        platform_version=None
        if task.platform_version is None
        else _value(task.platform_version, "the platform version", what),
        execute_command=task.enable_execute_command,
        unread=tuple(unread),
    )


def _value(text: str, fact: str, what: str) -> str | Missing:
    """Return a value; `Missing` for a path into the event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html
    """
    return _by_event(fact, what) if text.startswith(_PATH) else text


def _by_event(fact: str, what: str) -> Missing:
    return Missing(f"{fact} of {what}: each event gives it")


def _submission(world: World, pipe: EventPipe) -> Submission:
    what = f"pipe {pipe.name}"
    parameters = None if pipe.target_parameters is UNSET else pipe.target_parameters.batch_job_parameters
    queue = world.batch.find_queue(pipe.target or "")
    if parameters is None:
        return Submission(pipe.name, Missing(f"the job definition of {what}", _READ), queue)
    name = _value(parameters.job_definition, "the job definition", what)
    return Submission(pipe.name, name if isinstance(name, Missing) else world.batch.find_definition(name), queue)
