"""Parameters of task definitions that Fargate does not take.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
"""

from collections.abc import Iterator, Mapping

from skerry.launch.needs import Fault, Need
from skerry.model.ecs import ContainerDefinition, LinuxParameters, TaskDefinition

_CODE = "PARAMETER_NOT_ON_FARGATE"
_ALLOWED_CAPABILITIES = {"SYS_PTRACE", "CAP_SYS_PTRACE"}
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html
_STORAGE = range(21, 200 + 1)


def parameter_faults_of(definition: TaskDefinition, containers: tuple[ContainerDefinition, ...]) -> Iterator[Need]:
    """Yield a fault for the task and for each container with parameters that Fargate refuses."""
    names = list(_task_parameters(definition))
    if names:
        yield Fault("placement", _CODE, f"the task definition has {' and '.join(names)}, which Fargate refuses")
    for container in containers:
        names = [*_container_parameters(container), *_linux_parameters(container.linux_parameters)]
        if names:
            message = f"container {container.name} has {' and '.join(names)}, which Fargate refuses"
            yield Fault("placement", _CODE, message)


def _task_parameters(definition: TaskDefinition) -> Iterator[str]:
    if definition.ipc_mode is not None:
        yield "ipcMode"
    # https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
    if definition.pid_mode == "host":
        yield "pidMode host"
    if definition.placement_constraints:
        yield "placementConstraints"
    storage = definition.ephemeral_storage
    if storage is not None and storage.size_in_gib not in _STORAGE:
        yield f"ephemeralStorage of {storage.size_in_gib} GiB"


def _container_parameters(container: ContainerDefinition) -> Iterator[str]:
    given: Mapping[str, object] = {
        "disableNetworking": container.disable_networking,
        "dnsSearchDomains": container.dns_search_domains,
        "dnsServers": container.dns_servers,
        "dockerSecurityOptions": container.docker_security_options,
        "extraHosts": container.extra_hosts,
        "links": container.links,
    }
    if any(given.values()):
        yield from (name for name, value in given.items() if value)
    if any(item.type == "GPU" for item in container.resource_requirements):
        yield "a GPU"


def _linux_parameters(linux: LinuxParameters | None) -> Iterator[str]:
    if linux is None:
        return
    refused = [name for name in linux.capabilities.add if name not in _ALLOWED_CAPABILITIES]
    if refused:
        yield f"the capability {' and '.join(refused)}"
    given: Mapping[str, object] = {
        "devices": linux.devices,
        "maxSwap": linux.max_swap,
        "sharedMemorySize": linux.shared_memory_size,
        "swappiness": linux.swappiness,
        "tmpfs": linux.tmpfs,
    }
    yield from (name for name, value in given.items() if value)
