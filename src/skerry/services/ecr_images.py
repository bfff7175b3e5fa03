"""Images of ECR: their answers, and whether a pull-through cache has them.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html
"""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeVar

import msgspec

from skerry.model.api_call import ApiCall
from skerry.model.record import Camel
from skerry.model.resource_answers import Absent, PullThroughCacheRule, Refused
from skerry.model.resource_lookup import Found, Resources
from skerry.services.call_request import AnswerRow, CallRequest
from skerry.services.image_references import Image
from skerry.services.resource_read import Parameters, ResourceRead, about_one

_SERVICE = "ecr"
_EVERY_REPOSITORY = "ROOT"
_MOST_IMAGES = 100
_NO_REPOSITORY = "RepositoryNotFoundException"
NOT_FOUND = "ImageNotFound"
"""The failure code of an image that is not in its repository."""
REPOSITORY = ("registryId", "repositoryName")
"""The parameters that name a repository."""

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-manifest-formats.html
MANIFESTS = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
"""The types of manifests that ECR may answer with."""

_Record = TypeVar("_Record", bound=msgspec.Struct)


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


_OF_FARGATE = (ImagePlatform("amd64", "linux"), ImagePlatform("arm64", "linux"), ImagePlatform("amd64", "windows"))


class ManifestEntry(msgspec.Struct, frozen=True):
    """One image in a list for several platforms."""

    platform: ImagePlatform | None = None
    digest: str | None = None


class ManifestConfiguration(msgspec.Struct, frozen=True):
    """The reference of a manifest to the configuration of its image, with its bytes."""

    digest: str | None = None
    size: int | None = None


class ManifestLayer(msgspec.Struct, frozen=True):
    """A layer of an image, with its compressed bytes."""

    size: int | None = None


class ImageManifest(msgspec.Struct, frozen=True):
    """A manifest of one image, or a list of those for several platforms.

    https://github.com/opencontainers/image-spec/blob/main/image-index.md
    """

    manifests: tuple[ManifestEntry, ...] = ()
    config: ManifestConfiguration | None = None
    layers: tuple[ManifestLayer, ...] = ()

    @property
    def bytes(self) -> int | None:
        """Return the compressed bytes of the layers and the configuration; None without all sizes.

        ECR's ``imageSizeInBytes`` of a list is that of its largest image, perhaps of another platform:
        https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html
        """
        config = 0 if self.config is None else self.config.size
        sizes = [config, *(layer.size for layer in self.layers)]
        counted = [size for size in sizes if size is not None and size >= 0]
        return sum(counted) if self.layers and len(counted) == len(sizes) else None

    def digest_for(self, platform: ImagePlatform) -> str | None:
        """Return the digest of the image for a platform; None without one, or with several."""
        digests = [entry.digest for entry in self.manifests if entry.platform == platform]
        return digests[0] if len(digests) == 1 else None


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
    repository = [parameters.get(parameter, "") for parameter in REPOSITORY]
    return [f"{'/'.join(map(str, repository))}@{parameters.get('layerDigest')}"] if repository[-1] else []


class ImageDetail(Camel, frozen=True):
    """An existing image, with its status: ``ACTIVE``, ``ARCHIVED`` or ``ACTIVATING``.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html
    """

    image_digest: str | None = None
    image_tags: tuple[str, ...] = ()
    image_status: str | None = None


class ImageDetails(Camel, frozen=True):
    """The described images of one repository."""

    image_details: tuple[ImageDetail, ...] = ()


def _join_details(earlier: ImageDetails, later: ImageDetails) -> ImageDetails:
    return ImageDetails(tuple(dict.fromkeys((*earlier.image_details, *later.image_details))))


def _trimmed(row: AnswerRow) -> AnswerRow:
    """Return the description of an image with only its names and status."""
    return {key: row[key] for key in ("imageDigest", "imageTags", "imageStatus") if key in row}


def _described_in(parameters: Parameters) -> list[str]:
    """Return the name of the described image; without its part after ``@`` for several images, or all of them.

    The error for a missing image does not name it, so it says nothing where several are asked for.
    """
    repository = [parameters.get(parameter, "") for parameter in REPOSITORY]
    ids = parameters.get("imageIds")
    one = ids[0] if isinstance(ids, list) and len(ids) == 1 and isinstance(ids[0], dict) else {}
    name = one.get("imageDigest") or one.get("imageTag") or ""
    return [f"{'/'.join(map(str, repository))}@{name}"] if repository[-1] else []


IMAGES = ResourceRead(
    call=about_one(ApiCall(_SERVICE, "BatchGetImage", "images", ("imageId",), batch=_MOST_IMAGES, ids="imageIds")),
    record=RepositoryImages,
    fact="the images of repository {}",
    kind="images",
    named_by=REPOSITORY,
    complete=_with_unanswered,
    join=_join,
)
LAYER = ResourceRead(
    # The linked content replaces the link in ECR's answer.
    call=about_one(ApiCall(_SERVICE, "GetDownloadUrlForLayer", link="downloadUrl", always=("downloadUrl",))),
    record=ImageConfiguration,
    fact="for what {} was built",
    kind="processors of images",
    named_by=(*REPOSITORY, "layerDigest"),
    names_in=_layers_in,
)
IMAGE_DETAILS = ResourceRead(
    call=about_one(
        ApiCall(_SERVICE, "DescribeImages", "imageDetails", ("imageDigest",), limit="maxResults", trim=_trimmed)
    ),
    record=ImageDetails,
    fact="whether image {} is there",
    kind="images of pull-through caches",
    named_by=(*REPOSITORY, "imageIds"),
    names_in=_described_in,
    join=_join_details,
)


# ------------------------------------------------------------------------------------------------------- look-ups


def find_in_registry(
    read: ResourceRead[_Record], resources: Resources, account: str, name: str, fact: str
) -> Found[_Record]:
    """Return the answer about a repository; a call without an account id was about the caller's own."""
    answer = read.find(resources, f"{account}/{name}", f"{fact} in account {account}")
    if answer is None and account == resources.account:
        return read.find(resources, f"/{name}", fact)
    return answer


def find_images(resources: Resources, account: str, repository: str) -> Found[RepositoryImages]:
    """Return the requested images of a repository."""
    return find_in_registry(IMAGES, resources, account, repository, IMAGES.fact.format(repository))


def find_configuration(resources: Resources, account: str, repository: str, digest: str) -> Found[ImageConfiguration]:
    """Return the platform of an image, by the digest of its configuration."""
    fact = LAYER.fact.format(f"{digest} in repository {repository}")
    return find_in_registry(LAYER, resources, account, f"{repository}@{digest}", fact)


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


def find_detail(resources: Resources, account: str, repository: str, name: str) -> Found[ImageDetail]:
    """Return the description of an image by its tag or digest; `Absent` has AWS's code."""
    fact = IMAGE_DETAILS.fact.format(f"{name} of repository {repository}")
    one = find_in_registry(IMAGE_DETAILS, resources, account, f"{repository}@{name}", fact)
    listed = find_in_registry(IMAGE_DETAILS, resources, account, f"{repository}@", fact)
    details = [
        detail
        for answer in (one, listed)
        if isinstance(answer, ImageDetails)
        for detail in answer.image_details
        if name in (detail.image_digest, *detail.image_tags)
    ]
    if details:
        return details[0]
    if isinstance(listed, Absent) and listed.code == _NO_REPOSITORY:
        return listed
    return None if isinstance(one, ImageDetails) else one


def find_image(images: RepositoryImages, name: str) -> RepositoryImage | None:
    """Return the image with this tag or digest."""
    return next((image for image in images.images if name in _names_of(image.image_id)), None)


def find_failure(images: RepositoryImages, name: str) -> ImageFailure | None:
    """Return the failure of the image with this tag or digest."""
    return next((failure for failure in images.failures if name in _names_of(failure.image_id)), None)


def _names_of(image_id: ImageId) -> tuple[str | None, ...]:
    return (image_id.image_tag, image_id.image_digest)


# ----------------------------------------------------------------------------------------------- pull-through caches


CacheState = Literal["cached", "no image", "no repository", "unknown"]
"""Whether a pull-through cache has an image; ``no repository``: not even the repository for it."""


class CachedImage(msgspec.Struct, frozen=True, gc=False):
    """An image below a pull-through cache rule: its reference in the task definition, and the registry of the rule."""

    reference: str
    upstream: str
    state: CacheState


def cache_state_of(resources: Resources, image: Image, names: Sequence[str]) -> CacheState:
    """Return whether the cache has the image under all these tags and digests."""
    states = [_state(resources, image, name) for name in names]
    order: tuple[CacheState, ...] = ("unknown", "no repository", "no image")
    return next((state for state in order if state in states), "cached")


def _state(resources: Resources, image: Image, name: str) -> CacheState:
    account = image.account or ""
    images = find_images(resources, account, image.repository)
    detail = find_detail(resources, account, image.repository, name)
    if isinstance(detail, ImageDetail):
        return "cached"
    failure = None
    if isinstance(images, RepositoryImages):
        failure = find_failure(images, name)
        if find_image(images, name) is not None:
            return "cached"
    if isinstance(images, Absent) or (isinstance(detail, Absent) and detail.code == _NO_REPOSITORY):
        return "no repository"
    gone = failure is not None and failure.failure_code == NOT_FOUND
    return "no image" if gone or isinstance(detail, Absent) else "unknown"


# ---------------------------------------------------------------------------------------------------------- reads


class ImageLayer(msgspec.Struct, frozen=True, gc=False):
    """The configuration of an image, stored as a layer of its repository."""

    account: str
    repository: str
    digest: str

    def requests(self) -> Iterator[CallRequest]:
        """Request the configuration."""
        parameters = {"registryId": self.account, "repositoryName": self.repository, "layerDigest": self.digest}
        yield CallRequest(LAYER.call, parameters, f"{self.account}/{self.repository}/{self.digest}")


class PlatformImages(msgspec.Struct, frozen=True, gc=False):
    """The images in a list for several platforms, by their digests."""

    account: str
    repository: str
    digests: tuple[str, ...]

    def requests(self) -> Iterator[CallRequest]:
        """Request the manifests."""
        for start in range(0, len(self.digests), _MOST_IMAGES):
            chosen = self.digests[start : start + _MOST_IMAGES]
            ids = [{"imageDigest": digest} for digest in chosen]
            parameters = {"registryId": self.account, "repositoryName": self.repository, "imageIds": ids}
            parameters["acceptedMediaTypes"] = list(MANIFESTS)
            yield CallRequest(IMAGES.call, parameters, f"{self.account}/{self.repository}/{chosen[0]}")


def parts_of(account: str, repository: str, row: AnswerRow) -> Iterator[ImageLayer | PlatformImages]:
    """Yield the configuration of an image, or of a list the images for platforms of Fargate.

    https://github.com/opencontainers/image-spec/blob/main/manifest.md
    """
    try:
        manifest = msgspec.json.decode(row.get("imageManifest", ""), type=ImageManifest)
    except (msgspec.MsgspecError, RecursionError):
        return
    if manifest.config is not None and manifest.config.digest:
        yield ImageLayer(account, repository, manifest.config.digest)
    digests = [entry.digest for entry in manifest.manifests if entry.platform in _OF_FARGATE and entry.digest]
    if digests:
        yield PlatformImages(account, repository, tuple(dict.fromkeys(digests)))
