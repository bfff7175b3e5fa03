"""Requests of a launch to AWS as policies see them: principal, action, resource, context."""

from collections.abc import Iterator

import msgspec
from msgspec import UNSET

from skerry.catalogue.partitions import partition_of
from skerry.catalogue.services import ServiceRef, layer_bucket_of
from skerry.launch.launches import Launch
from skerry.launch.needs import Call
from skerry.model.ecs import LogConfiguration
from skerry.model.facts import Missing
from skerry.model.resource_answers import Absent
from skerry.model.resource_lookup import Resources
from skerry.policy.request import AWS_OWN, Context, HiddenValue, Principal, PrincipalType, Request, principal_of_role
from skerry.policy.resources import Resource
from skerry.services import SERVICE_OF_PREFIX, logs
from skerry.services.ecr import GET_TOKEN, IMPORT, OF_FIRST_PULLS
from skerry.services.ecr_images import IMAGE_DETAILS, CacheState
from skerry.services.service import RequestScope

_ANYTHING = Resource("*")
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
    if role_arn is None or role_arn.arn is None:
        return Missing(f"the ARN of the {need.identity} of {launch.definition_name}", "ecs:DescribeTaskDefinition")
    return principal_of_role(role_arn)


class AccessRequest(msgspec.Struct, frozen=True, gc=False):
    """A request and its subject in the task definition; the subject is empty for actions without one."""

    subject: str
    request: Request


class Caller(msgspec.Struct, frozen=True, gc=False):
    """The launch and principal of a call, with the resources read from the account."""

    launch: Launch
    principal: Principal
    resources: Resources


def requests_of(
    caller: Caller, need: Call, ref: ServiceRef, context: Context, *, later: bool = False
) -> Iterator[AccessRequest]:
    """Yield the requests of a call, each once: those before the start of a task, or the ``later`` ones."""
    given = {**context, **_ON_LAYERS} if caller.principal.kind == "aws" else context
    partition, logging = partition_name_of(ref.region), tuple(_logging(caller.launch))
    scope = RequestScope(caller.resources, caller.principal.account, partition, ref.region, logging)
    for action in need.actions:
        if (action in _LATER) is later:
            resources = {
                resource: subject for subject, resource in _resources(scope, action, need, kind=caller.principal.kind)
            }
            for resource, subject in resources.items():
                yield AccessRequest(subject, Request(caller.principal, action, resource, given))


def is_needed(caller: Caller, access: AccessRequest) -> bool | Missing:
    """Return whether a request is made: some depend on whether a resource exists."""
    match access.request.action:
        case logs.CREATE_GROUP:
            return _is_group_created(caller, access.subject)
        case action if action in OF_FIRST_PULLS:
            return _is_of_first_pull(caller.launch, action, access.subject)
        case _:
            return True


def _is_group_created(caller: Caller, group: str) -> bool | Missing:
    """Return whether the log driver creates a log group: only if configured and missing.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    """
    if not any(
        configuration.options.get("awslogs-create-group") == "true"
        for configuration in log_configurations_of(caller.launch, group)
    ):
        return False
    log_group = logs.LOG_GROUP.find(caller.resources, group)
    if log_group is None or isinstance(log_group, Missing):
        return Missing(f"whether log group {group} is there", logs.LOG_GROUP.action)
    return isinstance(log_group, Absent)


def _is_of_first_pull(launch: Launch, action: str, image: str) -> bool | Missing:
    """Return whether the pull of an image imports it, or creates its repository.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
    """
    state: CacheState = next((cached.state for cached in launch.cached_images if cached.reference == image), "cached")
    if state == "unknown":
        return Missing(f"whether {image} is in its pull-through cache already", IMAGE_DETAILS.action)
    return state == "no repository" or (state == "no image" and action == IMPORT)


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


def _resources(scope: RequestScope, action: str, need: Call, *, kind: PrincipalType) -> Iterator[tuple[str, Resource]]:
    if kind == "aws":
        yield "", Resource(f"arn:{scope.partition}:s3:::{layer_bucket_of(scope.region)}/", beginning=True)
    elif action == GET_TOKEN or not need.subjects:
        yield next(iter(need.subjects), ""), _ANYTHING
    else:
        for subject in need.subjects:
            for resource in _resources_of_subject(scope, action, subject):
                yield subject, resource


def _resources_of_subject(scope: RequestScope, action: str, subject: str) -> Iterator[Resource]:
    prefix = action.partition(":")[0]
    service = SERVICE_OF_PREFIX.get(prefix)
    if service is not None:
        yield from service.resources_of(scope, action, subject)
    elif action in _OWN_STREAMS:
        yield Resource(scope.arn_of(prefix, f"{_OWN_STREAMS[action]}/{subject}", scope.account), scope.account)
    else:
        yield Resource("", beginning=True)
