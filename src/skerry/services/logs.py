"""CloudWatch Logs: log groups, and the log streams of tasks.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_LogGroup.html
"""

from collections.abc import Iterator, Sequence

from skerry.model.api_call import ApiCall
from skerry.model.record import Camel
from skerry.model.resource_lookup import Resources
from skerry.policy.request import Request
from skerry.policy.resources import Resource
from skerry.services.attached_policy import NO_POLICY, ResourceBasedPolicy
from skerry.services.call_request import CallRequest
from skerry.services.problems import Problem, problems_by_answer
from skerry.services.resource_read import ResourceRead, about_one
from skerry.services.service import ReadContext, RequestScope, ResourceReference, ResourceService

PREFIX = "logs"
CREATE_GROUP = "logs:CreateLogGroup"
_LIST_GROUPS = "logs:DescribeLogGroups"


class LogGroup(Camel, frozen=True):
    """A log group."""

    log_group_name: str


LOG_GROUP = ResourceRead(
    # AWS lists the names with a prefix, the exact name first: one row tells whether it exists.
    call=about_one(
        ApiCall(PREFIX, "DescribeLogGroups", "logGroups", ("logGroupName",), page=1, limit="limit", first=True)
    ),
    record=LogGroup,
    fact="log group {}",
    kind="log groups",
    named_by=("logGroupNamePrefix",),
    row_name="log_group_name",
)


def _requests_for(references: Sequence[ResourceReference], _context: ReadContext) -> Iterator[CallRequest]:
    for reference in references:
        yield CallRequest(LOG_GROUP.call, {"logGroupNamePrefix": reference.name}, reference.name)


def _resources_of(scope: RequestScope, action: str, subject: str) -> Iterator[Resource]:
    """Yield the log streams of a group by the beginnings of their ARNs: ``PREFIX/CONTAINER/``, before the task's id.

    The error messages of ECS name the streams for the creation of the group too.
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    if action == _LIST_GROUPS:
        yield Resource("*")
        return
    start = scope.arn_of(PREFIX, f"log-group:{subject}:log-stream:", scope.account)
    of_group = [
        (name, configuration.options.get("awslogs-stream-prefix"))
        for name, configuration in scope.logging
        if configuration.options.get("awslogs-group") == subject
    ]
    streams = [f"{start}{prefix}/{name}/" for name, prefix in of_group if name and prefix]
    all_named = len(streams) == len(of_group) and bool(streams)
    for beginning in streams if all_named and action != CREATE_GROUP else [start]:
        yield Resource(beginning, scope.account, beginning=True)


def _policy_of(_resources: Resources, _request: Request, _subject: str) -> ResourceBasedPolicy:
    """Return no policy: those of CloudWatch Logs let services of AWS put log events.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
    """
    return NO_POLICY


def group_problems_of(resources: Resources, name: str) -> Iterator[Problem]:
    """Yield the problem of a log group that does not exist or is unknown."""
    log_group = LOG_GROUP.find(resources, name)
    return problems_by_answer(log_group, name, f"log group {name}", "LOG_GROUP_NOT_FOUND", LOG_GROUP.kind)


LOGS = ResourceService(
    prefix=PREFIX,
    reads=(LOG_GROUP,),
    requests_for=_requests_for,
    resources_of=_resources_of,
    policy_of=_policy_of,
    own_requests={"logs": "streams of its own log groups"},
    other_resources={"logs:DeleteLogGroup": "arn:{partition}:logs:{region}:{account}:log-group:{other}:*"},
)
