"""Execution roles without permissions for requests after the start."""

from collections.abc import Iterator

from skerry.access.requests import Caller, partition_name_of, requests_of
from skerry.access.roles import TaskRoles
from skerry.checks.check import CheckContext, check
from skerry.diagnose.diagnosis import ServiceDiagnosis
from skerry.launch.needs import Call
from skerry.model.facts import Missing
from skerry.policy.request import Request, principal_of_role
from skerry.policy.resources import Resource
from skerry.services.ecr_images import find_cache_rule
from skerry.services.image_references import parse


@check("execution-role-lacks", "The execution role may not do what comes later", "warning")
def execution_role_lacks(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find execution roles without permission to write to their own log streams, or to fetch images for a cache.

    What it means:
        The role's policies do not allow a request after the start, or a rare request: ``logs:PutLogEvents``, or
        ``ecr:BatchImportUpstreamImage`` for an image below a pull-through cache rule.

    Why it stops a task:
        It does not stop one now. Without the former the container runs and its logs are lost; without the latter the
        first pull of a new tag fails. A denied call of the start itself is a blocker, ``ROLE_POLICY_DENIES``.

    Example:
        A role that is allowed ``logs:CreateLogStream`` and not ``logs:PutLogEvents``.

    Instead:
        Attach the managed policy AmazonECSTaskExecutionRolePolicy, or allow the action.

    References:
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
        https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
    """
    identities = TaskRoles(subject.world.resources)
    for service in subject.diagnosis.services:
        definition = service.launch.definition
        role_arn = None if isinstance(definition, Missing) else definition.execution_role_arn
        if role_arn is None or identities.find(role_arn) is None:
            continue
        by = Caller(service.launch, identities.complete(principal_of_role(role_arn)), subject.world.resources)
        for request in (*_logs(by, service), *_imports(by, service)):
            if _is_denied(identities, request):
                resource = f"{request.resource.arn}{'…' if request.resource.beginning else ''}"
                yield role_arn, f"{role_arn} may not {request.action} on {resource}", (service.launch.name,)


def _is_denied(identities: TaskRoles, request: Request) -> bool:
    from skerry.access.role_policies import evaluate_role_policies  # noqa: PLC0415 -- for an input with roles only

    evaluation = evaluate_role_policies(identities, request)
    return evaluation is not None and evaluation.verdict == "denied"


def _logs(by: Caller, service: ServiceDiagnosis) -> Iterator[Request]:
    """Yield the requests of the execution role to write logs."""
    for need_diagnosis in service.needs:
        need = need_diagnosis.need
        if isinstance(need, Call) and need.service is not None and need.identity == "execution role":
            yield from (
                access_request.request for access_request in requests_of(by, need, need.service, {}, later=True)
            )


def _imports(by: Caller, service: ServiceDiagnosis) -> Iterator[Request]:
    """Yield the requests that let ECR fetch the images of a task from another registry."""
    for need_diagnosis in service.needs:
        need = need_diagnosis.need
        for subject in need.subjects if isinstance(need, Call) and need.step == "manifest" else ():
            image = parse(subject)
            if image is not None and image.region is not None and find_cache_rule(image, service.launch.cache_rules):
                partition = partition_name_of(image.region)
                name = f"arn:{partition}:ecr:{image.region}:{image.account}:repository/{image.repository}"
                yield Request(by.principal, "ecr:BatchImportUpstreamImage", Resource(name, image.account))
