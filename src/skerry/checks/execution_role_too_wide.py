"""Execution roles that may do far more than start a task."""

from collections.abc import Iterator

from skerry.access.roles import TaskRoles
from skerry.checks.check import CheckContext, check
from skerry.model.facts import Missing
from skerry.policy.request import Request, principal_of_role
from skerry.policy.resources import Resource
from skerry.services import SERVICES

# Requests that no launch makes, as samples; the resource name exists nowhere and stands for any other.
_ANY = "any-other-than-those-named"
_NEVER = {
    "iam:CreateAccessKey": "arn:{partition}:iam::{account}:user/{other}",
    "ec2:TerminateInstances": "arn:{partition}:ec2:{region}:{account}:instance/i-{other}",
    "ecs:UpdateService": "arn:{partition}:ecs:{region}:{account}:service/default/{other}",
} | {action: arn for service in SERVICES for action, arn in service.other_resources.items()}


@check("execution-role-too-wide", "The execution role may do far more than a launch needs", "note")
def execution_role_too_wide(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find execution roles with permissions that no launch needs, or with access to all secrets.

    What it means:
        The execution role serves the calls before the containers run: token, pull, log streams, and the secrets and
        files named by the task definition. This role may read or change other resources as well.

    Why it stops a task:
        It does not. Whoever may register a task definition with this role can have any secret put into a container
        that the role can read.

    Example:
        AdministratorAccess, ``secretsmanager:*``, or ``secretsmanager:GetSecretValue`` on ``*``.

    Instead:
        Attach AmazonECSTaskExecutionRolePolicy, and allow what the task definition names by its ARNs. Calls of the
        program itself belong to the task role.

    References:
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-roles.html
    """
    identities = TaskRoles(subject.world.resources)
    for service in subject.diagnosis.services:
        definition = service.launch.definition
        role_arn = None if isinstance(definition, Missing) else definition.execution_role_arn
        parsed = None if role_arn is None else role_arn.arn
        if role_arn is None or parsed is None or identities.find(role_arn) is None:
            continue
        place = {
            "partition": parsed.partition,
            "account": parsed.account,
            "region": service.launch.region or "",
            "other": _ANY,
        }
        asking = identities.complete(principal_of_role(role_arn))
        requests = (
            Request(asking, action, Resource(name.format_map(place), parsed.account)) for action, name in _NEVER.items()
        )
        actions = [request.action for request in requests if _is_allowed(identities, request)]
        if actions:
            yield role_arn, f"{role_arn} also allows, on anything: {', '.join(actions)}", (service.launch.name,)


def _is_allowed(identities: TaskRoles, request: Request) -> bool:
    from skerry.access.role_policies import evaluate_role_policies  # noqa: PLC0415 -- for an input with roles only

    evaluation = evaluate_role_policies(identities, request)
    return evaluation is not None and evaluation.verdict == "allowed"
