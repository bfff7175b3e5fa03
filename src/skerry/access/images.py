"""Whether an image is in its repository, and built for the task's processor and system."""

from collections.abc import Iterator

import msgspec

from skerry.access.denials import blocking_hop_for
from skerry.access.requests import partition_name_of
from skerry.launch.image_pulls import cache_rule
from skerry.launch.image_references import Image, parse
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model import resource_answers
from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent
from skerry.model.resource_lookup import Resources
from skerry.reach.gateways import lost, open_question
from skerry.reach.trace import Hop, Piece

_GONE = "ImageNotFound"
_DIGEST = "sha256:"
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RuntimePlatform.html, and the words of images for it:
# https://github.com/opencontainers/image-spec/blob/main/config.md
_PROCESSORS = {None: "amd64", "X86_64": "amd64", "ARM64": "arm64"}

_UNREAD_RULES = Missing(
    "whether a pull-through cache rule makes the image be fetched", "ecr:DescribePullThroughCacheRules"
)


class _Platform(msgspec.Struct, frozen=True):
    architecture: str
    os: str


class _Entry(msgspec.Struct, frozen=True):
    platform: _Platform | None = None


class _Configuration(msgspec.Struct, frozen=True):
    digest: str


class ImageManifest(msgspec.Struct, frozen=True):
    """A manifest of one image, or a list of those for several platforms.

    https://github.com/opencontainers/image-spec/blob/main/image-index.md
    """

    manifests: tuple[_Entry, ...] = ()
    config: _Configuration | None = None


class ImageCheck:
    """The images of one World's registries."""

    def __init__(self, holdings: Resources, region: str | None, unread: dict[str, None]) -> None:
        self._holdings = holdings
        self._region = region
        self._unread = unread

    def check(self, launch: Launch, need: Call) -> Iterator[Hop]:
        """What is wrong with the images that a Need pulls from ECR, and what is not known of them."""
        for subject in need.subjects:
            image = parse(subject)
            if image is None or image.account is None:
                continue
            if image.region != self._region:
                self._unread["images of other Regions"] = None
            # What a pull-through cache rule covers is fetched when it is not there.
            elif cache_rule(image, launch.cache_rules) is None:
                yield from self._image(launch, image, image.account)

    def _image(self, launch: Launch, image: Image, account: str) -> Iterator[Hop]:
        repository = (
            f"arn:{partition_name_of(image.region or '')}:ecr:{image.region}:{account}:repository/{image.repository}"
        )
        found = self._holdings.images_of(account, image.repository)
        match found:
            case None:
                self._unread["images"] = None
            case Missing():
                yield open_question("resource", repository, found)
            case Absent():
                message = f"there is no repository {image.repository} in account {account} in {image.region}"
                piece = Piece("REPOSITORY_NOT_FOUND", repository, "", message, words=image.reference)
                yield self._lost(account, piece)
            case _:
                yield from self._of_repository(launch, image, repository, found)

    def _of_repository(
        self, launch: Launch, image: Image, repository: str, found: resource_answers.RepositoryImages
    ) -> Iterator[Hop]:
        if launch.pins_unread is not None:
            if self._holdings.revisions_failed:
                yield open_question("resource", repository, launch.pins_unread)
                return
            self._unread["digests of deployments"] = None
        wanted = dict.fromkeys(digest for reference, digest in launch.pinned if reference == image.reference)
        for name in wanted or [image.tag]:
            manifest = _find(found, name)
            failure = next((one for one in found.failures if name in _names(one.image_id)), None)
            if manifest is not None:
                account = repository.split(":")[4]
                yield from self._platform(launch, image, repository, manifest, account)
            elif failure is None:
                self._unread["images"] = None
            else:
                yield self._absent(image, repository, failure, held=name in wanted)

    def _absent(self, image: Image, repository: str, failure: resource_answers.ImageFailure, *, held: bool) -> Hop:
        """An image that ECR did not give."""
        name = failure.image_id.image_digest or failure.image_id.image_tag or ""
        if failure.failure_code != _GONE:
            missing = Missing(f"image {name} of repository {image.repository}", "ecr:BatchGetImage")
            return open_question("resource", repository, missing)
        words = f"{image.registry}/{image.repository}@{name}" if held else image.reference
        message = _gone(image, name, held=held)
        return self._lost(image.account, Piece("IMAGE_NOT_FOUND", repository, "", message, words=words))

    def _lost(self, account: str | None, piece: Piece) -> Hop:
        """What is not there, unless a pull-through cache rule may make ECR fetch it: those of others are not told."""
        if self._holdings.cache_rules_known and account == self._holdings.account:
            return blocking_hop_for("resource", piece)
        return open_question("resource", piece.resource, _UNREAD_RULES)

    def _platform(
        self, launch: Launch, image: Image, repository: str, manifest: resource_answers.ImageManifest, account: str
    ) -> Iterator[Hop]:
        processor = _PROCESSORS.get(launch.architecture)
        fact = Missing(f"for which processor image {image.reference} was built", "ecr:BatchGetImage")
        try:
            read = msgspec.json.decode(manifest.image_manifest or "", type=ImageManifest)
        except msgspec.MsgspecError:
            yield open_question("resource", repository, fact)
            return
        built = [_Platform(one.platform.architecture, one.platform.os) for one in read.manifests if one.platform]
        if read.config is not None:
            one = self._holdings.image_configuration_of(account, image.repository, read.config.digest)
            if isinstance(one, Missing):
                yield open_question("resource", repository, one)
            elif not isinstance(one, resource_answers.ImageConfiguration) or one.architecture is None or one.os is None:
                self._unread["processors of images"] = None
            else:
                built = [_Platform(one.architecture, one.os)]
        if built and processor is not None and _Platform(processor, launch.family) not in built:
            yield lost("resource", repository, "IMAGE_FOR_ANOTHER_PLATFORM", _other(launch, image, processor, built))


def _find(found: resource_answers.RepositoryImages, name: str) -> resource_answers.ImageManifest | None:
    return next((one for one in found.images if name in _names(one.image_id)), None)


def _names(image: resource_answers.ImageId) -> tuple[str | None, ...]:
    return (image.image_tag, image.image_digest)


def _gone(image: Image, name: str, *, held: bool) -> str:
    """ECS holds the tasks of a deployment to the digests that it began with.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html#deployment-container-image-stability
    """
    kind = "digest" if name.startswith(_DIGEST) else "tag"
    message = f"repository {image.repository} has no image with the {kind} {name}"
    if not held:
        return message
    return f"{message}, to which the deployment holds {image.reference}: deploy anew, or push that image again"


def _other(launch: Launch, image: Image, processor: str, built: list[_Platform]) -> str:
    platforms = ", ".join(sorted({f"{one.os}/{one.architecture}" for one in built if one.os != "unknown"}))
    return f"image {image.reference} is built for {platforms}, and the task is for {launch.family}/{processor}"
