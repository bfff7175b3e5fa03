"""Blocks of AWS Batch with the names and types of its API.

https://docs.aws.amazon.com/batch/latest/APIReference/API_RegisterJobDefinition.html
"""

from typing import Final

from skerry.sources.cloudformation.mapping.ecs_names import block_of
from skerry.sources.cloudformation.mapping.properties import Properties
from skerry.sources.cloudformation.values import Value
from skerry.sources.planned.values import Value as RowValue
from skerry.sources.planned.values import is_known

_LEFT_OUT: Final = frozenset({"Command", "Parameters", "Tags", "Environment", "LaunchTemplate", "InstanceRole"})
_NAMES: Final = frozenset(
    {
        *("Subnets", "SecurityGroupIds", "ExecutionRoleArn", "JobRoleArn", "TaskRoleArn", "ValueFrom", "FileSystemId"),
        *("ComputeEnvironment", "AccessPointId", "Name"),
    }
)
"""Properties with the name of another resource, which may be made up."""


def block_of_batch(properties: Properties) -> dict[str, RowValue] | None:
    """Return the properties of a resource; None if one of those that are read is not known."""
    values = {key: _named(key, value, properties) for key, value in properties.each() if key not in _LEFT_OUT}
    row: dict[str, RowValue] = block_of(values, properties.stand_ins)
    return row if is_known(row) else None


def _named(key: str, value: Value, properties: Properties) -> Value:
    value = properties.stand_ins.settle(value)
    if isinstance(value, dict):
        return {name: _named(name, item, properties) for name, item in value.items() if name not in _LEFT_OUT}
    if isinstance(value, list):
        return [_named(key, item, properties) for item in value]
    return properties.stand_ins.text_of(value) if key in _NAMES else value
