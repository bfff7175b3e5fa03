"""Existence of container images in ECR, and their processor architecture and operating system."""

from collections.abc import Iterator

import msgspec

from skerry.access.denials import blocking_hop_for
from skerry.access.requests import partition_name_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent
from skerry.model.resource_lookup import Resources
from skerry.reach.gateways import make_lost_hop, make_undecided_hop
from skerry.reach.trace import Hop, Piece
from skerry.services import ecr_images
from skerry.services.ecr_images import (
    IMAGE_DETAILS,
    IMAGES,
    LAYER,
    ImageDetail,
    ImageFailure,
    ImageManifest,
    ImagePlatform,
    RepositoryImage,
    RepositoryImages,
    find_cache_rule,
    find_detail,
    find_failure,
    find_image,
)
from skerry.services.image_references import Image, parse

# Failures that stay until somebody changes the image or its registry; the others may pass.
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageFailure.html and
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
_INACCESSIBLE = {
    "ImageInaccessible": "cannot be pulled: it is archived, or ECR may not read it",
    "ImageTagDoesNotMatchDigest": "has another digest than the one that is asked for",
    "InvalidImageDigest": "has no valid digest",
    "InvalidImageTag": "has no valid tag",
    "UpstreamAccessDenied": "is refused by its upstream registry",
}
_ARCHIVED, _ACTIVATING = "ARCHIVED", "ACTIVATING"
_DIGEST = "sha256:"
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html, and the terms of images for it:
# https://github.com/opencontainers/image-spec/blob/main/config.md
_PROCESSORS = {None: "amd64", "X86_64": "amd64", "ARM64": "arm64"}

_UNREAD_RULES = Missing(
    "whether a pull-through cache rule makes the image be fetched", "ecr:DescribePullThroughCacheRules"
)


class ImageCheck:
    """Checks of the images in the registries of one World."""

    def __init__(self, resources: Resources, region: str | None, unread: dict[str, None]) -> None:
        self._resources = resources
        self._region = region
        self._unread = unread

    def check(self, launch: Launch, need: Call) -> Iterator[Hop]:
        """Yield a hop for each image of a pull from ECR, if missing, unknown or built for another platform."""
        for subject in need.subjects:
            image = parse(subject)
            if image is None or image.account is None:
                continue
            if image.region != self._region:
                self._unread["images of other Regions"] = None
            else:
                yield from self._image(launch, image, image.account)

    def _image(self, launch: Launch, image: Image, account: str) -> Iterator[Hop]:
        repository = (
            f"arn:{partition_name_of(image.region or '')}:ecr:{image.region}:{account}:repository/{image.repository}"
        )
        images = ecr_images.find_images(self._resources, account, image.repository)
        if find_cache_rule(image, launch.cache_rules) is not None:
            yield from self._cached(launch, image, repository, images)
        elif isinstance(images, Absent):
            yield self._lost_repository(image, repository)
        else:
            yield from self._images_by_name(launch, image, repository, images)

    def _cached(
        self, launch: Launch, image: Image, repository: str, images: RepositoryImages | Absent | Missing | None
    ) -> Iterator[Hop]:
        """Yield hops for an image below a pull-through cache rule: ECR fetches it if it is missing."""
        for name in _names_of(launch, image):
            detail = find_detail(self._resources, repository.split(":")[4], image.repository, name)
            if isinstance(detail, ImageDetail) and detail.image_status == _ARCHIVED:
                fact = f"whether ECR fetches image {name} of repository {image.repository} again, which is archived"
                yield make_undecided_hop("resource", repository, Missing(fact))
            if not isinstance(images, RepositoryImages):
                continue
            manifest, failure = find_image(images, name), find_failure(images, name)
            if manifest is not None:
                yield from self._platform(launch, image, repository, manifest)
            elif failure is not None and failure.failure_code in _INACCESSIBLE:
                yield _inaccessible(image, repository, name, _INACCESSIBLE[failure.failure_code])

    def _images_by_name(
        self, launch: Launch, image: Image, repository: str, images: RepositoryImages | Missing | None
    ) -> Iterator[Hop]:
        if launch.pins_unread is not None and isinstance(images, RepositoryImages):
            if self._resources.revisions_failed:
                yield make_undecided_hop("resource", repository, launch.pins_unread)
                return
            self._unread["digests of deployments"] = None
        for name in _names_of(launch, image):
            detail = find_detail(self._resources, repository.split(":")[4], image.repository, name)
            manifest = find_image(images, name) if isinstance(images, RepositoryImages) else None
            failure = find_failure(images, name) if isinstance(images, RepositoryImages) else None
            if isinstance(detail, ImageDetail) and detail.image_status in {_ARCHIVED, _ACTIVATING}:
                yield _archived(image, repository, name, detail)
            elif manifest is not None:
                yield from self._platform(launch, image, repository, manifest)
            elif failure is not None:
                yield self._failed(launch, image, repository, failure)
            elif isinstance(images, Missing):
                yield make_undecided_hop("resource", repository, images)
            else:
                yield from self._by_detail(launch, image, repository, name, detail)

    def _by_detail(
        self, launch: Launch, image: Image, repository: str, name: str, detail: ImageDetail | Absent | Missing | None
    ) -> Iterator[Hop]:
        """Yield a hop for an image by its description alone, which does not say its processor."""
        match detail:
            case None:
                self._unread[IMAGES.kind] = None
            case Missing():
                yield make_undecided_hop("resource", repository, detail)
            case Absent(code="RepositoryNotFoundException"):
                yield self._lost_repository(image, repository)
            case Absent():
                yield self._lost_image(launch, image, repository, name)
            case _:
                self._unread[LAYER.kind] = None

    def _failed(self, launch: Launch, image: Image, repository: str, failure: ImageFailure) -> Hop:
        """Return the hop for an image that ECR did not return."""
        name = failure.image_id.image_digest or failure.image_id.image_tag or ""
        if failure.failure_code in _INACCESSIBLE:
            return _inaccessible(image, repository, name, _INACCESSIBLE[failure.failure_code])
        if failure.failure_code != ecr_images.NOT_FOUND:
            missing = Missing(f"image {name} of repository {image.repository}", IMAGES.action)
            return make_undecided_hop("resource", repository, missing)
        return self._lost_image(launch, image, repository, name)

    def _lost_repository(self, image: Image, repository: str) -> Hop:
        message = f"there is no repository {image.repository} in account {image.account} in {image.region}"
        piece = Piece("REPOSITORY_NOT_FOUND", repository, "", message, words=image.reference)
        return self._lost(image.account, piece)

    def _lost_image(self, launch: Launch, image: Image, repository: str, name: str) -> Hop:
        held = name in _pinned_digests_of(launch, image)
        words = f"{image.registry}/{image.repository}@{name}" if held else image.reference
        message = _missing_message_of(image, name, held=held)
        return self._lost(image.account, Piece("IMAGE_NOT_FOUND", repository, "", message, words=words))

    def _lost(self, account: str | None, piece: Piece) -> Hop:
        """Return the hop for a missing image; unknown if a pull-through cache rule may make ECR fetch it.

        ECR does not list the rules of other accounts.
        """
        if self._resources.cache_rules_known and account == self._resources.account:
            return blocking_hop_for("resource", piece)
        return make_undecided_hop("resource", piece.resource, _UNREAD_RULES)

    def _platform(self, launch: Launch, image: Image, repository: str, manifest: RepositoryImage) -> Iterator[Hop]:
        account = repository.split(":")[4]
        processor = _PROCESSORS.get(launch.architecture)
        fact = Missing(f"for which processor image {image.reference} was built", "ecr:BatchGetImage")
        try:
            content = msgspec.json.decode(manifest.image_manifest or "", type=ImageManifest)
        except msgspec.MsgspecError:
            yield make_undecided_hop("resource", repository, fact)
            return
        built = [
            ImagePlatform(entry.platform.architecture, entry.platform.os)
            for entry in content.manifests
            if entry.platform
        ]
        if content.config is not None and content.config.digest is not None:
            configuration = ecr_images.find_configuration(
                self._resources, account, image.repository, content.config.digest
            )
            if isinstance(configuration, Missing):
                yield make_undecided_hop("resource", repository, configuration)
            elif (
                not isinstance(configuration, ecr_images.ImageConfiguration)
                or configuration.architecture is None
                or configuration.os is None
            ):
                self._unread["processors of images"] = None
            else:
                built = [ImagePlatform(configuration.architecture, configuration.os)]
        if built and processor is not None and ImagePlatform(processor, launch.family) not in built:
            yield make_lost_hop(
                "resource",
                repository,
                "IMAGE_FOR_ANOTHER_PLATFORM",
                _platform_message_of(launch, image, processor, built),
            )


def _names_of(launch: Launch, image: Image) -> list[str]:
    """Return the digests to which a deployment holds an image, else its tag or digest."""
    return _pinned_digests_of(launch, image) or [image.tag]


def _pinned_digests_of(launch: Launch, image: Image) -> list[str]:
    return list(dict.fromkeys(digest for reference, digest in launch.pinned if reference == image.reference))


def _inaccessible(image: Image, repository: str, name: str, why: str) -> Hop:
    message = f"image {name} of repository {image.repository} {why}"
    return blocking_hop_for("resource", Piece("IMAGE_INACCESSIBLE", repository, "", message, words=image.reference))


def _archived(image: Image, repository: str, name: str, detail: ImageDetail) -> Hop:
    """Return the hop for an archived image: no pull succeeds until its restore has ended.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive-image.html
    """
    if detail.image_status == _ARCHIVED:
        return _inaccessible(image, repository, name, "is archived, and cannot be pulled until it is restored")
    fact = f"whether the restore of image {name} of repository {image.repository} has ended"
    return make_undecided_hop("resource", repository, Missing(fact, IMAGE_DETAILS.action))


def _missing_message_of(image: Image, name: str, *, held: bool) -> str:
    """Return the message for a missing image; ECS runs all tasks of a deployment with its first digests.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html#deployment-container-image-stability
    """
    kind = "digest" if name.startswith(_DIGEST) else "tag"
    message = f"repository {image.repository} has no image with the {kind} {name}"
    if not held:
        return message
    return (
        f"{message}, to which the deployment holds {image.reference}: start a new deployment, or push that image again"
    )


def _platform_message_of(launch: Launch, image: Image, processor: str, built: list[ImagePlatform]) -> str:
    platforms = ", ".join(
        sorted({f"{platform.os}/{platform.architecture}" for platform in built if platform.os != "unknown"})
    )
    return f"image {image.reference} is built for {platforms}, and the task is for {launch.family}/{processor}"
