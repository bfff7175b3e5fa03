"""Launches of state machines: their states run tasks of ECS, or submit jobs of AWS Batch."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET, UnsetType

from skerry.launch.batch_jobs import Submission, launches_of_submission
from skerry.launch.launches import Launch
from skerry.launch.run_task import RunTaskCall, launch_of_call
from skerry.model.batch import ResourceRequirement
from skerry.model.batch_lookup import short_name_of
from skerry.model.ecs import ProviderStrategy
from skerry.model.facts import Missing
from skerry.model.state_machines import StateMachine
from skerry.model.task_states import TaskState, Value, task_states_of
from skerry.model.world import World

READ = "states:DescribeStateMachine"
_VPC = ("NetworkConfiguration", "AwsvpcConfiguration")


def state_machine_launches_of(world: World) -> tuple[Launch, ...]:
    """Return the launches of all state machines with a known definition."""
    return tuple(
        launch
        for machine in world.facts.state_machines
        for state in _task_states(machine) or ()
        for launch in _launches(world, machine, state)
    )


def unread_state_machines_of(world: World) -> tuple[str, ...]:
    """Return the names of state machines with an unknown definition: whether they start tasks is not known."""
    return tuple(machine.name for machine in world.facts.state_machines if _task_states(machine) is None)


def submitted_definitions_of(world: World) -> frozenset[str]:
    """Return the names of the job definitions that state machines submit."""
    return frozenset(
        short_name_of(name).partition(":")[0]
        for machine in world.facts.state_machines
        for state in _task_states(machine) or ()
        if state.action == "submit-job" and isinstance(name := state.value_of("JobDefinition"), str)
    )


def _task_states(machine: StateMachine) -> tuple[TaskState, ...] | None:
    return None if machine.definition is UNSET else task_states_of(machine.definition)


def _launches(world: World, machine: StateMachine, state: TaskState) -> Iterator[Launch]:
    name = f"state {state.name} of state machine {machine.name}"
    if state.action == "run-task":
        made: tuple[Launch, ...] = (launch_of_call(world, _call(state, name)),)
    else:
        made = launches_of_submission(world, _submission(world, state, name))
    gone = f"the state machine is {machine.status}" if machine.status == "DELETING" else None
    account = (Missing(f"the account that {name} works in: it takes on a role", READ),) if state.elsewhere else ()
    for launch in made:
        yield msgspec.structs.replace(
            launch,
            not_applicable=launch.not_applicable or gone,
            unread=(*launch.unread, *account),
            launched_by=machine.name,
        )


def _at_run_time(what: str, name: str) -> Missing:
    return Missing(f"{what} of {name}: it is given at run time")


def _text(state: TaskState, name: str, what: str, key: str) -> str | Missing | None:
    """Return a text; a value of another type is as unknown as one that is given at run time."""
    value = state.value_of(key)
    return value if value is None or isinstance(value, str) else _at_run_time(what, name)


def _call(state: TaskState, name: str) -> RunTaskCall:
    subnets, open_subnets = _texts(state.value_of(*_VPC, "Subnets"))
    groups, open_groups = _texts(state.value_of(*_VPC, "SecurityGroups"))
    unread = [_at_run_time("the subnets", name)] if open_subnets else []
    if not subnets and not open_subnets:
        unread.append(Missing(f"the network configuration of {name}", READ))
    definition = _text(state, name, "the task definition", "TaskDefinition")
    return RunTaskCall(
        name=name,
        what=name,
        action=READ,
        cluster=_text(state, name, "the cluster", "Cluster") or "default",
        task_definition=UNSET if definition is None else definition,
        launch_type=_text(state, name, "the launch type", "LaunchType"),
        strategy=_strategy(state, name),
        subnets=subnets,
        groups=UNSET if open_groups else groups,
        public_address=_public_address(state, name),
        platform_version=_text(state, name, "the platform version", "PlatformVersion"),
        execute_command=state.value_of("EnableExecuteCommand") is True,
        unread=tuple(unread),
    )


def _texts(value: Value) -> tuple[tuple[str, ...], bool]:
    """Return the known texts of a list, and whether there are others that are given at run time."""
    items = value if isinstance(value, list) else []
    texts = tuple(item for item in items if isinstance(item, str))
    return texts, (value is not None and not isinstance(value, list)) or len(texts) < len(items)


def _strategy(state: TaskState, name: str) -> tuple[ProviderStrategy, ...] | Missing:
    value = state.value_of("CapacityProviderStrategy")
    items = value if isinstance(value, list) else []
    providers = [item.get("CapacityProvider") if isinstance(item, dict) else None for item in items]
    strategy = tuple(ProviderStrategy(provider) for provider in providers if isinstance(provider, str))
    if (value is not None and not isinstance(value, list)) or len(strategy) < len(items):
        return _at_run_time("the capacity provider strategy", name)
    return strategy


def _public_address(state: TaskState, name: str) -> bool | Missing:
    value = state.value_of(*_VPC, "AssignPublicIp")
    if value is None or isinstance(value, str):
        return value == "ENABLED"
    return _at_run_time("assignPublicIp", name)


def _submission(world: World, state: TaskState, name: str) -> Submission:
    definition = _text(state, name, "the job definition", "JobDefinition")
    queue = _text(state, name, "the job queue", "JobQueue")
    overrides = _overrides(state, name)
    return Submission(
        name=name,
        definition=world.batch.find_definition(definition)
        if isinstance(definition, str)
        else definition or Missing(f"the job definition of {name}", READ),
        queue=world.batch.find_queue(queue)
        if isinstance(queue, str)
        else queue or Missing(f"the job queue of {name}", READ),
        overrides=overrides if isinstance(overrides, tuple) else None,
        unread=(overrides,) if isinstance(overrides, Missing) else (),
    )


def _overrides(state: TaskState, name: str) -> tuple[ResourceRequirement, ...] | Missing | UnsetType:
    """Return the resource requirements in place of the definition's; UNSET where there are none."""
    if state.value_of("EcsPropertiesOverride") is not None:
        return _at_run_time("the resource requirements", name)
    value = state.value_of("ContainerOverrides", "ResourceRequirements")
    if value is None:
        return UNSET
    items = value if isinstance(value, list) else [value]
    requirements = [item for item in map(_requirement, items) if item is not None]
    return tuple(requirements) if len(requirements) == len(items) else _at_run_time("the resource requirements", name)


def _requirement(item: Value) -> ResourceRequirement | None:
    """Return a resource requirement; None where it is not known before run time."""
    kind, amount = (item.get("Type"), item.get("Value")) if isinstance(item, dict) else (None, None)
    if isinstance(kind, str) and isinstance(amount, str):
        return ResourceRequirement(kind, amount)
    return None
