"""Tasks that GuardDuty Runtime Monitoring adds a container to."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.catalogue.guardduty import agent_repository_of
from skerry.checks.check import CheckContext, check, group_services_by_vpc

_SERVICE = ".guardduty-data"


@check("guardduty-agent", "GuardDuty adds a container to the tasks", "note")
def guardduty_agent(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find VPCs of services with an endpoint for GuardDuty's data: Runtime Monitoring adds its agent to tasks there.

    What it means:
        GuardDuty adds a container to each task, outside its task definition. Its image is in a repository of AWS's own
        account, and is pulled by the same endpoints with the task's execution role.

    Why it stops a task:
        By AWS's guide a task whose agent cannot be pulled starts without it; users have seen such tasks fail. An
        endpoint policy that allows the own account's repositories only keeps the agent out.

    Example:
        An endpoint for com.amazonaws.eu-west-1.guardduty-data, and a policy of the ecr.dkr endpoint that names
        repositories of the own account alone.

    Instead:
        Let the endpoint policies of ecr.api, ecr.dkr and S3 allow the agent's repository and its layers, or exclude
        the service from Runtime Monitoring with the tag ``GuardDutyManaged: false``.

    References:
        https://docs.aws.amazon.com/guardduty/latest/ug/how-runtime-monitoring-works-ecs-fargate.html
        https://docs.aws.amazon.com/guardduty/latest/ug/ecs-runtime-agent-ecr-image-uri.html
    """
    for vpc_id, services in group_services_by_vpc(subject).items():
        for endpoint in subject.world.endpoints_in(vpc_id):
            if endpoint.service_name is UNSET or not endpoint.service_name.endswith(_SERVICE):
                continue
            image = agent_repository_of(subject.world.region or "") or "a repository of AWS's that is not known here"
            message = f"tasks in {vpc_id} get GuardDuty's agent, pulled from {image}"
            yield endpoint.vpc_endpoint_id, message, services
