"""What the calls of a launch ask of AWS, as policies see it: who asks for which action on which resource."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import UNSET

from skerry.catalogue.partitions import partition_of
from skerry.catalogue.services import ServiceRef, layer_bucket
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
# Six characters that Secrets Manager adds to a name, and that no name of its own should end with:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
_SUFFIXED = re.compile(r"-([A-Za-z0-9]{6})$")
_SUFFIX = 6
_CREATE_GROUP = "logs:CreateLogGroup"
_LOCATION = "s3:GetBucketLocation"
_OF_EVERYBODY = "parameter/aws/service/"
# The driver makes the stream before the container starts, and sends events afterwards, whatever becomes of them:
# https://docs.docker.com/engine/logging/drivers/awslogs/
_LATER = {"logs:PutLogEvents"}
# The bucket of the layers belongs to an account of AWS's own, which is not published.
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
    """Who makes a call: a role of the task, or ECR itself for layers, whose address ECR signed.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
    """
    if need.identity == "AWS" and need.step == "layers":
        return AWS_OWN
    if need.identity == "AWS":
        return Missing(f"with whose permissions {need.host} is called")
    known = launch.definition
    if isinstance(known, Missing):
        return known
    named = known.task_role_arn if need.identity == "task role" else known.execution_role_arn
    if named is None or parse_arn(named) is None:
        return Missing(f"the ARN of the {need.identity} of {launch.definition_name}", "ecs:DescribeTaskDefinition")
    return principal_of_role(named)


class AccessRequest(NamedTuple):
    """A request, and what of the task definition it is about; empty where it is about nothing by itself."""

    subject: str
    request: Request


class Caller(NamedTuple):
    """Who makes a call of a launch, and what is known of the things that it is about."""

    launch: Launch
    principal: Principal
    holdings: Resources


def requests_of(
    by: Caller, need: Call, ref: ServiceRef, context: Context, *, later: bool = False
) -> Iterator[AccessRequest]:
    """The requests of a call, each once: those that a start waits for, or the ``later`` ones."""
    given = {**context, **_ON_LAYERS} if by.principal.kind == "aws" else context
    for action in need.actions:
        if (action in _LATER) is later:
            resources = {resource: subject for subject, resource in _resources(by, action, need, ref)}
            for resource, subject in resources.items():
                yield AccessRequest(subject, Request(by.principal, action, resource, given))


def is_needed(by: Caller, asked: AccessRequest) -> bool | Missing:
    """Whether a request is made at all: a log group is created where there is none, by those who are to.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    """
    if asked.request.action != _CREATE_GROUP:
        return True
    if not any(
        one.options.get("awslogs-create-group") == "true" for one in log_configurations_of(by.launch, asked.subject)
    ):
        return False
    holdings = by.holdings
    found = holdings.find_log_group(asked.subject)
    if found is None or isinstance(found, Missing):
        return Missing(f"whether log group {asked.subject} is there", "logs:DescribeLogGroups")
    return isinstance(found, Absent)


def log_configurations_of(launch: Launch, group: str) -> tuple[LogConfiguration, ...]:
    """The log configurations of a launch's containers, and of its proxy, that write to a log group."""
    return tuple(one for _, one in _logging(launch) if one.options.get("awslogs-group") == group)


def _logging(launch: Launch) -> Iterator[tuple[str, LogConfiguration]]:
    """The log configurations of a launch, with the container that each is of; the proxy's has no name of the user's."""
    known = launch.definition
    containers = UNSET if isinstance(known, Missing) else known.container_definitions
    for container in () if containers is UNSET else containers:
        if container.log_configuration is not None:
            yield container.name, container.log_configuration
    if launch.service_connect_logs is not None:
        yield "", launch.service_connect_logs


def partition_name_of(region: str) -> str:
    """The partition in ARNs of a Region; ``aws`` where skerry does not know the Region."""
    found = partition_of(region)
    return found.name if found else "aws"


def _resources(by: Caller, action: str, need: Call, ref: ServiceRef) -> Iterator[tuple[str, Resource]]:
    partition = partition_name_of(ref.region)
    if by.principal.kind == "aws":
        yield "", Resource(f"arn:{partition}:s3:::{layer_bucket(ref.region)}/", beginning=True)
    elif action == "ecr:GetAuthorizationToken" or not need.subjects:
        yield "", _ANYTHING
    else:
        for subject in need.subjects:
            for resource in _resource(by, action, subject, _Place(partition, ref.region)):
                yield subject, resource


class _Place(NamedTuple):
    """A Region with its partition."""

    partition: str
    region: str

    def arn(self, service: str, account: str | None, rest: str) -> str:
        """The ARN of something there."""
        return f"arn:{self.partition}:{service}:{self.region}:{account}:{rest}"


def _resource(by: Caller, action: str, subject: str, place: _Place) -> Iterator[Resource]:
    """The resources that one subject of a call is."""
    account = by.principal.account
    service = action.partition(":")[0]
    match service:
        case "ecr":
            image = parse(subject)
            owner = image.account if image else None
            yield Resource(place.arn("ecr", owner, f"repository/{image.repository if image else ''}"), owner)
        case "secretsmanager":
            yield _secret(by, subject, place)
        case "logs":
            yield from (Resource(one, account, beginning=True) for one in _streams(by, action, subject, place))
        case "ssm":
            yield _parameter(subject, place, account)
        case "s3":
            yield _object(action, subject, place.partition)
        case _ if action in _OWN_STREAMS:
            yield Resource(place.arn(service, account, f"{_OWN_STREAMS[action]}/{subject}"), account)
        case _:
            yield Resource("", beginning=True)


def _secret(by: Caller, subject: str, place: _Place) -> Resource:
    """Return a secret by the ARN that DescribeSecret gave; else by what the task definition names.

    Without the six characters at its end, or by its name, only the beginning of an ARN is known. An ARN whose last
    word has six small letters may be complete or not.
    """
    found = by.holdings.find_secret(subject)
    if isinstance(found, SecretDescription) and (described := parse_arn(found.arn)) is not None:
        return Resource(found.arn, described.account)
    known = parse_arn(subject)
    if known is None:
        start = place.arn("secretsmanager", by.principal.account, f"secret:{subject}-")
        return Resource(start, by.principal.account, beginning=True, more_characters=_SUFFIX)
    last = _SUFFIXED.search(subject)
    if last is None:
        return Resource(f"{subject}-", known.account, beginning=True, more_characters=_SUFFIX)
    return Resource(subject, known.account, beginning=last[1].islower() and last[1].isalpha())


def _streams(by: Caller, action: str, group: str, place: _Place) -> Iterator[str]:
    """How the ARNs of a group's streams begin, which end in the task's id: ``PREFIX/CONTAINER/``.

    ECS's own messages name the streams for the creation of the group too.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    start = place.arn("logs", by.principal.account, f"log-group:{group}:log-stream:")
    named = [
        f"{start}{one.options['awslogs-stream-prefix']}/{name}/"
        for name, one in _logging(by.launch)
        if name and one.options.get("awslogs-group") == group and one.options.get("awslogs-stream-prefix")
    ]
    of_all = len(named) == len(log_configurations_of(by.launch, group)) and bool(named)
    yield from named if of_all and action != _CREATE_GROUP else [start]


def _parameter(subject: str, place: _Place, account: str | None) -> Resource:
    """A parameter; those that AWS gives to everybody have no account in their ARN.

    https://github.com/aws-samples/data-perimeter-policy-examples/blob/main/service_owned_resources.md
    """
    known = parse_arn(subject)
    rest = f"parameter/{subject.removeprefix('/')}" if known is None else known.resource
    if rest.startswith(_OF_EVERYBODY):
        return Resource(place.arn("ssm", "", rest), account)
    return Resource(place.arn("ssm", account, rest), account) if known is None else Resource(subject, known.account)


def _object(action: str, subject: str, partition: str) -> Resource:
    """An object by its ARN, or whatever is in a bucket of this name; or the bucket itself."""
    if parse_arn(subject) is None:
        return Resource(f"arn:{partition}:s3:::{subject}/", beginning=True)
    return Resource(subject.partition("/")[0] if action == _LOCATION else subject)
