"""Task definitions of ECS.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecs-taskdefinition.html
"""

from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.cloudformation.mapping.ecs_names import block_of
from skerry.sources.cloudformation.mapping.properties import Properties, StandIns
from skerry.sources.cloudformation.mapping.templates import Made, Templates
from skerry.sources.cloudformation.values import PartialText, Value
from skerry.sources.planned.values import UNKNOWN, is_known, known_row
from skerry.sources.planned.values import Value as RowValue

DEFINITION: Final = "AWS::ECS::TaskDefinition"
_KEPT: Final = frozenset(
    {
        *("Name", "Image", "Essential", "Secrets", "LogConfiguration", "EnvironmentFiles", "RepositoryCredentials"),
        *("Memory", "FirelensConfiguration", "Privileged", "VersionConsistency", "DisableNetworking", "Environment"),
        *("DnsSearchDomains", "DnsServers", "DockerSecurityOptions", "Links", "LinuxParameters"),
        *("ResourceRequirements", "ExtraHosts"),
    }
)
"""The properties of a container that are read."""
_DECIDING: Final = (
    *("NetworkMode", "RequiresCompatibilities", "Cpu", "Memory", "RuntimePlatform", "IpcMode", "PidMode"),
    *("EphemeralStorage", "PlacementConstraints"),
)
"""Properties for which ECS may refuse a task definition: without one of them the whole is not known."""


def write_task_definitions(templates: Templates) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a document for each task definition that is known well enough."""
    for definition in templates.of(DEFINITION):
        row = _definition(definition, templates)
        if row is not None:
            yield f"task definition {definition.name}", {"taskDefinition": row}


def _definition(made: Made, templates: Templates) -> dict[str, RowValue] | None:
    properties, stand_ins = made.properties, templates.stand_ins
    deciding = {name: _block(properties, name) for name in _DECIDING if name in properties}
    volumes = volumes_of(properties, stand_ins)
    if not is_known(deciding) or not is_known(volumes):
        # A definition without its volumes would mount nothing.
        return None
    return known_row(
        {
            "taskDefinitionArn": made.id,
            "family": made.id.rpartition("/")[2].rpartition(":")[0],
            "revision": 1,
            "status": "ACTIVE",
            "networkMode": deciding.get("NetworkMode", "bridge"),
            "requiresCompatibilities": deciding.get("RequiresCompatibilities", []),
            "cpu": properties.text("Cpu"),
            "memory": properties.text("Memory"),
            "runtimePlatform": deciding.get("RuntimePlatform"),
            "ipcMode": deciding.get("IpcMode"),
            "pidMode": deciding.get("PidMode"),
            "ephemeralStorage": deciding.get("EphemeralStorage"),
            "placementConstraints": deciding.get("PlacementConstraints"),
            "executionRoleArn": role_of(templates, properties.id("ExecutionRoleArn")),
            "taskRoleArn": role_of(templates, properties.id("TaskRoleArn")),
            "containerDefinitions": containers_of(properties, "ContainerDefinitions", stand_ins),
            "volumes": volumes,
        }
    )


def role_of(templates: Templates, name: str | None) -> str | None:
    """Return the ARN of a role of the templates that is named without one, as ECS takes names too.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
    """
    return None if name is None else templates.roles.get(name, name)


def _block(properties: Properties, name: str) -> RowValue:
    value = properties.value(name)
    return None if value is None else block_of(value, properties.stand_ins)


def containers_of(properties: Properties, name: str, stand_ins: StandIns) -> RowValue:
    """Return the containers; `UNKNOWN` if a part that names something of AWS is not known.

    An image that is not known leaves its container without one.
    """
    value = properties.value(name)
    if value is None:
        return []
    if not isinstance(value, list):
        return UNKNOWN
    rows = [_container(stand_ins.settle(container), stand_ins) for container in value]
    return rows if is_known(rows) else UNKNOWN


def _container(container: Value, stand_ins: StandIns) -> RowValue:
    if not isinstance(container, dict):
        return UNKNOWN
    named = {key: value for key, value in container.items() if key in _KEPT}
    image = stand_ins.settle(named.pop("Image", ""))
    environment = stand_ins.settle(named.pop("Environment", []))
    row = block_of({key: _with_references(value, stand_ins) for key, value in named.items()}, stand_ins)
    row["name"] = stand_ins.text_of(container.get("Name", ""))
    if isinstance(image, str) and image:
        row["image"] = image
    row["environment"] = list(_environment(environment, stand_ins))
    return row


def _environment(value: Value, stand_ins: StandIns) -> Iterator[dict[str, str]]:
    """Yield the environment variables whose names are known."""
    for item in value if isinstance(value, list) else ():
        name = stand_ins.settle(item.get("Name", "")) if isinstance(item, dict) else ""
        if isinstance(name, str) and name and isinstance(item, dict):
            text = stand_ins.settle(item.get("Value", ""))
            yield {"name": name, "value": text if isinstance(text, str) else ""}


def _with_references(value: Value, stand_ins: StandIns, key: str = "") -> Value:
    """Return a value with names made up where only a name is not known: of a secret, a log group, a file."""
    if isinstance(value, dict):
        return {name: _with_references(item, stand_ins, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_with_references(item, stand_ins, key) for item in value]
    settled = stand_ins.settle(value)
    if isinstance(settled, str):
        return settled
    is_named = key in _FREE or (isinstance(settled, PartialText) and _is_arn_of_known_service(settled))
    return stand_ins.text_of(settled) if is_named else settled


_FREE: Final = frozenset(
    {
        *("awslogs-group", "awslogs-stream-prefix", "awslogs-datetime-format", "awslogs-multiline-pattern", "mode"),
        *("max-buffer-size", "Name", "tag", "splunk-token", "splunk-index", "splunk-source", "splunk-sourcetype"),
    }
)
"""Names and options whose value decides nothing about the network."""


def _is_arn_of_known_service(text: PartialText) -> bool:
    """Return whether the open parts of an ARN are in its resource."""
    first = text.pieces[0]
    return isinstance(first, str) and first.startswith("arn:") and first.count(":") >= _COLONS


_COLONS: Final = 5
"""The colons before the resource of an ARN: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html."""


def volumes_of(properties: Properties, stand_ins: StandIns) -> RowValue:
    """Return the volumes; a file system that is not known has a made-up id."""
    value = properties.value("Volumes")
    if value is None:
        return []
    if not isinstance(value, list):
        return UNKNOWN
    return [_volume(stand_ins.settle(item), stand_ins) for item in value]


def _volume(volume: Value, stand_ins: StandIns) -> RowValue:
    if not isinstance(volume, dict):
        return UNKNOWN
    named = {key: _named_system(value, stand_ins) for key, value in volume.items() if key != "Host"}
    return block_of(named, stand_ins)


def _named_system(value: Value, stand_ins: StandIns) -> Value:
    if not isinstance(value, dict):
        return stand_ins.settle(value)
    return {
        key: stand_ins.text_of(item) if key in _SYSTEMS else _named_system(item, stand_ins)
        for key, item in value.items()
    }


_SYSTEMS: Final = frozenset(
    {
        *("FilesystemId", "FileSystemId", "FileSystemArn", "AccessPointId", "AccessPointArn"),
        *("Name", "RootDirectory"),
    }
)
