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
from skerry.services import ecr
from skerry.services.ecr import ImageManifest, ImagePlatform, find_cache_rule
from skerry.services.image_references import Image, parse

_GONE = "ImageNotFound"
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
            # ECR fetches a missing image itself if a pull-through cache rule covers it.
            elif find_cache_rule(image, launch.cache_rules) is None:
                yield from self._image(launch, image, image.account)

    def _image(self, launch: Launch, image: Image, account: str) -> Iterator[Hop]:
        repository = (
            f"arn:{partition_name_of(image.region or '')}:ecr:{image.region}:{account}:repository/{image.repository}"
        )
        images = ecr.find_images(self._resources, account, image.repository)
        match images:
            case None:
                self._unread["images"] = None
            case Missing():
                yield make_undecided_hop("resource", repository, images)
            case Absent():
                message = f"there is no repository {image.repository} in account {account} in {image.region}"
                piece = Piece("REPOSITORY_NOT_FOUND", repository, "", message, words=image.reference)
                yield self._lost(account, piece)
            case _:
                yield from self._image_in_repository(launch, image, repository, images)

    def _image_in_repository(
        self, launch: Launch, image: Image, repository: str, images: ecr.RepositoryImages
    ) -> Iterator[Hop]:
        if launch.pins_unread is not None:
            if self._resources.revisions_failed:
                yield make_undecided_hop("resource", repository, launch.pins_unread)
                return
            self._unread["digests of deployments"] = None
        pinned_digests = dict.fromkeys(digest for reference, digest in launch.pinned if reference == image.reference)
        for name in pinned_digests or [image.tag]:
            manifest = _find(images, name)
            failure = next((candidate for candidate in images.failures if name in _names(candidate.image_id)), None)
            if manifest is not None:
                account = repository.split(":")[4]
                yield from self._platform(launch, image, repository, manifest, account)
            elif failure is None:
                self._unread["images"] = None
            else:
                yield self._absent(image, repository, failure, held=name in pinned_digests)

    def _absent(self, image: Image, repository: str, failure: ecr.ImageFailure, *, held: bool) -> Hop:
        """Return the hop for an image that ECR did not return."""
        name = failure.image_id.image_digest or failure.image_id.image_tag or ""
        if failure.failure_code in _INACCESSIBLE:
            message = f"image {name} of repository {image.repository} {_INACCESSIBLE[failure.failure_code]}"
            piece = Piece("IMAGE_INACCESSIBLE", repository, "", message, words=image.reference)
            return blocking_hop_for("resource", piece)
        if failure.failure_code != _GONE:
            missing = Missing(f"image {name} of repository {image.repository}", "ecr:BatchGetImage")
            return make_undecided_hop("resource", repository, missing)
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

    def _platform(
        self, launch: Launch, image: Image, repository: str, manifest: ecr.RepositoryImage, account: str
    ) -> Iterator[Hop]:
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
        if content.config is not None:
            configuration = ecr.find_configuration(self._resources, account, image.repository, content.config.digest)
            if isinstance(configuration, Missing):
                yield make_undecided_hop("resource", repository, configuration)
            elif (
                not isinstance(configuration, ecr.ImageConfiguration)
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


def _find(images: ecr.RepositoryImages, name: str) -> ecr.RepositoryImage | None:
    return next((image for image in images.images if name in _names(image.image_id)), None)


def _names(image: ecr.ImageId) -> tuple[str | None, ...]:
    return (image.image_tag, image.image_digest)


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
