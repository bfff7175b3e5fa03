"""Secrets of pull-through cache rules: ECR signs in to the upstream registry with them at a first pull.

ECR reads them with a service-linked role of its own, and not with a role or the network of the task. So only their
existence and their place count: https://docs.aws.amazon.com/AmazonECR/latest/userguide/slr-pullthroughcache.html
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model.missing import Missing
from skerry.model.resource_answers import PullThroughCacheRule
from skerry.model.resource_lookup import Resources
from skerry.services.ecr_images import IMAGE_DETAILS, CachedImage, find_cache_rule
from skerry.services.image_references import Image, parse
from skerry.services.problems import Problem, ResourceFault, UnknownResource
from skerry.services.secretsmanager import SECRETS_MANAGER

_PREFIX: Final = "secret:ecr-pullthroughcache/"
_CODE: Final = "UPSTREAM_SECRET_UNUSABLE"


def upstream_secret_problems_of(resources: Resources, launch: Launch, need: Call) -> Iterator[Problem]:
    """Yield the problems of the secrets that first pulls need; none for images in the cache."""
    for subject in need.subjects:
        image = parse(subject)
        rule = None if image is None else find_cache_rule(image, launch.cache_rules)
        cached = next((entry for entry in launch.cached_images if entry.reference == subject), None)
        if image is not None and rule is not None and cached is not None and cached.state != "cached":
            yield from _of_first_pull(resources, image, rule, cached)


def _of_first_pull(
    resources: Resources, image: Image, rule: PullThroughCacheRule, cached: CachedImage
) -> Iterator[Problem]:
    """Yield the problems of a rule's secret; they are unknown if the cache may have the image already.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
    """
    for problem in _of_secret(resources, image, rule):
        if isinstance(problem, ResourceFault) and cached.state == "unknown":
            fact = f"whether {cached.reference} is in its pull-through cache already: {problem.message}"
            yield UnknownResource(problem.resource, Missing(fact, IMAGE_DETAILS.action))
        elif isinstance(problem, ResourceFault):
            message = f"{problem.message}, with which ECR pulls from {cached.upstream}"
            yield msgspec.structs.replace(problem, code=_CODE, message=message)
        else:
            yield problem


def _of_secret(resources: Resources, image: Image, rule: PullThroughCacheRule) -> Iterator[Problem]:
    """Yield the problems of a rule's secret, which needs a certain name, and the account and Region of the rule.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
    """
    secret = rule.credential_arn
    if secret is None:
        return
    arn = secret.arn
    if (arn.account, arn.region) != (image.account, image.region):
        message = f"{secret} is not in account {image.account} and Region {image.region} of its cache rule"
        yield ResourceFault(secret, _CODE, message)
    elif not arn.resource.startswith(_PREFIX):
        yield ResourceFault(secret, _CODE, f"the name of {secret} does not begin with ecr-pullthroughcache/")
    else:
        yield from SECRETS_MANAGER.problems_of(resources, secret, (secret,))
