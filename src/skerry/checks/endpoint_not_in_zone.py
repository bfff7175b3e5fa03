"""Endpoints that stand in none of the task's zones."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.checks.check import CheckContext, check, find_endpoints_in_use


@check("endpoint-not-in-zone", "An endpoint stands in none of the zones that the tasks use", "warning")
def endpoint_not_in_zone(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find interface endpoints without an interface in any zone that the service's tasks may land in.

    What it means:
        Every call of the tasks to this service crosses to another zone.

    Why it stops a task:
        It does not, as long as the other zone works: a VPC's local route reaches it. When that zone fails, no
        task of the service can start, though its own zones are well. And crossing costs.

    Example:
        Tasks in eu-west-1a and eu-west-1b, an endpoint for ecr.api with one subnet, in eu-west-1c.

    Instead:
        Add a subnet in each of the tasks' zones to the endpoint (``aws ec2 modify-vpc-endpoint
        --add-subnet-ids``), where the endpoint service is offered there.

    References:
        https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
    """
    for endpoint, service in find_endpoints_in_use(subject):
        standing = _zones(subject, endpoint.subnet_ids)
        task_zones = _zones(subject, service.launch.subnets)
        if standing and task_zones and not standing & task_zones:
            message = (
                f"{endpoint.vpc_endpoint_id} ({endpoint.service_name}) stands in {', '.join(sorted(standing))}, "
                f"the tasks in {', '.join(sorted(task_zones))}"
            )
            yield endpoint.vpc_endpoint_id, message, (service.launch.name,)


def _zones(subject: CheckContext, subnets: tuple[str, ...]) -> set[str]:
    """Return the zones of these subnets, or an empty set if one of them is unknown."""
    zones = set()
    for name in subnets:
        subnet = subject.world.subnets.get(name)
        if subnet is None or subnet.availability_zone is UNSET:
            return set()
        zones.add(subnet.availability_zone)
    return zones
