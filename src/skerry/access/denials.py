"""Denials: hops of requests that arrive and are not allowed, with the messages of AWS."""

from skerry.policy.evaluate import Denial
from skerry.policy.request import Request
from skerry.reach.trace import Hop, Kind, Piece

_KMS = "kms:"
# ECS names the session of the role after the task, which does not run yet.
_SESSION = "…"


def blocking_hop_for(kind: Kind, piece: Piece) -> Hop:
    """Return a hop that stops every request, for the reason in ``piece``."""
    return Hop(kind, piece.resource, rule=piece.rule, lost=(piece,))


def aws_message_of(request: Request, denial: Denial) -> str:
    """Return the message with which AWS denies a request.

    If the policy of a KMS key denies, the message is from the service of the encrypted secret or parameter.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    if request.action.startswith(_KMS):
        return "Access to KMS is not allowed"
    arn = request.principal.arn.arn
    if arn is None:
        return ""
    role = arn.resource.rpartition("/")[2]
    session = f"arn:{arn.partition}:sts::{arn.account}:assumed-role/{role}/{_SESSION}"
    resource = f"{request.resource.arn}{_SESSION if request.resource.beginning else ''}"
    return f"User: {session} is not authorized to perform: {request.action} on resource: {resource} {denial.words}"


def action_and_resource_of(request: Request) -> tuple[str, str]:
    """Return the action and the resource for a statement that allows the request."""
    resource = request.resource
    suffix = "" if not resource.beginning else "?" * resource.more_characters if resource.more_characters else "*"
    return request.action, f"{resource.arn}{suffix}"
