"""Manual steps: policies, images, services, NAT gateways, and resources of other owners."""

import json
from typing import assert_never

from msgspec import UNSET, UnsetType

from skerry.catalogue.blocker_codes import load_codes
from skerry.catalogue.cross_region import has_cross_region_endpoints
from skerry.catalogue.services import ServiceRef, endpoint_service_name_of, regional_host_of, service_of
from skerry.launch.needs import Call
from skerry.model.arns import parse_arn
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.network import NatGateway, RouteTable, Subnet
from skerry.model.route_targets import (
    CarrierGatewayTarget,
    CoreNetworkTarget,
    EgressOnlyGatewayTarget,
    EndpointTarget,
    InstanceTarget,
    InterfaceTarget,
    InternetGatewayTarget,
    LocalGatewayTarget,
    LocalTarget,
    NatGatewayTarget,
    OdbNetworkTarget,
    PeeringTarget,
    RouteTarget,
    TransitGatewayTarget,
    UnknownGatewayTarget,
    VpnGatewayTarget,
)
from skerry.model.world import World
from skerry.plan import endpoint_policies
from skerry.plan.changes import (
    Advise,
    Change,
    ConfigureService,
    MirrorImage,
    ModifyEndpoint,
    ProposeStatement,
    RouteToNat,
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


def plan_route_to_nat(world: World, failing: Failing) -> Change:
    """Return a default route to a working NAT gateway of the VPC, or to a new one if it has none."""
    subnet = world.subnets[failing.subnet]
    table = world.route_table_of(subnet)
    name = "" if isinstance(table, Missing) else table.route_table_id
    beside = [row for row in _working(world, subnet.vpc_id) if not _leads_for(world, name, row.subnet_id)]
    if beside:
        # One of the task's own zone: what crosses zones costs more, and falls with the other one.
        nat_id = min(beside, key=lambda row: (not _is_near(world, row, subnet), row.nat_gateway_id)).nat_gateway_id
        instead = _default_of(table)
        message = f"route 0.0.0.0/0 of {name} to {nat_id}{f', in place of {instead}' if instead else ''}"
        return RouteToNat(name, nat_id, message)
    message = (
        f"{subnet.vpc_id} has no NAT gateway that works: make one in a subnet that routes to an internet gateway, with "
        f"an Elastic IP address, and route 0.0.0.0/0 of {name} to it"
    )
    return RouteToNat(name, None, message)


def _working(world: World, vpc_id: str) -> list[NatGateway]:
    return [
        nat
        for nat in world.facts.nat_gateways
        if nat.vpc_id == vpc_id and nat.state == "available" and nat.connectivity_type == "public"
    ]


def _leads_for(world: World, table_id: str, subnet_id: str | UnsetType | None) -> bool:
    """Return whether a NAT gateway's own subnet has this route table, which would lead it back to itself."""
    subnet = world.subnets.get(subnet_id) if isinstance(subnet_id, str) else None
    table = world.route_table_of(subnet) if subnet else None
    return isinstance(table, RouteTable) and table.route_table_id == table_id


def _is_near(world: World, row: NatGateway, subnet: Subnet) -> bool:
    there = world.subnets.get(row.subnet_id) if isinstance(row.subnet_id, str) else None
    return there is not None and there.availability_zone == subnet.availability_zone


def _default_of(table: RouteTable | Missing) -> str:
    """Return the current target of a table's default route."""
    routes = () if isinstance(table, Missing) or table.routes is UNSET else table.routes
    default_route = next((route for route in routes if route.destination_cidr_block == "0.0.0.0/0"), None)
    if default_route is None:
        return ""
    return _name_of(default_route.target)


def _name_of(target: RouteTarget) -> str:
    match target:
        case (
            LocalTarget()
            | InternetGatewayTarget()
            | EndpointTarget()
            | VpnGatewayTarget()
            | UnknownGatewayTarget()
            | NatGatewayTarget()
            | TransitGatewayTarget()
            | InterfaceTarget()
        ):
            return target.id
        case (
            PeeringTarget()
            | InstanceTarget()
            | EgressOnlyGatewayTarget()
            | CarrierGatewayTarget()
            | LocalGatewayTarget()
            | CoreNetworkTarget()
            | OdbNetworkTarget()
            | Missing()
        ):
            return "another route"
        case never:
            assert_never(never)


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
