"""Images that ECR fetches from another registry when they are first pulled."""

from collections.abc import Iterator

from skerry.checks.check import CheckContext, check
from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.launch.needs import Call
from skerry.services.ecr_images import find_cache_rule
from skerry.services.image_references import parse

_ISOLATED = "isolated"


@check("pull-through-cache", "The first pull of a cached image needs a way to the internet", "warning")
def pull_through_cache(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find images below the prefix of a pull-through cache rule, in services with isolated subnets.

    What it means:
        The image is a copy of one in another registry, made when it is first pulled. Later pulls are served from ECR,
        and a tag is looked up again once a day.

    Why it stops a task:
        From an isolated subnet the first pull fails, though every endpoint is right: by AWS's guide it needs a way to
        the internet. Without the image in the cache the start is blocked, and this is no finding. An image in the
        cache starts today, and the next tag fails.

    Example:
        ``111122223333.dkr.ecr.eu-west-1.amazonaws.com/docker-hub/library/nginx:1.29``, with a rule for the prefix
        ``docker-hub``.

    Instead:
        Pull each new tag once from where there is a way to the internet, a build job for one. Or copy the image into
        a repository of your own.

    References:
        https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
        https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
    """
    for service in subject.diagnosis.services:
        if all(placement.kind != _ISOLATED for placement in service.placements):
            continue
        for name in _images(service):
            image = parse(name)
            rule = find_cache_rule(image, subject.world.facts.pull_through_rules) if image else None
            if rule is not None:
                of = rule.ecr_repository_prefix
                message = f"{name} is copied from {rule.upstream_registry_url} by the rule for {of}"
                yield name, message, (service.launch.name,)


def _images(service: ServiceDiagnosis) -> tuple[str, ...]:
    """Return the images that a service pulls."""
    manifests = (
        need_diagnosis.need
        for need_diagnosis in service.needs
        if isinstance(need_diagnosis.need, Call) and need_diagnosis.need.step == "manifest"
    )
    return tuple(dict.fromkeys(name for need in manifests for name in need.subjects))
