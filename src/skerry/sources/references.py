"""References of task definitions, services and revisions: images, secrets, parameters, log groups, files, volumes.

Only resources that can be read in the Region are returned.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeVar

import msgspec
from msgspec import UNSET

from skerry.launch.image_references import parse
from skerry.launch.secrets import bare_reference_of, source_of
from skerry.model.arns import Arn, parse_arn
from skerry.model.ecs import (
    ContainerDefinition,
    Deployment,
    LogConfiguration,
    Secret,
    ServiceRevision,
    TaskDefinition,
)
from skerry.sources.paged_calls import AnswerRow

_Record = TypeVar("_Record")
ResourceKind = Literal["image", "secret", "parameter", "log group", "file", "file system"]

# https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
_PARAMETER = re.compile(r"[A-Za-z0-9_./-]+")
# AWS's public parameters and references to secrets; DescribeParameters lists neither:
# https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
_OF_AWS = "/aws/"


class ResourceReference(NamedTuple):
    """A resource by its name, with the account of the task definition that names it.

    An image is named by its reference, a secret as in its API, a file by bucket and key with a slash between.
    """

    kind: ResourceKind
    name: str
    account: str


def references_of_task_definition(answer: AnswerRow) -> Iterator[ResourceReference]:
    """Yield the resources that a task definition names."""
    definition = _read(answer["taskDefinition"], TaskDefinition)
    named = None if definition is None else definition.task_definition_arn
    home = None if named is None else parse_arn(named)
    if definition is None or home is None:
        return
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


def references_of_revision(row: AnswerRow) -> Iterator[ResourceReference]:
    """Yield the images of a deployment, by their pinned digests."""
    revision = _read(row, ServiceRevision)
    home = parse_arn(revision.service_revision_arn) if revision else None
    if revision is None or home is None:
        return
    for image in revision.container_images:
        if image.image is not None and image.image_digest is not None:
            yield from _image(f"{image.image.partition('@')[0]}@{image.image_digest}", home)


def _read(row: AnswerRow, record: type[_Record]) -> _Record | None:
    """Return a row as a record; None if it cannot be read; the loader of documents reports the error."""
    try:
        return msgspec.convert(row, record)
    except msgspec.ValidationError:
        return None


def _of_container(container: ContainerDefinition, home: Arn) -> Iterator[ResourceReference]:
    if container.image is not UNSET:
        yield from _image(container.image, home)
    yield from _values(container.secrets, home)
    yield from _of_logs(container.log_configuration, home)
    if container.repository_credentials is not None:
        yield from _secret(container.repository_credentials.credentials_parameter, home)
    for file in container.environment_files:
        parsed = parse_arn(file.value)
        # An ARN with a Region denotes an access point, not a bucket.
        if parsed is not None and parsed.service == "s3" and not parsed.region:
            bucket, _, key = parsed.resource.partition("/")
            yield from [ResourceReference("file", parsed.resource, home.account)] if bucket and key else []


def _image(reference: str, home: Arn) -> Iterator[ResourceReference]:
    image = parse(reference)
    if image is not None and image.region == home.region:
        yield ResourceReference("image", reference, home.account)


def _of_logs(logs: LogConfiguration | None, home: Arn) -> Iterator[ResourceReference]:
    if logs is None:
        return
    yield from _values(logs.secret_options, home)
    group = logs.options.get("awslogs-group")
    if logs.log_driver == "awslogs" and group and logs.options.get("awslogs-region", home.region) == home.region:
        yield ResourceReference("log group", group, home.account)


def _values(secrets: Iterable[Secret], home: Arn) -> Iterator[ResourceReference]:
    for value in (secret.value_from for secret in secrets):
        ref = source_of(value, home.region)
        if ref is not None and ref.region == home.region:
            yield from _secret(value, home) if ref.key == "secretsmanager" else _parameter(value, home)


def _secret(name: str, home: Arn) -> Iterator[ResourceReference]:
    parsed = parse_arn(name)
    if name and (parsed is None or parsed.region == home.region):
        yield ResourceReference("secret", bare_reference_of(name), home.account)


def _parameter(value: str, home: Arn) -> Iterator[ResourceReference]:
    """Yield the possible names of a parameter: its ARN hides a leading slash of a name without levels.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-hierarchies.html
    """
    parsed = parse_arn(value)
    if parsed is not None and parsed.account != home.account:
        return
    # A version or label follows the colon; no name has one.
    name = (parsed.resource.removeprefix("parameter/") if parsed else value).partition(":")[0]
    names = [name] if parsed is None else [f"/{name}"] if "/" in name else [name, f"/{name}"]
    for candidate in names:
        if _PARAMETER.fullmatch(candidate) and not candidate.startswith(_OF_AWS):
            yield ResourceReference("parameter", candidate, home.account)


def _system(name: str, home: Arn) -> Iterator[ResourceReference]:
    parsed = parse_arn(name)
    if parsed is None or (parsed.region, parsed.account) == (home.region, home.account):
        yield ResourceReference("file system", name.rpartition("/")[2], home.account)
