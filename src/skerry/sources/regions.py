"""The Region and account of Facts, from the names in them."""

from collections.abc import Iterator

from msgspec import UNSET

from skerry.model.arns import Arn, region_of_endpoint_service, region_of_zone
from skerry.model.facts import Facts


def region_of(facts: Facts) -> str | None:
    """Return the one Region named by ARNs, endpoint services and zones; None if they name none or several."""
    regions = set(_regions(facts))
    return regions.pop() if len(regions) == 1 else None


def account_of(facts: Facts) -> str | None:
    """Return the one account of the services' ARNs or the VPCs' owners; None if there are several."""
    accounts = {arn.account for arn in _arns(facts)}
    accounts = accounts or {vpc.owner_id for vpc in facts.vpcs if vpc.owner_id is not UNSET}
    return accounts.pop() if len(accounts) == 1 else None


def _arns(facts: Facts) -> Iterator[Arn]:
    yield from (record.service_arn.arn for record in facts.services)
    yield from (record.cluster_arn.arn for record in facts.clusters)
    yield from (record.task_arn.arn for record in facts.tasks)


def _regions(facts: Facts) -> Iterator[str]:
    yield from (arn.region for arn in _arns(facts))
    for subnet in facts.subnets:
        if subnet.availability_zone is not UNSET and (region := region_of_zone(subnet.availability_zone)):
            yield region
    for endpoint in facts.vpc_endpoints:
        # An endpoint for a service of another Region has a ``service_region``.
        if endpoint.service_name is not UNSET and endpoint.service_region is None:
            region = region_of_endpoint_service(endpoint.service_name)
            if region:
                yield region
