"""Patches of moto for ECS services and tasks, by AWS's documented rules.

moto has no scheduler: a service stays without tasks, and a task runs until it is stopped.
"""
# ruff: noqa: SLF001 - moto's inner parts are what is corrected here

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ecs.exceptions import InvalidParameterException
from moto.ecs.models import EC2ContainerServiceBackend, Service, Task, ecs_backends
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api import state_manager

from skerry.embedded.patching import Correction

_TASK = "ecs::task"
_NEWEST = "LATEST"


@contextmanager
def freeze_tasks() -> Iterator[None]:
    """Keep the state of a task when it is described. moto moves it on towards its end each time."""
    state_manager.set_transition(_TASK, {"progression": "manual", "times": sys.maxsize})
    try:
        yield
    finally:
        state_manager.unset_transition(_TASK)


def fail_a_task(ecs: Any, cluster: str, service: str, reason: str) -> str:
    """Let one task of a service fail to start, as ECS reports it, and return its ARN.

    ECS would start the task itself. StopTask alone would say that the user stopped it:
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html (stopCode).
    """
    service_record = ecs.describe_services(cluster=cluster, services=[service])["services"][0]
    started = ecs.run_task(
        cluster=cluster,
        taskDefinition=service_record["taskDefinition"],
        launchType=service_record["launchType"],
        networkConfiguration=service_record["networkConfiguration"],
        group=f"service:{service}",
        startedBy=service_record["deployments"][0]["id"],
    )
    task: str = started["tasks"][0]["taskArn"]
    ecs.stop_task(cluster=cluster, task=task, reason=reason)
    backend: Any = ecs_backends[DEFAULT_ACCOUNT_ID][ecs.meta.region_name]
    backend.tasks[cluster][task].stop_code = "TaskFailedToStart"
    return task


def _create_service(original: Any, response: Any) -> Any:
    """Keep all fields of the request for a service, and add the fields that ECS fills in.

    moto loses the capacity provider strategy, ECS Exec and Service Connect, and knows no platform family.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html
    """
    get_parameter = response._get_param
    if network := get_parameter("networkConfiguration"):
        _require_network(response.ecs_backend, network["awsvpcConfiguration"])
    answer = original(response)
    service, backend = answer.result["service"], response.ecs_backend
    strategy = get_parameter("capacityProviderStrategy") or []
    if not strategy and not get_parameter("launchType"):
        strategy = backend._get_cluster(service.cluster_arn).default_capacity_provider_strategy or []
    service.capacity_provider_strategy = strategy or None
    service.launch_type = None if strategy else service.launch_type
    service.enable_execute_command = bool(get_parameter("enableExecuteCommand"))
    providers = [service.launch_type, *(item["capacityProvider"] for item in strategy)]
    fargate = any(provider and provider.startswith("FARGATE") for provider in providers)
    family, newest = _platform(backend, service.task_definition) if fargate else (None, None)
    service.platform_family = family
    service.platform_version = (get_parameter("platformVersion") or _NEWEST) if fargate else None
    for deployment in service.deployments:
        deployment |= {
            "launchType": service.launch_type,
            "capacityProviderStrategy": service.capacity_provider_strategy,
            "platformFamily": family,
            "platformVersion": newest if service.platform_version == _NEWEST else service.platform_version,
            "serviceConnectConfiguration": get_parameter("serviceConnectConfiguration"),
        }
    return answer


def _platform(backend: Any, definition: str | None) -> tuple[str | None, str]:
    """Return the Fargate platform family for a task definition, and the version of LATEST there.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
    """
    platform = backend.describe_task_definition(definition).runtime_platform if definition else None
    system = (platform or {}).get("operatingSystemFamily", "LINUX")
    return ("Linux", "1.4.0") if system == "LINUX" else (None, "1.0.0")


def _update_service(original: Any, response: Any) -> Any:
    """Store the ARN of the task definition, and update the deployment with the changes.

    moto stores the name in the request, and does not change the deployment.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html
    """
    if network := response._get_param("networkConfiguration"):
        _fill_in(network)
        _require_network(response.ecs_backend, network["awsvpcConfiguration"])
    answer = original(response)
    service = answer.result["service"]
    if service.task_definition:
        service.task_definition = response.ecs_backend.describe_task_definition(service.task_definition).arn
    for deployment in service.deployments:
        deployment |= {
            "taskDefinition": service.task_definition,
            "networkConfiguration": service.network_configuration or None,
        }
    return answer


def _require_network(backend: Any, awsvpc: dict[str, Any]) -> None:
    """Require existing subnets and security groups of one VPC.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
    """
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    vpcs: set[str | None] = set()
    for name in awsvpc.get("subnets") or ():
        subnet = next((subnets[name] for subnets in ec2.subnets.values() if name in subnets), None)
        if subnet is None:
            raise InvalidParameterException(
                f"Error retrieving subnet information for [{name}]: The subnet ID '{name}' does not exist "
                "(ErrorCode: InvalidSubnetID.NotFound)"
            )
        vpcs.add(subnet.vpc_id)
    for name in awsvpc.get("securityGroups") or ():
        group = ec2.get_security_group_from_id(name)
        if group is None:
            raise InvalidParameterException(
                f"Error retrieving security group information for [{name}]: The security group '{name}' does not "
                "exist (ErrorCode: InvalidGroup.NotFound)"
            )
        vpcs.add(group.vpc_id)
    if len(vpcs) > 1:
        raise InvalidParameterException("The subnets and security groups must be in the same VPC.")


def _validate_network(original: Any, service: Any, network: dict[str, Any]) -> Any:
    """Admit a service that names no security groups. moto fails on it."""
    _fill_in(network)
    return original(service, network)


def _fill_in(network: dict[str, Any]) -> None:
    """Fill in the defaults: no security groups, and no public address.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html
    """
    awsvpc = network["awsvpcConfiguration"]
    awsvpc.setdefault("securityGroups", [])
    awsvpc.setdefault("assignPublicIp", "DISABLED")


def _requirements(original: Any, _backend: Any, definition: Any) -> Any:
    """Admit a container without a memory limit: the task's is enough on Fargate. moto fails on it.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
    """
    limits = {"memory", "memoryReservation"}
    if all(limits & container.keys() for container in definition.container_definitions):
        return original(definition)
    return {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}


def _make_task(original: Any, task: Any, *arguments: Any, **named: Any) -> None:
    """Describe a task as ECS does.

    moto describes one container only, with ARNs of the task definition and a result before it has run.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html
    """
    if named.get("networking_configuration"):
        _fill_in(named["networking_configuration"])
    original(task, *arguments, **named)
    definition = task._backend.describe_task_definition(task.task_definition_arn)
    task.created_at = utcnow()
    task.cpu, task.memory = definition.cpu, definition.memory
    if task.container_instance_arn is None:
        task.platform_family, newest = _platform(task._backend, definition.arn)
        if task.platform_version in (None, _NEWEST):
            task.platform_version = newest
    task.containers = [_container(task, container) for container in definition.container_definitions]
    account = task.task_arn.partition(":task/")[0]
    for attachment in task.attachments:
        interface = _interfaces(task._backend)[_interface_id(attachment)]
        interface.description = f"{account}:attachment/{attachment['id']}"


def _container(task: Any, definition: dict[str, Any]) -> dict[str, Any]:
    return {
        "containerArn": f"{task.task_arn.replace(':task/', ':container/')}/{definition['name']}",
        "taskArn": task.task_arn,
        "name": definition["name"],
        "image": definition["image"],
        "lastStatus": task.last_status,
        "networkInterfaces": [],
        "healthStatus": "UNKNOWN",
        "cpu": str(definition["cpu"]),
    }


def _stop_task(original: Any, backend: Any, *arguments: Any) -> Any:
    """Delete a stopped task's network interface, and record the stop code and time.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
    """
    task = original(backend, *arguments)
    task.stop_code = "UserInitiated"
    task.stopping_at = task.stopped_at = utcnow()
    for container in task.containers:
        container["lastStatus"] = task.last_status
    for attachment in task.attachments:
        attachment["status"] = "DELETED"
        _interfaces(backend).pop(_interface_id(attachment), None)
    return task


def _interfaces(backend: Any) -> dict[str, Any]:
    interfaces: dict[str, Any] = ec2_backends[backend.account_id][backend.region_name].enis
    return interfaces


def _interface_id(attachment: dict[str, Any]) -> str:
    details: list[dict[str, str]] = attachment["details"]
    return next(detail["value"] for detail in details if detail["name"] == "networkInterfaceId")


def _describe_clusters(original: Any, response: Any) -> Any:
    """Print the configuration of a cluster only if the call includes it; moto always prints it.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html
    """
    answer = original(response)
    if "CONFIGURATIONS" in (response._get_param("include") or ()):
        return answer
    clusters = [copy(cluster) for cluster in answer.result["clusters"]]
    for cluster in clusters:
        cluster.configuration = None
    answer.result["clusters"] = clusters
    return answer


CORRECTIONS = (
    Correction(EC2ContainerServiceResponse, "describe_clusters", _describe_clusters),
    Correction(EC2ContainerServiceResponse, "create_service", _create_service),
    Correction(EC2ContainerServiceResponse, "update_service", _update_service),
    Correction(Service, "_validate_network", _validate_network),
    Correction(EC2ContainerServiceBackend, "_calculate_task_resource_requirements", _requirements),
    Correction(Task, "__init__", _make_task),
    Correction(EC2ContainerServiceBackend, "stop_task", _stop_task),
)
"""The patches of this module."""
