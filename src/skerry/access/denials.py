"""Denials: hops of requests that arrive and are not allowed, with the messages of AWS."""

from collections.abc import Iterator

from skerry.policy.document import Statement
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


def change_of_deny_for(request: Request, denial: Denial) -> str:
    """Return how the statement of an explicit Deny has to change, which no Allow overrides; empty for an implicit one.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
    """
    deciding = denial.statement
    statement = None if deciding is None else deciding.denying
    if deciding is None or statement is None:
        return ""
    ways = " or ".join(_exceptions_of(request, statement))
    return f"No Allow overrides an explicit Deny. Change {deciding.statement} of {deciding.policy}: {ways}"


def _exceptions_of(request: Request, statement: Statement) -> Iterator[str]:
    """Yield the changes of a statement; each alone excepts the request."""
    action, resource = action_and_resource_of(request)
    yield f"name {action} in its NotAction" if statement.not_action else f"take {action} out of its Action"
    if statement.resources is not None and resource != "*":
        yield (
            f"name {resource} in its NotResource" if statement.not_resource else f"take {resource} out of its Resource"
        )
    keys = ", ".join(dict.fromkeys(condition.key for condition in statement.conditions))
    if keys:
        yield f"let its Condition on {keys} not match"
    elif request.principal.kind == "role":
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
        yield f"add the Condition ArnNotEquals aws:PrincipalArn {request.principal.arn}"


def action_and_resource_of(request: Request) -> tuple[str, str]:
    """Return the action and the resource for a statement that allows the request."""
    resource = request.resource
    suffix = "" if not resource.beginning else "?" * resource.more_characters if resource.more_characters else "*"
    return request.action, f"{resource.arn}{suffix}"
