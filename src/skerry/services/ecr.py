"""ECR: repositories, their policies, images and pull-through cache rules.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec

from skerry.model.api_call import ApiCall
from skerry.model.record import Camel
from skerry.model.record_kinds import CALL_OF
from skerry.model.resource_answers import PullThroughCacheRule, Refused
from skerry.model.resource_lookup import Found, Resources
from skerry.policy.request import Request
from skerry.policy.resources import Resource
from skerry.services.attached_policy import NO_POLICY, ResourceBasedPolicy, policy_of_answer
from skerry.services.call_request import AnswerRow, CallRequest
from skerry.services.image_references import Image, parse
from skerry.services.resource_read import Parameters, ResourceRead, about_one
from skerry.services.service import ReadContext, RequestScope, ResourceReference, ResourceService

PREFIX = "ecr"
_EVERY_REPOSITORY = "ROOT"
_DIGEST = "sha256:"
_MOST_IMAGES = 100
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html
_MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
_REPOSITORY = ("registryId", "repositoryName")
_Record = TypeVar("_Record", bound=msgspec.Struct)


class RepositoryPolicy(Camel, frozen=True):
    """The policy of a repository of ECR."""

    policy_text: str


class ImageId(Camel, frozen=True):
    """An image of a repository, by tag, digest, or both."""

    image_tag: str | None = None
    image_digest: str | None = None


class RepositoryImage(Camel, frozen=True):
    """An existing image, with its manifest's text."""

    image_id: ImageId = ImageId()
    image_manifest: str | None = None


class ImageFailure(Camel, frozen=True):
    """A requested image that ECR did not return, with the failure code."""

    image_id: ImageId = ImageId()
    failure_code: str | None = None


class RepositoryImages(Camel, frozen=True):
    """The requested images of one repository."""

    images: tuple[RepositoryImage, ...] = ()
    failures: tuple[ImageFailure, ...] = ()


class ImageConfiguration(msgspec.Struct, frozen=True, gc=False):
    """The platform of an image, in the words of the OCI specification (``amd64``, ``linux``).

    https://github.com/opencontainers/image-spec/blob/main/config.md
    """

    architecture: str | None = None
    os: str | None = None


class ImagePlatform(msgspec.Struct, frozen=True):
    """The platform of one image in a list for several platforms."""

    architecture: str
    os: str


class ManifestEntry(msgspec.Struct, frozen=True):
    """One image in a list for several platforms."""

    platform: ImagePlatform | None = None


class ManifestConfiguration(msgspec.Struct, frozen=True):
    """The reference of a manifest to the configuration of its image."""

    digest: str


class ImageManifest(msgspec.Struct, frozen=True):
    """A manifest of one image, or a list of those for several platforms.

    https://github.com/opencontainers/image-spec/blob/main/image-index.md
    """

    manifests: tuple[ManifestEntry, ...] = ()
    config: ManifestConfiguration | None = None


def _with_unanswered(images: RepositoryImages, parameters: Parameters) -> RepositoryImages | Refused:
    """Add a failure for each requested image without an answer; an empty answer proves nothing.

    ECR answers each image with a manifest or a failure:
    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
    """
    answered = [*(entry.image_id for entry in images.images), *(entry.image_id for entry in images.failures)]
    if not answered:
        return Refused("empty")
    try:
        requested = msgspec.convert(parameters.get("imageIds", []), tuple[ImageId, ...])
    except msgspec.ValidationError:
        return images
    names = {name for image in answered for name in (image.image_tag, image.image_digest)}
    unanswered = [image for image in requested if names.isdisjoint({image.image_tag, image.image_digest} - {None})]
    failures = tuple(ImageFailure(image, "Unanswered") for image in unanswered)
    return msgspec.structs.replace(images, failures=(*images.failures, *failures))


def _join(earlier: RepositoryImages, later: RepositoryImages) -> RepositoryImages:
    images = dict.fromkeys((*earlier.images, *later.images))
    failures = dict.fromkeys((*earlier.failures, *later.failures))
    return RepositoryImages(tuple(images), tuple(failures))


def _layers_in(parameters: Parameters) -> list[str]:
    repository = [parameters.get(parameter, "") for parameter in _REPOSITORY]
    return [f"{'/'.join(map(str, repository))}@{parameters.get('layerDigest')}"] if repository[-1] else []


CACHE_RULES = CALL_OF["pull_through_rules"]
REPOSITORY_POLICY = ResourceRead(
    call=about_one(ApiCall(PREFIX, "GetRepositoryPolicy", always=("policyText",))),
    record=RepositoryPolicy,
    fact="the policy of repository {}",
    kind="policies of repositories",
    named_by=_REPOSITORY,
    policy="policy_text",
)
IMAGES = ResourceRead(
    call=about_one(ApiCall(PREFIX, "BatchGetImage", "images", ("imageId",), batch=_MOST_IMAGES, ids="imageIds")),
    record=RepositoryImages,
    fact="the images of repository {}",
    kind="images",
    named_by=_REPOSITORY,
    complete=_with_unanswered,
    join=_join,
)
LAYER = ResourceRead(
    # The linked content replaces the link in ECR's answer.
    call=about_one(ApiCall(PREFIX, "GetDownloadUrlForLayer", link="downloadUrl", always=("downloadUrl",))),
    record=ImageConfiguration,
    fact="for what {} was built",
    kind="processors of images",
    named_by=(*_REPOSITORY, "layerDigest"),
    names_in=_layers_in,
)


# ------------------------------------------------------------------------------------------------------- look-ups


def _find(read: ResourceRead[_Record], resources: Resources, account: str, name: str, fact: str) -> Found[_Record]:
    """Return the answer about a repository; a call without an account id was about the caller's own."""
    answer = read.find(resources, f"{account}/{name}", f"{fact} in account {account}")
    if answer is None and account == resources.account:
        return read.find(resources, f"/{name}", fact)
    return answer


def find_images(resources: Resources, account: str, repository: str) -> Found[RepositoryImages]:
    """Return the requested images of a repository."""
    return _find(IMAGES, resources, account, repository, IMAGES.fact.format(repository))


def find_configuration(resources: Resources, account: str, repository: str, digest: str) -> Found[ImageConfiguration]:
    """Return the platform of an image, by the digest of its configuration."""
    fact = LAYER.fact.format(f"{digest} in repository {repository}")
    return _find(LAYER, resources, account, f"{repository}@{digest}", fact)


def find_cache_rule(image: Image, rules: tuple[PullThroughCacheRule, ...]) -> PullThroughCacheRule | None:
    """Return the pull-through cache rule that a repository is below of, the longest prefix first.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
    """
    fitting = [
        rule
        for rule in rules
        if rule.registry_id in {None, image.account}
        and (
            rule.ecr_repository_prefix == _EVERY_REPOSITORY
            or image.repository.startswith(f"{rule.ecr_repository_prefix}/")
        )
    ]
    return max(
        fitting,
        key=lambda rule: (rule.ecr_repository_prefix != _EVERY_REPOSITORY, len(rule.ecr_repository_prefix)),
        default=None,
    )


# ---------------------------------------------------------------------------------------------------------- reads


class ImageLayer(NamedTuple):
    """The configuration of an image, stored as a layer of its repository."""

    account: str
    repository: str
    digest: str

    def requests(self) -> Iterator[CallRequest]:
        """Request the configuration."""
        parameters = {"registryId": self.account, "repositoryName": self.repository, "layerDigest": self.digest}
        yield CallRequest(LAYER.call, parameters, f"{self.account}/{self.repository}/{self.digest}")


def _requests_for(references: Sequence[ResourceReference], context: ReadContext) -> Iterator[CallRequest]:
    tags_by_repository: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for reference in references:
        image = parse(reference.name)
        if image is not None and image.account is not None:
            tags = tags_by_repository[image.account, image.repository]
            tags |= {image.tag} if _may_request(image, reference.account, context.cache_rules) else set()
    for (account, repository), tags in sorted(tags_by_repository.items()):
        named = {"registryId": account, "repositoryName": repository}
        place = f"{account}/{repository}"
        yield CallRequest(REPOSITORY_POLICY.call, named, place)
        ids = [{"imageDigest" if tag.startswith(_DIGEST) else "imageTag": tag} for tag in sorted(tags)]
        for start in range(0, len(ids), _MOST_IMAGES):
            parameters = named | {"imageIds": ids[start : start + _MOST_IMAGES], "acceptedMediaTypes": list(_MANIFESTS)}
            yield CallRequest(IMAGES.call, parameters, place, partial(_layers_of, account, repository))


def _may_request(image: Image, account: str, rules: tuple[PullThroughCacheRule, ...] | None) -> bool:
    """Return whether ECR is known not to fetch the image; rules of other accounts' registries are unknown.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
    """
    return rules is not None and image.account == account and find_cache_rule(image, rules) is None


def _layers_of(account: str, repository: str, row: AnswerRow) -> Iterator[ImageLayer]:
    """Yield the configuration of an image, unless the manifest is an index of several platforms.

    https://github.com/opencontainers/image-spec/blob/main/manifest.md
    """
    try:
        manifest = json.loads(row.get("imageManifest", ""))
    except (ValueError, RecursionError):
        return
    config = manifest.get("config") if isinstance(manifest, dict) else None
    digest = config.get("digest") if isinstance(config, dict) else None
    if isinstance(digest, str) and digest:
        yield ImageLayer(account, repository, digest)


# ------------------------------------------------------------------------------------------------------- requests


def _resources_of(scope: RequestScope, _action: str, subject: str) -> Iterator[Resource]:
    image = parse(subject)
    owner = image.account if image else None
    yield Resource(scope.arn_of(PREFIX, f"repository/{image.repository if image else ''}", owner), owner)


def _policy_of(resources: Resources, _request: Request, subject: str) -> ResourceBasedPolicy:
    image = parse(subject) if subject else None
    if image is None or image.account is None:
        return NO_POLICY
    fact = REPOSITORY_POLICY.fact.format(image.repository)
    answer = _find(REPOSITORY_POLICY, resources, image.account, image.repository, fact)
    return policy_of_answer(REPOSITORY_POLICY, answer, fact)


ECR = ResourceService(
    prefix=PREFIX,
    reads=(REPOSITORY_POLICY, IMAGES, LAYER),
    requests_for=_requests_for,
    resources_of=_resources_of,
    policy_of=_policy_of,
    own_requests={"ecr.dkr": "the pull of its own repositories"},
    other_resources={"ecr:PutImage": "arn:{partition}:ecr:{region}:{account}:repository/{other}"},
)
