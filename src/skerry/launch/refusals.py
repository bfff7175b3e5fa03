"""Requests that ECS refuses on Fargate, whatever the network: roles, network mode, compatibility, size, logs."""

import re
from collections.abc import Iterator, Mapping

from msgspec import UNSET

from skerry.launch.fargate_parameters import parameter_faults_of
from skerry.launch.needs import Fault, Need, Step, Unread
from skerry.model.ecs import ContainerDefinition, TaskDefinition
from skerry.services.image_references import parse

_FARGATE = "FARGATE"
_AWSVPC = "awsvpc"
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
_LOG_OPTIONS = ("awslogs-group", "awslogs-region", "awslogs-stream-prefix")
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
_MEMORY: Mapping[int, tuple[int, ...]] = {
    256: (512, 1024, 2048),
    512: tuple(range(1024, 4096 + 1, 1024)),
    1024: tuple(range(2048, 8192 + 1, 1024)),
    2048: tuple(range(4096, 16_384 + 1, 1024)),
    4096: tuple(range(8192, 30_720 + 1, 1024)),
    8192: tuple(range(16_384, 61_440 + 1, 4096)),
    16_384: tuple(range(32_768, 122_880 + 1, 8192)),
}
_SIZE = r"(\d{1,9}|\d{0,5}\.\d{1,5}) ?(vcpu|gb)?"
_UNIT = 1024


def refusals_of(definition: TaskDefinition, account: str | None) -> Iterator[Need]:
    """Yield the faults of a task definition for which ECS refuses the task on Fargate.

    Absent roles and options count only in a whole definition, with the cpu or memory of the task.
    ``account`` is the account of the task, if it is known.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
    """
    containers = () if definition.container_definitions is UNSET else definition.container_definitions
    yield from _compatibility(definition)
    yield from _size(definition)
    yield from _container_limits(definition, containers)
    yield from parameter_faults_of(definition, containers)
    for container in containers:
        yield from _registry_secret(container, account)
    if definition.cpu is not None or definition.memory is not None:
        yield from _execution_role(definition, containers)
        yield from _log_options(containers)
        yield from _task_role(definition)


def _compatibility(definition: TaskDefinition) -> Iterator[Need]:
    mode, kinds = definition.network_mode, definition.requires_compatibilities
    if mode not in {None, _AWSVPC}:
        message = f"the task definition has networkMode {mode}, and Fargate runs tasks with {_AWSVPC} only"
        yield Fault("placement", "NETWORK_MODE_NOT_AWSVPC", message)
    if kinds and _FARGATE not in kinds:
        message = f"requiresCompatibilities of the task definition has {', '.join(kinds)}, not {_FARGATE}"
        yield Fault("placement", "NOT_COMPATIBLE_WITH_FARGATE", message)


def _size(definition: TaskDefinition) -> Iterator[Need]:
    if definition.cpu is None or definition.memory is None:
        if _FARGATE in definition.requires_compatibilities:
            absent = " and ".join(name for name in ("cpu", "memory") if getattr(definition, name) is None)
            yield Fault("placement", "SIZE_NOT_ON_FARGATE", f"the task definition has no {absent} of the task")
        return
    cpu, memory = _units(definition.cpu), _units(definition.memory)
    pair = f"cpu {definition.cpu} with memory {definition.memory}"
    if cpu is None or memory is None or cpu > max(_MEMORY):
        yield Unread("placement", f"whether Fargate offers {pair}", "ecs:DescribeTaskDefinition")
    elif memory not in _MEMORY.get(cpu, ()):
        yield Fault("placement", "SIZE_NOT_ON_FARGATE", f"Fargate does not offer {pair}")


def _container_limits(definition: TaskDefinition, containers: tuple[ContainerDefinition, ...]) -> Iterator[Need]:
    """Yield faults for privileged containers, and for containers with more memory than the task.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """
    size = None if definition.memory is None else _units(definition.memory)
    for container in containers:
        if container.privileged:
            message = f"container {container.name} is privileged, which Fargate does not allow"
            yield Fault("placement", "PRIVILEGED_NOT_ON_FARGATE", message)
        if size is not None and container.memory is not None and container.memory > size:
            message = f"container {container.name} asks for {container.memory} MiB, and the task has {size} MiB"
            yield Fault("placement", "CONTAINER_LARGER_THAN_TASK", message)


def _units(text: str | int) -> int | None:
    """Return CPU units or MiB; ECS also takes vCPUs and GB in a text. None for a text of another form."""
    match = re.fullmatch(_SIZE, str(text).strip(), re.IGNORECASE)
    if match is None:
        return None
    number, unit = match.groups()
    if unit is None:
        return int(number) if number.isdecimal() else None
    return round(float(number) * _UNIT)


def _execution_role(definition: TaskDefinition, containers: tuple[ContainerDefinition, ...]) -> Iterator[Need]:
    """Yield a fault at the first use of an execution role that is not there.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
    """
    if definition.execution_role_arn:
        return
    uses = list(first_use_of_execution_role(containers))
    if uses:
        message = f"the task definition has no executionRoleArn, and needs it for {', '.join(use for _, use in uses)}"
        yield Fault(uses[0][0], "EXECUTION_ROLE_REQUIRED", message)


def first_use_of_execution_role(containers: tuple[ContainerDefinition, ...]) -> Iterator[tuple[Step, str]]:
    """Yield the steps that need an execution role, each with its use, the first step first."""
    images = [None if item.image is UNSET else parse(item.image) for item in containers]
    drivers = {item.log_configuration.log_driver for item in containers if item.log_configuration is not None}
    in_ecr = any(image is not None and image.region is not None for image in images)
    has_secrets = any(item.secrets or item.repository_credentials for item in containers)
    needed: tuple[tuple[Step, bool, str], ...] = (
        ("registry-auth", in_ecr, "images in ECR"),
        ("secrets", has_secrets, "secrets"),
        ("logs", "awslogs" in drivers, "the log driver awslogs"),
    )
    yield from ((step, use) for step, is_needed, use in needed if is_needed)


def _log_options(containers: tuple[ContainerDefinition, ...]) -> Iterator[Need]:
    for container in containers:
        logs = container.log_configuration
        if logs is None or logs.log_driver != "awslogs":
            continue
        given = {*logs.options, *(secret.name for secret in logs.secret_options)}
        missing = [name for name in _LOG_OPTIONS if name not in given]
        if missing:
            message = f"awslogs of container {container.name} lacks {' and '.join(missing)}, which Fargate demands"
            yield Fault("logs", "LOG_OPTION_MISSING", message)


def _registry_secret(container: ContainerDefinition, account: str | None) -> Iterator[Need]:
    """Yield a fault for registry credentials of another account.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/private-auth.html
    """
    credentials = container.repository_credentials
    arn = credentials.credentials_parameter.arn if credentials else None
    if arn is not None and account is not None and arn.account and arn.account != account:
        message = (
            f"repositoryCredentials of container {container.name} is a secret of account {arn.account}; ECS takes "
            f"one of the task's own account {account} only"
        )
        yield Fault("secrets", "REGISTRY_SECRET_OF_ANOTHER_ACCOUNT", message)


def _task_role(definition: TaskDefinition) -> Iterator[Need]:
    """Yield a fault for EFS volumes with IAM authorization without a task role.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSAuthorizationConfig.html
    """
    if definition.task_role_arn:
        return
    for volume in definition.volumes:
        efs = volume.efs_volume_configuration
        if efs is not None and efs.authorization_config is not None and efs.authorization_config.iam == "ENABLED":
            message = f"volume {volume.name} authorizes by IAM, and the task definition has no taskRoleArn"
            yield Fault("volumes", "TASK_ROLE_REQUIRED", message)
