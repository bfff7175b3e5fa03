"""Service revisions of ECS, which moto lacks: the configuration of each deployment.

No task of moto pulls an image, so no digest is ever known.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-revision.html
"""

from itertools import count
from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ecs.responses import EC2ContainerServiceResponse

from skerry.embedded.patching import Correction

_NUMBERS = count(1_000_000_000_000_000_000)


def _deployed(original: Any, response: Any) -> Any:
    """Add a revision for a created or updated service, and make it the current one."""
    answer = original(response)
    service = answer.result["service"]
    if service.task_definition:
        revision = _revision(service, response.ecs_backend)
        service.revisions = [*getattr(service, "revisions", ()), revision]
        named = {"arn": revision["serviceRevisionArn"], "requestedTaskCount": service.desired_count}
        service.current_service_revisions = [named | {"runningTaskCount": 0, "pendingTaskCount": 0}]
    return answer


def _revision(service: Any, backend: Any) -> dict[str, Any]:
    """Return a revision, in the format of https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html."""
    definition = backend.describe_task_definition(service.task_definition)
    containers = definition.container_definitions
    return {
        "serviceRevisionArn": f"{service.arn.replace(':service/', ':service-revision/')}/{next(_NUMBERS)}",
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "taskDefinition": definition.arn,
        "containerImages": [
            {"containerName": container["name"], "image": container["image"]} for container in containers
        ],
        "createdAt": utcnow(),
    }


def describe_service_revisions(response: Any) -> Any:
    """Return the requested revisions.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html
    """
    every = [
        revision for service in response.ecs_backend.services.values() for revision in getattr(service, "revisions", ())
    ]
    by_arn = {revision["serviceRevisionArn"]: revision for revision in every}
    requested_arns = response._get_param("serviceRevisionArns")  # noqa: SLF001 - moto's own way to a parameter
    failures = [{"arn": name, "reason": "MISSING"} for name in requested_arns if name not in by_arn]
    return ActionResult(
        {"serviceRevisions": [by_arn[name] for name in requested_arns if name in by_arn], "failures": failures}
    )


CORRECTIONS = (
    Correction(EC2ContainerServiceResponse, "create_service", _deployed),
    Correction(EC2ContainerServiceResponse, "update_service", _deployed),
)
"""The patches of this module, applied after those of services."""
