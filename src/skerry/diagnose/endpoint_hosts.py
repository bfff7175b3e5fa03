"""Host names of calls: some clients call another host in VPCs with an interface endpoint, or over IPv6 alone."""

from msgspec import UNSET

from skerry.catalogue.services import ServiceRef, service_of_endpoint
from skerry.launch.needs import Call
from skerry.model.endpoints import VpcEndpoint
from skerry.model.facts import Missing
from skerry.model.world import World

# For these, tasks in a dual-stack subnet need a route for IPv4:
# https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html
_OVER_IPV4 = {"ecr.api", "ecr.dkr", "secretsmanager", "ssm"}


def needs_ipv4(need: Call) -> bool:
    """Tell whether a task with addresses of both families makes a call of its launch over IPv4."""
    return need.blocks == "start" and need.service is not None and need.service.key in _OVER_IPV4


def host_of(world: World, vpc_id: str, need: Call) -> str | None:
    """Return the host of a call in a VPC: the Need's alternative host if the VPC has an endpoint for the service."""
    if need.instead is None or need.service is None:
        return need.host
    return need.instead if _interface_endpoints_of(world, vpc_id, need.service) else need.host


def missing_fact_of(world: World, vpc_id: str, need: Call) -> Missing | None:
    """Return the missing fact about endpoints that decides the host of a call, or the owner of its private name.

    DescribeVpcEndpoints lists the private names of an endpoint in DnsEntries; such a list is complete:
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
    """
    if need.service is None or (need.instead is None and not need.variant):
        return None
    missing_type = _missing_type_of(world, vpc_id, need.service)
    if missing_type is not None or not need.variant or need.host is None:
        return missing_type
    for endpoint in _interface_endpoints_of(world, vpc_id, need.service):
        if endpoint.private_dns_enabled is not False and not endpoint.private_names:
            fact = f"whether private DNS of {endpoint.vpc_endpoint_id} answers for the {need.variant} name {need.host}"
            return Missing(fact, "ec2:DescribeVpcEndpoints")
    return None


def _missing_type_of(world: World, vpc_id: str, ref: ServiceRef) -> Missing | None:
    """Return the missing type of an endpoint for a service: only an interface endpoint changes the host."""
    for endpoint in world.endpoints_in(vpc_id):
        name = endpoint.service_name
        if endpoint.vpc_endpoint_type is UNSET and (name is UNSET or service_of_endpoint(name) == ref):
            return Missing(f"the type of {endpoint.vpc_endpoint_id}", "ec2:DescribeVpcEndpoints")
    return None


def _interface_endpoints_of(world: World, vpc_id: str, ref: ServiceRef) -> list[VpcEndpoint]:
    return [
        endpoint
        for endpoint in world.endpoints_in(vpc_id)
        if isinstance(endpoint.service_name, str)
        and endpoint.vpc_endpoint_type == "Interface"
        and service_of_endpoint(endpoint.service_name) == ref
    ]
