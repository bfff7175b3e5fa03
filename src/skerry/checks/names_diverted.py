"""Endpoints that the names of their service do not lead to, because they lead into another VPC."""

from collections.abc import Iterator

from skerry.catalogue.services import service_of_endpoint
from skerry.checks.check import CheckContext, check, find_endpoints_in_use
from skerry.launch.needs import Call


@check("names-diverted", "Names lead past an endpoint to one of another VPC", "warning")
def names_diverted(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find endpoints of a VPC that its tasks do not use, because a private zone, rule or Profile leads elsewhere.

    What it means:
        The VPC has an endpoint for the service, but the service's name resolves to an endpoint of another VPC, often
        of a hub. Calls follow the name, not the nearest endpoint.

    Why it stops a task:
        The calls need the way to the other VPC, its security group and its endpoint policy. Repairing the endpoint at
        hand changes nothing, and it is paid for.

    Example:
        vpc-1 has an endpoint for ecr.api with private DNS off, and a private zone api.ecr.eu-west-1.amazonaws.com that
        leads to the endpoint of vpc-hub.

    Instead:
        Decide for one: remove the zone's association (or the Profile's) with the VPC and switch private DNS on, or
        delete the endpoint that is not used.

    References:
        https://docs.aws.amazon.com/whitepapers/latest/building-scalable-secure-multi-vpc-network-infrastructure/centralized-access-to-vpc-private-endpoints.html
    """
    for endpoint, service in find_endpoints_in_use(subject):
        ref = service_of_endpoint(str(endpoint.service_name))
        others = {
            trace.destination.endpoint
            for need_diagnosis in service.needs
            if isinstance(need_diagnosis.need, Call) and need_diagnosis.need.service == ref
            for trace in need_diagnosis.traces
            if not trace.intended and trace.destination.endpoint not in {None, endpoint.vpc_endpoint_id}
        }
        for name in sorted(filter(None, others)):
            other = subject.world.vpc_endpoints.get(name)
            if other is not None and other.vpc_id != endpoint.vpc_id:
                here = endpoint.vpc_endpoint_id
                message = f"calls to {endpoint.service_name} go to {name} in {other.vpc_id}, not to {here}"
                yield endpoint.vpc_endpoint_id, message, (service.launch.name,)
