"""Endpoints that stand in a single zone."""

from collections.abc import Iterator

from skerry.checks.check import CheckContext, check, find_endpoints_in_use


@check("endpoint-in-one-zone", "An endpoint stands in a single zone", "note")
def endpoint_in_one_zone(subject: CheckContext) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Find interface endpoints with one subnet that services with subnets in several zones use.

    What it means:
        All calls to the service go through one zone.

    Why it stops a task:
        When that zone fails, no task of the service can start in any other zone. Spreading the tasks over zones does
        not help.

    Example:
        Tasks in eu-west-1a and eu-west-1b, an endpoint for ecr.dkr with one subnet, in eu-west-1a.

    Instead:
        Add a subnet of another zone to the endpoint. Each further zone is billed by the hour: for a network that is
        not to survive a zone one is enough.

    References:
        https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html
    """
    for endpoint, service in find_endpoints_in_use(subject):
        zones = {
            subnet.availability_zone for name in service.launch.subnets if (subnet := subject.world.subnets.get(name))
        }
        if len(endpoint.subnet_ids) == 1 and len(zones) > 1:
            message = f"{endpoint.vpc_endpoint_id} ({endpoint.service_name}) stands in {endpoint.subnet_ids[0]} alone"
            yield endpoint.vpc_endpoint_id, message, (service.launch.name,)
