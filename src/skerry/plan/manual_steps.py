"""Manual steps: policies, images, services, and resources of other owners."""

import json

from skerry.catalogue.blocker_codes import load_codes
from skerry.catalogue.cross_region import has_cross_region_endpoints
from skerry.catalogue.services import ServiceRef, endpoint_service_name_of, regional_host_of, service_of
from skerry.launch.needs import Call
from skerry.model.arns import parse_arn
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.plan import endpoint_policies
from skerry.plan.changes import (
    Advise,
    Change,
    ConfigureService,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
)
from skerry.plan.scope import Failing, Scope
from skerry.plan.subnet_choice import task_subnets_of
from skerry.reach.trace import Piece
from skerry.services.image_references import parse

_OF_SERVICES = {"fargate", "subnet"}
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
_TASKS = "ecs-tasks.amazonaws.com"
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-create-storage-key.html
_FARGATE = "fargate.amazonaws.com"


def access_fix_for(failing: Failing, piece: Piece, kind: str) -> Change:
    """Return the fix for a blocker other than packets: a policy, a missing resource, or Fargate's own rules."""
    if piece.denied:
        return deny_step_for(piece)
    code_page = load_codes().get(piece.code)
    advice = code_page.remedy if code_page else piece.message
    if piece.code == "TRUST_POLICY_DENIES":
        trust = {"Effect": "Allow", "Principal": {"Service": _TASKS}, "Action": "sts:AssumeRole"}
        return ProposeStatement(piece.resource, json.dumps(trust), f"{piece.message}. {advice}")
    if piece.asked is not None:
        action, resource = piece.asked
        who = None if parse_arn(piece.resource) is None or ":role/" in piece.resource else _role(failing)
        if piece.code == "STORAGE_KEY_DENIES_FARGATE":
            who = {"Service": _FARGATE}
        statement = json.dumps(endpoint_policies.allow([action], [resource], who))
        return ProposeStatement(piece.resource, statement, f"{piece.message}. {advice}")
    if kind in _OF_SERVICES:
        return ConfigureService(failing.kind.names[0], f"{piece.message}. {advice}")
    return Advise(piece.resource, f"{piece.message}. {advice}")


def deny_step_for(piece: Piece) -> Change:
    """Return the manual step for an explicit Deny: no statement of a plan overrides it."""
    return Advise(piece.resource, f"{piece.message}. {piece.denied}")


def _role(failing: Failing) -> dict[str, str] | str:
    definition = failing.kind.launch.definition
    role = None if isinstance(definition, Missing) else definition.execution_role_arn
    return {"AWS": role} if role else "*"


def external_host_step_for(need: Call) -> Change:
    """Return the manual step for a call to a host without an endpoint.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
    """
    named = need.subjects if need.step in {"manifest", "layers"} else ()
    images = [(subject, image) for subject in named if (image := parse(subject)) is not None]
    if not images:
        where = need.host or "the host"
        return Advise(where, f"no endpoint leads to {where}: it needs a way to the internet, such as a NAT gateway")
    (subject, image) = images[0]
    if image.region is not None and need.step == "manifest":
        message = (
            f"the pull-through cache lacks {subject}, and its first pull needs a way to the internet, also with "
            "endpoints. Pull it once from where there is one, or give the subnet a NAT gateway"
        )
        return Advise(subject, message)
    message = (
        f"no endpoint leads to {image.registry}. Copy the image into a repository of ECR and name that in the task "
        "definition; or make a pull-through cache rule, whose first pull of each image needs a way to the internet, "
        "also with endpoints; or give the subnet a NAT gateway"
    )
    return MirrorImage(subject, image.repository, message)


def other_region_step_for(failing: Failing, ref: ServiceRef) -> Change:
    """Return the manual step for a call to a service of another Region: an endpoint of this Region serves no other.

    https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-cross-region-privatelink-support.html
    """
    title = service_of(ref).title
    subject = (
        failing.need.subjects[0]
        if isinstance(failing.need, Call) and failing.need.subjects
        else regional_host_of(ref) or ""
    )
    name = endpoint_service_name_of(ref) if has_cross_region_endpoints(ref) else None
    across = (
        f", create a cross-Region interface endpoint (aws ec2 create-vpc-endpoint --vpc-endpoint-type Interface "
        f"--service-name {name} --service-region {ref.region} --private-dns-enabled)"
        if name
        else ""
    )
    message = (
        f"{title} is called in {ref.region}, and an endpoint of this VPC serves its own Region: use what is needed "
        f"from this Region (replicate the repository, secret or bucket){across}, or give the subnet a NAT gateway"
    )
    return Advise(subject, message)


def extend_endpoint_policy(endpoint: VpcEndpoint, action: str, resource: str) -> Change | None:
    """Return the policy of an endpoint with the statement that a call lacks; None where the policy cannot be read."""
    text = endpoint_policies.add_statement(endpoint.policy_document, endpoint_policies.allow([action], [resource]))
    return ModifyEndpoint(endpoint.vpc_endpoint_id, policy=text) if text else None


def policy_for(world: World, scope: Scope, ref: ServiceRef, vpc_id: str) -> str | None:
    """Return the least policy of an endpoint for the launches in scope and the other services of the VPC."""
    subnets = {subnet.subnet_id for subnet in task_subnets_of(world, vpc_id, scope)}
    subnets |= {subnet.subnet_id for subnet in world.subnets_in(vpc_id)}
    users = [launch for launch in (*scope.launches, *scope.others) if subnets & set(launch.subnets)]
    return endpoint_policies.least_policy_for(world, users, ref)
