"""Resources that a configuration adopts from a VPC: the default group, network ACL and route table.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/default_security_group
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from skerry.sources.planned.values import Value
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.values import Instance


def adopted_id_of(configuration: Configuration, instance: Instance) -> Value:
    """Return the id of the resource that an instance adopts; None if it adopts none."""
    match instance.type:
        case "aws_default_network_acl" | "aws_default_route_table":
            return instance.get(f"{instance.type.removeprefix('aws_')}_id")
        case "aws_default_security_group":
            vpc = configuration.vpcs.get(instance.get("vpc_id"))
            return None if vpc is None else vpc.get("default_security_group_id")
        case _:
            return None


def with_adopted_ids(configuration: Configuration) -> Configuration:
    """Return a configuration whose references to adopted resources lead to those of the VPC."""
    names = {
        instance.id: name
        for instance in configuration.instances
        if isinstance(name := adopted_id_of(configuration, instance), str) and name != instance.id
    }
    if not names:
        return configuration
    instances = [
        msgspec.structs.replace(instance, values=_replaced(dict(instance.values), names))
        for instance in configuration.instances
    ]
    return msgspec.structs.replace(configuration, instances=tuple(instances))


def _replaced(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 -- JSON
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, dict):
        return {key: _replaced(inner, names) for key, inner in value.items()}
    return [_replaced(inner, names) for inner in value] if isinstance(value, list) else value
