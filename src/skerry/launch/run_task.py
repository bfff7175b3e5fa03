"""Launches of calls of RunTask by other services; some values are known at run time only."""

import msgspec
from msgspec import UNSET, UnsetType

from skerry.catalogue.platform_versions import LATEST
from skerry.launch.cached_images import cached_images_of
from skerry.launch.capacity_providers import non_fargate_reason_of, other_mode_reason_of, unread_launch_type_of
from skerry.launch.cluster_options import cluster_configuration_of
from skerry.launch.launches import Launch, definition_of, short_name_of
from skerry.model.arns import parse_arn
from skerry.model.ecs import ProviderStrategy, TaskDefinition
from skerry.model.facts import Missing
from skerry.model.world import World

_DEFAULT_CLUSTER = "default"


class RunTaskCall(msgspec.Struct, frozen=True, gc=False):
    """A call of RunTask by another service: ``what`` names the caller in messages, ``action`` is the call to read it.

    A value that is known at run time only is `Missing`. ``unread`` are further missing facts.
    """

    name: str
    what: str
    action: str
    cluster: str | Missing = _DEFAULT_CLUSTER
    task_definition: str | UnsetType | Missing = UNSET
    launch_type: str | Missing | None = None
    strategy: tuple[ProviderStrategy, ...] | Missing = ()
    subnets: tuple[str, ...] = ()
    groups: tuple[str, ...] | UnsetType = ()
    public_address: bool | Missing = False
    platform_version: str | Missing | None = None
    execute_command: bool = False
    unread: tuple[Missing, ...] = ()


def launch_of_call(world: World, call: RunTaskCall) -> Launch:
    """Return the launch of a call of RunTask."""
    cluster_arn = _cluster_arn(world, call.cluster)
    parsed = parse_arn(cluster_arn) if isinstance(cluster_arn, str) else None
    definition, notes = _definition(world, call)
    launch = Launch(
        name=call.name,
        cluster="" if isinstance(call.cluster, Missing) else short_name_of(call.cluster),
        definition_name=short_name_of(call.task_definition) if isinstance(call.task_definition, str) else "",
        definition=definition,
        subnets=call.subnets,
        groups=call.groups,
        public_address=call.public_address,
        platform_version=call.platform_version if isinstance(call.platform_version, str) else LATEST,
        region=parsed.region if parsed else world.region,
        execute_command=call.execute_command,
        cache_rules=world.facts.pull_through_rules,
        cached_images=cached_images_of(world, definition),
        cluster_configuration=cluster_configuration_of(world, cluster_arn),
        notes=notes,
    )
    unread = tuple(value for value in (call.cluster, call.platform_version) if isinstance(value, Missing))
    reason, open_type = _capacity(world, call, cluster_arn)
    otherwise = other_mode_reason_of(definition) if open_type else None
    return msgspec.structs.replace(
        launch, not_applicable=reason or otherwise, unread=(*open_type, *unread, *call.unread)
    )


def _definition(world: World, call: RunTaskCall) -> tuple[TaskDefinition | Missing, tuple[str, ...]]:
    if isinstance(call.task_definition, Missing):
        return call.task_definition, ()
    return definition_of(world, call.task_definition, call.what, call.action)


def _capacity(world: World, call: RunTaskCall, cluster_arn: str | UnsetType) -> tuple[str | None, tuple[Missing, ...]]:
    """Return why the task is not Fargate's, if it is not, and the missing facts about that."""
    if isinstance(call.launch_type, Missing) or isinstance(call.strategy, Missing):
        return None, tuple(value for value in (call.launch_type, call.strategy) if isinstance(value, Missing))
    by = (world, cluster_arn, call.launch_type, call.strategy)
    return non_fargate_reason_of(*by), unread_launch_type_of(*by, call.what)


def _cluster_arn(world: World, cluster: str | Missing) -> str | UnsetType:
    """Return the ARN of a cluster that was read, by its name or ARN; UNSET where the cluster is not known.

    Without a cluster it is the one of the name ``default``:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    """
    if isinstance(cluster, Missing):
        return UNSET
    if parse_arn(cluster) is not None:
        return cluster
    arns = (row.cluster_arn for row in world.facts.clusters if row.cluster_name == cluster)
    return next(arns, UNSET)
