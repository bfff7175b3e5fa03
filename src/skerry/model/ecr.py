"""Records of ECR: the rules by which it fetches images from other registries.

Shapes: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PullThroughCacheRule.html
"""

from skerry.model.record import Camel


class PullThroughCacheRule(Camel, frozen=True, gc=False):
    """That repositories below a prefix are copies of another registry's, fetched when they are first pulled."""

    ecr_repository_prefix: str
    upstream_registry_url: str
    registry_id: str | None = None
