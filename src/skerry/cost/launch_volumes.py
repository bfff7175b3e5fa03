"""Volumes of the launches of a World: sizes of images by their manifests, starts by desired counts and deployments."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

import msgspec
from msgspec import UNSET

from skerry.catalogue.services import load_services
from skerry.cost.designs import INTERNET, NOTHING
from skerry.cost.schedule_starts import monthly_starts_of
from skerry.cost.volumes import LAYERS, Estimate, LaunchVolume, Volumes
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.launch.startup import needs_of
from skerry.model.missing import Missing
from skerry.model.schedules import RunTarget
from skerry.model.world import World
from skerry.services import ecr_images
from skerry.services.ecr_images import ImageManifest, ImagePlatform, RepositoryImages
from skerry.services.image_references import Image, parse

ASSUMED_IMAGE_GB = Decimal("0.5")
ASSUMED_DEPLOYMENTS = Decimal(30)
ASSUMED_LOGS_GB = Decimal(1)
_BYTES = Decimal(1024) ** 3
_DISABLED = "DISABLED"


class GivenVolumes(msgspec.Struct, frozen=True):
    """Volumes that a user knows: GB of one pull, starts a month of all tasks, GB a month of logs and the internet."""

    image_gb: Decimal | None = None
    starts: Decimal | None = None
    logs_gb: Decimal | None = None
    internet_gb: Decimal | None = None
    egress_gb: Decimal | None = None

    def part(self, share: Decimal) -> "GivenVolumes":
        """Return the volumes of this share of the tasks; the size of a pull is that of each."""
        amounts = (self.starts, self.logs_gb, self.internet_gb, self.egress_gb)
        return GivenVolumes(self.image_gb, *(None if amount is None else amount * share for amount in amounts))


def volumes_of(world: World, launches: Iterable[Launch], given: GivenVolumes) -> Volumes:
    """Return the volumes of launches, with what a user knows in place of assumptions."""
    chosen = list(launches)
    share = Decimal(len(chosen) or 1)
    rows = tuple(_launch_volume(world, launch, given, share) for launch in chosen)
    tasks = sum((tasks_of(world, launch) for launch in chosen if "logs" in called_services_of(launch)), NOTHING)
    logs = Estimate(ASSUMED_LOGS_GB * tasks, "assumed", f"{ASSUMED_LOGS_GB} GB of logs a task and month")
    return Volumes(
        rows,
        _given(given.logs_gb) or logs,
        _given(given.internet_gb) or Estimate(NOTHING, "assumed", "no other bytes to the internet"),
        _given(given.egress_gb) or Estimate(NOTHING, "assumed", "no bytes out to the internet"),
    )


def called_services_of(launch: Launch) -> tuple[str, ...]:
    """Return the services with interface endpoints that a launch calls, by their keys; S3 has its gateway endpoint."""
    services = load_services()
    return tuple(
        dict.fromkeys(
            need.service.key
            for need in needs_of(launch)
            if isinstance(need, Call)
            and need.service is not None
            and need.service.key != LAYERS
            and not need.own_interface
            and "Interface" in services[need.service.key].types
        )
    )


def _launch_volume(world: World, launch: Launch, given: GivenVolumes, launches: Decimal) -> LaunchVolume:
    scheduled = _scheduled_starts_of(world, launch)
    if given.starts is None and scheduled is not None:
        starts = Estimate(scheduled, "estimated", f"{scheduled:.0f} starts a month by its schedule")
    elif given.starts is None:
        tasks = tasks_of(world, launch)
        noun = "task" if tasks == 1 else "tasks"
        reason = f"{tasks} {noun} x {ASSUMED_DEPLOYMENTS} deployments a month"
        starts = Estimate(tasks * ASSUMED_DEPLOYMENTS, "assumed", reason)
    else:
        starts = Estimate(given.starts / launches, "estimated", "given")
    return LaunchVolume(launch.name, tuple(_images(world, launch, given)), starts, called_services_of(launch))


def _scheduled_starts_of(world: World, launch: Launch) -> Decimal | None:
    """Return the starts a month of a launch that a schedule asks for; None for others, and where it is not plain.

    Each time starts the task count of the target:
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EcsParameters.html
    """
    schedule = {row.arn: row for row in world.facts.schedules}.get(launch.arn) if launch.arn else None
    if schedule is not None and schedule.schedule_expression is not None:
        return _starts(schedule.schedule_expression, None if schedule.target is UNSET else schedule.target)
    rules = {(rule.event_bus_name, rule.name): rule for rule in world.facts.event_rules}
    for row in world.facts.rule_targets if launch.arn is None else ():
        rule = rules.get((row.event_bus, row.rule))
        if (
            rule is None
            or rule.schedule_expression is None
            or launch.name not in {row.rule, f"{row.rule}/{row.target.id}"}
        ):
            continue
        return NOTHING if rule.state == _DISABLED else _starts(rule.schedule_expression, row.target)
    return None


def _starts(expression: str, target: RunTarget | None) -> Decimal | None:
    """Return the tasks a month by an expression and the task count of its target."""
    times = monthly_starts_of(expression)
    tasks = 1 if target is None or target.ecs_parameters is UNSET else target.ecs_parameters.task_count
    return None if times is None else times * tasks


def _given(value: Decimal | None) -> Estimate | None:
    return None if value is None else Estimate(value, "estimated", "given")


def tasks_of(world: World, launch: Launch) -> Decimal:
    """Return how many tasks of a launch run at once: those that its service desires, else one."""
    counts = [row.desired_count for row in world.facts.services if launch.arn and row.service_arn == launch.arn]
    return Decimal(next((count for count in counts if count is not None), 1))


def _images(world: World, launch: Launch, given: GivenVolumes) -> Iterator[tuple[str, Estimate]]:
    """Yield the path and the GB of each image of a task; several containers may share one."""
    images = [image for name in dict.fromkeys(_references(launch)) if (image := parse(name))]
    if given.image_gb is not None:
        # The given size is that of all images of a task together.
        yield _path_of(world, images[0] if images else None), Estimate(given.image_gb, "estimated", "given")
        return
    for image in images:
        size = _bytes_of(world, launch, image)
        gb = Estimate(ASSUMED_IMAGE_GB, "assumed", f"an image of {ASSUMED_IMAGE_GB} GB")
        if size is not None:
            gb = Estimate(Decimal(size) / _BYTES, "measured", f"the manifest of {image.repository}")
        yield _path_of(world, image), gb


def _references(launch: Launch) -> tuple[str, ...]:
    """Return the image references of the containers of a launch, as far as they are known."""
    definition = launch.definition
    if isinstance(definition, Missing) or definition.container_definitions is UNSET:
        return ()
    return tuple(
        row.image for row in definition.container_definitions if isinstance(row.image, str) and row.image != ""
    )


def _path_of(world: World, image: Image | None) -> str:
    """Return the path of an image's layers: S3 for a registry of ECR in the Region, else the internet."""
    return LAYERS if image is None or (image.account is not None and image.region == world.region) else INTERNET


def _bytes_of(world: World, launch: Launch, image: Image) -> int | None:
    """Return the compressed bytes of an image by its manifest, or by that of the launch's platform.

    None if that was not read.
    """
    if image.account is None or image.region != world.region:
        return None
    images = ecr_images.find_images(world.resources, image.account, image.repository)
    if not isinstance(images, RepositoryImages):
        return None
    manifest = _manifest_of(images, image.tag)
    architecture = "arm64" if launch.architecture == "ARM64" else "amd64"
    digest = None if manifest is None else manifest.digest_for(ImagePlatform(architecture, launch.family))
    if digest is not None:
        manifest = _manifest_of(images, digest)
    return None if manifest is None else manifest.bytes


def _manifest_of(images: RepositoryImages, reference: str) -> ImageManifest | None:
    row = ecr_images.find_image(images, reference)
    if row is None or row.image_manifest is None:
        return None
    try:
        return msgspec.json.decode(row.image_manifest, type=ImageManifest)
    except msgspec.DecodeError:
        return None
