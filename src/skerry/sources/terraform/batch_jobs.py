"""AWS Batch: compute environments, job queues and job definitions.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/batch_compute_environment
"""

import json
from collections.abc import Iterator
from typing import Any, Final

from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration
from skerry.sources.terraform.values import Instance, first_block, texts_of

_SECRET: Final = {"command", "environment"}
"""The parts of a container that may be secret, and that nothing here needs."""


def write_batch(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of compute environments, job queues and job definitions."""
    environments = configuration.of("aws_batch_compute_environment")
    queues = configuration.of("aws_batch_job_queue")
    definitions = configuration.of("aws_batch_job_definition")
    if environments or queues or definitions:
        yield "computeEnvironments", {"computeEnvironments": list(map(_environment, environments))}
        yield "jobQueues", {"jobQueues": list(map(_queue, queues))}
        yield "jobDefinitions", {"jobDefinitions": list(map(_definition, definitions))}


def _name_of(instance: Instance, *keys: str) -> str:
    names = (instance.get(key) for key in keys)
    return next((name for name in names if isinstance(name, str)), instance.address)


def _environment(environment: Instance) -> dict[str, Value]:
    resources = first_block(environment.get("compute_resources"))
    row = {
        "computeEnvironmentArn": environment.get("arn"),
        "computeEnvironmentName": _name_of(environment, "name", "compute_environment_name"),
        "state": environment.get("state", "ENABLED"),
        "status": "VALID",
    }
    if isinstance(resources, dict):
        row["computeResources"] = known_row(
            {
                "type": resources.get("type"),
                "subnets": texts_of(resources.get("subnets")),
                "securityGroupIds": texts_of(resources.get("security_group_ids")),
            }
        )
    return known_row(row)


def _queue(queue: Instance) -> dict[str, Value]:
    orders = queue.get("compute_environment_order", [])
    older = texts_of(queue.get("compute_environments"))
    rows: Value = [{"order": order, "computeEnvironment": name} for order, name in enumerate(older or (), 1)]
    if orders:
        rows = UNKNOWN if orders is UNKNOWN else [
            {"order": int(block.get("order") or 0), "computeEnvironment": block.get("compute_environment")}
            for block in orders
        ]  # fmt: skip
    return known_row(
        {
            "jobQueueArn": queue.get("arn"),
            "jobQueueName": _name_of(queue, "name"),
            "state": queue.get("state", "ENABLED"),
            "computeEnvironmentOrder": rows,
        }
    )


def _definition(definition: Instance) -> dict[str, Value]:
    return known_row(
        {
            "jobDefinitionArn": definition.get("arn"),
            "jobDefinitionName": _name_of(definition, "name"),
            "revision": 1,
            "status": "ACTIVE",
            "type": definition.get("type", "container"),
            "platformCapabilities": texts_of(definition.get("platform_capabilities")),
            "containerProperties": _parsed(definition.get("container_properties")),
            "ecsProperties": _parsed(definition.get("ecs_properties")),
        }
    )


def _parsed(text: Value) -> Value:
    """Return properties without commands and environments; None if they are absent or not known."""
    if not isinstance(text, str):
        return None
    try:
        return _without_secrets(json.loads(text))
    except ValueError:
        return None


def _without_secrets(value: Value) -> Value:
    if isinstance(value, dict):
        return {_lower(key): _without_secrets(inner) for key, inner in value.items() if key.lower() not in _SECRET}
    return [_without_secrets(inner) for inner in value] if isinstance(value, list) else value


def _lower(key: str) -> str:
    """Return a key as AWS writes it: the provider takes it with a capital letter too."""
    return key[:1].lower() + key[1:]
