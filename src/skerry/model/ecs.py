"""Records of ECS: clusters, services, task definitions and tasks.

Shapes: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Types.html. Commands and overrides are not read:
nothing here needs them and they may be secret. Of values of environment variables only public names are read.
"""

from msgspec import UNSET, UnsetType, field

from skerry.model.arns import NameOrArn, ResourceArn
from skerry.model.environment import EnvironmentVariable
from skerry.model.record import Camel


class ProviderStrategy(Camel, frozen=True):
    """One item of a capacity provider strategy."""

    capacity_provider: str


class CapacityProvider(Camel, frozen=True):
    """A capacity provider: one of Fargate's own, an Auto Scaling group, or Managed Instances, by its ``type``."""

    name: str
    type: str | None = None


class ExecLogging(Camel, frozen=True):
    """The log group and the bucket for the output of ECS Exec."""

    cloud_watch_log_group_name: str | None = None
    s3_bucket_name: str | None = None


class ExecuteCommandConfiguration(Camel, frozen=True):
    """The key of the sessions of ECS Exec, and where their output is logged if ``logging`` is ``OVERRIDE``."""

    kms_key_id: NameOrArn | None = None
    logging: str | None = None
    log_configuration: ExecLogging = ExecLogging()


class ManagedStorageConfiguration(Camel, frozen=True):
    """The key of Fargate's ephemeral storage."""

    fargate_ephemeral_storage_kms_key_id: NameOrArn | None = None


class ClusterConfiguration(Camel, frozen=True):
    """The configuration of a cluster: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterConfiguration.html."""

    execute_command_configuration: ExecuteCommandConfiguration = ExecuteCommandConfiguration()
    managed_storage_configuration: ManagedStorageConfiguration = ManagedStorageConfiguration()


class Cluster(Camel, frozen=True):
    """A cluster; ECS prints its configuration only if the call includes ``CONFIGURATIONS``."""

    cluster_arn: ResourceArn
    cluster_name: str
    default_capacity_provider_strategy: tuple[ProviderStrategy, ...] = ()
    configuration: ClusterConfiguration | UnsetType = UNSET


class AwsvpcConfiguration(Camel, frozen=True):
    """The subnets and security groups of the network interfaces of a service's tasks."""

    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    assign_public_ip: str = "DISABLED"


class NetworkConfiguration(Camel, frozen=True):
    """The network configuration of a service or task."""

    awsvpc_configuration: AwsvpcConfiguration | None = None


class Secret(Camel, frozen=True):
    """A secret or parameter for a container or its log driver, from Secrets Manager or Parameter Store."""

    name: str
    value_from: NameOrArn


class LogConfiguration(Camel, frozen=True):
    """A container's log driver with its options."""

    log_driver: str
    options: dict[str, str] = field(default_factory=dict)
    secret_options: tuple[Secret, ...] = ()


class ServiceConnect(Camel, frozen=True):
    """The Service Connect configuration of a deployment: tasks get a proxy with its own log configuration."""

    enabled: bool = False
    log_configuration: LogConfiguration | None = None


class Deployment(Camel, frozen=True):
    """A deployment of a service; its tasks name it by its id."""

    id: str | None = None
    status: str | None = None
    task_definition: str | None = None
    rollout_state: str | None = None
    rollout_state_reason: str | None = None
    network_configuration: NetworkConfiguration = NetworkConfiguration()
    service_connect_configuration: ServiceConnect = ServiceConnect()


class TaskSet(Camel, frozen=True):
    """A task set of a service that CodeDeploy or another controller deploys: with a configuration of its own."""

    id: str
    task_set_arn: ResourceArn
    status: str | None = None
    task_definition: str | UnsetType = UNSET
    launch_type: str | None = None
    capacity_provider_strategy: tuple[ProviderStrategy, ...] = ()
    platform_version: str | None = None
    platform_family: str | None = None
    network_configuration: NetworkConfiguration = NetworkConfiguration()


class ServiceEvent(Camel, frozen=True):
    """An event of a service, in ECS's words; DescribeServices prints the latest first."""

    message: str


class ContainerImage(Camel, frozen=True):
    """The image of a container of a deployment, with its pinned digest."""

    container_name: str | None = None
    image: str | None = None
    image_digest: str | None = None


class ServiceRevision(Camel, frozen=True):
    """The revision of a service behind a deployment: its task definition, and the digests of its images."""

    service_revision_arn: ResourceArn
    service_arn: str | None = None
    task_definition: str | None = None
    container_images: tuple[ContainerImage, ...] = ()


class RevisionSummary(Camel, frozen=True):
    """A service revision with running tasks, by its ARN."""

    arn: str


class DeploymentController(Camel, frozen=True):
    """The deployment controller of a service: ECS, CODE_DEPLOY or EXTERNAL."""

    type: str = "ECS"


class Service(Camel, frozen=True):
    """A service."""

    service_arn: ResourceArn
    service_name: str
    cluster_arn: str | UnsetType = UNSET
    status: str = "ACTIVE"
    desired_count: int | None = None
    launch_type: str | None = None
    capacity_provider_strategy: tuple[ProviderStrategy, ...] = ()
    platform_version: str | None = None
    platform_family: str | None = None
    task_definition: str | UnsetType = UNSET
    network_configuration: NetworkConfiguration = NetworkConfiguration()
    deployments: tuple[Deployment, ...] = ()
    task_sets: tuple[TaskSet, ...] = ()
    events: tuple[ServiceEvent, ...] = ()
    current_service_revisions: tuple[RevisionSummary, ...] = ()
    deployment_controller: DeploymentController = DeploymentController()
    enable_execute_command: bool = False


class EnvironmentFile(Camel, frozen=True):
    """A file of environment variables in S3."""

    value: NameOrArn
    type: str = "s3"


class RepositoryCredentials(Camel, frozen=True):
    """The secret that holds a private registry's user and password."""

    credentials_parameter: NameOrArn


class FirelensConfiguration(Camel, frozen=True):
    """The FireLens configuration of a container that routes the logs of the other containers."""

    type: str
    options: dict[str, str] = field(default_factory=dict)


class ContainerResource(Camel, frozen=True):
    """A resource of a container, such as a GPU."""

    type: str | None = None


class Capabilities(Camel, frozen=True):
    """Linux capabilities that a container adds."""

    add: tuple[str, ...] = ()


class LinuxDevice(Camel, frozen=True):
    """A device or a tmpfs mount of a container; its paths are not read."""


class LinuxParameters(Camel, frozen=True):
    """Linux settings of a container that Fargate limits."""

    capabilities: Capabilities = Capabilities()
    devices: tuple[LinuxDevice, ...] = ()
    max_swap: int | None = None
    shared_memory_size: int | None = None
    swappiness: int | None = None
    tmpfs: tuple[LinuxDevice, ...] = ()


class HostEntry(Camel, frozen=True):
    """A host of a container's extra hosts; its name and address are not read."""


class ContainerDefinition(Camel, frozen=True):
    """A container of a task definition."""

    name: str
    image: str | UnsetType = UNSET
    essential: bool = True
    repository_credentials: RepositoryCredentials | None = None
    privileged: bool = False
    memory: int | None = None
    secrets: tuple[Secret, ...] = ()
    environment: tuple[EnvironmentVariable, ...] = ()
    environment_files: tuple[EnvironmentFile, ...] = ()
    log_configuration: LogConfiguration | None = None
    firelens_configuration: FirelensConfiguration | None = None
    version_consistency: str | None = None
    disable_networking: bool | None = None
    dns_search_domains: tuple[str, ...] = ()
    dns_servers: tuple[str, ...] = ()
    docker_security_options: tuple[str, ...] = ()
    extra_hosts: tuple[HostEntry, ...] = ()
    links: tuple[str, ...] = ()
    resource_requirements: tuple[ContainerResource, ...] = ()
    linux_parameters: LinuxParameters | None = None


class EfsAuthorization(Camel, frozen=True):
    """The access point and IAM switch of an EFS volume."""

    access_point_id: str | None = None
    iam: str | None = None


class EfsVolume(Camel, frozen=True):
    """An EFS file system that a task mounts."""

    file_system_id: NameOrArn
    transit_encryption: str | None = None
    authorization_config: EfsAuthorization | None = None


class S3FilesVolume(Camel, frozen=True):
    """An S3 Files file system that a task mounts."""

    file_system_arn: NameOrArn


class DockerVolume(Camel, frozen=True):
    """A volume of a Docker volume driver."""

    driver: str | None = None


class FsxWindowsVolume(Camel, frozen=True):
    """A file system of FSx for Windows File Server."""

    file_system_id: str


class Volume(Camel, frozen=True):
    """A volume of a task definition; the host path of a bind mount is not read."""

    name: str | None = None
    efs_volume_configuration: EfsVolume | None = None
    s3files_volume_configuration: S3FilesVolume | None = None
    docker_volume_configuration: DockerVolume | None = None
    fsx_windows_file_server_volume_configuration: FsxWindowsVolume | None = None


class RuntimePlatform(Camel, frozen=True):
    """The processor and operating system of the task's images."""

    cpu_architecture: str | None = None
    operating_system_family: str | None = None


class PlacementConstraint(Camel, frozen=True):
    """A constraint of a task definition; its expression is not read."""

    type: str | None = None


class TaskStorage(Camel, frozen=True):
    """The ephemeral storage of a task."""

    size_in_gib: int = field(name="sizeInGiB")


class TaskDefinition(Camel, frozen=True):
    """A task definition."""

    task_definition_arn: ResourceArn | None = None
    family: str | None = None
    revision: int | None = None
    status: str | None = None
    network_mode: str | None = None
    container_definitions: tuple[ContainerDefinition, ...] | UnsetType = UNSET
    volumes: tuple[Volume, ...] = ()
    runtime_platform: RuntimePlatform = RuntimePlatform()
    execution_role_arn: NameOrArn | None = None
    task_role_arn: NameOrArn | None = None
    requires_compatibilities: tuple[str, ...] = ()
    cpu: str | int | None = None
    memory: str | int | None = None
    ipc_mode: str | None = None
    pid_mode: str | None = None
    placement_constraints: tuple[PlacementConstraint, ...] = ()
    ephemeral_storage: TaskStorage | None = None


class Detail(Camel, frozen=True):
    """One detail of a task's attachment."""

    name: str
    value: str = ""


class TaskAttachment(Camel, frozen=True):
    """An attachment of a task, such as its network interface."""

    type: str
    status: str | None = None
    details: tuple[Detail, ...] = ()


class TaskContainer(Camel, frozen=True):
    """A container of a task, with the reason for its stop."""

    name: str | None = None
    reason: str | None = None


class Task(Camel, frozen=True):
    """A task, running or stopped."""

    task_arn: ResourceArn
    cluster_arn: str | UnsetType = UNSET
    task_definition_arn: str | UnsetType = UNSET
    group: str | None = None
    started_by: str | None = None
    last_status: str | None = None
    launch_type: str | None = None
    capacity_provider_name: str | None = None
    platform_version: str | None = None
    platform_family: str | None = None
    stop_code: str | None = None
    stopped_reason: str | None = None
    stopped_at: str | float | None = field(default=None)
    attachments: tuple[TaskAttachment, ...] = ()
    containers: tuple[TaskContainer, ...] = ()
    enable_execute_command: bool = False
