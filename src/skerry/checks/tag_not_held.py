"""Images by tags that may stand for another image with each task."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.checks.check import CheckContext, check
from skerry.model.facts import Missing
from skerry.services.image_references import parse

_OFF = "disabled"
_DIGEST = "sha256:"


@check("tag-not-held", "A tag is looked up again for each task", "note", "task definition")
def tag_not_held(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find containers whose image is named by a tag, with version consistency off.

    What it means:
        ECS does not pin the tasks of a deployment to the tag's digest at its begin: each task pulls the tag's current
        image at its start.

    Why it stops a task:
        It does not by itself. But tasks of one deployment may run different images. An image pushed under the tag at
        night replaces the next task that stops, tested or not, for any processor.

    Example:
        ``"image": "…/web:latest", "versionConsistency": "disabled"``.

    Instead:
        Leave version consistency on, name the image by its digest, or use tags that are never moved.

    References:
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
        https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """
    for service in subject.diagnosis.services:
        definition = service.launch.definition
        containers = UNSET if isinstance(definition, Missing) else definition.container_definitions
        for container in () if containers is UNSET else containers:
            image = None if container.image is UNSET else parse(container.image)
            if container.version_consistency == _OFF and image is not None and not image.tag.startswith(_DIGEST):
                message = f"container {container.name} takes whatever {image.reference} is when a task starts"
                yield service.launch.definition_name, message, (service.launch.name,)
