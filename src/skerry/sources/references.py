"""References of task definitions, services and revisions: images, secrets, parameters, log groups, files, volumes.

Only resources that can be read in the Region are returned.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import UNSET

from skerry.launch.job_definitions import DEFAULT_LOG_GROUP, task_definition_of
from skerry.launch.secrets import source_of
from skerry.model.arns import Arn, NameOrArn, parse_arn
from skerry.model.batch import JobDefinition
from skerry.model.ecs import (
    Cluster,
    ContainerDefinition,
    Deployment,
    ExecLogging,
    LogConfiguration,
    Secret,
    ServiceRevision,
    TaskDefinition,
)
from skerry.services import SECRET_STORES, ecr, efs, kms, logs, s3
from skerry.services.call_request import AnswerRow
from skerry.services.image_references import parse
from skerry.services.secretsmanager import SECRETS_MANAGER
from skerry.services.service import ResourceReference, SecretStore
from skerry.sources.text_types import parse_value

_OVERRIDE = "OVERRIDE"
_OF_BATCH = (logs.PREFIX, DEFAULT_LOG_GROUP)
_Record = TypeVar("_Record")


class ResourceName(NamedTuple):
    """A cluster, service, service revision or task definition that a row names."""

    kind: str
    name: str
    cluster: str = ""


def references_of_job_definition(row: AnswerRow) -> Iterator[ResourceReference]:
    """Yield the resources that a job definition names; the default log group is Batch's own."""
    definition = _read(row, JobDefinition)
    task = None if definition is None else task_definition_of(definition)
    home = parse_arn(row.get("jobDefinitionArn", ""))
    if task is not None and home is not None:
        yield from (item for item in _of_task(task, home) if (item.service, item.name) != _OF_BATCH)


def references_of_task_definition(answer: AnswerRow) -> Iterator[ResourceReference]:
    """Yield the resources that a task definition names."""
    definition = _read(answer["taskDefinition"], TaskDefinition)
    if definition is not None and definition.task_definition_arn is not None:
        yield from _of_task(definition, definition.task_definition_arn.arn)


def _of_task(definition: TaskDefinition, home: Arn) -> Iterator[ResourceReference]:
    for container in () if definition.container_definitions is UNSET else definition.container_definitions:
        yield from _of_container(container, home)
    for volume in definition.volumes:
        if volume.efs_volume_configuration is not None:
            yield from _system(volume.efs_volume_configuration.file_system_id, home)


def references_of_service(row: AnswerRow) -> Iterator[ResourceReference]:
    """Yield the log group of the Service Connect proxy; no task definition names it."""
    home = parse_arn(row["serviceArn"])
    for deployment in row.get("deployments", ()) if home else ():
        record = _read(deployment, Deployment) if "serviceConnectConfiguration" in deployment else None
        if record is not None and home is not None:
            yield from _of_logs(record.service_connect_configuration.log_configuration, home)


def references_of_cluster(row: AnswerRow) -> Iterator[ResourceReference]:
    """Yield the keys of a cluster's configuration, and the log group and bucket for the output of ECS Exec."""
    cluster = _read(row, Cluster)
    if cluster is None or cluster.configuration is UNSET:
        return
    home = cluster.cluster_arn.arn
    session = cluster.configuration.execute_command_configuration
    storage = cluster.configuration.managed_storage_configuration
    logging = session.log_configuration if session.logging == _OVERRIDE else ExecLogging()
    named = (
        (kms.PREFIX, session.kms_key_id),
        (kms.PREFIX, storage.fargate_ephemeral_storage_kms_key_id),
        (logs.PREFIX, logging.cloud_watch_log_group_name),
        (s3.PREFIX, logging.s3_bucket_name),
    )
    yield from (ResourceReference(prefix, str(name), home.account) for prefix, name in named if name)


def references_of_revision(row: AnswerRow) -> Iterator[ResourceReference]:
    """Yield the images of a deployment, by their pinned digests."""
    revision = _read(row, ServiceRevision)
    if revision is None:
        return
    home = revision.service_revision_arn.arn
    for image in revision.container_images:
        if image.image is not None and image.image_digest is not None:
            yield from _image(f"{image.image.partition('@')[0]}@{image.image_digest}", home)


def _read(row: AnswerRow, record: type[_Record]) -> _Record | None:
    """Return a row as a record; None if it cannot be read; the loader of documents reports the error."""
    try:
        return msgspec.convert(row, record, dec_hook=parse_value)
    except msgspec.ValidationError:
        return None


def _of_container(container: ContainerDefinition, home: Arn) -> Iterator[ResourceReference]:
    if container.image is not UNSET:
        yield from _image(container.image, home)
    yield from _values(container.secrets, home)
    yield from _of_logs(container.log_configuration, home)
    if container.repository_credentials is not None:
        yield from _stored(SECRETS_MANAGER, container.repository_credentials.credentials_parameter, home)
    for file in container.environment_files:
        parsed = file.value.arn
        # An ARN with a Region denotes an access point, not a bucket.
        if parsed is not None and parsed.service == "s3" and not parsed.region:
            bucket, _, key = parsed.resource.partition("/")
            yield from [ResourceReference(s3.PREFIX, parsed.resource, home.account)] if bucket and key else []


def _image(reference: str, home: Arn) -> Iterator[ResourceReference]:
    image = parse(reference)
    if image is not None and image.region == home.region:
        yield ResourceReference(ecr.PREFIX, reference, home.account)


def _of_logs(configuration: LogConfiguration | None, home: Arn) -> Iterator[ResourceReference]:
    if configuration is None:
        return
    yield from _values(configuration.secret_options, home)
    group = configuration.options.get("awslogs-group")
    if (
        configuration.log_driver == "awslogs"
        and group
        and configuration.options.get("awslogs-region", home.region) == home.region
    ):
        yield ResourceReference(logs.PREFIX, group, home.account)


def _values(secrets: Iterable[Secret], home: Arn) -> Iterator[ResourceReference]:
    for value in (secret.value_from for secret in secrets):
        ref = source_of(value, home.region)
        if ref is not None and ref.region == home.region:
            yield from _stored(SECRET_STORES[ref.key], value, home)


def _stored(store: SecretStore, value: str, home: Arn) -> Iterator[ResourceReference]:
    for name in store.names_of(value, home):
        yield ResourceReference(store.prefix, str(name), home.account)


def _system(name: NameOrArn, home: Arn) -> Iterator[ResourceReference]:
    parsed = name.arn
    if parsed is None or (parsed.region, parsed.account) == (home.region, home.account):
        yield ResourceReference(efs.PREFIX, str(name).rpartition("/")[2], home.account)
