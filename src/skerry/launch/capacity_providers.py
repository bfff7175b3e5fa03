"""Who runs a task: Fargate, or capacity of the account's own, by launch type and capacity providers."""

from collections.abc import Iterable

from msgspec import UnsetType

from skerry.model.ecs import ProviderStrategy, TaskDefinition
from skerry.model.facts import Missing
from skerry.model.world import World

_FARGATE = {"FARGATE", "FARGATE_SPOT"}
_HOSTS = "its tasks use the network of their hosts"
_MANAGED = "its tasks run on instances of Amazon ECS Managed Instances, not on Fargate"
_TYPES = {"EC2_AUTOSCALING": "an Auto Scaling group", "MANAGED_INSTANCES": "Managed Instances"}


def non_fargate_reason_of(
    world: World, cluster_arn: str | UnsetType, launch_type: str | None, strategy: tuple[ProviderStrategy, ...]
) -> str | None:
    """Return why tasks are not Fargate's to start; None where they are, or may be.

    Without a launch type the strategy decides, and without one the default of the cluster:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
    """
    if launch_type == "MANAGED_INSTANCES":
        return f"launch type {launch_type}: {_MANAGED}"
    if launch_type not in {None, "FARGATE"}:
        return f"launch type {launch_type}: {_HOSTS}"
    return _other_providers(world, providers_of(world, cluster_arn, launch_type, strategy))


def providers_of(
    world: World, cluster_arn: str | UnsetType, launch_type: str | None, strategy: tuple[ProviderStrategy, ...]
) -> tuple[ProviderStrategy, ...]:
    """Return the capacity provider strategy in force: that of the tasks, else the default of their cluster."""
    if launch_type is not None or strategy:
        return strategy
    cluster = world.find_cluster(cluster_arn)
    return cluster.default_capacity_provider_strategy if cluster else ()


def unread_launch_type_of(
    world: World, cluster_arn: str | UnsetType, launch_type: str | None, strategy: tuple[ProviderStrategy, ...], of: str
) -> tuple[Missing, ...]:
    """Return the launch type, where neither the tasks nor their cluster tell it."""
    if launch_type is not None or providers_of(world, cluster_arn, launch_type, strategy):
        return ()
    return (Missing(f"the launch type of {of}", "ecs:DescribeClusters"),)


def other_mode_reason_of(definition: TaskDefinition | Missing) -> str | None:
    """Return why tasks of this definition are not Fargate's, whose tasks have the network mode ``awsvpc`` alone.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
    """
    mode = None if isinstance(definition, Missing) else definition.network_mode
    return None if mode in {None, "awsvpc"} else f"network mode {mode}: {_HOSTS}"


def _other_providers(world: World, strategy: Iterable[ProviderStrategy]) -> str | None:
    names = [item.capacity_provider for item in strategy]
    if not names or _FARGATE.intersection(names):
        return None
    types = {provider.name: provider.type for provider in world.facts.capacity_providers if provider.name in names}
    labels = [f"{name} ({_TYPES[kind]})" if (kind := types.get(name)) in _TYPES else name for name in names]
    managed = all(types.get(name) == "MANAGED_INSTANCES" for name in names)
    return f"capacity provider {', '.join(labels)}: {_MANAGED if managed else _HOSTS}"
