"""Calls about what starts tasks in a live account: rules, schedules, pipes, state machines and AWS Batch."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from skerry.aws import api_table
from skerry.model.arns import parse_arn
from skerry.model.batch import ComputeEnvironment, JobQueue
from skerry.model.batch_lookup import is_on_fargate, short_name_of
from skerry.model.task_states import task_states_of
from skerry.services.call_request import AnswerRow, CallRequest
from skerry.services.service import ResourceReference
from skerry.sources.concurrent_calls import collect_picked
from skerry.sources.paged_calls import CallResult
from skerry.sources.references import ResourceName, references_of_job_definition

_DEFAULT_BUS = "default"
# Jobs of any status, the latest first: https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
_ALL_JOBS = [{"name": "AFTER_CREATED_AT", "values": ["0"]}]


class _Revision(NamedTuple):
    """A revision of a job definition, with what it names."""

    name: str
    revision: int
    references: tuple[ResourceReference, ...]


def list_sources() -> Iterator[CallRequest]:
    """Yield the requests that need no names."""
    # ListRuleNamesByTarget lists the rules of one bus.
    yield CallRequest(api_table.EVENT_BUSES, pick=lambda row: [row["Name"]])
    yield CallRequest(api_table.SCHEDULES, pick=_cluster_schedule)
    yield CallRequest(api_table.PIPES, pick=_task_pipe)
    yield CallRequest(api_table.STATE_MACHINES, pick=lambda row: [row["stateMachineArn"]])
    yield CallRequest(api_table.COMPUTE_ENVIRONMENTS, pick=_fargate_environment)
    yield CallRequest(api_table.JOB_QUEUES, pick=_queue)
    yield CallRequest(api_table.JOB_DEFINITIONS, {"status": "ACTIVE"}, pick=_revision)


def describe_sources(first: Sequence[CallResult], clusters: Sequence[str], *, only: bool) -> Iterator[CallRequest]:
    """Yield requests about each of the listed sources; ``only`` those schedules with one of the clusters as target."""
    queues = _fargate_queues(first)
    yield from _rules([*clusters, *queues], sorted({_DEFAULT_BUS, *collect_picked(first, api_table.EVENT_BUSES)}))
    yield from _schedules(collect_picked(first, api_table.SCHEDULES), clusters if only else None)
    for name in sorted(collect_picked(first, api_table.PIPES)):
        yield CallRequest(api_table.PIPE, {"Name": name}, name, _of_pipe, within=f"pipe {name}")
    for arn in sorted(collect_picked(first, api_table.STATE_MACHINES)):
        name = arn.rpartition(":")[2]
        yield CallRequest(
            api_table.STATE_MACHINE, {"stateMachineArn": arn}, name, _of_state_machine, within=f"state machine {name}"
        )
    for arn in queues:
        name = short_name_of(arn)
        parameters = {"jobQueue": arn, "filters": _ALL_JOBS}
        yield CallRequest(api_table.QUEUED_JOBS, parameters, name, within=f"job queue {name}")


def describe_rules(second: Sequence[CallResult]) -> Iterator[CallRequest]:
    """Yield requests about the targets of the listed rules, and about the rules of their event buses."""
    buses: dict[str, None] = {}
    for got in second:
        if got.refused is None and got.ask.call is api_table.RULE_NAMES:
            for rule in sorted(got.picked):
                yield _targets(rule, got.ask.parameters)
                buses[got.ask.parameters.get("EventBusName", _DEFAULT_BUS)] = None
    for bus in buses:
        parameters = {} if bus == _DEFAULT_BUS else {"EventBusName": bus}
        yield CallRequest(api_table.RULES, parameters, bus.replace("/", "-"))


def references_of_jobs(first: Sequence[CallResult]) -> list[ResourceReference]:
    """Return what the latest revision of each job definition names."""
    revisions: list[_Revision] = collect_picked(first, api_table.JOB_DEFINITIONS)
    latest = {item.name: item for item in sorted(revisions, key=lambda item: item.revision)}
    return [reference for item in latest.values() for reference in item.references]


def _revision(row: AnswerRow) -> Iterator[_Revision]:
    if "FARGATE" in row.get("platformCapabilities", ()):
        yield _Revision(row["jobDefinitionName"], row["revision"], tuple(references_of_job_definition(row)))


def _fargate_environment(row: AnswerRow) -> Iterator[str]:
    """Yield the name of a compute environment on Fargate; an unreadable one is left to the loader of documents."""
    try:
        environment = msgspec.convert(row, ComputeEnvironment)
    except msgspec.ValidationError:
        return
    if is_on_fargate(environment):
        yield environment.compute_environment_name


def _queue(row: AnswerRow) -> Iterator[tuple[str, tuple[str, ...]]]:
    try:
        queue = msgspec.convert(row, JobQueue)
    except msgspec.ValidationError:
        return
    yield (
        queue.job_queue_arn,
        tuple(short_name_of(item.compute_environment) for item in queue.compute_environment_order),
    )


def _fargate_queues(first: Sequence[CallResult]) -> list[str]:
    on_fargate = set(collect_picked(first, api_table.COMPUTE_ENVIRONMENTS))
    queues = collect_picked(first, api_table.JOB_QUEUES)
    return sorted(arn for arn, environments in queues if not on_fargate.isdisjoint(environments))


def _task_pipe(row: AnswerRow) -> Iterator[str]:
    """Yield a pipe if its target is a cluster or a job queue."""
    parsed = parse_arn(row.get("Target", ""))
    if parsed and parsed.resource.startswith(("cluster/", "job-queue/")):
        yield row["Name"]


def _of_pipe(row: AnswerRow) -> Iterator[ResourceName]:
    definition = row.get("TargetParameters", {}).get("EcsTaskParameters", {}).get("TaskDefinitionArn", "$")
    if not definition.startswith("$"):
        yield ResourceName("definition", definition)


def _of_state_machine(row: AnswerRow) -> Iterator[ResourceName]:
    for state in task_states_of(row["definition"]) or ():
        definition = state.value_of("TaskDefinition")
        if state.action == "run-task" and isinstance(definition, str):
            yield ResourceName("definition", definition)


def _rules(targets: Sequence[str], buses: Sequence[str]) -> Iterator[CallRequest]:
    for target in targets:
        for bus in buses if parse_arn(target) else ():
            parameters = {"TargetArn": target} | ({} if bus == _DEFAULT_BUS else {"EventBusName": bus})
            yield CallRequest(
                api_table.RULE_NAMES, parameters, f"{short_name_of(target)}/{bus.replace('/', '-')}", lambda row: [row]
            )


def _targets(rule: str, parameters: Mapping[str, Any]) -> CallRequest:
    request_parameters = {"Rule": rule}
    bus = _DEFAULT_BUS
    if "EventBusName" in parameters:
        bus = request_parameters["EventBusName"] = parameters["EventBusName"]
    return CallRequest(
        api_table.RULE_TARGETS, request_parameters, f"{bus.replace('/', '-')}/{rule}", _run, within=f"rule {rule}"
    )


def _run(row: AnswerRow) -> Iterator[ResourceName]:
    definition = row.get("EcsParameters", {}).get("TaskDefinitionArn")
    if definition is not None:
        yield ResourceName("definition", definition)


def _cluster_schedule(row: AnswerRow) -> Iterator[tuple[str, str, str]]:
    """Yield a schedule if its target is a cluster.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
    """
    target = row.get("Target", {}).get("Arn", "")
    parsed = parse_arn(target)
    if parsed and parsed.resource.startswith("cluster/"):
        yield row.get("GroupName", "default"), row["Name"], target


def _schedules(schedules: Sequence[tuple[str, str, str]], clusters: Sequence[str] | None) -> Iterator[CallRequest]:
    for group, name, target in sorted(schedules):
        if clusters is None or target in clusters:
            parameters = {"Name": name, "GroupName": group}
            within = f"schedule {name}"
            yield CallRequest(
                api_table.SCHEDULE,
                parameters,
                f"{group}/{name}",
                lambda row: _run(row.get("Target", {})),
                within=within,
            )
