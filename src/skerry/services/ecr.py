"""ECR: repositories and registries, their policies, and the requests about images.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetRepositoryPolicy.html
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetRegistryPolicy.html

A repository that is encrypted with a key of KMS needs no permission of the task for the key: ECR decrypts by a grant.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from skerry.model.api_call import ApiCall
from skerry.model.facts import Missing
from skerry.model.record import Camel
from skerry.model.record_kinds import CALL_OF
from skerry.model.resource_answers import PullThroughCacheRule
from skerry.model.resource_lookup import Resources
from skerry.policy.policy_types import AssumedNotToDeny
from skerry.policy.request import Request
from skerry.policy.resources import Resource
from skerry.services.attached_policy import NO_POLICY, NOT_READ, ResourceBasedPolicy, policy_of_answer
from skerry.services.call_request import CallRequest
from skerry.services.ecr_images import (
    IMAGE_DETAILS,
    IMAGES,
    LAYER,
    MANIFESTS,
    REPOSITORY,
    find_cache_rule,
    find_in_registry,
    parts_of,
)
from skerry.services.image_references import Image, parse
from skerry.services.resource_read import ResourceRead, about_one
from skerry.services.service import ReadContext, RequestScope, ResourceReference, ResourceService

PREFIX = "ecr"
GET_TOKEN = "ecr:GetAuthorizationToken"  # noqa: S105 -- an IAM action
IMPORT, CREATE_REPOSITORY = "ecr:BatchImportUpstreamImage", "ecr:CreateRepository"
OF_FIRST_PULLS = (IMPORT, CREATE_REPOSITORY)
"""The permissions for the first pull through a cache; the latter if the repository does not exist yet.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
"""
_OWN_REGISTRY = "registry"
_OTHER_REGISTRIES = "policies of other accounts' registries"
_DIGEST = "sha256:"
_MOST_IMAGES = 100


class RepositoryPolicy(Camel, frozen=True):
    """The policy of a repository of ECR."""

    policy_text: str


class RegistryPolicy(Camel, frozen=True):
    """The policy of an account's registry in a Region."""

    policy_text: str
    registry_id: str | None = None


CACHE_RULES = CALL_OF["pull_through_rules"]
REPOSITORY_POLICY = ResourceRead(
    call=about_one(ApiCall(PREFIX, "GetRepositoryPolicy", always=("policyText",))),
    record=RepositoryPolicy,
    fact="the policy of repository {}",
    kind="policies of repositories",
    named_by=REPOSITORY,
    policy="policy_text",
)
REGISTRY_POLICY = ResourceRead(
    call=about_one(ApiCall(PREFIX, "GetRegistryPolicy", always=("policyText",))),
    record=RegistryPolicy,
    fact="the policy of the registry",
    kind="policies of registries",
    named_by=(),
    names_in=lambda _: [_OWN_REGISTRY],
    policy="policy_text",
)


# ---------------------------------------------------------------------------------------------------------- reads


def _requests_for(references: Sequence[ResourceReference], context: ReadContext) -> Iterator[CallRequest]:
    images = {
        (image, reference.account): None
        for reference in references
        if (image := parse(reference.name)) is not None and image.account is not None
    }
    if images:
        yield CallRequest(REGISTRY_POLICY.call)
    by_repository: defaultdict[tuple[str, str], list[tuple[Image, str]]] = defaultdict(list)
    for image, account in images:
        by_repository[image.account or "", image.repository].append((image, account))
    for (owner, repository), named in sorted(by_repository.items()):
        about = {"registryId": owner, "repositoryName": repository}
        place = f"{owner}/{repository}"
        yield CallRequest(REPOSITORY_POLICY.call, about, place)
        tags = {image.tag for image, account in named if _may_pull(image, account, context.cache_rules)}
        ids = [_id_of(tag) for tag in sorted(tags)]
        for start in range(0, len(ids), _MOST_IMAGES):
            parameters = about | {"imageIds": ids[start : start + _MOST_IMAGES], "acceptedMediaTypes": list(MANIFESTS)}
            yield CallRequest(IMAGES.call, parameters, place, partial(parts_of, owner, repository))
        for tag in sorted({image.tag for image, account in named if owner == account} - tags):
            # An image that is not there fails the whole call, so each is asked for by itself.
            parameters = about | {"imageIds": [_id_of(tag)], "filter": {"imageStatus": "ANY"}}
            yield CallRequest(IMAGE_DETAILS.call, parameters, f"{place}/{tag}")


def _id_of(tag: str) -> dict[str, str]:
    return {"imageDigest" if tag.startswith(_DIGEST) else "imageTag": tag}


def _may_pull(image: Image, account: str, rules: tuple[PullThroughCacheRule, ...] | None) -> bool:
    """Return whether ECR is known not to fetch the image; rules of other accounts' registries are unknown.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
    """
    return rules is not None and image.account == account and find_cache_rule(image, rules) is None


# ------------------------------------------------------------------------------------------------------- requests


def _resources_of(scope: RequestScope, _action: str, subject: str) -> Iterator[Resource]:
    image = parse(subject)
    owner = image.account if image else None
    yield Resource(scope.arn_of(PREFIX, f"repository/{image.repository if image else ''}", owner), owner)


def _policy_of(resources: Resources, request: Request, subject: str) -> ResourceBasedPolicy:
    """Return the policies of a repository and of its registry; a token is asked of the caller's own registry."""
    image = parse(subject) if subject else None
    if image is None or image.account is None:
        return NO_POLICY
    owner = request.principal.account if request.action == GET_TOKEN else image.account
    registry = _registry_policy_of(resources, owner, image.region)
    if request.action == GET_TOKEN:
        return ResourceBasedPolicy(registry=registry)
    if not _is_read_in(resources, image.region):
        return ResourceBasedPolicy(NOT_READ, REPOSITORY_POLICY.kind, registry=registry)
    fact = REPOSITORY_POLICY.fact.format(image.repository)
    answer = find_in_registry(REPOSITORY_POLICY, resources, image.account, image.repository, fact)
    return policy_of_answer(REPOSITORY_POLICY, answer, fact, registry)


def _registry_policy_of(resources: Resources, owner: str | None, region: str | None) -> ResourceBasedPolicy:
    """Return the policy of a registry, which ECR enforces in all requests; the scope of it is no setting any more.

    Only its own account can read it, so that of another account is assumed to deny nothing, and may allow.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAccountSetting.html
    """
    answer = REGISTRY_POLICY.find(resources, _OWN_REGISTRY) if _is_read_in(resources, region) else None
    reader = answer.registry_id or resources.account if isinstance(answer, RegistryPolicy) else resources.account
    if owner is not None and reader is not None and owner != reader:
        fact = Missing(f"the policy of the registry of account {owner}, which only that account can read")
        return ResourceBasedPolicy(AssumedNotToDeny(fact), _OTHER_REGISTRIES)
    return policy_of_answer(REGISTRY_POLICY, answer, REGISTRY_POLICY.fact)


def _is_read_in(resources: Resources, region: str | None) -> bool:
    """Return whether answers about repositories are of this Region: all are of the Region that was read."""
    return resources.region is None or region == resources.region


ECR = ResourceService(
    prefix=PREFIX,
    reads=(REPOSITORY_POLICY, REGISTRY_POLICY, IMAGES, IMAGE_DETAILS, LAYER),
    requests_for=_requests_for,
    resources_of=_resources_of,
    policy_of=_policy_of,
    own_requests={"ecr.dkr": "the pull of its own repositories"},
    other_resources={"ecr:PutImage": "arn:{partition}:ecr:{region}:{account}:repository/{other}"},
)
