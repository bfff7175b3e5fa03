"""Services, their task definitions and their file systems."""

import json
from collections.abc import Iterator

from tests.sources.terraform.scenario_code.network import Json, Resource, ScenarioNetwork, reference, refuse_unless

_DEFINITION = {
    *("taskDefinitionArn", "family", "revision", "status", "networkMode", "requiresCompatibilities", "cpu", "memory"),
    *("executionRoleArn", "taskRoleArn", "containerDefinitions", "volumes", "runtimePlatform", "compatibilities"),
}


def write_mount_targets(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield file systems and their mount targets."""
    for name in _file_systems(network):
        yield "aws_efs_file_system", name, {}
    for row in network.rows("MountTargets"):
        interface = network.interfaces[row["NetworkInterfaceId"]]
        values = {
            "file_system_id": reference("aws_efs_file_system", row["FileSystemId"]),
            "subnet_id": reference("aws_subnet", row["SubnetId"]),
            "ip_address": row.get("IpAddress"),
            "security_groups": [network.group(item["GroupId"]) for item in interface["Groups"]],
        }
        yield "aws_efs_mount_target", row["MountTargetId"], values


def _file_systems(network: ScenarioNetwork) -> list[str]:
    volumes = [volume for row in network.rows("taskDefinitions") for volume in row.get("volumes", [])]
    systems = [volume["efsVolumeConfiguration"]["fileSystemId"] for volume in volumes
               if "efsVolumeConfiguration" in volume]  # fmt: skip
    return list(dict.fromkeys(systems))


def write_tasks(network: ScenarioNetwork) -> Iterator[Resource]:
    """Yield clusters, task definitions and services."""
    clusters = {row["clusterArn"].rpartition("/")[2] for row in network.rows("services") if "clusterArn" in row}
    for name in sorted(clusters):
        yield "aws_ecs_cluster", name, {"name": name}
    for row in network.rows("clusters"):
        strategy = [{"capacity_provider": item["capacityProvider"]}
                    for item in row.get("defaultCapacityProviderStrategy", [])]  # fmt: skip
        values: Json = {"cluster_name": reference("aws_ecs_cluster", row["clusterName"], "name")}
        values |= {"default_capacity_provider_strategy": strategy}
        yield "aws_ecs_cluster_capacity_providers", row["clusterName"], values
    for row in network.rows("taskDefinitions"):
        name = row["taskDefinitionArn"].rpartition("/")[2].replace(":", "-")
        yield "aws_ecs_task_definition", name, _definition(row)
    definitions = {row["taskDefinitionArn"] for row in network.rows("taskDefinitions")}
    subnets = {row["SubnetId"] for row in network.rows("Subnets")}
    for row in network.rows("services"):
        refuse_unless(row.get("taskDefinition") in definitions, "a task definition that is not described")
        listed = row.get("networkConfiguration", {}).get("awsvpcConfiguration", {}).get("subnets", [])
        refuse_unless(subnets.issuperset(listed), "a subnet that is not described")
        yield "aws_ecs_service", row["serviceName"], _service(network, row)


def _service(network: ScenarioNetwork, row: Json) -> Json:
    definition = row["taskDefinition"].rpartition("/")[2].replace(":", "-")
    settings = row.get("networkConfiguration", {}).get("awsvpcConfiguration")
    refuse_unless(settings is not None and not row.get("deployments"), "a service that the writer does not know")
    values = {
        "name": row["serviceName"],
        "cluster": reference("aws_ecs_cluster", row["clusterArn"].rpartition("/")[2], "arn"),
        "task_definition": reference("aws_ecs_task_definition", definition, "arn"),
        "launch_type": row.get("launchType"),
        "platform_version": row.get("platformVersion"),
        "enable_execute_command": row.get("enableExecuteCommand", False),
        "network_configuration": {
            "subnets": [reference("aws_subnet", name) for name in settings["subnets"]],
            "security_groups": [network.group(name) for name in settings.get("securityGroups", [])],
            "assign_public_ip": settings.get("assignPublicIp") == "ENABLED",
        },
    }
    if "capacityProviderStrategy" in row:
        values["capacity_provider_strategy"] = [
            {"capacity_provider": item["capacityProvider"], "weight": item.get("weight", 1)}
            for item in row["capacityProviderStrategy"]
        ]
    return values


def _definition(row: Json) -> Json:
    refuse_unless(set(row) <= _DEFINITION, str(sorted(set(row) - _DEFINITION)))
    platform = row.get("runtimePlatform")
    values = {
        "family": row["family"],
        "network_mode": row.get("networkMode"),
        "requires_compatibilities": row.get("requiresCompatibilities"),
        "cpu": row.get("cpu"),
        "memory": row.get("memory"),
        "execution_role_arn": row.get("executionRoleArn"),
        "task_role_arn": row.get("taskRoleArn"),
        # A literal text: ${ would begin an expression.
        "container_definitions": json.dumps(row["containerDefinitions"]).replace("${", "$${"),
        "volume": [_volume(volume) for volume in row.get("volumes", [])],
    }
    if platform:
        values["runtime_platform"] = {
            "operating_system_family": platform.get("operatingSystemFamily"),
            "cpu_architecture": platform.get("cpuArchitecture"),
        }
    return values


def _volume(volume: Json) -> Json:
    system: Json = volume.get("efsVolumeConfiguration") or {}
    refuse_unless(system, "a volume of another kind")
    return {
        "name": volume["name"],
        "efs_volume_configuration": {
            "file_system_id": reference("aws_efs_file_system", system["fileSystemId"]),
            "transit_encryption": system.get("transitEncryption"),
        },
    }
