"""Records of AWS Batch: compute environments, job queues, job definitions and jobs.

Shapes: https://docs.aws.amazon.com/batch/latest/APIReference/API_Types.html. Commands are not read: nothing
here needs them and they may be secret. Of values of environment variables only public names are read.
"""

from msgspec import UNSET, UnsetType, field

from skerry.model.arns import NameOrArn, ResourceArn
from skerry.model.ecs import (
    EfsVolume,
    FirelensConfiguration,
    LogConfiguration,
    RepositoryCredentials,
    RuntimePlatform,
    Secret,
)
from skerry.model.environment import EnvironmentVariable
from skerry.model.record import Camel


class ComputeResource(Camel, frozen=True):
    """The resources of a compute environment; of the type FARGATE or FARGATE_SPOT its jobs are tasks on Fargate."""

    type: str
    subnets: tuple[str, ...] = ()
    security_group_ids: tuple[str, ...] = ()


class ComputeEnvironment(Camel, frozen=True):
    """A compute environment; an unmanaged one has no compute resources."""

    compute_environment_arn: str
    compute_environment_name: str
    ecs_cluster_arn: str | None = None
    state: str | None = None
    status: str | None = None
    status_reason: str | None = None
    compute_resources: ComputeResource | None = None


class ComputeEnvironmentOrder(Camel, frozen=True):
    """A compute environment of a job queue; Batch tries them in ascending order."""

    order: int
    compute_environment: str


class JobQueue(Camel, frozen=True):
    """A job queue with its compute environments."""

    job_queue_arn: str
    job_queue_name: str
    state: str | None = None
    compute_environment_order: tuple[ComputeEnvironmentOrder, ...] = ()


class ResourceRequirement(Camel, frozen=True):
    """An amount of VCPU, MEMORY or GPU that a container asks for."""

    type: str
    value: str


class JobNetwork(Camel, frozen=True):
    """The network configuration of a job on Fargate; subnets and security groups are the compute environment's."""

    assign_public_ip: str = "DISABLED"


class FargatePlatform(Camel, frozen=True):
    """The platform version of a job on Fargate."""

    platform_version: str | None = None


class EphemeralStorage(Camel, frozen=True):
    """The size of the ephemeral storage of a job on Fargate."""

    size_in_gib: int | None = field(name="sizeInGiB", default=None)


class JobVolume(Camel, frozen=True):
    """A volume of a job; the host path of a bind mount is not read."""

    name: str | None = None
    efs_volume_configuration: EfsVolume | None = None


class ContainerProperties(Camel, frozen=True):
    """The container of a job with one container."""

    image: str | UnsetType = UNSET
    execution_role_arn: NameOrArn | None = None
    job_role_arn: NameOrArn | None = None
    volumes: tuple[JobVolume, ...] = ()
    environment: tuple[EnvironmentVariable, ...] = ()
    privileged: bool = False
    resource_requirements: tuple[ResourceRequirement, ...] = ()
    log_configuration: LogConfiguration | None = None
    secrets: tuple[Secret, ...] = ()
    network_configuration: JobNetwork = JobNetwork()
    fargate_platform_configuration: FargatePlatform = FargatePlatform()
    ephemeral_storage: EphemeralStorage = EphemeralStorage()
    runtime_platform: RuntimePlatform = RuntimePlatform()
    repository_credentials: RepositoryCredentials | None = None
    enable_execute_command: bool = False


class JobContainer(Camel, frozen=True):
    """A container of a job with several containers."""

    name: str | None = None
    image: str | UnsetType = UNSET
    essential: bool = True
    environment: tuple[EnvironmentVariable, ...] = ()
    privileged: bool = False
    resource_requirements: tuple[ResourceRequirement, ...] = ()
    log_configuration: LogConfiguration | None = None
    firelens_configuration: FirelensConfiguration | None = None
    secrets: tuple[Secret, ...] = ()
    repository_credentials: RepositoryCredentials | None = None


class TaskProperties(Camel, frozen=True):
    """The task of a job with several containers."""

    containers: tuple[JobContainer, ...] | UnsetType = UNSET
    execution_role_arn: NameOrArn | None = None
    task_role_arn: NameOrArn | None = None
    platform_version: str | None = None
    network_configuration: JobNetwork = JobNetwork()
    ephemeral_storage: EphemeralStorage = EphemeralStorage()
    runtime_platform: RuntimePlatform = RuntimePlatform()
    volumes: tuple[JobVolume, ...] = ()
    enable_execute_command: bool = False


class EcsProperties(Camel, frozen=True):
    """The properties of a job with several containers; Batch takes one task."""

    task_properties: tuple[TaskProperties, ...] = ()


class JobDefinition(Camel, frozen=True):
    """A revision of a job definition; without capabilities it is for EC2."""

    job_definition_arn: ResourceArn
    job_definition_name: str
    revision: int
    status: str | None = None
    type: str = "container"
    platform_capabilities: tuple[str, ...] = ()
    container_properties: ContainerProperties | None = None
    ecs_properties: EcsProperties | None = None


class Job(Camel, frozen=True):
    """A job: it names the job definition and the job queue; a list of a queue's jobs leaves the queue out."""

    job_id: str
    job_queue: str | None = None
    job_definition: str | None = None
