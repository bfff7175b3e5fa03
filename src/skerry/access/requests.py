"""Requests of a launch to AWS as policies see them: principal, action, resource, context."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET

from skerry.catalogue.partitions import partition_of
from skerry.catalogue.services import ServiceRef, layer_bucket_of
from skerry.launch.image_references import parse
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model.arns import parse_arn
from skerry.model.ecs import LogConfiguration
from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent, SecretDescription
from skerry.model.resource_lookup import Resources
from skerry.policy.request import AWS_OWN, Context, HiddenValue, Principal, Request, principal_of_role
from skerry.policy.resources import Resource

_ANYTHING = Resource("*")
# Secrets Manager adds six random characters to a name in its ARN; a name should not end like this itself:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
_SUFFIXED = re.compile(r"-([A-Za-z0-9]{6})$")
_SUFFIX = 6
_CREATE_GROUP = "logs:CreateLogGroup"
_LOCATION = "s3:GetBucketLocation"
_OF_EVERYBODY = "parameter/aws/service/"
# The driver creates the stream before the container starts and sends events later; their failure blocks no start:
# https://docs.docker.com/engine/logging/drivers/awslogs/
_LATER = {"logs:PutLogEvents"}
# The bucket of the layers belongs to an account of AWS itself. AWS does not publish its id.
_BUCKETS_OWNER = HiddenValue("the account of AWS's own that the bucket of layers belongs to", undisclosed=True)
_BUCKETS_ORGANIZATION = HiddenValue(
    "the organization, if any, of the account of AWS's own that the bucket of layers belongs to",
    undisclosed=True,
    maybe_absent=True,
)
_ON_LAYERS: Context = {
    "aws:resourceaccount": _BUCKETS_OWNER,
    "aws:resourceorgid": _BUCKETS_ORGANIZATION,
    "aws:resourceorgpaths": _BUCKETS_ORGANIZATION,
    "s3:resourceaccount": _BUCKETS_OWNER,
    # https://docs.aws.amazon.com/AmazonS3/latest/API/bucket-policy-s3-sigv4-conditions.html
    "s3:authtype": ("REST-QUERY-STRING",),
}
_OWN_STREAMS = {"firehose:PutRecordBatch": "deliverystream", "kinesis:PutRecords": "stream"}


def principal_of(launch: Launch, need: Call) -> Principal | Missing:
    """Return the principal of a call: a role of the task, or ECR for layers, with URLs presigned by ECR.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
    """
    if need.identity == "AWS" and need.step == "layers":
        return AWS_OWN
    if need.identity == "AWS":
        return Missing(f"with whose permissions {need.host} is called")
    definition = launch.definition
    if isinstance(definition, Missing):
        return definition
    role_arn = definition.task_role_arn if need.identity == "task role" else definition.execution_role_arn
    if role_arn is None or parse_arn(role_arn) is None:
        return Missing(f"the ARN of the {need.identity} of {launch.definition_name}", "ecs:DescribeTaskDefinition")
    return principal_of_role(role_arn)


class AccessRequest(NamedTuple):
    """A request and its subject in the task definition; the subject is empty for actions without one."""

    subject: str
    request: Request


class Caller(NamedTuple):
    """The launch and principal of a call, with the resources read from the account."""

    launch: Launch
    principal: Principal
    resources: Resources


def requests_of(
    caller: Caller, need: Call, ref: ServiceRef, context: Context, *, later: bool = False
) -> Iterator[AccessRequest]:
    """Yield the requests of a call, each once: those before the start of a task, or the ``later`` ones."""
    given = {**context, **_ON_LAYERS} if caller.principal.kind == "aws" else context
    for action in need.actions:
        if (action in _LATER) is later:
            resources = {resource: subject for subject, resource in _resources(caller, action, need, ref)}
            for resource, subject in resources.items():
                yield AccessRequest(subject, Request(caller.principal, action, resource, given))


def is_needed(caller: Caller, access: AccessRequest) -> bool | Missing:
    """Return whether a request is made: the log driver creates a log group only if configured and missing.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    """
    if access.request.action != _CREATE_GROUP:
        return True
    if not any(
        configuration.options.get("awslogs-create-group") == "true"
        for configuration in log_configurations_of(caller.launch, access.subject)
    ):
        return False
    log_group = caller.resources.find_log_group(access.subject)
    if log_group is None or isinstance(log_group, Missing):
        return Missing(f"whether log group {access.subject} is there", "logs:DescribeLogGroups")
    return isinstance(log_group, Absent)


def log_configurations_of(launch: Launch, group: str) -> tuple[LogConfiguration, ...]:
    """Return the log configurations of the containers and the Service Connect proxy with this log group."""
    return tuple(
        configuration for _, configuration in _logging(launch) if configuration.options.get("awslogs-group") == group
    )


def _logging(launch: Launch) -> Iterator[tuple[str, LogConfiguration]]:
    """Yield container name and log configuration; the name is empty for the Service Connect proxy."""
    definition = launch.definition
    containers = UNSET if isinstance(definition, Missing) else definition.container_definitions
    for container in () if containers is UNSET else containers:
        if container.log_configuration is not None:
            yield container.name, container.log_configuration
    if launch.service_connect_logs is not None:
        yield "", launch.service_connect_logs


def partition_name_of(region: str) -> str:
    """Return the partition in ARNs of a Region; ``aws`` for an unknown Region."""
    partition = partition_of(region)
    return partition.name if partition else "aws"


def _resources(caller: Caller, action: str, need: Call, ref: ServiceRef) -> Iterator[tuple[str, Resource]]:
    partition = partition_name_of(ref.region)
    if caller.principal.kind == "aws":
        yield "", Resource(f"arn:{partition}:s3:::{layer_bucket_of(ref.region)}/", beginning=True)
    elif action == "ecr:GetAuthorizationToken" or not need.subjects:
        yield "", _ANYTHING
    else:
        for subject in need.subjects:
            for resource in _resource(caller, action, subject, _RegionalArns(partition, ref.region)):
                yield subject, resource


class _RegionalArns(NamedTuple):
    """A Region and its partition, for building ARNs."""

    partition: str
    region: str

    def arn(self, service: str, account: str | None, resource: str) -> str:
        """Return the ARN of a resource in the Region."""
        return f"arn:{self.partition}:{service}:{self.region}:{account}:{resource}"


def _resource(caller: Caller, action: str, subject: str, arns: _RegionalArns) -> Iterator[Resource]:
    """Yield the resources of one subject of a call."""
    account = caller.principal.account
    service = action.partition(":")[0]
    match service:
        case "ecr":
            image = parse(subject)
            owner = image.account if image else None
            yield Resource(arns.arn("ecr", owner, f"repository/{image.repository if image else ''}"), owner)
        case "secretsmanager":
            yield _secret(caller, subject, arns)
        case "logs":
            yield from (Resource(prefix, account, beginning=True) for prefix in _streams(caller, action, subject, arns))
        case "ssm":
            yield _parameter(subject, arns, account)
        case "s3":
            yield _object(action, subject, arns.partition)
        case _ if action in _OWN_STREAMS:
            yield Resource(arns.arn(service, account, f"{_OWN_STREAMS[action]}/{subject}"), account)
        case _:
            yield Resource("", beginning=True)


def _secret(caller: Caller, subject: str, arns: _RegionalArns) -> Resource:
    """Return a secret by its ARN from DescribeSecret, else by its name or ARN in the task definition.

    Without the six random characters, or with a name only, just the beginning of the ARN is known. An ARN with a last
    word of six lowercase letters may be complete or not.
    """
    secret = caller.resources.find_secret(subject)
    if isinstance(secret, SecretDescription) and (described := parse_arn(secret.arn)) is not None:
        return Resource(secret.arn, described.account)
    parsed = parse_arn(subject)
    if parsed is None:
        start = arns.arn("secretsmanager", caller.principal.account, f"secret:{subject}-")
        return Resource(start, caller.principal.account, beginning=True, more_characters=_SUFFIX)
    suffix = _SUFFIXED.search(subject)
    if suffix is None:
        return Resource(f"{subject}-", parsed.account, beginning=True, more_characters=_SUFFIX)
    return Resource(subject, parsed.account, beginning=suffix[1].islower() and suffix[1].isalpha())


def _streams(caller: Caller, action: str, group: str, arns: _RegionalArns) -> Iterator[str]:
    """Yield the beginnings of the ARNs of log streams: ``PREFIX/CONTAINER/``, before the id of the task.

    The error messages of ECS name the streams for the creation of the group too.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    start = arns.arn("logs", caller.principal.account, f"log-group:{group}:log-stream:")
    of_containers = [
        f"{start}{configuration.options['awslogs-stream-prefix']}/{name}/"
        for name, configuration in _logging(caller.launch)
        if name
        and configuration.options.get("awslogs-group") == group
        and configuration.options.get("awslogs-stream-prefix")
    ]
    all_named = len(of_containers) == len(log_configurations_of(caller.launch, group)) and bool(of_containers)
    yield from of_containers if all_named and action != _CREATE_GROUP else [start]


def _parameter(subject: str, arns: _RegionalArns, account: str | None) -> Resource:
    """Return a parameter; public parameters of AWS have no account in their ARN.

    https://github.com/aws-samples/data-perimeter-policy-examples/blob/main/service_owned_resources.md
    """
    parsed = parse_arn(subject)
    resource = f"parameter/{subject.removeprefix('/')}" if parsed is None else parsed.resource
    if resource.startswith(_OF_EVERYBODY):
        return Resource(arns.arn("ssm", "", resource), account)
    return (
        Resource(arns.arn("ssm", account, resource), account) if parsed is None else Resource(subject, parsed.account)
    )


def _object(action: str, subject: str, partition: str) -> Resource:
    """Return an object by its ARN, all objects of a bucket by its name, or the bucket itself."""
    if parse_arn(subject) is None:
        return Resource(f"arn:{partition}:s3:::{subject}/", beginning=True)
    return Resource(subject.partition("/")[0] if action == _LOCATION else subject)
