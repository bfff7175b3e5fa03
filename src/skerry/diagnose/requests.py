"""What the calls of a launch ask of AWS, as policies see it: who asks for which action on which resource."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from skerry.catalogue.partitions import partition_of
from skerry.catalogue.services import ServiceRef, layer_bucket
from skerry.launch.images import parse
from skerry.launch.needs import Call
from skerry.launch.task import Launch
from skerry.model.facts import Missing
from skerry.model.holdings import Holdings
from skerry.model.names import arn
from skerry.model.told import Absent
from skerry.policy.request import AWS_OWN, Context, Hidden, Principal, Request, role
from skerry.policy.resources import Resource

_ANYTHING = Resource("*")
# Six characters that Secrets Manager adds to a name, and that no name of its own should end with:
# https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html#ARN_secretnamehyphen
_SUFFIXED = re.compile(r"-[A-Za-z0-9]{6}$")
# The driver makes the stream before the container starts, and sends events afterwards, whatever becomes of them:
# https://docs.docker.com/engine/logging/drivers/awslogs/
_LATER = {"logs:PutLogEvents"}
_OF_LOGS = {"logs:CreateLogGroup", "logs:CreateLogStream"}
_LAYER = "s3:GetObject"
# The bucket of the layers belongs to an account of AWS's own, which is not published.
_BUCKETS_OWNER = Hidden("the account of AWS's own that the bucket of layers belongs to", undisclosed=True)
_ON_LAYERS: Context = {
    "aws:resourceaccount": _BUCKETS_OWNER,
    "aws:resourceorgid": _BUCKETS_OWNER,
    "aws:resourceorgpaths": _BUCKETS_OWNER,
    "s3:resourceaccount": _BUCKETS_OWNER,
}
_OWN_STREAMS = {
    "firehose:PutRecordBatch": "firehose:{region}:{account}:deliverystream/{subject}",
    "kinesis:PutRecords": "kinesis:{region}:{account}:stream/{subject}",
}


def principal(launch: Launch, need: Call) -> Principal | Missing:
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
    if named is None or arn(named) is None:
        return Missing(f"the ARN of the {need.identity} of {launch.definition_name}", "ecs:DescribeTaskDefinition")
    return role(named)


class Asked(NamedTuple):
    """A request, and what of the task definition it is about; empty where it is about nothing by itself."""

    subject: str
    request: Request


def requests(asking: Principal, need: Call, ref: ServiceRef, context: Context) -> Iterator[Asked]:
    """The requests of a call, each once; those that may fail without the task failing are left out."""
    given = {**context, **_ON_LAYERS} if asking.kind == "aws" else context
    for action in need.actions:
        if action not in _LATER:
            resources = {resource: subject for subject, resource in _resources(asking, action, need, ref)}
            for resource, subject in resources.items():
                yield Asked(subject, Request(asking, action, resource, given))


def is_needed(holdings: Holdings, asked: Asked) -> bool | Missing:
    """Whether a request is made at all: a log group is created only where there is none.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    """
    if asked.request.action != "logs:CreateLogGroup":
        return True
    found = holdings.log_group(asked.subject)
    if found is None or isinstance(found, Missing):
        return Missing(f"whether log group {asked.subject} is there", "logs:DescribeLogGroups")
    return isinstance(found, Absent)


def partition_name(region: str) -> str:
    """The partition in ARNs of a Region; ``aws`` where skerry does not know the Region."""
    found = partition_of(region)
    return found.name if found else "aws"


def _resources(asking: Principal, action: str, need: Call, ref: ServiceRef) -> Iterator[tuple[str, Resource]]:
    region = ref.region
    partition = partition_name(region)
    if asking.kind == "aws":
        yield "", Resource(f"arn:{partition}:s3:::{layer_bucket(region)}/", beginning=True)
    elif action == "ecr:GetAuthorizationToken" or not need.subjects:
        yield "", _ANYTHING
    else:
        for subject in need.subjects:
            yield subject, _resource(action, subject, f"arn:{partition}", region, asking.account)


def _resource(action: str, subject: str, start: str, region: str, account: str | None) -> Resource:
    """The resource that one subject of a call is."""
    if action.startswith("ecr:"):
        image = parse(subject)
        owner = image.account if image else None
        name = image.repository if image else ""
        return Resource(f"{start}:ecr:{region}:{owner}:repository/{name}", owner)
    if action == "secretsmanager:GetSecretValue":
        return _secret(subject, f"{start}:secretsmanager:{region}:{account}:secret:", account)
    if action in _OF_LOGS:
        # Its streams, whose names come from the task; ECS's own messages name them for the group's creation too:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        return Resource(f"{start}:logs:{region}:{account}:log-group:{subject}:log-stream:", account, beginning=True)
    if action == "ssm:GetParameters":
        known = arn(subject)
        text = subject if known else f"{start}:ssm:{region}:{account}:parameter/{subject.removeprefix('/')}"
        return Resource(text, known.account if known else account)
    if action.startswith("s3:"):
        return Resource(subject) if arn(subject) else Resource(f"{start}:s3:::{subject}/", beginning=True)
    if action in _OWN_STREAMS:
        rest = _OWN_STREAMS[action].format(region=region, account=account, subject=subject)
        return Resource(f"{start}:{rest}", account)
    return Resource("", beginning=True)


def _secret(subject: str, start: str, account: str | None) -> Resource:
    """A secret by its ARN; without the characters at its end, or by its name, only the beginning is known."""
    known = arn(subject)
    text = subject if known else f"{start}{subject}"
    whole = bool(_SUFFIXED.search(text))
    return Resource(text if whole else f"{text}-", known.account if known else account, beginning=not whole)
