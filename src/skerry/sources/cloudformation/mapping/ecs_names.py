"""Blocks of ECS and Batch with the names and types of their APIs, which begin with a lower-case letter.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
"""

from typing import Any, Final

from skerry.sources.cloudformation.mapping.properties import StandIns
from skerry.sources.cloudformation.values import Value, is_resolved
from skerry.sources.planned.values import UNKNOWN

_NAMES: Final = {
    "EFSVolumeConfiguration": "efsVolumeConfiguration",
    "EfsVolumeConfiguration": "efsVolumeConfiguration",
    "FSxWindowsFileServerVolumeConfiguration": "fsxWindowsFileServerVolumeConfiguration",
    "FilesystemId": "fileSystemId",
    "IAM": "iam",
    "Iam": "iam",
    "S3FilesVolumeConfiguration": "s3filesVolumeConfiguration",
}
"""The properties whose names differ from the API's by more than their first letter."""
_MAPS: Final = frozenset({"Options", "DockerLabels", "DriverOpts", "Labels"})
"""Properties with keys of the user's own."""
_NUMBERS: Final = frozenset(
    {
        *("Memory", "MemoryReservation", "Cpu", "MaxSwap", "SharedMemorySize", "Swappiness", "SizeInGiB", "Order"),
        *("SizeInGib", "ContainerPort", "HostPort", "Size"),
    }
)
_FLAGS: Final = frozenset({"Essential", "Privileged", "DisableNetworking", "Enabled", "EnableExecuteCommand"})
_TEXT_NUMBERS: Final = frozenset({"Value"})


def name_of(name: str) -> str:
    """Return the API's name of a property."""
    return _NAMES.get(name) or name[:1].lower() + name[1:]


def block_of(value: Value, stand_ins: StandIns, kept: frozenset[str] | None = None) -> Any:  # noqa: ANN401 -- JSON
    """Return a block with the names of the API; `UNKNOWN` in the place of each value that is not known.

    ``kept`` are the properties of the outermost block that are read.
    """
    value = stand_ins.settle(value)
    if isinstance(value, list):
        return [block_of(item, stand_ins, kept) for item in value]
    if not isinstance(value, dict):
        return value if isinstance(value, str) else UNKNOWN
    return {
        name_of(name): _typed(name, item, stand_ins) for name, item in value.items() if kept is None or name in kept
    }


def _typed(name: str, value: Value, stand_ins: StandIns) -> Any:  # noqa: ANN401 -- JSON
    value = stand_ins.settle(value)
    if name in _MAPS and isinstance(value, dict):
        return {key: stand_ins.settle(item) if is_resolved(item) else UNKNOWN for key, item in value.items()}
    if not isinstance(value, str):
        return block_of(value, stand_ins)
    if name in _FLAGS:
        return {"true": True, "false": False}.get(value.lower(), UNKNOWN)
    if name in _NUMBERS:
        return int(value) if value.lstrip("-").isdecimal() else UNKNOWN
    return value
