"""Job definitions of AWS Batch as task definitions: Batch registers one for each job and runs it with ECS."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec
from msgspec import UNSET

from skerry.launch.needs import Fault, Need, Unread
from skerry.launch.refusals import first_use_of_execution_role, refusals_of
from skerry.model.batch import (
    ContainerProperties,
    EphemeralStorage,
    JobContainer,
    JobDefinition,
    JobVolume,
    ResourceRequirement,
    TaskProperties,
)
from skerry.model.ecs import ContainerDefinition, LogConfiguration, TaskDefinition, Volume

DEFAULT_LOG_GROUP: Final = "/aws/batch/job"
"""The log group of a job that names none.

https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html. Batch's own role may create it:
https://docs.aws.amazon.com/batch/latest/userguide/using-service-linked-roles-batch-general.html
"""
READ: Final = "batch:DescribeJobDefinitions"
FARGATE: Final = "FARGATE"
_AWSLOGS = "awslogs"
_ONE_CONTAINER = "default"
"""The name of the container of a job with one, as it stands in the names of log streams.

https://docs.aws.amazon.com/batch/latest/userguide/job_states.html
"""

# https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
_MEMORY: Mapping[float, frozenset[int]] = {
    0.25: frozenset((512, 1024, 2048)),
    0.5: frozenset(range(1024, 4096 + 1, 1024)),
    1: frozenset(range(2048, 8192 + 1, 1024)),
    2: frozenset(range(4096, 16_384 + 1, 1024)),
    4: frozenset(range(8192, 30_720 + 1, 1024)),
    8: frozenset(range(16_384, 61_440 + 1, 4096)),
    16: frozenset(range(32_768, 122_880 + 1, 8192)),
    32: frozenset((61_440, 122_880, 249_856)),
}
# https://docs.aws.amazon.com/batch/latest/APIReference/API_EphemeralStorage.html
_LEAST_STORAGE, _MOST_STORAGE = 21, 200
_AMOUNT = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")


def task_properties_of(definition: JobDefinition) -> TaskProperties | None:
    """Return the task of a job in the form of jobs with several containers; None where the definition has none."""
    if definition.container_properties is not None:
        return _of_one_container(definition.container_properties)
    if definition.ecs_properties is not None and definition.ecs_properties.task_properties:
        return definition.ecs_properties.task_properties[0]
    return None


def _of_one_container(properties: ContainerProperties) -> TaskProperties:
    container = JobContainer(
        name=_ONE_CONTAINER,
        image=properties.image,
        environment=properties.environment,
        privileged=properties.privileged,
        resource_requirements=properties.resource_requirements,
        log_configuration=properties.log_configuration,
        secrets=properties.secrets,
        repository_credentials=properties.repository_credentials,
    )
    return TaskProperties(
        containers=(container,),
        execution_role_arn=properties.execution_role_arn,
        task_role_arn=properties.job_role_arn,
        platform_version=properties.fargate_platform_configuration.platform_version,
        network_configuration=properties.network_configuration,
        ephemeral_storage=properties.ephemeral_storage,
        runtime_platform=properties.runtime_platform,
        volumes=properties.volumes,
        enable_execute_command=properties.enable_execute_command,
    )


def task_definition_of(definition: JobDefinition) -> TaskDefinition | None:
    """Return the task definition that Batch makes of a job definition; None where the latter has no task.

    It has no size: Batch's own rules for sizes are those of `refusals_of_job`.
    """
    task = task_properties_of(definition)
    if task is None:
        return None
    containers = task.containers
    return TaskDefinition(
        task_definition_arn=definition.job_definition_arn,
        family=definition.job_definition_name,
        revision=definition.revision,
        container_definitions=UNSET
        if containers is UNSET
        else tuple(_container(definition, container) for container in containers),
        volumes=tuple(map(_volume, task.volumes)),
        runtime_platform=task.runtime_platform,
        execution_role_arn=task.execution_role_arn,
        task_role_arn=task.task_role_arn,
    )


def _container(definition: JobDefinition, container: JobContainer) -> ContainerDefinition:
    return ContainerDefinition(
        name=container.name or _ONE_CONTAINER,
        image=container.image,
        essential=container.essential,
        repository_credentials=container.repository_credentials,
        privileged=container.privileged,
        secrets=container.secrets,
        environment=container.environment,
        log_configuration=_logs(definition, container.log_configuration),
        firelens_configuration=container.firelens_configuration,
    )


def _logs(definition: JobDefinition, given: LogConfiguration | None) -> LogConfiguration:
    """Return a log configuration with Batch's defaults: the driver awslogs, its group and its prefix of streams.

    https://docs.aws.amazon.com/batch/latest/userguide/using_awslogs.html
    """
    logs = given or LogConfiguration(log_driver=_AWSLOGS)
    if logs.log_driver != _AWSLOGS:
        return logs
    defaults = {"awslogs-group": DEFAULT_LOG_GROUP, "awslogs-stream-prefix": definition.job_definition_name}
    return msgspec.structs.replace(logs, options=defaults | logs.options)


def _volume(volume: JobVolume) -> Volume:
    return Volume(name=volume.name, efs_volume_configuration=volume.efs_volume_configuration)


def refusals_of_job(
    definition: JobDefinition, account: str | None, overrides: tuple[ResourceRequirement, ...] | None = None
) -> tuple[Need, ...]:
    """Return the faults of a job definition for which Batch or ECS refuses its jobs on Fargate.

    ``overrides`` are resource requirements of a single submission.

    https://docs.aws.amazon.com/batch/latest/userguide/fargate-job-definitions.html
    """
    task, as_task = task_properties_of(definition), task_definition_of(definition)
    needs = list(_compatibility(definition))
    if task is not None and as_task is not None:
        needs += _size(definition, task, overrides)
        needs += _storage(task.ephemeral_storage)
        needs += refusals_of(as_task, account)
        needs += _execution_role(definition, as_task)
    return tuple(needs)


def _compatibility(definition: JobDefinition) -> Iterator[Need]:
    name = f"job definition {definition.job_definition_name}"
    kinds = definition.platform_capabilities or ("EC2",)
    if FARGATE not in kinds:
        message = f"platformCapabilities of {name} has {', '.join(kinds)}, not {FARGATE}"
        yield Fault("placement", "NOT_COMPATIBLE_WITH_FARGATE", message)
    if definition.type != "container":
        message = f"{name} is of type {definition.type}, and Fargate runs jobs of type container only"
        yield Fault("placement", "NOT_COMPATIBLE_WITH_FARGATE", message)


def _size(
    definition: JobDefinition, task: TaskProperties, overrides: tuple[ResourceRequirement, ...] | None
) -> Iterator[Need]:
    """Yield a fault for a pair of VCPU and MEMORY that Batch does not list; of several containers the sum counts.

    AWS's pages do not say for several containers whether the sum must be listed: then it is unknown.
    """
    containers = () if task.containers is UNSET else task.containers
    given = [{item.type: item.value for item in container.resource_requirements} for container in containers]
    for amounts in given:
        amounts |= {item.type: item.value for item in overrides or ()}
    if any("GPU" in amounts for amounts in given):
        yield Fault("placement", "SIZE_NOT_ON_FARGATE", "the job asks for GPU, which Fargate does not offer")
    absent = [name for name in ("VCPU", "MEMORY") if any(name not in amounts for amounts in given)]
    if absent:
        message = (
            f"resourceRequirements of job definition {definition.job_definition_name} lacks {' and '.join(absent)}"
        )
        yield Fault("placement", "SIZE_NOT_ON_FARGATE", message)
    elif given:
        yield from _pair(given)


def _pair(given: list[dict[str, str]]) -> Iterator[Need]:
    vcpus, sizes = ([_number(amounts[name]) for amounts in given] for name in ("VCPU", "MEMORY"))
    values = ", ".join(f"VCPU {amounts['VCPU']} with MEMORY {amounts['MEMORY']}" for amounts in given)
    if None in vcpus or None in sizes:
        yield Unread("placement", f"whether Fargate offers {values}", READ)
        return
    vcpu, memory = (sum(number for number in numbers if number is not None) for numbers in (vcpus, sizes))
    if memory in _MEMORY.get(vcpu, ()):
        return
    if len(given) > 1:
        yield Unread("placement", f"whether Fargate offers {values} in one job", READ)
    else:
        yield Fault("placement", "SIZE_NOT_ON_FARGATE", f"Fargate does not offer {values}")


def _number(text: str) -> float | None:
    """Return an amount; None for a text of another form."""
    return float(text) if _AMOUNT.fullmatch(text) else None


def _storage(storage: EphemeralStorage) -> Iterator[Need]:
    size = storage.size_in_gib
    if size is not None and not _LEAST_STORAGE <= size <= _MOST_STORAGE:
        message = f"ephemeralStorage of {size} GiB: Fargate offers {_LEAST_STORAGE} to {_MOST_STORAGE} GiB"
        yield Fault("placement", "SIZE_NOT_ON_FARGATE", message)


def _execution_role(definition: JobDefinition, task: TaskDefinition) -> Iterator[Need]:
    """Yield a fault for a missing execution role, at its first use: Batch demands it of every job on Fargate."""
    if not task.execution_role_arn:
        containers = () if task.container_definitions is UNSET else task.container_definitions
        step = next((step for step, _ in first_use_of_execution_role(containers)), None)
        message = (
            f"job definition {definition.job_definition_name} has no executionRoleArn, which Batch demands on Fargate"
        )
        yield Fault(step or "placement", "EXECUTION_ROLE_REQUIRED", message)
