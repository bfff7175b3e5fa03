"""Calls without an answer of AWS, as text: the missing facts, and the remedy."""

from collections.abc import Iterable, Iterator

from skerry.model.facts import Refusal
from skerry.model.record_kinds import ACTIONS, NOUNS
from skerry.render.text import align_columns, bold, clean, dim, pluralize

_TOLD = {action: NOUNS.get(field, field.replace("_", " ")) for field, action in ACTIONS.items()} | {
    "batch:ListJobs": "jobs of a job queue",
    "codebuild:ListProjects": "CodeBuild projects",
    "ec2:DescribeVpcAttribute": "DNS attribute of a VPC",
    "ec2:GetManagedPrefixListEntries": "prefix list's entries",
    "ec2:SearchTransitGatewayRoutes": "transit gateway's routes",
    "ecs:ListClusters": "clusters",
    "ecs:ListServices": "services of a cluster",
    "ecs:ListTasks": "tasks of a cluster",
    "elasticfilesystem:DescribeFileSystems": "EFS file system",
    "events:ListEventBuses": "event bus",
    "events:ListRuleNamesByTarget": "rules that run tasks",
    "pipes:ListPipes": "pipes",
    "route53:ListResourceRecordSets": "private hosted zone's records",
    "route53resolver:ListResolverEndpointIpAddresses": "resolver endpoint's addresses",
    "scheduler:ListSchedules": "schedules",
    "states:ListStateMachines": "state machines",
    "sts:GetCallerIdentity": "the account's number",
}
"""What each call tells, by its IAM action."""

# Error codes of a denied call, for services of each kind.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
# https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html
_DENIED = ("AccessDenied", "UnauthorizedOperation", "AuthorizationError", "NotAuthorized", "UnauthorizedAccess")


def format_refusals(refusals: Iterable[Refusal], width: int | None = None) -> Iterator[str]:
    """Yield the lines of a block on refused calls, with an empty line before it; none where there are none."""
    counts: dict[tuple[str, str], int] = {}
    for item in refusals:
        counts[item.action, item.code] = counts.get((item.action, item.code), 0) + 1
    denied = {pair: count for pair, count in counts.items() if pair[1].startswith(_DENIED)}
    yield from _block("Not allowed to call", denied, width)
    if denied:
        yield dim("  Let a policy of the role or user that skerry runs as allow these actions.")
    yield from _block("Without an answer", {pair: count for pair, count in counts.items() if pair not in denied}, width)


def list_refusals(refusals: Iterable[Refusal]) -> tuple[tuple[str, str, str], ...]:
    """Return action, code and missing facts of each refused call, each once."""
    pairs = dict.fromkeys((item.action, item.code) for item in refusals)
    return tuple((action, code, _what(action)) for action, code in pairs)


def _block(title: str, counts: dict[tuple[str, str], int], width: int | None) -> Iterator[str]:
    if counts:
        yield from ["", bold(f"{title}: what these calls would tell is unknown")]
        rows = ((clean(action), _what(action), _how(code, count)) for (action, code), count in counts.items())
        yield from align_columns(rows, width=width)


def _what(action: str) -> str:
    return _TOLD.get(action, "")


def _how(code: str, count: int) -> str:
    return dim(code if count == 1 else f"{code}, {pluralize(count, 'time')}")
