"""Endpoints with the full-access default policy."""

from collections.abc import Iterator

from skerry.access.endpoint_policies import allows_everything
from skerry.access.requests import partition_name_of
from skerry.catalogue.services import ServiceRef, layer_bucket_of, service_of_endpoint
from skerry.checks.check import CheckContext, check
from skerry.launch.needs import Call
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.policy.document import parse
from skerry.services import SERVICES

# Requests about the own resources of a launch, by service; calls of other services name none.
_OWN = {key: words for service in SERVICES for key, words in service.own_requests.items()}


@check("endpoint-wide-policy", "An endpoint lets everybody ask everything", "note")
def endpoint_wide_policy(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find endpoints of registries, layers, secrets and logs that have the default policy.

    What it means:
        The endpoint's policy allows every action on every resource, of whatever account. A program that gets into a
        task can carry data out through it with its own credentials: into another account's repository, bucket or log
        group.

    Why it stops a task:
        It does not. A policy that is too narrow does: for S3, one limited to your own principals, because ECR signs
        the links to layers with an account of its own.

    Example:
        ``{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}``, the policy of an endpoint created
        without one.

    Instead:
        Allow what tasks ask for: of S3, ``s3:GetObject`` on the bucket of the Region's layers, for everybody; of the
        others, your own repositories, secrets and log groups. ``skerry diagnose`` tells which request a policy refuses.

    References:
        https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
        https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
        https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
    """
    for service in subject.diagnosis.services:
        called = {
            need_diagnosis.need.service
            for need_diagnosis in service.needs
            if isinstance(need_diagnosis.need, Call) and need_diagnosis.need.service
        }
        subnets = [subject.world.find_subnet(name) for name in service.launch.subnets]
        for vpc_id in sorted({subnet.vpc_id for subnet in subnets if not isinstance(subnet, Missing)}):
            wide = list(_wide(subject.world, vpc_id, called))
            if wide:
                message = f"the full-access default policy is wider than needed: {', '.join(wide)}"
                yield vpc_id, message, (service.launch.name,)


def _wide(world: World, vpc_id: str, called: set[ServiceRef]) -> Iterator[str]:
    """Yield the endpoints with the default policy, each with the requests of a launch through it."""
    for endpoint in world.endpoints_in(vpc_id):
        ref = service_of_endpoint(endpoint.service_name) if isinstance(endpoint.service_name, str) else None
        if ref is None or ref not in called or endpoint.policy_document is None:
            continue
        requests = _asked(ref)
        if requests and allows_everything(parse(endpoint.policy_document, endpoint.vpc_endpoint_id)):
            yield f"{endpoint.vpc_endpoint_id} ({requests})"


def _asked(ref: ServiceRef) -> str | None:
    if ref.key == "s3":
        return f"GetObject on arn:{partition_name_of(ref.region)}:s3:::{layer_bucket_of(ref.region)}/*"
    return _OWN.get(ref.key)
