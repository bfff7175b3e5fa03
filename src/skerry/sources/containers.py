"""Calls about ECS in a live account: clusters, services and tasks."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from skerry.aws import api_table
from skerry.errors import Argument, NothingFoundError
from skerry.model.api_call import ApiCall
from skerry.model.arns import parse_arn
from skerry.services.call_request import AnswerRow, CallRequest
from skerry.services.service import ResourceReference
from skerry.sources import launch_sources
from skerry.sources.concurrent_calls import Area, collect_picked, split_ids
from skerry.sources.paged_calls import CallResult
from skerry.sources.references import (
    ResourceName,
    references_of_cluster,
    references_of_service,
    references_of_task_definition,
)
from skerry.sources.resource_reads import ResourceReads, read_revisions

# A call lists the tasks of one desired status: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html
_STATUSES = ("RUNNING", "STOPPED")
_CONFIGURED: Mapping[str, Any] = {"include": ["CONFIGURATIONS"]}
_NO_CLUSTER = "ClusterNotFoundException"


def read_all(cluster: str | None, questions: ResourceReads) -> Area:
    """Read all clusters, or one, with services, tasks, rules and schedules; ``questions`` get their references."""
    first = yield [_find(cluster), *launch_sources.list_sources()]
    clusters = _clusters(first, cluster)
    second = yield [
        *(_described(clusters) if cluster is None else [_providers(cluster)]),
        *(ask for cluster_arn in clusters for ask in _inventory(cluster_arn)),
        *launch_sources.describe_sources(first, clusters, only=cluster is not None),
    ]
    third = yield [
        *_none([*first, *second]),
        *(ask for got in second for ask in _listed(got)),
        *launch_sources.describe_rules(second),
    ]
    made_of = yield _made_of([*second, *third])
    questions.add_references([*first, *second, *third, *made_of], launch_sources.references_of_jobs(first))


def read_service(cluster: str | None, name: str, questions: ResourceReads) -> Area:
    """Read one service, with its stopped tasks; without a cluster, search every cluster."""
    home = _cluster_of(name) or cluster
    first: list[CallResult] = []
    if home is None:
        first = yield [_find(None)]
        clusters = _clusters(first, None)
        results = yield [*_described(clusters), *(_one_service(holder, name) for holder in clusters)]
        holders = [holder.cluster for holder in _named(results, "service")]
        listed = yield [*(_stopped(holder, name) for holder in holders), *_made_of(results)]
        questions.add_references([*results, *listed])
        more: list[CallRequest] = []
    else:
        results = listed = yield [
            _find(home),
            _providers(home),
            _one_service(home, name),
            _stopped(home, name),
        ]
        _clusters(results, home)
        more = _made_of(results)
    _require([*first, *results], api_table.SERVICES, f"service {_short(name)}", home)
    made_of = yield [*(ask for got in listed for ask in _listed(got)), *more]
    if home is not None:
        questions.add_references([*results, *made_of])


def read_task(cluster: str | None, name: str, questions: ResourceReads) -> Area:
    """Read one task, and its service; without a cluster, search every cluster."""
    home = _cluster_of(name) or cluster
    first: list[CallResult] = []
    if home is None:
        first = yield [_find(None)]
        clusters = _clusters(first, None)
        results = yield [*_described(clusters), *(_one_task(holder, name) for holder in clusters)]
    else:
        results = yield [_find(home), _providers(home), _one_task(home, name)]
        _clusters(results, home)
    _require([*first, *results], api_table.TASKS, f"task {_short(name)}", home)
    owners = [_one_service(holder.cluster, holder.name) for holder in _named(results, "owner")]
    made_of = yield [*_made_of(results), *owners]
    questions.add_references([*results, *made_of])


# ------------------------------------------------------------------------------------------------------ clusters


def _find(cluster: str | None) -> CallRequest:
    if cluster is None:
        return CallRequest(api_table.CLUSTER_NAMES, pick=lambda row: [row])
    return CallRequest(api_table.CLUSTERS, {"clusters": [cluster], **_CONFIGURED}, pick=_of_cluster)


def _clusters(gots: Sequence[CallResult], asked: str | None) -> list[str]:
    """Return the clusters, by ARN; raises `NothingFoundError` if the requested cluster does not exist."""
    if asked is None:
        return sorted(collect_picked(gots, api_table.CLUSTER_NAMES))
    if any(got.refused for got in gots if got.ask.call is api_table.CLUSTERS):
        return [asked]
    arns = [name for name in collect_picked(gots, api_table.CLUSTERS) if isinstance(name, str)]
    if not arns:
        raise NothingFoundError(f"there is no cluster {_short(asked)}", "List them: aws ecs list-clusters.")
    return arns


def _of_cluster(row: AnswerRow) -> Iterator[str | ResourceReference]:
    """Yield the ARN of a cluster, and what its configuration names."""
    yield row["clusterArn"]
    yield from references_of_cluster(row)


def _described(clusters: Sequence[str]) -> list[CallRequest]:
    asks = [
        CallRequest(api_table.CLUSTERS, {**parameters, **_CONFIGURED}, pick=_of_cluster, listed="cluster")
        for parameters in split_ids(api_table.CLUSTERS, clusters)
    ]
    return [*asks, *(_providers(cluster) for cluster in clusters)]


def _providers(cluster: str) -> CallRequest:
    """Request the capacity providers of a cluster: without one, AWS omits providers of managed instances.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html
    """
    return CallRequest(api_table.CAPACITY_PROVIDERS, {"cluster": cluster}, within=_cluster(cluster))


def _none(results: Sequence[CallResult]) -> list[CallRequest]:
    """Return empty requests for services and tasks if all lists of their names were read and are empty."""
    unread = {got.ask.call.operation for got in results if got.refused is not None}
    return [
        CallRequest(call, parameters)
        for names, call in ((api_table.SERVICE_NAMES, api_table.SERVICES), (api_table.TASK_NAMES, api_table.TASKS))
        if not unread & {api_table.CLUSTER_NAMES.operation, names.operation} and not collect_picked(results, names)
        for parameters in split_ids(call, [])
    ]


def _cluster_of(name: str) -> str | None:
    """Return the cluster in the ARN of a service or task; None if it has none, as in the old ARN format.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html#ecs-resource-ids
    """
    parsed = parse_arn(name)
    parts = parsed.resource.split("/") if parsed else []
    return parts[1] if len(parts) == len(("kind", "cluster", "name")) else None


def _short(name: str) -> str:
    return name.rpartition("/")[2]


def _cluster(name: str) -> str:
    return f"cluster {_short(name)}"


# ----------------------------------------------------------------------------------------- services and tasks


def _inventory(cluster: str) -> Iterator[CallRequest]:
    within = _cluster(cluster)
    yield CallRequest(api_table.SERVICE_NAMES, {"cluster": cluster}, _short(cluster), lambda row: [row], within=within)
    for status in _STATUSES:
        parameters = {"cluster": cluster, "desiredStatus": status}
        yield CallRequest(
            api_table.TASK_NAMES, parameters, f"{_short(cluster)}-{status}", lambda row: [row], within=within
        )


def _stopped(cluster: str, name: str) -> CallRequest:
    parameters = {"cluster": cluster, "serviceName": _short(name), "desiredStatus": "STOPPED"}
    return CallRequest(api_table.TASK_NAMES, parameters, _short(cluster), lambda row: [row])


def _one_service(cluster: str, name: str) -> CallRequest:
    return CallRequest(api_table.SERVICES, {"cluster": cluster, "services": [name]}, _short(cluster), _of_service)


def _one_task(cluster: str, name: str) -> CallRequest:
    return CallRequest(api_table.TASKS, {"cluster": cluster, "tasks": [name]}, _short(cluster), _of_task)


def _listed(got: CallResult) -> Iterator[CallRequest]:
    """Yield requests about the services or tasks of a list."""
    if got.refused is not None:
        return
    cluster = got.ask.parameters.get("cluster", "")
    call, pick, kind = {
        api_table.SERVICE_NAMES.operation: (api_table.SERVICES, _of_service, "service"),
        api_table.TASK_NAMES.operation: (api_table.TASKS, _of_task, "task"),
    }.get(got.ask.call.operation, (None, None, ""))
    if call is not None and pick is not None:
        for parameters in split_ids(call, sorted(got.picked)):
            within = _cluster(cluster)
            yield CallRequest(
                call, {"cluster": cluster} | parameters, _short(cluster), pick, within=within, listed=kind
            )


def _of_service(row: AnswerRow) -> Iterator[ResourceName | ResourceReference]:
    """Yield the references of a service: task definitions, also of a current rollout and of task sets."""
    yield from references_of_service(row)
    for revision in row.get("currentServiceRevisions", ()):
        if "arn" in revision:
            yield ResourceName("revision", revision["arn"])
    if "clusterArn" in row:
        yield ResourceName("service", row["serviceName"], row["clusterArn"])
    for holder in (row, *row.get("deployments", ()), *row.get("taskSets", ())):
        if "taskDefinition" in holder:
            yield ResourceName("definition", holder["taskDefinition"])


def _of_task(row: AnswerRow) -> Iterator[ResourceName]:
    """Yield the references of a task: its task definition, and the service that started it."""
    yield ResourceName("task", row["taskArn"])
    if "taskDefinitionArn" in row:
        yield ResourceName("definition", row["taskDefinitionArn"])
    kind, _, name = row.get("group", "").partition(":")
    if kind == "service" and "clusterArn" in row:
        yield ResourceName("owner", name, row["clusterArn"])


def _named(gots: Iterable[CallResult], kind: str) -> list[ResourceName]:
    names = (name for got in gots for name in got.picked if isinstance(name, ResourceName))
    return list(dict.fromkeys(name for name in names if name.kind == kind))


def _made_of(gots: Sequence[CallResult]) -> list[CallRequest]:
    """Request the task definitions and service revisions of services and tasks."""
    names = sorted({reference.name for reference in _named(gots, "definition")})
    definitions = [_definition(reference) for reference in names]
    return [*definitions, *read_revisions(sorted(reference.name for reference in _named(gots, "revision")))]


def _definition(name: str) -> CallRequest:
    within = f"task definition {_short(name)}"
    return CallRequest(
        api_table.TASK_DEFINITION, {"taskDefinition": name}, _short(name), references_of_task_definition, within=within
    )


def _require(gots: Sequence[CallResult], call: ApiCall, what: str, cluster: str | None) -> None:
    """Raise `NothingFoundError` if no answer contains the resource; a refusal proves nothing."""
    relevant = [got for got in gots if got.ask.call in {call, api_table.CLUSTER_NAMES}]
    unknown = any(got.refused is not None and got.refused.code != _NO_CLUSTER for got in relevant)
    if not unknown and not collect_picked(relevant, call):
        place = f" in cluster {_short(cluster)}" if cluster else ""
        retention_note = " ECS forgets stopped tasks after some time." if call is api_table.TASKS else ""
        arguments = (Argument.CLUSTER, " and ", Argument.REGION)
        raise NothingFoundError(f"there is no {what}{place}", "Check its name, and ", *arguments, f".{retention_note}")
