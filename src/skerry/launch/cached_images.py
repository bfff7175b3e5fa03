"""Images of a launch below a pull-through cache rule, and whether the cache has them."""

from collections.abc import Sequence

from msgspec import UNSET

from skerry.model.ecs import TaskDefinition
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.services.ecr_images import CachedImage, cache_state_of, find_cache_rule
from skerry.services.image_references import parse


def cached_images_of(
    world: World, definition: TaskDefinition | Missing, pinned: Sequence[tuple[str, str]] = ()
) -> tuple[CachedImage, ...]:
    """Return the images of a task definition that ECR copies from another registry; ``pinned`` are known digests.

    The rules are of one Region: https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
    """
    containers = UNSET if isinstance(definition, Missing) else definition.container_definitions
    cached: dict[str, CachedImage] = {}
    for container in () if containers is UNSET else containers:
        image = None if container.image is UNSET else parse(container.image)
        if image is None or image.account is None or image.region != world.region:
            continue
        rule = find_cache_rule(image, world.facts.pull_through_rules)
        if rule is not None:
            digests = [digest for reference, digest in pinned if reference == image.reference]
            state = cache_state_of(world.resources, image, digests or [image.tag])
            cached[image.reference] = CachedImage(image.reference, rule.upstream_registry_url, state)
    return tuple(cached.values())
