"""Refusals: what is lost when a request gets to where it leads and is not allowed, in AWS's own words."""

from skerry.model.arns import parse_arn
from skerry.policy.evaluate import Denial
from skerry.policy.request import Request
from skerry.reach.trace import Hop, Kind, Piece

_KMS = "kms:"
# ECS names the session of the role after the task, which does not run yet.
_SESSION = "…"


def blocking_hop_for(kind: Kind, piece: Piece) -> Hop:
    """A hop that loses every packet of a request."""
    return Hop(kind, piece.resource, rule=piece.rule, lost=(piece,))


def aws_message_of(request: Request, denial: Denial) -> str:
    """How AWS denies a request; what a key denies is told by the service that holds what it locks.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    if request.action.startswith(_KMS):
        return "Access to KMS is not allowed"
    parsed = parse_arn(request.principal.arn)
    if parsed is None:
        return ""
    role = parsed.resource.rpartition("/")[2]
    who = f"arn:{parsed.partition}:sts::{parsed.account}:assumed-role/{role}/{_SESSION}"
    what = f"{request.resource.arn}{_SESSION if request.resource.beginning else ''}"
    return f"User: {who} is not authorized to perform: {request.action} on resource: {what} {denial.words}"


def action_and_resource_of(request: Request) -> tuple[str, str]:
    """The action and the resource of a request, as the statement that allows it names them."""
    resource = request.resource
    end = "" if not resource.beginning else "?" * resource.more_characters if resource.more_characters else "*"
    return request.action, f"{resource.arn}{end}"
