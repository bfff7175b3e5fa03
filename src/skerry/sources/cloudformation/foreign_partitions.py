"""ARNs of another partition in the places where AWS takes only those of its own.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from skerry.catalogue.partitions import load_partitions, partition_of
from skerry.sources.cloudformation.resolved import TemplateResource
from skerry.sources.cloudformation.values import PartialText, Value

_TYPES: Final = frozenset({"AWS::ECS::Service", "AWS::ECS::TaskDefinition", "AWS::IAM::Role"})
_FREE: Final = frozenset({"Command", "Condition", "Description", "DockerLabels", "EntryPoint", "Environment", "Tags"})
"""Properties whose texts are the user's own."""


def check_partition(resource: TemplateResource) -> None:
    """Record the ARNs of other partitions in a role, a task definition or a service."""
    region = resource.evaluator.place.region
    own = partition_of(region) if isinstance(region, str) else None
    if own is None or resource.type not in _TYPES:
        return
    names = {partition.name for partition in load_partitions()} - {own.name}
    for path, partition in _partitions(resource.properties, ()):
        if partition in names:
            text = f"the ARN is of the partition {partition}, and {region} is in {own.name}: write ${{AWS::Partition}}"
            resource.evaluator.problem(resource.node_of(*path), text)


_Path: TypeAlias = tuple[str | int, ...]


def _partitions(value: Value | Mapping[str, Value], path: _Path) -> Iterator[tuple[_Path, str]]:
    """Yield the place and the partition of each ARN."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key not in _FREE:
                yield from _partitions(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            yield from _partitions(item, (*path, position))
    else:
        text = value.pieces[0] if isinstance(value, PartialText) else value
        if isinstance(text, str) and text.startswith("arn:") and text.count(":") > 1:
            yield path, text.split(":")[1]
