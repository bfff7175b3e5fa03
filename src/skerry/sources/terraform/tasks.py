"""ECS: clusters, services and task definitions.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecs_service
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from skerry.sources.planned.made_by_aws import digest_of
from skerry.sources.planned.values import UNKNOWN, Value, known_row
from skerry.sources.terraform.configuration import Configuration, group_by
from skerry.sources.terraform.values import Instance, first_block, texts_of

_DEFAULT, _LATER, _LATER_GROUP = "default", "known-after-apply", "sg-known-after-apply"
_KEPT = (
    *("name", "image", "essential", "secrets", "logConfiguration", "environmentFiles", "repositoryCredentials"),
    *("cpu", "memory", "memoryReservation", "dependsOn", "mountPoints", "firelensConfiguration"),
)
_BY_LOWER = {key.lower(): key for key in _KEPT}
"""Terraform's provider takes any case of a key: it decodes with Go's encoding/json."""


def write_tasks(configuration: Configuration) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the documents of clusters, services and task definitions."""
    yield "clusters", {"clusters": list(_clusters(configuration))}
    services = [_service(configuration, service) for service in configuration.of("aws_ecs_service")]
    yield "services", {"services": services}
    for definition in configuration.of("aws_ecs_task_definition"):
        yield f"task definition {digest_of(definition.address)}", {"taskDefinition": _definition(definition)}


def services_of_candidates(configuration: Configuration) -> frozenset[str]:
    """Return the ARNs of the services with more subnets than they may name."""
    services = (one for one in configuration.of("aws_ecs_service") if one.address in configuration.candidates)
    return frozenset(str(_service(configuration, one)["serviceArn"]) for one in services)


def _clusters(configuration: Configuration) -> Iterator[dict[str, Value]]:
    chosen, is_open = group_by(configuration.of("aws_ecs_cluster_capacity_providers"), "cluster_name")
    names = set()
    for cluster in configuration.of("aws_ecs_cluster"):
        name = cluster.get("name", UNKNOWN)
        if name is UNKNOWN or is_open:
            continue
        names.add(name)
        rows = chosen.get(name, [cluster])[0].get("default_capacity_provider_strategy", [])
        strategy = [] if rows is UNKNOWN else rows
        yield {
            "clusterArn": cluster.get("arn"),
            "clusterName": name,
            "defaultCapacityProviderStrategy": [{"capacityProvider": row["capacity_provider"]} for row in strategy],
        }
    if _DEFAULT not in names:
        yield {"clusterArn": _default_cluster(configuration), "clusterName": _DEFAULT}


def _default_cluster(configuration: Configuration) -> str:
    return f"arn:aws:ecs:{configuration.region}:{configuration.account}:cluster/{_DEFAULT}"


def _named(value: Value, stand_in: str) -> str:
    return stand_in if value is UNKNOWN else str(value)


def _service(configuration: Configuration, service: Instance) -> dict[str, Value]:
    name = _named(service.get("name", UNKNOWN), service.address)
    cluster = _named(service.get("cluster", _DEFAULT), _LATER)
    arn = cluster if cluster.startswith("arn:") else f"{_default_cluster(configuration).rpartition('/')[0]}/{cluster}"
    definition = service.get("task_definition")
    providers = service.get("capacity_provider_strategy", [])
    controller = first_block(service.get("deployment_controller")) or {}
    return known_row(
        {
            "serviceArn": f"{arn.replace(':cluster/', ':service/')}/{name}",
            "serviceName": name,
            "clusterArn": arn,
            "launchType": None if providers else service.get("launch_type"),
            "capacityProviderStrategy": strategy_of(providers),
            "platformVersion": service.get("platform_version"),
            "taskDefinition": definition_named(configuration, definition),
            "enableExecuteCommand": service.get("enable_execute_command", False),
            "networkConfiguration": _network(service),
            "deploymentController": {"type": controller.get("type", "ECS")} if controller is not UNKNOWN else UNKNOWN,
        }
    )


def strategy_of(blocks: Value) -> Value:
    """Return the capacity providers of a strategy."""
    if blocks is UNKNOWN:
        return UNKNOWN
    return [{"capacityProvider": row.get("capacity_provider")} for row in blocks or ()]


def definition_named(configuration: Configuration, name: Value) -> Value:
    """Return the ARN of a task definition that a service names by its family, with or without a revision."""
    if name is UNKNOWN or name is None or name.startswith("arn:"):
        return name
    for definition in configuration.of("aws_ecs_task_definition"):
        if definition.get("family") == name.partition(":")[0]:
            return definition.get("arn", UNKNOWN)
    return name


def _network(service: Instance) -> Value:
    block = first_block(service.get("network_configuration"))
    if block is None or block is UNKNOWN:
        return block
    subnets, groups = texts_of(block.get("subnets")), texts_of(block.get("security_groups"))
    public = block.get("assign_public_ip")
    if not isinstance(subnets, list) or public is UNKNOWN:
        return UNKNOWN
    return {
        "awsvpcConfiguration": {
            "subnets": subnets,
            # A group without a record is not known; without any group a task would be in the default one.
            "securityGroups": groups if isinstance(groups, list) else [_LATER_GROUP],
            "assignPublicIp": "ENABLED" if public else "DISABLED",
        }
    }


def _definition(definition: Instance) -> dict[str, Value]:
    return known_row(
        {
            "taskDefinitionArn": definition.get("arn"),
            "family": definition.get("family"),
            "revision": _revision(definition.get("revision")),
            "networkMode": definition.get("network_mode", "bridge"),
            "requiresCompatibilities": texts_of(definition.get("requires_compatibilities")),
            "cpu": definition.get("cpu"),
            "memory": definition.get("memory"),
            "executionRoleArn": definition.get("execution_role_arn"),
            "taskRoleArn": definition.get("task_role_arn"),
            "runtimePlatform": _platform(definition),
            "containerDefinitions": _containers(definition.get("container_definitions", UNKNOWN)),
            "volumes": _volumes(definition),
        }
    )


def _revision(number: Value) -> int:
    """Return the number of a revision; a new one has the first, as its ARN says."""
    return number if isinstance(number, int) else 1


def _platform(definition: Instance) -> Value:
    block = first_block(definition.get("runtime_platform"))
    if not isinstance(block, dict):
        return block
    return known_row(
        {
            "cpuArchitecture": block.get("cpu_architecture"),
            "operatingSystemFamily": block.get("operating_system_family"),
        }
    )


def _containers(text: Value) -> Value:
    """Return the containers without values of environment variables and commands, which may be secret."""
    if text is UNKNOWN:
        return UNKNOWN
    try:
        containers = json.loads(text)
    except (TypeError, ValueError):
        return UNKNOWN
    if not isinstance(containers, list) or not all(isinstance(container, dict) for container in containers):
        return UNKNOWN
    return [
        {_BY_LOWER[key.lower()]: value for key, value in container.items() if key.lower() in _BY_LOWER}
        for container in containers
    ]


def _volumes(definition: Instance) -> Value:
    volumes = definition.get("volume", [])
    return UNKNOWN if volumes is UNKNOWN or UNKNOWN in volumes else [_volume(volume) for volume in volumes]


def _volume(volume: Mapping[str, Value]) -> dict[str, Value]:
    row: dict[str, Value] = {"name": volume.get("name")}
    system = first_block(volume.get("efs_volume_configuration"))
    if system is UNKNOWN:
        return {**row, "efsVolumeConfiguration": UNKNOWN}
    if system:
        access = first_block(system.get("authorization_config")) or {}
        row["efsVolumeConfiguration"] = {
            "fileSystemId": system.get("file_system_id"),
            "transitEncryption": _known_text(system.get("transit_encryption")),
            "authorizationConfig": UNKNOWN
            if access is UNKNOWN
            else {"accessPointId": access.get("access_point_id"), "iam": _known_text(access.get("iam"))},
        }
    return row


def _known_text(value: Value) -> Value:
    """Return an argument; None if the provider computes it, because then it is AWS's default."""
    return None if value is UNKNOWN else value
