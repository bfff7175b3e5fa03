"""Options of a cluster that hold for all its tasks."""

from msgspec import UNSET, UnsetType

from skerry.model.ecs import ClusterConfiguration
from skerry.model.world import World


def cluster_configuration_of(world: World, cluster_arn: str | UnsetType) -> ClusterConfiguration | None:
    """Return the configuration of a cluster; None if nobody asked for it.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html
    """
    cluster = world.find_cluster(cluster_arn)
    return None if cluster is None or cluster.configuration is UNSET else cluster.configuration
